from __future__ import annotations

from tests.simulator.driver import Driver

PAID = {"amount": 1000, "currency": "usd", "confirm": True}


def test_the_name_of_a_test_card_makes_a_payment_method(driver: Driver) -> None:
    method = driver.get("/v1/payment_methods/pm_card_mastercard").body
    assert (method["card"]["brand"], method["card"]["last4"]) == ("mastercard", "4444")
    assert driver.get(f"/v1/payment_methods/{method['id']}").body == method
    assert driver.get("/v1/payment_methods/pm_nothing").status == 404


def test_a_token_makes_a_payment_method(driver: Driver) -> None:
    told = {"type": "card", "card": {"token": "tok_bypassPending"}, "metadata": {"a": "b"}}
    method = driver.made("/v1/payment_methods", told)
    assert (method["card"]["last4"], method["metadata"]) == ("0077", {"a": "b"})
    number = {"number": "4242424242424242", "exp_month": 1, "exp_year": 2030}
    assert driver.post("/v1/payment_methods", {"type": "card", "card": number}).error["param"] == "card[token]"


def test_a_payment_method_pays_once_unless_it_is_a_customers(driver: Driver) -> None:
    method = driver.made("/v1/payment_methods", {"type": "card", "card": {"token": "tok_visa"}})["id"]
    told = {**PAID, "payment_method": method}
    assert driver.made("/v1/payment_intents", told)["status"] == "succeeded"
    again = driver.post("/v1/payment_intents", told)
    assert (again.status, again.error.get("code")) == (400, None)
    customer = driver.made("/v1/customers", {"email": "ana@example.com", "metadata": {"a": "b"}})
    attached = driver.made(f"/v1/payment_methods/{method}/attach", {"customer": customer["id"]})
    assert attached["customer"] == customer["id"]
    assert driver.made("/v1/payment_intents", told)["status"] == "succeeded"


def test_customers(driver: Driver) -> None:
    customer = driver.made("/v1/customers", {"email": "ana@example.com", "metadata": {"a": "b"}})
    other = driver.made("/v1/customers", {"name": "Ben"})
    assert driver.get(f"/v1/customers/{customer['id']}").body == customer
    assert driver.get("/v1/customers", {"email": "ana@example.com"}).body["data"] == [customer]
    assert driver.get("/v1/customers").body["data"] == [other, customer]
    assert driver.get("/v1/customers/cus_nobody").error["code"] == "resource_missing"
