"""The pages of Checkout and of payment links, walked by a browser."""

from __future__ import annotations

from typing import Any

import stripe
from playwright.sync_api import Page, expect
from tests.browser.looking import accessible, beyond_the_keyboard

from connectkit.simulator import Simulator

GOOD, DECLINED, ASKING = "4242 4242 4242 4242", "4000000000000002", "4000002760003184"
CHAIR: dict[str, Any] = {"currency": "usd", "unit_amount": 1500, "product_data": {"name": "Chair & co"}}
MONTHLY: dict[str, Any] = {**CHAIR, "recurring": {"interval": "month"}}


def session(
    client: stripe.StripeClient, elsewhere: str, price: dict[str, Any] = CHAIR, mode: str = "payment"
) -> stripe.checkout.Session:
    items = [{"price_data": price, "quantity": 2}]
    back = {"success_url": f"{elsewhere}/done", "cancel_url": f"{elsewhere}/cart"}
    told: Any = {"mode": mode, "line_items": items, **back}
    return client.v1.checkout.sessions.create(told)


def opened(page: Page, made: stripe.checkout.Session) -> Page:
    assert made.url is not None
    page.goto(made.url)
    return accessible(page)


def write(page: Page, number: str) -> None:
    page.get_by_label("Email").fill("ana@example.com")
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry").fill("12 / 34")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("Name", exact=True).fill("Ana")


def test_a_buyer_pays_with_the_keyboard(page: Page, client: stripe.StripeClient, elsewhere: str) -> None:
    made = session(client, elsewhere)
    opened(page, made)
    expect(page.get_by_role("rowheader", name="2 of Chair & co")).to_be_visible()
    assert beyond_the_keyboard(page) == []
    write(page, GOOD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{elsewhere}/done")
    paid = client.v1.checkout.sessions.retrieve(made.id)
    assert (paid.status, paid.payment_status) == ("complete", "paid")


def test_a_declined_card_is_followed_by_another(page: Page, client: stripe.StripeClient, elsewhere: str) -> None:
    made = session(client, elsewhere)
    opened(page, made)
    write(page, DECLINED)
    page.get_by_role("button", name="Pay 30.00 USD").click()
    expect(page.get_by_role("alert")).to_contain_text("Your card was declined.")
    accessible(page)
    expect(page.get_by_label("Email")).to_have_value("ana@example.com")
    expect(page.get_by_label("Card number")).to_have_value("")
    write(page, GOOD)
    page.get_by_role("button", name="Pay 30.00 USD").click()
    expect(page).to_have_url(f"{elsewhere}/done")


def test_a_bank_asks_whether_it_is_she(page: Page, client: stripe.StripeClient, elsewhere: str) -> None:
    made = session(client, elsewhere)
    opened(page, made)
    write(page, ASKING)
    page.get_by_role("button", name="Pay").click()
    accessible(page).get_by_role("button", name="Fail").click()
    expect(page.get_by_role("alert")).to_contain_text("failed authentication")
    assert client.v1.checkout.sessions.retrieve(made.id).status == "open"
    write(page, ASKING)
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("button", name="Complete").click()
    expect(page).to_have_url(f"{elsewhere}/done")
    assert client.v1.checkout.sessions.retrieve(made.id).payment_status == "paid"


def test_a_buyer_subscribes(page: Page, client: stripe.StripeClient, elsewhere: str) -> None:
    made = session(client, elsewhere, MONTHLY, "subscription")
    opened(page, made)
    write(page, GOOD)
    page.get_by_role("button", name="Pay 30.00 USD").click()
    expect(page).to_have_url(f"{elsewhere}/done")
    begun = client.v1.checkout.sessions.retrieve(made.id, {"expand": ["subscription"]}).subscription
    assert isinstance(begun, stripe.Subscription)
    assert begun.status == "active"


def test_a_card_is_saved(page: Page, client: stripe.StripeClient, elsewhere: str) -> None:
    done = f"{elsewhere}/done"
    made = client.v1.checkout.sessions.create({"mode": "setup", "currency": "usd", "success_url": done})
    opened(page, made)
    write(page, GOOD)
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(done)


def test_a_bank_account_is_verified_by_small_deposits(
    page: Page, client: stripe.StripeClient, simulator: Simulator, elsewhere: str
) -> None:
    items: Any = [{"price_data": CHAIR, "quantity": 1}]
    done = f"{elsewhere}/done"
    made = client.v1.checkout.sessions.create(
        {"success_url": done, "line_items": items, "allowed_payment_method_types": ["card", "us_bank_account"]}
    )
    opened(page, made)
    bank = page.get_by_role("group", name="US bank account")
    bank.get_by_label("Email").fill("ana@example.com")
    bank.get_by_label("Account number").fill("000123456789")
    bank.get_by_label("Routing number").fill("110000000")
    bank.get_by_label("Name").fill("Ana")
    page.keyboard.press("Enter")
    expect(page).to_have_url(done)
    intent = client.v1.payment_intents.list().data[0]
    assert intent.next_action is not None
    assert intent.next_action.verify_with_microdeposits is not None
    page.goto(intent.next_action.verify_with_microdeposits.hosted_verification_url)
    accessible(page)
    for first in ("1", "32"):
        page.get_by_label("First deposit").fill(first)
        page.get_by_label("Second deposit").fill("45")
        page.get_by_role("button", name="Verify").click()
        if first == "1":
            expect(page.get_by_role("alert")).to_contain_text("does not match")
    expect(page.get_by_text("Thank you")).to_be_visible()
    simulator.advance(hours=1)
    assert client.v1.checkout.sessions.retrieve(made.id).payment_status == "paid"


def test_a_buyer_changes_her_mind(page: Page, client: stripe.StripeClient, elsewhere: str) -> None:
    made = session(client, elsewhere)
    opened(page, made).get_by_role("link", name="Cancel and go back").click()
    expect(page).to_have_url(f"{elsewhere}/cart")
    assert client.v1.checkout.sessions.retrieve(made.id).status == "open"


def test_a_page_expires(page: Page, client: stripe.StripeClient, simulator: Simulator, elsewhere: str) -> None:
    made = session(client, elsewhere)
    simulator.advance(days=2)
    opened(page, made)
    expect(page.get_by_text("This page has expired.")).to_be_visible()


def test_a_payment_link_serves_whoever_comes(page: Page, client: stripe.StripeClient) -> None:
    told: Any = CHAIR
    price = client.v1.prices.create(told)
    link = client.v1.payment_links.create({"line_items": [{"price": price.id, "quantity": 1}]})
    for _ in range(2):
        page.goto(link.url)
        accessible(page)
        write(page, GOOD)
        page.get_by_role("button", name="Pay 15.00 USD").click()
        expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
        accessible(page)
    sold = client.v1.checkout.sessions.list({"payment_link": link.id}).data
    assert [one.payment_status for one in sold] == ["paid", "paid"]
