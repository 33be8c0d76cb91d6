"""Wire keys and marks: pure functions of an operation's name.

Nothing in them is random or secret, so that a journal that was lost still meets Stripe's own memory of the key, and an
object still tells by its mark which operation made it.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from attrs import evolve

from connectkit.requests import Params, Request, compact
from connectkit.storage.records import Identity

FORMAT: Final = "ck1"
"""The version of the derivation; it is part of the hash and the visible prefix of every wire key."""

_BECOMES: Final = ("payment_intent_data", "subscription_data")
"""What a page turns into when it is paid: it carries the mark as well, so that its money is known to be ours."""

METADATA_KEY: Final = "connectkit"
"""The one of Stripe's 50 metadata keys that is ours."""

_MARK_LENGTH: Final = 24  # hexadecimal digits, 96 bits: no two operations of a platform share a mark by chance


def mark(identity: Identity, request: Request, generation: int) -> str:
    """Derive the mark that is written into the metadata of what the request creates."""
    return _digest(identity, request, generation)[:_MARK_LENGTH]


def named(identity: Identity, request: Request, generation: int, *, version: str, marks: bool) -> Request:
    """Give *request* its version, its wire key and, where what it creates can carry one, its mark.

    Args:
        identity: The operation's name.
        request: What is sent.
        generation: How many earlier wire keys were spent.
        version: The version of Stripe's API to name.
        marks: Whether the endpoint takes metadata.
    """
    params = request.params
    if marks:
        note = {METADATA_KEY: mark(identity, request, generation)}
        params = {**params, **_noted(params, note)}
        params |= {name: {**params[name], **_noted(params[name], note)} for name in _BECOMES if name in params}
    return evolve(request, params=params, version=version, idempotency_key=wire_key(identity, request, generation))


def _noted(params: Params, note: Params) -> dict[str, Any]:
    return {"metadata": {**params.get("metadata", {}), **note}}


def wire_key(identity: Identity, request: Request, generation: int) -> str:
    """Derive the idempotency key that the request is sent with."""
    return f"{FORMAT}_{_digest(identity, request, generation)}"


def _digest(identity: Identity, request: Request, generation: int) -> str:
    parts = [
        FORMAT,
        request.api,
        identity.tenant,
        identity.platform,
        identity.livemode,
        request.account or "",
        identity.key,
        identity.step,
        generation,
    ]
    return hashlib.sha256(compact(parts).encode()).hexdigest()
