"""Test values that Stripe documents, or was seen to answer in a way of its own: names, births, telephones, banks."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.driver import CUSTOM, PERSON, Driver, Reply
from tests.simulator.till import Till

from connectkit.simulator import Simulator

SEAT: dict[str, Any] = {
    "name": "Lamps",
    "phone": "5551234567",
    "tax_id": "000000000",
    "address": PERSON["address"],
    "owners_provided": True,
}
BOSS = {**PERSON, "ssn_last_4": "0000", "relationship": {"representative": True, "owner": True, "title": "CEO"}}


def company(driver: Driver, simulator: Simulator, name: str, **more: Any) -> dict[str, Any]:
    told = {key: value for key, value in CUSTOM.items() if key != "individual"}
    seat = {**SEAT, "name": name, **more}
    account = driver.made("/v1/accounts", {**told, "business_type": "company", "company": seat})["id"]
    driver.made(f"/v1/accounts/{account}/persons", BOSS)
    simulator.advance(hours=1)
    return seen(driver, account)


def seen(driver: Driver, account: str) -> dict[str, Any]:
    body: dict[str, Any] = driver.get(f"/v1/accounts/{account}").body
    return body


def wrapped(alone: bool, **changes: Any) -> dict[str, Any]:
    """Say something of a person: of the account itself, or of one of a company's people."""
    return {"individual": changes} if alone else changes


def told(answer: dict[str, Any], alone: bool) -> dict[str, Any]:
    """Give the person that an answer is about."""
    person: dict[str, Any] = answer["individual"] if alone else answer
    return person


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


@pytest.mark.parametrize("number", ["1", "555123", "0123456789012345", "ring me", "555 123 456 x", "+"])
def test_what_cannot_be_a_companys_telephone_is_wanted_again(driver: Driver, simulator: Simulator, number: str) -> None:
    account = company(driver, simulator, "Lamps", phone=number)
    (error,) = account["requirements"]["errors"]
    assert (error["requirement"], error["code"]) == ("company.phone", "invalid_phone_number")
    assert (account["requirements"]["past_due"], account["charges_enabled"]) == (["company.phone"], False)
    driver.made(f"/v1/accounts/{account['id']}", {"company": {"phone": "5551234567"}})
    simulator.advance(hours=1)
    found = seen(driver, account["id"])
    assert (found["requirements"]["errors"], found["charges_enabled"]) == ([], True)


@pytest.mark.parametrize("number", ["0000000000", "5551234", "+44 (20) 7946-0018", "555.123.4567", "030/1234567"])
def test_what_can_be_a_companys_telephone_passes(driver: Driver, simulator: Simulator, number: str) -> None:
    assert company(driver, simulator, "Lamps", phone=number)["requirements"]["errors"] == []


@pytest.mark.parametrize("alone", [True, False])
def test_what_cannot_be_a_persons_telephone_is_wanted_again(driver: Driver, simulator: Simulator, alone: bool) -> None:
    account = driver.seller()["id"] if alone else company(driver, simulator, "Lamps")["id"]
    path = f"/v1/accounts/{account}"
    name = "individual"
    if not alone:
        name = driver.get(f"{path}/persons").body["data"][0]["id"]
        path += f"/persons/{name}"
    status = told(driver.made(path, wrapped(alone, phone="12")), alone)["verification"]["status"]
    requirements = seen(driver, account)["requirements"]
    assert [(error["requirement"], error["code"]) for error in requirements["errors"]] == [
        (f"{name}.phone", "invalid_phone_number")
    ]
    assert requirements["past_due"] == [f"{name}.phone"]
    shown = told(driver.get(path).body, alone)
    assert [error["requirement"] for error in shown["requirements"]["errors"]] == ["phone"]
    mended = told(driver.made(path, wrapped(alone, phone="5551234567")), alone)
    assert (mended["requirements"]["errors"], mended["verification"]["status"], status) == ([], "verified", "verified")
    assert seen(driver, account)["charges_enabled"] is True


def test_api_v2_tells_of_a_bad_telephone(driver: Driver, simulator: Simulator) -> None:
    account = company(driver, simulator, "Lamps", phone="1")["id"]
    entries = driver.get(f"/v2/core/accounts/{account}", {"include": ["requirements"]}).body["requirements"]["entries"]
    assert [[error["code"] for error in entry["errors"]] for entry in entries] == [["invalid_phone_number"]]


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


def paid(driver: Driver, method: str, **more: Any) -> Reply:
    """Pay with a test card by its number, its token or the name of its payment method."""
    told: dict[str, Any] = {"amount": 5000, "currency": "usd", "confirm": True, **more}
    if method.startswith("pm_"):
        return driver.post("/v1/payment_intents", {**told, "payment_method": method})
    card = {"token": method} if method.startswith("tok_") else {"number": method, "exp_month": 12, "exp_year": 2034}
    made = driver.post("/v1/payment_methods", {"type": "card", "card": card})
    return (
        made if made.status != 200 else driver.post("/v1/payment_intents", {**told, "payment_method": made.body["id"]})
    )


PLAIN = [
    "4242424242424242 pm_card_visa tok_visa visa US credit",
    "5555555555554444 pm_card_mastercard tok_mastercard mastercard US credit",
    "378282246310005 pm_card_amex tok_amex amex US credit",
    "4000056655665556 pm_card_visa_debit tok_visa_debit visa US debit",
    "5200828282828210 pm_card_mastercard_debit tok_mastercard_debit mastercard US debit",
    "5105105105105100 pm_card_mastercard_prepaid tok_mastercard_prepaid mastercard US prepaid",
    "6011000990139424 pm_card_discover tok_discover discover US credit",
    "6011111111111117 pm_card_discover tok_discover discover US credit",
    "3056930009020004 pm_card_diners tok_diners diners US credit",
    "3566002020360505 pm_card_jcb tok_jcb jcb US credit",
    "6200000000000005 pm_card_unionpay tok_unionpay unionpay US credit",
    "2223003122003222 - - mastercard US credit",
    "6205500000000000004 - - unionpay US credit",
    "4000000000000044 - - visa US credit",
    "4000000360000006 pm_card_au tok_au visa AU credit",
    "4000003920000003 pm_card_jp tok_jp visa JP credit",
    "4000007020000003 pm_card_sg tok_sg visa SG credit",
    "4000003560000008 pm_card_in tok_in visa IN credit",
    "4000003560000123 - - visa IN credit",
    "4000005540000008 pm_card_nz tok_nz visa NZ credit",
    "4000003440000004 pm_card_hk tok_hk visa HK credit",
    "4000003800000446 pm_card_authenticationRequiredSetupForOffSession - visa US credit",
    "4000000000003055 pm_card_threeDSecureOptional - visa US credit",
    "4000000000003097 - - visa US credit",
]


@pytest.mark.parametrize("row", PLAIN)
def test_cards_that_pay_say_what_they_are(driver: Driver, row: str) -> None:
    *names, brand, country, funding = row.split()
    for name in names:
        if name != "-":
            intent = paid(driver, name).body
            assert intent["status"] == "succeeded"
            card = driver.get(f"/v1/charges/{intent['latest_charge']}").body["payment_method_details"]["card"]
            assert (card["brand"], card["country"], card["funding"]) == (brand, country, funding)


DECLINED = [
    "4000000000000002 pm_card_visa_chargeDeclined card_declined generic_decline -",
    "4000000000000002 tok_chargeDeclined card_declined generic_decline -",
    "4000000000009995 pm_card_visa_chargeDeclinedInsufficientFunds card_declined insufficient_funds -",
    "4000000000009987 pm_card_visa_chargeDeclinedLostCard card_declined lost_card -",
    "4000000000009979 pm_card_visa_chargeDeclinedStolenCard card_declined stolen_card -",
    "4000000000006975 pm_card_visa_chargeDeclinedVelocityLimitExceeded card_declined card_velocity_exceeded -",
    "4000000000000069 pm_card_chargeDeclinedExpiredCard expired_card - exp_month",
    "4000000000000127 pm_card_chargeDeclinedIncorrectCvc incorrect_cvc - cvc",
    "4000000000000119 pm_card_chargeDeclinedProcessingError processing_error - -",
    "4000000000000341 pm_card_chargeCustomerFail card_declined generic_decline -",
    "4100000000000019 pm_card_radarBlock card_declined fraudulent -",
    "4000000000004954 pm_card_riskLevelHighest card_declined fraudulent -",
    "4000000000000101 pm_card_cvcCheckFail incorrect_cvc - cvc",
    "4000000000000036 pm_card_avsZipFail incorrect_zip - address_zip",
    "4000008400001280 - card_declined generic_decline -",
]


@pytest.mark.parametrize("row", DECLINED)
def test_cards_that_are_declined_say_why(driver: Driver, row: str) -> None:
    *names, code, reason, param = row.split()
    for name in names:
        if name != "-":
            reply = paid(driver, name)
            told = {key: reply.error.get(key, "-") for key in ("code", "decline_code", "param", "type")}
            assert (reply.status, told) == (
                402,
                {"code": code, "decline_code": reason, "param": param, "type": "card_error"},
            )
            intent = reply.error["payment_intent"]
            assert intent["status"] == "requires_payment_method"
            assert intent["last_payment_error"]["code"] == code
            assert driver.get(f"/v1/charges/{reply.error['charge']}").body["status"] == "failed"


def test_a_number_that_does_not_add_up_is_incorrect(driver: Driver) -> None:
    reply = paid(driver, "4242424242424241")
    assert (reply.status, reply.error["code"], reply.error["param"]) == (402, "incorrect_number", "number")


@pytest.mark.parametrize(
    ("name", "level", "kind"),
    [
        ("4000000000009235", "elevated", "authorized"),
        ("4000000000004954", "highest", "blocked"),
        ("pm_card_radarBlock", "highest", "blocked"),
        ("pm_card_visa", "normal", "authorized"),
    ],
)
def test_a_charge_says_how_risky_it_is(driver: Driver, name: str, level: str, kind: str) -> None:
    paid(driver, name)
    outcome = driver.get("/v1/charges").body["data"][0]["outcome"]
    assert (outcome["risk_level"], outcome["type"]) == (level, kind)


def test_a_card_that_its_bank_declines_is_not_attached(driver: Driver) -> None:
    customer = driver.made("/v1/customers")["id"]
    reply = driver.post("/v1/payment_methods/pm_card_chargeDeclined/attach", {"customer": customer})
    assert (reply.status, reply.error["param"], reply.error["decline_code"]) == (402, "", "generic_decline")
    expired = driver.post("/v1/payment_methods/pm_card_chargeDeclinedExpiredCard/attach", {"customer": customer})
    assert expired.error["param"] == "exp_month"


@pytest.mark.parametrize("name", ["4000000000000077", "pm_card_bypassPending", "4000003720000278", "tok_bypassPending"])
def test_some_cards_pay_at_once(driver: Driver, name: str) -> None:
    paid(driver, name)
    assert driver.get("/v1/balance").body["pending"][0]["amount"] == 0
    assert driver.get("/v1/balance").body["available"][0]["amount"] > 0


ASKING = [
    "4000002500003155 pm_card_authenticationRequiredOnSetup succeeded",
    "4000002760003184 pm_card_authenticationRequired succeeded",
    "4000000000003220 pm_card_threeDSecure2Required succeeded",
    "4000008260003178 pm_card_authenticationRequiredChargeDeclinedInsufficientFunds insufficient_funds",
    "4000008400001629 pm_card_threeDSecureRequiredChargeDeclined generic_decline",
]


@pytest.mark.parametrize("row", ASKING)
def test_cards_that_ask_for_their_owner(driver: Driver, simulator: Simulator, row: str) -> None:
    *names, end = row.split()
    for name in names:
        assert paid(driver, name, off_session=True).error["code"] == "authentication_required"
        intent = paid(driver, name).body
        assert intent["status"] == "requires_action"
        simulator.authenticate(intent["id"])
        after = driver.get(f"/v1/payment_intents/{intent['id']}").body
        failed: dict[str, Any] = after["last_payment_error"] or {"decline_code": ""}
        assert end in (after["status"], failed["decline_code"])


@pytest.mark.parametrize(
    "name",
    ["4000003800000446", "4000003560000008", "4000003560000123", "pm_card_authenticationRequiredSetupForOffSession"],
)
def test_cards_that_ask_while_they_are_set_up(driver: Driver, name: str) -> None:
    customer = driver.made("/v1/customers")["id"]
    told = {"setup_future_usage": "off_session", "customer": customer}
    assert paid(driver, name, **told).body["status"] == "requires_action"
    assert paid(driver, name, off_session=True).body["status"] == "succeeded"


def test_where_a_card_leaves_it_open_the_merchant_may_ask(driver: Driver, simulator: Simulator) -> None:
    def asking(word: str) -> dict[str, Any]:
        return {"payment_method_options": {"card": {"request_three_d_secure": word}}}

    for name in ("4000000000003055", "pm_card_threeDSecureOptional"):
        assert paid(driver, name, **asking("automatic")).body["status"] == "succeeded"
        assert paid(driver, name, **asking("any")).body["status"] == "requires_action"
    assert paid(driver, "4000000000003097", **asking("automatic")).body["status"] == "succeeded"
    assert paid(driver, "4000000000003097", **asking("challenge")).error["code"] == "card_declined"


def test_a_bank_that_cannot_be_asked_lets_nothing_be_set_up(driver: Driver) -> None:
    card = {"number": "4000008400001280", "exp_month": 12, "exp_year": 2034}
    method = driver.made("/v1/payment_methods", {"type": "card", "card": card})["id"]
    reply = driver.post("/v1/setup_intents", {"confirm": True, "payment_method": method})
    assert (reply.status, reply.error["code"]) == (402, "card_declined")
    assert paid(driver, "4000008400001280", off_session=True).error["code"] == "authentication_required"


DISPUTED = [
    "4000000000000259 pm_card_createDispute fraudulent 10.4 chargeback needs_response",
    "4000000000000259 tok_visa_createDispute fraudulent 10.4 chargeback needs_response",
    "4000000000002685 pm_card_createDisputeProductNotReceived product_not_received 13.1 chargeback needs_response",
    "4000000000001976 pm_card_createDisputeInquiry fraudulent 10 inquiry warning_needs_response",
    "4000000404000038 pm_card_createCe3EligibleDispute fraudulent 10.4 chargeback needs_response",
    "4000008400000779 pm_card_createComplianceDispute noncompliant None compliance needs_response",
    "5105008400000002 pm_card_createMastercardComplianceDispute noncompliant None compliance needs_response",
]


@pytest.mark.parametrize("row", DISPUTED)
def test_cards_whose_bank_takes_the_payment_back(driver: Driver, row: str) -> None:
    *names, reason, code, kind, status = row.split()
    for name in names:
        charge = paid(driver, name).body["latest_charge"]
        (dispute,) = driver.get("/v1/disputes", {"charge": charge}).body["data"]
        card = dispute["payment_method_details"]["card"]
        assert (dispute["reason"], str(card["network_reason_code"]), card["case_type"]) == (reason, code, kind)
        assert (dispute["status"], dispute["amount"]) == (status, 5000)
        assert card["brand"] == ("mastercard" if name.startswith(("51", "pm_card_createMaster")) else "visa")


@pytest.mark.parametrize("amount", [5000, 5001])
def test_a_payment_may_be_taken_back_in_parts(driver: Driver, simulator: Simulator, amount: int) -> None:
    till = Till(simulator)
    charge = till.pay(amount, payment_method="pm_card_createMultipleDisputes")
    second, first = driver.get("/v1/disputes", {"charge": charge}).body["data"]
    assert (first["amount"], second["amount"]) == (amount // 2, amount - amount // 2)
    rows = [dispute["balance_transactions"][0]["amount"] for dispute in (first, second)]
    assert rows == [-first["amount"], -second["amount"]]
    driver.made(f"/v1/disputes/{second['id']}", {"evidence": {"uncategorized_text": "winning_evidence"}})
    simulator.advance(hours=1)
    assert driver.get(f"/v1/disputes/{second['id']}").body["status"] == "won"
    assert driver.post("/v1/refunds", {"charge": charge}).error["code"] == "charge_disputed"


def test_a_dispute_about_compliance_can_be_accepted_without_its_fee(driver: Driver) -> None:
    charge = paid(driver, "pm_card_createComplianceDispute").body["latest_charge"]
    (dispute,) = driver.get("/v1/disputes", {"charge": charge}).body["data"]
    assert dispute["enhanced_eligibility_types"] == ["visa_compliance"]
    path = f"/v1/disputes/{dispute['id']}"
    assert driver.made(path, {"metadata": {"a": "b"}})["metadata"] == {"a": "b"}
    assert driver.made(f"{path}/close")["status"] == "lost"


@pytest.mark.parametrize("name", ["4000000000005423", "pm_card_createIssuerFraudRecord", "tok_createIssuerFraudRecord"])
def test_an_issuer_may_only_warn(driver: Driver, name: str) -> None:
    charge = paid(driver, name).body["latest_charge"]
    (warning,) = driver.get("/v1/radar/early_fraud_warnings", {"charge": charge}).body["data"]
    assert warning["actionable"] is True
    assert driver.get("/v1/disputes", {"charge": charge}).body["data"] == []


@pytest.mark.parametrize(
    ("names", "first", "end", "reason"),
    [
        (("4000000000007726", "pm_card_pendingRefund", "tok_pendingRefund"), "pending", "succeeded", None),
        (("4000000000005126", "pm_card_refundFail"), "succeeded", "failed", "expired_or_canceled_card"),
    ],
)
def test_refunds_end_later(
    driver: Driver, simulator: Simulator, names: tuple[str, ...], first: str, end: str, reason: str | None
) -> None:
    paid(driver, "pm_card_bypassPending", amount=90_000)
    for name in names:
        refund = driver.made("/v1/refunds", {"charge": paid(driver, name).body["latest_charge"]})
        assert refund["status"] == first
        simulator.advance(days=10)
        after = driver.get(f"/v1/refunds/{refund['id']}").body
        assert (after["status"], after.get("failure_reason")) == (end, reason)


@pytest.mark.parametrize(
    ("names", "due"),
    [
        (("4000000000004202", "tok_visa_triggerNextRequirements"), "currently_due"),
        (("4000000000004210", "tok_visa_triggerChargeBlock"), "past_due"),
        (("4000000000004236", "pm_card_visa_triggerPayoutBlock"), "past_due"),
    ],
)
def test_cards_move_their_account_through_verification(
    driver: Driver, simulator: Simulator, names: tuple[str, ...], due: str
) -> None:
    for name in names:
        account = driver.made("/v1/accounts", CUSTOM)["id"]
        simulator.advance(hours=1)
        assert paid(driver, name, on_behalf_of=account, transfer_data={"destination": account}).status == 200
        simulator.advance(hours=1)
        assert "individual.verification.document" in seen(driver, account)["requirements"][due]


DEBITED = [
    "pm_usBankAccount_success 000123456789 succeeded -",
    "pm_usBankAccount_accountClosed 000111111113 requires_payment_method account_closed",
    "pm_usBankAccount_noAccount 000111111116 requires_payment_method no_account",
    "pm_usBankAccount_insufficientFunds 000222222227 requires_payment_method insufficient_funds",
    "pm_usBankAccount_debitNotAuthorized 000333333335 requires_payment_method debit_not_authorized",
    "pm_usBankAccount_invalidCurrency 000444444440 requires_payment_method invalid_currency",
    "pm_usBankAccount_processing 000000000009 processing -",
    "pm_usBankAccount_dispute 000555555559 succeeded -",
    "pm_usBankAccount_failMicrodeposits - requires_payment_method payment_method_microdeposit_failed",
]


@pytest.mark.parametrize("row", DEBITED)
def test_accounts_in_america_that_are_debited(driver: Driver, simulator: Simulator, row: str) -> None:
    name, number, status, code = row.split()
    told: dict[str, Any] = {"amount": 5000, "currency": "usd", "confirm": True}
    intents = [driver.made("/v1/payment_intents", {**told, "payment_method": name})]
    if number != "-":
        bank = {"account_number": number, "routing_number": "110000000", "account_holder_type": "individual"}
        data = {"type": "us_bank_account", "us_bank_account": bank, "billing_details": {"name": "Ana"}}
        method = driver.made("/v1/payment_methods", data)["id"]
        intents.append(driver.made("/v1/payment_intents", {**told, "payment_method": method}))
        path = f"/v1/payment_intents/{intents[1]['id']}/verify_microdeposits"
        driver.made(path, {"amounts": [32, 45]})
    simulator.advance(hours=1)
    for intent in intents:
        after = driver.get(f"/v1/payment_intents/{intent['id']}").body
        assert (after["status"], (after["last_payment_error"] or {"code": "-"})["code"]) == (status, code)


def test_deposits_that_bounce_set_nothing_up(driver: Driver, simulator: Simulator) -> None:
    told = {"confirm": True, "payment_method": "pm_usBankAccount_failMicrodeposits"}
    made = [driver.made("/v1/setup_intents", told) for _ in range(2)]
    assert {one["status"] for one in made} == {"requires_action"}
    driver.made(f"/v1/setup_intents/{made[1]['id']}/cancel")
    paying = {**told, "amount": 500, "currency": "usd"}
    given_up = driver.made("/v1/payment_intents", paying)["id"]
    driver.made(f"/v1/payment_intents/{given_up}/cancel")
    simulator.advance(hours=1)
    first, second = (driver.get(f"/v1/setup_intents/{one['id']}").body for one in made)
    assert first["last_setup_error"]["code"] == "payment_method_microdeposit_failed"
    assert (first["status"], second["status"]) == ("requires_payment_method", "canceled")
    assert driver.get(f"/v1/payment_intents/{given_up}").body["status"] == "canceled"


@pytest.mark.parametrize(
    ("number", "status"),
    [("AT321904300235473204", "succeeded"), ("AT861904300235473202", "requires_payment_method")],
)
def test_accounts_in_europe_that_are_debited(driver: Driver, simulator: Simulator, number: str, status: str) -> None:
    data = {"type": "sepa_debit", "sepa_debit": {"iban": number}, "billing_details": {"name": "A", "email": "a@b.c"}}
    assert debited(driver, simulator, "eur", data) == status


@pytest.mark.parametrize(
    ("number", "status"), [("900123456", "succeeded"), ("111111113", "requires_payment_method"), ("900123457", "-")]
)
def test_accounts_in_australia_that_are_debited(driver: Driver, simulator: Simulator, number: str, status: str) -> None:
    bank = {"bsb_number": "000-000", "account_number": number}
    data = {"type": "au_becs_debit", "au_becs_debit": bank, "billing_details": {"name": "Ana", "email": "a@b.c"}}
    assert debited(driver, simulator, "aud", data) == status


def debited(driver: Driver, simulator: Simulator, currency: str, data: dict[str, Any]) -> str:
    kind = data["type"]
    made = driver.post("/v1/payment_methods", data)
    if made.status == 400:
        assert made.error["code"] == "account_number_invalid"
        return "-"
    told = {"amount": 5000, "currency": currency, "confirm": True, "payment_method": made.body["id"]}
    reply = driver.post("/v1/payment_intents", told)
    assert reply.body["status"] == "processing"
    simulator.advance(hours=1)
    after = driver.get(f"/v1/payment_intents/{reply.body['id']}").body
    if after["status"] == "succeeded":
        paid_by = driver.get(f"/v1/charges/{after['latest_charge']}").body["payment_method_details"][kind]
        mandate = driver.get(f"/v1/mandates/{paid_by['mandate']}").body
        assert mandate["payment_method_details"][kind]["url"].startswith("https://")
    status: str = after["status"]
    return status


@pytest.mark.parametrize("country", ["at", "be", "cy", "ee", "fi", "gr", "hr", "lt", "lu", "lv", "mt", "us", "it"])
def test_every_country_has_its_debit_cards_for_payouts(driver: Driver, country: str) -> None:
    account = driver.made("/v1/accounts", CUSTOM)["id"]
    kinds = ("visa_debit_{}_transferSuccess", "visa_debit_{}_transferFail", "visa_debit_{}_instantPayoutUnsupported")
    for kind in (*kinds, "mastercard_debit_{}_transferSuccess"):
        token = f"tok_{kind.format(country)}"
        card = driver.made(f"/v1/accounts/{account}/external_accounts", {"external_account": token})
        assert card["country"] == country.upper()
        assert ("instant" in card["available_payout_methods"]) is ("Unsupported" not in kind)
    reply = driver.post(f"/v1/accounts/{account}/external_accounts", {"external_account": "tok_visa_credit_au"})
    assert reply.status == 400
