"""Checkout in subscription mode."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.driver import Driver
from tests.simulator.test_checkout import CARD, PATH, TOLD, read, types, visit
from tests.simulator.till import Till

from connectkit.simulator import Simulator

BOX: dict[str, Any] = {
    "price_data": {
        "currency": "usd",
        "unit_amount": 1500,
        "product_data": {"name": "Box"},
        "recurring": {"interval": "month"},
    },
    "quantity": 2,
}
CRATE: dict[str, Any] = {
    "price_data": {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Crate"}},
    "quantity": 1,
}
AGAIN: dict[str, Any] = {**TOLD, "mode": "subscription", "line_items": [BOX]}


@pytest.fixture
def till(simulator: Simulator) -> Till:
    return Till(simulator)


def priced(amount: int = 1500, interval: str = "month") -> dict[str, Any]:
    return {**BOX, "price_data": {**BOX["price_data"], "unit_amount": amount, "recurring": {"interval": interval}}}


def test_a_page_begins_a_subscription_of_a_seller_and_pays_its_first_invoice(till: Till) -> None:
    driver, seller = till.driver, till.seller()
    data = {
        "application_fee_percent": "12.5",
        "description": "Fruit",
        "metadata": {"a": "b"},
        "on_behalf_of": seller,
        "transfer_data": {"destination": seller},
    }
    session = driver.made(PATH, {**AGAIN, "line_items": [BOX, CRATE], "subscription_data": data})
    assert (session["amount_total"], session["subscription"], session["customer"]) == (3500, None, None)
    visit(driver, session["url"], **CARD)
    paid = read(driver, session)
    assert (paid["status"], paid["payment_status"], paid["payment_intent"]) == ("complete", "paid", None)
    subscription = driver.get(f"/v1/subscriptions/{paid['subscription']}").body
    assert (subscription["status"], subscription["customer"]) == ("active", paid["customer"])
    assert (subscription["application_fee_percent"], subscription["on_behalf_of"]) == (12.5, seller)
    assert (subscription["description"], subscription["metadata"]) == ("Fruit", {"a": "b"})
    assert [item["price"]["unit_amount"] for item in subscription["items"]["data"]] == [1500]
    invoice = driver.get(f"/v1/invoices/{paid['invoice']}").body
    assert (invoice["status"], invoice["amount_paid"], subscription["latest_invoice"]) == ("paid", 3500, invoice["id"])
    assert [line["amount"] for line in invoice["lines"]["data"]] == [3000, 500]
    assert driver.get(f"/v1/customers/{paid['customer']}").body["email"] == "ana@example.com"
    assert till.held(seller) == 3500 - 438
    assert types(driver, "customer.subscription.created") == ["customer.subscription.created"]
    assert types(driver, "invoice.paid") == ["invoice.paid"]
    assert types(driver, "checkout.") == ["checkout.session.completed"]
    till.simulator.advance(days=32)
    assert [fee["amount"] for fee in till.listed("/v1/application_fees")] == [375, 438]


def test_a_page_of_a_connected_account_leaves_the_fee(till: Till) -> None:
    seller = till.seller()
    told = {**AGAIN, "subscription_data": {"application_fee_percent": 10}}
    session = till.driver.made(PATH, told, account=seller)
    assert till.simulator.pay(session["id"]).endswith(session["id"])
    paid = read(till.driver, session, seller)
    found = till.driver.get(f"/v1/subscriptions/{paid['subscription']}", account=seller).body
    assert (found["status"], found["application"].startswith("ca_")) == ("active", True)
    assert till.held() == 300
    assert types(till.driver, "checkout.", seller) == ["checkout.session.completed"]


def test_a_declined_card_begins_nothing_and_another_does(driver: Driver) -> None:
    session = driver.made(PATH, AGAIN)
    assert visit(driver, session["url"], **{**CARD, "number": "4000000000009995"})[0] == 402
    first = read(driver, session)
    assert (first["status"], first["subscription"], first["invoice"]) == ("open", None, None)
    assert driver.get("/v1/subscriptions").body["data"] == []
    visit(driver, session["url"], **CARD)
    assert len(driver.get("/v1/payment_intents").body["data"]) == 1
    assert read(driver, session)["payment_status"] == "paid"
    assert len(driver.get("/v1/customers").body["data"]) == 1


def test_what_a_page_had_begun_is_given_up_when_it_expires(driver: Driver) -> None:
    session = driver.made(PATH, AGAIN)
    visit(driver, session["url"], **{**CARD, "number": "4000000000009995"})
    driver.made(f"{PATH}/{session['id']}/expire")
    assert [one["status"] for one in driver.get("/v1/payment_intents").body["data"]] == ["canceled"]
    assert driver.get("/v1/subscriptions", {"status": "all"}).body["data"] == []


def test_a_buyer_of_a_subscription_authenticates_on_her_way(driver: Driver) -> None:
    session = driver.made(PATH, AGAIN)
    bank = visit(driver, session["url"], **{**CARD, "number": "4000002760003184"})[1]
    assert "/authenticate/pi_" in bank
    other = driver.made(PATH, AGAIN)
    driver.simulator.pay(other["id"], "pm_card_authenticationRequired")
    assert read(driver, other)["payment_status"] == "paid"
    assert read(driver, session)["subscription"] is None
    visit(driver, bank, answer="complete")
    assert read(driver, session)["payment_status"] == "paid"


@pytest.mark.parametrize(
    ("method", "status", "paid", "event"),
    [
        ("pm_usBankAccount_success", "active", "paid", "succeeded"),
        ("pm_usBankAccount_insufficientFunds", "incomplete_expired", "unpaid", "failed"),
    ],
)
def test_a_slow_bank_pays_the_invoice_later_or_not(
    driver: Driver, method: str, status: str, paid: str, event: str
) -> None:
    told = {**AGAIN, "allowed_payment_method_types": ["us_bank_account"]}
    session = driver.made(PATH, told)
    driver.simulator.pay(session["id"], method)
    first = read(driver, session)
    assert (first["status"], first["payment_status"]) == ("complete", "unpaid")
    assert driver.get(f"/v1/invoices/{first['invoice']}").body["status"] == "open"
    driver.simulator.advance(days=1)
    assert driver.get(f"/v1/subscriptions/{first['subscription']}").body["status"] == status
    assert read(driver, session)["payment_status"] == paid
    assert types(driver, "checkout.")[1:] == [f"checkout.session.async_payment_{event}"]


def test_what_costs_nothing_is_subscribed_to_by_a_customer_that_is_there(driver: Driver) -> None:
    customer = driver.made("/v1/customers", {"email": "ana@example.com"})["id"]
    told = {**AGAIN, "line_items": [priced(0)], "customer": customer}
    session = driver.made(PATH, told)
    driver.simulator.pay(session["id"])
    done = read(driver, session)
    assert (done["payment_status"], done["customer"]) == ("no_payment_required", customer)
    assert driver.get(f"/v1/subscriptions/{done['subscription']}").body["status"] == "active"


@pytest.mark.parametrize(
    ("changes", "status", "param"),
    [
        ({"line_items": [CRATE]}, 400, "line_items"),
        ({"line_items": [BOX, priced(interval="week")]}, 400, "line_items"),
        ({"subscription_data": {"billing_cycle_anchor": 1}}, 501, "subscription_data[billing_cycle_anchor]"),
        ({"subscription_data": {"trial_end": 1_800_086_400}}, 400, "subscription_data[trial_end]"),
        ({"subscription_data": {"application_fee_percent": 10}}, 400, "application_fee_percent"),
        ({"payment_intent_data": {"description": "x"}}, 400, "payment_intent_data"),
    ],
)
def test_a_subscription_page_that_cannot_be_opened(
    driver: Driver, changes: dict[str, Any], status: int, param: str
) -> None:
    reply = driver.post(PATH, {**AGAIN, **changes})
    assert (reply.status, reply.error["param"]) == (status, param)


def test_nobody_pays_a_page_that_is_not_there(simulator: Simulator) -> None:
    with pytest.raises(ValueError, match="No such checkout"):
        simulator.pay("cs_test_nothing")


@pytest.mark.parametrize("again", [True, False])
def test_a_page_begins_a_trial(till: Till, again: bool) -> None:
    driver, seller = till.driver, till.seller()
    data = {"trial_period_days": 14, "transfer_data": {"destination": seller}}
    lines = [BOX] if again else [BOX, CRATE]
    session = driver.made(PATH, {**AGAIN, "line_items": lines, "subscription_data": data})
    assert session["amount_total"] == (0 if again else 500)
    visit(driver, session["url"], **CARD)
    done = read(driver, session)
    assert (done["status"], done["payment_status"]) == ("complete", "no_payment_required" if again else "paid")
    path = f"/v1/subscriptions/{done['subscription']}"
    subscription = driver.get(path).body
    assert (subscription["status"], subscription["trial_end"]) == ("trialing", till.simulator.clock.now + 14 * 86_400)
    till.simulator.advance(days=14)
    assert driver.get(path).body["status"] == "active"
    paid = [charge["amount"] for charge in till.listed("/v1/charges")]
    assert paid == ([3000] if again else [3000, 500])


def test_a_link_begins_trials(till: Till) -> None:
    driver = till.driver
    price = {
        "currency": "usd",
        "unit_amount": 1500,
        "recurring": {"interval": "month"},
        "product_data": {"name": "Box"},
    }
    price_id = driver.made("/v1/prices", price)["id"]
    told = {"line_items": [{"price": price_id, "quantity": 1}], "subscription_data": {"trial_period_days": 14}}
    link = driver.made("/v1/payment_links", told)
    page = visit(driver, link["url"])[1]
    visit(driver, page, **CARD)
    assert driver.get("/v1/subscriptions").body["data"][0]["status"] == "trialing"
