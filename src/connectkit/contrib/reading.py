"""What the adapters have in common: a body read to a limit, and a router of either colour."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping
from typing import Final, Protocol, TypeAlias

from connectkit.webhooks.replies import Reply
from connectkit.webhooks.router import WebhookRouter
from connectkit.webhooks.signatures import MAX_BYTES

LIMIT: Final = MAX_BYTES + 1
"""Bytes that are read at most: one more than a router takes, so that it says itself that it is too long."""


class Receiving(Protocol):
    """What takes a request in, blocking."""

    def handle(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Take in one request, and give what to answer."""
        ...


class AsyncReceiver(Protocol):
    """What takes a request in, in an event loop: an `AsyncWebhookRouter`, or what stands before one."""

    async def handle(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Take in one request, and give what to answer."""
        ...


Receiver: TypeAlias = WebhookRouter | Receiving
"""A router, or what stands before one."""


async def limited(chunks: AsyncIterable[bytes]) -> bytes:
    """Read a body, to the limit."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) >= LIMIT:
            break
    return bytes(body[:LIMIT])
