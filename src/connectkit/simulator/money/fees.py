"""What Stripe takes, and how it shares refunds out."""

from __future__ import annotations


def half_up(numerator: int, denominator: int) -> int:
    """Divide and round half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def stripe_fee(amount: int) -> int:
    """Give Stripe's fee for a settled card payment: 2.9 % rounded half up, and 30 minor units."""
    return half_up(amount * 29, 1000) + 30


def share(whole: int, refund: int, charge: int, left: int) -> int:
    """Give what of *whole* one refund takes back: in proportion, half up, at most what is left of it.

    Each refund is shared out by itself; a later one does not make up for the rounding of an earlier one.
    """
    return min(half_up(whole * refund, charge), left)
