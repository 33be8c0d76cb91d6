"""A charge that is captured by itself."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.till import Till

from connectkit.simulator import Simulator

HELD = {"capture_method": "manual"}


@pytest.fixture
def till(simulator: Simulator) -> Till:
    return Till(simulator)


def test_a_part_is_captured_by_the_charge(till: Till) -> None:
    charge = till.pay(5000, **HELD)
    told = {"amount": 3000, "receipt_email": "ana@example.com", "transfer_group": "order-1"}
    taken = till.driver.made(f"/v1/charges/{charge}/capture", {**told, "statement_descriptor": "chair"})
    assert (taken["captured"], taken["amount_captured"]) == (True, 3000)
    assert (taken["receipt_email"], taken["transfer_group"]) == ("ana@example.com", "order-1")
    assert taken["calculated_statement_descriptor"].endswith("* CHAIR")
    intent = till.driver.get(f"/v1/payment_intents/{taken['payment_intent']}").body
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 3000)
    assert (intent["receipt_email"], intent["transfer_group"]) == ("ana@example.com", "order-1")
    assert till.events()[-2:] == ["charge.captured", "payment_intent.succeeded"]
    again = till.driver.post(f"/v1/charges/{charge}/capture")
    assert (again.status, again.error["code"]) == (400, "charge_already_captured")


def test_a_capture_says_who_gets_what(till: Till) -> None:
    seller = till.seller()
    charge = till.pay(5000, transfer_data={"destination": seller, "amount": 100}, **HELD)
    taken = till.driver.made(f"/v1/charges/{charge}/capture", {"transfer_data": {"amount": 4000}})
    assert taken["transfer_data"]["amount"] == 4000
    assert till.rows(seller)[-1][1] == 4000
    direct = till.pay(5000, account=seller, **HELD)
    path, about = f"/v1/charges/{direct}/capture", {"application_fee_amount": 250}
    assert till.driver.post(path, about).status == 404
    assert till.driver.made(path, about, account=seller)["application_fee_amount"] == 250


@pytest.mark.parametrize(
    ("told", "status", "param"),
    [
        ({"amount": 5001}, 400, "amount"),
        ({"amount": 0}, 400, "amount"),
        ({"transfer_group": "another"}, 400, "transfer_group"),
        ({"application_fee": 1}, 501, "application_fee"),
        ({"application_fee_amount": 100}, 400, "application_fee_amount"),
        ({"transfer_data": {"amount": 100}}, 400, "transfer_data"),
    ],
)
def test_what_cannot_be_captured_so(till: Till, told: dict[str, Any], status: int, param: str) -> None:
    charge = till.pay(5000, transfer_group="order-1", **HELD)
    reply = till.driver.post(f"/v1/charges/{charge}/capture", told)
    assert (reply.status, reply.error["param"]) == (status, param)
    assert not till.charge(charge)["captured"]


def test_nothing_is_passed_on_of_a_payment_that_is_for_nobody_else(till: Till) -> None:
    more: dict[str, Any] = {"payment_method_options": {"card": {"request_incremental_authorization": "if_available"}}}
    charge = till.pay(5000, **HELD, **more)
    held = f"/v1/payment_intents/{till.charge(charge)['payment_intent']}"
    told = {"amount": 5000, "currency": "usd", "payment_method": "pm_card_visa"}
    proposed = f"/v1/payment_intents/{till.driver.made('/v1/payment_intents', told)['id']}"
    asked = {"transfer_data": {"amount": 100}}
    for path, base in ((f"{held}/capture", {}), (f"{held}/increment_authorization", {"amount": 6000}), (proposed, {})):
        reply = till.driver.post(path, {**base, **asked})
        assert (reply.status, reply.error["type"], reply.error["param"]) == (
            400,
            "invalid_request_error",
            "transfer_data",
        )
        assert "transfer_data[destination]" in reply.error["message"]
    shown = till.driver.get(held).body
    assert (shown["status"], shown["amount"], shown["transfer_data"]) == ("requires_capture", 5000, None)
    assert till.driver.get(proposed).body["transfer_data"] is None


def test_what_is_not_held_cannot_be_captured(till: Till) -> None:
    gone = till.pay(5000, **HELD)
    till.driver.made(f"/v1/payment_intents/{till.charge(gone)['payment_intent']}/cancel")
    assert till.driver.post(f"/v1/charges/{gone}/capture").error["code"] == "charge_expired_for_capture"
    slow = till.pay(5000, payment_method="pm_usBankAccount_success")
    assert "code" not in till.driver.post(f"/v1/charges/{slow}/capture").error
    assert till.driver.post("/v1/charges/ch_nothing/capture").status == 404
