"""The stand-in for Stripe.js: the script, and what it asks, as a browser does."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.simulator.driver import Driver

GOOD, DECLINED, ASKING = "4242 4242 4242 4242", "4000000000000002", "4000002760003184"
KEY = "pk_test_shop"
BACK = "https://shop.example/thanks?order=7"


def asked(driver: Driver, what: str, intent: dict[str, Any], **said: str) -> tuple[int, dict[str, Any]]:
    told = {"key": KEY, "client_secret": intent["client_secret"], **said}
    status, headers, body = driver.simulator.handle("POST", f"/v3/{what}", {}, urlencode(told).encode())
    assert headers["Access-Control-Allow-Origin"] == "*"
    answer: dict[str, Any] = json.loads(body)
    return status, answer


def confirmed(driver: Driver, intent: dict[str, Any], number: str = GOOD, **said: str) -> tuple[int, dict[str, Any]]:
    card = {"number": number, "expiry": "12/34", "cvc": "123"}
    return asked(driver, "confirm", intent, **card, **said)


def ordered(driver: Driver, account: str | None = None) -> dict[str, Any]:
    return driver.made("/v1/payment_intents", {"amount": 5000, "currency": "usd"}, account=account)


def test_the_script_knows_where_it_is_from(driver: Driver) -> None:
    for path in ("/v3/", "/v3/?locale=de"):
        status, headers, body = driver.simulator.handle("GET", path, {})
        assert (status, headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
        assert f'const site = "{driver.simulator.world.site}";'.encode() in body


@pytest.mark.parametrize(("method", "path"), [("GET", "/v3/confirm"), ("POST", "/v3/elements")])
def test_there_is_nothing_else(driver: Driver, method: str, path: str) -> None:
    status, _, body = driver.simulator.handle(method, path, {}, b"")
    assert (status, json.loads(body)["error"]["type"]) == (404, "invalid_request_error")


def test_a_card_pays_and_its_buyer_comes_back(driver: Driver) -> None:
    intent = ordered(driver)
    status, answer = confirmed(driver, intent, return_url=BACK)
    assert (status, answer["next"], answer["intent"]["status"]) == (200, None, "succeeded")
    assert answer["back"].startswith(f"{BACK}&payment_intent={intent['id']}&payment_intent_client_secret=")
    assert answer["back"].endswith("&redirect_status=succeeded")
    assert "metadata" not in answer["intent"]
    paid = driver.get(f"/v1/payment_intents/{intent['id']}", {"expand": ["payment_method"]}).body
    card = paid["payment_method"]["card"]
    assert (paid["amount_received"], card["last4"], card["exp_month"], card["exp_year"]) == (5000, "4242", 12, 2034)
    event = driver.get("/v1/events", {"type": "payment_intent.succeeded"}).body["data"][0]
    assert event["request"]["id"].startswith("req_")


def test_a_page_that_leads_nowhere_is_told_the_outcome(driver: Driver) -> None:
    intent = ordered(driver)
    assert confirmed(driver, intent)[1]["back"] is None
    assert asked(driver, "retrieve", intent)[1]["intent"]["status"] == "succeeded"


def test_a_declined_card_is_told_to_the_page_and_another_pays(driver: Driver) -> None:
    intent = ordered(driver)
    status, answer = confirmed(driver, intent, DECLINED, return_url=BACK)
    assert (status, answer["error"]["code"], answer["error"]["decline_code"]) == (
        402,
        "card_declined",
        "generic_decline",
    )
    assert "payment_intent" not in answer["error"]
    assert confirmed(driver, intent, return_url=BACK)[1]["intent"]["status"] == "succeeded"
    assert confirmed(driver, intent, return_url=BACK)[1]["error"]["code"] == "payment_intent_unexpected_state"


def test_a_bank_that_asks_is_where_the_buyer_goes_next(driver: Driver) -> None:
    intent = ordered(driver)
    answer = confirmed(driver, intent, ASKING, return_url=BACK)[1]
    assert answer["next"].endswith(f"/authenticate/{intent['id']}")
    path = answer["next"].removeprefix(driver.simulator.world.site)
    leads = driver.simulator.handle("POST", path, {}, b"answer=fail")[1]["Location"]
    assert leads.endswith("redirect_status=failed")
    assert asked(driver, "retrieve", intent)[1]["intent"]["last_payment_error"] is not None


def test_a_card_is_saved(driver: Driver) -> None:
    intent = driver.made("/v1/setup_intents", {"usage": "off_session"})
    answer = confirmed(driver, intent, return_url=BACK)[1]
    assert answer["intent"]["status"] == "succeeded"
    assert "setup_intent_client_secret=" in answer["back"]


def test_a_direct_charge_is_found_on_its_account_alone(driver: Driver) -> None:
    seller = driver.seller()["id"]
    intent = ordered(driver, seller)
    assert confirmed(driver, intent)[0] == 404
    assert confirmed(driver, intent, account=seller)[1]["intent"]["status"] == "succeeded"


@pytest.mark.parametrize("said", [{"key": "sk_test_1"}, {"key": "pk_live_1"}, {"key": ""}])
def test_a_page_holds_a_publishable_key(driver: Driver, said: dict[str, str]) -> None:
    assert confirmed(driver, ordered(driver), **said)[0] == 401


@pytest.mark.parametrize("secret", ["", "pi_1_secret_2", "{id}_secret_wrong", "{id}"])
def test_a_page_has_to_know_the_secret(driver: Driver, secret: str) -> None:
    intent = ordered(driver)
    wrong = {"client_secret": secret.format(id=intent["id"])}
    status, answer = asked(driver, "retrieve", {**intent, **wrong})
    assert status == 404
    assert answer["error"]["code"] == "resource_missing"
    assert intent["client_secret"] not in json.dumps(answer)


def collected(driver: Driver, **said: str) -> tuple[int, dict[str, Any]]:
    """Collect a card on a page that has no intent yet."""
    return asked(driver, "confirmation_token", {"client_secret": ""}, number=GOOD, expiry="12/34", cvc="123", **said)


def test_what_a_page_has_collected_is_confirmed_by_its_server(driver: Driver) -> None:
    status, answer = collected(driver, return_url=BACK)
    token = answer["token"]
    preview = token["payment_method_preview"]
    assert (status, preview["card"]["last4"], preview["type"], token["return_url"]) == (200, "4242", "card", BACK)
    assert driver.get(f"/v1/confirmation_tokens/{token['id']}").body == token
    told = {"amount": 5000, "currency": "usd", "confirm": True, "confirmation_token": token["id"]}
    assert driver.made("/v1/payment_intents", told)["status"] == "succeeded"


def test_a_token_is_its_accounts_alone(driver: Driver) -> None:
    seller = driver.seller()["id"]
    id = collected(driver, account=seller)[1]["token"]["id"]
    path = f"/v1/confirmation_tokens/{id}"
    assert (driver.get(path).status, driver.get(path, account=seller).status) == (404, 200)
    status, answer = collected(driver, account="acct_nothing")
    assert (status >= 400, "token" in answer) == (True, False)


@pytest.mark.parametrize(("said", "status"), [({"key": "sk_test_1"}, 401), ({"number": "1"}, 402)])
def test_what_cannot_be_collected(driver: Driver, said: dict[str, str], status: int) -> None:
    told = {"number": GOOD, "expiry": "12/34", "cvc": "123", **said}
    found, answer = asked(driver, "confirmation_token", {"client_secret": ""}, **told)
    assert (found, list(answer)) == (status, ["error"])
