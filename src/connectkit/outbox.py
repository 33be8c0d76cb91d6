"""Where deferred operations are written: in the caller's transaction, or in one of the store's own."""

from __future__ import annotations

from datetime import datetime

from .assembly import Parts
from .calls.planning import Planning, Terms, Watching, Write
from .errors import InvalidRequest
from .storage.base import transactional
from .storage.ciphers import Enciphered
from .storage.records import Operation, Stored


def planning(parts: Parts, connection: object, priority: int, not_before: datetime | None) -> Planning:
    """Give the caller that writes down.

    Raises:
        InvalidRequest: The store cannot write in another's transaction, or the time has no zone.
    """
    if not_before is not None and not_before.tzinfo is None:
        message = "The time has no zone."
        raise InvalidRequest(message, param="not_before", next_step="Pass datetime.now(UTC) + timedelta(hours=1).")
    write = _inserting(parts) if connection is None else _enlisting(parts, connection)
    return Planning(parts.caller, write, Terms(priority=priority, not_before=not_before))


def watching(parts: Parts) -> Watching:
    """Give the caller that looks what became of it."""
    return Watching(parts.caller)


def _inserting(parts: Parts) -> Write:
    async def write(draft: Operation) -> Stored:
        return await parts.memory.insert(draft, 0.0)

    return write


def _enlisting(parts: Parts, connection: object) -> Write:
    store, memory = transactional(parts.store, "leave the connection out to commit at once."), parts.memory

    async def enlist(draft: Operation) -> Stored:
        if parts.blocking:
            return store.enlist(connection, draft)
        return await store.aenlist(connection, draft)

    async def write(draft: Operation) -> Stored:
        if isinstance(memory, Enciphered):
            return memory.opened(await enlist(memory.closed(draft)))
        return await enlist(draft)

    return write
