"""What Stripe takes, and how it shares refunds out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_WHOLE: Final = 10_000


def half_up(numerator: int, denominator: int) -> int:
    """Divide and round half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def half_even(numerator: int, denominator: int) -> int:
    """Divide and round half to even."""
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1))


@dataclass(frozen=True, slots=True)
class Pricing:
    """What Stripe takes of a card payment, in the currency that it settles in.

    Attributes:
        basis_points: Hundredths of a percent, rounded half up.
        fixed: Minor units on top of them.
        small: Another price, which is taken where it is lower, as accounts for micropayments have it.
    """

    basis_points: int = 290
    fixed: int = 30
    small: Pricing | None = None

    def fee(self, settled: int) -> int:
        """Give the fee of a settled amount; nothing has no fee."""
        if not settled:
            return 0
        fee = half_up(settled * self.basis_points, _WHOLE) + self.fixed
        return fee if self.small is None else min(fee, self.small.fee(settled))

    def returned(self, settled: int, before: int, refund: int) -> int:
        """Give what a refund brings back of the fee, where the contract says so.

        All refunds of a charge together bring back the whole fee.

        Args:
            settled: What the charge settled at.
            before: How much of that went back earlier.
            refund: How much goes back now.
        """
        return self.fee(settled - before) - self.fee(settled - before - refund)
