"""Stripe's two APIs of accounts: the same wishes, as requests of either."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final, Literal, Protocol, TypeAlias

from connectkit.requests import Request
from connectkit.resources.arguments import check_word

from .options import LinkOptions, LinkType
from .presets import Setup
from .profile import Profile
from .v1 import V1
from .v2 import V2

__all__ = ["DIALECTS", "Api", "Dialect", "LinkOptions", "LinkType", "dialect_of"]

Api: TypeAlias = Literal["v1", "v2"]


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

    def link(self, account_id: str, options: LinkOptions) -> Request:
        """Make a link to the onboarding form."""
        ...


DIALECTS: Final[Mapping[Api, Dialect]] = {"v1": V1(), "v2": V2()}


def dialect_of(api: Api) -> Dialect:
    """Give one of the two.

    Raises:
        InvalidRequest: There is no such API.
    """
    check_word(api, "api", DIALECTS)
    return DIALECTS[api]
