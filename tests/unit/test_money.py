"""Money, and Stripe's rules of how a currency is written."""

from __future__ import annotations

from typing import Any

import pytest

from connectkit.errors import InvalidRequest
from connectkit.money import CURRENCIES, Money, currency_of


@pytest.mark.parametrize(
    ("text", "code", "minor"),
    [("49.90", "usd", 4990), ("500", "jpy", 500), ("5.120", "kwd", 5120), ("5", "isk", 500), ("5", "ugx", 500)],
)
def test_each_currency_has_its_own_decimals(text: str, code: str, minor: int) -> None:
    assert Money.of(text, code) == Money.minor(minor, code)


@pytest.mark.parametrize(
    ("amount", "complaint"),
    [
        ("10.005", "more decimals than usd, which has 2"),
        (10.5, "not a float"),
        (True, "not a bool"),
        ("nan", "no amount of money"),
        ("Infinity", "no amount of money"),
        ("1e400", "no amount of money"),
        ("ten", "is no number"),
        (None, "not a NoneType"),
    ],
)
def test_what_is_no_amount_is_refused(amount: Any, complaint: str) -> None:
    with pytest.raises(InvalidRequest, match=complaint) as caught:
        Money.of(amount, "usd")
    assert caught.value.param == "amount"


@pytest.mark.parametrize("code", ["", "us", "dollar", "xyz", 7, None])
def test_what_is_no_currency_is_refused(code: Any) -> None:
    with pytest.raises(InvalidRequest) as caught:
        Money.of("1", code)
    assert caught.value.param == "currency"


def test_a_currency_of_tomorrow_can_be_read_and_shown() -> None:
    money = Money(500, "xyz")
    assert str(money) == "5.00 xyz"
    assert repr(money) == "Money(500, 'xyz')"
    with pytest.raises(InvalidRequest, match="not the code of a currency"):
        Money(500, "x")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(InvalidRequest, match="usd and eur are different currencies"):
        _ = Money.of("1", "usd") + Money.of("1", "eur")
    with pytest.raises(InvalidRequest, match="not with a int"):
        Money.of("1", "usd") + 1  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]


@pytest.mark.parametrize(
    ("money", "complaint"),
    [
        (Money(0, "usd"), "has to be above zero"),
        (Money(-1, "usd"), "has to be above zero"),
        (Money(100_000_000, "usd"), "eight digits"),
        (Money(150, "isk"), "isk is charged in multiples of 1.00 isk"),
        (Money(5124, "kwd"), "multiples of 0.010 kwd"),
    ],
)
def test_what_cannot_be_charged_is_refused(money: Money, complaint: str) -> None:
    with pytest.raises(InvalidRequest, match=complaint) as caught:
        money.check_chargeable("price")
    assert caught.value.param == "price"


def test_what_cannot_be_paid_out_is_refused() -> None:
    assert Money(1045, "huf").check_chargeable() == Money(1045, "huf")
    assert Money(1000, "huf").check_payable() == Money(1000, "huf")
    with pytest.raises(InvalidRequest, match=r"huf is paid out in multiples of 1\.00 huf; amount is 10\.45 huf"):
        Money(1045, "huf").check_payable()


@pytest.mark.parametrize("weights", [[], [0, 0], [-1, 2]])
def test_weights_have_to_say_something(weights: list[int]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        Money(10, "usd").allocate(weights)
    assert caught.value.param == "weights"


def test_the_table_is_stripes() -> None:
    zero = {code for code, rules in CURRENCIES.items() if rules.decimals == 0}
    assert len(zero) == 15
    assert currency_of("JPY").decimals == 0
    assert {code for code, rules in CURRENCIES.items() if rules.decimals == 3} == {"bhd", "jod", "kwd", "omr", "tnd"}
