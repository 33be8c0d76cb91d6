from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.driver import Driver
from tests.simulator.till import Till

from connectkit.simulator import Simulator, Switches


@pytest.fixture
def till(simulator: Simulator) -> Till:
    till = Till(simulator)
    till.pay(10_000, payment_method="pm_card_bypassPending")
    return till


def sent(till: Till, amount: int, destination: str, **more: Any) -> dict[str, Any]:
    return till.driver.made("/v1/transfers", {"amount": amount, "currency": "usd", "destination": destination, **more})


def test_out_of_what_is_available(till: Till) -> None:
    seller = till.seller()
    transfer = sent(till, 9000, seller, description="Bonus", metadata={"a": "b"}, transfer_group="g")
    assert (transfer["source_transaction"], transfer["transfer_group"]) == (None, "g")
    assert (transfer["description"], transfer["metadata"]) == ("Bonus", {"a": "b"})
    assert (till.available(), till.available(seller)) == (680, 9000)
    payment = till.charge(transfer["destination_payment"], seller)
    assert (payment["source_transfer"], payment["amount"]) == (transfer["id"], 9000)
    assert payment["payment_method_details"]["type"] == "stripe_account"
    assert till.events()[-1] == "transfer.created"


def test_never_more_than_is_available(till: Till) -> None:
    seller = till.seller()
    sent(till, 9000, seller)
    told = {"amount": 9000, "currency": "usd", "destination": seller}
    error = till.driver.post("/v1/transfers", told).error
    assert error["code"] == "balance_insufficient"
    assert (till.available(), till.available(seller)) == (680, 9000)


def test_from_a_pending_charge_up_to_its_amount(till: Till) -> None:
    seller = till.seller()
    charge = till.pay(10_000)
    first = sent(till, 7000, seller, source_transaction=charge)
    told = {"currency": "usd", "destination": seller, "source_transaction": charge}
    error = till.driver.post("/v1/transfers", {"amount": 4000, **told}).error
    assert (error["code"], error["param"]) == ("balance_insufficient", "source_transaction")
    second = sent(till, 3000, seller, source_transaction=charge)
    group = f"group_{till.charge(charge)['payment_intent']}"
    assert {one["transfer_group"] for one in (first, second, till.charge(charge))} == {group}
    assert till.available(seller) == 0
    till.simulator.advance(days=7)
    assert till.available(seller) == 0  # paid out by its schedule
    assert till.rows(seller)[-1] == ("payout", -10_000, 0, -10_000)


def test_a_cap_less_stripes_fee() -> None:
    till = Till(Simulator(switches=Switches(source_cap="net")))
    told = {"currency": "usd", "destination": till.seller(), "source_transaction": till.pay(10_000)}
    assert till.driver.post("/v1/transfers", {"amount": 9681, **told}).status == 400
    assert till.driver.post("/v1/transfers", {"amount": 9680, **told}).status == 200


def test_what_was_refunded_cannot_be_passed_on(till: Till) -> None:
    charge = till.pay(1000)
    till.refund(charge, 600)
    told = {"currency": "usd", "destination": till.seller(), "source_transaction": charge}
    assert till.driver.post("/v1/transfers", {"amount": 401, **told}).error["param"] == "source_transaction"
    assert till.driver.post("/v1/transfers", {"amount": 400, **told}).status == 200


def test_the_label_of_a_charge_is_that_of_its_transfers(till: Till) -> None:
    charge = till.pay(1000, transfer_group="order-7")
    told = {"amount": 1, "currency": "usd", "destination": till.seller(), "source_transaction": charge}
    assert till.driver.post("/v1/transfers", {**told, "transfer_group": "other"}).error["param"] == "transfer_group"
    assert till.driver.made("/v1/transfers", told)["transfer_group"] == "order-7"
    given = till.driver.made("/v1/transfers", {**told, "source_transaction": till.pay(1000), "transfer_group": "h"})
    assert given["transfer_group"] == "h"


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"amount": 0}, "amount"),
        ({"destination": "acct_nobody"}, "destination"),
        ({"source_transaction": "ch_nothing"}, "source_transaction"),
    ],
)
def test_what_cannot_be_transferred(till: Till, more: dict[str, Any], param: str) -> None:
    told = {"amount": 100, "currency": "usd", "destination": till.seller(), **more}
    reply = till.driver.post("/v1/transfers", told)
    assert (reply.status, reply.error["param"]) == (400, param)


def test_what_was_not_captured_cannot_be_passed_on(till: Till) -> None:
    held = till.pay(1000, capture_method="manual")
    told = {"amount": 1, "currency": "usd", "destination": till.seller(), "source_transaction": held}
    assert till.driver.post("/v1/transfers", told).error["param"] == "source_transaction"


def test_a_receiver_needs_the_capability(till: Till) -> None:
    told = {"amount": 1, "currency": "usd", "destination": till.seller(individual=None)}
    assert till.driver.post("/v1/transfers", told).error["code"] == "insufficient_capabilities_for_transfer"


def test_transfers_are_found_by_receiver_and_label_and_change_their_words(till: Till) -> None:
    ana, ben = till.seller(), till.seller()
    first, second = sent(till, 100, ana, transfer_group="g"), sent(till, 200, ben)
    assert [one["id"] for one in till.listed("/v1/transfers")] == [second["id"], first["id"]]
    assert [one["id"] for one in till.listed("/v1/transfers", destination=ben)] == [second["id"]]
    assert [one["id"] for one in till.listed("/v1/transfers", transfer_group="g")] == [first["id"]]
    path = f"/v1/transfers/{first['id']}"
    changed = till.driver.made(path, {"metadata": {"a": "b"}, "description": "d"})
    assert (changed["metadata"], changed["description"]) == ({"a": "b"}, "d")
    assert till.driver.get(path).body == changed
    assert till.events()[-1] == "transfer.updated"


def test_reversed_in_parts(till: Till) -> None:
    seller = till.seller()
    transfer = sent(till, 1000, seller)
    path = f"/v1/transfers/{transfer['id']}/reversals"
    first = till.driver.made(path, {"amount": 300, "metadata": {"why": "late"}, "refund_application_fee": True})
    assert (first["amount"], first["metadata"], first["source_refund"]) == (300, {"why": "late"}, None)
    assert till.driver.post(path, {"amount": 701}).error["param"] == "amount"
    second = till.driver.made(path)
    assert (second["amount"], till.held(seller), till.available()) == (700, 0, 9680)
    assert till.driver.post(path).status == 400
    assert [one["id"] for one in till.listed(path)] == [second["id"], first["id"]]
    assert till.driver.get(f"{path}/{first['id']}").body["transfer"] == transfer["id"]
    shown = till.driver.get(f"/v1/transfers/{transfer['id']}").body
    assert (shown["reversed"], shown["amount_reversed"], shown["reversals"]["total_count"]) == (True, 1000, 2)
    refund = till.driver.get(f"/v1/refunds/{first['destination_payment_refund']}", account=seller).body
    assert (refund["amount"], refund["source_transfer_reversal"]) == (300, first["id"])
    other = sent(till, 10, seller)
    assert till.driver.get(f"/v1/transfers/{other['id']}/reversals/{first['id']}").status == 404


def test_what_the_receiver_has_not_cannot_be_reversed(till: Till) -> None:
    seller = till.seller()
    transfer = sent(till, 1000, seller)
    till.driver.made("/v1/payouts", {"amount": 600, "currency": "usd"}, account=seller)
    path = f"/v1/transfers/{transfer['id']}/reversals"
    assert till.driver.post(path, {"amount": 401}).error["code"] == "balance_insufficient"
    assert till.driver.made(path, {"amount": 400})["amount"] == 400


def test_a_pending_transfer_is_reversed_out_of_what_is_pending(till: Till) -> None:
    seller = till.seller()
    transfer = sent(till, 1000, seller, source_transaction=till.pay(1000))
    till.driver.made(f"/v1/transfers/{transfer['id']}/reversals")
    (back, *_) = till.listed("/v1/balance_transactions", seller)
    assert (back["type"], back["status"], till.held(seller)) == ("payment_refund", "pending", 0)


def test_the_transfer_of_a_destination_charge_is_reversed_into_the_negative(till: Till) -> None:
    seller = till.seller()
    till.pay(1000, payment_method="pm_card_bypassPending", transfer_data={"destination": seller})
    till.driver.made("/v1/payouts", {"amount": 1000, "currency": "usd"}, account=seller)
    (transfer,) = till.listed("/v1/transfers")
    till.driver.made(f"/v1/transfers/{transfer['id']}/reversals")
    assert till.held(seller) == -1000


def test_the_fee_comes_back_with_its_share_of_a_reversal(till: Till) -> None:
    till.pay(1000, transfer_data={"destination": till.seller()}, application_fee_amount=123)
    path = f"/v1/transfers/{till.listed('/v1/transfers')[0]['id']}/reversals"
    till.driver.made(path, {"amount": 400, "refund_application_fee": True})
    till.driver.made(path, {"amount": 1, "refund_application_fee": True})
    (fee,) = till.listed("/v1/application_fees")
    assert (fee["amount_refunded"], fee["refunded"]) == (49, False)


def test_application_fees_are_given_back_by_hand(till: Till) -> None:
    seller = till.seller()
    charge = till.pay(1000, account=seller, application_fee_amount=123)
    (fee,) = till.listed("/v1/application_fees", charge=charge)
    assert (fee["account"], fee["originating_transaction"]) == (seller, None)
    path = f"/v1/application_fees/{fee['id']}"
    first = till.driver.made(f"{path}/refunds", {"amount": 23, "metadata": {"a": "b"}})
    assert (first["amount"], first["metadata"], first["fee"]) == (23, {"a": "b"}, fee["id"])
    assert till.driver.post(f"{path}/refunds", {"amount": 101}).error["param"] == "amount"
    second = till.driver.made(f"{path}/refunds")
    assert till.driver.post(f"{path}/refunds").error["code"] == "fee_already_refunded"
    assert till.driver.get(path).body["refunded"]
    assert [one["id"] for one in till.listed(f"{path}/refunds")] == [second["id"], first["id"]]
    assert till.driver.get(f"{path}/refunds/{first['id']}").body == first
    assert (till.held(), till.held(seller)) == (9680, 941)
    for path in (f"/v1/application_fees/{fee['id']}/refunds/{seller}", f"/v1/application_fees/x/refunds/{first['id']}"):
        assert till.driver.get(path).status == 404


def test_the_words_of_a_reversal_and_of_a_refunded_fee_can_be_changed(driver: Driver, simulator: Simulator) -> None:
    till = Till(simulator)
    seller = till.seller()
    till.pay(10_000, application_fee_amount=1000, transfer_data={"destination": seller})
    (transfer,), (fee,) = till.listed("/v1/transfers"), till.listed("/v1/application_fees")
    for path in (f"/v1/transfers/{transfer['id']}/reversals", f"/v1/application_fees/{fee['id']}/refunds"):
        made = driver.made(path, {"amount": 100})
        changed = driver.made(f"{path}/{made['id']}", {"metadata": {"a": "b"}})
        assert (changed["id"], changed["amount"], changed["metadata"]) == (made["id"], 100, {"a": "b"})
        assert driver.get(f"{path}/{made['id']}").body == changed


def test_the_words_of_a_charge_can_be_changed_and_searched_for(driver: Driver, simulator: Simulator) -> None:
    till = Till(simulator)
    path = f"/v1/charges/{till.pay(5000)}"
    customer = driver.made("/v1/customers")["id"]
    told = {"description": "Chair", "metadata": {"order": "7"}, "transfer_group": "g", "customer": customer}
    changed = driver.made(path, told)
    assert {name: changed[name] for name in told} == told
    (event,) = driver.get("/v1/events", {"type": "charge.updated", "limit": 1}).body["data"]
    before: dict[str, Any] = {"description": None, "metadata": {}, "transfer_group": None, "customer": None}
    assert event["data"]["previous_attributes"] == before
    found = driver.get("/v1/charges/search", {"query": "metadata['order']:'7'"}).body
    assert [charge["id"] for charge in found["data"]] == [changed["id"]]
    assert driver.made(path, {"description": "Table"})["description"] == "Table"
    for name, other in (("customer", driver.made("/v1/customers")["id"]), ("transfer_group", "h")):
        assert driver.post(path, {name: other}).error["param"] == name
    assert driver.post(f"/v1/charges/{till.pay(500)}", {"customer": "cus_nobody"}).error["param"] == "customer"


def test_a_receipt_is_a_page_for_what_was_paid(driver: Driver, simulator: Simulator) -> None:
    till = Till(simulator)
    charge = till.charge(till.pay(5000))

    def shown(url: str, method: str = "GET") -> tuple[int, str]:
        status, _, body = simulator.handle(method, url.partition("stripe.com")[2], {}, b"")
        return status, body.decode()

    status, page = shown(charge["receipt_url"])
    assert (status, "You paid 50.00 USD" in page) == (200, True)
    refused = driver.post(
        "/v1/payment_intents",
        {"amount": 500, "currency": "usd", "confirm": True, "payment_method": "pm_card_chargeDeclined"},
    )
    failed = till.charge(refused.error["charge"])
    assert failed["receipt_url"] is None
    assert shown(charge["receipt_url"], "POST")[0] == 404
    for id in (failed["id"], "ch_nothing", charge["payment_intent"]):
        assert shown(charge["receipt_url"].replace(charge["id"], id))[0] == 404
