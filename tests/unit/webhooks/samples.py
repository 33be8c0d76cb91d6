"""What Stripe would send, and a router on a clock of its own to send it to."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from connectkit.errors import NotFound
from connectkit.models.base import Answer
from connectkit.ports import AsyncioWorld, BlockingWorld, Untold
from connectkit.ports import World as PortWorld
from connectkit.requests import Request
from connectkit.storage.base import AsyncStore, Store
from connectkit.storage.bridges import Inline, Threaded
from connectkit.storage.memory import MemoryStore
from connectkit.webhooks.events import Context
from connectkit.webhooks.router import AsyncWebhookRouter, Surroundings, WebhookRouter
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
    """Give an event of a kind that connectkit has no model for; each id tells of another change."""
    event: dict[str, Any] = {
        "id": "evt_1",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1_795_000_000,
        "livemode": False,
        "type": "mandate.updated",
        "account": "acct_1",
        "pending_webhooks": 1,
        "request": {"id": "req_1", "idempotency_key": "key-1"},
        "data": {
            "object": {"id": "transfers", "object": "mandate", "status": "active"},
            "previous_attributes": {"status": "pending"},
        },
        **changes,
    }
    data = cast("dict[str, Any]", event["data"])
    if event["id"] == "evt_1" or type(data) is not dict or "object" not in data:
        return event
    return {**event, "data": {**data, "serial": event["id"]}}


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


class Stripe:
    """Answers what a router reads, from a dictionary."""

    def __init__(self, world: PortWorld) -> None:
        self.world = world
        self.objects = dict[str, dict[str, Any] | Exception]()
        self.read_paths = list[str]()
        self.lists = dict[str | None, list[dict[str, Any]]]()

    async def read(self, request: Request, verb: str) -> Answer:
        assert verb
        self.read_paths.append(f"{request.path} {request.account or ''}".rstrip())
        found = self.objects.get(request.path, NotFound("There is none.", status=404))
        if isinstance(found, Exception):
            raise found
        return Answer(data=found)

    async def pages(self, request: Request, verb: str) -> AsyncGenerator[dict[str, Any], None]:
        assert verb
        created = request.params["created"]
        for event in reversed(self.lists.get(request.account, [])):
            if created["gte"] <= event["created"] < created.get("lt", event["created"] + 1):
                yield event


def surroundings(memory: AsyncStore, stripe: Stripe, *, livemode: bool = False) -> Surroundings:
    """Give what a router stands on."""
    reached: Any = stripe
    context = Context(lambda account: account, MemoryStore())
    return Surroundings(memory=memory, caller=reached, context=context, livemode=livemode, telemetry=Untold())


def in_a_loop(store: Store | None = None) -> AsyncWebhookRouter:
    """Give an asynchronous router over a store, by the machine's clock."""
    return AsyncWebhookRouter(surroundings(Threaded(store or MemoryStore()), Stripe(AsyncioWorld())), secrets=[SECRET])


class Bench:
    """A router, its store and its clock."""

    def __init__(self, store: Store | None = None, **options: Any) -> None:
        self.world = World()
        self.store = MemoryStore(self.world.now)
        self.stripe = Stripe(self.world)
        livemode = options.pop("livemode", False)
        around = surroundings(Inline(store or self.store), self.stripe, livemode=livemode)
        arguments: dict[str, Any] = {"secrets": [SECRET], **options}
        self.router = WebhookRouter(AsyncWebhookRouter(around, **arguments))

    def deliver(self, envelope: object, *, secret: str = SECRET) -> tuple[int, str]:
        """Deliver an event as Stripe would, now, and give status and reason."""
        body = encoded(envelope)
        reply = self.router.handle(body, signed(body, secret=secret, at=self.world.time))
        return reply.status, reply.reason
