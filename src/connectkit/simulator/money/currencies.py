"""How Stripe writes currencies, and the least that it charges; the simulator's own belief."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from connectkit.simulator.refusals import Refusal, invalid, refused, too_small

_WHOLE: Final = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf")
)
_THOUSANDTHS: Final = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
_HUNDREDS: Final = frozenset({"isk", "ugx"})
_PAID_IN_HUNDREDS: Final = _HUNDREDS | {"huf", "twd"}
_MOST: Final = 99_999_999

_LEAST: Final[Mapping[str, int]] = {
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


def check_charge(amount: int, currency: str) -> None:
    """Refuse an amount that cannot be charged.

    Raises:
        Refusal: It is too small, too large, or not a multiple of what the currency can be paid in.
    """
    least = 1 if currency in _WHOLE and currency not in _LEAST else _LEAST.get(currency, _MOSTLY)
    if amount < 1:
        raise too_small("amount")
    if amount < least:
        raise invalid(f"Amount must be at least {least} {currency}.", param="amount", code="parameter_invalid_integer")
    if amount > _MOST:
        message = f"Amount must be no more than {_MOST} {currency}."
        raise invalid(message, param="amount", code="amount_too_large")
    if currency in _HUNDREDS:
        _check_step(amount, 100, currency)
    if currency in _THOUSANDTHS:
        _check_step(amount, 10, currency)


def check_payout(amount: int, currency: str) -> None:
    """Refuse an amount that cannot be paid out.

    Raises:
        Refusal: It is not above zero, or not a multiple of what the currency is paid out in.
    """
    if amount < 1:
        raise too_small("amount")
    if currency in _PAID_IN_HUNDREDS:
        _check_step(amount, 100, currency)
    if currency in _THOUSANDTHS:
        _check_step(amount, 10, currency)


def check_same(currency: str, settling: str) -> None:
    """Refuse to convert: the simulator has no exchange rates.

    Raises:
        Refusal: The currencies differ.
    """
    if currency != settling:
        message = f"The simulator does not convert {currency} into {settling} yet."
        raise Refusal(message, status=501, type="api_error")


def _check_step(amount: int, step: int, currency: str) -> None:
    if amount % step:
        message = f"Amounts in {currency} must be a multiple of {step}."
        raise refused(message, "parameter_invalid_integer", param="amount")
