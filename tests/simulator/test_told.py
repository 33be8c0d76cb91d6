"""Events that tools of others wait for."""

from __future__ import annotations

import pytest
from tests.simulator.driver import Driver
from tests.simulator.till import Till

from connectkit.simulator import Simulator

AT_ONCE = {"payment_method": "pm_card_bypassPending"}


@pytest.fixture
def till(simulator: Simulator) -> Till:
    return Till(simulator)


def test_money_that_becomes_available_is_told_of_once_a_day(till: Till) -> None:
    till.pay(1000, **AT_ONCE)
    assert till.events().count("balance.available") == 1
    for _ in range(3):
        till.pay(1000)
    assert till.events().count("balance.available") == 1
    till.simulator.advance(days=7)
    assert till.events().count("balance.available") == 2
    told = till.listed("/v1/events", type="balance.available")[0]["data"]["object"]
    assert (told["object"], told["pending"][0]["amount"]) == ("balance", 0)


def test_changed_words_are_told_of(till: Till) -> None:
    till.pay(5000, **AT_ONCE)
    payout = till.driver.made("/v1/payouts", {"amount": 1000, "currency": "usd"})["id"]
    till.driver.made(f"/v1/payouts/{payout}", {"metadata": {"a": "b"}})
    event = till.listed("/v1/events", type="payout.updated")[0]
    assert event["data"]["previous_attributes"] == {"metadata": {}}
    refund = till.refund(till.pay(1000))["id"]
    till.driver.made(f"/v1/refunds/{refund}", {"metadata": {"a": "b"}})
    assert till.events()[-2:] == ["refund.updated", "charge.refund.updated"]


def test_an_account_of_which_nothing_was_said_receives_transfers(till: Till) -> None:
    till.pay(5000, **AT_ONCE)
    account = till.driver.made("/v1/accounts")["id"]
    told = {"amount": 1000, "currency": "usd", "destination": account}
    assert till.driver.made("/v1/transfers", told)["amount"] == 1000
    other = till.driver.made("/v1/accounts", {"type": "standard"})["id"]
    reply = till.driver.post("/v1/transfers", {**told, "destination": other})
    assert reply.error["code"] == "insufficient_capabilities_for_transfer"


def test_a_deleted_account_leaves_the_application(driver: Driver) -> None:
    heard: list[bytes] = []
    driver.simulator.subscribe(lambda body, _: heard.append(body), connect=True)
    for kind in ("standard", "express"):
        driver.delete(f"/v1/accounts/{driver.made('/v1/accounts', {'type': kind})['id']}")
    assert sum(b"account.application.deauthorized" in body for body in heard) == 1


def test_an_inquiry_takes_nothing_until_it_becomes_a_chargeback(till: Till) -> None:
    charge = till.pay(1000, payment_method="pm_card_createDisputeInquiry")
    inquiry = till.listed("/v1/disputes", charge=charge)[0]
    assert (inquiry["status"], inquiry["balance_transactions"]) == ("warning_needs_response", [])
    assert inquiry["payment_method_details"]["card"]["case_type"] == "inquiry"
    assert till.held() == 941
    path = f"/v1/disputes/{inquiry['id']}"
    assert till.driver.made(path, {"metadata": {"a": "b"}})["status"] == "warning_needs_response"
    told = {"evidence": {"uncategorized_text": "escalate_inquiry_evidence"}}
    assert till.driver.made(path, told)["status"] == "warning_under_review"
    escalated = till.driver.get(path).body
    assert (escalated["status"], len(escalated["balance_transactions"])) == ("needs_response", 1)
    assert till.held() == 941 - 1000 - 1500


@pytest.mark.parametrize("text", ["winning_evidence", "losing_evidence"])
def test_an_inquiry_is_closed_by_evidence(till: Till, text: str) -> None:
    charge = till.pay(1000, payment_method="pm_card_createDisputeInquiry")
    path = f"/v1/disputes/{till.listed('/v1/disputes', charge=charge)[0]['id']}"
    till.driver.made(path, {"evidence": {"uncategorized_text": text}})
    assert till.driver.get(path).body["status"] == "warning_closed"
    assert till.driver.post(f"{path}/close").error["code"] == "status_transition_invalid"


def test_an_inquiry_is_closed_and_can_be_refunded(till: Till) -> None:
    charge = till.pay(1000, payment_method="pm_card_createDisputeInquiry")
    path = f"/v1/disputes/{till.listed('/v1/disputes', charge=charge)[0]['id']}"
    assert till.driver.made(f"{path}/close")["status"] == "warning_closed"
    assert till.refund(charge)["status"] == "succeeded"
    assert till.events()[-1] != "charge.dispute.funds_withdrawn"


def test_a_bank_takes_a_debit_back(till: Till) -> None:
    till.pay(1000, payment_method="pm_usBankAccount_dispute")
    till.simulator.advance(hours=1)
    dispute = till.listed("/v1/disputes")[0]
    assert (dispute["reason"], dispute["status"]) == ("debit_not_authorized", "needs_response")
