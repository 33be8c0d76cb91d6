"""What Stripe makes of documents, test values, announcements and its own reviews."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.simulator.driver import CUSTOM, PERSON, Driver

from connectkit.simulator import Simulator
from connectkit.simulator.control import PREFIX

COMPANY: dict[str, Any] = {"name": "L", "phone": "5551234567", "tax_id": "000000000", "address": PERSON["address"]}


def uploaded(driver: Driver, purpose: str, name: str = "success.png") -> str:
    head = (
        f'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n{purpose}\r\n'
        f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    )
    content = b"%PDF-1.7" if purpose == "pci_document" else b"\x89PNG"
    id_: str = driver.send("POST", "/v1/files", head.encode() + content + b"\r\n--x--\r\n").body["id"]
    return id_


def seen(driver: Driver, account: str) -> dict[str, Any]:
    found: dict[str, Any] = driver.get(f"/v1/accounts/{account}").body
    return found


def company(driver: Driver, **changes: Any) -> str:
    """Make a company that can do everything, unless something does not pass."""
    made = {name: value for name, value in CUSTOM.items() if name != "individual"}
    told = {**COMPANY, "owners_provided": True, **changes}
    id_: str = driver.made("/v1/accounts", {**made, "business_type": "company", "company": told})["id"]
    driver.made(
        f"/v1/accounts/{id_}/persons",
        {**PERSON, "ssn_last_4": "0000", "relationship": {"representative": True, "owner": True, "title": "CEO"}},
    )
    return id_


@pytest.mark.parametrize(("name", "passes"), [("success.png", True), ("failed.png", False)])
def test_an_uploaded_document_passes_or_fails_by_its_name(
    driver: Driver, simulator: Simulator, name: str, passes: bool
) -> None:
    account = driver.seller()["id"]
    simulator.demand(account, "individual.verification.document", days=5)
    file = uploaded(driver, "identity_document", name)
    told = {"individual": {"verification": {"document": {"front": file}}}}
    driver.made(f"/v1/accounts/{account}", told)
    requirements = seen(driver, account)["requirements"]
    assert (requirements["currently_due"] == []) is passes
    assert bool(requirements["errors"]) is not passes


@pytest.mark.parametrize("where", ["individual", "company", "documents", "settings"])
def test_a_file_is_for_what_it_was_uploaded_for(driver: Driver, where: str) -> None:
    account = driver.seller()["id"]
    icon = uploaded(driver, "pci_document")

    def told(file: str) -> dict[str, Any]:
        ways: dict[str, dict[str, Any]] = {
            "individual": {"individual": {"verification": {"additional_document": {"back": file}}}},
            "company": {"company": {"verification": {"document": {"front": file}}}},
            "documents": {"documents": {"company_license": {"files": [file]}}},
            "settings": {"settings": {"branding": {"icon": file}}},
        }
        return ways[where]

    path = f"/v1/accounts/{account}"
    assert "has the purpose `pci_document`" in driver.post(path, told(icon)).error["message"]
    assert "No such file upload" in driver.post(path, told("file_nothing")).error["message"]
    purposes = {"individual": "identity_document", "company": "additional_verification", "settings": "business_icon"}
    right = uploaded(driver, purposes.get(where, "account_requirement"))
    assert driver.post(path, told(right)).status == 200


def test_a_document_may_name_its_signer_alone(driver: Driver) -> None:
    account = company(driver)
    before = seen(driver, account)["requirements"]
    driver.made(f"/v1/accounts/{account}", {"documents": {"proof_of_registration": {"signer": {"person": "person_1"}}}})
    assert seen(driver, account)["requirements"] == before


def test_people_have_documents_too(driver: Driver, simulator: Simulator) -> None:
    account = company(driver)
    path = f"/v1/accounts/{account}/persons"
    (boss,) = driver.get(path).body["data"]
    item = f"{boss['id']}.verification.additional_document"
    simulator.demand(account, item, days=5)
    for file, errors in (("file_identity_document_failure", 1), ("file_identity_document_success", 0)):
        told = {"verification": {"additional_document": {"front": file}}}
        driver.made(f"{path}/{boss['id']}", told)
        assert len(seen(driver, account)["requirements"]["errors"]) == errors
        told_v2 = driver.get(f"/v2/core/accounts/{account}", {"include": ["requirements"]}).body["requirements"]
        persons = [{"type": "person", "resource": boss["id"]}] if errors else []
        assert [entry["reference"] for entry in told_v2["entries"]] == persons
    wrong = {"verification": {"document": {"front": "file_nothing"}}}
    assert driver.post(path, wrong).status == driver.post(f"{path}/{boss['id']}", wrong).status == 400


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("file_relationship_document_invalid", "verification_document_invalid"),
        ("file_relationship_document_mismatch", "verification_document_name_mismatch"),
        ("file_relationship_document_invalid_signer", "verification_failed_representative_authority"),
        ("file_relationship_document_success", ""),
    ],
)
def test_papers_of_a_company_lead_to_their_errors(driver: Driver, file: str, code: str) -> None:
    account = company(driver)
    driver.made(f"/v1/accounts/{account}", {"documents": {"proof_of_address": {"files": [file]}}})
    errors = seen(driver, account)["requirements"]["errors"]
    wanted = [("documents.proof_of_address.files", code)] if code else []
    assert [(error["requirement"], error["code"]) for error in errors] == wanted


def test_somebody_on_a_list_of_sanctions_is_stopped(driver: Driver) -> None:
    person = {**PERSON, "dob": {"day": 1, "month": 1, "year": 1900}}
    account = driver.seller(individual=person)
    assert account["requirements"]["disabled_reason"] == "listed"
    assert (account["charges_enabled"], account["payouts_enabled"]) == (False, False)


def test_a_register_that_does_not_answer_keeps_an_account_pending(driver: Driver, simulator: Simulator) -> None:
    account = company(driver, tax_id="222221005")
    simulator.advance(days=3)
    found = seen(driver, account)
    assert found["requirements"]["pending_verification"] == ["company.tax_id"]
    assert found["requirements"]["disabled_reason"] == "requirements.pending_verification"
    driver.made(f"/v1/accounts/{account}", {"company": {"tax_id": "000000000"}})
    assert seen(driver, account)["charges_enabled"] is True


def test_an_account_that_does_nothing_is_paused(driver: Driver) -> None:
    profile = {"url": "https://inactivity.stripe.com", "product_description": "Handmade furniture"}
    account = driver.seller(business_profile=profile)
    assert account["capabilities"] == {"card_payments": "inactive", "transfers": "inactive"}
    capability = driver.get(f"/v1/accounts/{account['id']}/capabilities/transfers").body
    assert capability["requirements"]["disabled_reason"] == "paused.inactivity"


def test_a_bank_whose_owner_is_not_proven_takes_no_payouts(driver: Driver) -> None:
    account = driver.seller(external_account=None)["id"]
    path = f"/v1/accounts/{account}/external_accounts"
    described = {"object": "bank_account", "country": "US", "currency": "usd", "routing_number": "110000000"}
    bank = driver.made(path, {"external_account": {**described, "account_number": "000999999992"}})
    assert bank["status"] == "verification_failed"
    assert bank["requirements"]["currently_due"] == ["documents.bank_account_ownership_verification.files"]
    assert seen(driver, account)["payouts_enabled"] is False
    assert driver.made(f"{path}/{bank['id']}", {})["status"] == "verification_failed"

    def proof(file: str) -> dict[str, Any]:
        return {"documents": {"bank_account_ownership_verification": {"files": [file]}}}

    assert driver.post(f"{path}/{bank['id']}", proof("file_nothing")).status == 400
    proven = driver.made(f"{path}/{bank['id']}", proof(uploaded(driver, "account_requirement")))
    assert (proven["status"], proven["requirements"]["currently_due"]) == ("new", [])
    assert seen(driver, account)["payouts_enabled"] is True


def test_what_is_announced_disables_payouts_first_and_charges_last(driver: Driver, simulator: Simulator) -> None:
    account, item = driver.seller()["id"], "individual.political_exposure"
    simulator.foresee(account, item, days=30)
    found = seen(driver, account)
    since = simulator.clock.now + 30 * 86400
    assert found["future_requirements"]["currently_due"] == [item]
    assert found["future_requirements"]["current_deadline"] == since
    assert found["requirements"]["currently_due"] == []
    told = driver.get(f"/v2/core/accounts/{account}", {"include": ["future_requirements"]}).body["future_requirements"]
    assert [entry["description"] for entry in told["entries"]] == ["identity.individual.political_exposure"]
    assert told["minimum_transition_date"] is not None
    standing: list[Any] = []
    for days in (31, 14, 31):
        simulator.advance(days=days)
        found = seen(driver, account)
        assert found["future_requirements"]["currently_due"] == []
        standing.append((found["charges_enabled"], found["payouts_enabled"], found["requirements"]["past_due"]))
    assert standing == [(True, True, []), (True, False, [item]), (False, False, [item])]
    driver.made(f"/v1/accounts/{account}", {"individual": {"political_exposure": "none"}})
    simulator.advance(hours=1)
    found = seen(driver, account)
    assert (found["charges_enabled"], found["payouts_enabled"]) == (True, True)


def test_what_is_announced_can_be_met_before(driver: Driver, simulator: Simulator) -> None:
    account = driver.seller()["id"]
    simulator.foresee(account, "individual.political_exposure", days=30)
    driver.made(f"/v1/accounts/{account}", {"individual": {"political_exposure": "none"}})
    assert seen(driver, account)["future_requirements"]["currently_due"] == []


def test_an_address_enforces_what_is_announced(driver: Driver, simulator: Simulator) -> None:
    ana = {**PERSON, "dob": {"day": 1, "month": 1, "year": 1902}, "phone": "5551234567"}
    account = driver.seller(email="ana+enforce_future_requirements@example.com", individual=ana)["id"]
    simulator.foresee(account, "individual.political_exposure", days=30)
    assert seen(driver, account)["requirements"]["past_due"] == ["individual.political_exposure"]


@pytest.mark.parametrize(
    ("reason", "capability", "status", "code"),
    [
        ("platform_paused", "platform_paused", "restricted", "restricted_other"),
        ("under_review", "pending.review", "restricted", "restricted_other"),
        ("rejected.fraud", "rejected.other", "rejected", "rejected_fraud"),
    ],
)
def test_an_account_is_disabled_by_a_hand_and_enabled_again(
    driver: Driver, simulator: Simulator, reason: str, capability: str, status: str, code: str
) -> None:
    account = driver.seller()["id"]
    simulator.disable(account, reason)
    found = seen(driver, account)
    assert found["requirements"]["disabled_reason"] == reason
    assert (found["charges_enabled"], found["payouts_enabled"]) == (False, False)
    path = f"/v1/accounts/{account}/capabilities/transfers"
    assert driver.get(path).body["requirements"]["disabled_reason"] == capability
    told = driver.get(f"/v2/core/accounts/{account}", {"include": ["configuration.recipient"]}).body
    transfers = told["configuration"]["recipient"]["capabilities"]["stripe_balance"]["stripe_transfers"]
    assert (transfers["status"], transfers["status_details"][0]["code"]) == (status, code)
    assert driver.post(f"/v1/accounts/{account}/unreject").status == 400
    simulator.disable(account, None)
    assert seen(driver, account)["charges_enabled"] is True


def test_it_can_be_done_from_outside(driver: Driver, simulator: Simulator) -> None:
    account = driver.seller()["id"]
    for verb, body in (
        ("foresee", {"account": account, "item": "individual.gender", "days": 3}),
        ("disable", {"account": account, "reason": "under_review"}),
    ):
        assert simulator.handle("POST", f"{PREFIX}{verb}", {}, json.dumps(body).encode())[0] == 200
    found = seen(driver, account)
    assert found["requirements"]["disabled_reason"] == "under_review"
    half = json.dumps({"account": account, "reason": "other", "only": "charges"}).encode()
    assert simulator.handle("POST", f"{PREFIX}disable", {}, half)[0] == 200
    after = seen(driver, account)
    assert (after["charges_enabled"], after["payouts_enabled"]) == (False, True)
    assert found["future_requirements"]["currently_due"] == ["individual.gender"]
    nobody = json.dumps({"account": "acct_nobody", "reason": None}).encode()
    assert simulator.handle("POST", f"{PREFIX}disable", {}, nobody)[0] == 400


def test_a_rejected_account_says_so_of_its_capabilities(driver: Driver) -> None:
    account = driver.seller()["id"]
    driver.made(f"/v1/accounts/{account}/reject", {"reason": "other"})
    capability = driver.get(f"/v1/accounts/{account}/capabilities/transfers").body
    assert capability["requirements"]["disabled_reason"] == "rejected.other"


def test_what_v2_tells_of_a_person_is_seen_in_v1(driver: Driver) -> None:
    account = driver.seller()["id"]
    pictures = {"type": "front_back", "front_back": {"front": "file_identity_document_success"}}
    individual = {
        "nationalities": ["br"],
        "political_exposure": "none",
        "legal_gender": "female",
        "documents": {"secondary_verification": pictures},
    }
    papers = {"company_license": {"type": "files", "files": [uploaded(driver, "account_requirement")]}}
    front = {"primary_verification": pictures}
    identity = {"individual": individual, "business_details": {"documents": {**papers, **front}}}
    driver.made(f"/v2/core/accounts/{account}", {"identity": identity})
    person = seen(driver, account)["individual"]
    assert (person["nationality"], person["political_exposure"], person["gender"]) == ("BR", "none", "female")
    assert person["verification"]["additional_document"]["front"].startswith("file_")
    assert seen(driver, account)["company"]["verification"]["document"]["front"].startswith("file_")


def test_kana_and_kanji_are_kept(driver: Driver) -> None:
    account = driver.seller()["id"]
    for told in ({"address_kana": {"city": "a", "town": "b"}}, {"address_kana": {"city": "c"}, "first_name_kana": "d"}):
        driver.made(f"/v1/accounts/{account}", {"individual": told})
    person = seen(driver, account)["individual"]
    assert (person["address_kana"], person["first_name_kana"]) == ({"city": "c", "town": "b"}, "d")
    wrong = {"individual": {"address_kana": {"line1": "address_no_match"}}}
    driver.made(f"/v1/accounts/{account}", wrong)
    assert "individual.address_kana.line1" in seen(driver, account)["requirements"]["currently_due"]


@pytest.mark.parametrize(("line1", "charges"), [("address_no_match", True), ("address_line1_no_match", False)])
def test_an_address_of_a_company_stops_payouts_or_everything(driver: Driver, line1: str, charges: bool) -> None:
    account = company(driver, address={**PERSON["address"], "line1": line1})
    found = seen(driver, account)
    assert (found["charges_enabled"], found["payouts_enabled"]) == (charges, False)
    assert found["requirements"]["past_due"] == ["company.address.line1"]


@pytest.mark.parametrize(("action", "paid"), [("none", True), ("pause", False)])
def test_who_is_rejected_may_still_be_paid_out(driver: Driver, action: str, paid: bool) -> None:
    path = f"/v1/accounts/{driver.seller()['id']}"
    rejected = driver.made(f"{path}/reject", {"reason": "other", "payouts_action": action})
    assert (rejected["charges_enabled"], rejected["payouts_enabled"]) == (False, paid)
    back = driver.made(f"{path}/unreject")
    assert (back["charges_enabled"], back["payouts_enabled"]) == (True, True)


@pytest.mark.parametrize(
    ("number", "brand"),
    [("5200828282828210", "MasterCard"), ("6011981111111113", "Discover"), ("4000057840000006", "Visa")],
)
def test_debit_cards_of_all_brands_take_payouts(driver: Driver, number: str, brand: str) -> None:
    account = driver.seller()["id"]
    card = {"object": "card", "number": number, "exp_month": 1, "exp_year": 2034, "currency": "usd"}
    made = driver.made(f"/v1/accounts/{account}/external_accounts", {"external_account": card})
    assert (made["brand"], made["status"]) == (brand, "new")


@pytest.mark.parametrize(("reason", "only"), [(None, "charges"), ("other", "transfers")])
def test_only_charges_or_payouts_are_disabled_alone(
    driver: Driver, simulator: Simulator, reason: str | None, only: Any
) -> None:
    account = driver.seller()["id"]
    with pytest.raises(ValueError, match="Only charges or payouts are disabled alone"):
        simulator.disable(account, reason, only=only)
    assert seen(driver, account)["payouts_enabled"] is True
