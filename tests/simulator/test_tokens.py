"""Tokens of accounts and people, minted through either API and told instead of what is in them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.driver import CARD_AND_TRANSFERS, CUSTOM, PERSON, Driver

from connectkit.simulator import Simulator

BARE = {name: value for name, value in CUSTOM.items() if name not in ("individual", "business_type", "tos_acceptance")}
TOLD = {"business_type": "individual", "individual": PERSON, "tos_shown_and_accepted": True}
V2_PERSON = {"given_name": "Ana", "surname": "Lima", "relationship": {"owner": True}}
TERMS = {"terms_of_service": {"account": {"shown_and_accepted": True}}}
V2_TOLD = {
    "contact_email": "ana@example.com",
    "display_name": "Lamps",
    "identity": {"entity_type": "individual", "individual": V2_PERSON | {"relationship": {}}, "attestations": TERMS},
}


def minted(driver: Driver, **told: Any) -> str:
    token: str = driver.made("/v1/tokens", {"account": TOLD | told})["id"]
    return token


def person_told(driver: Driver) -> str:
    token: str = driver.made("/v1/tokens", {"person": {**PERSON, "relationship": {"owner": True}}})["id"]
    return token


def company(driver: Driver) -> str:
    told = {"type": "custom", "country": "US", "business_type": "company", "capabilities": CARD_AND_TRANSFERS}
    account: str = driver.made("/v1/accounts", told)["id"]
    return account


def test_an_account_is_made_of_a_token(driver: Driver, simulator: Simulator) -> None:
    token = driver.made("/v1/tokens", {"account": TOLD})
    assert (token["type"], token["id"][:3], token["used"]) == ("account", "ct_", False)
    assert "individual" not in token
    account = driver.made("/v1/accounts", {**BARE, "account_token": token["id"]})
    assert account["individual"]["first_name"] == "Ana"
    assert account["tos_acceptance"]["date"] == simulator.clock.now
    simulator.advance(hours=1)
    assert driver.get(f"/v1/accounts/{account['id']}").body["charges_enabled"] is True
    assert driver.get(f"/v1/tokens/{token['id']}").body["used"] is True
    again = driver.post("/v1/accounts", {**BARE, "account_token": token["id"]})
    assert (again.error["code"], again.error["param"]) == ("token_already_used", "account_token")


def test_a_new_account_needs_a_token_that_accepts_the_terms(driver: Driver) -> None:
    token = minted(driver, tos_shown_and_accepted=False)
    assert driver.post("/v1/accounts", {**BARE, "account_token": token}).error["param"] == "account_token"
    account = driver.made("/v1/accounts", CUSTOM)["id"]
    changed = driver.made(f"/v1/accounts/{account}", {"account_token": token})  # which was not used up
    assert changed["individual"]["last_name"] == "Lima"
    assert changed["tos_acceptance"]["date"] == CUSTOM["tos_acceptance"]["date"]


def test_the_terms_in_a_token_are_the_sellers_own_word(driver: Driver) -> None:
    made = driver.made("/v1/accounts", {"type": "express", "account_token": minted(driver)})
    linked = {
        "account": made["id"],
        "type": "account_onboarding",
        "refresh_url": "https://a.b",
        "return_url": "https://a.b",
    }
    driver.made("/v1/account_links", linked)
    late = driver.post(f"/v1/accounts/{made['id']}", {"account_token": minted(driver)})
    assert late.status == 403


@pytest.mark.parametrize("told", [{"individual": {"verification": {"document": {"front": "file_x"}}}}, {}])
def test_what_a_token_tells_is_checked_where_it_is_told(driver: Driver, told: dict[str, Any]) -> None:
    token = minted(driver, **told)
    reply = driver.post("/v1/accounts", {**BARE, "account_token": token})
    assert reply.status == (400 if told else 200)
    assert driver.get(f"/v1/tokens/{token}").body["used"] is not bool(told)


def test_people_are_made_of_tokens_and_changed_by_them(driver: Driver) -> None:
    path = f"/v1/accounts/{company(driver)}/persons"
    token = person_told(driver)
    assert token.startswith("cpt_")
    made = driver.made(path, {"person_token": token})
    assert (made["first_name"], made["relationship"]["owner"]) == ("Ana", True)
    assert driver.post(path, {"person_token": token}).error["code"] == "token_already_used"
    one = f"{path}/{made['id']}"
    other = driver.made("/v1/tokens", {"person": {"first_name": "Bea"}})["id"]
    changed = driver.made(one, {"person_token": other, "metadata": {"a": "b"}})
    assert (changed["first_name"], changed["last_name"], changed["metadata"]) == ("Bea", "Lima", {"a": "b"})


def test_a_token_of_one_kind_is_none_of_another(driver: Driver) -> None:
    account = company(driver)
    wrong = driver.post(f"/v1/accounts/{account}/persons", {"person_token": minted(driver)})
    assert (wrong.status, wrong.error["param"]) == (400, "person_token")
    wrong = driver.post(f"/v1/accounts/{account}", {"account_token": person_told(driver)})
    assert wrong.error["param"] == "account_token"
    card = driver.made("/v1/tokens", {"pii": {"id_number": "1"}})["id"]
    assert driver.post(f"/v1/accounts/{account}", {"account_token": card}).error["param"] == "account_token"


def test_an_account_of_v2_is_made_of_a_token(driver: Driver, simulator: Simulator) -> None:
    token = driver.made("/v2/core/account_tokens", V2_TOLD)
    assert token.keys() == {"id", "object", "created", "expires_at", "livemode", "used"}
    params = {"account_token": token["id"], "dashboard": "none", "include": ["identity"]}
    duties = {"fees_collector": "application", "losses_collector": "application"}
    whole = {**params, "defaults": {"responsibilities": duties}, "identity": {"country": "us"}}
    made = driver.made("/v2/core/accounts", whole)
    assert (made["identity"]["individual"]["given_name"], made["display_name"]) == ("Ana", "Lamps")
    assert made["contact_email"] == "ana@example.com"
    assert made["identity"]["attestations"]["terms_of_service"]["account"]["date"] is not None
    assert driver.get(f"/v2/core/account_tokens/{token['id']}").body["used"] is True
    assert driver.post("/v2/core/accounts", whole).error["code"] == "token_already_used"


def test_people_of_v2_are_made_of_tokens(driver: Driver) -> None:
    account, other = company(driver), company(driver)
    path = f"/v2/core/accounts/{account}"
    token = driver.made(f"{path}/person_tokens", V2_PERSON)
    assert token["object"] == "v2.core.account_person_token"
    made = driver.made(f"{path}/persons", {"person_token": token["id"]})
    assert (made["given_name"], made["relationship"]["owner"]) == ("Ana", True)
    assert driver.get(f"{path}/person_tokens/{token['id']}").body["used"] is True
    assert driver.get(f"/v2/core/accounts/{other}/person_tokens/{token['id']}").status == 404
    better = driver.made(f"{path}/person_tokens", {"surname": "Silva"})["id"]
    assert driver.made(f"{path}/persons/{made['id']}", {"person_token": better})["surname"] == "Silva"


def test_a_token_of_v2_does_not_live_for_ever(driver: Driver, simulator: Simulator) -> None:
    account = company(driver)
    token = driver.made(f"/v2/core/accounts/{account}/person_tokens", V2_PERSON)["id"]
    simulator.advance(days=2)
    late = driver.post(f"/v2/core/accounts/{account}/persons", {"person_token": token})
    assert (late.status, "expired" in late.error["message"]) == (400, True)
