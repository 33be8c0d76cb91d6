"""The page of the small deposits, and Checkout with a bank account that nobody has verified."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from tests.simulator.driver import Driver

from connectkit.simulator import Simulator
from connectkit.simulator.money.switches import Switches

BANK = {"account_number": "000123456789", "routing_number": "110000000"}
DATA = {"type": "us_bank_account", "us_bank_account": {**BANK, "account_holder_type": "individual"}}
NAMED = {**DATA, "billing_details": {"name": "Ana"}}
ACCOUNT = {"type": "us_bank_account", "email": "ana@example.com", "name": "Ana", **BANK}
CHAIR: dict[str, Any] = {"currency": "usd", "unit_amount": 1500, "product_data": {"name": "Chair"}}
RIGHT = {"first": "45", "second": "32"}


def visit(driver: Driver, url: str, **said: str) -> tuple[int, str, str]:
    path = url.removeprefix(driver.simulator.world.site)
    body = urlencode(said).encode()
    status, headers, page = driver.simulator.handle("POST" if said else "GET", path, {}, body)
    return status, headers.get("Location", ""), page.decode()


def verification(intent: dict[str, Any]) -> str:
    url: str = intent["next_action"]["verify_with_microdeposits"]["hosted_verification_url"]
    return url


def session(driver: Driver, mode: str = "payment", **price: Any) -> dict[str, Any]:
    items = [] if mode == "setup" else [{"price_data": {**CHAIR, **price}, "quantity": 1}]
    told = {"mode": mode, "success_url": "https://example.com/done", "line_items": items, "currency": "usd"}
    return driver.made("/v1/checkout/sessions", {**told, "allowed_payment_method_types": ["us_bank_account"]})


def read(driver: Driver, made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = driver.get(f"/v1/checkout/sessions/{made['id']}").body
    return found


def test_a_payment_goes_on_once_the_deposits_are_told(driver: Driver) -> None:
    told = {"amount": 5000, "currency": "usd", "confirm": True, "payment_method_data": NAMED}
    intent = driver.made("/v1/payment_intents", {**told, "automatic_payment_methods": {"enabled": True}})
    url = verification(intent)
    assert "32 and 45 cents" in visit(driver, url)[2]
    for wrong in ({"first": "1", "second": "2"}, {"first": "x", "second": "32"}, {"second": "45"}):
        status, _, shown = visit(driver, url, **wrong)
        assert (status, "There is a problem" in shown, 'href="#first"' in shown) == (400, True, True)
    assert "Thank you" in visit(driver, url, **RIGHT)[2]
    assert driver.get(f"/v1/payment_intents/{intent['id']}").body["status"] == "processing"
    assert visit(driver, url)[0] == visit(driver, f"{url}x")[0] == 404


def test_a_bank_account_is_set_up_once_the_deposits_are_told(driver: Driver) -> None:
    told = {"confirm": True, "payment_method_data": NAMED, "automatic_payment_methods": {"enabled": True}}
    intent = driver.made("/v1/setup_intents", told)
    assert "Thank you" in visit(driver, verification(intent), **RIGHT)[2]
    assert driver.get(f"/v1/setup_intents/{intent['id']}").body["status"] == "succeeded"


def test_a_session_is_complete_before_its_account_is_verified(driver: Driver) -> None:
    made = session(driver)
    assert visit(driver, made["url"], **ACCOUNT)[:2] == (303, "https://example.com/done")
    waiting = read(driver, made)
    assert (waiting["status"], waiting["payment_status"]) == ("complete", "unpaid")
    intent = driver.get(f"/v1/payment_intents/{waiting['payment_intent']}").body
    visit(driver, verification(intent), **RIGHT)
    driver.simulator.advance(hours=1)
    assert read(driver, made)["payment_status"] == "paid"
    assert driver.get("/v1/events", {"type": "checkout.session.async_payment_succeeded"}).body["data"]


def test_a_session_may_stay_open_until_its_account_has_paid() -> None:
    driver = Driver(Simulator(switches=Switches(unverified_account_completes=False)))
    made = session(driver)
    url = visit(driver, made["url"], **ACCOUNT)[1]
    assert ("/microdeposits/" in url, read(driver, made)["status"]) == (True, "open")
    visit(driver, url, **RIGHT)
    driver.simulator.advance(hours=1)
    assert read(driver, made)["payment_status"] == "paid"


@pytest.mark.parametrize(
    ("mode", "price", "status"),
    [("setup", {}, "no_payment_required"), ("subscription", {"recurring": {"interval": "month"}}, "paid")],
)
def test_what_is_charged_again_begins_when_its_account_is_verified(
    driver: Driver, mode: str, price: dict[str, Any], status: str
) -> None:
    made = session(driver, mode, **price)
    code, url, _ = visit(driver, made["url"], **ACCOUNT)
    assert (code, "/microdeposits/" in url, read(driver, made)["status"]) == (303, True, "open")
    visit(driver, url, **RIGHT)
    driver.simulator.advance(hours=1)
    done = read(driver, made)
    assert (done["status"], done["payment_status"]) == ("complete", status)
