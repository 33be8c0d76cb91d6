"""Exchange rates: from minor units to minor units, exact, and rounded only where an amount is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from connectkit.simulator.refusals import Refusal

from .fees import half_up

_PER_CENT: Final[Mapping[str, str]] = {
    "usd": "1",
    "aud": "1.52",
    "brl": "5.4",
    "cad": "1.38",
    "chf": "0.88",
    "dkk": "6.9",
    "eur": "0.92",
    "gbp": "0.79",
    "hkd": "7.8",
    "huf": "365",
    "jpy": "1.5",
    "krw": "13.5",
    "mxn": "18",
    "myr": "4.4",
    "nok": "10.7",
    "nzd": "1.65",
    "pln": "4",
    "sek": "10.5",
    "sgd": "1.35",
    "twd": "32",
}
"""Round figures: so many minor units for a cent of a US dollar."""

_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Rates:
    """Mid-market rates.

    Attributes:
        per_cent: How many minor units of each currency a cent of a US dollar is worth, in decimal notation.
    """

    per_cent: Mapping[str, str] = field(default_factory=lambda: _PER_CENT, hash=False)

    def mid(self, currency: str, into: str) -> Fraction:
        """Give how many minor units of *into* a minor unit of *currency* is worth.

        Raises:
            Refusal: One of them has no rate here.
        """
        return Fraction(1) if currency == into else self._worth(into) / self._worth(currency)

    def _worth(self, currency: str) -> Fraction:
        if currency not in self.per_cent:
            raise Refusal(f"The simulator has no exchange rate for {currency}.", status=501, type="api_error")
        return Fraction(self.per_cent[currency])


def convert(amount: int, rate: Fraction) -> int:
    """Give *amount* at a rate, rounded to the nearest minor unit."""
    return half_up(amount * rate.numerator, rate.denominator)


def printed(rate: Fraction) -> float | None:
    """Give a rate as a row shows it, with six digits; none if nothing is converted."""
    return None if rate == 1 else float(f"{float(rate):.{_DIGITS}g}")
