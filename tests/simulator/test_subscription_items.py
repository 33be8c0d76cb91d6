"""Items of subscriptions: added, changed and removed from the next period on."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.driver import Driver
from tests.simulator.test_subscriptions import MONTHLY, described, offer
from tests.simulator.till import Till

from connectkit.simulator import Simulator

PATH, ITEMS = "/v1/subscriptions", "/v1/subscription_items"
NONE = {"proration_behavior": "none"}


@pytest.fixture
def till(simulator: Simulator) -> Till:
    return Till(simulator)


def priced(driver: Driver, amount: int = 700, **more: Any) -> str:
    price: str = driver.made("/v1/prices", {**MONTHLY, "unit_amount": amount, **more})["id"]
    return price


def begun(driver: Driver, **told: Any) -> dict[str, Any]:
    return driver.made(PATH, {**offer(driver), **told})


def read(driver: Driver, subscription: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = driver.get(f"{PATH}/{subscription['id']}").body
    return found


def renewed(till: Till) -> int:
    """Give what the next invoice is of."""
    till.simulator.advance(days=32)
    total: int = till.listed("/v1/invoices")[0]["total"]
    return total


def test_the_items_that_it_begins_with_are_read_one_by_one(till: Till) -> None:
    driver, told = till.driver, offer(till.driver)
    told["items"][0]["metadata"] = {"a": "b"}
    told["items"].append({"price": priced(driver)})
    subscription = driver.made(PATH, told)
    items = subscription["items"]["data"]
    assert [item["metadata"] for item in items] == [{"a": "b"}, {}]
    listed = driver.get(ITEMS, {"subscription": subscription["id"]}).body
    assert (listed["data"], listed["has_more"], listed["url"]) == (items, False, ITEMS)
    after = {"subscription": subscription["id"], "starting_after": items[0]["id"]}
    assert driver.get(ITEMS, after).body["data"] == items[1:]
    path = f"{ITEMS}/{items[0]['id']}"
    assert driver.get(path).body == items[0]
    seller = till.seller()
    assert driver.get(path, account=seller).status == driver.get(f"{ITEMS}/si_nothing").status == 404
    assert driver.get(ITEMS, {"subscription": subscription["id"]}, account=seller).status == 400
    assert driver.get(ITEMS).error["param"] == "subscription"


def test_one_more_is_paid_from_the_next_period_on(till: Till) -> None:
    seller = till.seller()
    shares = {"application_fee_percent": 10, "transfer_data": {"destination": seller}}
    subscription = begun(till.driver, **shares)
    told = {"subscription": subscription["id"], "price": priced(till.driver), "quantity": 3, "metadata": {"a": "b"}}
    item = till.driver.made(ITEMS, {**told, **NONE, "payment_behavior": "error_if_incomplete"})
    assert (item["quantity"], item["metadata"], item["subscription"]) == (3, {"a": "b"}, subscription["id"])
    first = subscription["items"]["data"][0]
    assert item["current_period_end"] == first["current_period_end"]
    assert read(till.driver, subscription)["items"]["data"] == [first, item]
    event = till.listed("/v1/events")[0]
    assert (event["type"], event["data"]["previous_attributes"]["items"]["data"]) == (
        "customer.subscription.updated",
        [first],
    )
    assert len(till.listed("/v1/invoices")) == 1
    assert renewed(till) == 5100
    assert [fee["amount"] for fee in till.listed("/v1/application_fees")] == [510, 300]


def test_how_often_and_what_an_item_sells_can_be_changed(till: Till) -> None:
    driver, subscription = till.driver, begun(till.driver)
    path = f"{ITEMS}/{subscription['items']['data'][0]['id']}"
    assert driver.made(path, {"metadata": {"a": "b"}})["metadata"] == {"a": "b"}
    assert driver.made(path, {"quantity": 5, **NONE, "off_session": True})["quantity"] == 5
    assert driver.made(path, {"quantity": 5})["quantity"] == 5
    price = priced(driver)
    changed = driver.made(path, {"price": price, **NONE})
    assert (changed["price"]["id"], changed["plan"]["id"], changed["quantity"]) == (price, price, 1)
    assert driver.made(path, {"price": price, "quantity": 2, **NONE})["metadata"] == {"a": "b"}
    assert renewed(till) == 1400


def test_what_an_item_sells_can_be_described_with_it(till: Till) -> None:
    driver, subscription = till.driver, begun(till.driver)
    item = driver.made(ITEMS, {"subscription": subscription["id"], "price_data": described(driver), **NONE})
    assert (item["price"]["unit_amount"], item["quantity"]) == (900, 1)
    path = f"{ITEMS}/{item['id']}"
    changed = driver.made(path, {"price_data": described(driver, unit_amount=400), **NONE})
    assert driver.get(f"/v1/prices/{changed['plan']['id']}").body == changed["price"]
    assert renewed(till) == 3400


@pytest.mark.parametrize(
    ("more", "status", "param"),
    [
        ({"price": "price_1"}, 400, "price"),
        ({"proration_behavior": "create_prorations"}, 501, "proration_behavior"),
        ({"price_data": {"product": "prod_nothing"}}, 400, "price_data[product]"),
        ({"price_data": {"currency": "eur"}}, 400, "price_data"),
        ({"price_data": {"recurring": {"interval": "year"}}}, 501, "price_data"),
    ],
)
def test_what_cannot_be_described_with_an_item_is_not_kept(
    driver: Driver, more: dict[str, Any], status: int, param: str
) -> None:
    subscription, data = begun(driver), described(driver)
    before = driver.get("/v1/prices").body["data"]
    told = {**NONE, **more, "price_data": data | more.get("price_data", {})}
    for path in (ITEMS, f"{ITEMS}/{subscription['items']['data'][0]['id']}"):
        whose = {"subscription": subscription["id"]} if path == ITEMS else {}
        reply = driver.post(path, {**told, **whose})
        assert (reply.status, reply.error["param"]) == (status, param)
    assert driver.get("/v1/prices").body["data"] == before


def test_an_item_is_removed(till: Till) -> None:
    driver, told = till.driver, offer(till.driver)
    told["items"].append({"price": priced(driver)})
    subscription = driver.made(PATH, told)
    first, second = (item["id"] for item in subscription["items"]["data"])
    assert driver.delete(f"{ITEMS}/{first}").error["param"] == "proration_behavior"
    gone = driver.delete(f"{ITEMS}/{first}?proration_behavior=none").body
    assert gone == {"id": first, "object": "subscription_item", "deleted": True}
    assert driver.get(f"{ITEMS}/{first}").status == 404
    assert [item["id"] for item in read(driver, subscription)["items"]["data"]] == [second]
    last = driver.delete(f"{ITEMS}/{second}?proration_behavior=none")
    assert (last.status, "cancel the subscription" in last.error["message"]) == (400, True)
    assert driver.delete(f"{ITEMS}/{second}?clear_usage=true").status == 501
    assert renewed(till) == 700


@pytest.mark.parametrize(
    ("price", "told", "status", "param"),
    [
        ({}, {"proration_behavior": None}, 501, "proration_behavior"),
        ({}, {"proration_behavior": "always_invoice"}, 501, "proration_behavior"),
        ({}, {"quantity": -1}, 400, "quantity"),
        ({"recurring": {"interval": "year"}}, {}, 501, "price"),
        ({"recurring": None}, {}, 400, "price"),
        ({"currency": "eur"}, {}, 400, "price"),
        ({"active": False}, {}, 400, "price"),
        ({}, {"price": "price_nothing"}, 400, "price"),
        ({}, {"price": None}, 400, "price"),
        ({}, {"subscription": "sub_nothing"}, 400, "subscription"),
        ({}, {"discounts": [{"coupon": "c"}]}, 501, "discounts"),
    ],
)
def test_what_cannot_be_sold_besides(
    driver: Driver, price: dict[str, Any], told: dict[str, Any], status: int, param: str
) -> None:
    kept = {name: value for name, value in {**MONTHLY, **price}.items() if value is not None}
    asked = {"subscription": begun(driver)["id"], "price": driver.made("/v1/prices", kept)["id"], **NONE, **told}
    reply = driver.post(ITEMS, {name: value for name, value in asked.items() if value is not None})
    assert (reply.status, reply.error["param"]) == (status, param)


def test_nothing_is_sold_twice(driver: Driver) -> None:
    told = offer(driver)
    told["items"].append({"price": priced(driver)})
    subscription = driver.made(PATH, told)
    first, second = subscription["items"]["data"]
    again = {"price": second["price"]["id"], **NONE}
    for reply in (
        driver.post(ITEMS, {"subscription": subscription["id"], **again}),
        driver.post(f"{ITEMS}/{first['id']}", again),
    ):
        assert (reply.status, "multiple subscription items" in reply.error["message"]) == (400, True)


def test_what_has_ended_or_not_begun_is_not_changed(driver: Driver) -> None:
    over = begun(driver)
    driver.delete(f"{PATH}/{over['id']}")
    unpaid = begun(driver, payment_behavior="default_incomplete")
    for subscription in (over, unpaid):
        path = f"{ITEMS}/{subscription['items']['data'][0]['id']}"
        assert driver.post(path, {"quantity": 9, **NONE}).error["param"] == "subscription"
        assert driver.made(path, {"metadata": {"a": "b"}})["metadata"] == {"a": "b"}


def test_what_was_free_does_not_begin_to_cost(till: Till) -> None:
    free = begun(till.driver, items=[{"price": priced(till.driver, 0)}])
    more = {"subscription": free["id"], "price": priced(till.driver), **NONE}
    assert till.driver.post(ITEMS, more).status == 501
    path = f"{ITEMS}/{free['items']['data'][0]['id']}"
    assert till.driver.made(path, {"quantity": 2, **NONE})["quantity"] == 2
    trial = begun(till.driver, items=[{"price": priced(till.driver, 0)}], trial_period_days=5)
    till.driver.made(ITEMS, {**more, "subscription": trial["id"]})
    till.simulator.advance(days=6)
    assert till.listed("/v1/invoices", subscription=trial["id"])[0]["total"] == 700


def test_what_is_too_small_to_be_paid_is_refused(driver: Driver) -> None:
    subscription = begun(driver)
    path = f"{ITEMS}/{subscription['items']['data'][0]['id']}"
    assert driver.post(path, {"price": priced(driver, 1), **NONE}).status == 400
    assert read(driver, subscription)["items"] == subscription["items"]
