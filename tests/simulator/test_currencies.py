from __future__ import annotations

import pytest

from connectkit.simulator.money.calendar import business_days, calendar_days
from connectkit.simulator.money.currencies import check_charge, check_payout, check_settled, least, payout_step
from connectkit.simulator.money.fees import half_even, half_up
from connectkit.simulator.refusals import Refusal


@pytest.mark.parametrize(
    ("currency", "amount"),
    [("usd", 50), ("gbp", 30), ("jpy", 50), ("krw", 1), ("huf", 17_500), ("mxn", 1000), ("isk", 50), ("kwd", 50)],
)
def test_the_least_that_is_charged(currency: str, amount: int) -> None:
    assert least(currency) == amount
    check_settled(amount, currency, "code")
    with pytest.raises(Refusal) as caught:
        check_settled(amount - 1, currency, "code")
    assert (caught.value.code, caught.value.param) == ("code", "amount")


@pytest.mark.parametrize(
    ("currency", "good", "bad"),
    [("usd", 101, 0), ("usd", 99_999_999, 100_000_000), ("isk", 500, 550), ("ugx", 100, 101), ("kwd", 5120, 5124)],
)
def test_amounts_that_can_be_charged(currency: str, good: int, bad: int) -> None:
    check_charge(good, currency)
    with pytest.raises(Refusal):
        check_charge(bad, currency)


@pytest.mark.parametrize(
    ("currency", "step"), [("usd", 1), ("jpy", 1), ("huf", 100), ("twd", 100), ("isk", 100), ("bhd", 10)]
)
def test_amounts_that_can_be_paid_out(currency: str, step: int) -> None:
    assert payout_step(currency) == step
    check_payout(step, currency)
    for bad in (0, *([step + 1] if step > 1 else [])):
        with pytest.raises(Refusal):
            check_payout(bad, currency)


def test_hungarian_charges_have_hundredths() -> None:
    check_charge(17_501, "huf")


@pytest.mark.parametrize(("amount", "up", "even"), [(5, 1, 0), (15, 2, 2), (25, 3, 2), (24, 2, 2), (26, 3, 3)])
def test_half_of_it(amount: int, up: int, even: int) -> None:
    assert (half_up(amount, 10), half_even(amount, 10)) == (up, even)


FRIDAY = 1_800_000_000
MIDNIGHT = FRIDAY - FRIDAY % 86_400


@pytest.mark.parametrize(
    ("later", "days", "expected"), [(0, 2, 4), (0, 1, 3), (1, 2, 4), (2, 1, 3), (3, 2, 5), (1, 0, 3)]
)
def test_weekends_do_not_count(later: int, days: int, expected: int) -> None:
    assert business_days(FRIDAY + later * 86_400, days) == MIDNIGHT + expected * 86_400


def test_every_day_counts() -> None:
    assert calendar_days(FRIDAY, 7) == MIDNIGHT + 7 * 86_400
