from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.driver import Driver

from connectkit.simulator import Simulator
from connectkit.simulator.accounts.banks import mark_errored
from connectkit.simulator.accounts.queries import default_bank_account

US: dict[str, Any] = {
    "object": "bank_account",
    "country": "US",
    "currency": "usd",
    "routing_number": "110000000",
    "account_number": "000123456789",
}


CARD = {"object": "card", "number": "4000056655665556", "exp_month": 1, "exp_year": 2030}


@pytest.fixture
def path(driver: Driver) -> str:
    return f"/v1/accounts/{driver.seller()['id']}/external_accounts"


def test_a_bank_account_has_all_its_members(driver: Driver, path: str) -> None:
    bank = driver.made(path, {"external_account": {**US, "account_holder_name": "Ana"}, "metadata": {"a": "b"}})
    nothing: dict[str, Any] = {"currently_due": [], "errors": [], "past_due": [], "pending_verification": []}
    assert bank == {
        "id": bank["id"],
        "object": "bank_account",
        "account": path.split("/")[3],
        "account_holder_name": "Ana",
        "account_holder_type": None,
        "account_type": None,
        "available_payout_methods": ["standard", "instant"],
        "bank_name": "STRIPE TEST BANK",
        "country": "US",
        "currency": "usd",
        "default_for_currency": False,
        "fingerprint": bank["fingerprint"],
        "future_requirements": nothing,
        "last4": "6789",
        "metadata": {"a": "b"},
        "requirements": nothing,
        "routing_number": "110000000",
        "status": "new",
    }


def test_the_same_number_has_the_same_fingerprint(driver: Driver, path: str) -> None:
    first, second = (driver.made(path, {"external_account": US}) for _ in range(2))
    other = driver.made(path, {"external_account": {**US, "account_number": "000111111116"}})
    assert first["fingerprint"] == second["fingerprint"] != other["fingerprint"]


@pytest.mark.parametrize(
    ("token", "outcome"),
    [
        ("btok_us_verified", ""),
        ("btok_us_verified_noAccount", "no_account"),
        ("btok_us_verified_accountClosed", "account_closed"),
        ("btok_us_verified_insufficientFunds", "insufficient_funds"),
        ("btok_us_verified_debitNotAuthorized", "debit_not_authorized"),
        ("btok_us_verified_invalidCurrency", "invalid_currency"),
    ],
)
def test_documented_tokens_say_how_payouts_end(driver: Driver, simulator: Simulator, token: str, outcome: str) -> None:
    seller = driver.seller(external_account=token)["id"]
    bank = default_bank_account(simulator.world, seller, "usd")
    assert bank is not None
    assert (bank["_outcome"], bank["_instant"]) == (outcome, True)


@pytest.mark.parametrize(
    ("changes", "methods", "instant"),
    [
        ({"account_number": "000888888883"}, ["standard", "instant"], False),
        ({"routing_number": "110000001"}, ["standard"], False),
        ({}, ["standard", "instant"], True),
    ],
)
def test_few_banks_take_instant_payouts(
    driver: Driver, simulator: Simulator, path: str, changes: dict[str, str], methods: list[str], instant: bool
) -> None:
    bank = driver.made(path, {"external_account": {**US, **changes}, "default_for_currency": True})
    assert bank["available_payout_methods"] == methods
    held = simulator.world.find(bank["id"])
    assert held is not None
    assert held["_instant"] is instant


@pytest.mark.parametrize(
    ("given", "param", "code"),
    [
        ({**US, "account_number": "123"}, "external_account[account_number]", "account_number_invalid"),
        ({**US, "account_number": None}, "external_account[account_number]", "parameter_missing"),
        ({**US, "routing_number": None}, "external_account[routing_number]", None),
        ({**CARD, "number": None}, "external_account[number]", "parameter_missing"),
        ({**US, "country": "ZZ"}, "external_account[country]", "country_unsupported"),
        ("btok_nothing", "external_account", "resource_missing"),
    ],
)
def test_wrong_bank_accounts_are_refused(
    driver: Driver, path: str, given: dict[str, Any] | str, param: str, code: str | None
) -> None:
    sent = given if isinstance(given, str) else {name: value for name, value in given.items() if value is not None}
    reply = driver.post(path, {"external_account": sent})
    assert (reply.status, reply.error["param"]) == (400, param)
    assert code is None or reply.error["code"] == code


def test_only_debit_cards_take_payouts(driver: Driver, path: str) -> None:
    reply = driver.post(path, {"external_account": {**CARD, "number": "4242424242424242"}})
    assert (reply.status, reply.error["code"]) == (402, "card_not_supported")


@pytest.mark.parametrize(
    ("given", "outcome", "instant"),
    [
        (CARD, "", True),
        ("tok_visa_debit_us_transferSuccess", "", True),
        ("tok_visa_debit_us_transferFail", "could_not_process", True),
        ("tok_visa_debit_us_instantPayoutUnsupported", "", False),
        ("tok_mastercard_debit_us_transferSuccess", "", True),
    ],
)
def test_debit_cards_take_payouts(
    driver: Driver, simulator: Simulator, path: str, given: Any, outcome: str, instant: bool
) -> None:
    card = driver.made(path, {"external_account": given})
    assert (card["object"], card["funding"], card["currency"]) == ("card", "debit", "usd")
    assert ("instant" in card["available_payout_methods"]) is instant
    held = simulator.world.find(card["id"])
    assert held is not None
    assert (held["_outcome"], held["_instant"]) == (outcome, instant)
    listed = driver.get(f"{path}?object=card").body["data"]
    assert [one["id"] for one in listed] == [card["id"]]
    assert driver.get(f"{path}/{card['id']}").body == card
    assert driver.delete(f"{path}/{card['id']}").body["object"] == "card"


def test_a_token_is_used_once(driver: Driver, path: str) -> None:
    described = {name: value for name, value in US.items() if name != "object"}
    token = driver.made("/v1/tokens", {"bank_account": described})
    assert (token["type"], token["used"], token["bank_account"]["last4"]) == ("bank_account", False, "6789")
    assert driver.made(path, {"external_account": token["id"]})["last4"] == "6789"
    assert driver.get(f"/v1/tokens/{token['id']}").body["used"] is True
    assert driver.post(path, {"external_account": token["id"]}).error["code"] == "token_already_used"
    del described["currency"]
    assert driver.post("/v1/tokens", {"bank_account": described}).error["param"] == "bank_account[currency]"
    assert driver.made("/v1/tokens", {"pii": {"id_number": "1"}})["type"] == "pii"


def test_the_first_of_a_currency_is_its_default(driver: Driver, path: str) -> None:
    euro = {"object": "bank_account", "country": "DE", "currency": "EUR", "account_number": "DE89370400440532013000"}
    first = driver.made(path, {"external_account": euro})
    second = driver.made(path, {"external_account": euro})
    assert (first["default_for_currency"], second["default_for_currency"], first["currency"]) == (True, False, "eur")
    third = driver.made(path, {"external_account": euro, "default_for_currency": True})
    assert third["default_for_currency"] is True
    assert driver.get(f"{path}/{first['id']}").body["default_for_currency"] is False
    assert driver.made(f"{path}/{first['id']}", {"default_for_currency": True})["default_for_currency"] is True


def test_they_are_listed_and_stand_in_the_account(driver: Driver, path: str) -> None:
    bank = driver.made(path, {"external_account": US})
    listed = driver.get(path).body
    assert listed["data"][0]["id"] == bank["id"]
    assert len(listed["data"]) == 2
    assert "total_count" not in listed
    assert driver.get(path, {"object": "card"}).body["data"] == []
    assert driver.get(path, {"object": "wallet"}).error["param"] == "object"
    inside = driver.get(path.removesuffix("/external_accounts")).body["external_accounts"]
    assert (inside["total_count"], inside["url"], inside["data"]) == (2, path, listed["data"])


def test_telling_an_account_of_a_bank_replaces_its_default(driver: Driver, path: str) -> None:
    account = path.removesuffix("/external_accounts")
    old = driver.get(path).body["data"][0]["id"]
    driver.made(account, {"external_account": {**US, "account_number": "000111111113"}})
    (bank,) = driver.get(path).body["data"]
    assert (bank["last4"], bank["default_for_currency"]) == ("1113", True)
    assert driver.get(f"{path}/{old}").status == 404
    types = [event["type"] for event in driver.get("/v1/events", account=path.split("/")[3]).body["data"]]
    assert {"account.external_account.deleted", "account.external_account.created"} <= set(types[:3])


def test_the_default_cannot_be_deleted(driver: Driver, path: str) -> None:
    old = driver.get(path).body["data"][0]["id"]
    assert "default currency" in driver.delete(f"{path}/{old}").error["message"]
    new = driver.made(path, {"external_account": US})["id"]
    assert "make another" in driver.delete(f"{path}/{old}").error["message"]
    driver.made(f"{path}/{new}", {"default_for_currency": True})
    assert driver.delete(f"{path}/{old}").body == {
        "id": old,
        "object": "bank_account",
        "currency": "usd",
        "deleted": True,
    }
    assert driver.delete(f"{path}/{old}").status == 404


def test_the_last_of_another_currency_can_be_deleted(driver: Driver, path: str) -> None:
    euro = {"object": "bank_account", "country": "DE", "currency": "eur", "account_number": "DE89370400440532013000"}
    assert driver.delete(f"{path}/{driver.made(path, {'external_account': euro})['id']}").status == 200


def test_a_failed_payout_disables_a_bank_account_until_it_is_changed(
    driver: Driver, simulator: Simulator, path: str
) -> None:
    seller = path.split("/")[3]
    bank = default_bank_account(simulator.world, seller, "usd")
    assert bank is not None
    mark_errored(simulator.world, bank)
    account = driver.get(f"/v1/accounts/{seller}").body
    assert account["external_accounts"]["data"][0]["status"] == "errored"
    assert (account["payouts_enabled"], account["charges_enabled"]) == (False, True)
    assert account["requirements"]["currently_due"] == ["external_account"]
    types = [event["type"] for event in driver.get("/v1/events", account=seller).body["data"]]
    assert types[:2] == ["account.updated", "account.external_account.updated"]
    assert (
        driver.made(f"{path}/{bank['id']}", {"account_holder_name": "Ana", "metadata": {"a": "b"}})["status"] == "new"
    )
    assert driver.get(f"/v1/accounts/{seller}").body["payouts_enabled"] is True


def test_the_platforms_own_bank_account_can_fail_too(driver: Driver, simulator: Simulator) -> None:
    own = driver.get("/v1/account").body["id"]
    bank = default_bank_account(simulator.world, own, "usd")
    assert bank is not None
    mark_errored(simulator.world, bank)
    assert driver.get(f"/v1/accounts/{own}/external_accounts").body["data"][0]["status"] == "errored"
    assert driver.post(f"/v1/accounts/{own}/external_accounts", {"external_account": US}).status == 403
