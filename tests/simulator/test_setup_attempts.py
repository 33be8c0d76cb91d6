"""Setup attempts: what became of each confirmation."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.driver import Driver

PATH, ATTEMPTS = "/v1/setup_intents", "/v1/setup_attempts"
ASKS = {"confirm": True, "payment_method": "pm_card_authenticationRequired"}
BANK = {"account_number": "000123456789", "routing_number": "110000000", "account_holder_type": "individual"}


def attempts(driver: Driver, intent: dict[str, Any], **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = driver.get(ATTEMPTS, {"setup_intent": intent["id"], **asked}).body["data"]
    return found


def test_each_confirmation_is_an_attempt(driver: Driver) -> None:
    customer = driver.made("/v1/customers")["id"]
    intent = driver.made(PATH, {"customer": customer, "usage": "on_session"})
    assert (attempts(driver, intent), intent["latest_attempt"]) == ([], None)
    confirm = f"{PATH}/{intent['id']}/confirm"
    assert driver.post(confirm, {"payment_method": "pm_card_chargeDeclined"}).status == 402
    (failed,) = attempts(driver, intent)
    assert (failed["status"], failed["setup_error"]["code"]) == ("failed", "card_declined")
    assert (failed["customer"], failed["usage"]) == (customer, "on_session")
    done = driver.made(confirm, {"payment_method": "pm_card_visa", "expand": ["latest_attempt"]})
    last = done["latest_attempt"]
    assert (last["status"], last["setup_error"], last["payment_method"]) == ("succeeded", None, done["payment_method"])
    details = last["payment_method_details"]["card"]
    assert (details["last4"], details["three_d_secure"]) == ("4242", None)
    assert attempts(driver, intent) == [last, failed]
    assert attempts(driver, intent, limit=1) == [last]
    assert attempts(driver, intent, created={"lt": last["created"]}) == []
    assert attempts(driver, driver.made(PATH)) == []


@pytest.mark.parametrize(
    ("passed", "status", "result"), [(True, "succeeded", "authenticated"), (False, "failed", "failed")]
)
def test_a_bank_that_asks_is_told_of(driver: Driver, passed: bool, status: str, result: str) -> None:
    intent = driver.made(PATH, ASKS)
    assert [one["status"] for one in attempts(driver, intent)] == ["requires_action"]
    driver.simulator.authenticate(intent["id"], passed=passed)
    (ended,) = attempts(driver, intent)
    assert ended["status"] == status
    assert ended["payment_method_details"]["card"]["three_d_secure"]["result"] == result


@pytest.mark.parametrize(
    ("path", "told"),
    [("/cancel", {}), ("", {"payment_method": "pm_card_visa"}), ("/confirm", {"payment_method": "pm_card_visa"})],
)
def test_who_is_not_waited_for_any_more_is_left(driver: Driver, path: str, told: dict[str, Any]) -> None:
    intent = driver.made(PATH, ASKS)
    driver.made(f"{PATH}/{intent['id']}{path}", told)
    assert attempts(driver, intent)[-1]["status"] == "abandoned"


def test_a_bank_account_waits_for_its_deposits(driver: Driver) -> None:
    data = {"type": "us_bank_account", "us_bank_account": BANK, "billing_details": {"name": "Ana"}}
    intent = driver.made(PATH, {"confirm": True, "payment_method_data": data})
    (waiting,) = attempts(driver, intent)
    assert waiting["payment_method_details"] == {"type": "us_bank_account", "us_bank_account": {}}
    driver.made(f"{PATH}/{intent['id']}/verify_microdeposits", {"amounts": [32, 45]})
    assert attempts(driver, intent)[0]["status"] == "succeeded"


def test_of_what_is_no_card_no_proof_is_told(driver: Driver) -> None:
    data = {"type": "fpx", "fpx": {"bank": "maybank2u"}}
    intent = driver.made(PATH, {"confirm": True, "payment_method_data": data})
    driver.simulator.authenticate(intent["id"])
    assert attempts(driver, intent)[0]["payment_method_details"] == {"type": "fpx"}


def test_attempts_are_asked_for_by_their_intent(driver: Driver) -> None:
    assert driver.get(ATTEMPTS).error["param"] == "setup_intent"
    assert driver.get(ATTEMPTS, {"setup_intent": "seti_nothing"}).error["code"] == "resource_missing"
    intent = driver.made(PATH, ASKS)["id"]
    assert driver.get(ATTEMPTS, {"setup_intent": intent}, account=driver.seller()["id"]).status == 400
