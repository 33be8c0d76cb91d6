"""Refunds of what a customer has sent and not spent."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.test_asked_refunds import BAD, DAY, EMAIL, GOOD, answer, read
from tests.simulator.till import Till

from connectkit.simulator import Simulator, Switches


@pytest.fixture
def till(simulator: Simulator) -> Till:
    return Till(simulator)


def sent(till: Till, email: str | None = EMAIL, account: str | None = None) -> str:
    """Give a customer who has sent 50 dollars."""
    told = {"email": email} if email else {}
    customer: str = till.driver.made("/v1/customers", told, account=account)["id"]
    fund = f"/v1/test_helpers/customers/{customer}/fund_cash_balance"
    till.driver.made(fund, {"amount": 5000, "currency": "usd"}, account=account)
    return customer


def asked(sender: str, **more: Any) -> dict[str, Any]:
    told = {"origin": "customer_balance", "customer": sender, "currency": "usd", "amount": 2000, **more}
    return {name: value for name, value in told.items() if value is not None}


def cash(till: Till, customer: str) -> list[tuple[str, int]]:
    """Give what came and went, oldest first."""
    listed = till.listed(f"/v1/customers/{customer}/cash_balance_transactions")
    return [(row["type"], row["net_amount"]) for row in reversed(listed)]


def test_a_customer_gets_back_what_she_sent(till: Till) -> None:
    customer = sent(till)
    refund = till.driver.made("/v1/refunds", asked(customer, metadata={"a": "b"}, reason="duplicate"))
    assert (refund["status"], refund["customer"], refund["charge"]) == ("requires_action", customer, None)
    assert (refund["metadata"], refund["reason"]) == ({"a": "b"}, "duplicate")
    assert refund["next_action"]["display_details"]["email_sent"]["email_sent_to"] == EMAIL
    assert cash(till, customer) == [("funded", 5000), ("return_initiated", -2000)]
    assert till.events()[-1] == "refund.created"
    answer(till, refund, GOOD)
    till.simulator.advance(hours=1)
    assert read(till, refund)["status"] == "succeeded"
    assert (till.events().count("refund.updated"), "charge.refund.updated" in till.events()) == (2, False)
    assert till.rows() == []
    assert till.listed("/v1/refunds") == [read(till, refund)]


def test_what_does_not_reach_her_is_hers_again(till: Till) -> None:
    customer = sent(till)
    canceled = till.driver.made("/v1/refunds", asked(customer))
    gone = till.driver.made(f"/v1/refunds/{canceled['id']}/cancel")
    assert (gone["status"], gone["failure_balance_transaction"]) == ("canceled", None)
    late = till.driver.made("/v1/refunds", asked(customer, amount=5000))
    answer(till, late, BAD)
    till.simulator.advance(hours=1)
    assert read(till, late)["status"] == "requires_action"
    till.simulator.advance(to=late["created"] + 45 * DAY)
    assert read(till, late)["status"] == "failed"
    assert cash(till, customer)[1:] == [
        ("return_initiated", -2000),
        ("return_canceled", 2000),
        ("return_initiated", -5000),
        ("return_canceled", 5000),
    ]


@pytest.mark.parametrize(
    ("more", "status", "param"),
    [
        ({"amount": 5001}, 400, "amount"),
        ({"amount": 0}, 400, "amount"),
        ({"amount": None}, 400, "amount"),
        ({"currency": "eur"}, 400, "amount"),
        ({"currency": None}, 400, "currency"),
        ({"customer": None}, 400, "customer"),
        ({"customer": "cus_nothing"}, 400, "customer"),
        ({"charge": "ch_1"}, 400, "origin"),
        ({"reverse_transfer": True}, 400, "origin"),
        ({"origin": None}, 501, "currency"),
        ({"origin": None, "currency": None}, 501, "customer"),
    ],
)
def test_what_cannot_be_sent_back(till: Till, more: dict[str, Any], status: int, param: str) -> None:
    customer = sent(till)
    reply = till.driver.post("/v1/refunds", asked(customer, **more))
    assert (reply.status, reply.error["param"]) == (status, param)
    assert cash(till, customer) == [("funded", 5000)]


def test_somebody_has_to_be_asked(till: Till) -> None:
    customer = sent(till, email=None)
    assert till.driver.post("/v1/refunds", asked(customer)).error["param"] == "instructions_email"
    refund = till.driver.made("/v1/refunds", asked(customer, instructions_email="else@example.com"))
    assert refund["instructions_email"] == "else@example.com"


def test_a_seller_sends_back_what_her_own_customers_sent(till: Till) -> None:
    seller = till.seller()
    customer = sent(till, account=seller)
    assert till.driver.post("/v1/refunds", asked(customer)).status == 400
    refund = till.driver.made("/v1/refunds", asked(customer), account=seller)
    assert till.driver.post(f"/v1/refunds/{refund['id']}/cancel").status == 404


@pytest.mark.parametrize(("decided", "status"), [("failed", "failed"), ("cash_balance", "canceled")])
def test_what_she_sent_is_hers_again_whatever_is_decided(decided: Any, status: str) -> None:
    till = Till(Simulator(switches=Switches(unanswered_refunds=decided), check_always=True))
    customer = sent(till)
    refund = till.driver.made("/v1/refunds", asked(customer))
    till.simulator.advance(days=46)
    assert (read(till, refund)["status"], cash(till, customer)[-1]) == (status, ("return_canceled", 2000))


def test_a_customer_who_was_deleted_meanwhile_stops_no_clock(till: Till) -> None:
    customer = sent(till)
    refund = till.driver.made("/v1/refunds", asked(customer))
    till.driver.delete(f"/v1/customers/{customer}")
    till.simulator.advance(days=46)
    assert read(till, refund)["status"] == "failed"
