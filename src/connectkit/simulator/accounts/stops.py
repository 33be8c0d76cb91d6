"""What was stopped by a hand, Stripe's own or a click in the Dashboard: charges, payouts or both."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from connectkit.simulator.shapes import Object

Stopped: TypeAlias = Literal["charges", "payouts"]


def stop(account: Object, reason: str | None, only: Stopped | None) -> None:
    """Note why an account is stopped, and what of it alone; without a reason, nothing is.

    Raises:
        ValueError: There is no such thing to stop, or no reason to stop it.
    """
    if only is not None and (only not in get_args(Stopped) or reason is None):
        message = f"Only charges or payouts are disabled alone, and for a reason: not {only!r} for {reason!r}."
        raise ValueError(message)
    account["_disabled"], account["_stopped"] = reason, only


def stops_charges(account: Object) -> bool:
    """Tell whether a hand has stopped charges."""
    return account["_disabled"] is not None and account["_stopped"] != "payouts"


def stops_payouts(account: Object) -> bool:
    """Tell whether a hand has stopped payouts."""
    return account["_disabled"] is not None and account["_stopped"] != "charges"


def stays_paid(account: Object) -> bool:
    """Tell whether payouts go on although nothing comes in any more."""
    return bool(account["_still_paid"] or account["_stopped"] == "charges")
