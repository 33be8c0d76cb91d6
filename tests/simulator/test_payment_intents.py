from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.driver import Driver
from tests.simulator.till import APPLICATION_PAYS, CANADA, Till

from connectkit.simulator import Simulator, Switches

TOLD = {"amount": 1000, "currency": "usd"}
PAID = {**TOLD, "payment_method": "pm_card_visa", "confirm": True}


@pytest.fixture
def till(simulator: Simulator) -> Till:
    return Till(simulator)


def test_from_the_first_word_to_the_paid_charge(driver: Driver) -> None:
    intent = driver.made("/v1/payment_intents", {**TOLD, "metadata": {"order": "7"}, "description": "A chair"})
    assert (intent["status"], intent["capture_method"]) == ("requires_payment_method", "automatic_async")
    path = f"/v1/payment_intents/{intent['id']}"
    assert driver.post(f"{path}/confirm").error["param"] == "payment_method"
    changed = driver.made(path, {"payment_method": "pm_card_visa", "amount": 1200, "receipt_email": "a@example.com"})
    assert (changed["status"], changed["amount"]) == ("requires_confirmation", 1200)
    paid = driver.made(f"{path}/confirm", {"expand": ["latest_charge"]})
    assert (paid["status"], paid["amount_received"]) == ("succeeded", 1200)
    charge = paid["latest_charge"]
    assert (charge["metadata"], charge["description"]) == ({"order": "7"}, "A chair")
    assert driver.get(path).body["latest_charge"] == charge["id"]
    assert [one["id"] for one in driver.get("/v1/payment_intents").body["data"]] == [intent["id"]]


@pytest.mark.parametrize("told", [{**TOLD, "metadata": {"order": "7", "_": "x"}}, PAID])
def test_the_answer_shows_the_intent_as_it_is_kept(driver: Driver, told: dict[str, Any]) -> None:
    driver.made("/v1/customers", {"email": "ana@example.com"})
    intent = driver.made("/v1/payment_intents", told)
    assert driver.get(f"/v1/payment_intents/{intent['id']}").body == intent
    created = driver.get("/v1/events?type=payment_intent.created").body["data"][0]["data"]["object"]
    assert (created == intent) is (told is not PAID)


def test_asynchronous_capture_shows_what_followed_on_the_next_request(till: Till) -> None:
    seller = till.seller()
    told = {**PAID, "transfer_data": {"destination": seller}, "application_fee_amount": 100}
    asked = {**told, "expand": ["latest_charge.balance_transaction", "latest_charge.transfer"]}
    charge = till.driver.made("/v1/payment_intents", asked)["latest_charge"]
    links = ("application_fee", "balance_transaction", "transfer")
    assert [charge.get(name) for name in links] == [None, None, None]
    assert (charge["application_fee_amount"], charge["transfer_data"]["destination"]) == (100, seller)
    later = till.charge(charge["id"])
    assert [str(later[name]).partition("_")[0] for name in links] == ["fee", "txn", "tr"]


def test_automatic_capture_shows_what_followed_at_once(driver: Driver) -> None:
    told = {**PAID, "capture_method": "automatic", "expand": ["latest_charge.balance_transaction"]}
    row = driver.made("/v1/payment_intents", told)["latest_charge"]["balance_transaction"]
    assert (row["net"], row["status"]) == (941, "pending")


def test_links_that_take_a_second() -> None:
    till = Till(Simulator(start=1_800_000_000, switches=Switches(links_after=1)))
    charge = till.pay(1000)
    assert till.charge(charge)["balance_transaction"] is None
    till.simulator.advance(to=1_800_000_001)
    assert till.charge(charge)["balance_transaction"] is not None


def test_the_default_of_capture_is_a_matter_of_version() -> None:
    till = Till(Simulator(switches=Switches(capture_method_default="automatic")))
    assert till.driver.made("/v1/payment_intents", TOLD)["capture_method"] == "automatic"


@pytest.mark.parametrize(
    ("method", "code", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_radarBlock", "card_declined", "fraudulent"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", None),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", None),
    ],
)
def test_a_declined_card(driver: Driver, method: str, code: str, decline_code: str | None) -> None:
    reply = driver.post("/v1/payment_intents", {**PAID, "payment_method": method})
    error = reply.error
    assert (reply.status, error["type"], error["code"]) == (402, "card_error", code)
    assert error.get("decline_code") == decline_code
    intent = error["payment_intent"]
    assert (intent["status"], intent["payment_method"]) == ("requires_payment_method", None)
    assert intent["last_payment_error"]["code"] == code
    charge = driver.get(f"/v1/charges/{error['charge']}").body
    assert (charge["status"], charge["paid"], charge["captured"]) == ("failed", False, False)
    assert charge["balance_transaction"] is None
    paid = driver.made(f"/v1/payment_intents/{intent['id']}/confirm", {"payment_method": "pm_card_visa"})
    assert (paid["status"], paid["last_payment_error"]) == ("succeeded", None)


def test_a_declined_payment_moves_nothing_and_tells_so(till: Till) -> None:
    till.driver.post("/v1/payment_intents", {**PAID, "payment_method": "pm_card_visa_chargeDeclined"})
    assert till.rows() == []
    assert till.events()[-2:] == ["charge.failed", "payment_intent.payment_failed"]


@pytest.mark.parametrize(
    ("more", "action"),
    [({}, "use_stripe_sdk"), ({"return_url": "https://example.com/back"}, "redirect_to_url")],
)
def test_a_buyer_has_to_be_authenticated(driver: Driver, more: dict[str, str], action: str) -> None:
    told = {**PAID, "payment_method": "pm_card_authenticationRequired", **more}
    intent = driver.made("/v1/payment_intents", told)
    assert (intent["status"], intent["next_action"]["type"]) == ("requires_action", action)
    assert intent["latest_charge"] is None


def test_an_absent_buyer_cannot_be_authenticated(driver: Driver) -> None:
    told = {**PAID, "payment_method": "pm_card_authenticationRequired", "off_session": True}
    error = driver.post("/v1/payment_intents", told).error
    assert error["code"] == "authentication_required"
    assert driver.get(f"/v1/charges/{error['charge']}").body["status"] == "failed"


def test_a_part_captured_by_hand(till: Till) -> None:
    seller = till.seller()
    told = {**PAID, "amount": 10_000, "capture_method": "manual", "application_fee_amount": 1230}
    intent = till.driver.made("/v1/payment_intents", {**told, "transfer_data": {"destination": seller}})
    assert (intent["status"], intent["amount_capturable"], till.rows()) == ("requires_capture", 10_000, [])
    path = f"/v1/payment_intents/{intent['id']}/capture"
    assert till.driver.post(path, {"amount_to_capture": 10_001}).error["code"] == "amount_too_large"
    captured = till.driver.made(path, {"amount_to_capture": 6000})
    assert (captured["status"], captured["amount_received"]) == ("succeeded", 6000)
    assert [row[:2] for row in till.rows()] == [("charge", 6000), ("transfer", -6000), ("application_fee", 1230)]
    assert till.charge(intent["latest_charge"])["balance_transaction"] is not None
    assert till.driver.post(path).error["code"] == "payment_intent_unexpected_state"
    till.refund(intent["latest_charge"], reverse_transfer=True, refund_application_fee=True)
    assert till.listed("/v1/transfers")[0]["reversed"]
    assert till.listed("/v1/application_fees")[0]["refunded"]


def test_a_plain_payment_captured_by_hand(till: Till) -> None:
    charge = till.pay(1000, capture_method="manual")
    till.driver.made(f"/v1/payment_intents/{till.charge(charge)['payment_intent']}/capture")
    assert (till.charge(charge)["captured"], till.rows()) == (True, [("charge", 1000, 59, 941)])
    assert "charge.captured" in till.events()


def test_a_fee_above_what_is_captured_is_capped(till: Till) -> None:
    seller = till.seller()
    told = {**PAID, "capture_method": "manual", "application_fee_amount": 900, "transfer_data": {"destination": seller}}
    intent = till.driver.made("/v1/payment_intents", told)
    till.driver.made(f"/v1/payment_intents/{intent['id']}/capture", {"amount_to_capture": 500})
    assert till.listed("/v1/application_fees")[0]["amount"] == 500
    assert till.held(seller) == 0


def test_what_goes_on_can_be_changed_with_the_capture(till: Till) -> None:
    seller = till.seller()
    told = {**PAID, "capture_method": "manual", "transfer_data": {"destination": seller, "amount": 900}}
    intent = till.driver.made("/v1/payment_intents", told)
    till.driver.made(f"/v1/payment_intents/{intent['id']}/capture", {"transfer_data": {"amount": 700}})
    assert till.held(seller) == 700


def test_words_for_the_transfer_and_for_what_it_becomes(till: Till) -> None:
    seller = till.seller()
    data = {
        "destination": seller,
        "description": "Share",
        "metadata": {"order": "7"},
        "payment_data": {"description": "Order 7", "metadata": {"seller": "ana"}},
    }
    till.pay(1000, transfer_data=data, metadata={"own": "1"})
    (transfer,) = till.listed("/v1/transfers")
    assert (transfer["description"], transfer["metadata"]) == ("Share", {"order": "7"})
    payment = till.charge(transfer["destination_payment"], seller)
    assert (payment["description"], payment["metadata"]) == ("Order 7", {"seller": "ana"})


def test_canceling(driver: Driver) -> None:
    intent = driver.made("/v1/payment_intents", {**PAID, "capture_method": "manual"})
    path = f"/v1/payment_intents/{intent['id']}"
    canceled = driver.made(f"{path}/cancel", {"cancellation_reason": "duplicate"})
    assert (canceled["status"], canceled["cancellation_reason"]) == ("canceled", "duplicate")
    assert canceled["amount_capturable"] == 0
    for deed in ("cancel", "confirm"):
        assert driver.post(f"{path}/{deed}").error["code"] == "payment_intent_unexpected_state"
    assert driver.post(path, {"amount": 2000}).error["code"] == "payment_intent_unexpected_state"
    assert driver.made(path, {"metadata": {"why": "twice"}})["metadata"] == {"why": "twice"}


def test_whose_it_is_and_what_it_is_paid_with_can_change(driver: Driver) -> None:
    customer = driver.made("/v1/customers")["id"]
    intent = driver.made("/v1/payment_intents", {**TOLD, "payment_method": "pm_card_visa"})
    path = f"/v1/payment_intents/{intent['id']}"
    changed = driver.made(path, {"customer": customer, "currency": "EUR"})
    assert (changed["customer"], changed["currency"]) == (customer, "eur")
    assert changed["status"] == "requires_confirmation"
    assert driver.get("/v1/payment_intents", {"customer": customer}).body["data"] == [changed]
    assert driver.post(path, {"customer": "cus_nobody"}).error["param"] == "customer"
    assert driver.post(path, {"amount": 1}).error["param"] == "amount"


def test_changes_of_a_destination_payment(till: Till) -> None:
    seller = till.seller()
    told = {**TOLD, "transfer_data": {"destination": seller}, "application_fee_amount": 100, "transfer_group": "g"}
    path = f"/v1/payment_intents/{till.driver.made('/v1/payment_intents', told)['id']}"
    assert till.driver.made(path, {"application_fee_amount": ""})["application_fee_amount"] is None
    changed = till.driver.made(path, {"transfer_data": {"amount": 800}})
    assert changed["transfer_data"] == {"destination": seller, "amount": 800}
    assert till.driver.post(path, {"transfer_group": "h"}).error["param"] == "transfer_group"
    assert till.driver.made(path, {"transfer_group": "g", "description": "d"})["description"] == "d"
    assert till.driver.post(path, {"application_fee_amount": 10}).error["code"] == "parameters_exclusive"


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"application_fee_amount": 10}, "application_fee_amount"),
        ({"application_fee_amount": 1000, "transfer_data": {"destination": "?"}}, "application_fee_amount"),
        ({"application_fee_amount": -1, "transfer_data": {"destination": "?"}}, "application_fee_amount"),
        ({"application_fee_amount": 1, "transfer_data": {"destination": "?", "amount": 5}}, "application_fee_amount"),
        ({"transfer_data": {"destination": "?", "amount": 0}}, "transfer_data[amount]"),
        ({"transfer_data": {"destination": "?", "amount": 1001}}, "transfer_data[amount]"),
        ({"transfer_data": {"destination": "acct_nobody"}}, "transfer_data[destination]"),
        ({"on_behalf_of": "acct_nobody"}, "on_behalf_of"),
        ({"customer": "cus_nobody"}, "customer"),
        ({"payment_method": "pm_nothing"}, "payment_method"),
        ({"amount": 49}, "amount"),
        ({"amount": 0}, "amount"),
        ({"amount": 100_000_000}, "amount"),
    ],
)
def test_what_cannot_be_asked_for(till: Till, more: dict[str, Any], param: str) -> None:
    if more.get("transfer_data", {}).get("destination") == "?":
        more = {**more, "transfer_data": {**more["transfer_data"], "destination": till.seller()}}
    reply = till.driver.post("/v1/payment_intents", {**TOLD, **more})
    assert (reply.status, reply.error["param"]) == (400, param)
    assert till.listed("/v1/payment_intents") == []


def test_confirmation_needs_a_payment_method(driver: Driver) -> None:
    error = driver.post("/v1/payment_intents", {**TOLD, "confirm": True}).error
    assert error["code"] == "payment_intent_unexpected_state"


def test_a_direct_charge_needs_card_payments(till: Till) -> None:
    seller = till.seller(capabilities={"transfers": {"requested": True}})
    direct = till.driver.post("/v1/payment_intents", TOLD, account=seller)
    assert direct.error["code"] == "capability_not_active"
    behalf = till.driver.post("/v1/payment_intents", {**TOLD, "on_behalf_of": seller})
    assert behalf.error["param"] == "on_behalf_of"


def test_a_destination_charge_needs_transfers(till: Till) -> None:
    seller = till.seller(individual=None)
    reply = till.driver.post("/v1/payment_intents", {**TOLD, "transfer_data": {"destination": seller}})
    assert reply.error["code"] == "insufficient_capabilities_for_transfer"
    own = {"destination": till.simulator.world.platform}
    assert till.driver.post("/v1/payment_intents", {**TOLD, "transfer_data": own}).status == 400


def test_a_direct_fee_of_nothing_makes_no_fee(till: Till) -> None:
    seller = till.seller()
    charge = till.charge(till.pay(1000, account=seller, application_fee_amount=0), seller)
    assert (charge["application_fee_amount"], charge["application_fee"]) == (0, None)
    assert till.rows(seller) == [("charge", 1000, 59, 941)]


@pytest.mark.parametrize(("choice", "status"), [("accept", 200), ("reject", 400)])
def test_a_destination_fee_of_nothing(choice: Any, status: int) -> None:
    till = Till(Simulator(switches=Switches(zero_fee_destination=choice)))
    told = {**TOLD, "application_fee_amount": 0, "transfer_data": {"destination": till.seller()}}
    assert till.driver.post("/v1/payment_intents", told).status == status


def test_the_code_for_too_little_is_a_switch() -> None:
    driver = Driver(Simulator(switches=Switches(min_amount_code="amount_too_small")))
    assert driver.post("/v1/payment_intents", {**TOLD, "amount": 49}).error["code"] == "amount_too_small"


def test_fees_that_are_billed_apart() -> None:
    till = Till(Simulator(switches=Switches(fees_in_rows=False, refund_returns_fee=True)))
    seller = till.seller(**APPLICATION_PAYS)
    till.refund(till.pay(1000), 100)
    till.pay(1000, account=seller)
    assert till.rows() == [("charge", 1000, 0, 1000), ("refund", -100, 0, -100)]
    assert till.rows(seller) == [("charge", 1000, 0, 1000)]


def test_a_fee_beside_the_payment() -> None:
    till = Till(Simulator(switches=Switches(connected_fee_on_payment_row="row"), check_always=True))
    seller = till.seller()
    till.pay(1000, transfer_data={"destination": seller}, application_fee_amount=123)
    assert till.rows(seller) == [("payment", 1000, 0, 1000), ("adjustment", -123, 0, -123)]


def test_events_of_a_destination_charge(till: Till) -> None:
    seller = till.seller()
    till.pay(1000, transfer_data={"destination": seller}, application_fee_amount=123)
    assert till.events()[-5:] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "transfer.created",
        "application_fee.created",
    ]


def test_events_of_a_direct_charge_are_the_sellers_and_the_fee_is_the_platforms(till: Till) -> None:
    seller = till.seller()
    till.pay(1000, account=seller, application_fee_amount=123)
    assert till.events(seller)[-2:] == ["charge.succeeded", "payment_intent.succeeded"]
    assert till.events()[-1] == "application_fee.created"


@pytest.mark.parametrize(
    ("start", "days", "country"),
    [
        (1_800_000_000, 4, {}),  # a Friday
        (1_800_000_000 + 3 * 86_400, 2, {}),  # a Monday
        (1_800_000_000 + 86_400, 3, {}),  # a Saturday
    ],
)
def test_when_a_payment_becomes_available(start: int, days: int, country: dict[str, Any]) -> None:
    till = Till(Simulator(start=start))
    till.pay(1000)
    (row,) = till.listed("/v1/balance_transactions")
    assert row["available_on"] == start - start % 86_400 + days * 86_400
    till.simulator.advance(to=row["available_on"] - 1)
    assert till.available() == 0
    till.simulator.advance(to=row["available_on"])
    assert till.available() == 941


def test_abroad_days_of_the_calendar_count(till: Till) -> None:
    seller = till.seller(**CANADA)
    till.pay(1000, "cad", account=seller)
    (row,) = till.listed("/v1/balance_transactions", seller)
    delay = till.driver.get(f"/v1/accounts/{seller}").body["settings"]["payouts"]["schedule"]["delay_days"]
    midnight = 1_800_000_000 - 1_800_000_000 % 86_400
    assert row["available_on"] == midnight + delay * 86_400


def test_charges_are_found_by_what_they_belong_to(till: Till) -> None:
    customer = till.driver.made("/v1/customers", {"email": "a@example.com"})["id"]
    first = till.pay(1000, customer=customer, transfer_group="order-7")
    second = till.pay(2000)
    intent = till.charge(second)["payment_intent"]
    assert [charge["id"] for charge in till.listed("/v1/charges")] == [second, first]
    assert [charge["id"] for charge in till.listed("/v1/charges", customer=customer)] == [first]
    assert [charge["id"] for charge in till.listed("/v1/charges", transfer_group="order-7")] == [first]
    assert [charge["id"] for charge in till.listed("/v1/charges", payment_intent=intent)] == [second]
    shown = till.driver.get(f"/v1/charges/{second}", {"expand": ["transfer", "balance_transaction"]}).body
    assert (shown["transfer"], shown["balance_transaction"]["amount"]) == (None, 2000)
