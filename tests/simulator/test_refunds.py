from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.test_payouts import by_hand
from tests.simulator.till import Till

from connectkit.simulator import Simulator, Switches


@pytest.fixture
def till(simulator: Simulator) -> Till:
    return Till(simulator)


def test_in_parts_until_nothing_is_left(till: Till) -> None:
    charge = till.pay(1000, description="A chair")
    for amount in (300, 600):
        assert till.refund(charge, amount)["status"] == "succeeded"
        assert not till.charge(charge)["refunded"]
    last = till.refund(charge, reason="fraudulent", metadata={"why": "late"})
    assert (last["amount"], last["reason"], last["metadata"]) == (100, "fraudulent", {"why": "late"})
    shown = till.charge(charge)
    assert (shown["refunded"], shown["amount_refunded"]) == (True, 1000)
    assert shown["fraud_details"] == {"user_report": "fraudulent"}
    assert shown["refunds"]["total_count"] == 3
    row = till.listed("/v1/balance_transactions", source=last["id"])[0]
    assert (row["description"], row["fee_details"]) == ("REFUND FOR CHARGE (A chair)", [])
    error = till.driver.post("/v1/refunds", {"charge": charge}).error
    assert error["code"] == "charge_already_refunded"


def test_by_payment_intent_read_and_changed(till: Till) -> None:
    charge = till.pay(1000)
    intent = till.charge(charge)["payment_intent"]
    refund = till.driver.made("/v1/refunds", {"payment_intent": intent})
    path = f"/v1/refunds/{refund['id']}"
    assert till.driver.made(path, {"metadata": {"a": "b"}})["metadata"] == {"a": "b"}
    assert till.driver.get(path).body["charge"] == charge
    for filters in ({"charge": charge}, {"payment_intent": intent}):
        assert [one["id"] for one in till.listed("/v1/refunds", **filters)] == [refund["id"]]
    assert till.listed("/v1/refunds", charge=till.pay(1000)) == []


def test_events_of_a_refund(till: Till) -> None:
    charge = till.pay(1000, transfer_data={"destination": till.seller()}, application_fee_amount=123)
    till.refund(charge, reverse_transfer=True, refund_application_fee=True)
    assert till.events()[-4:] == [
        "transfer.reversed",
        "application_fee.refunded",
        "refund.created",
        "charge.refunded",
    ]


@pytest.mark.parametrize(
    ("more", "code", "param"),
    [
        ({"amount": 1001}, None, "amount"),
        ({"amount": 0}, "parameter_invalid_integer", "amount"),
        ({"reverse_transfer": True}, None, "reverse_transfer"),
        ({"charge": "ch_nothing"}, "resource_missing", "charge"),
    ],
)
def test_what_cannot_be_refunded(till: Till, more: dict[str, Any], code: str | None, param: str) -> None:
    reply = till.driver.post("/v1/refunds", {"charge": till.pay(1000), **more})
    assert (reply.status, reply.error.get("code"), reply.error["param"]) == (400, code, param)
    assert till.listed("/v1/refunds") == []


def test_a_refund_says_of_what(till: Till) -> None:
    assert till.driver.post("/v1/refunds", {"amount": 1}).status == 400


def test_what_was_not_paid_cannot_be_refunded(till: Till) -> None:
    intent = till.driver.made("/v1/payment_intents", {"amount": 1000, "currency": "usd"})
    reply = till.driver.post("/v1/refunds", {"payment_intent": intent["id"]})
    assert reply.error["code"] == "payment_intent_unexpected_state"
    held = till.pay(1000, capture_method="manual")
    assert till.driver.post("/v1/refunds", {"charge": held}).error["code"] == "charge_not_refundable"


def test_the_owner_of_a_charge_refunds_it(till: Till) -> None:
    seller = till.seller()
    charge = till.pay(1000, account=seller)
    assert till.driver.post("/v1/refunds", {"charge": charge}).error["code"] == "resource_missing"
    till.pay(1000, transfer_data={"destination": seller})
    payment = till.listed("/v1/transfers")[0]["destination_payment"]
    assert till.driver.post("/v1/refunds", {"charge": payment}, account=seller).error["param"] == "charge"


def test_the_fee_of_a_destination_charge_does_not_come_back_alone(till: Till) -> None:
    charge = till.pay(1000, transfer_data={"destination": till.seller()}, application_fee_amount=123)
    error = till.driver.post("/v1/refunds", {"charge": charge, "refund_application_fee": True}).error
    assert error["param"] == "refund_application_fee"


def test_the_fee_may_come_back_alone_by_a_switch() -> None:
    till = Till(Simulator(switches=Switches(fee_flag_alone="accept"), check_always=True))
    seller = till.seller()
    charge = till.pay(1000, transfer_data={"destination": seller}, application_fee_amount=123)
    till.refund(charge, refund_application_fee=True)
    assert (till.held(), till.held(seller)) == (64 - 1000 - 123, 1000)


def test_the_flag_for_a_fee_that_there_is_not_does_nothing(till: Till) -> None:
    seller = till.seller()
    charge = till.pay(1000, transfer_data={"destination": seller, "amount": 900})
    till.refund(charge, reverse_transfer=True, refund_application_fee=True)
    assert till.held(seller) == 0


def test_a_share_that_rounds_to_nothing_reverses_nothing(till: Till) -> None:
    charge = till.pay(1000, transfer_data={"destination": till.seller(), "amount": 10})
    assert till.refund(charge, 10, reverse_transfer=True)["transfer_reversal"] is None
    direct = till.seller()
    paid = till.pay(1000, account=direct, application_fee_amount=10)
    till.driver.made("/v1/refunds", {"charge": paid, "amount": 10, "refund_application_fee": True}, account=direct)
    assert till.listed("/v1/application_fees")[0]["amount_refunded"] == 0


@pytest.mark.parametrize(
    ("switches", "reversed_"),
    [
        (Switches(), [3, 3, 3]),
        (Switches(last_reversal_closes=True), [3, 3, 4]),
        (Switches(reversal_share="cumulative"), [3, 4, 3]),
    ],
)
def test_three_parts_of_ten(switches: Switches, reversed_: list[int]) -> None:
    till = Till(Simulator(switches=switches, check_always=True))
    charge = till.pay(100, transfer_data={"destination": till.seller(), "amount": 10})
    for amount in (34, 33, 33):
        till.refund(charge, amount, reverse_transfer=True)
    (transfer,) = till.listed("/v1/transfers")
    assert [one["amount"] for one in reversed(transfer["reversals"]["data"])] == reversed_
    assert transfer["reversed"] is (sum(reversed_) == 10)


@pytest.mark.parametrize(("tie", "shares"), [("half_up", [3, 8]), ("half_even", [2, 8])])
def test_half_a_cent(tie: Any, shares: list[int]) -> None:
    till = Till(Simulator(switches=Switches(reversal_tie=tie), check_always=True))
    seller = till.seller()
    for amount, share in zip((25, 75), shares, strict=True):
        charge = till.pay(100, transfer_data={"destination": seller, "amount": 10})
        till.refund(charge, amount, reverse_transfer=True)
        assert till.listed("/v1/transfers")[0]["amount_reversed"] == share


def test_what_is_left_caps_a_share(till: Till) -> None:
    charge = till.pay(1000, transfer_data={"destination": till.seller()})
    (transfer,) = till.listed("/v1/transfers")
    till.driver.made(f"/v1/transfers/{transfer['id']}/reversals", {"amount": 900})
    till.refund(charge, 500, reverse_transfer=True)
    assert till.listed("/v1/transfers")[0]["reversed"]


@pytest.mark.parametrize(("kind", "type"), [("adjustment", "adjustment"), ("payment", "payment")])
def test_how_a_returned_fee_is_written(kind: Any, type: str) -> None:
    till = Till(Simulator(switches=Switches(connected_fee_return_row=kind), check_always=True))
    seller = till.seller()
    charge = till.pay(1000, account=seller, application_fee_amount=123)
    till.driver.made("/v1/refunds", {"charge": charge, "refund_application_fee": True}, account=seller)
    assert till.rows(seller)[-1] == (type, 123, 0, 123)


def test_a_refund_that_takes_a_while(till: Till) -> None:
    charge = till.pay(1000, payment_method="pm_card_pendingRefund")
    refund = till.refund(charge)
    assert refund["status"] == "pending"
    till.simulator.advance(hours=1)
    assert till.driver.get(f"/v1/refunds/{refund['id']}").body["status"] == "succeeded"
    assert till.events()[-1] == "refund.updated"


def test_a_refund_that_bounces_comes_back_to_the_platform_alone(till: Till) -> None:
    seller = till.seller()
    charge = till.pay(1000, payment_method="pm_card_refundFail", transfer_data={"destination": seller})
    refund = till.refund(charge, 400, reverse_transfer=True)
    assert refund["status"] == "succeeded"
    till.simulator.advance(hours=1)
    failed = till.driver.get(f"/v1/refunds/{refund['id']}").body
    assert (failed["status"], failed["failure_reason"]) == ("failed", "expired_or_canceled_card")
    assert (till.held(), till.held(seller)) == (-59 + 400, 600)
    assert till.rows()[-1] == ("refund_failure", 400, 0, 400)
    assert (till.charge(charge)["amount_refunded"], till.events()[-1]) == (0, "refund.failed")
    row = till.listed("/v1/balance_transactions", type="refund_failure")[0]
    assert row["id"] == failed["failure_balance_transaction"]


def test_a_bounced_refund_takes_stripes_fee_again() -> None:
    till = Till(Simulator(switches=Switches(refund_returns_fee=True), check_always=True))
    charge = till.pay(1000, payment_method="pm_card_refundFail")
    till.refund(charge)
    assert till.held() == 0
    till.simulator.advance(hours=1)
    assert till.rows()[-1] == ("refund_failure", 1000, 59, 941)
    assert till.held() == 941
    assert till.simulator.ledger()["accounts"]["stripe"] == {"usd": 59}


AT_ONCE = "pm_card_bypassPending"
DIRECT = {"currency": "usd", "payment_method": "pm_card_visa", "confirm": True}


@pytest.fixture
def strict() -> Till:
    return Till(Simulator(switches=Switches(refunds_wait=True)))


def top_up(till: Till, amount: int) -> None:
    till.driver.made("/v1/topups", {"amount": amount, "currency": "usd"})
    till.simulator.advance(days=9)


def test_a_refund_waits_for_the_platforms_funds(strict: Till) -> None:
    charge = strict.pay(1000, payment_method="pm_card_bypassPending")
    refund = strict.refund(charge)
    assert (refund["status"], refund["pending_reason"]) == ("pending", "insufficient_funds")
    assert (refund["balance_transaction"], strict.held()) == (None, 941)
    assert strict.charge(charge)["refunded"] is True
    strict.simulator.advance(days=2)
    assert strict.listed("/v1/refunds")[0]["status"] == "pending"
    top_up(strict, 59)
    done = strict.listed("/v1/refunds")[0]
    assert (done["status"], "pending_reason" in done, strict.held()) == ("succeeded", False, 0)
    assert {"refund.updated", "charge.refund.updated"} <= set(strict.events())
    strict.simulator.check()


def test_a_refund_of_pending_money_counts_what_is_pending(strict: Till) -> None:
    charge = strict.pay(1000)
    assert strict.refund(charge, 941)["status"] == "succeeded"
    assert strict.refund(charge)["status"] == "pending"


def test_a_refund_of_a_direct_charge_waits_for_the_sellers_funds(strict: Till) -> None:
    seller = strict.seller()
    strict.driver.made("/v1/payment_intents", {**DIRECT, "amount": 1000}, account=seller)
    charge = strict.listed("/v1/charges", seller)[0]["id"]
    refund = strict.driver.made("/v1/refunds", {"charge": charge}, account=seller)
    assert refund["status"] == "pending"
    strict.driver.made("/v1/payment_intents", {**DIRECT, "amount": 500}, account=seller)
    strict.simulator.advance(hours=1)
    assert strict.driver.get(f"/v1/refunds/{refund['id']}", account=seller).body["status"] == "succeeded"


def test_taking_a_share_back_that_is_not_there_is_refused_and_leaves_no_refund(strict: Till) -> None:
    seller = strict.seller()
    by_hand(strict, seller)
    charge = strict.pay(1000, transfer_data={"destination": seller}, payment_method="pm_card_bypassPending")
    top_up(strict, 2000)
    strict.driver.made("/v1/payouts", {"amount": 500, "currency": "usd"}, account=seller)
    refused = strict.driver.post("/v1/refunds", {"charge": charge, "reverse_transfer": True}).error
    assert refused["code"] == "balance_insufficient"
    assert (strict.listed("/v1/refunds"), strict.charge(charge)["amount_refunded"]) == ([], 0)
    assert strict.refund(charge, 500, reverse_transfer=True)["status"] == "succeeded"
    strict.simulator.check()


def test_a_waiting_refund_that_takes_a_share_back_waits_for_the_seller_too(strict: Till) -> None:
    seller = strict.seller()
    by_hand(strict, seller)
    charge = strict.pay(1000, transfer_data={"destination": seller, "amount": 500}, payment_method=AT_ONCE)
    strict.driver.made("/v1/payouts", {"amount": 441, "currency": "usd"})
    refund = strict.refund(charge, reverse_transfer=True)
    assert refund["status"] == "pending"
    strict.driver.made("/v1/payouts", {"amount": 500, "currency": "usd"}, account=seller)
    top_up(strict, 5000)
    assert strict.listed("/v1/refunds")[0]["status"] == "pending"
    strict.driver.made("/v1/transfers", {"amount": 500, "currency": "usd", "destination": seller})
    strict.simulator.advance(hours=1)
    assert strict.listed("/v1/refunds")[0]["status"] == "succeeded"
    assert strict.listed("/v1/transfers")[-1]["reversed"] is True
    strict.simulator.check()


def test_a_waiting_refund_of_what_the_bank_takes_back_fails(strict: Till) -> None:
    charge = strict.pay(1000, payment_method="pm_card_createDisputeInquiry")
    assert strict.refund(charge, 950)["status"] == "pending"
    dispute = strict.listed("/v1/disputes")[0]["id"]
    evidence = {"evidence": {"uncategorized_text": "escalate_inquiry_evidence"}}
    strict.driver.made(f"/v1/disputes/{dispute}", evidence)
    strict.simulator.advance(hours=2)
    failed = strict.listed("/v1/refunds")[0]
    assert (failed["status"], failed["failure_reason"]) == ("failed", "charge_for_pending_refund_disputed")
    assert strict.charge(charge)["amount_refunded"] == 0
    strict.simulator.check()


def test_a_refund_that_waited_can_take_a_while_more(strict: Till) -> None:
    charge = strict.pay(1000, payment_method="pm_card_pendingRefund")
    strict.refund(charge)
    top_up(strict, 1000)
    assert strict.listed("/v1/refunds")[0]["status"] == "succeeded"
    strict.simulator.check()
