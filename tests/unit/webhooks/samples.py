"""What Stripe would send, and a router on a clock of its own to send it to."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from connectkit.ports import BlockingWorld
from connectkit.storage.base import Store
from connectkit.storage.bridges import Inline
from connectkit.storage.memory import MemoryStore
from connectkit.webhooks.router import AsyncWebhookRouter, WebhookRouter
from connectkit.webhooks.signatures import sign

SECRET = "whsec_platform"
OTHER = "whsec_accounts"
START = datetime(2026, 11, 23, 12, tzinfo=UTC)


class World(BlockingWorld):
    """A world whose clock stands still until it is moved; it serves as a store's clock too."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def snapshot(**changes: Any) -> dict[str, Any]:
    """Give an event of a kind that connectkit has no model for."""
    return {
        "id": "evt_1",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1_795_000_000,
        "livemode": False,
        "type": "capability.updated",
        "account": "acct_1",
        "pending_webhooks": 1,
        "request": {"id": "req_1", "idempotency_key": "key-1"},
        "data": {
            "object": {"id": "transfers", "object": "capability", "status": "active"},
            "previous_attributes": {"status": "pending"},
        },
        **changes,
    }


def about(kind: str, **fields: Any) -> dict[str, Any]:
    """Give the data of an event about an object."""
    return {"object": {"id": "obj_1", "object": kind, **fields}}


def thin(**changes: Any) -> dict[str, Any]:
    """Give a thin event."""
    return {
        "id": "evt_test_1",
        "object": "v2.core.event",
        "created": "2026-11-23T11:59:58.123Z",
        "livemode": False,
        "type": "v2.core.account.updated",
        "context": "acct_1",
        "reason": {"type": "request", "request": {"id": "req_1", "idempotency_key": "key-1"}},
        "related_object": {"id": "acct_1", "type": "v2.core.account", "url": "/v2/core/accounts/acct_1"},
        **changes,
    }


def encoded(envelope: object) -> bytes:
    """Give the body that carries *envelope*."""
    return json.dumps(envelope).encode()


def signed(body: bytes, *, secret: str = SECRET, at: datetime = START) -> dict[str, str]:
    """Give the headers that Stripe would send with *body*."""
    return {"Content-Type": "application/json", "Stripe-Signature": sign(body, secret, at)}


class Bench:
    """A router, its store and its clock."""

    def __init__(self, store: Store | None = None, **options: Any) -> None:
        self.world = World()
        self.store = MemoryStore(self.world.now)
        arguments: dict[str, Any] = {"secrets": [SECRET], "livemode": False, **options}
        self.router = WebhookRouter(AsyncWebhookRouter(Inline(store or self.store), self.world, **arguments))

    def deliver(self, envelope: object, *, secret: str = SECRET) -> tuple[int, str]:
        """Deliver an event as Stripe would, now, and give status and reason."""
        body = encoded(envelope)
        reply = self.router.handle(body, signed(body, secret=secret, at=self.world.time))
        return reply.status, reply.reason
