"""The hosted onboarding form, walked by a browser."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import stripe
from playwright.sync_api import Page, expect
from tests.browser.looking import accessible, beyond_the_keyboard

from connectkit.simulator import Simulator

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


def seller(client: stripe.StripeClient, country: str = "US", **told: object) -> str:
    wishes = {"card_payments": {"requested": True}, "transfers": {"requested": True}}
    params: Any = {"type": "express", "country": country, "capabilities": wishes, **told}
    return client.v1.accounts.create(params).id


def seen(client: stripe.StripeClient, account: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(str(client.v1.accounts.retrieve(account)))
    return found


def link(client: stripe.StripeClient, account: str, elsewhere: str) -> str:
    back, again = f"{elsewhere}/return", f"{elsewhere}/refresh"
    told = client.v1.account_links.create(
        {"account": account, "type": "account_onboarding", "return_url": back, "refresh_url": again}
    )
    return told.url


def fill(page: Page) -> None:
    """Tick every box; everything else stands there already."""
    for box in page.get_by_role("checkbox").all():
        box.check()


def submit(page: Page) -> None:
    page.get_by_role("button", name="Agree and submit").click()


def test_a_mistake_is_shown_and_repaired(page: Page, client: stripe.StripeClient, elsewhere: str) -> None:
    account = seller(client, business_type="individual")
    url = link(client, account, elsewhere)
    page.goto(url)
    accessible(page)
    assert beyond_the_keyboard(page) == []
    page.get_by_label("First name").fill("Ana")
    page.get_by_label("Date of birth, day").fill("first")
    fill(page)
    submit(page)
    problem = page.get_by_role("alert").get_by_role("link")
    expect(problem).to_have_text("Date of birth, day: Invalid integer: first")
    expect(page).to_have_title("Error: Onboarding (simulated)")
    accessible(page)
    problem.click()
    expect(page.get_by_label("Date of birth, day")).to_be_focused()
    expect(page.get_by_label("Date of birth, day")).to_have_value("1")
    expect(page.get_by_label("First name")).to_have_value("Ana")
    expect(page.get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"^{elsewhere}/return"))  # browsers keep the place that a link led to
    found = seen(client, account)
    assert (found["charges_enabled"], found["payouts_enabled"], found["details_submitted"]) == (True, True, True)
    assert found["individual"]["first_name"] == "Ana"
    page.goto(url)
    expect(page).to_have_url(f"{elsewhere}/refresh")


def test_an_old_link_leads_to_a_new_one(
    page: Page, client: stripe.StripeClient, simulator: Simulator, elsewhere: str
) -> None:
    url = link(client, seller(client), elsewhere)
    simulator.advance(hours=1)
    page.goto(url)
    expect(page).to_have_url(f"{elsewhere}/refresh")


def test_a_form_is_saved_for_later(page: Page, client: stripe.StripeClient, elsewhere: str) -> None:
    account = seller(client, business_type="individual")
    page.goto(link(client, account, elsewhere))
    page.get_by_label("Account number").fill("")
    page.get_by_role("button", name="Save for later").click()
    expect(page).to_have_url(f"{elsewhere}/return")
    page.goto(link(client, account, elsewhere))
    expect(page.get_by_label("Account number")).to_be_visible()
    expect(page.get_by_label("First name")).to_have_count(0)
    fill(page)
    submit(page)
    expect(page).to_have_url(f"{elsewhere}/return")
    assert client.v1.accounts.retrieve(account).charges_enabled is True


@pytest.mark.parametrize("kind", ["individual", "company"])
@pytest.mark.parametrize("country", ["US", "GB", "DE", "JP", "BR", "IN"])
def test_whoever_sells_in_a_country_is_asked_what_it_asks(
    page: Page, client: stripe.StripeClient, elsewhere: str, country: str, kind: str
) -> None:
    account = seller(client, country)
    page.goto(link(client, account, elsewhere))
    page.get_by_label("Business type").select_option(kind)
    for _ in range(4):
        accessible(page)
        fill(page)
        submit(page)
        if page.url.startswith(elsewhere):
            break
    expect(page).to_have_url(f"{elsewhere}/return")
    assert client.v1.accounts.retrieve(account).payouts_enabled is True


def test_papers_are_uploaded(
    page: Page, client: stripe.StripeClient, simulator: Simulator, elsewhere: str, tmp_path: Path
) -> None:
    """A text is refused, a picture that cannot be read fails, and another one passes."""
    papers = {"notes.txt": b"I am Ana.", "failed.png": PNG, "front.png": PNG, "back.jpg": b"\xff\xd8\xff" + bytes(32)}
    for name, content in papers.items():
        (tmp_path / name).write_bytes(content)
    account = seller(client, business_type="individual")
    page.goto(link(client, account, elsewhere))
    page.get_by_label("Date of birth, year").fill("1990")
    fill(page)
    submit(page)
    front = page.get_by_label("front")
    for name, told in (("notes.txt", "notes.txt is no JPG, PNG or PDF"), ("failed.png", "cannot be verified")):
        page.goto(link(client, account, elsewhere))
        front.set_input_files(tmp_path / name)
        submit(page)
        expect(page.get_by_role("alert")).to_contain_text(told)
    accessible(page)
    page.get_by_label("back").set_input_files(tmp_path / "back.jpg")
    submit(page)
    expect(page.get_by_role("alert")).to_contain_text("A back needs its front")
    front.set_input_files(tmp_path / "front.png")
    page.get_by_label("back").set_input_files(tmp_path / "back.jpg")
    submit(page)
    expect(page).to_have_url(f"{elsewhere}/return")
    document = (simulator.world.find(account) or {})["individual"]["verification"]["document"]  # not shown to platforms
    assert (seen(client, account)["charges_enabled"], bool(document["front"]), bool(document["back"])) == (True,) * 3


def test_a_seller_looks_at_her_dashboard(page: Page, client: stripe.StripeClient, simulator: Simulator) -> None:
    account = seller(client)
    simulator.onboard(account)
    client.v1.payment_intents.create(
        {
            "amount": 5000,
            "currency": "usd",
            "confirm": True,
            "payment_method": "pm_card_bypassPending",
            "transfer_data": {"destination": account},
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
    )
    link = client.v1.accounts.login_links.create(account)
    page.goto(link.url)
    accessible(page)
    expect(page.get_by_role("row", name="USD")).to_contain_text("50.00")
    page.reload()
    expect(page.get_by_text("This link was used before")).to_be_visible()


@pytest.mark.parametrize(
    ("button", "answer"), [("Connect my account", "code=ac_"), ("Skip this", "error=access_denied")]
)
def test_an_account_is_connected_by_its_owner(
    page: Page, simulator: Simulator, elsewhere: str, button: str, answer: str
) -> None:
    asked = f"response_type=code&client_id=ca_1&scope=read_write&state=s1&redirect_uri={elsewhere}/back"
    page.goto(f"{simulator.world.site}/oauth/authorize?{asked}")
    accessible(page)
    page.get_by_role("button", name=button).click()
    expect(page).to_have_url(re.compile(f"{elsewhere}/back\\?.*{answer}"))
