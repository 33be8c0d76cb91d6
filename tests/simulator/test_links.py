"""Links to hosted pages, and what their visitors do there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.simulator.driver import CARD_AND_TRANSFERS, PERSON, Driver
from tests.simulator.visitor import visit

from connectkit.simulator import Simulator

URLS = {"return_url": "https://example.com/return", "refresh_url": "https://example.com/refresh"}
EXPRESS: dict[str, Any] = {"type": "express", "country": "US", "capabilities": CARD_AND_TRANSFERS}


def onboarding(driver: Driver, account: str, **changes: Any) -> dict[str, Any]:
    return driver.made("/v1/account_links", {"account": account, "type": "account_onboarding", **URLS, **changes})


def path_of(link: dict[str, Any]) -> str:
    url: str = link["url"]
    return url.removeprefix("https://connect.stripe.com")


@pytest.fixture
def express(driver: Driver) -> str:
    id_: str = driver.made("/v1/accounts", EXPRESS)["id"]
    return id_


def test_a_link_has_no_id_and_lives_five_minutes(driver: Driver, express: str) -> None:
    link = onboarding(driver, express)
    assert link.keys() == {"object", "created", "expires_at", "url"}
    assert (link["object"], link["expires_at"]) == ("account_link", link["created"] + 300)
    assert f"/{express}/" in link["url"]


def test_a_link_works_once(driver: Driver, simulator: Simulator, express: str) -> None:
    path = path_of(onboarding(driver, express))
    status, headers, page = simulator.handle("GET", path, {})
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"business_type" in page
    assert simulator.handle("GET", path, {})[:2] == (303, {"Location": URLS["refresh_url"]})


def test_a_link_expires(driver: Driver, simulator: Simulator, express: str) -> None:
    path = path_of(onboarding(driver, express))
    simulator.advance(to=simulator.clock.now + 300)
    assert simulator.handle("GET", path, {})[:2] == (303, {"Location": URLS["refresh_url"]})


def test_a_link_that_was_never_made_leads_nowhere(simulator: Simulator, express: str) -> None:
    assert simulator.handle("GET", f"/setup/c/{express}/nothing", {})[0] == 404


def test_sending_the_form_off_completes_the_account(driver: Driver, simulator: Simulator, express: str) -> None:
    events: list[bytes] = []
    simulator.subscribe(lambda body, _: events.append(body), thin=True, events=["*returned"])
    assert visit(simulator.handle, onboarding(driver, express)["url"]).finish() == URLS["return_url"]
    account = driver.get(f"/v1/accounts/{express}").body
    assert account["capabilities"] == {"card_payments": "active", "transfers": "active"}
    assert (account["charges_enabled"], account["payouts_enabled"], account["details_submitted"]) == (True,) * 3
    assert account["requirements"]["currently_due"] == []
    (event,) = (json.loads(body) for body in events)
    assert "related_object" not in event
    fetched = driver.get(f"/v2/core/events/{event['id']}").body
    assert fetched["data"] == {
        "account_id": express,
        "configurations": ["merchant", "recipient"],
        "use_case": "account_onboarding",
    }


def test_without_the_form_nothing_is_enabled_however_much_is_filled_in(driver: Driver, simulator: Simulator) -> None:
    profile = {"mcc": "5734", "url": "https://accessible.stripe.com"}
    told = {**EXPRESS, "business_type": "individual", "individual": PERSON, "business_profile": profile}
    account = driver.made("/v1/accounts", told)
    assert account["individual"]["first_name"] == "Ana"
    assert account["requirements"]["currently_due"] == ["external_account", "tos_acceptance.date", "tos_acceptance.ip"]
    assert account["capabilities"] == {"card_payments": "inactive", "transfers": "inactive"}
    simulator.onboard(account["id"])
    assert driver.get(f"/v1/accounts/{account['id']}").body["charges_enabled"] is True


@pytest.mark.parametrize(
    "wrong",
    [
        {"id_number": "111111111"},
        {"dob": {"day": 2, "month": 2, "year": 1990}},
        {"address": {"line1": "address_no_match"}},
        {"ssn_last_4": "1234"},
    ],
)
def test_the_form_puts_right_what_would_not_pass(driver: Driver, simulator: Simulator, wrong: dict[str, Any]) -> None:
    account = driver.made("/v1/accounts", {**EXPRESS, "business_type": "individual", "individual": wrong})
    simulator.onboard(account["id"])
    assert driver.get(f"/v1/accounts/{account['id']}").body["charges_enabled"] is True


@pytest.mark.parametrize(
    "company",
    [{}, {"company": {"name": "L"}, "business_profile": {"mcc": "5734", "url": "https://mismatch.stripe.com"}}],
)
def test_a_company_fills_the_form_in_with_its_people(
    driver: Driver, simulator: Simulator, company: dict[str, Any]
) -> None:
    account = driver.made("/v1/accounts", {**EXPRESS, "business_type": "company", **company})
    for _ in range(2):
        simulator.onboard(account["id"])
    found = driver.get(f"/v1/accounts/{account['id']}").body
    assert (found["charges_enabled"], found["payouts_enabled"]) == (True, True)
    (person,) = driver.get(f"/v1/accounts/{account['id']}/persons").body["data"]
    assert person["relationship"]["owner"] is True


def test_the_form_of_another_country_asks_for_a_bank_there(driver: Driver, simulator: Simulator) -> None:
    account = driver.made("/v1/accounts", {**EXPRESS, "country": "DE"})
    simulator.onboard(account["id"])
    (bank,) = driver.get(f"/v1/accounts/{account['id']}").body["external_accounts"]["data"]
    assert (bank["country"], bank["currency"], bank["routing_number"]) == ("DE", "eur", None)


def test_a_custom_account_may_use_the_form_too(driver: Driver, simulator: Simulator) -> None:
    account = driver.seller(individual=None, business_type=None)
    assert account["charges_enabled"] is False
    link = onboarding(driver, account["id"], type="account_update")
    visit(simulator.handle, link["url"]).finish()
    assert driver.get(f"/v1/accounts/{account['id']}").body["charges_enabled"] is True


def test_nobody_can_be_onboarded_who_is_not_there(simulator: Simulator) -> None:
    with pytest.raises(ValueError, match="No such account: 'acct_nobody'"):
        simulator.onboard("acct_nobody")


def test_a_link_closes_what_the_platform_sees_and_may_tell(driver: Driver, express: str) -> None:
    path = f"/v1/accounts/{express}"
    told = driver.made(path, {"business_type": "individual", "individual": PERSON})
    assert told["individual"]["address"]["city"] == "Boston"
    onboarding(driver, express)
    seen = driver.get(path).body
    assert (seen["business_type"], seen["company"]) == (None, None)
    assert "address" not in seen["individual"]
    assert seen["individual"]["first_name"] == "Ana"
    for params in ({"business_type": "company"}, {"individual": {"first_name": "B"}}):
        reply = driver.post(path, params)
        assert (reply.status, reply.error["param"]) == (403, next(iter(params)))
    assert driver.post(f"{path}/external_accounts", {"external_account": "btok_us_verified"}).status == 403
    assert driver.made(path, {"metadata": {"a": "b"}})["metadata"] == {"a": "b"}


def test_a_link_before_anything_is_known_hides_nothing(driver: Driver, express: str) -> None:
    onboarding(driver, express)
    assert "individual" not in driver.get(f"/v1/accounts/{express}").body


def test_only_some_accounts_can_be_updated_by_a_link(driver: Driver, express: str) -> None:
    reply = driver.post("/v1/account_links", {"account": express, "type": "account_update", **URLS})
    assert reply.error["message"] == "Invalid type: must be one of [account_onboarding]"


@pytest.mark.parametrize("name", ["return_url", "refresh_url"])
def test_a_link_needs_both_urls(driver: Driver, express: str, name: str) -> None:
    params = {"account": express, "type": "account_onboarding", **URLS}
    del params[name]
    assert driver.post("/v1/account_links", params).error["param"] == name


def test_links_of_v2(driver: Driver, simulator: Simulator, express: str) -> None:
    use_case = {"type": "account_onboarding", "account_onboarding": {"refresh_url": URLS["refresh_url"]}}
    link = driver.made("/v2/core/account_links", {"account": express, "use_case": use_case})
    assert link == {
        "object": "v2.core.account_link",
        "account": express,
        "created": "2027-01-15T08:00:00.000Z",
        "expires_at": "2027-01-15T08:05:00.000Z",
        "livemode": False,
        "url": link["url"],
        "use_case": use_case,
    }
    assert visit(simulator.handle, link["url"]).finish() == URLS["refresh_url"]
    alone = {"account": express, "use_case": {"type": "account_onboarding"}}
    assert driver.post("/v2/core/account_links", alone).error["param"] == "use_case.account_onboarding"
    update = {"account": express, "use_case": {"type": "account_update", "account_update": use_case}}
    assert driver.post("/v2/core/account_links", update).status == 400


def test_express_accounts_have_login_links(driver: Driver, simulator: Simulator, express: str) -> None:
    path = f"/v1/accounts/{express}/login_links"
    assert "has not completed onboarding" in driver.post(path).error["message"]
    simulator.onboard(express)
    link = driver.made(path)
    assert link.keys() == {"object", "created", "url"}
    assert (link["object"], express in link["url"]) == ("login_link", True)
    other = driver.post(f"/v1/accounts/{driver.seller()['id']}/login_links")
    assert "which is not an Express account" in other.error["message"]
    own = driver.get("/v1/account").body["id"]
    assert driver.post(f"/v1/accounts/{own}/login_links").status == 400


def test_a_login_link_leads_to_the_dashboard_once(driver: Driver, simulator: Simulator, express: str) -> None:
    simulator.onboard(express)
    path = f"/v1/accounts/{express}/login_links"
    shown = opened(driver, driver.made(path)["url"])[1]
    assert shown.count("Nothing yet.") == 2
    paid = {"amount": 5000, "currency": "usd", "confirm": True, "payment_method": "pm_card_bypassPending"}
    driver.made("/v1/payment_intents", {**paid, "transfer_data": {"destination": express, "amount": 4000}})
    driver.made("/v1/payouts", {"amount": 1500, "currency": "usd"}, account=express)
    url = driver.made(path)["url"]
    shown = opened(driver, url)[1]
    assert all(words in shown for words in (express, "25.00", "15.00 USD", "pending"))
    assert opened(driver, url)[0] == 410
    late = driver.made(path)["url"]
    simulator.advance(hours=1)
    assert opened(driver, late)[0] == 410
    assert opened(driver, f"{late}x")[0] == opened(driver, late.replace(express, "acct_1"))[0] == 404


def opened(driver: Driver, url: str) -> tuple[int, str]:
    status, _, page = driver.simulator.handle("GET", url.removeprefix(driver.simulator.world.site), {})
    return status, page.decode()
