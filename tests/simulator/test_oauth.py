"""OAuth: the page, the code, letting go; and sessions, files and countries beside it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.simulator.driver import CARD_AND_TRANSFERS, Driver
from tests.simulator.till import Till

from connectkit.simulator import Simulator
from connectkit.simulator.control import PREFIX

FAILING = "file_identity_document_failure"
PAGE = "/oauth/authorize?response_type=code&client_id=ca_1&scope=read_write&state=s"
EXPRESS: dict[str, Any] = {"type": "express", "country": "US", "capabilities": CARD_AND_TRANSFERS}


def allowed(simulator: Simulator, page: str = PAGE) -> str:
    _, headers, _ = simulator.handle("POST", f"{page}&answer=allow", {})
    return parse_qs(urlsplit(headers["Location"]).query)["code"][0]


def exchanged(driver: Driver, code: str) -> Any:
    return driver.post("/oauth/token", {"grant_type": "authorization_code", "code": code})


def test_a_code_connects_one_account_once(driver: Driver, simulator: Simulator) -> None:
    events: list[bytes] = []
    simulator.subscribe(lambda body, _: events.append(body), connect=True, events=["account.application.*"])
    code = allowed(simulator)
    connected = exchanged(driver, code).body
    assert connected["scope"] == "read_write"
    account = connected["stripe_user_id"]
    seen = driver.get(f"/v1/accounts/{account}").body
    assert (seen["type"], seen["controller"], seen["charges_enabled"]) == ("standard", {"type": "account"}, True)
    again = exchanged(driver, code)
    assert (again.status, again.body["error"]) == (400, "invalid_grant")
    assert driver.get(f"/v1/accounts/{account}").status == 403
    assert len(events) == 2
    assert exchanged(driver, code).status == 400


def test_a_code_expires(driver: Driver, simulator: Simulator) -> None:
    code = allowed(simulator)
    simulator.advance(to=simulator.clock.now + 300)
    reply = exchanged(driver, code)
    assert "expired" in reply.body["error_description"]
    assert "does not exist" in exchanged(driver, "ac_never").body["error_description"]


@pytest.mark.parametrize(
    ("page", "error"),
    [
        ("/oauth/authorize?client_id=ca_1", "unsupported_response_type"),
        ("/oauth/authorize?response_type=code", "invalid_request"),
        ("/oauth/authorize?response_type=code&client_id=ca_1&scope=all", "invalid_scope"),
    ],
)
def test_a_page_that_is_asked_for_wrongly_says_so(simulator: Simulator, page: str, error: str) -> None:
    status, _, body = simulator.handle("GET", page, {})
    assert (status, error.encode() in body) == (400, True)


def test_an_owner_is_asked_and_may_say_no(simulator: Simulator) -> None:
    status, headers, body = simulator.handle("GET", PAGE, {})
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"Connect my account" in body
    leads = simulator.handle("POST", f"{PAGE}&answer=deny", {})[1]["Location"]
    assert "error=access_denied" in leads


def test_only_what_is_connected_and_not_controlled_is_let_go(driver: Driver, simulator: Simulator) -> None:
    account = exchanged(driver, allowed(simulator, PAGE.replace("&state=s", ""))).body["stripe_user_id"]
    leaving = {"client_id": "ca_1", "stripe_user_id": account}
    assert driver.post("/oauth/deauthorize", leaving).body == {"stripe_user_id": account}
    assert driver.post("/oauth/deauthorize", leaving).body["error"] == "invalid_client"
    controlled = driver.seller()["id"]
    reply = driver.post("/oauth/deauthorize", {"client_id": "ca_1", "stripe_user_id": controlled})
    assert "no_deauth_on_controlled_account" in reply.body["error_description"]


@pytest.mark.parametrize(
    ("kind", "features", "status"),
    [
        ("express", {"external_account_collection": False}, 400),
        ("express", {"disable_stripe_user_authentication": True}, 400),
        ("express", {"external_account_collection": True}, 200),
        ("custom", {"disable_stripe_user_authentication": True, "external_account_collection": False}, 200),
    ],
)
def test_who_collects_decides_what_a_session_may(
    driver: Driver, kind: str, features: dict[str, bool], status: int
) -> None:
    account = driver.made("/v1/accounts", {**EXPRESS, "type": kind})["id"]
    components = {"account_onboarding": {"enabled": True, "features": features}}
    reply = driver.post("/v1/account_sessions", {"account": account, "components": components})
    assert reply.status == status


def test_a_session_enables_something_and_signs_in_one_way(driver: Driver) -> None:
    account = driver.seller()["id"]
    nothing = {"account": account, "components": {"payments": {"enabled": False}}}
    assert driver.post("/v1/account_sessions", nothing).error["param"] == "components"
    sign_in = "disable_stripe_user_authentication"
    two = {
        name: {"enabled": True, "features": {sign_in: way}} for name, way in (("payouts", True), ("balances", False))
    }
    reply = driver.post("/v1/account_sessions", {"account": account, "components": two})
    assert "same value" in reply.error["message"]


def test_countries_are_listed(driver: Driver) -> None:
    listed = driver.get("/v1/country_specs").body["data"]
    assert {"US", "DE", "BR"} <= {spec["id"] for spec in listed}
    assert driver.get("/v1/country_specs/AR").status == 404


def test_a_file_has_to_be_uploaded_as_one(driver: Driver, simulator: Simulator) -> None:
    assert driver.post("/v1/files", {"file": "text", "purpose": "identity_document"}).error["param"] == "file"
    for told in ("{}", '{"hash": "1"}'):
        assert driver.post("/v1/files", {"file": told, "purpose": "identity_document"}).error["param"] == "file"
    body = (
        b'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbusiness_icon\r\n'
        b"--x\r\nContent-Disposition: form-data\r\n\r\nnameless\r\n"
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.gif"\r\n\r\nGIF89a\r\n--x--\r\n'
    )
    file = driver.send("POST", "/v1/files", body).body
    assert (file["size"], file["type"], file["filename"]) == (6, "gif", "a.gif")
    assert file["url"] is not None


@pytest.mark.parametrize(
    ("card", "charges", "payouts"),
    [("NextRequirements", True, True), ("PayoutBlock", True, False), ("ChargeBlock", False, False)],
)
def test_cards_move_an_account_on(simulator: Simulator, card: str, charges: bool, payouts: bool) -> None:
    till = Till(simulator)
    for changes in ({}, {"business_type": "company", "individual": None}):
        account = till.seller(**changes)
        if changes:
            simulator.onboard(account)
        till.pay(1000, account=account, payment_method=f"pm_card_visa_trigger{card}")
        seen = till.driver.get(f"/v1/accounts/{account}").body
        assert (seen["charges_enabled"], seen["payouts_enabled"]) == (charges, payouts)
        (due,) = seen["requirements"]["currently_due"]
        assert due.endswith("verification.document")
        simulator.onboard(account)
        assert till.driver.get(f"/v1/accounts/{account}").body["payouts_enabled"] is True


def test_something_plain_is_wanted_by_a_day_and_met(simulator: Simulator) -> None:
    till = Till(simulator)
    account = till.seller()
    simulator.demand(account, "individual.political_exposure", days=1)
    assert till.driver.get(f"/v1/accounts/{account}").body["requirements"]["current_deadline"] is not None
    till.driver.made(f"/v1/accounts/{account}", {"individual": {"political_exposure": "none"}})
    assert till.driver.get(f"/v1/accounts/{account}").body["requirements"]["currently_due"] == []
    with pytest.raises(ValueError, match="No such account"):
        simulator.demand("acct_nobody", "external_account")


@pytest.mark.parametrize(
    ("told", "item", "code"),
    [
        ({"business_profile": {"name": "disallowed_dba"}}, "business_profile.name", "denylisted"),
        ({"business_profile": {"product_description": "require_url"}}, "business_profile.url", "web_presence"),
        (
            {"settings": {"payments": {"statement_descriptor": "mismatch"}}},
            "settings.payments.statement_descriptor",
            "business_mismatch",
        ),
        ({"individual": {"address": {"line1": "address_no_match"}}}, "individual.address.line1", "address_match"),
    ],
)
def test_documented_values_do_not_pass(simulator: Simulator, told: dict[str, Any], item: str, code: str) -> None:
    till = Till(simulator)
    account = till.seller()
    till.driver.made(f"/v1/accounts/{account}", told)
    simulator.advance(hours=1)
    requirements = till.driver.get(f"/v1/accounts/{account}").body["requirements"]
    assert item in requirements["currently_due"]
    assert any(code in error["code"] and error["requirement"] == item for error in requirements["errors"])


@pytest.mark.parametrize(
    ("company", "person", "item"),
    [
        ({"tax_id": "222221001"}, {}, "company.owners_provided"),
        ({"name": "disallowed_name"}, {}, "company.name"),
        (
            {"verification": {"document": {"front": "file_identity_document_failure"}}},
            {},
            "company.verification.document",
        ),
        ({}, {"first_name": "mismatch_owner"}, "company.owners_provided"),
    ],
)
def test_documented_values_of_companies_do_not_pass(
    simulator: Simulator, company: dict[str, Any], person: dict[str, Any], item: str
) -> None:
    till = Till(simulator)
    account = till.seller(business_type="company", individual=None)
    simulator.onboard(account)
    till.driver.made(f"/v1/accounts/{account}", {"company": company})
    (boss,) = till.driver.get(f"/v1/accounts/{account}/persons").body["data"]
    till.driver.made(f"/v1/accounts/{account}/persons/{boss['id']}", {"metadata": {"a": "b"}, **person})
    simulator.advance(hours=1)
    assert item in till.driver.get(f"/v1/accounts/{account}").body["requirements"]["currently_due"]


def test_a_card_moves_nobody_who_was_never_enabled(simulator: Simulator) -> None:
    till = Till(simulator)
    till.pay(1000, payment_method="pm_card_visa_triggerPayoutBlock")
    assert till.driver.get("/v1/account").body["payouts_enabled"] is True


def test_a_demand_is_made_over_http(driver: Driver, simulator: Simulator) -> None:
    account = driver.seller()["id"]
    body = json.dumps({"account": account, "item": "individual.verification.document", "days": 3}).encode()
    assert simulator.handle("POST", f"{PREFIX}demand", {}, body)[0] == 200
    assert driver.get(f"/v1/accounts/{account}").body["requirements"]["current_deadline"] is not None


def test_a_card_that_is_not_described_is_refused(driver: Driver) -> None:
    account = driver.seller()["id"]
    card = {"object": "card", "exp_month": 1, "exp_year": 2030, "number": ""}
    reply = driver.post(f"/v1/accounts/{account}/external_accounts", {"external_account": card})
    assert reply.status == 400


def test_a_card_token_that_is_none_is_refused(driver: Driver) -> None:
    account = driver.seller()["id"]
    card = {"object": "card", "token": "tok_nothing"}
    reply = driver.post(f"/v1/accounts/{account}/external_accounts", {"external_account": card})
    assert (reply.status, reply.error["param"]) == (400, "external_account")
