from __future__ import annotations

import pytest
from tests.simulator.driver import Driver

from connectkit.simulator import InvariantBroken


def test_a_customer_changes_and_is_deleted(driver: Driver) -> None:
    customer = driver.made("/v1/customers", {"email": "ana@example.com", "payment_method": "pm_card_visa"})["id"]
    path = f"/v1/customers/{customer}"
    driver.made("/v1/payment_methods/pm_card_mastercard/attach", {"customer": customer})
    driver.made(path, {"source": "tok_visa"})
    changed = driver.made(path, {"name": "Ana", "address": {"city": "Boston"}, "metadata": {"a": "b"}})
    assert (changed["name"], changed["address"]["city"], changed["metadata"]) == ("Ana", "Boston", {"a": "b"})
    event = driver.get("/v1/events", {"type": "customer.updated"}).body["data"][0]
    assert event["data"]["previous_attributes"] == {"name": None, "address": None, "metadata": {}}
    assert driver.made(path, {"address": ""})["address"] is None
    held = driver.get("/v1/payment_methods", {"customer": customer}).body["data"]
    paid = driver.made("/v1/payment_intents", {"amount": 1000, "currency": "usd", "customer": customer})["id"]
    gone = {"id": customer, "object": "customer", "deleted": True}
    assert driver.delete(path).body == gone
    assert driver.get(path).body == gone
    assert driver.post(path).status == 404
    assert driver.get("/v1/customers").body["data"] == []
    assert driver.made("/v1/customers", {"name": "Ben", "invoice_settings": {"footer": "Thanks"}})["name"] == "Ben"
    assert driver.get(f"/v1/payment_methods/{held[0]['id']}").body["customer"] is None
    assert driver.get(f"/v1/payment_intents/{paid}", {"expand": ["customer"]}).body["customer"] == gone
    assert driver.get(path, account=driver.seller()["id"]).status == 404
    assert driver.get("/v1/events", {"type": "customer.deleted"}).body["data"][0]["data"]["object"]["name"] == "Ana"


def test_a_customer_is_made_with_her_way_to_pay(driver: Driver) -> None:
    default = {"invoice_settings": {"default_payment_method": "pm_card_visa"}}
    customer = driver.made("/v1/customers", {**default, "payment_method": "pm_card_visa"})
    method = driver.get("/v1/payment_methods", {"customer": customer["id"]}).body["data"][0]["id"]
    assert customer["invoice_settings"]["default_payment_method"] == method
    assert driver.post("/v1/customers", default).error["code"] == "resource_missing"
    assert driver.post("/v1/customers", {"payment_method": "pm_card_chargeDeclined"}).status == 402
    assert len(driver.get("/v1/customers").body["data"]) == 1


def test_what_is_not_simulated_of_a_customer_says_so(driver: Driver) -> None:
    reply = driver.post("/v1/customers", {"test_clock": "clock_1"})
    assert (reply.status, reply.error["param"]) == (501, "test_clock")
    assert driver.post("/v1/customers", {"source": "src_1"}).status == 501
    assert driver.post("/v1/customers", {"email": "a" * 513}).error["param"] == "email"


def test_the_cards_of_a_customer_as_sources(driver: Driver) -> None:
    customer = driver.made("/v1/customers", {"source": "tok_visa"})["id"]
    path = f"/v1/customers/{customer}/sources"
    first = driver.get(f"/v1/customers/{customer}").body["default_source"]
    second = driver.made(path, {"source": "tok_mastercard", "metadata": {"a": "b"}})
    assert (second["brand"], second["metadata"], second["customer"]) == ("MasterCard", {"a": "b"}, customer)
    assert [card["id"] for card in driver.get(path).body["data"]] == [second["id"], first]
    assert driver.get(f"{path}/{first}").body["last4"] == "4242"
    assert driver.made(f"{path}/{first}", {"name": "Ana", "exp_year": 2040})["exp_year"] == 2040
    assert driver.made(f"/v1/customers/{customer}", {"default_source": second["id"]})["default_source"] == second["id"]
    assert driver.delete(f"{path}/{second['id']}").body == {"id": second["id"], "object": "card", "deleted": True}
    assert driver.get(f"/v1/customers/{customer}").body["default_source"] == first
    third = driver.made(path, {"source": "tok_amex"})["id"]
    assert driver.delete(f"{path}/{third}").status == 200
    assert driver.get(f"/v1/customers/{customer}").body["default_source"] == first
    other = driver.made("/v1/customers")["id"]
    assert driver.get(f"/v1/customers/{other}/sources/{first}").status == 404
    assert driver.post(path, {"source": "tok_chargeDeclined"}).status == 402
    assert driver.post(path, {"source": "tok_nobody"}).error["code"] == "resource_missing"


def test_the_cards_of_buyers_are_not_those_that_an_account_is_paid_out_to(driver: Driver) -> None:
    seller = driver.seller()["id"]
    customer = driver.made("/v1/customers", account=seller)["id"]
    card = driver.made(f"/v1/customers/{customer}/sources", {"source": "tok_visa"}, account=seller)["id"]
    assert driver.get(f"/v1/accounts/{seller}/external_accounts", {"object": "card"}).body["data"] == []
    told = {"amount": 100, "currency": "usd", "destination": card}
    assert driver.post("/v1/payouts", told, account=seller).status == 400


def test_customers_are_searched(driver: Driver) -> None:
    ana = driver.made("/v1/customers", {"name": "Ana Lima", "email": "ana@example.com", "metadata": {"k": "7"}})["id"]
    ben = driver.made("/v1/customers", {"name": "Ben", "email": "ben@example.com"})["id"]

    def found(query: str, **more: object) -> list[str]:
        return [one["id"] for one in driver.get("/v1/customers/search", {"query": query, **more}).body["data"]]

    assert found('email:"ANA@example.com"') == [ana]
    assert found("name~'lim' AND metadata['k']:'7'") == [ana]
    assert found("name:'Ben' OR metadata[\"k\"]:'7'") == [ben, ana]
    assert found("-name:'Ben'") == [ana]
    assert found("metadata['k']:null") == [ben]
    assert found("created>=1800000000 AND created<1800000001 AND created>1 AND created<=1800000000") == [ben, ana]
    assert found("name>5") == []
    assert found("name.first:'Ana'") == []
    first = driver.get("/v1/customers/search", {"query": "created>1", "limit": 1}).body
    assert (first["object"], first["has_more"], first["url"]) == ("search_result", True, "/v1/customers/search")
    assert found("created>1", limit=1, page=first["next_page"]) == [ana]


@pytest.mark.parametrize(
    "told",
    [
        {"query": "name=Ana"},
        {"query": " "},
        {"query": "name:'a' AND "},
        {"query": "name:'a' AND name:'b' OR name:'c'"},
        {"query": "name~'a'"},
        {"query": "created>now"},
        {"query": "name:'a'", "limit": 0},
        {"query": "name:'a'", "page": "x"},
    ],
)
def test_a_search_that_cannot_be_read(driver: Driver, told: dict[str, object]) -> None:
    driver.made("/v1/customers", {"name": "Ana"})
    assert driver.get("/v1/customers/search", told).status == 400


def test_a_customer_pays_with_what_she_sent(driver: Driver) -> None:
    customer = driver.made("/v1/customers")["id"]
    told = {
        "amount": 1000,
        "currency": "usd",
        "confirm": True,
        "customer": customer,
        "payment_method_data": {"type": "customer_balance"},
        "payment_method_options": {"customer_balance": {"funding_type": "bank_transfer"}},
        "allowed_payment_method_types": ["customer_balance"],
    }
    waiting = driver.made("/v1/payment_intents", told)
    assert waiting["next_action"]["display_bank_transfer_instructions"]["amount_remaining"] == 1000
    fund = f"/v1/test_helpers/customers/{customer}/fund_cash_balance"
    assert driver.post(fund, {"amount": 0, "currency": "usd"}).error["param"] == "amount"
    driver.made(fund, {"amount": 5, "currency": "eur"})
    driver.made("/v1/payment_intents", {**told, "amount": 700, "currency": "gbp"})
    driver.made(fund, {"amount": 400, "currency": "usd"})
    path = f"/v1/payment_intents/{waiting['id']}"
    partly = driver.get(path).body["next_action"]["display_bank_transfer_instructions"]
    assert partly["amount_remaining"] == 600
    driver.made(fund, {"amount": 800, "currency": "usd"})
    assert driver.get(path).body["status"] == "succeeded"
    assert driver.get(f"/v1/customers/{customer}/cash_balance").body["available"] == {"eur": 5, "usd": 200}
    rows = driver.get(f"/v1/customers/{customer}/cash_balance_transactions").body["data"]
    assert [row["net_amount"] for row in rows] == [-1000, 800, 400, 5]
    assert driver.get(f"/v1/customers/{customer}/cash_balance_transactions/{rows[0]['id']}").body == rows[0]
    types = {event["type"] for event in driver.get("/v1/events", {"limit": 100}).body["data"]}
    assert {"payment_intent.partially_funded", "cash_balance.funds_available", "payment_intent.succeeded"} <= types
    enough = driver.made("/v1/payment_intents", {**told, "amount": 200})
    assert enough["status"] == "succeeded"


def test_cash_is_left_alone_where_that_is_asked_for(driver: Driver) -> None:
    customer = driver.made("/v1/customers")["id"]
    path = f"/v1/customers/{customer}/cash_balance"
    settings = driver.made(path, {"settings": {"reconciliation_mode": "manual"}})["settings"]
    assert settings == {"reconciliation_mode": "manual", "using_merchant_default": False}
    told = {"amount": 1000, "currency": "usd", "confirm": True, "payment_method_data": {"type": "customer_balance"}}
    assert driver.post("/v1/payment_intents", told).error["param"] == "customer"
    waiting = driver.made("/v1/payment_intents", {**told, "customer": customer})
    driver.made(f"/v1/test_helpers/customers/{customer}/fund_cash_balance", {"amount": 1000, "currency": "usd"})
    assert driver.get(f"/v1/payment_intents/{waiting['id']}").body["status"] == "requires_action"
    assert driver.made(path, {"settings": {"reconciliation_mode": "merchant_default"}})["settings"] == {
        "reconciliation_mode": "automatic",
        "using_merchant_default": True,
    }


def test_cash_that_came_from_nowhere_breaks_a_law(driver: Driver) -> None:
    customer = driver.made("/v1/customers")["id"]
    driver.get(f"/v1/customers/{customer}/cash_balance")
    held = driver.simulator.world.find(f"cash_{customer}")
    assert held is not None
    held["available"] = {"usd": 1}
    with pytest.raises(InvariantBroken, match="what came and went"):
        driver.simulator.check()
    held["available"] = {}
