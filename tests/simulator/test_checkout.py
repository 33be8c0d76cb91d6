from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from tests.simulator.driver import Driver
from tests.simulator.till import Till

from connectkit.simulator import InvariantBroken, Simulator

PATH = "/v1/checkout/sessions"
DATA: dict[str, Any] = {"currency": "usd", "unit_amount": 1500, "product_data": {"name": "Chair & co"}}
ITEM: dict[str, Any] = {"price_data": DATA, "quantity": 2}
BACK = "https://example.com/done?id={CHECKOUT_SESSION_ID}"
TOLD: dict[str, Any] = {"success_url": BACK, "cancel_url": "https://example.com/back", "line_items": [ITEM]}
CARD = {"email": "ana@example.com", "name": "Ana", "number": "4242424242424242", "expiry": "12 / 34", "cvc": "123"}
SEPA = {"type": "sepa_debit", "email": "ana@example.com", "name": "Ana"}


def visit(driver: Driver, url: str, **said: str) -> tuple[int, str, str]:
    """Open a page, or send its form off."""
    path = url.partition("stripe.com")[2]
    method, body = ("POST", urlencode(said).encode()) if said else ("GET", b"")
    status, headers, shown = driver.simulator.handle(method, path, {}, body)
    return status, headers.get("Location", ""), shown.decode()


def read(driver: Driver, session: dict[str, Any], account: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = driver.get(f"{PATH}/{session['id']}", account=account).body
    return found


def types(driver: Driver, prefix: str, account: str | None = None) -> list[str]:
    listed = driver.get("/v1/events", {"limit": 100}, account=account).body["data"]
    return [event["type"] for event in reversed(listed) if event["type"].startswith(prefix)]


def test_a_buyer_pays_on_the_page(driver: Driver) -> None:
    session = driver.made(PATH, {**TOLD, "metadata": {"order": "7"}, "expand": ["line_items"]})
    assert (session["status"], session["payment_status"], session["amount_total"]) == ("open", "unpaid", 3000)
    item = session["line_items"]["data"][0]
    assert (item["description"], item["quantity"], item["price"]["active"]) == ("Chair & co", 2, False)
    status, _, shown = visit(driver, session["url"])
    assert status == 200
    assert all(words in shown for words in ("2 of Chair &amp; co", "Pay 30.00 USD", ">Cancel and go back<"))
    status, back, _ = visit(driver, session["url"], **CARD)
    assert (status, back) == (303, f"https://example.com/done?id={session['id']}")
    paid = read(driver, session)
    assert (paid["status"], paid["payment_status"], paid["url"]) == ("complete", "paid", None)
    assert (paid["customer_details"]["email"], paid["customer"]) == ("ana@example.com", None)
    intent = driver.get(f"/v1/payment_intents/{paid['payment_intent']}").body
    assert (intent["amount_received"], intent["status"]) == (3000, "succeeded")
    assert visit(driver, session["url"])[1] == back
    assert types(driver, "checkout.") == ["checkout.session.completed"]
    assert driver.get(f"{PATH}/{session['id']}/line_items").body["data"] == [item]


def test_a_declined_card_can_be_followed_by_another(driver: Driver) -> None:
    session = driver.made(PATH, TOLD)
    status, _, shown = visit(driver, session["url"], **{**CARD, "number": "4000000000009995"})
    assert status == 402
    assert "Your card was declined." in shown
    first = read(driver, session)
    assert (first["status"], first["payment_status"]) == ("open", "unpaid")
    for field, text in (("number", "1"), ("expiry", "soon")):
        assert f'href="#card-{field}"' in visit(driver, session["url"], **{**CARD, field: text})[2]
    assert visit(driver, session["url"], **CARD)[0] == 303
    paid = read(driver, session)
    assert (paid["payment_status"], paid["payment_intent"]) == ("paid", first["payment_intent"])


def test_a_buyer_authenticates_on_her_way(driver: Driver) -> None:
    session = driver.made(PATH, TOLD)
    status, bank, _ = visit(driver, session["url"], **{**CARD, "number": "4000002760003184", "expiry": "12/2034"})
    assert (status, "/authenticate/pi_" in bank) == (303, True)
    failed = visit(driver, bank, answer="fail")[1]
    assert failed.startswith(session["url"])
    assert "failed authentication" in visit(driver, failed)[2]
    assert read(driver, session)["status"] == "open"
    bank = visit(driver, session["url"], **{**CARD, "number": "4000002760003184"})[1]
    back = visit(driver, bank, answer="complete")[1]
    assert visit(driver, back)[1] == f"https://example.com/done?id={session['id']}"
    assert read(driver, session)["payment_status"] == "paid"


@pytest.mark.parametrize(
    ("iban", "status", "event"),
    [("AT321904300235473204", "paid", "succeeded"), ("AT861904300235473202", "unpaid", "failed")],
)
def test_a_bank_that_takes_its_time(driver: Driver, iban: str, status: str, event: str) -> None:
    item = {**ITEM, "price_data": {**DATA, "currency": "eur"}}
    told = {**TOLD, "line_items": [item], "allowed_payment_method_types": ["card", "sepa_debit"]}
    session = driver.made(PATH, told)
    assert visit(driver, session["url"], **SEPA, iban=iban)[0] == 303
    waiting = read(driver, session)
    assert (waiting["status"], waiting["payment_status"]) == ("complete", "unpaid")
    driver.simulator.advance(hours=1)
    assert read(driver, session)["payment_status"] == status
    assert types(driver, "checkout.") == ["checkout.session.completed", f"checkout.session.async_payment_{event}"]


def test_a_destination_charge_on_the_page(simulator: Simulator) -> None:
    till = Till(simulator)
    seller = till.seller()
    data = {"application_fee_amount": 300, "transfer_data": {"destination": seller}, "metadata": {"a": "b"}}
    told = {**TOLD, "payment_intent_data": {**data, "on_behalf_of": seller}, "customer_creation": "always"}
    session = till.driver.made(PATH, told)
    visit(till.driver, session["url"], **CARD)
    paid = read(till.driver, session)
    assert till.driver.get(f"/v1/customers/{paid['customer']}").body["email"] == "ana@example.com"
    charge = till.listed("/v1/charges")[0]
    assert (charge["application_fee_amount"], charge["metadata"], charge["on_behalf_of"]) == (300, {"a": "b"}, seller)
    assert till.held(seller) == 2700


def test_a_direct_charge_on_the_page(driver: Driver) -> None:
    seller = driver.seller()["id"]
    session = driver.made(PATH, {**TOLD, "payment_intent_data": {"application_fee_amount": 300}}, account=seller)
    visit(driver, session["url"], **CARD)
    assert read(driver, session, seller)["payment_status"] == "paid"
    assert types(driver, "checkout.", seller) == ["checkout.session.completed"]
    assert driver.get(f"{PATH}/{session['id']}").status == 404


def test_what_is_authorized_only_is_unpaid_until_it_is_captured(driver: Driver) -> None:
    session = driver.made(PATH, {**TOLD, "payment_intent_data": {"capture_method": "manual"}})
    visit(driver, session["url"], **CARD)
    held = read(driver, session)
    assert (held["status"], held["payment_status"]) == ("complete", "unpaid")
    driver.made(f"/v1/payment_intents/{held['payment_intent']}/capture")
    assert read(driver, session)["payment_status"] == "paid"
    assert types(driver, "checkout.") == ["checkout.session.completed"]


def test_a_card_is_set_up_on_the_page(driver: Driver) -> None:
    customer = driver.made("/v1/customers", {"email": "ana@example.com"})["id"]
    told = {"mode": "setup", "currency": "usd", "success_url": BACK, "customer": customer}
    session = driver.made(PATH, {**told, "setup_intent_data": {"metadata": {"a": "b"}}})
    assert (session["payment_status"], session["amount_total"]) == ("no_payment_required", None)
    assert "Save" in visit(driver, session["url"])[2]
    bank = visit(driver, session["url"], **{**CARD, "number": "4000002500003155"})[1]
    assert "/authenticate/seti_" in bank
    visit(driver, bank, answer="complete")
    assert read(driver, session)["status"] == "complete"
    intent = driver.get(f"/v1/setup_intents/{session['setup_intent']}").body
    assert (intent["status"], intent["metadata"], intent["customer"]) == ("succeeded", {"a": "b"}, customer)


def test_what_costs_nothing_needs_no_payment(driver: Driver) -> None:
    item = {**ITEM, "price_data": {**DATA, "unit_amount": 0}}
    session = driver.made(PATH, {**TOLD, "line_items": [item]})
    visit(driver, session["url"], **CARD)
    assert read(driver, session)["payment_status"] == "no_payment_required"


def test_a_session_expires_by_itself_or_when_it_is_told_to(driver: Driver) -> None:
    expires = {"expires_at": driver.simulator.clock.now + 1800}
    session, other = driver.made(PATH, {**TOLD, **expires}), driver.made(PATH, TOLD)
    setup = driver.made(PATH, {"mode": "setup", "currency": "usd", "success_url": BACK})
    visit(driver, other["url"], **{**CARD, "number": "4000002760003184"})
    ended = driver.made(f"{PATH}/{other['id']}/expire")
    assert (ended["status"], ended["url"]) == ("expired", None)
    assert driver.get(f"/v1/payment_intents/{read(driver, other)['payment_intent']}").body["status"] == "canceled"
    assert driver.post(f"{PATH}/{other['id']}/expire").status == 400
    driver.simulator.advance(hours=1)
    assert read(driver, session)["status"] == "expired"
    assert visit(driver, session["url"])[0] == 410
    driver.simulator.advance(days=1)
    assert driver.get(f"/v1/setup_intents/{setup['setup_intent']}").body["status"] == "canceled"
    listed = driver.get(PATH, {"status": "expired"}).body["data"]
    assert [one["id"] for one in listed] == [setup["id"], other["id"], session["id"]]
    assert visit(driver, "https://connect.stripe.com/c/pay/cs_test_x")[0] == 404


def test_sessions_are_changed_and_found_by_their_buyer(driver: Driver) -> None:
    session = driver.made(PATH, {**TOLD, "customer_email": "ana@example.com"})
    path = f"{PATH}/{session['id']}"
    assert "ana@example.com" in visit(driver, session["url"])[2]
    visit(driver, session["url"], **CARD)
    assert driver.made(path, {"metadata": {"a": "b"}})["metadata"] == {"a": "b"}
    assert driver.post(path, {"shipping_options": []}).status == 200
    assert driver.post(path, {"collected_information": {}, "line_items": [{"id": "li_x"}]}).status == 501
    for email, count in (("ana@example.com", 1), ("ben@example.com", 0)):
        assert len(driver.get(PATH, {"customer_details": {"email": email}}).body["data"]) == count


def test_an_embedded_page_has_no_address_of_its_own(driver: Driver) -> None:
    told = {"ui_mode": "embedded", "line_items": [ITEM], "redirect_on_completion": "never"}
    session = driver.made(PATH, told)
    assert (session["ui_mode"], session["url"], session["redirect_on_completion"]) == ("embedded_page", None, "never")
    assert session["client_secret"].startswith(session["id"])
    page = f"https://connect.stripe.com/c/pay/{session['id']}"
    assert "close this page" in visit(driver, page, **CARD)[2]


@pytest.mark.parametrize(
    ("changes", "status", "param"),
    [
        ({"line_items": None}, 400, "line_items"),
        ({"success_url": None}, 400, "success_url"),
        ({"ui_mode": "embedded_page"}, 400, "return_url"),
        ({"mode": "setup"}, 400, "currency"),
        ({"mode": "gift"}, 400, "mode"),
        ({"setup_intent_data": {"description": "x"}}, 400, "setup_intent_data"),
        ({"discounts": [{"coupon": "x"}]}, 501, "discounts"),
        ({"customer": "cus_x"}, 400, "customer"),
        ({"expires_at": 1}, 400, "expires_at"),
        ({"payment_intent_data": {"application_fee_amount": 5}}, 400, "application_fee_amount"),
        ({"line_items": [ITEM] * 101}, 400, "line_items"),
        ({"line_items": [{**ITEM, "quantity": 0}]}, 400, "line_items[0][quantity]"),
        ({"line_items": [{**ITEM, "tax_rates": ["txr_x"]}]}, 501, "line_items[0][tax_rates]"),
        ({"line_items": [{"quantity": 1}]}, 400, "line_items[0][price]"),
        ({"line_items": [{"price": "price_x"}]}, 400, "line_items[0][price]"),
        ({"line_items": [{"price_data": DATA}]}, 400, "line_items[0][quantity]"),
        (
            {"line_items": [{"price_data": {"currency": "usd", "unit_amount": 5}, "quantity": 1}]},
            400,
            "line_items[0][price_data][product_data]",
        ),
        (
            {"line_items": [{"price_data": {"currency": "usd", "product": "prod_x"}, "quantity": 1}]},
            400,
            "line_items[0][price_data][product]",
        ),
        (
            {"line_items": [ITEM, {**ITEM, "price_data": {**DATA, "currency": "eur"}}]},
            400,
            "line_items",
        ),
        (
            {"line_items": [{**ITEM, "price_data": {**DATA, "recurring": {"interval": "day"}}}]},
            400,
            "line_items",
        ),
    ],
)
def test_a_session_that_cannot_be_opened(driver: Driver, changes: dict[str, Any], status: int, param: str) -> None:
    told = {name: value for name, value in {**TOLD, **changes}.items() if value is not None}
    reply = driver.post(PATH, told)
    assert (reply.status, reply.error["param"]) == (status, param)
    assert driver.get("/v1/products").body["data"] == []


def test_a_customer_is_named_or_described(driver: Driver) -> None:
    told = {**TOLD, "customer": driver.made("/v1/customers")["id"]}
    assert driver.post(PATH, {**told, "customer_email": "a@example.com"}).error["param"] == "customer_email"
    assert driver.post(PATH, {**told, "customer_creation": "always"}).error["param"] == "customer_creation"


def test_the_page_is_confirmed_as_its_script_does(driver: Driver) -> None:
    session = driver.made(PATH, TOLD)
    path = f"/v1/payment_pages/{session['id']}"
    assert driver.get(path).body["id"] == session["id"]
    told = {"payment_method": "pm_card_visa", "expected_amount": 1}
    assert driver.post(f"{path}/confirm", told).error["param"] == "expected_amount"
    assert driver.post(f"{path}/confirm").error["code"] == "parameter_missing"
    bank = {"payment_method": "pm_usBankAccount_success"}
    assert driver.post(f"{path}/confirm", bank).error["param"] == "payment_method"
    assert driver.made(f"{path}/confirm", {**told, "expected_amount": 3000})["payment_status"] == "paid"
    assert driver.post(f"{path}/confirm", {**told, "expected_amount": 3000}).status == 400


def test_a_session_that_does_not_add_up_breaks_a_law(driver: Driver) -> None:
    session = driver.made(PATH, TOLD)
    visit(driver, session["url"], **CARD)
    held = driver.simulator.world.find(session["id"])
    assert held is not None
    for name, wrong, message in (("amount_total", 1, "sum"), ("payment_status", "unpaid", "its payment")):
        kept = held[name]
        held[name] = wrong
        with pytest.raises(InvariantBroken, match=message):
            driver.simulator.check()
        held[name] = kept
