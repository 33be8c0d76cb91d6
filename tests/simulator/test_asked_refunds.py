"""Refunds of bank transfers, which wait for the buyer's answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from tests.simulator.driver import Driver
from tests.simulator.till import Till

from connectkit.simulator import Simulator, Switches

EMAIL = "ana@example.com"
DAY = 86_400
GOOD, BAD = "DE89 3704 0044 0532 0130 00", "DE62370400440532013001"


@pytest.fixture
def till(simulator: Simulator) -> Till:
    return Till(simulator)


def paid(till: Till, account: str | None = None, email: str | None = EMAIL, **more: Any) -> str:
    """Give the charge of what a customer paid by bank transfer."""
    customer = till.driver.made("/v1/customers", {"email": email} if email else {}, account=account)["id"]
    fund = f"/v1/test_helpers/customers/{customer}/fund_cash_balance"
    till.driver.made(fund, {"amount": 5000, "currency": "usd"}, account=account)
    told = {"customer": customer, "payment_method": None, "payment_method_data": {"type": "customer_balance"}, **more}
    told = {name: value for name, value in told.items() if value is not None}
    base = {"amount": 5000, "currency": "usd", "confirm": True}
    intent = till.driver.made("/v1/payment_intents", {**base, **told}, account=account)
    charge: str = intent["latest_charge"]
    return charge


def read(till: Till, refund: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = till.driver.get(f"/v1/refunds/{refund['id']}").body
    return found


def answer(till: Till, refund: dict[str, Any], number: str = "") -> tuple[int, str]:
    body = urlencode({"number": number}).encode()
    method = "POST" if number else "GET"
    status, _, shown = till.simulator.handle(method, f"/refunds/{refund['id']}", {}, body if number else b"")
    return status, shown.decode()


def test_the_buyer_is_asked_and_answers(till: Till) -> None:
    charge = paid(till)
    refund = till.refund(charge, 2000)
    now = till.simulator.clock.now
    assert (refund["status"], refund["instructions_email"]) == ("requires_action", EMAIL)
    sent = {"email_sent_at": now, "email_sent_to": EMAIL}
    about = {"email_sent": sent, "expires_at": now + 45 * DAY}
    assert refund["next_action"] == {"display_details": about, "type": "display_details"}
    assert refund["destination_details"]["type"] == "us_bank_transfer"
    assert till.rows()[-1] == ("refund", -2000, 0, -2000)
    assert GOOD.replace(" ", "") in answer(till, refund)[1]
    status, shown = answer(till, refund, "1")
    assert (status, "Only test accounts" in shown) == (400, True)
    assert "Thank you" in answer(till, refund, GOOD)[1]
    waiting = read(till, refund)
    assert (waiting["status"], "next_action" in waiting) == ("pending", False)
    assert answer(till, refund)[0] == 404
    assert till.driver.post(f"/v1/refunds/{refund['id']}/cancel").status == 400
    till.simulator.advance(hours=1)
    assert read(till, refund)["status"] == "succeeded"
    till.simulator.advance(days=50)
    assert read(till, refund)["status"] == "succeeded"
    assert till.charge(charge)["amount_refunded"] == 2000


def test_she_is_asked_again_when_her_bank_does_not_take_it(till: Till) -> None:
    refund = till.refund(paid(till), instructions_email="else@example.com")
    assert refund["next_action"]["display_details"]["email_sent"]["email_sent_to"] == "else@example.com"
    answer(till, refund, BAD)
    till.simulator.advance(hours=1)
    again = read(till, refund)
    assert again["status"] == "requires_action"
    assert again["next_action"]["display_details"]["expires_at"] == refund["created"] + 45 * DAY


def test_a_bank_that_refuses_at_the_very_end_leaves_no_time_to_answer(till: Till) -> None:
    refund = till.refund(paid(till))
    till.simulator.advance(to=refund["created"] + 45 * DAY - 60)
    answer(till, refund, BAD)
    till.simulator.advance(hours=2)
    assert read(till, refund)["status"] == "failed"


def test_what_is_not_answered_fails(till: Till) -> None:
    charge = paid(till)
    late, early = till.refund(charge, 1000), till.refund(charge)
    expired = till.driver.made(f"/v1/test_helpers/refunds/{early['id']}/expire")
    assert (expired["status"], expired["failure_reason"], "next_action" in expired) == ("failed", "unknown", False)
    assert expired["failure_balance_transaction"]
    till.simulator.advance(days=45)
    assert read(till, late)["status"] == "failed"
    assert till.events().count("refund.failed") == 2
    shown = till.charge(charge)
    assert (shown["amount_refunded"], shown["refunded"], till.held()) == (0, False, till.rows()[0][3])
    again = till.driver.post(f"/v1/test_helpers/refunds/{early['id']}/expire")
    assert (again.status, "a status of failed" in again.error["message"]) == (400, True)


def test_it_can_be_given_up_until_she_answers(till: Till) -> None:
    charge = paid(till)
    refund = till.refund(charge)
    gone = till.driver.made(f"/v1/refunds/{refund['id']}/cancel")
    assert (gone["status"], gone["failure_reason"]) == ("canceled", "merchant_request")
    assert gone["failure_balance_transaction"]
    assert till.events()[-2:] == ["refund.updated", "charge.refund.updated"]
    assert not till.charge(charge)["refunded"]
    till.simulator.advance(days=46)
    assert read(till, refund)["status"] == "canceled"
    assert till.refund(charge)["amount"] == 5000


@pytest.mark.parametrize("path", ["/v1/refunds/{}/cancel", "/v1/test_helpers/refunds/{}/expire"])
def test_only_what_waits_for_her_can_be_ended(till: Till, path: str) -> None:
    card = till.refund(till.pay(1000))["id"]
    reply = till.driver.post(path.format(card))
    assert (reply.status, "a status of succeeded" in reply.error["message"]) == (400, True)
    assert till.driver.post(path.format("re_nothing")).status == 404
    waiting = till.refund(paid(till))["id"]
    assert till.driver.post(path.format(waiting), account=till.seller()).status == 404


def test_somebody_has_to_be_asked(till: Till) -> None:
    charge = paid(till, email=None)
    error = till.driver.post("/v1/refunds", {"charge": charge}).error
    assert (error["param"], till.listed("/v1/refunds")) == ("instructions_email", [])
    assert till.refund(charge, instructions_email=EMAIL)["status"] == "requires_action"


def test_nobody_is_asked_where_a_card_is_refunded(till: Till) -> None:
    reply = till.driver.post("/v1/refunds", {"charge": till.pay(1000), "instructions_email": EMAIL})
    assert (reply.status, reply.error["param"]) == (501, "instructions_email")


def test_a_seller_and_her_platform_get_nothing_back_of_a_refund_that_was_given_up(till: Till) -> None:
    charge = paid(till, transfer_data={"destination": till.seller()}, application_fee_amount=500)
    refund = till.refund(charge, reverse_transfer=True, refund_application_fee=True)
    before = till.held()
    till.driver.made(f"/v1/refunds/{refund['id']}/cancel")
    assert till.held() - before == 5000


def test_she_is_asked_once_there_is_enough_to_refund() -> None:
    till = Till(Simulator(switches=Switches(refunds_wait=True), check_always=True))
    charge = paid(till)
    till.simulator.advance(days=10)
    till.driver.made("/v1/payouts", {"amount": till.available(), "currency": "usd"})
    refund = till.refund(charge)
    assert (refund["status"], "next_action" in refund) == ("pending", False)
    till.pay(9000, payment_method="pm_card_bypassPending")
    till.simulator.advance(hours=1)
    assert read(till, refund)["status"] == "requires_action"
    assert till.driver.made(f"/v1/refunds/{refund['id']}/cancel")["status"] == "canceled"


def test_there_is_no_page_of_anything_else(driver: Driver) -> None:
    for id in ("re_nothing", driver.made("/v1/customers")["id"]):
        assert driver.simulator.handle("GET", f"/refunds/{id}", {}, b"")[0] == 404


@pytest.mark.parametrize("early", [True, False])
def test_what_is_not_answered_goes_into_her_cash_balance_where_that_is_decided_so(early: bool) -> None:
    till = Till(Simulator(switches=Switches(unanswered_refunds="cash_balance"), check_always=True))
    charge = paid(till)
    refund = till.refund(charge)
    rows, customer = till.rows(), till.charge(charge)["customer"]
    if early:
        till.driver.made(f"/v1/test_helpers/refunds/{refund['id']}/expire")
    else:
        till.simulator.advance(days=45)
    ended = read(till, refund)
    assert (ended["status"], ended["failure_reason"]) == ("canceled", "unknown")
    assert (ended["failure_balance_transaction"], "next_action" in ended) == (None, False)
    assert till.events()[-2:] == ["refund.updated", "charge.refund.updated"]
    shown = till.charge(charge)
    assert (shown["amount_refunded"], shown["refunded"], till.rows()) == (5000, True, rows)
    row = till.listed(f"/v1/customers/{customer}/cash_balance_transactions")[0]
    assert (row["type"], row["net_amount"], row["ending_balance"]) == ("refunded_from_payment", 5000, 5000)
    assert row["refunded_from_payment"] == {"refund": refund["id"]}
    assert till.driver.post("/v1/refunds", {"charge": charge}).error["code"] == "charge_already_refunded"


def test_it_can_be_given_up_before_it_goes_into_her_cash_balance() -> None:
    till = Till(Simulator(switches=Switches(unanswered_refunds="cash_balance"), check_always=True))
    charge = paid(till)
    gone = till.driver.made(f"/v1/refunds/{till.refund(charge)['id']}/cancel")
    assert (gone["status"], bool(gone["failure_balance_transaction"])) == ("canceled", True)
    assert not till.charge(charge)["refunded"]


def test_a_customer_who_was_deleted_meanwhile_stops_no_clock() -> None:
    till = Till(Simulator(switches=Switches(unanswered_refunds="cash_balance"), check_always=True))
    charge = paid(till)
    refund = till.refund(charge)
    till.driver.delete(f"/v1/customers/{till.charge(charge)['customer']}")
    till.simulator.advance(days=46)
    assert read(till, refund)["status"] == "canceled"
