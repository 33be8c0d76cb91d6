from __future__ import annotations

import pytest
from tests.simulator.driver import Driver

PAID = {"amount": 1000, "currency": "usd", "confirm": True}


def test_the_name_of_a_test_card_makes_a_payment_method(driver: Driver) -> None:
    method = driver.get("/v1/payment_methods/pm_card_mastercard").body
    assert (method["card"]["brand"], method["card"]["last4"]) == ("mastercard", "4444")
    assert driver.get(f"/v1/payment_methods/{method['id']}").body == method
    assert driver.get("/v1/payment_methods/pm_nothing").status == 404


def test_a_token_makes_a_payment_method(driver: Driver) -> None:
    told = {"type": "card", "card": {"token": "tok_bypassPending"}, "metadata": {"a": "b"}}
    method = driver.made("/v1/payment_methods", told)
    assert (method["card"]["last4"], method["metadata"]) == ("0077", {"a": "b"})


def test_a_payment_method_pays_once_unless_it_is_a_customers(driver: Driver) -> None:
    method = driver.made("/v1/payment_methods", {"type": "card", "card": {"token": "tok_visa"}})["id"]
    told = {**PAID, "payment_method": method}
    assert driver.made("/v1/payment_intents", told)["status"] == "succeeded"
    again = driver.post("/v1/payment_intents", told)
    assert (again.status, again.error.get("code")) == (400, None)
    customer = driver.made("/v1/customers", {"email": "ana@example.com", "metadata": {"a": "b"}})
    attached = driver.made(f"/v1/payment_methods/{method}/attach", {"customer": customer["id"]})
    assert attached["customer"] == customer["id"]
    assert driver.made("/v1/payment_intents", told)["status"] == "succeeded"


def test_customers(driver: Driver) -> None:
    customer = driver.made("/v1/customers", {"email": "ana@example.com", "metadata": {"a": "b"}})
    other = driver.made("/v1/customers", {"name": "Ben"})
    assert driver.get(f"/v1/customers/{customer['id']}").body == customer
    assert driver.get("/v1/customers", {"email": "ana@example.com"}).body["data"] == [customer]
    assert driver.get("/v1/customers").body["data"] == [other, customer]
    assert driver.get("/v1/customers/cus_nobody").error["code"] == "resource_missing"


CARD = {"number": "4242 4242 4242 4242", "exp_month": 1, "exp_year": 2030, "cvc": "123"}
BANK = {"routing_number": "110000000", "account_number": "000123456789", "account_holder_type": "company"}
BILLED = {"name": "Ana", "address": {"city": "Boston"}}


def test_a_card_is_described_by_its_number(driver: Driver) -> None:
    told = {"type": "card", "card": CARD, "billing_details": BILLED}
    method = driver.made("/v1/payment_methods", told)
    assert (method["card"]["last4"], method["card"]["exp_year"]) == ("4242", 2030)
    assert method["card"]["checks"]["cvc_check"] == "pass"
    assert method["billing_details"]["address"]["city"] == "Boston"
    assert method["billing_details"]["address"]["line1"] is method["billing_details"]["email"] is None


@pytest.mark.parametrize(
    ("card", "status", "code"),
    [
        ({"number": "4242424242424241"}, 402, "incorrect_number"),
        ({"number": "abc"}, 402, "incorrect_number"),
        ({"number": "4111111111111111"}, 402, "card_declined"),
        ({"number": "4242424242424242", "exp_month": ""}, 400, "parameter_invalid_empty"),
        ({"number": ""}, 400, "parameter_invalid_empty"),
        ({"token": "tok_nobody"}, 400, "resource_missing"),
    ],
)
def test_a_card_that_is_none(driver: Driver, card: dict[str, str], status: int, code: str) -> None:
    reply = driver.post("/v1/payment_methods", {"type": "card", "card": {**CARD, **card}})
    assert (reply.status, reply.error["code"]) == (status, code)


def test_what_has_to_be_said_of_a_payment_method(driver: Driver) -> None:
    def missing(**told: object) -> object:
        return driver.post("/v1/payment_methods", told).error["param"]

    assert missing() == "type"
    assert missing(type="card") == "card[number]"
    assert missing(type="card", card={"number": CARD["number"], "exp_year": 2030}) == "card[exp_month]"
    dateless = driver.post("/v1/tokens", {"card": {"number": "4000056655665556", "exp_month": "x", "exp_year": "y"}})
    assert dateless.error["param"] == "card[exp_month]"
    assert missing(type="us_bank_account") == "us_bank_account[account_number]"
    assert missing(type="sepa_debit") == "sepa_debit"
    assert missing(type="card", customer="cus_x") == "customer"
    other = {"type": "us_bank_account", "us_bank_account": {**BANK, "account_number": "1"}}
    assert driver.post("/v1/payment_methods", other).error["code"] == "account_number_invalid"
    iban = {"type": "sepa_debit", "sepa_debit": {"iban": "AT00"}}
    assert driver.post("/v1/payment_methods", iban).error["code"] == "invalid_bank_account_iban"
    assert driver.post("/v1/payment_methods", {"type": "alipay"}).status == 501


def test_a_payment_method_is_given_changed_listed_and_taken_back(driver: Driver) -> None:
    ana, ben = (driver.made("/v1/customers", {"name": name})["id"] for name in ("Ana", "Ben"))
    method = driver.made("/v1/payment_methods/pm_card_visa/attach", {"customer": ana})["id"]
    path = f"/v1/payment_methods/{method}"
    assert "already been attached" in driver.post(f"{path}/attach", {"customer": ben}).error["message"]
    told = {"billing_details": {"email": "ana@example.com"}, "card": {"exp_year": 2040}, "allow_redisplay": "always"}
    changed = driver.made(path, {**told, "metadata": {"a": "b"}})
    assert (changed["billing_details"]["email"], changed["card"]["exp_year"]) == ("ana@example.com", 2040)
    assert (changed["allow_redisplay"], changed["metadata"]) == ("always", {"a": "b"})
    assert driver.made(path, {"metadata": {"a": ""}})["metadata"] == {}
    changed = driver.made(path, {"metadata": {"a": "b"}})
    assert driver.get("/v1/payment_methods", {"customer": ana, "type": "card"}).body["data"] == [changed]
    assert driver.get("/v1/payment_methods", {"customer": ben}).body["data"] == []
    assert driver.get(f"/v1/customers/{ana}/payment_methods").body["data"] == [changed]
    assert driver.get(f"/v1/customers/{ana}/payment_methods/{method}").body == changed
    assert driver.get(f"/v1/customers/{ben}/payment_methods/{method}").status == 404
    default = {"invoice_settings": {"default_payment_method": method}}
    assert driver.post(f"/v1/customers/{ben}", default).error["code"] == "resource_missing"
    assert driver.made(f"/v1/customers/{ana}", default)["invoice_settings"]["default_payment_method"] == method
    other = driver.made("/v1/payment_methods/pm_card_visa/attach", {"customer": ana})["id"]
    assert driver.made(f"/v1/payment_methods/{other}/detach")["customer"] is None
    assert driver.made(f"{path}/detach")["customer"] is None
    assert driver.get(f"/v1/customers/{ana}").body["invoice_settings"]["default_payment_method"] is None
    assert driver.post(f"{path}/detach").status == 400
    assert driver.post(f"{path}/attach", {"customer": ana}).status == 400
    types = [event["type"] for event in driver.get("/v1/events").body["data"]]
    assert types[:3] == ["payment_method.detached", "payment_method.detached", "payment_method.attached"]


def test_a_card_that_is_declined_is_not_kept(driver: Driver) -> None:
    customer = driver.made("/v1/customers")["id"]
    reply = driver.post("/v1/payment_methods/pm_card_chargeDeclined/attach", {"customer": customer})
    assert (reply.status, reply.error["decline_code"]) == (402, "generic_decline")
    kept = driver.made("/v1/payment_methods/pm_card_chargeCustomerFail/attach", {"customer": customer})["id"]
    told = {**PAID, "customer": customer, "payment_method": kept}
    assert driver.post("/v1/payment_intents", told).status == 402


def test_a_payment_method_is_shared_with_a_connected_account(driver: Driver) -> None:
    seller = driver.seller()["id"]
    customer = driver.made("/v1/customers")["id"]
    method = driver.made("/v1/payment_methods/pm_card_visa/attach", {"customer": customer})["id"]
    told = {"customer": customer, "payment_method": method}
    assert driver.post("/v1/payment_methods", told).error["param"] == "payment_method"
    assert driver.post("/v1/payment_methods", {**told, "customer": "cus_x"}, account=seller).status == 400
    copy = driver.made("/v1/payment_methods", told, account=seller)
    assert (copy["customer"], copy["card"]["last4"]) == (None, "4242")
    assert copy["id"] != method
    paid = {**PAID, "payment_method": copy["id"]}
    assert driver.made("/v1/payment_intents", paid, account=seller)["status"] == "succeeded"
    assert driver.post("/v1/payment_intents", paid, account=seller).status == 400


def test_a_bank_account_is_verified_before_it_pays(driver: Driver) -> None:
    told = {"type": "us_bank_account", "us_bank_account": BANK, "billing_details": {"name": "Ana"}}
    method = driver.made("/v1/payment_methods", told)
    assert method["us_bank_account"]["account_holder_type"] == "company"
    intent = driver.made("/v1/payment_intents", {**PAID, "payment_method": method["id"]})
    assert intent["next_action"]["type"] == "verify_with_microdeposits"
    path = f"/v1/payment_intents/{intent['id']}/verify_microdeposits"
    assert "amounts_mismatch" in driver.post(path, {"amounts": [1, 2]}).error["code"]
    assert "descriptor_code_mismatch" in driver.post(path, {"descriptor_code": "SM0000"}).error["code"]
    assert driver.made(path, {"amounts": [45, 32]})["status"] == "processing"
    assert driver.post(path, {"amounts": [45, 32]}).error["code"] == "payment_intent_unexpected_state"
    driver.simulator.advance(hours=1)
    charge = driver.get(f"/v1/payment_intents/{intent['id']}", {"expand": ["latest_charge"]}).body["latest_charge"]
    assert (charge["status"], charge["amount_captured"]) == ("succeeded", 1000)
    mandate = driver.get(f"/v1/mandates/{charge['payment_method_details']['us_bank_account']['mandate']}").body
    assert (mandate["type"], mandate["single_use"]) == ("single_use", {"amount": 1000, "currency": "usd"})


def test_a_bank_account_that_is_kept_is_debited_again_by_one_mandate(driver: Driver) -> None:
    customer = driver.made("/v1/customers")["id"]
    iban = {"type": "sepa_debit", "sepa_debit": {"iban": "AT32 1904 3002 3547 3204"}}
    method = driver.made("/v1/payment_methods", iban)["id"]
    driver.made(f"/v1/payment_methods/{method}/attach", {"customer": customer})
    online = {"type": "online", "online": {"ip_address": "127.0.0.1", "user_agent": "x"}}
    told = {**PAID, "currency": "eur", "customer": customer, "payment_method": method, "expand": ["latest_charge"]}
    told["mandate_data"] = {"customer_acceptance": online}
    charges = [driver.made("/v1/payment_intents", told)["latest_charge"] for _ in range(2)]
    details = [charge["payment_method_details"]["sepa_debit"] for charge in charges]
    assert details[0]["mandate"] == details[1]["mandate"]
    mandate = driver.get(f"/v1/mandates/{details[0]['mandate']}").body
    assert (mandate["type"], mandate["customer_acceptance"]["type"]) == ("multi_use", "online")
    assert mandate["payment_method_details"]["sepa_debit"]["url"].startswith("https://")


def test_a_payment_method_is_described_where_it_is_needed(driver: Driver) -> None:
    failing = {"type": "sepa_debit", "sepa_debit": {"iban": "AT861904300235473202"}}
    intent = driver.made("/v1/payment_intents", {**PAID, "currency": "eur", "payment_method_data": failing})
    assert intent["status"] == "processing"
    driver.simulator.advance(hours=1)
    failed = driver.get(f"/v1/payment_intents/{intent['id']}").body
    assert (failed["status"], failed["last_payment_error"]["code"]) == ("requires_payment_method", "insufficient_funds")


def test_tokens_of_cards(driver: Driver) -> None:
    token = driver.made("/v1/tokens", {"card": {**CARD, "number": "4242424242424242"}})
    assert (token["type"], token["card"]["last4"], token["card"]["exp_year"]) == ("card", "4242", 2030)
    assert driver.get(f"/v1/tokens/{token['id']}").body["used"] is False
    told = {"type": "card", "card": {"token": token["id"]}}
    assert driver.made("/v1/payment_methods", told)["card"]["last4"] == "4242"
    assert driver.post("/v1/payment_methods", told).error["code"] == "token_already_used"
    assert driver.made("/v1/tokens", {"cvc_update": {"cvc": "123"}})["type"] == "cvc_update"
    assert driver.post("/v1/tokens", {"card": "card_x"}).error["param"] == "card"
    assert driver.post("/v1/tokens").status == 400
    assert driver.post("/v1/tokens", {"customer": "cus_1"}).status == 501


def test_a_token_of_a_debit_card_takes_payouts_once(driver: Driver) -> None:
    seller = driver.seller()["id"]
    path = f"/v1/accounts/{seller}/external_accounts"
    token = driver.made("/v1/tokens", {"card": {**CARD, "number": "4000056655665572"}})
    assert driver.made(path, {"external_account": token["id"]})["last4"] == token["card"]["last4"] == "5572"
    assert driver.post(path, {"external_account": token["id"]}).error["code"] == "token_already_used"
    other = driver.made("/v1/tokens", {"card": {**CARD, "number": "4242424242424242"}})["id"]
    assert driver.post(path, {"external_account": other}).error["code"] == "resource_missing"


def test_payment_intents_are_searched_and_need_a_way_to_pay(driver: Driver) -> None:
    intent = driver.made("/v1/payment_intents", {"amount": 1000, "currency": "usd", "metadata": {"order": "7"}})
    found = driver.get("/v1/payment_intents/search", {"query": "metadata['order']:'7' AND amount>900"}).body
    assert found["data"] == [intent]
