"""The example of a page for each kind of charge: what its server hands to a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPConnection
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from examples.checkout.server import FEE, PRICE, Shop

from connectkit import Connect

KINDS = ("direct", "destination", "separate")
NEEDED = re.compile(r"needs\.(\w+)")


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Browser:
    def __init__(self, port: int) -> None:
        self._port = port

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        connection.request(method, path, body)
        answer = connection.getresponse()
        status, text = answer.status, answer.read().decode()
        connection.close()
        return status, text

    def order(self, kind: str, number: int = 1) -> dict[str, Any]:
        status, text = self.ask("POST", f"/orders/{kind}/{number}")
        assert status == 200
        needs: dict[str, Any] = json.loads(text)
        return needs


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Connect.sandbox() as connect:
        seller = connect.onboarding.create(key="seller", country="US", type="express").id
        connect.simulator.onboard(seller)
        yield Shop(connect, "pk_test_shop", seller, ["whsec_shop"])


@pytest.fixture
def browser(shop: Shop) -> Iterator[Browser]:
    server = make_server("127.0.0.1", 0, shop, handler_class=_Silent)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield Browser(server.server_port)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_of_a_kind_asks_for_what_the_server_gives(shop: Shop, browser: Browser, kind: str) -> None:
    needs = browser.order(kind)
    status, page = browser.ask("GET", f"/{kind}?order=1")
    assert status == 200
    assert set(NEEDED.findall(page)) == set(needs)
    assert f"/orders/{kind}/" in page
    assert ("stripeAccount" in needs) == (kind == "direct")
    assert needs.get("stripeAccount", shop.seller) == shop.seller
    assert "sk_" not in page


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_that_is_loaded_again_pays_the_same_order(shop: Shop, browser: Browser, kind: str) -> None:
    first = browser.order(kind)
    assert browser.order(kind) == first
    assert browser.order(kind, 2) != first
    payment_id = first["clientSecret"].partition("_secret_")[0]
    account = first.get("stripeAccount")
    paid = shop.connect.charges.confirm(payment_id, key="buyer", payment_method="pm_card_visa", account=account)
    assert (paid.succeeded, paid.amount) == (True, PRICE)
    assert paid.fee == (None if kind == "separate" else FEE)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_paid_is_delivered_when_stripe_says_so(shop: Shop, browser: Browser, kind: str) -> None:
    needs = browser.order(kind)
    for connected in (False, True):
        shop.connect.simulator.subscribe(_heard(shop), "whsec_shop", connect=connected)
    assert "as soon as" in browser.ask("GET", f"/thanks/{kind}/1?redirect_status=succeeded")[1]
    payment_id = needs["clientSecret"].partition("_secret_")[0]
    account = needs.get("stripeAccount")
    shop.connect.charges.confirm(payment_id, key="buyer", payment_method="pm_card_visa", account=account)
    assert shop.delivered == {f"{kind}/1"}
    assert "on its way" in browser.ask("GET", f"/thanks/{kind}/1?redirect_status=succeeded")[1]
    assert f"/{kind}?order=1" in browser.ask("GET", f"/thanks/{kind}/1?redirect_status=failed")[1]


def _heard(shop: Shop) -> Callable[[bytes, Mapping[str, str]], None]:
    def hear(body: bytes, headers: Mapping[str, str]) -> None:
        assert shop.hear(body, headers["Stripe-Signature"]) == 200

    return hear


def test_what_stripe_did_not_sign_is_refused(shop: Shop, browser: Browser) -> None:
    assert browser.ask("POST", "/webhooks", b'{"type": "payment_intent.succeeded"}')[0] == 400
    assert shop.delivered == set()


@pytest.mark.parametrize(
    "path", ["/", "/orders/direct/1", "/orders/direct/../../etc", "/server.py", "/thanks/direct/x"]
)
def test_there_is_nothing_else(browser: Browser, path: str) -> None:
    assert browser.ask("GET", path)[0] == 404


def test_an_order_has_a_number(browser: Browser) -> None:
    assert browser.ask("POST", "/orders/direct/x")[0] == 404
    assert browser.ask("GET", "/shop.css")[0] == 200
