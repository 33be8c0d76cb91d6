"""Confirmation tokens: what a buyer told a page, used to confirm."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.driver import Driver

HELPER = "/v1/test_helpers/confirmation_tokens"
INTENTS, SETUPS = "/v1/payment_intents", "/v1/setup_intents"
IBAN = {"iban": "AT321904300235473204"}
DATA: dict[str, Any] = {"type": "sepa_debit", "sepa_debit": IBAN, "billing_details": {"name": "Ana"}}
ADDRESS = {"line1": "Main 1", "city": "Boston"}
TOLD = {
    "payment_method_data": DATA,
    "return_url": "https://example.com/back",
    "setup_future_usage": "off_session",
    "shipping": {"address": ADDRESS, "name": "Ana", "phone": ""},
}
BONUS = {"card": {"installments": {"plan": {"type": "bonus"}}}}
FIVE = {"amount": 500, "currency": "usd"}


def token(driver: Driver, **told: Any) -> str:
    id: str = driver.made(HELPER, told or {"payment_method_data": DATA})["id"]
    return id


def test_a_token_shows_what_the_buyer_told(driver: Driver) -> None:
    made = driver.made(HELPER, TOLD)
    assert made["expires_at"] == made["created"] + 12 * 3600
    preview = made["payment_method_preview"]
    assert (preview["type"], preview["sepa_debit"]["last4"]) == ("sepa_debit", "3204")
    assert preview["billing_details"]["name"] == "Ana"
    assert made["shipping"]["address"]["city"] == "Boston"
    assert made["shipping"]["phone"] is None
    path = f"/v1/confirmation_tokens/{made['id']}"
    assert driver.get(path).body == made
    assert driver.get(path, account=driver.seller()["id"]).status == 404
    assert driver.get("/v1/confirmation_tokens/ctoken_nothing").status == 404
    account = {"account_number": "000123456789", "routing_number": "110000000", "account_holder_type": "individual"}
    bank = {"type": "us_bank_account", "us_bank_account": account}
    shown = driver.made(HELPER, {"payment_method_data": bank})["payment_method_preview"]
    assert shown["us_bank_account"]["last4"] == "6789"
    card = driver.made(HELPER, {"payment_method": "pm_card_visa"})["payment_method_preview"]["card"]
    assert (card["last4"], card["brand"]) == ("4242", "visa")


def test_a_payment_is_confirmed_with_what_the_buyer_told(driver: Driver) -> None:
    customer = driver.made("/v1/customers")["id"]
    named = token(driver, **TOLD)
    intent = driver.made(INTENTS, {**FIVE, "customer": customer})
    paid = driver.made(f"{INTENTS}/{intent['id']}/confirm", {"confirmation_token": named})
    assert (paid["status"], paid["setup_future_usage"]) == ("processing", "off_session")
    assert (paid["shipping"]["name"], paid["shipping"]["address"]["line1"]) == ("Ana", "Main 1")
    method = driver.get(f"/v1/payment_methods/{paid['payment_method']}").body
    assert (method["billing_details"]["name"], method["customer"]) == ("Ana", customer)
    assert driver.get(f"/v1/confirmation_tokens/{named}").body["payment_intent"] == intent["id"]
    again = driver.post(INTENTS, {**FIVE, "confirm": True, "confirmation_token": named})
    assert (again.status, again.error["param"]) == (400, "confirmation_token")
    assert "already been used" in again.error["message"]


def test_the_buyer_comes_back_to_where_her_page_said(driver: Driver) -> None:
    named = token(driver, payment_method="pm_card_authenticationRequired", return_url="https://example.com/back")
    asked = driver.made(INTENTS, {**FIVE, "confirm": True, "confirmation_token": named})
    assert asked["next_action"]["redirect_to_url"]["return_url"] == "https://example.com/back"


def test_the_request_outranks_the_token(driver: Driver) -> None:
    named = token(driver, payment_method="pm_card_mastercard")
    told = {"confirm": True, "confirmation_token": named, "expand": ["payment_method"]}
    paid = driver.made(INTENTS, {**FIVE, **told, "payment_method": "pm_card_visa"})
    assert paid["payment_method"]["card"]["brand"] == "visa"
    other = driver.made(INTENTS, {**FIVE, **told, "confirmation_token": token(driver), "payment_method_data": DATA})
    assert other["payment_method"]["sepa_debit"]["last4"] == "3204"


def test_a_named_payment_method_is_used_itself(driver: Driver) -> None:
    method = driver.made("/v1/payment_methods", {"type": "card", "card": {"token": "tok_mastercard"}})["id"]
    named = driver.made(HELPER, {"payment_method": method})["id"]
    paid = driver.made(INTENTS, {**FIVE, "confirm": True, "confirmation_token": named})
    assert paid["payment_method"] == method


def charged(driver: Driver, **told: Any) -> Any:
    told = {**FIVE, "confirm": True, "expand": ["latest_charge"], **told}
    return driver.made(INTENTS, told)["latest_charge"]["payment_method_details"]


def test_a_token_says_in_which_installments_a_card_is_paid(driver: Driver) -> None:
    plan = {"count": 3, "interval": "month", "type": "fixed_count"}
    three = {"card": {"installments": {"plan": plan}}}
    card = {"payment_method": "pm_card_visa"}
    made = driver.made(HELPER, {**card, "payment_method_options": three})
    assert made["payment_method_options"] == {"card": {"cvc_token": None, "installments": {"plan": plan}}}
    assert charged(driver, confirmation_token=made["id"])["card"]["installments"] == {"plan": plan}
    bonus = driver.made(HELPER, {**card, "payment_method_options": BONUS})
    shown = {"count": None, "interval": None, "type": "bonus"}
    assert bonus["payment_method_options"]["card"]["installments"] == {"plan": shown}
    later = driver.made(INTENTS, FIVE)["id"]
    driver.made(f"{INTENTS}/{later}/confirm", {"confirmation_token": bonus["id"]})
    told = driver.get(f"{INTENTS}/{later}", {"expand": ["latest_charge"]}).body["latest_charge"]
    assert told["payment_method_details"]["card"]["installments"] == {"plan": shown}
    outranked = {"confirmation_token": token(driver, **card, payment_method_options=BONUS)}
    assert charged(driver, **outranked, payment_method_options=three)["card"]["installments"] == {"plan": plan}
    secure = {"payment_method_options": {"card": {"request_three_d_secure": "automatic"}}}
    assert charged(driver, **card, **secure)["card"]["installments"] is None


def test_a_token_may_say_nothing_of_installments(driver: Driver) -> None:
    assert driver.made(HELPER, {"payment_method": "pm_card_visa"})["payment_method_options"] is None


def test_a_setup_has_no_installments(driver: Driver) -> None:
    named = token(driver, payment_method="pm_card_visa", payment_method_options=BONUS)
    assert driver.made(SETUPS, {"confirm": True, "confirmation_token": named})["payment_method_options"] == {}


def test_a_setup_is_confirmed_with_a_token(driver: Driver) -> None:
    customer, named = driver.made("/v1/customers")["id"], token(driver)
    intent = driver.made(SETUPS, {"customer": customer})
    done = driver.made(f"{SETUPS}/{intent['id']}/confirm", {"confirmation_token": named})
    assert (done["status"], done["payment_method"].startswith("pm_")) == ("succeeded", True)
    assert driver.get(f"/v1/confirmation_tokens/{named}").body["setup_intent"] == intent["id"]
    other = driver.made(SETUPS, {"confirm": True, "confirmation_token": token(driver)})
    assert other["status"] == "succeeded"
    again = driver.post(SETUPS, {"confirm": True, "confirmation_token": named})
    assert "already been used" in again.error["message"]


def test_a_token_is_used_up_by_a_payment_that_is_declined(driver: Driver) -> None:
    named = token(driver, payment_method="pm_card_chargeDeclined")
    told = {"confirm": True, "confirmation_token": named}
    assert driver.post(INTENTS, {**FIVE, **told}).status == 402
    assert driver.get(f"/v1/confirmation_tokens/{named}").body["payment_intent"]


def test_a_token_is_left_by_a_request_that_was_not_executed(driver: Driver) -> None:
    told = {"confirm": True, "confirmation_token": token(driver)}
    wrong = driver.post(INTENTS, {**FIVE, **told, "allowed_payment_method_types": ["us_bank_account"]})
    assert wrong.status == 400
    assert driver.made(INTENTS, {**FIVE, **told})["status"] == "processing"


def test_a_token_expires(driver: Driver) -> None:
    named = token(driver)
    driver.simulator.advance(hours=12)
    error = driver.post(INTENTS, {**FIVE, "confirm": True, "confirmation_token": named}).error
    assert (error["param"], "has expired" in error["message"]) == ("confirmation_token", True)


@pytest.mark.parametrize("path", [INTENTS, SETUPS])
def test_a_token_confirms(driver: Driver, path: str) -> None:
    told = FIVE if path == INTENTS else {}
    alone = driver.post(path, {**told, "confirmation_token": token(driver)})
    assert (alone.status, alone.error["param"]) == (400, "confirmation_token")
    unknown = driver.post(path, {**told, "confirm": True, "confirmation_token": "ctoken_nothing"})
    assert (unknown.status, unknown.error["code"]) == (400, "resource_missing")


@pytest.mark.parametrize(
    ("told", "status", "param"),
    [
        ({}, 400, "payment_method_data"),
        ({"payment_method": "pm_card_visa", "payment_method_data": DATA}, 400, "payment_method"),
        ({"payment_method": "pm_nothing"}, 400, "payment_method"),
        (
            {"payment_method_data": DATA, "payment_method_options": {"card": {"network": "visa"}}},
            400,
            "payment_method_options[card][network]",
        ),
    ],
)
def test_a_token_that_cannot_be_made(driver: Driver, told: dict[str, Any], status: int, param: str) -> None:
    reply = driver.post(HELPER, told)
    assert (reply.status, reply.error["param"]) == (status, param)


def test_what_nobody_used_is_no_payment_method_yet(driver: Driver) -> None:
    token(driver)
    assert list(driver.simulator.world.table(driver.simulator.world.platform, "payment_method")) == []
