"""What verifying and reading one event costs, beside the SDK and beside the least that it can cost.

All contenders take turns in each round, so that a busy machine slows all of them alike; what counts is the ratio of
their quickest rounds, which are those that were disturbed the least.
"""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import stripe

from connectkit import Connect, Money
from connectkit.webhooks.events import Event, parse
from connectkit.webhooks.router import WebhookRouter
from connectkit.webhooks.signatures import Secret, sign, verify

ROUNDS = 15
REPEATS = 60
MANY = 60  # requirements of an account
REQUIREMENT = {
    "code": "verification_document_expired",
    "reason": "The document has expired.",
    "requirement": "person_1.verification.document",
}
SECRET = "whsec_benchmark"  # noqa: S105  # signs nothing but what is measured here


def bodies() -> Mapping[str, bytes]:
    """Give events of a platform that has onboarded a seller and sold something, as Stripe spells them."""
    connect, found = Connect.sandbox(), dict[str, bytes]()

    def keep(body: bytes, _headers: Mapping[str, str]) -> None:
        event = json.loads(body)
        found[event["type"]] = json.dumps(event, indent=2).encode()

    for of_accounts in (False, True):
        connect.simulator.subscribe(keep, connect=of_accounts)
    seller = connect.onboarding.create(
        key="seller-7",
        country="US",
        email="ana@example.com",
        type="express",
        capabilities=("card_payments", "transfers"),
        api="v1",
    )
    connect.simulator.onboard(seller.id)
    connect.charges.destination.create(
        key="order-1",
        amount=Money.of("100.00", "usd"),
        destination=seller.id,
        fee=Money.of("12.30", "usd"),
        payment_method="pm_card_visa",
        description="Order 1 at the market of St. Gallen, to be delivered by a courier before noon",
        metadata={"order": "1", "customer": "7", "courier": "3"},
    )
    connect.simulator.drain()
    small, large = (json.loads(found["account.updated"]) for _ in range(2))
    for name in ("individual", "external_accounts", "settings", "company"):
        del small["data"]["object"][name]
    large["data"]["object"]["requirements"]["errors"] = [REQUIREMENT] * MANY
    return {
        **{name: found[name] for name in ("transfer.created", "charge.succeeded")},
        "account.updated, little is told": json.dumps(small, indent=2).encode(),
        "account.updated": found["account.updated"],
        "account.updated, much is due": json.dumps(large, indent=2).encode(),
    }


def sdk(body: bytes, header: str) -> object:
    """Verify and read with the SDK."""
    construct: Any = stripe.Webhook.construct_event
    return construct(body, header, SECRET)


def floor(body: bytes) -> object:
    """Do the least: one HMAC and one decoding."""
    hmac.digest(SECRET.encode(), body, "sha256")
    return json.loads(body)


def envelope(body: bytes, header: str, secret: Secret) -> Event[object]:
    """Verify and read the envelope."""
    verify(body, header, [secret], datetime.now(tz=UTC))
    event = parse(body)
    if not isinstance(event, Event):
        raise TypeError(event)
    return event


def whole(body: bytes, header: str, secret: Secret) -> object:
    """Verify, and read the object as well."""
    return envelope(body, header, secret).data


def handled(router: WebhookRouter, body: bytes, headers: Mapping[str, str]) -> object:
    """Answer a delivery as an application would."""
    return router.handle(body, headers)


def contenders(body: bytes) -> dict[str, Callable[[], object]]:
    """Give what is measured on *body*."""
    header, secret = sign(body, SECRET, datetime.now(tz=UTC)), Secret(SECRET)
    router = Connect.sandbox().webhooks(secrets=[secret])
    return {
        "stripe.Webhook.construct_event": partial(sdk, body, header),
        "HMAC and json.loads": partial(floor, body),
        "verify, envelope": partial(envelope, body, header, secret),
        "verify, envelope, model": partial(whole, body, header, secret),
        "router.handle, in memory": partial(handled, router, body, {"Stripe-Signature": header}),
    }


def microseconds(call: Callable[[], object]) -> float:
    """Give the CPU time of one call."""
    began = time.process_time_ns()
    for _ in range(REPEATS):
        call()
    return (time.process_time_ns() - began) / REPEATS / 1000


if __name__ == "__main__":
    for kind, body in bodies().items():
        calls = contenders(body)
        taken: dict[str, list[float]] = {name: [] for name in calls}
        for _ in range(ROUNDS):
            for name, call in calls.items():
                taken[name].append(microseconds(call))
        reference = min(taken["stripe.Webhook.construct_event"])
        print(f"{kind}, {len(body)} bytes")
        for name, times in taken.items():
            print(f"  {name:32} {min(times):8.1f} µs {reference / min(times):6.1f} x")
