"""Products, prices and payment links."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.driver import Driver
from tests.simulator.test_checkout import CARD, read, types, visit
from tests.simulator.till import Till

from connectkit.simulator import Simulator


@pytest.fixture
def till(simulator: Simulator) -> Till:
    return Till(simulator)


def a_price(driver: Driver, **changes: Any) -> dict[str, Any]:
    told = {"currency": "usd", "unit_amount": 1500, "product_data": {"name": "Chair"}, **changes}
    return driver.made("/v1/prices", {name: value for name, value in told.items() if value is not None})


def test_a_product_with_its_price(driver: Driver) -> None:
    product = driver.made(
        "/v1/products",
        {"id": "chair", "name": "Chair", "default_price_data": {"currency": "USD", "unit_amount_decimal": "1500"}},
    )
    price = driver.get(f"/v1/prices/{product['default_price']}").body
    assert (price["unit_amount"], price["currency"], price["type"]) == (1500, "usd", "one_time")
    path = "/v1/products/chair"
    assert driver.post("/v1/products", {"id": "chair", "name": "Chair"}).error["code"] == "resource_already_exists"
    changed = driver.made(path, {"name": "Stool", "description": "", "metadata": {"a": "b"}})
    assert (changed["name"], changed["description"]) == ("Stool", None)
    other = a_price(driver)
    assert driver.post(path, {"default_price": other["id"]}).error["param"] == "default_price"
    second = a_price(driver, product="chair", product_data=None)["id"]
    assert driver.made(path, {"default_price": second, "active": False})["default_price"] == second
    assert driver.delete(path).status == 400
    assert driver.get("/v1/products/search", {"query": "name:'Stool'"}).body["data"][0]["id"] == "chair"
    assert [one["id"] for one in driver.get("/v1/products", {"active": False}).body["data"]] == ["chair"]
    assert len(driver.get("/v1/products", {"ids": ["chair", "x"]}).body["data"]) == 1


def test_a_product_without_price_is_deleted(driver: Driver) -> None:
    product = driver.made("/v1/products", {"name": "Chair"})["id"]
    gone = {"id": product, "object": "product", "deleted": True}
    assert driver.delete(f"/v1/products/{product}").body == gone
    assert driver.get(f"/v1/products/{product}").body == gone
    assert types(driver, "product.") == ["product.created", "product.deleted"]


def test_prices_are_listed_searched_and_change_their_words(driver: Driver) -> None:
    monthly = a_price(driver, recurring={"interval": "month", "interval_count": 2}, lookup_key="gold")
    assert (monthly["type"], monthly["recurring"]["interval_count"]) == ("recurring", 2)
    once = a_price(driver, currency="eur")
    path = f"/v1/prices/{once['id']}"
    assert driver.post(path, {"lookup_key": "gold"}).error["param"] == "lookup_key"
    moved = driver.made(path, {"lookup_key": "gold", "transfer_lookup_key": True, "nickname": "Gold", "active": False})
    assert (moved["lookup_key"], moved["active"]) == ("gold", False)
    assert driver.made(path, {"lookup_key": "gold", "metadata": {"a": "b"}})["metadata"] == {"a": "b"}
    assert driver.get(f"/v1/prices/{monthly['id']}").body["lookup_key"] is None
    assert (
        driver.post(
            "/v1/prices", {"currency": "usd", "product": monthly["product"], "unit_amount": 1, "lookup_key": "gold"}
        ).status
        == 400
    )

    def ids(**told: Any) -> list[str]:
        return [one["id"] for one in driver.get("/v1/prices", told).body["data"]]

    assert ids(lookup_keys=["gold"]) == ids(currency="eur") == ids(active=False) == [once["id"]]
    assert ids(recurring={"interval": "month"}) == ids(type="recurring") == [monthly["id"]]
    found = driver.get("/v1/prices/search", {"query": "currency:'eur'"}).body["data"]
    assert [one["id"] for one in found] == [once["id"]]
    assert driver.post(path, {"currency_options": {"gbp": {"unit_amount": 5}}}).status == 501


@pytest.mark.parametrize(
    ("changes", "status", "param"),
    [
        ({"product": "prod_x", "product_data": {"name": "x"}}, 400, "product_data"),
        ({"product": "prod_x"}, 400, "product"),
        ({"product": None}, 400, "product"),
        ({"unit_amount": None}, 400, "unit_amount"),
        ({"unit_amount": -1}, 400, "unit_amount"),
        ({"unit_amount": None, "unit_amount_decimal": "0.5"}, 501, "unit_amount_decimal"),
        ({"currency": "dollars"}, 400, "currency"),
        ({"tiers_mode": "volume"}, 501, "tiers_mode"),
        ({"recurring": {"interval": "hour"}}, 400, "recurring[interval]"),
        ({"recurring": {"interval": "day", "usage_type": "metered"}}, 501, "recurring[usage_type]"),
    ],
)
def test_a_price_that_cannot_be_made(driver: Driver, changes: dict[str, Any], status: int, param: str) -> None:
    told = {"currency": "usd", "unit_amount": 1500, **({} if "product" in changes else {"product_data": {"name": "x"}})}
    reply = driver.post("/v1/prices", {name: value for name, value in {**told, **changes}.items() if value is not None})
    assert (reply.status, reply.error["param"]) == (status, param)
    assert driver.get("/v1/products").body["data"] == []


def test_whoever_follows_a_link_pays_on_a_page_of_her_own(driver: Driver) -> None:
    seller = driver.seller()["id"]
    told = {
        "line_items": [{"price": a_price(driver)["id"], "quantity": 2}],
        "application_fee_amount": 300,
        "transfer_data": {"destination": seller},
        "after_completion": {"type": "redirect", "redirect": {"url": "https://example.com/thanks"}},
        "metadata": {"a": "b"},
        "expand": ["line_items"],
    }
    link = driver.made("/v1/payment_links", told)
    assert (link["currency"], link["line_items"]["data"][0]["amount_total"]) == ("usd", 3000)
    pages = [visit(driver, link["url"])[1] for _ in range(2)]
    assert pages[0] != pages[1]
    assert visit(driver, pages[0], **CARD)[1] == "https://example.com/thanks"
    session = driver.get("/v1/checkout/sessions", {"payment_link": link["id"], "status": "complete"}).body["data"][0]
    assert (session["payment_status"], session["metadata"]) == ("paid", {"a": "b"})
    assert driver.get("/v1/balance", account=seller).body["pending"][0]["amount"] == 2700
    assert driver.get(f"/v1/payment_links/{link['id']}/line_items").body["data"] == link["line_items"]["data"]


def test_a_link_to_a_subscription_begins_one(till: Till) -> None:
    driver, seller = till.driver, till.seller()
    told = {"line_items": [{"price": a_price(driver, recurring={"interval": "month"})["id"], "quantity": 2}]}
    shares = {"application_fee_percent": 10, "transfer_data": {"destination": seller}}
    link = driver.made("/v1/payment_links", {**told, **shares, "subscription_data": {"metadata": {"a": "b"}}})
    visit(driver, visit(driver, link["url"])[1], **CARD)
    (subscription,) = till.listed("/v1/subscriptions")
    assert (subscription["status"], subscription["metadata"]) == ("active", {"a": "b"})
    assert till.held(seller) == round(subscription["items"]["data"][0]["price"]["unit_amount"] * 2 * 0.9)
    path = f"/v1/payment_links/{link['id']}"
    assert driver.post(path, {"subscription_data": {"metadata": {"a": "c"}}}).error["param"] == "subscription_data"
    for name, wrong, status in (
        ("application_fee_amount", {"application_fee_amount": 5}, 400),
        ("transfer_data[amount]", {"transfer_data": {"destination": seller, "amount": 5}}, 501),
    ):
        reply = driver.post("/v1/payment_links", {**told, **wrong})
        assert (reply.status, reply.error["param"]) == (status, name)
    once = {"line_items": [{"price": a_price(driver)["id"], "quantity": 1}]}
    reply = driver.post("/v1/payment_links", {**once, "application_fee_percent": 5})
    assert (reply.status, reply.error["param"]) == (400, "application_fee_percent")


def test_a_link_changes_and_is_closed(driver: Driver) -> None:
    item = {"price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Pot"}}, "quantity": 1}
    price = a_price(driver)["id"]
    link = driver.made("/v1/payment_links", {"line_items": [{"price": price, "quantity": 1}]})
    path = f"/v1/payment_links/{link['id']}"
    assert driver.post(path, {"line_items": [{"id": "li_x"}]}).status == 501
    assert driver.post(path, {"transfer_data": ""}).status == 501
    assert driver.post(path, {"on_behalf_of": "acct_x"}).error["param"] == "on_behalf_of"
    assert driver.post("/v1/payment_links", {"line_items": [item], "currency": "usd"}).status == 501
    changed = driver.made(
        path, {"allow_promotion_codes": True, "payment_method_types": ["card"], "metadata": {"a": "b"}}
    )
    assert (changed["allow_promotion_codes"], changed["metadata"]) == (True, {"a": "b"})
    session = visit(driver, link["url"])[1]
    assert "close this page" in visit(driver, session, **CARD)[2]
    assert read(driver, {"id": session.rpartition("/")[2]})["allow_promotion_codes"] is True
    driver.made(f"/v1/prices/{price}", {"active": False})
    assert "inactive" in visit(driver, link["url"])[2]
    assert driver.made(path, {"active": False})["active"] is False
    assert "not active any more" in visit(driver, link["url"])[2]
    assert driver.get("/v1/payment_links", {"active": False}).body["data"][0]["id"] == link["id"]
    assert driver.get(path).body["id"] == link["id"]
    assert visit(driver, "https://connect.stripe.com/b/plink_x")[0] == 404
    assert types(driver, "payment_link.") == ["payment_link.created", *["payment_link.updated"] * 2]
