"""How Stripe writes currencies, and the least that it charges; the simulator's own belief."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from connectkit.simulator.refusals import Refusal, invalid, too_small

_WHOLE: Final = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf")
)
_THOUSANDTHS: Final = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
_CHARGE_STEPS: Final = {**dict.fromkeys(_THOUSANDTHS, 10), "isk": 100, "ugx": 100}
_PAYOUT_STEPS: Final = {**_CHARGE_STEPS, "huf": 100, "twd": 100}
_MOST: Final = 99_999_999

_LEAST: Final[Mapping[str, int]] = {
    **dict.fromkeys(_WHOLE, 1),
    "aed": 200,
    "bgn": 100,
    "czk": 1500,
    "dkk": 250,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
    "jpy": 50,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "thb": 1000,
}
"""The least that is charged in a currency, in minor units; it is 50 in most of the others."""

_MOSTLY: Final = 50


def least(currency: str) -> int:
    """Give the least that is charged in a currency, in minor units."""
    return _LEAST.get(currency, _MOSTLY)


def check_charge(amount: int, currency: str) -> None:
    """Refuse an amount that cannot be charged, whatever it settles in.

    Raises:
        Refusal: It is not above zero, too large, or not a multiple of what the currency can be paid in.
    """
    if amount < 1:
        raise too_small("amount")
    if amount > _MOST:
        message = f"Amount must be no more than {_MOST} {currency}."
        raise invalid(message, param="amount", code="amount_too_large")
    if amount % charge_step(currency):
        raise _between(currency, charge_step(currency))


def check_settled(amount: int, currency: str, code: str) -> None:
    """Refuse a charge that settles below the least of its currency.

    Args:
        amount: What it settles at.
        currency: The currency that it settles in.
        code: Stripe's code for it.

    Raises:
        Refusal: It does.
    """
    if amount < least(currency):
        raise invalid(f"Amount must convert to at least {least(currency)} {currency}.", param="amount", code=code)


def check_payout(amount: int, currency: str) -> None:
    """Refuse an amount that cannot be paid out.

    Raises:
        Refusal: It is not above zero, or not a multiple of what the currency is paid out in.
    """
    if amount < 1:
        raise too_small("amount")
    if amount % payout_step(currency):
        raise _between(currency, payout_step(currency))


def charge_step(currency: str) -> int:
    """Give of what a payment in a currency has to be a multiple, in minor units."""
    return _CHARGE_STEPS.get(currency, 1)


def payout_step(currency: str) -> int:
    """Give of what a payout of a currency has to be a multiple, in minor units."""
    return _PAYOUT_STEPS.get(currency, 1)


def _between(currency: str, step: int) -> Refusal:
    message = f"Amounts in {currency} must be a multiple of {step}."
    return invalid(message, param="amount", code="parameter_invalid_integer")


def written(amount: int, currency: str) -> str:
    """Write an amount of minor units in whole ones, such as `-12.30`."""
    digits = 0 if currency in _WHOLE else 3 if currency in _THOUSANDTHS else 2
    whole, rest = divmod(abs(amount), 10**digits)
    return f"{'-' if amount < 0 else ''}{whole}{f'.{rest:0{digits}}' if digits else ''}"
