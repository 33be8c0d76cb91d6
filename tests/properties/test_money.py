"""Laws of money."""

from __future__ import annotations

import pickle
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectkit.errors import InvalidRequest
from connectkit.money import CURRENCIES, Money

codes = st.sampled_from(sorted(CURRENCIES))
amounts = st.integers(-(10**14), 10**14)
money = st.builds(Money, amounts, codes)
weights = st.lists(
    st.integers(0, 1000) | st.fractions(0, 10) | st.decimals(0, 10, places=3), min_size=1, max_size=8
).filter(any)


@given(money)
def test_what_is_shown_is_read_again(value: Money) -> None:
    text, code = str(value).split()
    assert Money.of(text, code) == value
    assert Money.of(value.to_decimal(), code) == value
    assert eval(repr(value)) == value  # noqa: S307  # its own repr
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301  # our own
    assert hash(Money(value.amount, code.upper())) == hash(value)


@given(codes, amounts, amounts, st.integers(-1000, 1000))
def test_arithmetic_is_that_of_whole_numbers(code: str, one: int, other: int, times: int) -> None:
    a, b = Money(one, code), Money(other, code)
    assert (a + b).amount == one + other
    assert (a - b) + b == a
    negated = -a
    assert -negated == a
    assert abs(a).amount == abs(one)
    assert (a * times) == (times * a) == Money(one * times, code)
    assert (a < b, a <= b, a > b, a >= b) == (one < other, one <= other, one > other, one >= other)
    assert a.is_zero is (one == 0)


@given(money, weights)
def test_sharing_out_loses_nothing(value: Money, shares_of: list[int | Fraction | Decimal]) -> None:
    shares = value.allocate(shares_of)
    assert len(shares) == len(shares_of)
    assert sum((share.amount for share in shares), 0) == value.amount
    total = sum(Fraction(weight) for weight in shares_of)
    for share, weight in zip(shares, shares_of, strict=True):
        assert abs(share.amount - Fraction(value.amount) * Fraction(weight) / total) < 1 + len(shares)
        assert share.amount * value.amount >= 0
    assert (-value).allocate(shares_of) == tuple(-share for share in shares)


@given(st.integers(0, 10**9), weights)
def test_the_units_left_go_one_at_a_time_from_the_first(amount: int, shares_of: list[int | Fraction | Decimal]) -> None:
    total = sum(Fraction(weight) for weight in shares_of)
    floors = [int(amount * Fraction(weight) / total) for weight in shares_of]
    extra = [
        share.amount - floor for share, floor in zip(Money(amount, "usd").allocate(shares_of), floors, strict=True)
    ]
    left = amount - sum(floors)
    weighing = [more for more, weight in zip(extra, shares_of, strict=True) if weight]
    assert weighing == [1] * left + [0] * (len(weighing) - left)
    assert sum(extra) == left


@given(codes, st.integers(1, 9), st.integers(1, 40))
def test_a_decimal_too_many_is_refused_however_small(code: str, digit: int, further: int) -> None:
    decimals = CURRENCIES[code].decimals
    with pytest.raises(InvalidRequest, match="more decimals"):
        Money.of(f"1.{'0' * (decimals + further - 1)}{digit}", code)


@given(st.floats() | st.booleans() | st.none() | st.complex_numbers())
def test_floats_and_their_kin_are_refused_everywhere(value: object) -> None:
    with pytest.raises(InvalidRequest):
        Money.of(value, "usd")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidRequest):
        Money.minor(value, "usd")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidRequest):
        Money(1, "usd").allocate([value])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidRequest):
        Money(1, "usd") * value  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
