from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.driver import Driver

from connectkit.simulator import InvariantBroken

PATH = "/v1/setup_intents"
ASKED = {"confirm": True, "payment_method": "pm_card_authenticationRequiredOnSetup"}


def visit(driver: Driver, url: str, **said: str) -> tuple[int, dict[str, str], str]:
    path = url.partition("stripe.com")[2]
    body = "&".join(f"{name}={value}" for name, value in said.items()).encode()
    status, headers, shown = driver.simulator.handle("POST" if said else "GET", path, {}, body)
    return status, headers, shown.decode()


def types(driver: Driver) -> list[str]:
    return [event["type"] for event in reversed(driver.get("/v1/events", {"limit": 100}).body["data"])]


def test_a_card_is_kept_for_later(driver: Driver) -> None:
    customer = driver.made("/v1/customers")["id"]
    intent = driver.made(PATH, {"customer": customer, "description": "For later", "metadata": {"a": "b"}})
    assert (intent["status"], intent["usage"]) == ("requires_payment_method", "off_session")
    path = f"{PATH}/{intent['id']}"
    assert driver.post(f"{path}/confirm").error["param"] == "payment_method"
    changed = driver.made(path, {"payment_method": "pm_card_visa", "description": "Later", "customer": customer})
    assert (changed["status"], changed["description"]) == ("requires_confirmation", "Later")
    driver.made(path, {"payment_method": "pm_card_chargeDeclined"})
    done = driver.made(f"{path}/confirm", {"payment_method": "pm_card_visa", "expand": ["payment_method"]})
    assert (done["status"], done["payment_method"]["customer"]) == ("succeeded", customer)
    assert driver.post(f"{path}/confirm").error["code"] == "setup_intent_unexpected_state"
    assert driver.get(path).body["metadata"] == {"a": "b"}
    assert (
        driver.made(f"{PATH}/{driver.made(PATH)['id']}", {"metadata": {"c": "d"}})["status"]
        == "requires_payment_method"
    )
    assert [one["id"] for one in driver.get(PATH, {"customer": customer}).body["data"]] == [intent["id"]]
    assert types(driver)[1:-1] == ["setup_intent.created", "setup_intent.succeeded", "payment_method.attached"]


def test_a_declined_card_is_not_set_up(driver: Driver) -> None:
    reply = driver.post(PATH, {"confirm": True, "payment_method": "pm_card_chargeDeclined"})
    assert (reply.status, reply.error["code"]) == (402, "card_declined")
    shown = reply.error["setup_intent"]
    assert (shown["status"], shown["last_setup_error"]["decline_code"]) == (
        "requires_payment_method",
        "generic_decline",
    )
    expired = driver.post(PATH, {"confirm": True, "payment_method": "pm_card_chargeDeclinedExpiredCard"})
    assert "decline_code" not in expired.error
    assert types(driver)[-2:] == ["setup_intent.created", "setup_intent.setup_failed"]


def test_what_cannot_be_set_up(driver: Driver) -> None:
    assert driver.post(PATH, {"confirm": True}).error["code"] == "setup_intent_unexpected_state"
    assert driver.post(PATH, {"return_url": "https://example.com"}).error["param"] == "return_url"
    assert driver.post(PATH, {"customer": "cus_x"}).error["param"] == "customer"
    assert driver.post(PATH, {"on_behalf_of": "acct_x"}).error["param"] == "on_behalf_of"
    intent = driver.made(PATH)["id"]
    assert driver.post(f"{PATH}/{intent}", {"customer": "cus_x"}).error["param"] == "customer"
    assert driver.made(f"{PATH}/{intent}/cancel")["status"] == "canceled"
    assert driver.post(f"{PATH}/{intent}", {"description": "x"}).error["code"] == "setup_intent_unexpected_state"


def test_who_was_authenticated_once_is_not_asked_again(driver: Driver) -> None:
    customer = driver.made("/v1/customers")["id"]
    intent = driver.made(PATH, {**ASKED, "customer": customer, "return_url": "https://example.com/back?x=1"})
    redirect = intent["next_action"]["redirect_to_url"]
    assert "Complete" in visit(driver, redirect["url"])[2]
    status, headers, _ = visit(driver, redirect["url"], answer="complete")
    assert status == 303
    assert headers["Location"].startswith(f"https://example.com/back?x=1&setup_intent={intent['id']}&")
    assert headers["Location"].endswith("redirect_status=succeeded")
    assert visit(driver, redirect["url"])[0] == 404
    told = {"amount": 1000, "currency": "usd", "confirm": True, "off_session": True, "customer": customer}
    kept = {**told, "payment_method": intent["payment_method"]}
    assert driver.made("/v1/payment_intents", kept)["status"] == "succeeded"
    new = driver.post("/v1/payment_intents", {**told, "payment_method": ASKED["payment_method"]})
    assert new.error["code"] == "authentication_required"


def test_who_fails_to_authenticate_has_to_name_another_card(driver: Driver) -> None:
    intent = driver.made(PATH, ASKED)
    driver.simulator.authenticate(intent["id"], passed=False)
    failed = driver.get(f"{PATH}/{intent['id']}").body
    assert failed["last_setup_error"]["code"] == "setup_intent_authentication_failure"
    assert failed["status"] == "requires_payment_method"
    with pytest.raises(ValueError, match="does not wait"):
        driver.simulator.authenticate(intent["id"])


def test_a_bank_account_is_set_up_with_a_mandate(driver: Driver) -> None:
    bank = {"routing_number": "110000000", "account_number": "000123456789"}
    data = {"type": "us_bank_account", "us_bank_account": bank, "billing_details": {"name": "Ana"}}
    intent = driver.made(PATH, {"confirm": True, "payment_method_data": data})
    path = f"{PATH}/{intent['id']}"
    assert intent["next_action"]["verify_with_microdeposits"]["microdeposit_type"] == "amounts"
    done = driver.made(f"{path}/verify_microdeposits", {"descriptor_code": "SM11AA"})
    assert (done["status"], done["payment_method_types"]) == ("succeeded", ["card", "us_bank_account"])
    assert driver.get(f"/v1/mandates/{done['mandate']}").body["payment_method"] == done["payment_method"]
    assert driver.post(f"{path}/verify_microdeposits", {"amounts": [32, 45]}).status == 400


def test_a_setup_that_set_nothing_up_breaks_a_law(driver: Driver) -> None:
    intent = driver.made(PATH, {"confirm": True, "payment_method": "pm_card_visa"})
    held = driver.simulator.world.find(intent["id"])
    assert held is not None
    kept = held["payment_method"]
    held["payment_method"] = None
    with pytest.raises(InvariantBroken, match="nothing is set up"):
        driver.simulator.check()
    held["payment_method"] = kept


def confirmed(driver: Driver, method: str, **more: Any) -> dict[str, Any]:
    return driver.made(
        "/v1/payment_intents", {"amount": 1000, "currency": "usd", "confirm": True, "payment_method": method, **more}
    )


def test_a_payment_goes_on_when_its_buyer_has_authenticated(driver: Driver) -> None:
    intent = confirmed(driver, "pm_card_authenticationRequired")
    path = f"/v1/payment_intents/{intent['id']}"
    page = f"https://connect.stripe.com/authenticate/{intent['id']}"
    assert "Done" in visit(driver, page, answer="complete")[2]
    assert driver.get(path).body["status"] == "succeeded"
    again = confirmed(driver, "pm_card_authenticationRequired", return_url="https://example.com/back")
    url = again["next_action"]["redirect_to_url"]["url"]
    assert visit(driver, url, answer="fail")[1]["Location"].endswith("redirect_status=failed")
    error = driver.get(f"/v1/payment_intents/{again['id']}").body["last_payment_error"]
    assert error["code"] == "payment_intent_authentication_failure"


def test_a_card_can_be_declined_after_its_owner_has_authenticated(driver: Driver) -> None:
    intent = confirmed(driver, "pm_card_threeDSecureRequiredChargeDeclined")
    assert driver.simulator.handle(
        "POST", "/_simulator/authenticate", {}, b'{"intent": "%s"}' % intent["id"].encode()
    ) == (200, {"Content-Type": "application/json"}, b"{}")
    failed = driver.get(f"/v1/payment_intents/{intent['id']}").body
    assert (failed["status"], failed["last_payment_error"]["code"]) == ("requires_payment_method", "card_declined")


def test_manual_confirmation_is_confirmed_again(driver: Driver) -> None:
    intent = confirmed(driver, "pm_card_authenticationRequired", confirmation_method="manual")
    driver.simulator.authenticate(intent["id"])
    path = f"/v1/payment_intents/{intent['id']}"
    assert driver.get(path).body["status"] == "requires_confirmation"
    assert driver.made(f"{path}/confirm")["status"] == "succeeded"


def test_authentication_can_be_an_error(driver: Driver) -> None:
    told = {"amount": 1000, "currency": "usd", "confirm": True, "payment_method": "pm_card_authenticationRequired"}
    reply = driver.post("/v1/payment_intents", {**told, "error_on_requires_action": True})
    assert (reply.status, reply.error["code"]) == (402, "authentication_required")


def test_older_versions_have_their_own_word_for_the_ways_to_pay(driver: Driver) -> None:
    told = {"amount": 1000, "currency": "usd", "payment_method_types": ["card"]}
    assert driver.post("/v1/payment_intents", told).error["code"] == "parameter_unknown"
    for version in (None, "2025-03-31.basil"):
        assert driver.made("/v1/payment_intents", told, version=version)["payment_method_types"] == ["card"]
    reply = driver.post("/v1/customers", {"payment_method_types": ["card"]}, version=None)
    assert reply.error["code"] == "parameter_unknown"
