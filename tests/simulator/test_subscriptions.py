from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from tests.simulator.driver import Driver
from tests.simulator.till import Till

from connectkit.simulator import InvariantBroken, Simulator
from connectkit.simulator.money.switches import Switches
from connectkit.simulator.selling.periods import period

PATH = "/v1/subscriptions"
MONTHLY = {"currency": "usd", "unit_amount": 1500, "recurring": {"interval": "month"}, "product_data": {"name": "Box"}}


@pytest.fixture
def till(simulator: Simulator) -> Till:
    return Till(simulator)


def offer(driver: Driver, method: str = "pm_card_visa", account: str | None = None, **price: Any) -> dict[str, Any]:
    """Give what a subscription is begun with."""
    price_id = driver.made("/v1/prices", {**MONTHLY, **price}, account=account)["id"]
    customer = driver.made("/v1/customers", {"email": "ana@example.com"}, account=account)["id"]
    told = {"customer": customer, "items": [{"price": price_id, "quantity": 2}]}
    return {**told, "default_payment_method": method} if method else told


def types(driver: Driver, prefix: str) -> list[str]:
    listed = driver.get("/v1/events", {"limit": 100}).body["data"]
    return [event["type"] for event in reversed(listed) if event["type"].startswith(prefix)]


def test_a_destination_subscription_is_paid_and_renewed(till: Till) -> None:
    seller, driver = till.seller(), till.driver
    told = {**offer(driver), "application_fee_percent": 10, "transfer_data": {"destination": seller}}
    subscription = driver.made(PATH, {**told, "metadata": {"a": "b"}, "expand": ["latest_invoice"]})
    invoice = subscription["latest_invoice"]
    assert (subscription["status"], subscription["metadata"]) == ("active", {"a": "b"})
    assert (invoice["status"], invoice["amount_paid"], invoice["billing_reason"]) == (
        "paid",
        3000,
        "subscription_create",
    )
    assert till.held(seller) == 2700
    assert types(driver, "customer.subscription")[:1] == ["customer.subscription.created"]
    till.simulator.advance(days=32)
    assert [transfer["amount"] for transfer in till.listed("/v1/transfers")] == [3000, 3000]
    assert [fee["amount"] for fee in till.listed("/v1/application_fees")] == [300, 300]
    invoices = driver.get("/v1/invoices", {"subscription": subscription["id"]}).body["data"]
    assert [one["billing_reason"] for one in invoices] == ["subscription_cycle", "subscription_create"]
    assert driver.get(f"/v1/invoices/{invoice['id']}").body["lines"]["data"][0]["amount"] == 3000
    assert driver.post(f"/v1/invoices/{invoice['id']}/pay").error["code"] == "invoice_not_editable"


def test_a_part_of_each_payment_is_transferred(till: Till) -> None:
    seller = till.seller()
    data = {"destination": seller, "amount_percent": "33.5"}
    told = {**offer(till.driver), "transfer_data": data, "on_behalf_of": seller}
    subscription = till.driver.made(PATH, told)
    assert subscription["transfer_data"] == {"destination": seller, "amount_percent": 33.5}
    assert till.held(seller) == 1005


def test_a_direct_subscription_leaves_its_fee(till: Till) -> None:
    seller = till.seller()
    told = {**offer(till.driver, account=seller), "application_fee_percent": "2.5"}
    assert till.driver.made(PATH, told, account=seller)["application"].startswith("ca_")
    assert till.held() == 75


def test_a_first_payment_that_fails_can_be_made_good_within_a_day(driver: Driver) -> None:
    told = offer(driver, "pm_card_chargeCustomerFail")
    subscription, other = driver.made(PATH, told), driver.made(PATH, told)
    assert (subscription["status"], other["status"]) == ("incomplete", "incomplete")
    invoice = f"/v1/invoices/{subscription['latest_invoice']}"
    assert driver.post(f"{invoice}/pay", {"paid_out_of_band": True}).status == 501
    assert driver.made(f"{invoice}/pay", {"payment_method": "pm_card_visa"})["status"] == "paid"
    driver.simulator.advance(days=1)
    listed = driver.get(PATH, {"customer": told["customer"]}).body["data"]
    assert [one["status"] for one in listed] == ["incomplete_expired", "active"]
    assert [one["id"] for one in driver.get(PATH, {"status": "ended"}).body["data"]] == [other["id"]]
    reply = driver.post(f"/v1/invoices/{other['latest_invoice']}/pay", {"payment_method": "pm_card_visa"})
    assert reply.error["message"] == "Invoice is already void"


def test_a_renewal_that_fails_is_past_due_until_it_is_paid(driver: Driver) -> None:
    subscription = driver.made(PATH, offer(driver))
    path = f"{PATH}/{subscription['id']}"
    changed = driver.made(
        path, {"default_payment_method": "pm_card_chargeCustomerFail", "description": "Box", "metadata": {"a": "b"}}
    )
    assert (changed["description"], changed["metadata"]) == ("Box", {"a": "b"})
    driver.simulator.advance(days=32)
    found = driver.get(path).body
    assert found["status"] == "past_due"
    told = {"payment_method": "pm_card_visa"}
    assert driver.made(f"/v1/invoices/{found['latest_invoice']}/pay", told)["status"] == "paid"
    assert driver.get(path).body["status"] == "active"
    assert "invoice.payment_failed" in types(driver, "invoice.")
    driver.made(path, {"default_payment_method": "pm_card_chargeCustomerFail"})
    driver.simulator.advance(days=31)
    last = driver.delete(path).body["latest_invoice"]
    assert driver.made(f"/v1/invoices/{last}/pay", told)["status"] == "paid"
    assert driver.get(path).body["status"] == "canceled"


def late(driver: Driver) -> tuple[str, str]:
    """Give the paths of a subscription whose renewal has just failed, and of the invoice."""
    subscription = driver.made(PATH, offer(driver))
    path = f"{PATH}/{subscription['id']}"
    driver.made(path, {"default_payment_method": "pm_card_chargeCustomerFail"})
    driver.simulator.advance(to=subscription["items"]["data"][0]["current_period_end"])
    return path, f"/v1/invoices/{driver.get(path).body['latest_invoice']}"


def test_a_renewal_is_tried_again_until_it_is_given_up(driver: Driver) -> None:
    path, bill = late(driver)
    now = driver.simulator.clock.now
    invoice = driver.get(bill).body
    assert (invoice["attempt_count"], invoice["next_payment_attempt"]) == (1, now + 3 * 86_400)
    assert driver.post(f"{bill}/pay").status == 402  # by hand: the plan stays
    assert driver.get(bill).body["next_payment_attempt"] == now + 3 * 86_400
    for days, attempts in ((3, 3), (5, 4)):
        driver.simulator.advance(days=days)
        assert (driver.get(bill).body["attempt_count"], driver.get(path).body["status"]) == (attempts, "past_due")
    driver.simulator.advance(days=7)
    last = driver.get(bill).body
    assert (last["attempt_count"], last["next_payment_attempt"], last["status"]) == (5, None, "open")
    assert driver.get(path).body["status"] == "canceled"
    assert types(driver, "customer.subscription.deleted") == ["customer.subscription.deleted"]
    assert types(driver, "invoice.payment_failed") == ["invoice.payment_failed"] * 5


def test_a_renewal_that_is_tried_again_may_be_paid(driver: Driver) -> None:
    path, bill = late(driver)
    driver.made(path, {"default_payment_method": "pm_card_visa"})
    driver.simulator.advance(days=3)
    paid = driver.get(bill).body
    assert (paid["status"], paid["next_payment_attempt"], paid["attempt_count"]) == ("paid", None, 2)
    assert driver.get(path).body["status"] == "active"
    other, bill = late(driver)
    driver.delete(other)
    driver.simulator.advance(days=3)
    assert (driver.get(bill).body["attempt_count"], driver.get(bill).body["next_payment_attempt"]) == (1, None)
    third, bill = late(driver)
    driver.made(f"{bill}/pay", {"payment_method": "pm_card_visa"})
    driver.simulator.advance(days=3)
    assert (driver.get(bill).body["attempt_count"], driver.get(third).body["status"]) == (2, "active")


@pytest.mark.parametrize(("end", "bills"), [("unpaid", "draft"), ("past_due", "open")])
def test_what_becomes_of_what_is_never_paid_is_a_switch(end: Literal["unpaid", "past_due"], bills: str) -> None:
    driver = Driver(Simulator(start=1_800_000_000, switches=Switches(invoice_retries=(), after_retries=end)))
    path, first = late(driver)
    assert driver.get(path).body["status"] == end
    driver.simulator.advance(days=32)
    latest = driver.get(f"/v1/invoices/{driver.get(path).body['latest_invoice']}").body
    assert (latest["id"] in first, latest["status"]) == (False, bills)
    assert (latest["status_transitions"]["finalized_at"] is None) is (bills == "draft")
    driver.made(f"{first}/pay", {"payment_method": "pm_card_visa"})
    assert driver.get(path).body["status"] == "active"
    driver.simulator.check()


def test_what_is_not_tried_again_ends_with_its_period() -> None:
    driver = Driver(Simulator(start=1_800_000_000, switches=Switches(invoice_retries=())))
    path, first = late(driver)
    driver.simulator.advance(days=62)
    ended = driver.get(path).body
    assert (ended["status"], ended["latest_invoice"] in first) == ("canceled", True)


def test_a_renewal_without_a_way_to_pay_is_past_due(driver: Driver) -> None:
    told = {**offer(driver, ""), "payment_behavior": "default_incomplete"}
    subscription = driver.made(PATH, told)
    path = f"{PATH}/{subscription['id']}"
    driver.made(f"/v1/invoices/{subscription['latest_invoice']}/pay", {"payment_method": "pm_card_visa"})
    driver.simulator.advance(days=32)
    assert driver.get(path).body["status"] == "past_due"


def test_a_buyer_is_not_there_when_a_subscription_is_renewed(driver: Driver) -> None:
    subscription = driver.made(PATH, offer(driver))
    path = f"{PATH}/{subscription['id']}"
    driver.made(path, {"default_payment_method": "pm_card_authenticationRequired"})
    driver.simulator.advance(days=32)
    assert driver.get(path).body["status"] == "past_due"
    charge = driver.get("/v1/charges").body["data"][0]
    assert (charge["failure_code"], charge["status"]) == ("authentication_required", "failed")


def test_a_trial_is_free_until_it_ends(till: Till) -> None:
    seller, driver = till.seller(), till.driver
    told = {**offer(driver), "application_fee_percent": 10, "transfer_data": {"destination": seller}}
    subscription = driver.made(PATH, {**told, "trial_period_days": 7, "expand": ["latest_invoice"]})
    invoice, now = subscription["latest_invoice"], till.simulator.clock.now
    assert (subscription["status"], invoice["status"], invoice["total"]) == ("trialing", "paid", 0)
    assert invoice["lines"]["data"][0]["description"] == "Trial period for Box"
    assert (subscription["trial_start"], subscription["trial_end"]) == (now, now + 7 * 86_400)
    assert (
        subscription["items"]["data"][0]["current_period_end"]
        == subscription["billing_cycle_anchor"]
        == now + 7 * 86_400
    )
    assert till.listed("/v1/charges") == []
    till.simulator.advance(days=4)
    assert types(driver, "customer.subscription.trial") == ["customer.subscription.trial_will_end"]
    till.simulator.advance(days=3)
    path = f"{PATH}/{subscription['id']}"
    after = driver.get(path).body
    assert (after["status"], after["trial_end"]) == ("active", now + 7 * 86_400)
    assert till.held(seller) == 2700
    assert after["items"]["data"][0]["current_period_start"] == now + 7 * 86_400
    till.simulator.advance(days=32)
    assert [fee["amount"] for fee in till.listed("/v1/application_fees")] == [300, 300]


@pytest.mark.parametrize(
    ("behaviour", "status"), [(None, "past_due"), ("create_invoice", "past_due"), ("cancel", "canceled")]
)
def test_a_trial_may_end_without_a_way_to_pay(driver: Driver, behaviour: str | None, status: str) -> None:
    told = {**offer(driver, ""), "trial_end": driver.simulator.clock.now + 86_400}
    if behaviour is not None:
        told["trial_settings"] = {"end_behavior": {"missing_payment_method": behaviour}}
    subscription = driver.made(PATH, told)
    assert subscription["status"] == "trialing"
    driver.simulator.advance(hours=1)
    assert types(driver, "customer.subscription.trial") == ["customer.subscription.trial_will_end"]
    driver.simulator.advance(days=1)
    assert driver.get(f"{PATH}/{subscription['id']}").body["status"] == status


def test_a_trial_that_is_given_up_is_not_warned_of(driver: Driver) -> None:
    subscription = driver.made(PATH, {**offer(driver), "trial_period_days": 30})
    driver.delete(f"{PATH}/{subscription['id']}")
    driver.simulator.advance(days=40)
    assert types(driver, "customer.subscription.trial") == []
    assert driver.made(PATH, {**offer(driver), "trial_end": "now"})["status"] == "active"


def test_a_subscription_ends_with_its_period_or_at_once(driver: Driver) -> None:
    first, second = driver.made(PATH, offer(driver)), driver.made(PATH, offer(driver))
    path = f"{PATH}/{first['id']}"
    ending = driver.made(path, {"cancel_at_period_end": True})
    assert ending["cancel_at"] == ending["items"]["data"][0]["current_period_end"]
    third = driver.made(PATH, offer(driver))
    driver.delete(f"/v1/customers/{third['customer']}")
    assert driver.made(path, {"cancel_at_period_end": False})["cancel_at"] is None
    driver.made(path, {"cancel_at_period_end": True})
    assert driver.delete(f"{PATH}/{second['id']}").body["status"] == "canceled"
    assert driver.delete(f"{PATH}/{second['id']}").status == 404
    driver.simulator.advance(days=40)
    assert driver.get(path).body["status"] == "canceled"
    assert driver.get(PATH).body["data"] == []
    assert len(driver.get(PATH, {"status": "all"}).body["data"]) == 3
    assert types(driver, "customer.subscription.deleted") == ["customer.subscription.deleted"] * 3


def test_a_subscription_waits_for_its_way_to_pay(driver: Driver) -> None:
    told = {**offer(driver, ""), "payment_behavior": "default_incomplete"}
    subscription = driver.made(PATH, told)
    assert subscription["status"] == "incomplete"
    path = f"/v1/invoices/{subscription['latest_invoice']}/pay"
    assert driver.post(path).error["param"] == "payment_method"
    assert driver.made(path, {"payment_method": "pm_card_visa"})["status"] == "paid"
    customer = {"payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}}
    kept = driver.made("/v1/customers", customer)["id"]
    assert driver.made(PATH, {**offer(driver, ""), "customer": kept})["status"] == "active"
    free = offer(driver, unit_amount=0)
    assert driver.made(PATH, free)["status"] == "active"


@pytest.mark.parametrize(
    ("changes", "status", "param"),
    [
        ({"billing_cycle_anchor": 1_900_000_000}, 501, "billing_cycle_anchor"),
        ({"trial_period_days": 0}, 400, "trial_period_days"),
        ({"trial_period_days": 731}, 400, "trial_period_days"),
        ({"trial_period_days": 7, "trial_end": 1_900_000_000}, 400, "trial_end"),
        ({"trial_end": 1_700_000_000}, 400, "trial_end"),
        (
            {"trial_period_days": 7, "trial_settings": {"end_behavior": {"missing_payment_method": "pause"}}},
            501,
            "trial_settings[end_behavior][missing_payment_method]",
        ),
        ({"payment_behavior": "error_if_incomplete"}, 501, "payment_behavior"),
        ({"customer": None}, 400, "customer"),
        ({"items": None}, 400, "items"),
        (
            {"items": [{"price_data": {"currency": "usd", "product": "x", "recurring": {"interval": "day"}}}]},
            400,
            "items[0][price_data][product]",
        ),
        ({"items": [{"quantity": 1}]}, 400, "items[0][price]"),
        ({"items": [{"price": "price_1", "discounts": [{"coupon": "c"}]}]}, 501, "items[0][discounts]"),
        ({"application_fee_percent": 10}, 400, "application_fee_percent"),
        ({"application_fee_percent": 101}, 400, "application_fee_percent"),
        ({"transfer_data": {"destination": "acct_x"}}, 400, "transfer_data[destination]"),
    ],
)
def test_a_subscription_that_cannot_begin(driver: Driver, changes: dict[str, Any], status: int, param: str) -> None:
    told = {name: value for name, value in {**offer(driver), **changes}.items() if value is not None}
    reply = driver.post(PATH, told)
    assert (reply.status, reply.error["param"]) == (status, param)


def described(driver: Driver, **more: Any) -> dict[str, Any]:
    """Describe a price of a new product with an item."""
    product = driver.made("/v1/products", {"name": "Lamp"})["id"]
    return {"currency": "usd", "product": product, "recurring": {"interval": "month"}, "unit_amount": 900, **more}


def test_a_price_can_be_described_with_its_item(till: Till) -> None:
    told, data = offer(till.driver), described(till.driver)
    told["items"].append({"price_data": data, "quantity": 3})
    subscription = till.driver.made(PATH, told)
    price = subscription["items"]["data"][1]["price"]
    assert (price["product"], price["unit_amount"], price["active"]) == (data["product"], 900, False)
    assert till.driver.get(f"/v1/prices/{price['id']}").body == price
    till.simulator.advance(days=32)
    assert [invoice["total"] for invoice in till.listed("/v1/invoices")] == [5700, 5700]


@pytest.mark.parametrize(
    ("item", "more", "param"),
    [
        ({"price": "price_1"}, {}, "items[0][price]"),
        ({}, {"recurring": None}, "items[0][price_data][recurring]"),
        ({}, {"unit_amount": None}, "unit_amount"),
        ({}, {"unit_amount": -1}, "unit_amount"),
        ({}, {"product": None}, "items[0][price_data][product]"),
        ({}, {"unit_amount": 1}, "amount"),
    ],
)
def test_a_price_that_cannot_be_described_is_not_kept(
    driver: Driver, item: dict[str, Any], more: dict[str, Any], param: str
) -> None:
    told = offer(driver)
    data = {name: value for name, value in described(driver, **more).items() if value is not None}
    before = driver.get("/v1/prices").body["data"]
    reply = driver.post(PATH, {**told, "items": [{**item, "price_data": data}]})
    assert (reply.status, reply.error["param"]) == (400, param)
    assert driver.get("/v1/prices").body["data"] == before


def test_a_subscription_sells_what_is_active_and_nothing_twice(driver: Driver) -> None:
    told = offer(driver)
    old = driver.made("/v1/prices", {**MONTHLY, "active": False})["id"]
    inactive = driver.post(PATH, {**told, "items": [{"price": old}]})
    assert (inactive.status, inactive.error["param"]) == (400, "items[0][price]")
    twice = driver.post(PATH, {**told, "items": told["items"] * 2})
    assert (twice.status, twice.error["param"]) == (400, "items[1][price]")


def test_what_does_not_go_together_in_a_subscription(driver: Driver) -> None:
    told = offer(driver, "")
    assert driver.post(PATH, told).error["code"] == "resource_missing"
    once = driver.made("/v1/prices", {"currency": "usd", "unit_amount": 5, "product_data": {"name": "x"}})["id"]
    assert driver.post(PATH, {**told, "items": [{"price": once}]}).error["param"] == "items[0][price]"
    weekly = driver.made("/v1/prices", {**MONTHLY, "recurring": {"interval": "week"}})["id"]
    assert driver.post(PATH, {**told, "items": [*told["items"], {"price": weekly}]}).error["param"] == "items"


def test_an_invoice_that_its_payment_contradicts_breaks_a_law(driver: Driver) -> None:
    invoice = driver.simulator.world.find(driver.made(PATH, offer(driver))["latest_invoice"])
    assert invoice is not None
    invoice["status"] = "open"
    with pytest.raises(InvariantBroken, match="its payment"):
        driver.simulator.check()
    invoice["status"] = "paid"


def at(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("interval", "count", "number", "begins"),
    [
        ("day", 3, 2, at(2027, 2, 6)),
        ("week", 1, 1, at(2027, 2, 7)),
        ("month", 1, 1, at(2027, 2, 28)),
        ("month", 1, 2, at(2027, 3, 31)),
        ("month", 1, 11, at(2027, 12, 31)),
        ("year", 1, 1, at(2028, 1, 31)),
    ],
)
def test_periods_keep_their_day(interval: str, count: int, number: int, begins: int) -> None:
    start, end = period(at(2027, 1, 31), {"interval": interval, "interval_count": count}, number)
    assert start == begins < end


def test_the_lines_of_an_invoice_are_listed_in_their_order(till: Till) -> None:
    driver = till.driver
    told = offer(driver)
    told["items"].append({"price": driver.made("/v1/prices", {**MONTHLY, "unit_amount": 700})["id"]})
    invoice = driver.made(PATH, told)["latest_invoice"]
    path = f"/v1/invoices/{invoice}/lines"
    listed = driver.get(path).body
    assert [line["amount"] for line in listed["data"]] == [3000, 700]
    assert listed["data"] == driver.get(f"/v1/invoices/{invoice}").body["lines"]["data"]
    first = driver.get(path, {"limit": 1}).body
    assert (first["has_more"], first["url"]) == (True, path)
    after = driver.get(path, {"starting_after": first["data"][0]["id"]}).body
    assert [line["amount"] for line in after["data"]] == [700]
    assert driver.get(path, {"starting_after": "il_nothing"}).status == 400
    assert driver.get("/v1/invoices/in_nothing/lines").status == 404
    assert driver.get(path, account=till.seller()).status == 404
