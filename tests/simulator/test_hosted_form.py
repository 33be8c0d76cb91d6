"""The hosted onboarding form, filled in as with a browser."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.driver import CARD_AND_TRANSFERS, Driver
from tests.simulator.visitor import Visitor, visit

from connectkit.simulator import Simulator

BACK, AGAIN = "https://example.com/return", "https://example.com/refresh"
COUNTRIES = ("US", "GB", "DE", "FR", "JP", "BR", "AU", "CA", "MX", "IN", "KE")
EXPRESS: dict[str, Any] = {"type": "express", "country": "US", "capabilities": CARD_AND_TRANSFERS}


def link(driver: Driver, account: str, **options: Any) -> str:
    told = {"account": account, "type": "account_onboarding", "return_url": BACK, "refresh_url": AGAIN, **options}
    url: str = driver.made("/v1/account_links", told)["url"]
    return url


def opened(driver: Driver, simulator: Simulator, account: str, **options: Any) -> Visitor:
    return visit(simulator.handle, link(driver, account, **options))


def seen(driver: Driver, account: str) -> dict[str, Any]:
    found: dict[str, Any] = driver.get(f"/v1/accounts/{account}").body
    return found


@pytest.mark.parametrize("kind", ["individual", "company"])
@pytest.mark.parametrize("country", COUNTRIES)
def test_what_is_asked_in_a_country_can_be_written_there(
    driver: Driver, simulator: Simulator, country: str, kind: str
) -> None:
    account = driver.made("/v1/accounts", {**EXPRESS, "country": country})["id"]
    visitor = opened(driver, simulator, account)
    assert visitor.form.ticks.keys() == {"tos_acceptance"}
    visitor.send(business_type=kind)
    assert visitor.finish() == BACK
    found = seen(driver, account)
    assert (found["charges_enabled"], found["payouts_enabled"], found["details_submitted"]) == (True, True, True)
    assert found["requirements"]["currently_due"] == []


EVERYWHERE = {
    f"individual.{item}"
    for item in (
        *("first_name", "last_name", "phone", "dob.day", "dob.month", "dob.year"),
        *("address.city", "address.line1", "address.postal_code"),
    )
}
MORE: dict[str, set[str]] = {
    "US": {"individual.ssn_last_4", "individual.address.state"},
    "GB": set(),
    "DE": set(),
    "FR": set(),
    "BR": {"individual.id_number", "individual.political_exposure", "individual.address.state"},
    "AU": {"individual.address.state"},
    "CA": {"individual.address.state"},
    "MX": {"individual.id_number", "individual.address.state"},
    "IN": {"individual.id_number", "individual.address.state"},
}


@pytest.mark.parametrize("country", MORE)
def test_countries_ask_for_different_things(driver: Driver, simulator: Simulator, country: str) -> None:
    account = driver.made("/v1/accounts", {**EXPRESS, "country": country, "business_type": "individual"})["id"]
    asked = opened(driver, simulator, account).form.values
    assert {name for name in asked if name.startswith("individual.")} == EVERYWHERE | MORE[country]
    assert ("external_account.routing_number" in asked) is (country == "US")


def test_names_and_addresses_of_japan_are_written_twice(driver: Driver, simulator: Simulator) -> None:
    account = driver.made("/v1/accounts", {**EXPRESS, "country": "JP", "business_type": "individual"})["id"]
    asked = opened(driver, simulator, account).form.values
    for script in ("kana", "kanji"):
        assert {f"individual.first_name_{script}", f"individual.address_{script}.town"} <= asked.keys()
    assert not {"individual.first_name", "individual.address.city"} & asked.keys()


def test_companies_tell_of_their_people_as_their_country_wants_it(driver: Driver, simulator: Simulator) -> None:
    account = driver.made("/v1/accounts", {**EXPRESS, "country": "GB"})["id"]
    visitor = opened(driver, simulator, account)
    visitor.send(business_type="company")
    assert {"company.directors_provided", "company.executives_provided", "company.ownership_declaration"} <= (
        visitor.form.ticks.keys()
    )
    visitor.send(**{"owners.first_name": "Ben"})
    assert visitor.sent_to == BACK
    people = driver.get(f"/v1/accounts/{account}/persons").body["data"]
    assert {person["first_name"] for person in people} == {"Jenny", "Ben"}
    assert [person["relationship"]["owner"] for person in people].count(True) == 1


def test_whoever_represents_and_owns_is_told_of_once(driver: Driver, simulator: Simulator) -> None:
    account = driver.made("/v1/accounts", {**EXPRESS, "business_type": "company"})["id"]
    opened(driver, simulator, account).finish()
    (person,) = driver.get(f"/v1/accounts/{account}/persons").body["data"]
    assert (person["relationship"]["representative"], person["relationship"]["owner"]) == (True, True)


def test_a_form_is_sent_off_once(driver: Driver, simulator: Simulator) -> None:
    account = driver.made("/v1/accounts", EXPRESS)["id"]
    url = link(driver, account)
    path = url.removeprefix("https://connect.stripe.com")
    assert simulator.handle("POST", path, {})[1] == {"Location": AGAIN}  # it was never opened
    visitor = visit(simulator.handle, url)
    assert visitor.finish() == BACK
    assert simulator.handle("POST", path, {}, b"business_type=company")[1] == {"Location": AGAIN}
    assert visit(simulator.handle, url).sent_to == AGAIN


def test_a_form_does_not_stay_open_for_ever(driver: Driver, simulator: Simulator) -> None:
    account = driver.made("/v1/accounts", EXPRESS)["id"]
    visitor = opened(driver, simulator, account)
    simulator.advance(hours=1)
    visitor.send()
    assert visitor.sent_to == AGAIN
    assert seen(driver, account)["details_submitted"] is False


def test_what_is_saved_for_later_is_there_later(driver: Driver, simulator: Simulator) -> None:
    account = driver.made("/v1/accounts", {**EXPRESS, "business_type": "individual"})["id"]
    visitor = opened(driver, simulator, account)
    visitor.send("later", **{"individual.last_name": "", "external_account.account_number": ""})
    assert visitor.sent_to == BACK
    assert seen(driver, account)["details_submitted"] is False
    again = opened(driver, simulator, account)
    assert again.form.values.keys() == {
        "individual.last_name",
        "external_account.account_number",
        "external_account.routing_number",
    }
    assert again.finish() == BACK
    assert seen(driver, account)["charges_enabled"] is True


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"individual.dob.day": "first"}, "Invalid integer: first"),
        ({"external_account.account_number": "123"}, "test bank account number"),
        ({"individual.first_name": ""}, "First name is missing."),
    ],
)
def test_what_cannot_be_read_is_said_on_the_page(
    driver: Driver, simulator: Simulator, written: dict[str, str], told: str
) -> None:
    account = driver.made("/v1/accounts", {**EXPRESS, "business_type": "individual"})["id"]
    visitor = opened(driver, simulator, account)
    visitor.send(**written)
    assert told in visitor.form.text
    assert seen(driver, account)["details_submitted"] is False
    assert visitor.finish() == BACK
    assert seen(driver, account)["payouts_enabled"] is True


def test_nothing_that_was_written_is_taken_for_a_page(driver: Driver, simulator: Simulator) -> None:
    account = driver.made("/v1/accounts", EXPRESS)["id"]
    visitor = opened(driver, simulator, account)
    visitor.send(business_type="<script>")
    assert "must be one of" in visitor.form.text
    path = link(driver, account).removeprefix("https://connect.stripe.com")
    simulator.handle("GET", path, {})
    _, headers, page = simulator.handle("POST", path, {}, b"individual.dob.day=%3Cscript%3E")
    assert b"<script>" not in page
    assert headers["Cache-Control"] == "no-store"


def test_what_did_not_pass_is_asked_for_again_with_its_reason(driver: Driver, simulator: Simulator) -> None:
    account = driver.made("/v1/accounts", {**EXPRESS, "business_type": "individual"})["id"]
    opened(driver, simulator, account).send(**{"individual.dob.year": "1990"})
    assert seen(driver, account)["requirements"]["currently_due"] == ["individual.verification.document"]
    visitor = opened(driver, simulator, account)
    assert "cannot be verified" in visitor.form.text
    assert visitor.form.choices["individual.verification.document"] == [
        "file_identity_document_success",
        "file_identity_document_failure",
    ]
    visitor.send(**{"individual.verification.document": "file_identity_document_failure"})
    assert "individual.verification.document" in visitor.form.values
    visitor.finish()
    assert seen(driver, account)["charges_enabled"] is True


def test_papers_and_people_are_asked_for(driver: Driver, simulator: Simulator) -> None:
    account = driver.made("/v1/accounts", {**EXPRESS, "business_type": "company"})["id"]
    opened(driver, simulator, account).finish()
    (boss,) = driver.get(f"/v1/accounts/{account}/persons").body["data"]
    for item in ("documents.company_license.files", f"{boss['id']}.nationality", "directors.first_name"):
        simulator.demand(account, item)
    assert opened(driver, simulator, account).finish() == BACK
    assert seen(driver, account)["requirements"]["currently_due"] == []
    director, owner = driver.get(f"/v1/accounts/{account}/persons").body["data"]
    assert (owner["id"], owner["nationality"]) == (boss["id"], "US")
    assert director["relationship"]["director"] is True


def test_an_inquiry_is_answered_in_the_form_alone(driver: Driver, simulator: Simulator) -> None:
    account = driver.seller()["id"]
    simulator.demand(account, "interv_1.credit_review.form", days=0)
    found = driver.get(f"/v2/core/accounts/{account}", {"include": ["requirements"]}).body
    assert found["requirements"]["entries"][0]["reference"] == {"type": "inquiry", "inquiry": "interv_1"}
    assert seen(driver, account)["payouts_enabled"] is False
    assert opened(driver, simulator, account).finish() == BACK
    assert seen(driver, account)["payouts_enabled"] is True


def test_what_will_be_wanted_is_asked_for_where_the_platform_says_so(driver: Driver, simulator: Simulator) -> None:
    account = driver.seller()["id"]
    simulator.foresee(account, "individual.political_exposure", days=30)
    simulator.foresee(account, "individual.gender", days=40)
    usual = opened(driver, simulator, account)
    assert usual.form.values == {}
    options = {"collection_options": {"fields": "eventually_due", "future_requirements": "include"}}
    early = opened(driver, simulator, account, **options)
    assert early.form.values.keys() == {"individual.political_exposure", "individual.gender"}
    assert early.finish() == BACK
    assert seen(driver, account)["future_requirements"]["currently_due"] == []


PNG, PDF = b"\x89PNG\r\n\x1a\n" + bytes(9), b"%PDF-1.7\r\n"
DOCUMENT = "individual.verification.document"


def unproven(driver: Driver, simulator: Simulator) -> str:
    """Give an account that is to prove who its owner is."""
    account: str = driver.made("/v1/accounts", {**EXPRESS, "business_type": "individual"})["id"]
    opened(driver, simulator, account).send(**{"individual.dob.year": "1990"})
    return account


def test_a_document_is_uploaded_with_both_sides(driver: Driver, simulator: Simulator) -> None:
    account = unproven(driver, simulator)
    visitor = opened(driver, simulator, account)
    assert visitor.form.uploads == [f"{DOCUMENT}.front", f"{DOCUMENT}.back"]
    visitor.upload(**{f"{DOCUMENT}.front": ("front.png", PNG), f"{DOCUMENT}.back": ("back.pdf", PDF)})
    assert visitor.sent_to == BACK
    assert seen(driver, account)["charges_enabled"] is True
    back, front = list(simulator.world.table(account, "file").where())
    assert (front["purpose"], front["type"], front["size"]) == ("identity_document", "png", len(PNG))
    assert (back["type"], back["size"]) == ("pdf", len(PDF))  # the break at its end included
    verification = (simulator.world.find(account) or {})["individual"]["verification"]
    assert verification["document"]["back"] == back["id"]


def test_an_unreadable_picture_fails_until_another_is_sent(driver: Driver, simulator: Simulator) -> None:
    account = unproven(driver, simulator)
    visitor = opened(driver, simulator, account)
    visitor.upload(**{f"{DOCUMENT}.front": ("failed.png", PNG)})
    assert "Document: " in visitor.form.text
    assert seen(driver, account)["charges_enabled"] is False
    visitor.upload(**{f"{DOCUMENT}.front": ("success.png", PNG)})
    assert visitor.sent_to == BACK
    assert seen(driver, account)["charges_enabled"] is True


@pytest.mark.parametrize(
    ("side", "name", "content", "told"),
    [
        ("front", "notes.txt", b"I am Ana.", "notes.txt is no JPG, PNG or PDF"),
        ("front", "wide.png", PNG + bytes(10 * 1024 * 1024), "wide.png is larger than 10 MB"),
        ("back", "back.png", PNG, "A back needs its front"),
    ],
)
def test_what_stripe_does_not_take_is_said_and_nothing_is_kept(
    driver: Driver, simulator: Simulator, side: str, name: str, content: bytes, told: str
) -> None:
    account = unproven(driver, simulator)
    visitor = opened(driver, simulator, account)
    visitor.upload(**{f"{DOCUMENT}.{side}": (name, content)})
    assert told in visitor.form.text
    assert len(simulator.world.table(account, "file")) == 0
    visitor.upload()
    assert visitor.sent_to == BACK  # by the test file that is chosen there


def test_papers_of_a_company_are_uploaded_for_what_they_are(driver: Driver, simulator: Simulator) -> None:
    account = driver.made("/v1/accounts", {**EXPRESS, "business_type": "company"})["id"]
    opened(driver, simulator, account).finish()
    for item in ("documents.company_license.files", "company.verification.document"):
        simulator.demand(account, item)
    visitor = opened(driver, simulator, account)
    assert "documents.company_license.files.file" in visitor.form.uploads
    visitor.upload(
        **{
            "documents.company_license.files.file": ("licence.pdf", PDF),
            "company.verification.document.front": ("deed.pdf", PDF),
            "company.verification.document.back": ("deed-2.pdf", PDF),
        }
    )
    assert visitor.sent_to == BACK
    purposes = {file["filename"]: file["purpose"] for file in simulator.world.table(account, "file").where()}
    assert purposes == {
        "licence.pdf": "account_requirement",
        "deed.pdf": "additional_verification",
        "deed-2.pdf": "additional_verification",
    }
    assert seen(driver, account)["requirements"]["currently_due"] == []


def test_what_was_written_stands_there_still(driver: Driver, simulator: Simulator) -> None:
    account = driver.made("/v1/accounts", {**EXPRESS, "business_type": "individual"})["id"]
    visitor = opened(driver, simulator, account)
    visitor.send(**{"individual.first_name": "Ana", "individual.dob.day": "first"})
    assert (visitor.form.values["individual.first_name"], visitor.form.values["individual.dob.day"]) == ("Ana", "1")
    assert "Date of birth, day: Invalid integer: first" in visitor.form.text
    visitor.send(**{"individual.first_name": "  "})
    assert "First name is missing." in visitor.form.text
