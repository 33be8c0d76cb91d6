"""The reference of the contract, in this process's memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from itertools import dropwhile, islice
from threading import Lock
from typing import Final

from attrs import evolve

from . import rows, stamps
from .base import Movements, Powers, Successes
from .records import Delivery, Identity, Note, Operation, Realm, State, Stored

_TO_BE_SENT: Final = {State.PLANNED, State.UNKNOWN}


def _now() -> datetime:
    return datetime.now(tz=UTC)


class MemoryStore:
    """A store for tests, notebooks and simulations: thread-safe, and gone with its process.

    It is what other stores are compared with, so each verb is written as plainly as the contract states it.

    Args:
        clock: Gives the store's time, aware; this machine's where none is given.
    """

    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        self._now = clock or _now
        self._lock = Lock()
        self._operations: dict[Identity, Operation] = {}
        self._deliveries: dict[tuple[str, str], Delivery] = {}
        self._changes = set[tuple[str, str]]()
        self._policies: dict[Realm, str] = {}
        self._notes: dict[tuple[Realm, str, str], Note] = {}

    @property
    def powers(self) -> Powers:
        """Nothing survives the process, and no other process sees it."""
        return Powers(durable=False, shared=False)

    def insert(self, draft: Operation, lease: float) -> Stored:
        """Store *draft* if nothing has its identity yet; see `OperationStore.insert`."""
        rows.from_operation(draft)  # refuses what other stores could not keep
        with self._lock:
            now = self._now()
            known = self._operations.get(draft.identity)
            if known is not None:
                return self._stored(known, now)
            row = self._operations[draft.identity] = stamps.inserted(draft, now, lease)
            return self._stored(row, now, inserted=True)

    def swap(
        self,
        changed: Operation,
        lease: float | None,
        *,
        durable: bool,  # noqa: ARG002  # nothing is
        tell: Delivery | None = None,
    ) -> Stored | None:
        """Replace a row, if its version is still the one seen; see `OperationStore.swap`."""
        rows.from_operation(changed)
        with self._lock:
            known = self._operations.get(changed.identity)
            if known is None or known.version != changed.version:
                return None
            now = self._now()
            row = self._operations[changed.identity] = stamps.swapped(changed, now, lease)
            if tell is not None:
                self._remember(tell, now)
            return self._stored(row, now)

    def get(self, identity: Identity) -> Stored | None:
        """Give the row of this identity, or `None`."""
        rows.from_identity(identity)
        with self._lock:
            known = self._operations.get(identity)
            return None if known is None else self._stored(known, self._now())

    def due(self, realm: Realm, lease: float) -> Stored | None:
        """Claim the deferred operation that is to be sent next; see `OperationStore.due`."""
        with self._lock:
            now = self._now()
            occupied = {row.lane: row.identity for row in self._operations.values() if row.identity.realm == realm}
            waiting = [
                row
                for row in self._operations.values()
                if row.deferred
                and row.identity.realm == realm
                and row.seen(now) in _TO_BE_SENT
                and row.due <= now
                and (not row.account or occupied.get(row.account, row.identity) == row.identity)
            ]
            if not waiting:
                return None
            first = max(waiting, key=lambda row: row.priority)  # of several, the first that was inserted
            row = self._operations[first.identity] = stamps.assigned(first, now, lease)
            return self._stored(row, now)

    def listed(
        self, realm: Realm, states: Collection[State], limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        """List the operations in these states, the oldest first; see `OperationStore.listed`."""
        with self._lock:
            now, every = self._now(), iter(self._operations.values())
            later = every if after is None else islice(dropwhile(lambda row: row.identity != after, every), 1, None)
            found = (
                self._stored(row, now)
                for row in later
                if row.identity.realm == realm and row.state in states and account in {"", row.account}
            )
            return tuple(islice(found, limit))

    def related(self, realm: Realm, objects: Collection[str]) -> Sequence[Stored]:
        """List the operations that made objects, or whose own belong to them; see `OperationStore.related`."""
        rows.from_objects(realm, objects)
        with self._lock:
            now, sought = self._now(), {*objects} - {""}
            return [
                self._stored(row, now)
                for row in self._operations.values()
                if row.identity.realm == realm and sought & {row.object_id, row.related_id}
            ]

    def succeeded(self, successes: Successes, limit: int) -> Sequence[Stored]:
        """List operations that succeeded, in the order in which they did; see `OperationStore.succeeded`."""
        rows.succession(successes, limit)
        with self._lock:
            now, every, after = self._now(), self._operations.values(), successes.after
            later = every if after is None else islice(dropwhile(lambda row: row.identity != after, every), 1, None)
            at_once = {row.identity for row in later if row.updated == successes.since}
            found = [
                row
                for row in every
                if row.identity.realm == successes.realm
                and row.state is State.SUCCEEDED
                and (row.updated > successes.since or row.identity in at_once)
                and row.created <= successes.until
                and successes.account in {"", row.account}
            ]
            return [self._stored(row, now) for row in sorted(found, key=lambda row: row.updated)[:limit]]

    def moved(self, movements: Movements) -> int:
        """Sum the amounts that *movements* describes; see `OperationStore.moved`."""
        with self._lock:
            return sum(
                row.amount
                for row in self._operations.values()
                if row.identity.realm == movements.realm
                and row.currency == movements.currency
                and row.verb in movements.verbs
                and row.first_sent >= movements.since
                and row.state not in {State.PLANNED, State.REFUSED}
                and movements.account in {"", row.account}
            )

    def purge(self, realm: Realm, before: datetime, account: str = "") -> int:
        """Forget what is personal of what ended before a time; see `OperationStore.purge`."""
        with self._lock:
            old = [
                row
                for row in self._operations.values()
                if row.identity.realm == realm
                and row.state in {State.SUCCEEDED, State.REFUSED}
                and row.updated < before
                and account in {"", row.account}
                and (row.request or row.answer or row.refusal)
            ]
            self._operations.update({row.identity: stamps.purged(row) for row in old})
            return len(old)

    def policy(self, realm: Realm) -> str:
        """Give the policy of a realm, `""` if none was set."""
        with self._lock:
            return self._policies.get(realm, "")

    def set_policy(self, realm: Realm, before: str, after: str) -> bool:
        """Replace the policy of a realm, if it is still *before*; see `OperationStore.set_policy`."""
        with self._lock:
            if self._policies.get(realm, "") != before:
                return False
            self._policies[realm] = after
            return True

    def note(self, realm: Realm, topic: str, name: str) -> Note | None:
        """Give the note of this realm, topic and name, or `None`."""
        with self._lock:
            return self._notes.get((realm, topic, name))

    def set_note(self, note: Note) -> bool:
        """Replace a note, if it still has the version that was seen; see `NoteStore.set_note`."""
        rows.from_note(note)
        with self._lock:
            known = self._notes.get((note.realm, note.topic, note.name))
            if note.version != (known.version if known else 0):
                return False
            self._notes[note.realm, note.topic, note.name] = evolve(note, version=note.version + 1)
            return True

    def notes(self, realm: Realm, topic: str, after: str, limit: int) -> Sequence[Note]:
        """List the notes of a topic by name; see `NoteStore.notes`."""
        with self._lock:
            found = [note for note in self._notes.values() if (note.realm, note.topic) == (realm, topic)]
        later = [note for note in found if note.name.encode() > after.encode()]
        return sorted(later, key=lambda note: note.name.encode())[:limit]

    def _stored(self, row: Operation, now: datetime, *, inserted: bool = False) -> Stored:
        return Stored(row, now, inserted, self._policies.get(row.identity.realm, ""))

    def remember(self, delivery: Delivery) -> bool:
        """Store an event if its scope and id are new; see `EventStore.remember`."""
        rows.from_delivery(delivery)
        with self._lock:
            return self._remember(delivery, self._now())

    def _remember(self, delivery: Delivery, now: datetime) -> bool:
        name = (delivery.scope, delivery.event_id)
        change = (delivery.scope, delivery.change)
        if name in self._deliveries or (delivery.change and change in self._changes):
            return False
        self._changes.add(change)
        self._deliveries[name] = stamps.remembered(delivery, now)
        return True

    def take(self, lease: float) -> Delivery | None:
        """Claim the oldest delivery that is due; see `EventStore.take`."""
        with self._lock:
            now = self._now()
            passed = set[str]()
            for name, delivery in self._deliveries.items():
                if delivery.done or delivery.ordering in passed:
                    continue
                if delivery.lease_until <= now:
                    row = self._deliveries[name] = stamps.taken(delivery, now, lease)
                    return row
                if delivery.ordering:
                    passed.add(delivery.ordering)
            return None

    def finish(self, delivery: Delivery, error: str = "") -> bool:
        """Mark a taken delivery as done, or given up for an *error*; see `EventStore.finish`."""
        with self._lock:
            known = self._held(delivery)
            if known is None:
                return False
            self._deliveries[known.scope, known.event_id] = stamps.finished(known, error)
            return True

    def fail(self, delivery: Delivery, error: str, delay: float) -> bool:
        """Give a taken delivery back, to be taken again after *delay* seconds; `False` as in `finish`."""
        with self._lock:
            known = self._held(delivery)
            if known is None or known.done:
                return False
            self._deliveries[known.scope, known.event_id] = stamps.failed(known, error, self._now(), delay)
            return True

    def forget(self, before: datetime, scope: str = "") -> int:
        """Empty the bodies of old deliveries; see `EventStore.forget`."""
        with self._lock:
            old = {
                name: evolve(delivery, body=b"")
                for name, delivery in self._deliveries.items()
                if delivery.done and delivery.received < before and delivery.body and scope in {"", delivery.scope}
            }
            self._deliveries.update(old)
            return len(old)

    def known(self, scope: str, event_id: str) -> Delivery | None:
        """Give the delivery of this scope and id; see `EventStore.known`."""
        with self._lock:
            return self._deliveries.get((scope, event_id))

    def following(self, delivery: Delivery) -> Sequence[str]:
        """Give the types of what happened to the same object later; see `EventStore.following`."""
        with self._lock:
            later = (
                known.type
                for known in self._deliveries.values()
                if known.ordering == delivery.ordering and known.happened > delivery.happened
            )
            return list(dict.fromkeys(later)) if delivery.ordering else []

    def given_up(self, limit: int) -> Sequence[Delivery]:
        """List what was given up; see `EventStore.given_up`."""
        with self._lock:
            return [known for known in self._deliveries.values() if known.done and known.error][:limit]

    def revive(self, delivery: Delivery) -> bool:
        """Queue what was given up once more; see `EventStore.revive`."""
        name = (delivery.scope, delivery.event_id)
        with self._lock:
            known = self._deliveries.get(name)
            if known is None or not known.done or not known.error:
                return False
            del self._deliveries[name]
            self._deliveries[name] = stamps.revived(known)
            return True

    def _held(self, delivery: Delivery) -> Delivery | None:
        known = self._deliveries.get((delivery.scope, delivery.event_id))
        return known if known is not None and known.token == delivery.token else None

    def close(self) -> None:
        """Give back nothing: what is remembered lives as long as the store."""
