"""Money: whole minor units and a currency, and Stripe's own rules of how a currency is written.

No float is accepted anywhere: a float has already lost what it was meant to say. Amounts are in the unit that Stripe's
API counts in, which is not always the unit of the street: it counts króna and shilling in hundredths that nobody can
pay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from attrs import field, frozen

from .errors import InvalidRequest

Weight: TypeAlias = int | Decimal | Fraction


Rounding: TypeAlias = Literal["first", "largest"]
"""Who gets the units that are left by flooring: those named first, or those who lost most."""
_CODE: Final = re.compile(r"[a-z]{3}")
_LARGEST: Final = 99_999_999
"""The most that one movement can be, in minor units: Stripe takes eight digits."""

_DIGITS: Final = 18  # of major units: beyond that an exponent is a mistake or an attack


@frozen
class Currency:
    """How Stripe writes a currency.

    Attributes:
        code: ISO 4217, lower case.
        decimals: Digits after the point of the amounts that the API counts in units of.
        charge_step: Amounts of a charge are a multiple of so many minor units.
        payout_step: Amounts of a payout are a multiple of so many minor units.
    """

    code: str
    decimals: int = 2
    charge_step: int = 1
    payout_step: int = 1


_ZERO_DECIMALS: Final = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
_THREE_DECIMALS: Final = "bhd jod kwd omr tnd"
_TWO_DECIMALS: Final = (
    "aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf "
    "cny cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg idr ils inr "
    "jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn "
    "nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl "
    "thb tjs top try ttd tzs uah usd uyu uzs wst xcd yer zar zmw"
)


def _currencies() -> Mapping[str, Currency]:
    table = {code: Currency(code, 0) for code in _ZERO_DECIMALS.split()}
    table |= {code: Currency(code) for code in _TWO_DECIMALS.split()}
    # The last digit of three-decimal amounts is 0.
    table |= {code: Currency(code, 3, charge_step=10, payout_step=10) for code in _THREE_DECIMALS.split()}
    # No fractions any more, and written with two decimals all the same.
    table |= {code: Currency(code, charge_step=100, payout_step=100) for code in ("isk", "ugx")}
    # Charged in fractions and paid out in whole units.
    table |= {code: Currency(code, payout_step=100) for code in ("huf", "twd")}
    return table


CURRENCIES: Final = _currencies()
"""Every currency that Stripe's published list names, by code."""


def currency_of(code: str) -> Currency:
    """Give the rules of a currency.

    Raises:
        InvalidRequest: It is not one of Stripe's.
    """
    found = CURRENCIES.get(code.lower()) if isinstance(code, str) else None  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without a checker
    if found is None:
        message = f"{code!r} is not a currency of Stripe's."
        raise InvalidRequest(message, param="currency", next_step="Pass an ISO 4217 code, as 'usd'.")
    return found


def _whole(amount: object) -> int:
    if isinstance(amount, bool) or not isinstance(amount, int):
        message = f"An amount is a whole number of minor units, not a {type(amount).__name__}."
        raise InvalidRequest(message, param="amount", next_step="Use Money.of('49.90', 'usd') for major units.")
    return amount


def _lower(code: str) -> str:
    lowered = code.lower() if isinstance(code, str) else ""  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without a checker
    if not _CODE.fullmatch(lowered):
        message = f"{code!r} is not the code of a currency."
        raise InvalidRequest(message, param="currency", next_step="Pass an ISO 4217 code, as 'usd'.")
    return lowered


@frozen(order=False)
class Money:
    """An amount of money.

    A currency that the library does not know can be read, for Stripe adds some; only its major units are not known.

    Attributes:
        amount: Whole minor units, as Stripe's API counts them.
        currency: ISO 4217, lower case.
    """

    amount: int = field(converter=_whole)
    currency: str = field(converter=_lower)

    @classmethod
    def minor(cls, amount: int, currency: str) -> Money:
        """Make money of minor units.

        >>> Money.minor(4990, "usd")
        Money.of('49.90', 'usd')

        Raises:
            InvalidRequest: The amount is not an int, or the currency is not one of Stripe's.
        """
        return cls(amount, currency_of(currency).code)

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str) -> Money:
        """Make money of major units, exactly.

        >>> Money.of("49.90", "usd").amount
        4990
        >>> Money.of(500, "jpy").amount
        500

        Raises:
            InvalidRequest: The amount is a float, is no number, or has more decimals than the currency.
        """
        rules = currency_of(currency)
        scaled = Fraction(_exact(amount)) * 10**rules.decimals
        if scaled.denominator != 1:
            message = f"{amount} has more decimals than {rules.code}, which has {rules.decimals}."
            raise InvalidRequest(message, param="amount", next_step="Round it the way your contract says.")
        return cls(scaled.numerator, rules.code)

    @property
    def rules(self) -> Currency:
        """How Stripe writes its currency; two decimals are taken where it is not known."""
        return CURRENCIES.get(self.currency) or Currency(self.currency)

    @property
    def is_zero(self) -> bool:
        """Whether it is nothing."""
        return self.amount == 0

    def to_decimal(self) -> Decimal:
        """Give the amount in major units, exactly."""
        return Decimal(self.amount).scaleb(-self.rules.decimals)

    def __str__(self) -> str:
        return f"{self.to_decimal():f} {self.currency}"

    def __repr__(self) -> str:
        if self.currency not in CURRENCIES:
            return f"Money({self.amount}, {self.currency!r})"
        return f"Money.of('{self.to_decimal():f}', {self.currency!r})"

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.amount), self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.amount * _whole(times), self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def allocate(self, weights: Sequence[Weight], *, rounding: Rounding = "first") -> tuple[Money, ...]:
        """Share it out by weight, losing nothing.

        Every share is floored, and the units that are left are handed out one at a time: from the first on, or to those
        first who lost most by flooring. A weight of zero gets nothing. A negative amount is shared out as its positive
        and negated, so that giving back undoes giving.

        >>> Money.of("10.00", "usd").allocate([1, 1, 1])
        (Money.of('3.34', 'usd'), Money.of('3.33', 'usd'), Money.of('3.33', 'usd'))

        Args:
            weights: Whole numbers, decimals or fractions; not negative, and not all zero.
            rounding: Who gets the units that are left: the `first`, or those with the `largest` remainder.

        Raises:
            InvalidRequest: There are no weights, one is negative or a float, or all are zero.
        """
        exact = [_weight(weight) for weight in weights]
        total = sum(exact)
        if not total:
            message = "Weights have to sum to more than zero."
            raise InvalidRequest(message, param="weights")
        size = abs(self.amount)
        wanted = [size * weight / total for weight in exact]
        shares = [int(share) for share in wanted]
        order = [place for place, weight in enumerate(exact) if weight]
        if rounding == "largest":
            order.sort(key=lambda place: shares[place] - wanted[place])
        for place in order[: size - sum(shares)]:
            shares[place] += 1
        sign = -1 if self.amount < 0 else 1
        return tuple(Money(sign * share, self.currency) for share in shares)

    def check_chargeable(self, param: str = "amount") -> Money:
        """Check that a buyer can be charged it, and give it back.

        Raises:
            InvalidRequest: It is not above zero, is over Stripe's eight digits, or is no multiple of what Stripe takes.
        """
        return self._check(param, self.rules.charge_step, "charged")

    def check_payable(self, param: str = "amount") -> Money:
        """Check that it can be paid out, and give it back.

        Raises:
            InvalidRequest: It is not above zero, or is no multiple of what Stripe pays out.
        """
        return self._check(param, self.rules.payout_step, "paid out")

    def _check(self, param: str, step: int, verb: str) -> Money:
        if self.amount <= 0:
            message = f"{param} has to be above zero; this is {self}."
            raise InvalidRequest(message, param=param)
        if self.amount > _LARGEST:
            message = f"{param} has more than the eight digits that Stripe takes: {self}."
            raise InvalidRequest(message, param=param)
        if self.amount % step:
            message = f"{self.currency} is {verb} in multiples of {Money(step, self.currency)}; {param} is {self}."
            raise InvalidRequest(message, param=param)
        return self

    def _same(self, other: Money) -> int:
        if not isinstance(other, Money):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without a checker
            message = f"Money goes with money, not with a {type(other).__name__}."  # type: ignore[unreachable]
            raise InvalidRequest(message)
        if other.currency != self.currency:
            message = f"{self.currency} and {other.currency} are different currencies."
            raise InvalidRequest(message, param="currency", next_step="Convert one of them at a rate that you chose.")
        return other.amount


def _exact(amount: object) -> Decimal:
    if isinstance(amount, bool) or not isinstance(amount, str | int | Decimal):
        message = f"An amount is a str, an int or a Decimal, not a {type(amount).__name__}."
        raise InvalidRequest(message, param="amount", next_step="Pass it as text, as in Money.of('49.90', 'usd').")
    try:
        exact = Decimal(amount)
    except InvalidOperation:
        message = f"{amount!r} is no number."
        raise InvalidRequest(message, param="amount") from None
    if not exact.is_finite() or abs(exact.adjusted()) > _DIGITS:
        message = f"{amount!r} is no amount of money."
        raise InvalidRequest(message, param="amount")
    return exact


def _weight(weight: object) -> Fraction:
    if isinstance(weight, bool) or not isinstance(weight, int | Decimal | Fraction):
        message = f"A weight is an int, a Decimal or a Fraction, not a {type(weight).__name__}."
        raise InvalidRequest(message, param="weights")
    exact = Fraction(weight)
    if exact < 0:
        message = f"A weight of {weight} is negative."
        raise InvalidRequest(message, param="weights")
    return exact
