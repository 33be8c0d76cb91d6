r"""A page for each kind of charge, and the server behind them: what the browser gets, and what it never does.

Run it with keys of a sandbox of yours, and open http://localhost:8000/direct?order=1:

    STRIPE_SECRET_KEY=sk_test_… STRIPE_PUBLISHABLE_KEY=pk_test_… SELLER=acct_… WEBHOOK_SECRETS="whsec_… whsec_…" \
        python examples/checkout/server.py

The page asks this server for an order, and is handed what Stripe.js needs to let the buyer pay it. The amount is the
server's, never the browser's. What is delivered is decided by the webhook `payment_intent.succeeded`, and not by the
buyer's coming back: point an endpoint for your account, and another for connected accounts, at `/webhooks`, and give
their secrets as WEBHOOK_SECRETS, with a space between them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

from connectkit import Connect, Event, Money, Payment, SQLiteStore

PAGES = Path(__file__).parent
PRICE = Money.of("49.90", "usd")
FEE = Money.of("4.90", "usd")
STATUSES = {200: "200 OK", 400: "400 Bad Request", 404: "404 Not Found", 503: "503 Service Unavailable"}
WAITING = "<p>We deliver as soon as the payment has arrived.</p>"
DELIVERED = "<p>Your order is on its way.</p>"
FAILED = '<p role="alert">Your bank did not confirm the payment. <a href="/{kind}?order={number}">Try again</a></p>'


class Shop:
    """Takes orders for one seller.

    Args:
        connect: The platform.
        publishable_key: Its key for browsers.
        seller: The connected account that sells.
        secrets: What its webhooks are signed with.

    Attributes:
        delivered: The orders that were paid, and so are delivered.
    """

    def __init__(self, connect: Connect, publishable_key: str, seller: str, secrets: Sequence[str]) -> None:
        self.connect = connect
        self.publishable_key = publishable_key
        self.seller = seller
        self.delivered: set[str] = set()
        self.router = connect.webhooks(secrets=secrets)
        self.router.on("payment_intent.succeeded")(self.deliver)

    def deliver(self, event: Event[Payment]) -> None:
        """Deliver an order that was paid; it may be told twice."""
        self.delivered.add(event.data.metadata["order"])

    def order(self, kind: str, number: str) -> dict[str, str]:
        """Make the payment of an order, and give what the browser needs to pay it.

        A page that is loaded again brings the same order number, and so the same payment.
        """
        payment = self._payment(kind, f"{kind}/{number}")
        if payment.receipt.replayed:  # the secret is never stored
            payment = self.connect.charges.retrieve(payment.id, account=payment.account or None)
        return payment.client(self.publishable_key).document()

    def _payment(self, kind: str, order: str) -> Payment:
        charges, told = self.connect.charges, {"order": order}
        if kind == "direct":
            return charges.direct.create(key=order, amount=PRICE, account=self.seller, fee=FEE, metadata=told)
        if kind == "destination":
            return charges.destination.create(key=order, amount=PRICE, destination=self.seller, fee=FEE, metadata=told)
        return charges.separate.create(key=order, amount=PRICE, metadata=told)

    def hear(self, body: bytes, signature: str) -> int:
        """Take an event, and give the status to answer; a shop of any size has a worker of its own do the work."""
        reply = self.router.handle(body, {"Stripe-Signature": signature})
        self.router.work()
        return reply.status

    def thank(self, kind: str, number: str, query: str) -> bytes:
        """Give the page that a buyer comes back to."""
        words = DELIVERED if f"{kind}/{number}" in self.delivered else WAITING
        if "redirect_status=failed" in query:
            words = FAILED.format(kind=kind, number=number)
        return (PAGES / "thanks.html").read_text().replace("<p>…</p>", words).encode()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request, as WSGI wants it."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].strip("/").split("/")
        match method, path:
            case "GET", [("direct" | "destination" | "separate") as kind]:
                return _answer(start, "text/html; charset=utf-8", (PAGES / f"{kind}.html").read_bytes())
            case "POST", ["orders", ("direct" | "destination" | "separate") as kind, number] if number.isdecimal():
                return _answer(start, "application/json", json.dumps(self.order(kind, number)).encode())
            case "GET", ["thanks", ("direct" | "destination" | "separate") as kind, number] if number.isdecimal():
                return _answer(start, "text/html; charset=utf-8", self.thank(kind, number, environ["QUERY_STRING"]))
            case "GET", ["shop.css"]:
                return _answer(start, "text/css", (PAGES / "shop.css").read_bytes())
            case "POST", ["webhooks"]:
                body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
                status = self.hear(body, environ.get("HTTP_STRIPE_SIGNATURE", ""))
                return _answer(start, "text/plain", b"", status)
            case _:
                return _answer(start, "text/plain", b"There is nothing here.", 404)


def _answer(start: Callable[..., Any], kind: str, body: bytes, status: int = 200) -> Iterable[bytes]:
    headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    start(STATUSES[status], headers)
    return [body]


if __name__ == "__main__":
    with Connect(os.environ["STRIPE_SECRET_KEY"], store=SQLiteStore("shop.db")) as platform:
        signed = os.environ["WEBHOOK_SECRETS"].split()
        shop = Shop(platform, os.environ["STRIPE_PUBLISHABLE_KEY"], os.environ["SELLER"], signed)
        make_server("127.0.0.1", 8000, shop).serve_forever()
