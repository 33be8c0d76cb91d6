"""The embedded store: one SQLite file, any number of threads and processes.

What the money depends on is synced to the disk before it is acknowledged. What may be lost with the machine's power,
and is not lost with the process, is not waited for.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from connectkit.errors import InvalidRequest

from . import enlisting, rows, sql, stamps
from .base import Movements, Powers, Successes
from .database import Database
from .records import Delivery, Identity, Note, Operation, Realm, State, Stored

_MOST = 64  # events in a statement; SQLite may be built to take no more than 999 values


class SQLiteStore:
    """A durable store in one file, which is made, readable by its owner alone, when it is first needed.

    Threads may share one store. Processes may share one file on one machine; SQLite's locks do not hold over a network.
    A process may fork while the store is open: the file is closed before, and opened again by whoever needs it. The
    same goes for a store that was closed.

    Args:
        path: Where the file is. A relative path counts from the directory that is current now.
        timeout: For how many seconds to wait for another process that is writing.

    Raises:
        InvalidRequest: *path* names no file (`":memory:"`, a URI), or *timeout* is negative.
    """

    def __init__(self, path: str | os.PathLike[str], *, timeout: float = 5.0) -> None:
        self._path = _file(path)
        self._database = Database(self._path, _patience(timeout))

    @property
    def powers(self) -> Powers:
        """What was acknowledged is on the disk, and every process of this machine sees it."""
        return Powers(durable=True, shared=True, transactional=True)

    def insert(self, draft: Operation, lease: float) -> Stored:
        """Store *draft* if nothing has its identity yet; see `OperationStore.insert`."""

        def work(connection: sqlite3.Connection) -> Stored:
            now = _now()
            row = stamps.inserted(draft, now, lease)
            values = rows.from_operation(row)
            if connection.execute(sql.INSERT_OPERATION, values).rowcount:
                return Stored(row, now, True, _policy(connection, values))  # noqa: FBT003  # a field
            found = rows.to_operation(connection.execute(sql.GET_OPERATION, values).fetchone())
            return Stored(found, now, policy=_policy(connection, values))

        return self._database.write(work, durable=True)

    def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        """Replace a row, if its version is still the one seen; see `OperationStore.swap`."""

        def work(connection: sqlite3.Connection) -> Stored | None:
            now = _now()
            row = stamps.swapped(changed, now, lease)
            values = rows.from_operation(row)
            told = None if tell is None else rows.from_delivery(stamps.remembered(tell, now))
            if not connection.execute(sql.SWAP_OPERATION, values).rowcount:
                return None
            if told is not None:
                connection.execute(sql.INSERT_DELIVERY, told)
            return Stored(row, now, policy=_policy(connection, values))

        return self._database.write(work, durable=durable)

    def get(self, identity: Identity) -> Stored | None:
        """Give the row of this identity, or `None`."""
        values = rows.from_identity(identity)
        with self._database.reading() as connection:
            found = connection.execute(sql.GET_OPERATION, values).fetchone()
            if found is None:
                return None
            return Stored(rows.to_operation(found), _now(), policy=_policy(connection, values))

    def due(self, realm: Realm, lease: float) -> Stored | None:
        """Claim the deferred operation that is to be sent next; see `OperationStore.due`."""

        def work(connection: sqlite3.Connection) -> Stored | None:
            now = _now()
            values = {**rows.from_realm(realm), "now": rows.micros(now)}
            found = connection.execute(sql.DUE_OPERATION, values).fetchone()
            if found is None:
                return None
            row = stamps.assigned(rows.to_operation(found), now, lease)
            connection.execute(sql.SWAP_OPERATION, rows.from_operation(row))
            return Stored(row, now, policy=_policy(connection, values))

        return self._database.write(work, durable=True)

    def listed(
        self, realm: Realm, states: Collection[State], limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        """List the operations in these states, the oldest first; see `OperationStore.listed`."""
        statement, values = rows.listing(realm, states, limit, account, after)
        return self._several(statement, values)

    def related(self, realm: Realm, objects: Collection[str]) -> Sequence[Stored]:
        """List the operations that made objects, or whose own belong to them; see `OperationStore.related`."""
        return self._several(sql.RELATED, rows.from_objects(realm, objects))

    def succeeded(self, successes: Successes, limit: int) -> Sequence[Stored]:
        """List operations that succeeded, in the order in which they did; see `OperationStore.succeeded`."""
        return self._several(*rows.succession(successes, limit))

    def _several(self, statement: str, values: rows.Values) -> Sequence[Stored]:
        with self._database.reading() as connection:
            found = connection.execute(statement, values).fetchall()
            now, policy = _now(), _policy(connection, values)
            return tuple(Stored(rows.to_operation(row), now, policy=policy) for row in found)

    def moved(self, movements: Movements) -> int:
        """Sum the amounts that *movements* describes; see `OperationStore.moved`."""
        with self._database.reading() as connection:
            total: int = connection.execute(sql.MOVED, rows.from_movements(movements)).fetchone()[0]
            return total

    def purge(self, realm: Realm, before: datetime, account: str = "") -> int:
        """Forget what is personal of what ended before a time; see `OperationStore.purge`."""
        values = {**rows.from_realm(realm), "before": rows.micros(before), "account": account}
        return self._changed(sql.PURGE_OPERATIONS, values, durable=True)

    def policy(self, realm: Realm) -> str:
        """Give the policy of a realm, `""` if none was set."""
        with self._database.reading() as connection:
            return _policy(connection, rows.from_realm(realm))

    def set_policy(self, realm: Realm, before: str, after: str) -> bool:
        """Replace the policy of a realm, if it is still *before*; see `OperationStore.set_policy`."""
        values = {**rows.from_realm(realm), "before": before, "after": after}

        def work(connection: sqlite3.Connection) -> bool:
            connection.execute(sql.INSERT_POLICY, values)
            return connection.execute(sql.SET_POLICY, values).rowcount == 1

        return self._database.write(work, durable=True)

    def note(self, realm: Realm, topic: str, name: str) -> Note | None:
        """Give the note of this realm, topic and name, or `None`."""
        values = rows.from_note(Note(realm, topic, name, ""))
        with self._database.reading() as connection:
            found = connection.execute(sql.GET_NOTE, values).fetchone()
            return None if found is None else rows.to_note(found)

    def set_note(self, note: Note) -> bool:
        """Replace a note, if it still has the version that was seen; see `NoteStore.set_note`."""
        return self._changed(sql.SET_NOTE if note.version else sql.INSERT_NOTE, rows.from_note(note), durable=True) == 1

    def notes(self, realm: Realm, topic: str, after: str, limit: int) -> Sequence[Note]:
        """List the notes of a topic by name; see `NoteStore.notes`."""
        values = {**rows.from_note(Note(realm, topic, after, "")), "limit": limit}
        with self._database.reading() as connection:
            return [rows.to_note(row) for row in connection.execute(sql.LIST_NOTES, values)]

    def together(self, writes: Sequence[Callable[[], object]]) -> None:
        """Call *writes*, which call verbs of this store, in one commit; see `SharingStore.together`."""

        def work(connection: sqlite3.Connection) -> None:  # noqa: ARG001  # the verbs find it themselves
            for write in writes:
                write()

        if len(writes) == 1:
            writes[0]()
        else:
            self._database.write(work, durable=True)

    def enlist(self, connection: object, draft: Operation) -> Stored:
        """Store *draft* in the transaction of *connection*, which has this store's file open.

        *connection* is a `sqlite3.Connection`, or a `Connection` or `Session` of SQLAlchemy.

        Raises:
            InvalidRequest: This is no connection that the store can write through.
            StoreUnavailable: The row could not be written; the schema is made by the first use of the store itself.
        """
        return enlisting.write(connection, draft, enlisting.SQLITE)

    async def aenlist(self, connection: object, draft: Operation) -> Stored:
        """Store *draft* in the transaction of an `AsyncConnection` or `AsyncSession` of SQLAlchemy; see `enlist`."""
        return await enlisting.awrite(connection, draft, enlisting.SQLITE)

    def remember(self, delivery: Delivery) -> bool:
        """Store an event if its scope and id are new; see `EventStore.remember`."""
        return self.remember_all((delivery,))[0]

    def remember_all(self, deliveries: Sequence[Delivery]) -> Sequence[bool]:
        """Store events in one commit, and say which of them were new; see `SharingStore.remember_all`."""

        def work(connection: sqlite3.Connection) -> Sequence[bool]:
            now = _now()
            drafts = [rows.from_delivery(stamps.remembered(delivery, now)) for delivery in deliveries]
            parts = (drafts[first : first + _MOST] for first in range(0, len(drafts), _MOST))
            return [new for part in parts for new in _added(connection, part)]

        return self._database.write(work, durable=True)

    def take(self, lease: float) -> Delivery | None:
        """Claim the oldest delivery that is due; see `EventStore.take`.

        The claim may be lost with the machine's power, as are all workers that could hold it.
        """

        def work(connection: sqlite3.Connection) -> Delivery | None:
            now = _now()
            found = connection.execute(sql.NEXT_DELIVERY, {"now": rows.micros(now)}).fetchone()
            if found is None:
                return None
            row = stamps.taken(rows.to_delivery(found), now, lease)
            connection.execute(sql.TAKE_DELIVERY, rows.from_delivery(row))
            return row

        return self._database.write(work, durable=False)

    def finish(self, delivery: Delivery, error: str = "") -> bool:
        """Mark a taken delivery as done, or given up for an *error*; see `EventStore.finish`.

        If the machine loses its power in the next moments, the delivery may be handled again.
        """
        return self._changed(sql.FINISH_DELIVERY, lambda _: stamps.finished(delivery, error), durable=False) == 1

    def fail(self, delivery: Delivery, error: str, delay: float) -> bool:
        """Give a taken delivery back, to be taken again after *delay* seconds; `False` as in `finish`."""
        failed = self._changed(sql.FAIL_DELIVERY, lambda now: stamps.failed(delivery, error, now, delay), durable=False)
        return failed == 1

    def forget(self, before: datetime, scope: str = "") -> int:
        """Empty the bodies of old deliveries; see `EventStore.forget`."""
        values: rows.Values = {"before": rows.micros(before), "scope": scope, "empty": b""}
        return self._changed(sql.FORGET_DELIVERIES, values, durable=True)

    def known(self, scope: str, event_id: str) -> Delivery | None:
        """Give the delivery of this scope and id; see `EventStore.known`."""
        values = rows.from_name(scope, event_id)
        with self._database.reading() as connection:
            found = connection.execute(sql.GET_DELIVERY, values).fetchone()
            return None if found is None else rows.to_delivery(found)

    def following(self, delivery: Delivery) -> Sequence[str]:
        """Give the types of what happened to the same object later; see `EventStore.following`."""
        values = rows.from_delivery(delivery)
        with self._database.reading() as connection:
            return [row[0] for row in connection.execute(sql.FOLLOWING_TYPES, values)]

    def given_up(self, limit: int) -> Sequence[Delivery]:
        """List what was given up; see `EventStore.given_up`."""
        with self._database.reading() as connection:
            return [rows.to_delivery(row) for row in connection.execute(sql.GIVEN_UP, {"limit": limit})]

    def revive(self, delivery: Delivery) -> bool:
        """Queue what was given up once more; see `EventStore.revive`."""
        return self._changed(sql.REVIVE, rows.from_name(delivery.scope, delivery.event_id), durable=True) == 1

    def enlist_event(self, connection: object, delivery: Delivery) -> bool:
        """Remember *delivery* in the transaction of *connection*, and say whether it is new there; see `enlist`."""
        return enlisting.write_event(connection, delivery, enlisting.SQLITE)

    async def aenlist_event(self, connection: object, delivery: Delivery) -> bool:
        """Remember *delivery* in the transaction of an asynchronous *connection*; see `aenlist`."""
        return await enlisting.awrite_event(connection, delivery, enlisting.SQLITE)

    def _changed(self, statement: str, values: rows.Values | Callable[[datetime], Delivery], *, durable: bool) -> int:
        """Run one statement, and give how many rows it changed."""

        def work(connection: sqlite3.Connection) -> int:
            given = rows.from_delivery(values(_now())) if callable(values) else values
            return connection.execute(statement, given).rowcount

        return self._database.write(work, durable=durable)

    def close(self) -> None:
        """Give back the file; idempotent."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"SQLiteStore({str(self._path)!r})"

    def __reduce__(self) -> NoReturn:
        message = f"{self!r} holds an open file and cannot be copied or pickled: make another one on the same path."
        raise TypeError(message)


def _added(connection: sqlite3.Connection, drafts: Sequence[rows.Values]) -> Sequence[bool]:
    """Add deliveries by one statement, for each one costs more than a row does, and say which of them were new."""
    values = [value for draft in drafts for value in draft.values()]
    done = connection.execute(sql.insert_deliveries(len(drafts)), values)
    if done.rowcount in {0, len(drafts)}:
        return [done.rowcount > 0] * len(drafts)
    found = connection.execute(sql.NEWEST_DELIVERIES, {"count": done.rowcount}).fetchall()
    new = {(scope, event_id) for scope, event_id in found}
    return [_taken_out(new, (draft["scope"], draft["event_id"])) for draft in drafts]


def _taken_out(names: set[tuple[str | int | bytes, str | int | bytes]], name: tuple[str | int | bytes, ...]) -> bool:
    """Tell whether a name is there, and take it out: if it comes twice, the first one was new."""
    there = name in names
    names.discard(name)
    return there


def _policy(connection: sqlite3.Connection, realm: rows.Values) -> str:
    found = connection.execute(sql.GET_POLICY, realm).fetchone()
    return "" if found is None else found[0]


def _now() -> datetime:
    return datetime.now(tz=UTC)


def _file(path: str | os.PathLike[str]) -> Path:
    given = os.fspath(path)
    if given in {"", ":memory:"} or given.startswith("file:"):
        message = f"SQLiteStore keeps operations in a file, and {given!r} names none."
        raise InvalidRequest(message, param="path", next_step="Give a file's path, or use MemoryStore in tests.")
    return Path(given).absolute()


def _patience(timeout: float) -> float:
    if timeout < 0:
        message = f"A timeout of {timeout!r} seconds is negative."
        raise InvalidRequest(message, param="timeout", next_step="Give the seconds to wait for another process.")
    return timeout
