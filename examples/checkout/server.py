"""A page for each kind of charge, and the server behind them: what the browser gets, and what it never does.

Run it with keys of a sandbox of yours, and open http://localhost:8000/direct?order=1:

    STRIPE_SECRET_KEY=sk_test_… STRIPE_PUBLISHABLE_KEY=pk_test_… SELLER=acct_… python examples/checkout/server.py

The page asks this server for an order, and is handed what Stripe.js needs to let the buyer pay it. The amount is the
server's, never the browser's. What is delivered is decided by the webhook `payment_intent.succeeded`, and not by the
buyer's coming back.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

from connectkit import Connect, Money, Payment, SQLiteStore

PAGES = Path(__file__).parent
PRICE = Money.of("49.90", "usd")
FEE = Money.of("4.90", "usd")


class Shop:
    """Takes orders for one seller.

    Args:
        connect: The platform.
        publishable_key: Its key for browsers.
        seller: The connected account that sells.
    """

    def __init__(self, connect: Connect, publishable_key: str, seller: str) -> None:
        self.connect = connect
        self.publishable_key = publishable_key
        self.seller = seller

    def order(self, kind: str, number: str) -> dict[str, str]:
        """Make the payment of an order, and give what the browser needs to pay it.

        A page that is loaded again brings the same order number, and so the same payment.
        """
        payment = self._payment(kind, f"order-{kind}-{number}")
        if payment.receipt.replayed:  # the secret is never stored
            payment = self.connect.charges.retrieve(payment.id, account=payment.account or None)
        return payment.client(self.publishable_key).document()

    def _payment(self, kind: str, key: str) -> Payment:
        charges = self.connect.charges
        if kind == "direct":
            return charges.direct.create(key=key, amount=PRICE, account=self.seller, fee=FEE)
        if kind == "destination":
            return charges.destination.create(key=key, amount=PRICE, destination=self.seller, fee=FEE)
        return charges.separate.create(key=key, amount=PRICE)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request, as WSGI wants it."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].strip("/").split("/")
        match method, path:
            case "GET", [("direct" | "destination" | "separate") as kind]:
                return _answer(start, "text/html; charset=utf-8", (PAGES / f"{kind}.html").read_bytes())
            case "POST", ["orders", ("direct" | "destination" | "separate") as kind, number] if number.isdecimal():
                return _answer(start, "application/json", json.dumps(self.order(kind, number)).encode())
            case "GET", ["thanks"]:
                return _answer(start, "text/plain", b"Thank you. We deliver as soon as the payment has arrived.")
            case _:
                return _answer(start, "text/plain", b"There is nothing here.", status="404 Not Found")


def _answer(start: Callable[..., Any], kind: str, body: bytes, status: str = "200 OK") -> Iterable[bytes]:
    start(status, [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")])
    return [body]


if __name__ == "__main__":
    with Connect(os.environ["STRIPE_SECRET_KEY"], store=SQLiteStore("shop.db")) as platform:
        shop = Shop(platform, os.environ["STRIPE_PUBLISHABLE_KEY"], os.environ["SELLER"])
        make_server("127.0.0.1", 8000, shop).serve_forever()
