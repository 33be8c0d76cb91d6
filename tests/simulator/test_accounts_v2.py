"""The same accounts in API v2."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.simulator.driver import Driver

from connectkit.simulator import Simulator

INCLUDE = [
    "configuration.customer",
    "configuration.merchant",
    "configuration.recipient",
    "defaults",
    "future_requirements",
    "identity",
    "requirements",
]
MERCHANT = {"capabilities": {"card_payments": {"requested": True}}}
RECIPIENT = {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
PLATFORM = {"fees_collector": "application", "losses_collector": "application"}
INDIVIDUAL: dict[str, Any] = {
    "given_name": "Ana",
    "surname": "Lima",
    "email": "ana@example.com",
    "phone": "0000000000",
    "date_of_birth": {"day": 1, "month": 1, "year": 1901},
    "address": {
        "line1": "address_full_match",
        "city": "Boston",
        "state": "MA",
        "postal_code": "02110",
        "country": "us",
    },
    "id_numbers": [{"type": "us_ssn", "value": "000000000"}, {"type": "us_ssn_last_4", "value": "0000"}],
    "relationship": {"owner": True},
}
TERMS = {"terms_of_service": {"account": {"date": "2026-11-01T00:00:00Z", "ip": "127.0.0.1"}}}
CUSTOM: dict[str, Any] = {
    "dashboard": "none",
    "display_name": "Ana's",
    "contact_email": "ana@example.com",
    "contact_phone": "+15555550100",
    "configuration": {
        "merchant": {
            **MERCHANT,
            "mcc": "5734",
            "statement_descriptor": {"descriptor": "ANAS", "prefix": "ANA"},
            "support": {"email": "help@example.com"},
        },
        "recipient": RECIPIENT,
    },
    "defaults": {
        "responsibilities": PLATFORM,
        "profile": {"business_url": "https://accessible.stripe.com", "doing_business_as": "Ana's"},
    },
    "identity": {
        "country": "us",
        "entity_type": "individual",
        "individual": INDIVIDUAL,
        "attestations": TERMS,
    },
    "metadata": {"seller": "7"},
    "include": INCLUDE,
}
EXPRESS: dict[str, Any] = {
    "dashboard": "express",
    "configuration": {"recipient": RECIPIENT},
    "defaults": {"responsibilities": PLATFORM},
    "identity": {"country": "us"},
    "include": INCLUDE,
}


def found(driver: Driver, account: str) -> dict[str, Any]:
    body: dict[str, Any] = driver.get(f"/v2/core/accounts/{account}", {"include": INCLUDE}).body
    return body


def bank(driver: Driver, account: str) -> None:
    driver.made(f"/v1/accounts/{account}/external_accounts", {"external_account": "btok_us_verified"})


def test_what_is_not_included_is_null(driver: Driver) -> None:
    account = driver.made("/v2/core/accounts", {**CUSTOM, "include": []})
    assert account == {
        "id": account["id"],
        "object": "v2.core.account",
        "applied_configurations": ["merchant", "recipient"],
        "closed": False,
        "configuration": None,
        "contact_email": "ana@example.com",
        "contact_phone": "+15555550100",
        "created": "2027-01-15T08:00:00.000Z",
        "dashboard": "none",
        "defaults": None,
        "display_name": "Ana's",
        "future_requirements": None,
        "identity": None,
        "livemode": False,
        "metadata": {"seller": "7"},
        "requirements": None,
    }


def test_what_is_included_is_shown(driver: Driver) -> None:
    account = driver.made("/v2/core/accounts", CUSTOM)
    assert account["defaults"]["responsibilities"] == {**PLATFORM, "requirements_collector": "application"}
    assert account["defaults"]["profile"]["doing_business_as"] == "Ana's"
    merchant = account["configuration"]["merchant"]
    assert (merchant["mcc"], merchant["support"]["email"]) == ("5734", "help@example.com")
    assert merchant["statement_descriptor"] == {"descriptor": "ANAS", "prefix": "ANA"}
    assert merchant["capabilities"]["affirm_payments"] is None
    assert account["configuration"]["customer"] is None
    assert account["future_requirements"]["entries"] == []
    identity = account["identity"]
    assert (identity["country"], identity["entity_type"]) == ("us", "individual")
    assert identity["individual"]["date_of_birth"] == INDIVIDUAL["date_of_birth"]
    assert identity["individual"]["address"]["country"] == "us"
    assert identity["individual"]["id_numbers"] == [{"type": "us_ssn"}, {"type": "us_ssn_last_4"}]
    accepted = identity["attestations"]["terms_of_service"]["account"]
    assert accepted == {"date": "2026-11-01T00:00:00.000Z", "ip": "127.0.0.1", "user_agent": None}


def test_capabilities_go_from_restricted_to_active(driver: Driver) -> None:
    account = driver.made("/v2/core/accounts", CUSTOM)
    card = account["configuration"]["merchant"]["capabilities"]["card_payments"]
    assert card["status"] == "pending"
    assert card["status_details"] == [{"code": "requirements_pending_verification", "resolution": "no_resolution"}]
    entries = account["requirements"]["entries"]
    assert {entry["awaiting_action_from"] for entry in entries if "id_numbers" in entry["description"]} == {"stripe"}
    balance = found(driver, account["id"])["configuration"]["recipient"]["capabilities"]["stripe_balance"]
    assert balance["stripe_transfers"] == {"status": "active", "status_details": []}
    assert balance["payouts"] == {
        "status": "restricted",
        "status_details": [{"code": "requirements_past_due", "resolution": "provide_info"}],
    }
    bank(driver, account["id"])
    done = found(driver, account["id"])
    assert done["configuration"]["merchant"]["capabilities"]["stripe_balance"]["payouts"]["status"] == "active"
    assert done["requirements"] == {"alternatives": [], "entries": [], "summary": {"minimum_deadline": None}}


def test_requirements_are_named_in_the_words_of_v2(driver: Driver) -> None:
    merchant = {"merchant": MERCHANT, "recipient": RECIPIENT}
    params = {**CUSTOM, "identity": {"country": "us", "entity_type": "individual"}, "configuration": merchant}
    entries = driver.made("/v2/core/accounts", params)["requirements"]["entries"]
    assert [entry["description"] for entry in entries] == [
        "configuration.merchant.mcc",
        "external_account",
        "identity.individual.address.city",
        "identity.individual.address.line1",
        "identity.individual.address.postal_code",
        "identity.individual.address.state",
        "identity.individual.date_of_birth.day",
        "identity.individual.date_of_birth.month",
        "identity.individual.date_of_birth.year",
        "identity.individual.given_name",
        "identity.individual.surname",
        "identity.individual.phone",
        "identity.individual.id_numbers.us_ssn_last_4",
        "identity.attestations.terms_of_service.account.date",
        "identity.attestations.terms_of_service.account.ip",
    ]
    first = entries[0]
    assert first["minimum_deadline"] == {"status": "past_due"}
    assert [(cut["capability"], cut["configuration"]) for cut in first["impact"]["restricts_capabilities"]] == [
        ("card_payments", "merchant"),
        ("stripe_balance.stripe_transfers", "recipient"),
    ]


def test_errors_stand_with_their_requirement(driver: Driver) -> None:
    wrong = {**INDIVIDUAL, "id_numbers": [{"type": "us_ssn", "value": "111111111"}]}
    account = driver.made("/v2/core/accounts", {**CUSTOM, "identity": {**CUSTOM["identity"], "individual": wrong}})
    bank(driver, account["id"])
    (entry,) = found(driver, account["id"])["requirements"]["entries"]
    assert entry["errors"][0]["code"] == "verification_failed_id_number_match"


def test_a_document_is_told_in_v2(driver: Driver) -> None:
    wrong = {**INDIVIDUAL, "id_numbers": [{"type": "us_ssn", "value": "111111111"}]}
    account = driver.made("/v2/core/accounts", {**CUSTOM, "identity": {**CUSTOM["identity"], "individual": wrong}})
    front = {"type": "front_back", "front_back": {"front": "file_identity_document_success"}}
    told = {"identity": {"individual": {"documents": {"primary_verification": front}}}}
    driver.made(f"/v2/core/accounts/{account['id']}", told)
    after = found(driver, account["id"])["configuration"]["merchant"]["capabilities"]["card_payments"]
    assert after["status"] == "active"


def test_a_company_is_told_in_v2(driver: Driver) -> None:
    details = {
        "registered_name": "Lima Ltd",
        "phone": "0000000000",
        "structure": "private_company",
        "address": INDIVIDUAL["address"],
        "id_numbers": [{"type": "us_ein", "value": "000000000"}],
    }
    attestations = {**TERMS, "persons_provided": {"owners": True}}
    identity = {
        "country": "us",
        "entity_type": "company",
        "business_details": details,
        "attestations": attestations,
    }
    account = driver.made("/v2/core/accounts", {**CUSTOM, "identity": identity})
    shown = account["identity"]["business_details"]
    assert (shown["registered_name"], shown["id_numbers"]) == ("Lima Ltd", [{"type": "us_ein"}])
    assert account["identity"]["individual"] is None
    due = driver.get(f"/v1/accounts/{account['id']}").body["requirements"]["currently_due"]
    assert not [item for item in due if item.startswith("company")]


def test_an_account_without_a_tax_id_shows_none(driver: Driver) -> None:
    identity = {"country": "us", "entity_type": "company"}
    account = driver.made("/v2/core/accounts", {**CUSTOM, "identity": identity})
    assert account["identity"]["business_details"]["id_numbers"] == []


def test_a_later_need_is_eventually_due(driver: Driver) -> None:
    identity, recipient = {**CUSTOM["identity"], "country": "kr"}, {"recipient": RECIPIENT}
    account = driver.made("/v2/core/accounts", {**CUSTOM, "identity": identity, "configuration": recipient})
    terms = {"tos_acceptance": {"service_agreement": "recipient"}}
    driver.made(f"/v1/accounts/{account['id']}", terms)
    later = found(driver, account["id"])["requirements"]["entries"][-1]
    assert later["minimum_deadline"] == {"status": "eventually_due"}
    assert later["description"] == "identity.individual.documents.primary_verification"


def test_both_apis_show_one_account(driver: Driver) -> None:
    account = driver.made("/v2/core/accounts", CUSTOM)
    seen = driver.get(f"/v1/accounts/{account['id']}").body
    assert seen["type"] == "none"
    assert seen["capabilities"] == {"card_payments": "active", "transfers": "active"}
    assert seen["individual"]["first_name"] == "Ana"
    assert seen["email"] == "ana@example.com"
    old = driver.seller()
    new = found(driver, old["id"])
    assert new["applied_configurations"] == ["merchant", "recipient"]
    assert new["configuration"]["merchant"]["capabilities"]["card_payments"]["status"] == "active"
    assert new["identity"]["individual"]["given_name"] == "Ana"
    assert new["defaults"]["responsibilities"]["fees_collector"] == "application_custom"


@pytest.mark.parametrize(
    ("dashboard", "losses", "collects"),
    [("full", "stripe", "stripe"), ("none", "application", "application"), ("none", "stripe", "stripe")],
)
def test_who_collects_requirements_follows(driver: Driver, dashboard: str, losses: str, collects: str) -> None:
    duties = {"fees_collector": losses, "losses_collector": losses}
    params = {"dashboard": dashboard, "defaults": {"responsibilities": duties}, "include": ["defaults"]}
    shown = driver.made("/v2/core/accounts", params)["defaults"]["responsibilities"]
    assert shown == {**duties, "requirements_collector": collects}


def test_illegal_combinations_are_refused(driver: Driver) -> None:
    params = {"dashboard": "full", "defaults": {"responsibilities": PLATFORM}}
    assert driver.post("/v2/core/accounts", params).status == 400
    terms = {**EXPRESS, "identity": {"country": "us", "attestations": TERMS}}
    assert driver.post("/v2/core/accounts", terms).error["param"] == "tos_acceptance"
    date = {"terms_of_service": {"account": {"date": "yesterday", "ip": "127.0.0.1"}}}
    wrong = driver.post("/v2/core/accounts", {**CUSTOM, "identity": {"country": "us", "attestations": date}})
    assert wrong.error["message"] == "Invalid timestamp: yesterday"


def test_a_link_closes_the_identity(driver: Driver, simulator: Simulator) -> None:
    account = driver.made("/v2/core/accounts", EXPRESS)
    urls = {"refresh_url": "https://example.com/refresh"}
    use_case = {"type": "account_onboarding", "account_onboarding": urls}
    driver.made("/v2/core/account_links", {"account": account["id"], "use_case": use_case})
    simulator.onboard(account["id"])
    after = found(driver, account["id"])
    assert (after["identity"]["individual"], after["identity"]["country"]) == (None, "us")
    assert after["configuration"]["recipient"]["capabilities"]["stripe_balance"]["payouts"]["status"] == "active"
    told = {"identity": {"individual": {"given_name": "B"}}}
    assert driver.post(f"/v2/core/accounts/{account['id']}", told).status == 403


def test_a_change_is_shown_and_unset(driver: Driver) -> None:
    path = f"/v2/core/accounts/{driver.made('/v2/core/accounts', CUSTOM)['id']}"
    told = driver.made(path, {"display_name": "New", "metadata": {"seller": None, "a": "b"}, "include": ["defaults"]})
    assert (told["display_name"], told["metadata"]) == ("New", {"a": "b"})
    assert driver.made(path, {"display_name": "", "configuration": {"customer": {}}})["display_name"] is None
    assert driver.get(path).body["applied_configurations"] == ["customer", "merchant", "recipient"]


def test_accounts_are_listed_by_configuration_and_page(driver: Driver) -> None:
    made = [driver.made("/v2/core/accounts", EXPRESS)["id"] for _ in range(3)]
    driver.made("/v2/core/accounts", {"contact_email": "x@example.com"})
    first = driver.get("/v2/core/accounts", {"applied_configurations": ["recipient"], "limit": 2}).body
    assert [account["id"] for account in first["data"]] == made[:0:-1]
    assert first["data"][0]["configuration"] is None
    assert first["previous_page_url"] is None
    second = driver.get(first["next_page_url"]).body
    assert [account["id"] for account in second["data"]] == made[:1]
    assert second["next_page_url"] is None
    assert driver.get("/v2/core/accounts?page=x").error["param"] == "page"


def test_an_account_is_closed_for_good(driver: Driver) -> None:
    path = f"/v2/core/accounts/{driver.made('/v2/core/accounts', CUSTOM)['id']}"
    half = driver.post(f"{path}/close", {"applied_configurations": ["merchant"]})
    assert (half.status, half.error["param"]) == (400, "applied_configurations")
    closed = driver.made(f"{path}/close", {"applied_configurations": ["recipient", "merchant"]})
    assert closed["closed"] is True
    assert driver.get("/v2/core/accounts").body["data"] == []
    assert len(driver.get("/v2/core/accounts", {"closed": "true"}).body["data"]) == 1
    assert driver.post(path, {"display_name": "X"}).error["code"] == "account_closed"
    assert (
        found(driver, path.rsplit("/", 1)[-1])["configuration"]["merchant"]["capabilities"]["card_payments"]["status"]
        == "restricted"
    )


def test_a_rejected_account_says_so_in_v2(driver: Driver) -> None:
    account = driver.made("/v2/core/accounts", CUSTOM)["id"]
    driver.made(f"/v1/accounts/{account}/reject", {"reason": "terms_of_service"})
    card = found(driver, account)["configuration"]["merchant"]["capabilities"]["card_payments"]
    assert card == {
        "status": "rejected",
        "status_details": [{"code": "rejected_platform_terms_of_service", "resolution": "contact_stripe"}],
    }


def test_people_of_v1_are_people_of_v2(driver: Driver, simulator: Simulator) -> None:
    account = driver.made("/v2/core/accounts", {**CUSTOM, "identity": {"country": "us", "entity_type": "company"}})[
        "id"
    ]
    events: list[bytes] = []
    simulator.subscribe(lambda body, _: events.append(body), thin=True, events=["v2.core.account_person.*"])
    path = f"/v2/core/accounts/{account}/persons"
    made = driver.made(path, INDIVIDUAL)
    assert (made["object"], made["given_name"]) == ("v2.core.account_person", "Ana")
    assert made["id_numbers"] == [{"type": "us_ssn"}, {"type": "us_ssn_last_4"}]
    assert driver.get(path).body["data"] == [made] == [driver.get(f"{path}/{made['id']}").body]
    assert driver.get(f"/v1/accounts/{account}/persons/{made['id']}").body["last_name"] == "Lima"
    changed = driver.made(f"{path}/{made['id']}", {"surname": "Silva"})
    assert changed["surname"] == "Silva"
    boss = driver.made(f"/v1/accounts/{account}/persons", {"relationship": {"representative": True}})
    assert driver.delete(f"{path}/{boss['id']}").status == 400
    assert driver.delete(f"{path}/{made['id']}").body == {"id": made["id"], "object": "v2.core.account_person"}
    assert driver.get(f"{path}/{made['id']}").status == 404
    told = [json.loads(event) for event in events]
    assert [event["type"].rpartition(".")[2] for event in told] == ["created", "updated", "deleted"]
    assert {event["related_object"]["id"] for event in told} == {made["id"]}
    assert driver.post(path, {"person_token": "cpt_1"}).error["param"] == "person_token"


def test_a_document_does_as_well_as_a_number(driver: Driver) -> None:
    individual = {**INDIVIDUAL, "id_numbers": [{"type": "us_ssn", "value": "111111111"}, INDIVIDUAL["id_numbers"][1]]}
    identity = {**CUSTOM["identity"], "individual": individual}
    account = driver.made("/v2/core/accounts", {**CUSTOM, "identity": identity})["id"]
    driver.made(f"/v1/accounts/{account}", {"external_account": "btok_us_verified"})
    number, document = "individual.id_number", "individual.verification.document"
    (v1,) = driver.get(f"/v1/accounts/{account}").body["requirements"]["alternatives"]
    assert v1 == {"original_fields_due": [number], "alternative_fields_due": [document]}
    found = driver.get(f"/v2/core/accounts/{account}", {"include": ["requirements"]}).body["requirements"]
    (v2,) = found["alternatives"]
    assert v2["original_entries"][0]["description"] == "identity.individual.id_numbers.us_ssn"
    assert v2["options"][0]["entries"][0]["awaiting_action_from"] == "user"
    told = {"individual": {"verification": {"document": {"front": "file_identity_document_success"}}}}
    driver.made(f"/v1/accounts/{account}", told)
    assert driver.get(f"/v1/accounts/{account}").body["requirements"]["alternatives"] == []
