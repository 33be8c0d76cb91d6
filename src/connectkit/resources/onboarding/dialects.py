"""Stripe's two APIs of accounts: the same wishes, as requests of either."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final, Literal, Protocol, TypeAlias

from connectkit.requests import Request

from .presets import Setup
from .profile import Profile
from .v1 import V1
from .v2 import V2

Api: TypeAlias = Literal["v1", "v2"]
LinkType: TypeAlias = Literal["account_onboarding", "account_update"]


class Dialect(Protocol):
    """One of the two APIs.

    Attributes:
        personal: The paths of the parameters that hold personal data.
    """

    personal: ClassVar[tuple[str, ...]]

    def create(self, setup: Setup, profile: Profile) -> Request:
        """Make an account."""
        ...

    def retrieve(self, account_id: str) -> Request:
        """Read an account."""
        ...

    def update(self, account_id: str, profile: Profile) -> Request:
        """Tell more of an account."""
        ...

    def link(self, account_id: str, kind: str, return_url: str, refresh_url: str) -> Request:
        """Make a link to the onboarding form."""
        ...


DIALECTS: Final[Mapping[Api, Dialect]] = {"v1": V1(), "v2": V2()}
