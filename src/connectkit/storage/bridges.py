"""A blocking store as an asynchronous one, so that the journal is written once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from typing import ParamSpec, TypeVar

from connectkit.drive import run

from .base import AsyncStore, Movements, Powers, SharingStore, Store, Successes
from .crowds import Crowd
from .records import Delivery, Identity, Note, Operation, Realm, State, Stored

P = ParamSpec("P")
T = TypeVar("T")


class Inline:
    """A blocking store that blocks where it is awaited; for the blocking face, which never suspends."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def powers(self) -> Powers:
        """What the store can promise."""
        return self._store.powers

    async def _call(self, verb: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return verb(*args, **kwargs)

    async def _ask(self, verb: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a verb that changes nothing."""
        return verb(*args, **kwargs)

    async def insert(self, draft: Operation, lease: float) -> Stored:
        """Store *draft* if nothing has its identity yet; see `OperationStore.insert`."""
        return await self._call(self._store.insert, draft, lease)

    async def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        """Replace a row, if its version is still the one seen; see `OperationStore.swap`."""
        return await self._call(self._store.swap, changed, lease, durable=durable, tell=tell)

    async def get(self, identity: Identity) -> Stored | None:
        """Give the row of this identity, or `None`."""
        return await self._ask(self._store.get, identity)

    async def due(self, realm: Realm, lease: float) -> Stored | None:
        """Claim the deferred operation that is to be sent next; see `OperationStore.due`."""
        return await self._call(self._store.due, realm, lease)

    async def listed(
        self, realm: Realm, states: Collection[State], limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        """List the operations in these states, the oldest first; see `OperationStore.listed`."""
        return await self._ask(self._store.listed, realm, states, limit, account, after)

    async def related(self, realm: Realm, objects: Collection[str]) -> Sequence[Stored]:
        """List the operations that made objects, or whose own belong to them; see `OperationStore.related`."""
        return await self._ask(self._store.related, realm, objects)

    async def succeeded(self, successes: Successes, limit: int) -> Sequence[Stored]:
        """List operations that succeeded, in the order in which they did; see `OperationStore.succeeded`."""
        return await self._ask(self._store.succeeded, successes, limit)

    async def moved(self, movements: Movements) -> int:
        """Sum the amounts that *movements* describes; see `OperationStore.moved`."""
        return await self._ask(self._store.moved, movements)

    async def purge(self, realm: Realm, before: datetime, account: str = "") -> int:
        """Forget what is personal of what ended before a time; see `OperationStore.purge`."""
        return await self._call(self._store.purge, realm, before, account)

    async def policy(self, realm: Realm) -> str:
        """Give the policy of a realm, `""` if none was set."""
        return await self._ask(self._store.policy, realm)

    async def set_policy(self, realm: Realm, before: str, after: str) -> bool:
        """Replace the policy of a realm, if it is still *before*; see `OperationStore.set_policy`."""
        return await self._call(self._store.set_policy, realm, before, after)

    async def note(self, realm: Realm, topic: str, name: str) -> Note | None:
        """Give the note of this realm, topic and name, or `None`."""
        return await self._ask(self._store.note, realm, topic, name)

    async def set_note(self, note: Note) -> bool:
        """Replace a note, if it still has the version that was seen; see `NoteStore.set_note`."""
        return await self._call(self._store.set_note, note)

    async def notes(self, realm: Realm, topic: str, after: str, limit: int) -> Sequence[Note]:
        """List the notes of a topic by name; see `NoteStore.notes`."""
        return await self._ask(self._store.notes, realm, topic, after, limit)

    async def remember(self, delivery: Delivery) -> bool:
        """Store an event if its scope and id are new; see `EventStore.remember`."""
        return await self._call(self._store.remember, delivery)

    async def take(self, lease: float) -> Delivery | None:
        """Claim the oldest delivery that is due; see `EventStore.take`."""
        return await self._call(self._store.take, lease)

    async def finish(self, delivery: Delivery, error: str = "") -> bool:
        """Mark a taken delivery as done; see `EventStore.finish`."""
        return await self._call(self._store.finish, delivery, error)

    async def fail(self, delivery: Delivery, error: str, delay: float) -> bool:
        """Give a taken delivery back; see `EventStore.fail`."""
        return await self._call(self._store.fail, delivery, error, delay)

    async def forget(self, before: datetime, scope: str = "") -> int:
        """Empty the bodies of old deliveries; see `EventStore.forget`."""
        return await self._call(self._store.forget, before, scope)

    async def known(self, scope: str, event_id: str) -> Delivery | None:
        """Give the delivery of this scope and id; see `EventStore.known`."""
        return await self._ask(self._store.known, scope, event_id)

    async def following(self, delivery: Delivery) -> Sequence[str]:
        """Give the types of what happened to the same object later; see `EventStore.following`."""
        return await self._ask(self._store.following, delivery)

    async def given_up(self, limit: int) -> Sequence[Delivery]:
        """List what was given up; see `EventStore.given_up`."""
        return await self._ask(self._store.given_up, limit)

    async def revive(self, delivery: Delivery) -> bool:
        """Queue what was given up once more; see `EventStore.revive`."""
        return await self._call(self._store.revive, delivery)

    async def close(self) -> None:
        """Give back what the store holds open; idempotent."""
        await self._ask(self._store.close)


class Threaded(Inline):
    """A blocking store that works in a thread while its caller is suspended; for asyncio.

    Writes that would wait for one another share a commit, if the store can do that.
    """

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._sharing = store if isinstance(store, SharingStore) else None
        self._crowd: Crowd | None = None

    async def _call(self, verb: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        if self._sharing is None:
            return await self._ask(verb, *args, **kwargs)
        self._crowd = Crowd.here(self._sharing, self._crowd)
        return await self._crowd.join(partial(verb, *args, **kwargs))

    async def remember(self, delivery: Delivery) -> bool:
        """Store an event if its scope and id are new; see `EventStore.remember`."""
        if self._sharing is None:
            return await self._ask(self._store.remember, delivery)
        self._crowd = Crowd.here(self._sharing, self._crowd)
        return await self._crowd.remember(delivery)

    async def _ask(self, verb: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        from asyncio import to_thread  # noqa: PLC0415  # asyncio costs more to import than all the rest of connectkit

        return await to_thread(verb, *args, **kwargs)


class Stepped:
    """An asynchronous store none of whose verbs ever suspends, as a blocking one."""

    def __init__(self, store: AsyncStore) -> None:
        self._store = store

    @property
    def powers(self) -> Powers:
        """What the store can promise."""
        return self._store.powers

    def insert(self, draft: Operation, lease: float) -> Stored:
        """Store *draft* if nothing has its identity yet; see `OperationStore.insert`."""
        return run(self._store.insert(draft, lease))

    def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        """Replace a row, if its version is still the one seen; see `OperationStore.swap`."""
        return run(self._store.swap(changed, lease, durable=durable, tell=tell))

    def get(self, identity: Identity) -> Stored | None:
        """Give the row of this identity, or `None`."""
        return run(self._store.get(identity))

    def due(self, realm: Realm, lease: float) -> Stored | None:
        """Claim the deferred operation that is to be sent next; see `OperationStore.due`."""
        return run(self._store.due(realm, lease))

    def listed(
        self, realm: Realm, states: Collection[State], limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        """List the operations in these states, the oldest first; see `OperationStore.listed`."""
        return run(self._store.listed(realm, states, limit, account, after))

    def related(self, realm: Realm, objects: Collection[str]) -> Sequence[Stored]:
        """List the operations that made objects, or whose own belong to them; see `OperationStore.related`."""
        return run(self._store.related(realm, objects))

    def succeeded(self, successes: Successes, limit: int) -> Sequence[Stored]:
        """List operations that succeeded, in the order in which they did; see `OperationStore.succeeded`."""
        return run(self._store.succeeded(successes, limit))

    def moved(self, movements: Movements) -> int:
        """Sum the amounts that *movements* describes; see `OperationStore.moved`."""
        return run(self._store.moved(movements))

    def purge(self, realm: Realm, before: datetime, account: str = "") -> int:
        """Forget what is personal of what ended before a time; see `OperationStore.purge`."""
        return run(self._store.purge(realm, before, account))

    def policy(self, realm: Realm) -> str:
        """Give the policy of a realm, `""` if none was set."""
        return run(self._store.policy(realm))

    def set_policy(self, realm: Realm, before: str, after: str) -> bool:
        """Replace the policy of a realm, if it is still *before*; see `OperationStore.set_policy`."""
        return run(self._store.set_policy(realm, before, after))

    def note(self, realm: Realm, topic: str, name: str) -> Note | None:
        """Give the note of this realm, topic and name, or `None`."""
        return run(self._store.note(realm, topic, name))

    def set_note(self, note: Note) -> bool:
        """Replace a note, if it still has the version that was seen; see `NoteStore.set_note`."""
        return run(self._store.set_note(note))

    def notes(self, realm: Realm, topic: str, after: str, limit: int) -> Sequence[Note]:
        """List the notes of a topic by name; see `NoteStore.notes`."""
        return run(self._store.notes(realm, topic, after, limit))

    def forget(self, before: datetime, scope: str = "") -> int:
        """Empty the bodies of old deliveries; see `EventStore.forget`."""
        return run(self._store.forget(before, scope))

    def remember(self, delivery: Delivery) -> bool:
        """Store an event if its scope and id are new; see `EventStore.remember`."""
        return run(self._store.remember(delivery))

    def take(self, lease: float) -> Delivery | None:
        """Claim the oldest delivery that is due; see `EventStore.take`."""
        return run(self._store.take(lease))

    def finish(self, delivery: Delivery, error: str = "") -> bool:
        """Mark a taken delivery as done; see `EventStore.finish`."""
        return run(self._store.finish(delivery, error))

    def fail(self, delivery: Delivery, error: str, delay: float) -> bool:
        """Give a taken delivery back; see `EventStore.fail`."""
        return run(self._store.fail(delivery, error, delay))

    def known(self, scope: str, event_id: str) -> Delivery | None:
        """Give the delivery of this scope and id; see `EventStore.known`."""
        return run(self._store.known(scope, event_id))

    def following(self, delivery: Delivery) -> Sequence[str]:
        """Give the types of what happened to the same object later; see `EventStore.following`."""
        return run(self._store.following(delivery))

    def given_up(self, limit: int) -> Sequence[Delivery]:
        """List what was given up; see `EventStore.given_up`."""
        return run(self._store.given_up(limit))

    def revive(self, delivery: Delivery) -> bool:
        """Queue what was given up once more; see `EventStore.revive`."""
        return run(self._store.revive(delivery))

    def close(self) -> None:
        """Give back what it holds open; idempotent."""
        run(self._store.close())
