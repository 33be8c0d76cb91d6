"""Bodies that only this platform can read: any store, with its requests, answers and events encrypted.

Names, states, amounts and times stay readable, for the store has to find and order rows by them. What was stored before
there was a cipher can still be read.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, Protocol

from attrs import evolve

from . import rows
from .base import AsyncStore, Movements, Powers, Successes
from .records import Delivery, Identity, Note, Operation, Realm, State, Stored

_MARK: Final = "sealed:"  # no body begins so: all are JSON


class Cipher(Protocol):
    """Encrypts and decrypts; `cryptography.fernet.Fernet` and `MultiFernet` are such."""

    def encrypt(self, data: bytes) -> bytes:
        """Give *data* encrypted; the same data twice need not give the same."""
        ...

    def decrypt(self, token: bytes) -> bytes:
        """Give back what was encrypted, under the present key or an older one."""
        ...


class Enciphered:
    """A store whose bodies are encrypted.

    Args:
        store: Where they are kept.
        cipher: What encrypts them.
    """

    def __init__(self, store: AsyncStore, cipher: Cipher) -> None:
        self._store = store
        self._cipher = cipher

    @property
    def powers(self) -> Powers:
        """What the store can promise."""
        return self._store.powers

    def closed(self, operation: Operation) -> Operation:
        """Give a row as it is stored."""
        rows.from_operation(operation)  # refuses what is no text, before it is none that could be read
        request, answer, refusal = map(self._encrypted, (operation.request, operation.answer, operation.refusal))
        return evolve(operation, request=request, answer=answer, refusal=refusal)

    def opened(self, stored: Stored) -> Stored:
        """Give a stored row as it was."""
        row = stored.operation
        request, answer, refusal = map(self._decrypted, (row.request, row.answer, row.refusal))
        return evolve(stored, operation=evolve(row, request=request, answer=answer, refusal=refusal))

    async def insert(self, draft: Operation, lease: float) -> Stored:
        """Store *draft* if nothing has its identity yet; see `OperationStore.insert`."""
        return self.opened(await self._store.insert(self.closed(draft), lease))

    async def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        """Replace a row, if its version is still the one seen; see `OperationStore.swap`."""
        told = None if tell is None else self._closed_delivery(tell)
        return self._perhaps(await self._store.swap(self.closed(changed), lease, durable=durable, tell=told))

    async def get(self, identity: Identity) -> Stored | None:
        """Give the row of this identity, or `None`."""
        return self._perhaps(await self._store.get(identity))

    async def due(self, realm: Realm, lease: float) -> Stored | None:
        """Claim the deferred operation that is to be sent next; see `OperationStore.due`."""
        return self._perhaps(await self._store.due(realm, lease))

    async def listed(
        self, realm: Realm, states: Collection[State], limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        """List the operations in these states, the oldest first; see `OperationStore.listed`."""
        found = await self._store.listed(realm, states, limit, account, after)
        return [self.opened(stored) for stored in found]

    async def related(self, realm: Realm, objects: Collection[str]) -> Sequence[Stored]:
        """List the operations that made objects, or whose own belong to them; see `OperationStore.related`."""
        return [self.opened(stored) for stored in await self._store.related(realm, objects)]

    async def succeeded(self, successes: Successes, limit: int) -> Sequence[Stored]:
        """List operations that succeeded, in the order in which they did; see `OperationStore.succeeded`."""
        return [self.opened(stored) for stored in await self._store.succeeded(successes, limit)]

    async def moved(self, movements: Movements) -> int:
        """Sum the amounts that *movements* describes; see `OperationStore.moved`."""
        return await self._store.moved(movements)

    async def purge(self, realm: Realm, before: datetime, account: str = "") -> int:
        """Forget what is personal of what ended before a time; see `OperationStore.purge`."""
        return await self._store.purge(realm, before, account)

    async def policy(self, realm: Realm) -> str:
        """Give the policy of a realm, `""` if none was set."""
        return await self._store.policy(realm)

    async def set_policy(self, realm: Realm, before: str, after: str) -> bool:
        """Replace the policy of a realm, if it is still *before*; see `OperationStore.set_policy`."""
        return await self._store.set_policy(realm, before, after)

    async def note(self, realm: Realm, topic: str, name: str) -> Note | None:
        """Give the note of this realm, topic and name, or `None`."""
        return await self._store.note(realm, topic, name)

    async def set_note(self, note: Note) -> bool:
        """Replace a note, if it still has the version that was seen; see `NoteStore.set_note`."""
        return await self._store.set_note(note)

    async def notes(self, realm: Realm, topic: str, after: str, limit: int) -> Sequence[Note]:
        """List the notes of a topic by name; see `NoteStore.notes`."""
        return await self._store.notes(realm, topic, after, limit)

    async def remember(self, delivery: Delivery) -> bool:
        """Store an event if its scope and id are new; see `EventStore.remember`."""
        return await self._store.remember(self._closed_delivery(delivery))

    async def take(self, lease: float) -> Delivery | None:
        """Claim the oldest delivery that is due; see `EventStore.take`."""
        taken = await self._store.take(lease)
        return None if taken is None else self._opened_delivery(taken)

    async def finish(self, delivery: Delivery, error: str = "") -> bool:
        """Mark a taken delivery as done; see `EventStore.finish`."""
        return await self._store.finish(delivery, error)

    async def fail(self, delivery: Delivery, error: str, delay: float) -> bool:
        """Give a taken delivery back; see `EventStore.fail`."""
        return await self._store.fail(delivery, error, delay)

    async def forget(self, before: datetime, scope: str = "") -> int:
        """Empty the bodies of old deliveries; see `EventStore.forget`."""
        return await self._store.forget(before, scope)

    async def known(self, scope: str, event_id: str) -> Delivery | None:
        """Give the delivery of this scope and id; see `EventStore.known`."""
        known = await self._store.known(scope, event_id)
        return None if known is None else self._opened_delivery(known)

    async def following(self, delivery: Delivery) -> Sequence[str]:
        """Give the types of what happened to the same object later; see `EventStore.following`."""
        return await self._store.following(delivery)

    async def given_up(self, limit: int) -> Sequence[Delivery]:
        """List what was given up; see `EventStore.given_up`."""
        return [self._opened_delivery(delivery) for delivery in await self._store.given_up(limit)]

    async def revive(self, delivery: Delivery) -> bool:
        """Queue what was given up once more; see `EventStore.revive`."""
        return await self._store.revive(delivery)

    async def close(self) -> None:
        """Give back what the store holds open; idempotent."""
        await self._store.close()

    def _perhaps(self, stored: Stored | None) -> Stored | None:
        return None if stored is None else self.opened(stored)

    def _closed_delivery(self, delivery: Delivery) -> Delivery:
        return evolve(delivery, body=self._encrypted(delivery.body.decode("latin-1")).encode("latin-1"))

    def _opened_delivery(self, delivery: Delivery) -> Delivery:
        return evolve(delivery, body=self._decrypted(delivery.body.decode("latin-1")).encode("latin-1"))

    def _encrypted(self, body: str) -> str:
        return _MARK + b64encode(self._cipher.encrypt(body.encode())).decode() if body else ""

    def _decrypted(self, body: str) -> str:
        if not body.startswith(_MARK):
            return body
        return self._cipher.decrypt(b64decode(body.removeprefix(_MARK))).decode()
