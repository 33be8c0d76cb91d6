"""The example shop in a browser: from the click to what is delivered, with a stand-in for Stripe.js."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from examples.checkout.server import Shop
from playwright.sync_api import Page, expect
from tests.browser.looking import accessible, beyond_the_keyboard
from tests.browser.serving import served

from connectkit import Connect
from connectkit.simulator import Simulator

GOOD, DECLINED, ASKING = "4242424242424242", "4000000000000002", "4000002760003184"
KINDS = ("direct", "destination", "separate")


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def shop(connect: Connect, simulator: Simulator) -> Shop:
    seller = connect.onboarding.create(key="seller", country="US", type="express").id
    simulator.onboard(seller)
    shop = Shop(connect, "pk_test_shop", seller, ["whsec_shop"])
    for connected in (False, True):
        simulator.subscribe(_told(shop), "whsec_shop", connect=connected)
    return shop


def _told(shop: Shop) -> Callable[[bytes, Mapping[str, str]], None]:
    def tell(body: bytes, headers: Mapping[str, str]) -> None:
        assert shop.hear(body, headers["Stripe-Signature"]) == 200

    return tell


@pytest.fixture
def address(shop: Shop) -> Iterator[str]:
    with served(make_server("127.0.0.1", 0, shop, handler_class=_Silent)) as url:
        yield url


def pay(page: Page, number: str) -> None:
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry").fill("12/34")
    page.get_by_label("Security code").fill("123")
    page.get_by_role("button", name="Pay").click()


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_is_paid_and_delivered(page: Page, shop: Shop, address: str, kind: str) -> None:
    page.goto(f"{address}/{kind}?order=1")
    expect(page.get_by_label("Card number")).to_be_visible()
    accessible(page)
    assert beyond_the_keyboard(page) == []
    pay(page, GOOD)
    expect(page.get_by_text("Your order is on its way.")).to_be_visible()
    accessible(page)
    assert f"{address}/thanks/{kind}/1?payment_intent=pi_" in page.url
    assert shop.delivered == {f"{kind}/1"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_declined_card_is_followed_by_another(page: Page, shop: Shop, address: str, kind: str) -> None:
    page.goto(f"{address}/{kind}?order=2")
    pay(page, DECLINED)
    expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    assert shop.delivered == set()
    pay(page, GOOD)
    expect(page.get_by_text("Your order is on its way.")).to_be_visible()
    assert shop.delivered == {f"{kind}/2"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_bank_asks_the_buyer(page: Page, shop: Shop, address: str, kind: str) -> None:
    page.goto(f"{address}/{kind}?order=3")
    pay(page, ASKING)
    page.get_by_role("button", name="Fail").click()
    expect(page.get_by_role("alert")).to_contain_text("did not confirm")
    assert shop.delivered == set()
    page.get_by_role("link", name="Try again").click()
    pay(page, ASKING)
    page.get_by_role("button", name="Complete").click()
    expect(page.get_by_text("Your order is on its way.")).to_be_visible()
    assert shop.delivered == {f"{kind}/3"}
