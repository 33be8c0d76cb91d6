"""What is said of an account, and the parts of it that both of Stripe's APIs write alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

from attrs import Factory, asdict, frozen

from connectkit.models.details import AccountDetails, TermsAcceptance
from connectkit.resources.people import given

BusinessType: TypeAlias = Literal["individual", "company", "non_profit", "government_entity"]

_NOTHING: Final = AccountDetails()


@frozen(kw_only=True)
class Profile:
    """What is said of an account, when it is made or later.

    Attributes:
        country: Upper case.
        email: The seller's.
        capabilities: What it asks to be able to do, by the names of v1.
        business_type: What kind of seller it is.
        details: Who it is.
        metadata: The platform's own notes.
    """

    country: str | None = None
    email: str | None = None
    capabilities: tuple[str, ...] = ()
    business_type: BusinessType | None = None
    details: AccountDetails = _NOTHING
    metadata: Mapping[str, str] = Factory(dict[str, str])

    def given(self) -> dict[str, Any]:
        """Give what was said as a tree of plain values."""
        return asdict(self, filter=lambda _, value: value not in (None, (), {}, _NOTHING))


def terms_of(terms: TermsAcceptance, date: int | str) -> dict[str, Any]:
    """Write an acceptance, its date in the words of the API."""
    return given(date=date, ip=terms.ip, user_agent=terms.user_agent)
