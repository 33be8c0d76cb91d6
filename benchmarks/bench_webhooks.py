"""What verifying and reading one event costs, beside the SDK and beside the least that it can cost.

All contenders take turns in each round, so that a busy machine slows all of them alike; what counts is the ratio.
"""

from __future__ import annotations

import hmac
import json
import statistics
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import stripe

from connectkit import Connect
from connectkit.webhooks.events import Event, parse
from connectkit.webhooks.router import WebhookRouter
from connectkit.webhooks.signatures import Secret, sign, verify

ROUNDS = 15
REPEATS = 60
LINES = (1, 14, 51)  # bodies of about 1, 7 and 25 kB
SECRET = "whsec_benchmark"  # noqa: S105  # signs nothing but what is measured here


def body_of(lines: int) -> bytes:
    """Give an event about a seller's account that owes *lines* requirements."""
    line = {
        "alternative_fields_due": ["person_1.verification.document"],
        "code": "verification_document_expired",
        "deadline": 1_795_000_000,
        "error": {"message": "The document has expired.", "requirement": "person_1.verification.document"},
        "original_fields_due": ["person_1.verification.additional_document"],
    }
    account = {
        "id": "acct_1",
        "object": "account",
        "country": "US",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "payouts_enabled": True,
        "details_submitted": True,
        "requirements": {"alternatives": [line] * lines, "currently_due": [], "eventually_due": [], "past_due": []},
        "metadata": {"seller": "7"},
    }
    envelope = {
        "id": "evt_1",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1_795_000_000,
        "livemode": False,
        "type": "account.updated",
        "account": "acct_1",
        "pending_webhooks": 1,
        "request": {"id": "req_1", "idempotency_key": "key-1"},
        "data": {"object": account, "previous_attributes": {"payouts_enabled": False}},
    }
    return json.dumps(envelope, indent=2).encode()


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
    for lines in LINES:
        body = body_of(lines)
        calls = contenders(body)
        taken: dict[str, list[float]] = {name: [] for name in calls}
        for _ in range(ROUNDS):
            for name, call in calls.items():
                taken[name].append(microseconds(call))
        reference = statistics.median(taken["stripe.Webhook.construct_event"])
        print(f"{len(body)} bytes")
        for name, times in taken.items():
            print(f"  {name:32} {statistics.median(times):8.1f} µs {reference / statistics.median(times):6.1f} x")
