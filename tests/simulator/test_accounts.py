"""Accounts in API v1: made, told, verified, restricted, rejected, deleted."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.driver import CARD_AND_TRANSFERS, CUSTOM, PERSON, Driver

from connectkit.simulator import Simulator
from connectkit.simulator.accounts.queries import (
    bank_accounts,
    capability_active,
    country,
    default_bank_account,
    default_currency,
    payouts_enabled,
    pays_direct_fees,
    settlement_delay,
)
from connectkit.simulator.ledger import WORLD, Entry

EXPRESS: dict[str, Any] = {"type": "express", "country": "US", "capabilities": CARD_AND_TRANSFERS}


def without(*names: str, **changes: Any) -> dict[str, Any]:
    person = {name: value for name, value in PERSON.items() if name not in names}
    return {**CUSTOM, "individual": {**person, **changes}}


def standing(account: dict[str, Any]) -> tuple[bool, bool, bool, str | None]:
    return (
        account["charges_enabled"],
        account["payouts_enabled"],
        account["details_submitted"],
        account["requirements"]["disabled_reason"],
    )


def test_all_members_of_stripes_sample_are_there(driver: Driver) -> None:
    account = driver.made("/v1/accounts", CUSTOM)
    assert account.keys() == {
        "id", "object", "business_profile", "business_type", "capabilities", "charges_enabled", "company", "controller",
        "country", "created", "default_currency", "details_submitted", "email", "external_accounts",
        "future_requirements", "groups", "individual", "metadata", "payouts_enabled", "requirements", "settings",
        "tos_acceptance", "type",
    }  # fmt: skip
    assert account["requirements"].keys() == account["future_requirements"].keys() == {
        "alternatives", "current_deadline", "currently_due", "disabled_reason", "errors", "eventually_due", "past_due",
        "pending_verification",
    }  # fmt: skip
    assert account["controller"] == {
        "fees": {"payer": "application_custom"},
        "is_controller": True,
        "losses": {"payments": "application"},
        "requirement_collection": "application",
        "stripe_dashboard": {"type": "none"},
        "type": "application",
    }


def test_a_complete_custom_account_is_pending_and_then_verified(driver: Driver) -> None:
    account = driver.made("/v1/accounts", CUSTOM)
    assert standing(account) == (False, False, True, "requirements.pending_verification")
    assert account["capabilities"] == {"card_payments": "pending", "transfers": "pending"}
    assert account["requirements"]["currently_due"] == []
    assert "individual.id_number" in account["requirements"]["pending_verification"]
    later = driver.get(f"/v1/accounts/{account['id']}").body
    assert standing(later) == (True, True, True, None)
    assert later["capabilities"] == {"card_payments": "active", "transfers": "active"}
    assert later["individual"]["verification"]["status"] == "verified"


def test_a_missing_bank_holds_payouts_only(driver: Driver) -> None:
    account = driver.seller(external_account=None)
    assert account["requirements"]["currently_due"] == account["requirements"]["past_due"] == ["external_account"]
    assert standing(account) == (True, False, False, "requirements.past_due")
    fixed = driver.made(f"/v1/accounts/{account['id']}", {"external_account": "btok_us_verified"})
    assert standing(fixed) == (True, True, True, None)


def test_what_is_missing_is_named(driver: Driver) -> None:
    account = driver.made("/v1/accounts", {**CUSTOM, "individual": {"first_name": "Ana"}})
    assert account["requirements"]["currently_due"] == [
        "individual.address.city",
        "individual.address.line1",
        "individual.address.postal_code",
        "individual.address.state",
        "individual.dob.day",
        "individual.dob.month",
        "individual.dob.year",
        "individual.last_name",
        "individual.phone",
        "individual.ssn_last_4",
    ]
    assert account["requirements"]["eventually_due"] == account["requirements"]["past_due"]
    assert standing(account) == (False, False, False, "requirements.past_due")
    assert account["capabilities"] == {"card_payments": "inactive", "transfers": "inactive"}


def test_nothing_is_known_of_the_business_at_first(driver: Driver) -> None:
    account = driver.made("/v1/accounts", {"type": "custom", "capabilities": CARD_AND_TRANSFERS})
    assert account["requirements"]["currently_due"] == [
        "business_profile.mcc",
        "business_profile.url",
        "business_type",
        "external_account",
        "tos_acceptance.date",
        "tos_acceptance.ip",
    ]
    assert (account["company"], "individual" in account) == (None, False)


@pytest.mark.parametrize(
    ("given", "due"),
    [("GB", []), ("DE", []), ("CA", ["individual.address.state"]), ("AU", ["individual.address.state"])],
)
def test_other_countries_ask_for_less_and_verify_at_once(driver: Driver, given: str, due: list[str]) -> None:
    bank = {"object": "bank_account", "country": given, "currency": "eur", "account_number": "000123456789"}
    person = without("id_number")["individual"]
    person["address"] = {"line1": "address_full_match", "city": "X", "postal_code": "1"}
    account = driver.made("/v1/accounts", {**CUSTOM, "country": given, "individual": person, "external_account": bank})
    assert account["requirements"]["currently_due"] == due
    assert account["charges_enabled"] is not bool(due)


def test_a_recipient_owes_a_document_one_day(driver: Driver) -> None:
    bank = {"object": "bank_account", "country": "KR", "currency": "krw", "account_number": "000123456789"}
    account = driver.made(
        "/v1/accounts",
        {
            **without("id_number", "phone"),
            "country": "KR",
            "capabilities": {"transfers": {"requested": True}},
            "tos_acceptance": {"date": 1, "ip": "127.0.0.1", "service_agreement": "recipient"},
            "external_account": bank,
        },
    )
    assert standing(account) == (True, True, True, None)
    assert account["requirements"]["eventually_due"] == ["individual.verification.document"]
    assert account["default_currency"] == "krw"
    document = {"verification": {"document": {"front": "file_identity_document_success"}}}
    told = driver.made(f"/v1/accounts/{account['id']}", {"individual": document})
    assert told["requirements"]["eventually_due"] == []
    assert told["individual"]["verification"]["document"]["front"].startswith("file_")


@pytest.mark.parametrize("changes", [{"dob": {"day": 1, "month": 1, "year": 1902}}, {"id_number": "222222222"}])
def test_some_test_values_verify_within_the_request(driver: Driver, changes: dict[str, Any]) -> None:
    account = driver.made("/v1/accounts", without(**changes))
    assert standing(account) == (True, True, True, None)


@pytest.mark.parametrize(
    ("changes", "requirement", "code"),
    [
        ({"id_number": "111111111"}, "individual.id_number", "verification_failed_id_number_match"),
        (
            {"dob": {"day": 2, "month": 2, "year": 1990}},
            "individual.verification.document",
            "verification_failed_keyed_identity",
        ),
        (
            {"address": {**PERSON["address"], "line1": "address_no_match"}},
            "individual.address.line1",
            "verification_failed_address_match",
        ),
        (
            {"verification": {"document": {"front": "file_identity_document_failure"}}},
            "individual.verification.document",
            "verification_document_failed_other",
        ),
    ],
)
def test_some_test_values_fail_verification(
    driver: Driver, changes: dict[str, Any], requirement: str, code: str
) -> None:
    account = driver.seller(**without(**changes))
    (error,) = account["requirements"]["errors"]
    assert (error["requirement"], error["code"]) == (requirement, code)
    assert account["requirements"]["currently_due"] == [requirement]
    assert account["capabilities"] == {"card_payments": "inactive", "transfers": "inactive"}
    assert account["individual"]["verification"]["status"] == "unverified"


def test_a_document_is_worth_more_than_what_was_typed(driver: Driver) -> None:
    account = driver.seller(**without(id_number="111111111"))
    document = {"verification": {"document": {"front": "file_identity_document_success"}}}
    driver.made(f"/v1/accounts/{account['id']}", {"individual": document})
    assert standing(driver.get(f"/v1/accounts/{account['id']}").body) == (True, True, True, None)


def test_a_website_may_fail(driver: Driver) -> None:
    profile = {"url": "https://geoblocked.stripe.com/", "product_description": "Handmade furniture"}
    account = driver.seller(business_profile=profile)
    (error,) = account["requirements"]["errors"]
    assert (error["requirement"], error["code"]) == (
        "business_profile.url",
        "invalid_url_website_inaccessible_geoblocked",
    )


def test_a_later_change_opens_verification_again_while_capabilities_stay(driver: Driver) -> None:
    account = driver.seller()
    changed = driver.made(f"/v1/accounts/{account['id']}", {"individual": {"id_number": "000000001"}})
    assert changed["requirements"]["pending_verification"] != []
    assert standing(changed) == (True, True, True, None)
    assert driver.get(f"/v1/accounts/{account['id']}").body["requirements"]["pending_verification"] == []


def test_what_is_told_meanwhile_is_verified_with_the_rest(driver: Driver) -> None:
    account = driver.seller(capabilities={"transfers": {"requested": True}})
    changed = driver.made(
        f"/v1/accounts/{account['id']}", {"individual": {"id_number": "000000001"}, "capabilities": CARD_AND_TRANSFERS}
    )
    assert changed["capabilities"] == {"transfers": "active", "card_payments": "pending"}
    assert driver.get(f"/v1/accounts/{account['id']}").body["capabilities"]["card_payments"] == "active"


def test_numbers_that_identify_are_never_shown(driver: Driver) -> None:
    account = driver.seller(**without(id_number="000000000", ssn_last_4="0000"))
    assert account["individual"]["id_number_provided"] is account["individual"]["ssn_last_4_provided"] is True
    assert not {"id_number", "ssn_last_4"} & account["individual"].keys()
    assert account["individual"]["phone"] == "+10000000000"
    assert account["company"]["address"] == account["individual"]["address"]
    assert account["company"]["owners_provided"] is True


def test_stripe_fills_in_what_was_not_said(driver: Driver) -> None:
    account = driver.seller()
    assert account["business_profile"]["mcc"] == "5192"
    assert account["settings"]["payments"]["statement_descriptor"] == "ACCESSIBLE.STRIPE.COM"
    assert account["settings"]["card_payments"]["statement_descriptor_prefix"] == "ACCESSIBLE"
    named = driver.seller(business_profile={"name": "Jenny Rosen Ltd", "product_description": "Things to sell"})
    assert named["settings"]["dashboard"]["display_name"] == "Jenny Rosen Ltd"
    assert named["settings"]["payments"]["statement_descriptor"] == "JENNY ROSEN LTD"
    assert named["settings"]["card_payments"]["statement_descriptor_prefix"] == "JENNY ROSE"
    own = {"payments": {"statement_descriptor": "OWN"}, "card_payments": {"statement_descriptor_prefix": "O"}}
    said = driver.seller(settings=own, business_profile={"mcc": "5734", "name": "N", "url": "https://a.example"})
    assert said["business_profile"]["mcc"] == "5734"
    assert said["settings"]["payments"]["statement_descriptor"] == "OWN"
    assert said["settings"]["card_payments"]["statement_descriptor_prefix"] == "O"


def test_settings_can_be_changed_and_unset(driver: Driver) -> None:
    id_ = driver.seller()["id"]
    schedule = {"settings": {"payouts": {"schedule": {"interval": "manual"}, "debit_negative_balances": True}}}
    changed = driver.made(f"/v1/accounts/{id_}", {**schedule, "email": "b@example.com", "metadata": {"a": "b"}})
    assert changed["settings"]["payouts"]["schedule"] == {"delay_days": 2, "interval": "manual"}
    assert (changed["email"], changed["metadata"]) == ("b@example.com", {"a": "b"})
    unset = driver.made(f"/v1/accounts/{id_}", {"individual": {"dob": ""}, "metadata": ""})
    assert unset["individual"]["dob"] == {"day": None, "month": None, "year": None}
    assert unset["metadata"] == {}


@pytest.mark.parametrize(
    ("params", "type_", "payer", "dashboard", "collection"),
    [
        ({}, "standard", "account", "full", "stripe"),
        ({"type": "standard"}, "standard", "account", "full", "stripe"),
        ({"type": "express"}, "express", "application_express", "express", "stripe"),
        (
            {
                "controller": {
                    "stripe_dashboard": {"type": "express"},
                    "losses": {"payments": "application"},
                    "fees": {"payer": "application"},
                }
            },
            "none",
            "application",
            "express",
            "stripe",
        ),
        (
            {
                "controller": {
                    "stripe_dashboard": {"type": "none"},
                    "losses": {"payments": "application"},
                    "fees": {"payer": "application"},
                    "requirement_collection": "application",
                },
                "capabilities": {"transfers": {"requested": True}},
            },
            "none",
            "application",
            "none",
            "application",
        ),
        (
            {
                "controller": {"stripe_dashboard": {"type": "none"}},
                "capabilities": {"transfers": {"requested": True}},
            },
            "none",
            "account",
            "none",
            "stripe",
        ),
    ],
)
def test_legal_combinations(
    driver: Driver, params: dict[str, Any], type_: str, payer: str, dashboard: str, collection: str
) -> None:
    account = driver.made("/v1/accounts", params)
    controller = account["controller"]
    assert account["type"] == type_
    assert controller["fees"]["payer"] == payer
    assert controller["stripe_dashboard"]["type"] == dashboard
    assert controller["requirement_collection"] == collection
    assert account["settings"]["payouts"]["debit_negative_balances"] is (collection == "stripe")


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"controller": {"losses": {"payments": "application"}}}, "controller"),
        ({"controller": {"requirement_collection": "application"}}, "controller"),
        ({"controller": {"stripe_dashboard": {"type": "express"}}}, "controller"),
        ({"type": "custom", "controller": {"fees": {"payer": "application"}}}, "controller"),
        ({"type": "custom"}, "capabilities"),
        ({"country": "ZZ"}, "country"),
        ({"business_type": "band"}, "business_type"),
        ({"default_currency": "zzz"}, "default_currency"),
        ({"account_token": "ct_x"}, "account_token"),
        ({"external_account": "btok_x"}, "external_account"),
        ({"type": "custom", "capabilities": {"card_payments": {"requested": True}}}, "capabilities"),
        ({"tos_acceptance": {"date": 1, "ip": "127.0.0.1"}}, "tos_acceptance"),
    ],
)
def test_illegal_combinations(driver: Driver, params: dict[str, Any], param: str) -> None:
    reply = driver.post("/v1/accounts", params)
    assert (reply.status, reply.error["param"]) == (400, param)
    assert driver.get("/v1/accounts").body["data"] == []


def test_an_unknown_type_is_refused(driver: Driver) -> None:
    assert "Invalid type: must be one of" in driver.post("/v1/accounts", {"type": "big"}).error["message"]


def test_a_full_dashboard_asks_for_capabilities_by_itself(driver: Driver) -> None:
    account = driver.made("/v1/accounts", {})
    assert account["capabilities"] == {"card_payments": "inactive", "transfers": "inactive"}


def test_an_account_without_capabilities_can_do_nothing(driver: Driver) -> None:
    account = driver.made("/v1/accounts", {"type": "express"})
    assert account["capabilities"] == {}
    assert account["requirements"]["disabled_reason"] == "action_required.requested_capabilities"


def test_accounts_are_listed_newest_first(driver: Driver) -> None:
    made = [driver.made("/v1/accounts", {"type": "express"})["id"] for _ in range(3)]
    assert [account["id"] for account in driver.get("/v1/accounts").body["data"]] == made[::-1]
    page = driver.get("/v1/accounts", {"limit": 1, "starting_after": made[2]}).body
    assert ([account["id"] for account in page["data"]], page["has_more"]) == ([made[1]], True)


def test_the_platform_has_an_account_that_can_do_everything(driver: Driver, simulator: Simulator) -> None:
    own = driver.get("/v1/account").body
    assert (own["country"], own["default_currency"], own["type"]) == ("US", "usd", "standard")
    assert standing(own)[:3] == (True, True, True)
    assert driver.get(f"/v1/accounts/{own['id']}").body == own
    assert driver.get("/v1/accounts").body["data"] == []
    assert driver.post(f"/v1/accounts/{own['id']}", {"email": "a@example.com"}).status == 400
    world = simulator.world
    assert capability_active(world, own["id"], "card_payments")
    assert default_currency(world, own["id"]) == "usd"
    bank = default_bank_account(world, own["id"], "usd")
    assert bank is not None
    assert (bank["_outcome"], bank["_instant"]) == ("", True)


def test_other_topics_ask_what_they_need(driver: Driver, simulator: Simulator) -> None:
    world, seller = simulator.world, driver.seller()["id"]
    assert (country(world, seller), default_currency(world, seller)) == ("US", "usd")
    assert capability_active(world, seller, "transfers")
    assert not capability_active(world, seller, "klarna_payments")
    assert payouts_enabled(world, seller)
    assert settlement_delay(world, seller) == 2
    assert pays_direct_fees(world, seller)  # only whose payer is the application itself does not
    assert pays_direct_fees(world, driver.made("/v1/accounts", {})["id"])
    assert [bank["last4"] for bank in bank_accounts(world, seller)] == ["6789"]
    assert default_bank_account(world, seller, "eur") is None


def test_an_account_with_money_cannot_be_deleted(driver: Driver, simulator: Simulator) -> None:
    seller, ledger = driver.seller()["id"], simulator.world.ledger
    ledger.post(Entry(WORLD, "usd", -5), Entry(seller, "usd", 5))
    assert driver.delete(f"/v1/accounts/{seller}").status == 400
    ledger.post(Entry(WORLD, "usd", 5), Entry(seller, "usd", -5))
    assert driver.delete(f"/v1/accounts/{seller}").body == {"id": seller, "object": "account", "deleted": True}
    assert driver.get(f"/v1/accounts/{seller}").status == 404
    assert driver.get("/v1/account", account=seller).status == 403


def test_rejecting_and_taking_it_back(driver: Driver) -> None:
    standard = driver.made("/v1/accounts", {})["id"]
    reply = driver.post(f"/v1/accounts/{standard}/reject", {"reason": "other"})
    assert reply.error["code"] == "not_allowed_on_standard_account"
    path = f"/v1/accounts/{driver.seller()['id']}"
    assert driver.post(f"{path}/reject", {"reason": "fraud"}).error["param"] == "reason"
    assert driver.post(f"{path}/unreject").status == 400
    rejected = driver.made(f"{path}/reject", {"reason": "fraud_other"})
    assert standing(rejected) == (False, False, True, "rejected.platform_fraud")
    assert rejected["capabilities"] == {"card_payments": "inactive", "transfers": "inactive"}
    assert standing(driver.made(f"{path}/unreject")) == (True, True, True, None)


def test_capabilities_are_asked_for_one_by_one(driver: Driver) -> None:
    path = f"/v1/accounts/{driver.seller(capabilities={'transfers': {'requested': True}})['id']}"
    before = driver.get(f"{path}/capabilities/card_payments").body
    assert (before["status"], before["requested"], before["requested_at"]) == ("unrequested", False, None)
    asked = driver.made(f"{path}/capabilities/card_payments", {"requested": True})
    assert asked["status"] == "active"
    assert asked["requested_at"] == 1_800_000_000
    assert asked.keys() == {
        "id", "object", "account", "future_requirements", "requested", "requested_at", "requirements", "status",
    }  # fmt: skip
    listed = driver.get(f"{path}/capabilities").body["data"]
    assert [capability["id"] for capability in listed] == ["card_payments", "transfers"]
    back = driver.made(f"{path}/capabilities/card_payments", {"requested": False})
    assert (back["status"], back["requested"]) == ("unrequested", False)
    assert driver.made(f"{path}/capabilities/transfers", {})["status"] == "active"
    assert driver.get(f"{path}/capabilities/flying").status == 404


def test_an_inactive_capability_says_that_fields_are_needed(driver: Driver) -> None:
    path = f"/v1/accounts/{driver.made('/v1/accounts', EXPRESS)['id']}"
    found = driver.get(f"{path}/capabilities/transfers").body
    assert found["status"] == "inactive"
    assert found["requirements"]["disabled_reason"] == "requirements.fields_needed"
    assert "external_account" in found["requirements"]["currently_due"]


def test_card_payments_need_transfers(driver: Driver) -> None:
    path = f"/v1/accounts/{driver.made('/v1/accounts', {'type': 'express'})['id']}"
    reply = driver.post(f"{path}/capabilities/card_payments", {"requested": True})
    assert (reply.status, reply.error["param"]) == (400, "capabilities")


def test_a_company_is_told_of_its_people(driver: Driver) -> None:
    company = {
        "name": "Lima Ltd",
        "phone": "0000000000",
        "tax_id": "222222222",
        "address": PERSON["address"],
    }
    made = {name: value for name, value in CUSTOM.items() if name != "individual"}
    account = driver.made("/v1/accounts", {**made, "business_type": "company", "company": company})
    due = account["requirements"]["currently_due"]
    assert "company.owners_provided" in due
    assert "owners.email" in due
    assert "representative.relationship.title" in due
    assert account["company"]["tax_id_provided"] is True
    assert "tax_id" not in account["company"]
    path = f"/v1/accounts/{account['id']}"
    roles = {"representative": True, "owner": True, "title": "CEO", "percent_ownership": "75.5"}
    person = driver.made(f"{path}/persons", {**PERSON, "relationship": roles, "metadata": {"a": "b"}})
    assert person["relationship"]["representative"] is True
    assert driver.get(f"{path}/persons").body["data"] == [person]
    assert driver.get(f"{path}/persons/{person['id']}").body == person
    assert driver.get(f"{path}/persons", {"relationship": {"director": True}}).body["data"] == []
    assert driver.get(f"{path}/persons", {"relationship": {"owner": True}}).body["data"] == [person]
    done = driver.made(path, {"company": {"owners_provided": True}})
    assert standing(done) == (True, True, True, None)
    assert driver.delete(f"{path}/persons/{person['id']}").status == 400
    other = driver.made(f"{path}/persons", {"first_name": "Ben", "relationship": {"owner": True}})
    assert driver.made(f"{path}/persons/{other['id']}", {"last_name": "Lee"})["last_name"] == "Lee"
    assert driver.delete(f"{path}/persons/{other['id']}").body["deleted"] is True
    types = [event["type"] for event in driver.get("/v1/events", account=account["id"]).body["data"]]
    assert types[0] == "person.deleted"


@pytest.mark.parametrize(
    ("tax_id", "code"),
    [("111111111", "verification_failed_tax_id_match"), ("111111112", "verification_failed_tax_id_not_issued")],
)
def test_a_tax_id_may_fail(driver: Driver, tax_id: str, code: str) -> None:
    made = {name: value for name, value in CUSTOM.items() if name != "individual"}
    company = {
        "name": "L",
        "phone": "5551234567",
        "tax_id": tax_id,
        "owners_provided": True,
        "address": PERSON["address"],
    }
    path = f"/v1/accounts/{driver.made('/v1/accounts', {**made, 'business_type': 'company', 'company': company})['id']}"
    roles = {"representative": True, "owner": True, "title": "CEO"}
    driver.made(f"{path}/persons", {**PERSON, "relationship": roles})
    (error,) = driver.get(path).body["requirements"]["errors"]
    assert (error["requirement"], error["code"]) == ("company.tax_id", code)


def test_a_recipient_takes_no_cards(driver: Driver) -> None:
    recipient = {"service_agreement": "recipient"}
    reply = driver.post("/v1/accounts", {**CUSTOM, "tos_acceptance": recipient})
    assert (reply.status, reply.error["param"]) == (400, "capabilities")
    transfers = {"transfers": {"requested": True}}
    account = driver.made("/v1/accounts", {**CUSTOM, "capabilities": transfers, "tos_acceptance": recipient})
    path = f"/v1/accounts/{account['id']}/capabilities/card_payments"
    assert driver.post(path, {"requested": True}).error["param"] == "capabilities"


def test_what_changed_is_told_once(driver: Driver) -> None:
    seller = driver.seller()["id"]
    before = len(driver.get("/v1/events", {"limit": 100}, account=seller).body["data"])
    driver.made(f"/v1/accounts/{seller}", {"email": "a@example.com"})
    driver.made(f"/v1/accounts/{seller}", {"email": "a@example.com"})
    after = driver.get("/v1/events", {"limit": 100}, account=seller).body["data"]
    assert [event["type"] for event in after[: len(after) - before]] == ["account.updated"]
    assert after[0]["data"]["previous_attributes"] == {"email": None}
