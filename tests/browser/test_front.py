"""The simulator's front page in a browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from tests.browser.looking import accessible

from connectkit import Connect, Money
from connectkit.simulator import Simulator


def test_what_happened_can_be_seen(page: Page, connect: Connect, simulator: Simulator) -> None:
    site = simulator.world.site
    page.goto(site)
    accessible(page)
    expect(page.get_by_text("Nothing yet.")).to_have_count(2)
    seller = connect.onboarding.create(key="seller", country="US", type="express").id
    simulator.onboard(seller)
    price = Money.of("50.00", "usd")
    connect.charges.destination.create(
        key="order-1", amount=price, destination=seller, payment_method="pm_card_bypassPending"
    )
    page.reload()
    accessible(page)
    accounts = page.get_by_role("region", name="Accounts and balances")
    expect(accounts.get_by_role("row", name=seller)).to_contain_text("50.00 usd")
    ledger = page.get_by_role("region", name="Ledger")
    expect(ledger.get_by_role("row", name="together")).to_contain_text("0.00")
    expect(page.get_by_role("region", name="Movements").get_by_role("row", name="transfer")).to_have_count(1)
    requests = page.get_by_role("region", name="Requests")
    expect(requests.get_by_role("row", name="/v1/payment_intents").first).to_contain_text("200")
    assert "sk_test" not in page.content()


def test_it_fits_a_small_screen(page: Page, connect: Connect, simulator: Simulator) -> None:
    connect.topups.create(key="topup-1", amount=Money.of("50.00", "usd"))
    page.set_viewport_size({"width": 380, "height": 700})
    page.goto(simulator.world.site)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 380
