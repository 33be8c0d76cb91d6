"""How much of a transfer, or of an application fee, a refund takes back."""

from __future__ import annotations

from dataclasses import dataclass

from .fees import half_even, half_up
from .switches import Switches


@dataclass(frozen=True, slots=True)
class Refunded:
    """A refund, seen beside the charge that it belongs to.

    Attributes:
        amount: How much goes back now.
        before: How much went back earlier.
        charge: How much was captured.
    """

    amount: int
    before: int
    charge: int


def share(whole: int, taken: int, refunded: Refunded, switches: Switches) -> int:
    """Give what of *whole* one refund takes back.

    It is in proportion to the refund alone, rounded half up, and at most what is left; a later refund does not make
    up for the rounding of an earlier one, unless the switches say so.

    Args:
        whole: The transfer, or the fee, at first.
        taken: How much of it was taken back earlier.
        refunded: The refund.
        switches: How to round.
    """
    divide = half_up if switches.reversal_tie == "half_up" else half_even
    left = whole - taken
    after = refunded.before + refunded.amount
    if switches.last_reversal_closes and after == refunded.charge:
        return left
    if switches.reversal_share == "cumulative":
        return max(0, min(left, divide(whole * after, refunded.charge) - taken))
    return min(left, divide(whole * refunded.amount, refunded.charge))
