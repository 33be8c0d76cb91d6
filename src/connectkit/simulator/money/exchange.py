"""At which rate money of one currency becomes money of another, and where."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.state import World

from .switches import switches_of

_PERCENT: Final = 100
_SAME: Final = Fraction(1)


def into(world: World, currency: str, target: str) -> Fraction:
    """Give the rate of a payment or of a transfer: the mid-market rate less Stripe's fee."""
    if currency == target:
        return _SAME
    switches = switches_of(world)
    return switches.rates.mid(currency, target) * Fraction(_PERCENT - switches.fx_fee, _PERCENT)


def back(world: World, currency: str, target: str, original: Fraction) -> Fraction:
    """Give the rate at which a payment or a transfer, once converted at *original*, goes back."""
    switches = switches_of(world)
    return original if switches.refund_fx_rate == "charge_rate" else switches.rates.mid(currency, target)


def settling(world: World, account: str, on_behalf_of: str | None) -> str:
    """Give the currency that a charge of *account* settles in: that of the account it is made on behalf of, if any."""
    return queries.default_currency(world, on_behalf_of or account)
