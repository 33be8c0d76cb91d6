"""What an account can do now: the gate before money is moved.

`charges_enabled` alone is not one: it is true of an account that can receive transfers and cannot be charged on, and
the other way round. Each movement is gated by the capability that Stripe gates it by.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, get_args

from attrs import frozen

from connectkit.errors import InvalidRequest
from connectkit.models.accounts import Account

Movement: TypeAlias = Literal["direct_charge", "destination_charge", "transfer", "on_behalf_of", "payout"]
"""What is done with an account's money, in Stripe's words."""

_CARDS: Final = "card_payments"
_NEEDS: Final[Mapping[Movement, tuple[str, ...]]] = {
    "direct_charge": (_CARDS,),
    "destination_charge": ("transfers",),
    "transfer": ("transfers",),
    "on_behalf_of": (_CARDS,),
    "payout": (),
}
_METHODS: Final[Mapping[str, str]] = {"us_bank_account": "us_bank_account_ach"}  # the others are named alike
_THROUGH_THE_PLATFORM: Final = frozenset({"destination_charge", "transfer"})


@frozen(kw_only=True)
class Permission:
    """Whether an account can do something now.

    Attributes:
        allowed: Whether it can.
        missing: The capabilities that are not active and would have to be, or `payouts`.
        why: Why not, as a sentence; `""` if it can.
        next_step: What to do about it; `""` if it can.
        warning: What speaks against it although Stripe allows it; `""` if nothing does.
    """

    allowed: bool
    missing: tuple[str, ...] = ()
    why: str = ""
    next_step: str = ""
    warning: str = ""

    def __bool__(self) -> bool:
        return self.allowed


def check_movement(movement: str) -> None:
    """Check the word for what is done with an account's money.

    Raises:
        InvalidRequest: There is no such movement.
    """
    if movement not in get_args(Movement):
        message = f"movement is one of {', '.join(get_args(Movement))}."
        raise InvalidRequest(message, param="movement")


def can(account: Account, movement: Movement, *, payment_method: str = "card") -> Permission:
    """Tell whether an account can do something now, by the capability that Stripe gates it by.

    Args:
        account: As Stripe tells of it.
        movement: What is to be done.
        payment_method: How the customer pays, in Stripe's word, for a charge on the account or on its behalf.

    Raises:
        InvalidRequest: There is no such movement.
    """
    check_movement(movement)
    needs = tuple(_capability(name, payment_method) for name in _NEEDS[movement])
    missing = tuple(name for name in needs if not account.capabilities.active(name))
    if movement == "payout" and not account.payouts_enabled:
        missing = ("payouts",)
    if missing or account.closed:
        return _denied(account, missing)
    return Permission(allowed=True, warning=_warning(account, movement))


def _capability(name: str, payment_method: str) -> str:
    if name != _CARDS:
        return name
    return f"{_METHODS.get(payment_method, payment_method)}_payments"


def _denied(account: Account, missing: tuple[str, ...]) -> Permission:
    if account.closed:
        return Permission(
            allowed=False, missing=missing, why="The account is closed.", next_step="Name an account that is open."
        )
    states = ", ".join(f"{name} is {_state(account, name)}" for name in missing)
    unasked = [name for name in missing if name not in account.capabilities and name != "payouts"]
    step = "Ask for it with capabilities.request." if unasked else "See onboarding.status for what is missing."
    return Permission(allowed=False, missing=missing, why=f"Of this account, {states}.", next_step=step)


def _state(account: Account, name: str) -> str:
    return "not enabled" if name == "payouts" else account.capabilities.get(name, "not requested")


def _warning(account: Account, movement: Movement) -> str:
    if movement in _THROUGH_THE_PLATFORM and account.responsibilities.losses_collector == "stripe":
        return (
            "Stripe bears this account's losses, and its refunds and disputes would be the platform's all the same: "
            "Stripe means such accounts for direct charges only."
        )
    return ""
