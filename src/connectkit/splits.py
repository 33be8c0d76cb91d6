"""Who gets what of a payment, exact to the last minor unit.

A `Split` is a rule: it can be made once, for a contract, and applied to any total. What comes of it is a `Division`,
which always sums to the total. The arithmetic is that of Numscript: every share is floored, and the units that are left
are handed out one at a time from the first on, or by largest remainder where that is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import pairwise
from typing import Final, TypeAlias

from attrs import asdict, evolve, field, frozen

from .divisions import Division, LeftOut
from .errors import InvalidRequest
from .money import Money, Rounding
from .requests import checked_id

Percent: TypeAlias = str | int | Decimal
"""A percentage, exactly: `"12.5"`, never a float."""

_HUNDRED: Final = 100


@frozen(kw_only=True)
class Tier:
    """One step of a fee.

    Attributes:
        up_to: The largest total that it is for; `None` for any.
        percent: Of the total.
        fixed: Added to that.
        minimum: At least this much.
        maximum: At most this much.
    """

    up_to: Money | None = None
    percent: Percent = 0
    fixed: Money | None = None
    minimum: Money | None = None
    maximum: Money | None = None

    def of(self, total: Money) -> Money:
        """Give the fee on a total, floored to the minor unit, and never more than the total."""
        amount = Money(int(total.amount * _portion(self.percent)), total.currency)
        if self.fixed is not None:
            amount += self.fixed
        return min(_clamped(amount, self.minimum, self.maximum), total)


@frozen(kw_only=True)
class _Claim:
    to: str
    fixed: Money | None = None
    portion: Fraction | None = None
    weight: Fraction | None = None
    minimum: Money | None = None
    maximum: Money | None = None

    @property
    def bounded(self) -> bool:
        return self.minimum is not None or self.maximum is not None


@frozen
class Split:
    """A rule that says who gets what; each method gives a new rule with one line more.

    Fixed amounts and percentages are of the whole total. What they leave is shared out by `ratio`, or goes to whoever
    is to have the `rest`, or stays with the platform.

    >>> rule = Split().fixed("acct_courier", Money.of("5.00", "usd")).percent("acct_seller", "80")
    >>> division = rule.of(Money.of("99.99", "usd"))
    >>> division.shares["acct_seller"], division.shares["acct_courier"], division.kept
    (Money.of('80.00', 'usd'), Money.of('5.00', 'usd'), Money.of('14.99', 'usd'))

    Attributes:
        rounding: Who gets the units that are left by flooring.
    """

    rounding: Rounding = field(default="first", kw_only=True)
    _claims: tuple[_Claim, ...] = field(default=(), alias="claims", kw_only=True)
    _tiers: tuple[Tier, ...] = field(default=(), alias="tiers", kw_only=True)
    _rest: _Claim | None = field(default=None, alias="rest", kw_only=True)

    def fixed(self, to: str, amount: Money) -> Split:
        """Give a connected account an amount.

        Raises:
            InvalidRequest: It is no id of an account, or the amount is negative.
        """
        if amount.amount < 0:
            message = "A fixed share is not negative."
            raise InvalidRequest(message, param="amount")
        return self._with(_Claim(to=_account(to), fixed=amount))

    def percent(
        self, to: str, percent: Percent, *, minimum: Money | None = None, maximum: Money | None = None
    ) -> Split:
        """Give a connected account a percentage of the total.

        Args:
            to: The connected account.
            percent: Exactly, as `"12.5"`.
            minimum: At least this much.
            maximum: At most this much.

        Raises:
            InvalidRequest: It is no id of an account, all percentages together exceed a hundred, or the minimum is
                below nothing or over the maximum.
        """
        _check_bounds(minimum, maximum)
        claim = _Claim(to=_account(to), portion=_portion(percent), minimum=minimum, maximum=maximum)
        if sum((one.portion or Fraction() for one in (*self._claims, claim)), Fraction()) > 1:
            message = "The percentages sum to more than a hundred."
            raise InvalidRequest(message, param="percent")
        return self._with(claim)

    def ratio(
        self,
        to: str,
        weight: int | Decimal | Fraction,
        *,
        minimum: Money | None = None,
        maximum: Money | None = None,
    ) -> Split:
        """Give a connected account a share by weight of what fixed amounts, percentages and the fee leave.

        What a bound adds to one share or takes off it, the others get less or more of, by their weights. What is over
        when everybody has the maximum stays with the platform.

        >>> rule = Split().ratio("acct_a", 3, maximum=Money.of("5.00", "usd")).ratio("acct_b", 1)
        >>> rule.of(Money.of("12.00", "usd")).shares["acct_b"]
        Money.of('7.00', 'usd')

        Args:
            to: The connected account.
            weight: Its weight among the others, above zero.
            minimum: At least this much; a total that does not suffice for every minimum is an error of `of`.
            maximum: At most this much.

        Raises:
            InvalidRequest: It is no id of an account, the weight is not above zero, somebody has the rest already, or
                the minimum is below nothing or over the maximum.
        """
        _check_bounds(minimum, maximum)
        exact = Fraction(weight)
        if exact <= 0:
            message = "A weight is above zero."
            raise InvalidRequest(message, param="weight")
        if self._rest is not None:
            raise _two_rests()
        return self._with(_Claim(to=_account(to), weight=exact, minimum=minimum, maximum=maximum))

    def rest(self, to: str, *, minimum: Money | None = None, maximum: Money | None = None) -> Split:
        """Give a connected account what is left, which would stay with the platform otherwise.

        Args:
            to: The connected account.
            minimum: At least this much; a total that does not leave it is an error of `of`.
            maximum: At most this much; what is over stays with the platform.

        Raises:
            InvalidRequest: It is no id of an account, what is left is shared out already, or the minimum is below
                nothing or over the maximum.
        """
        _check_bounds(minimum, maximum)
        if self._rest is not None or any(claim.weight for claim in self._claims):
            raise _two_rests()
        return evolve(self, rest=_Claim(to=_account(to), minimum=minimum, maximum=maximum))

    def fee(self, *tiers: Tier) -> Split:
        """Have the platform keep a fee, which comes off what is left.

        Args:
            *tiers: In the order of their thresholds; the first that is for the total counts.

        Raises:
            InvalidRequest: There is none, or their thresholds do not rise.
        """
        limits = [tier.up_to for tier in tiers]
        rising = all(a is not None and (b is None or a < b) for a, b in pairwise(limits))
        if not tiers or not rising:
            message = "A fee has tiers whose thresholds rise; only the last one may have none."
            raise InvalidRequest(message, param="tiers")
        return evolve(self, tiers=tiers)

    def of(self, total: Money) -> Division:
        """Apply the rule to a total.

        Raises:
            InvalidRequest: The total is not above zero, is in another currency, is over the last tier's threshold, or
                does not suffice.
        """
        if total.amount <= 0:
            message = f"What is split has to be above zero; this is {total}."
            raise InvalidRequest(message, param="total")
        nothing = Money(0, total.currency)
        portions = self._portions(total)
        fee = self._fee(total)
        amounts = [self._taken(claim, place, portions, nothing) for place, claim in enumerate(self._claims)]
        left = total - fee - sum(amounts, nothing)
        if left.amount < 0:
            message = f"The fixed amounts, percentages and fee are {-left} more than {total}."
            raise InvalidRequest(message, param="total", next_step="Lower one of them, or raise the total.")
        places = [place for place, claim in enumerate(self._claims) if claim.weight is not None]
        shares = _within([self._claims[place] for place in places], left, self.rounding)
        for place, share in zip(places, shares, strict=True):
            amounts[place] = share
        left -= sum(shares, nothing)
        lines = [(claim.to, amount) for claim, amount in zip(self._claims, amounts, strict=True)]
        if self._rest is not None:
            (share,) = _within([evolve(self._rest, weight=Fraction(1))], left, self.rounding)
            lines.append((self._rest.to, share))
            left -= share
        return _division(total, lines, fee + left)

    def document(self) -> dict[str, object]:
        """Give the rule as JSON values: equal rules give equal documents."""
        return {
            "rounding": self.rounding,
            "claims": [_written(claim) for claim in self._claims],
            "tiers": [_written(tier) for tier in self._tiers],
            "rest": self._rest and (_written(self._rest) if self._rest.bounded else self._rest.to),
        }

    def _with(self, claim: _Claim) -> Split:
        return evolve(self, claims=(*self._claims, claim))

    def _portions(self, total: Money) -> Mapping[int, Money]:
        """Share the total out by percentages, what they leave being one share more, the last."""
        places = [place for place, claim in enumerate(self._claims) if claim.portion is not None]
        exact = [self._claims[place].portion or Fraction() for place in places]
        shares = total.allocate([*exact, 1 - sum(exact, Fraction())], rounding=self.rounding)
        return dict(zip(places, shares, strict=False))

    def _taken(self, claim: _Claim, place: int, portions: Mapping[int, Money], nothing: Money) -> Money:
        if claim.fixed is not None:
            return claim.fixed + nothing
        if claim.portion is not None:
            return _clamped(portions[place], claim.minimum, claim.maximum)
        return nothing

    def _fee(self, total: Money) -> Money:
        if not self._tiers:
            return Money(0, total.currency)
        tier = next((tier for tier in self._tiers if tier.up_to is None or total <= tier.up_to), None)
        if tier is None:
            message = f"{total} is over the threshold of the last tier."
            raise InvalidRequest(message, param="total", next_step="Add a tier without a threshold.")
        return tier.of(total)


def _written(line: _Claim | Tier) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(line, recurse=False).items() if value is not None}


def _division(total: Money, lines: Sequence[tuple[str, Money]], kept: Money) -> Division:
    shares: dict[str, Money] = {}
    for to, amount in lines:
        shares[to] = shares.get(to, Money(0, total.currency)) + amount
    why = f"its share of {total} is zero"
    out = tuple(LeftOut(account=to, why=why) for to, share in shares.items() if share.is_zero)
    return Division(
        total=total,
        shares={to: share for to, share in shares.items() if not share.is_zero},
        kept=kept,
        left_out=out,
    )


def _within(claims: Sequence[_Claim], left: Money, rounding: Rounding) -> list[Money]:
    """Share out by weight within the bounds of each: whoever is out of bounds gets the bound, and leaves the division.

    In each round those leave who are out of bounds in the direction in which all together are: what they give up, or
    take, moves the others the other way, so that nobody who has left would come back.
    """
    nothing = Money(0, left.currency)
    least = sum((claim.minimum for claim in claims if claim.minimum is not None), nothing)
    if least > left:
        message = f"{left} is left to share out, and the minimums are {least}."
        raise InvalidRequest(message, param="total", next_step="Lower a minimum, or raise the total.")
    given: dict[int, Money] = {}
    while len(given) < len(claims):
        open_ = [place for place in range(len(claims)) if place not in given]
        weights = [claims[place].weight or Fraction() for place in open_]
        shares = (left - sum(given.values(), nothing)).allocate(weights, rounding=rounding)
        bounds = [
            _clamped(share, claims[at].minimum, claims[at].maximum) for at, share in zip(open_, shares, strict=True)
        ]
        off = sum(bounds, nothing) - sum(shares, nothing)
        given |= {
            place: bound
            for place, share, bound in zip(open_, shares, bounds, strict=True)
            if off.is_zero or (bound - share).amount * off.amount > 0
        }
    return [given[place] for place in range(len(claims))]


def _check_bounds(minimum: Money | None, maximum: Money | None) -> None:
    if minimum is not None and minimum.amount < 0:
        message = "A minimum is not negative."
        raise InvalidRequest(message, param="minimum")
    if maximum is not None and maximum < (minimum or Money(0, maximum.currency)):
        message = "A maximum is at least the minimum, and not negative."
        raise InvalidRequest(message, param="maximum")


def _clamped(amount: Money, minimum: Money | None, maximum: Money | None) -> Money:
    if minimum is not None:
        amount = max(amount, minimum)
    return amount if maximum is None else min(amount, maximum)


def _portion(percent: object) -> Fraction:
    if isinstance(percent, bool) or not isinstance(percent, str | int | Decimal):
        message = f"A percentage is a str, an int or a Decimal, not a {type(percent).__name__}."
        raise InvalidRequest(message, param="percent", next_step='Pass it as text, as in "12.5".')
    try:
        exact = Decimal(percent)
    except InvalidOperation:
        exact = Decimal(-1)
    if not exact.is_finite() or not 0 <= exact <= _HUNDRED:
        message = f"{percent!r} is no percentage from 0 to 100."
        raise InvalidRequest(message, param="percent")
    return Fraction(exact) / _HUNDRED


def _account(to: str) -> str:
    return checked_id(to, "to", "acct_")


def _two_rests() -> InvalidRequest:
    message = "What is left goes to one account, or is shared out by ratio, and not both."
    return InvalidRequest(message, param="to")
