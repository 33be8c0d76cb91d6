from __future__ import annotations

import pytest
from tests.simulator.till import Till

from connectkit.simulator import Simulator

USD = {"amount": 2000, "currency": "usd"}


@pytest.fixture
def till(simulator: Simulator) -> Till:
    return Till(simulator)


def test_money_arrives_after_some_business_days(till: Till) -> None:
    topup = till.driver.made("/v1/topups", {**USD, "description": "d", "transfer_group": "g", "metadata": {"a": "b"}})
    assert (topup["status"], topup["metadata"], topup["transfer_group"]) == ("pending", {"a": "b"}, "g")
    till.simulator.advance(to=topup["expected_availability_date"] - 1)
    assert till.held() == 0
    till.simulator.advance(to=topup["expected_availability_date"])
    arrived = till.driver.get(f"/v1/topups/{topup['id']}").body
    assert (arrived["status"], till.available(), till.rows()) == ("succeeded", 2000, [("topup", 2000, 0, 2000)])
    assert till.driver.post(f"/v1/topups/{topup['id']}/cancel").error["code"] == "status_transition_invalid"
    assert till.events()[-2:] == ["topup.created", "topup.succeeded"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("btok_us_verified_noAccount", "no_account"),
        ("btok_us_verified_accountClosed", "account_closed"),
        ("btok_us_verified_insufficientFunds", "insufficient_funds"),
        ("btok_us_verified_debitNotAuthorized", "debit_not_authorized"),
        ("btok_us_verified_invalidCurrency", "invalid_currency"),
    ],
)
def test_money_that_does_not_arrive(till: Till, source: str, code: str) -> None:
    topup = till.driver.made("/v1/topups", {**USD, "source": source})
    till.simulator.advance(days=8)
    failed = till.driver.get(f"/v1/topups/{topup['id']}").body
    assert (failed["status"], failed["failure_code"], till.held()) == ("failed", code, 0)
    assert till.events()[-1] == "topup.failed"


def test_canceled_in_time(till: Till) -> None:
    topup = till.driver.made("/v1/topups", {**USD, "source": "btok_us_verified"})
    assert till.driver.made(f"/v1/topups/{topup['id']}/cancel")["status"] == "canceled"
    till.simulator.advance(days=8)
    assert (till.held(), till.events()[-1]) == (0, "topup.canceled")
    assert [one["id"] for one in till.listed("/v1/topups", status="canceled")] == [topup["id"]]
    assert till.listed("/v1/topups", status="pending") == []


def test_its_words_change(till: Till) -> None:
    path = f"/v1/topups/{till.driver.made('/v1/topups', USD)['id']}"
    changed = till.driver.made(path, {"description": "d", "metadata": {"a": "b"}})
    assert (changed["description"], changed["metadata"]) == ("d", {"a": "b"})


def test_what_is_no_top_up(till: Till) -> None:
    assert till.driver.post("/v1/topups", {**USD, "amount": 0}).error["param"] == "amount"
    assert till.driver.post("/v1/topups", {**USD, "source": "btok_nothing"}).error["param"] == "source"
    assert till.driver.post("/v1/topups", USD, account=till.seller()).status == 501


def test_money_that_the_bank_takes_back_after_it_has_arrived(till: Till) -> None:
    topup = till.driver.made("/v1/topups", {**USD, "source": "btok_us_verified_reversed"})
    till.simulator.advance(to=topup["expected_availability_date"])
    assert (till.driver.get(f"/v1/topups/{topup['id']}").body["status"], till.held()) == ("succeeded", 2000)
    till.simulator.advance(days=8)
    assert (till.driver.get(f"/v1/topups/{topup['id']}").body["status"], till.held()) == ("reversed", 0)
    assert till.rows() == [("topup", 2000, 0, 2000), ("topup_reversal", -2000, 0, -2000)]
    assert till.events()[-1] == "topup.reversed"
    till.simulator.check()
