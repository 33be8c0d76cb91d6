"""Test values that Stripe documents, or was seen to answer in a way of its own: names, births, telephones, banks."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.driver import CUSTOM, PERSON, Driver

from connectkit.simulator import Simulator

SEAT: dict[str, Any] = {
    "name": "Lamps",
    "phone": "5551234567",
    "tax_id": "000000000",
    "address": PERSON["address"],
    "owners_provided": True,
}
BOSS = {**PERSON, "ssn_last_4": "0000", "relationship": {"representative": True, "owner": True, "title": "CEO"}}


def company(driver: Driver, simulator: Simulator, name: str) -> dict[str, Any]:
    told = {key: value for key, value in CUSTOM.items() if key != "individual"}
    seat = {**SEAT, "name": name}
    account = driver.made("/v1/accounts", {**told, "business_type": "company", "company": seat})["id"]
    driver.made(f"/v1/accounts/{account}/persons", BOSS)
    simulator.advance(hours=1)
    return seen(driver, account)


def seen(driver: Driver, account: str) -> dict[str, Any]:
    body: dict[str, Any] = driver.get(f"/v1/accounts/{account}").body
    return body


def delay(account: dict[str, Any]) -> int:
    days: int = account["settings"]["payouts"]["schedule"]["delay_days"]
    return days


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("match_name_relationships", []),
        ("match_name_only", [("company.owners_provided", "verification_missing_owners")]),
        ("match_name_only_high_risk", [("company.owners_provided", "verification_missing_owners")]),
        ("mismatch_business_name_high_risk", [("company.name", "verification_failed_keyed_match")]),
    ],
)
def test_a_name_says_what_of_it_is_right(
    driver: Driver, simulator: Simulator, name: str, due: list[tuple[str, str]]
) -> None:
    found = company(driver, simulator, name)
    assert [(error["requirement"], error["code"]) for error in found["requirements"]["errors"]] == due
    assert found["charges_enabled"] is not bool(due)


def test_a_risky_business_is_paid_late(driver: Driver, simulator: Simulator) -> None:
    plain, risky = (company(driver, simulator, name) for name in ("Lamps", "Lamps_high_risk"))
    assert (delay(plain), delay(risky)) == (2, 14)
    told = {"settings": {"payouts": {"schedule": {"delay_days": 20}}}, "company": {"name": "Lamps"}}
    renamed = driver.made(f"/v1/accounts/{risky['id']}", told)
    assert delay(renamed) == 20


def test_what_passes_today_is_foreseen_to_fail(driver: Driver, simulator: Simulator) -> None:
    account = driver.made("/v1/accounts", CUSTOM)["id"]
    simulator.advance(hours=1)
    found = seen(driver, account)
    future = found["future_requirements"]
    assert [(error["requirement"], error["code"]) for error in future["errors"]] == [
        ("individual.dob.year", "invalid_dob_age_over_maximum"),
        ("individual.phone", "invalid_phone_number"),
    ]
    assert (future["currently_due"], found["requirements"]["errors"], found["charges_enabled"]) == ([], [], True)
    mine = found["individual"]["future_requirements"]["errors"]
    assert [error["requirement"] for error in mine] == ["dob.year", "phone"]
    better = {"dob": {"day": 1, "month": 1, "year": 1902}, "phone": "5551234567"}
    assert driver.made(f"/v1/accounts/{account}", {"individual": better})["future_requirements"]["errors"] == []


def test_an_address_lets_what_is_foreseen_to_fail_fail_now(driver: Driver, simulator: Simulator) -> None:
    told = {**CUSTOM, "email": "ana+enforce_future_requirements@example.com"}
    account = driver.made("/v1/accounts", told)["id"]
    simulator.advance(hours=1)
    found = seen(driver, account)
    assert found["requirements"]["past_due"] == ["individual.dob.year", "individual.phone"]
    assert (found["future_requirements"]["errors"], found["charges_enabled"]) == ([], False)


@pytest.mark.parametrize(
    ("country", "currency", "sent", "shown"),
    [
        ("AU", "aud", "110000", "11 0000"),
        ("CA", "cad", "11000000", "11000-000"),
        ("CA", "cad", "11000-000", "11000-000"),
        ("GB", "gbp", "231470", "23-14-70"),
        ("JP", "jpy", "1100-000", "1100000"),
        ("KR", "krw", "svbkus6s", "SVBKUS6S"),
        ("SG", "sgd", "1100000", "1100-000"),
        ("SG", "sgd", "11", "11"),
        ("NZ", "nzd", "11 0000", "11 0000"),
        ("DE", "eur", None, None),
    ],
)
def test_routing_numbers_are_shown_in_the_manner_of_their_country(
    driver: Driver, country: str, currency: str, sent: str | None, shown: str | None
) -> None:
    account = driver.made("/v1/accounts", CUSTOM)["id"]
    bank = {"country": country, "currency": currency, "account_number": "0001234", "object": "bank_account"}
    described = bank | ({"routing_number": sent} if sent else {})
    plain = {name: value for name, value in described.items() if name != "object"}
    token = driver.made("/v1/tokens", {"bank_account": plain})
    assert token["bank_account"]["routing_number"] == shown
    path = f"/v1/accounts/{account}/external_accounts"
    first, second = (driver.made(path, {"external_account": described}) for _ in range(2))
    assert (first["routing_number"], second["routing_number"]) == (shown, shown)
    assert first["fingerprint"] == second["fingerprint"]


@pytest.mark.parametrize(("country", "days"), [("US", 2), ("CA", 7), ("SG", 7), ("BR", 7), ("DE", 1), ("JP", 1)])
def test_countries_differ_in_when_money_is_available(driver: Driver, country: str, days: int) -> None:
    told = {"type": "custom", "country": country, "capabilities": CUSTOM["capabilities"]}
    assert delay(driver.made("/v1/accounts", told)) == days


def test_under_the_recipient_agreement_nothing_is_waited_for(driver: Driver) -> None:
    terms = {"service_agreement": "recipient"}
    wish = {"transfers": {"requested": True}}
    told = {"type": "custom", "country": "GB", "capabilities": wish, "tos_acceptance": terms}
    assert delay(driver.made("/v1/accounts", told)) == 0


def test_no_delay_is_shorter_than_stripes_own(driver: Driver) -> None:
    account = driver.made("/v1/accounts", CUSTOM)["id"]
    short = {"settings": {"payouts": {"schedule": {"delay_days": 1}}}}
    assert driver.post(f"/v1/accounts/{account}", short).error["param"] == "settings[payouts][schedule][delay_days]"
    timing = {"payments": {"settlement_timing": {"delay_days_override": 1}}}
    refused = driver.post("/v1/balance_settings", timing, account=account)
    assert refused.error["param"] == "payments[settlement_timing][delay_days_override]"
    assert delay(seen(driver, account)) == 2


def test_both_apis_tell_what_customers_in_japan_read(driver: Driver) -> None:
    wish = {"card_payments": {"requested": True}}
    scripts = {"kana": {"descriptor": "ランプ", "prefix": "ラン"}, "kanji": {"descriptor": "渋谷の灯"}}
    merchant = {"capabilities": wish, "script_statement_descriptor": scripts}
    told = {"identity": {"country": "jp"}, "configuration": {"merchant": merchant}, "dashboard": "full"}
    made = driver.made("/v2/core/accounts", {**told, "include": ["configuration.merchant"]})
    shown = made["configuration"]["merchant"]["script_statement_descriptor"]
    assert shown == {**scripts, "kanji": {"descriptor": "渋谷の灯", "prefix": None}}
    settings = seen(driver, made["id"])["settings"]
    assert settings["payments"]["statement_descriptor_kana"] == "ランプ"
    assert settings["card_payments"]["statement_descriptor_prefix_kana"] == "ラン"
