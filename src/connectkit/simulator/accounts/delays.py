"""How many days pass until a card payment on an account is available; it is never sooner than Stripe's own delay.

The numbers are those that were recorded; where several were, the one of the recordings that the rest follows too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectkit.simulator.refusals import refused
from connectkit.simulator.shapes import Object, part

BUSINESS_DAYS: Final = frozenset({"AE", "AU", "IN", "JP", "MY", "NZ", "TH", "US"})
"""Where the days are those on which banks work; elsewhere every day counts."""

_DAYS: Final = {"BR": 7, "CA": 7, "SG": 7, "US": 2}
_ELSEWHERE: Final = 1
_RECIPIENT: Final = 0  # nothing is charged on such an account
_HIGH_RISK: Final = 14
_RISKY: Final = "_high_risk"  # a name that ends in it is that of a risky business; that it is paid late is inferred


def usual(country: str) -> int:
    """Give the delay of a new account."""
    return _DAYS.get(country, _ELSEWHERE)


def least(account: Object) -> int:
    """Give the least delay that an account can have."""
    if is_risky(account):
        return _HIGH_RISK
    recipient = account["tos_acceptance"].get("service_agreement") == "recipient"
    return _RECIPIENT if recipient else usual(account["country"])


def is_risky(account: Object) -> bool:
    """Tell whether the name of a company makes it a business of high risk: a documented test value."""
    return plain_name(account) != (part(account, "company").get("name") or "")


def plain_name(account: Object) -> str:
    """Give the name of a company without what makes it risky."""
    return (part(account, "company").get("name") or "").removesuffix(_RISKY)


def check_delay(account: Object, asked: Any, param: str) -> None:  # noqa: ANN401  # days, or a word for the least
    """Refuse a delay that is too short.

    Raises:
        Refusal: It is less than Stripe's own.
    """
    if isinstance(asked, int) and asked < least(account):
        message = f"You cannot set delay_days to {asked}: the minimum for this account is {least(account)}."
        raise refused(message, param=param)


def follow(account: Object, before: int) -> None:
    """Let the delay be the least again where that was asked for, or where it has been the least of before."""
    schedule = account["settings"]["payouts"]["schedule"]
    if schedule["delay_days"] in ("minimum", before):
        schedule["delay_days"] = least(account)


def asked_delay(params: Mapping[str, Any]) -> object:
    """Give the delay that parameters of an account ask for."""
    return part(params, "settings", "payouts", "schedule").get("delay_days")
