"""PostgreSQL as a store, in both colours: any number of processes on any number of machines."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Final, NoReturn, Self

from connectkit.errors import InvalidRequest, StoreUnavailable

from . import enlisting, postgres_sql, rows, sql, stamps
from .base import Movements, Powers, Successes
from .bridges import Stepped
from .enlisting import percent
from .postgres_links import AsyncLink, BlockingLink, LaneTaken, Link, Options, Rows
from .records import Delivery, Identity, Note, Operation, Realm, State, Stored

_LANES: Final = 100  # claims lost in a row to other workers of one account
_MICROSECOND: Final = timedelta(microseconds=1)


class _Verbs:
    """What a store does, over connections of either colour."""

    def __init__(self, link: Link, options: Options) -> None:
        self._link = link
        self._options = options

    @property
    def powers(self) -> Powers:
        """What was acknowledged is on the server's disk, and everybody who reaches the server sees it."""
        return Powers(durable=self._options.durable, shared=True, transactional=True)

    async def insert(self, draft: Operation, lease: float) -> Stored:
        """Store *draft* if nothing has its identity yet; see `OperationStore.insert`."""
        values = {**rows.from_operation(draft), "lease": _micros(lease)}
        ((now, made, policy),) = await self._run(postgres_sql.INSERT, values)
        if made:
            row = stamps.inserted(draft, rows.moment(now), lease)
            return Stored(row, rows.moment(now), inserted=True, policy=_decoded(policy))
        found = await self.get(draft.identity)
        if found is None:
            message = "The row that stands in the way of this one cannot be seen."
            raise StoreUnavailable(message, next_step="See to it that nobody deletes operations, then call again.")
        return found

    async def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        """Replace a row, if its version is still the one seen; see `OperationStore.swap`."""
        row = stamps.swapped(changed, changed.updated, None)
        leased: rows.Values = {"leased": int(lease is not None), "lease": _micros(lease or 0.0)}
        values = {**rows.from_operation(row), "seen": changed.version, **leased}
        if tell is not None:
            values |= _delivery(tell)
        found = await self._run(postgres_sql.SWAPS[durable, tell is not None], values)
        if not found:
            return None
        now = rows.moment(found[0][0])
        return Stored(stamps.swapped(changed, now, lease), now, policy=_decoded(found[0][1]))

    async def get(self, identity: Identity) -> Stored | None:
        """Give the row of this identity, or `None`."""
        found = await self._run(postgres_sql.GET, rows.from_identity(identity))
        return _stored(found[0]) if found else None

    async def due(self, realm: Realm, lease: float) -> Stored | None:
        """Claim the deferred operation that is to be sent next; see `OperationStore.due`."""
        values = {**rows.from_realm(realm), "lease": _micros(lease)}
        for _ in range(_LANES):
            try:
                found = await self._run(postgres_sql.DUE, values)
            except LaneTaken:
                continue  # another worker was quicker with another operation of this account
            return _stored(found[0]) if found else None
        message = "Other workers were quicker every time."
        raise StoreUnavailable(message, next_step="Call again.")

    async def listed(
        self, realm: Realm, states: Collection[State], limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        """List the operations in these states, the oldest first; see `OperationStore.listed`."""
        statement, values = rows.listing(realm, states, limit, account, after)
        return await self._several(realm, statement, values)

    async def related(self, realm: Realm, objects: Collection[str]) -> Sequence[Stored]:
        """List the operations that made objects, or whose own belong to them; see `OperationStore.related`."""
        return await self._several(realm, postgres_sql.RELATED, rows.from_objects(realm, objects))

    async def succeeded(self, successes: Successes, limit: int) -> Sequence[Stored]:
        """List operations that succeeded, in the order in which they did; see `OperationStore.succeeded`."""
        statement, values = rows.succession(successes, limit)
        return await self._several(successes.realm, statement, values)

    async def moved(self, movements: Movements) -> int:
        """Sum the amounts that *movements* describes; see `OperationStore.moved`."""
        return await self._number(postgres_sql.MOVED, rows.from_movements(movements))

    async def purge(self, realm: Realm, before: datetime, account: str = "") -> int:
        """Forget what is personal of what ended before a time; see `OperationStore.purge`."""
        values: rows.Values = {**rows.from_realm(realm), "before": rows.micros(before), "account": account}
        return await self._number(postgres_sql.PURGE, values)

    async def policy(self, realm: Realm) -> str:
        """Give the policy of a realm, `""` if none was set."""
        ((_, policy),) = await self._run(postgres_sql.NOW, rows.from_realm(realm))
        return _decoded(policy)

    async def set_policy(self, realm: Realm, before: str, after: str) -> bool:
        """Replace the policy of a realm, if it is still *before*; see `OperationStore.set_policy`."""
        values: rows.Values = {**rows.from_realm(realm), "before": before, "after": after}
        return await self._number(postgres_sql.SET_POLICY, values) == 1

    async def note(self, realm: Realm, topic: str, name: str) -> Note | None:
        """Give the note of this realm, topic and name, or `None`."""
        found = await self._run(sql.GET_NOTE, rows.from_note(Note(realm, topic, name, "")))
        return rows.to_note(_opened(found[0])) if found else None

    async def set_note(self, note: Note) -> bool:
        """Replace a note, if it still has the version that was seen; see `NoteStore.set_note`."""
        statement = postgres_sql.SET_NOTE if note.version else postgres_sql.INSERT_NOTE
        return await self._number(statement, rows.from_note(note)) == 1

    async def notes(self, realm: Realm, topic: str, after: str, limit: int) -> Sequence[Note]:
        """List the notes of a topic by name; see `NoteStore.notes`."""
        values = {**rows.from_note(Note(realm, topic, after, "")), "limit": limit}
        return [rows.to_note(_opened(row)) for row in await self._run(sql.LIST_NOTES, values)]

    async def remember(self, delivery: Delivery) -> bool:
        """Store an event if its scope and id are new; see `EventStore.remember`."""
        return await self._number(postgres_sql.REMEMBER, _delivery(delivery)) == 1

    async def take(self, lease: float) -> Delivery | None:
        """Claim the oldest delivery that is due; see `EventStore.take`."""
        found = await self._run(postgres_sql.TAKE, {"lease": _micros(lease)})
        return rows.to_delivery(_opened(found[0])) if found else None

    async def finish(self, delivery: Delivery, error: str = "") -> bool:
        """Mark a taken delivery as done, or given up for an *error*; see `EventStore.finish`."""
        values = rows.from_delivery(stamps.finished(delivery, error))
        return await self._number(postgres_sql.FINISH, values) == 1

    async def fail(self, delivery: Delivery, error: str, delay: float) -> bool:
        """Give a taken delivery back, to be taken again after *delay* seconds; `False` as in `finish`."""
        failed = stamps.failed(delivery, error, delivery.received, 0.0)
        return await self._number(postgres_sql.FAIL, {**rows.from_delivery(failed), "delay": _micros(delay)}) == 1

    async def forget(self, before: datetime, scope: str = "") -> int:
        """Empty the bodies of old deliveries; see `EventStore.forget`."""
        values: rows.Values = {"before": rows.micros(before), "scope": scope, "empty": b""}
        return await self._number(postgres_sql.FORGET, values)

    async def known(self, scope: str, event_id: str) -> Delivery | None:
        """Give the delivery of this scope and id; see `EventStore.known`."""
        found = await self._run(sql.GET_DELIVERY, rows.from_name(scope, event_id))
        return rows.to_delivery(_opened(found[0])) if found else None

    async def following(self, delivery: Delivery) -> Sequence[str]:
        """Give the types of what happened to the same object later; see `EventStore.following`."""
        return [_decoded(row[0]) for row in await self._run(sql.FOLLOWING_TYPES, rows.from_delivery(delivery))]

    async def given_up(self, limit: int) -> Sequence[Delivery]:
        """List what was given up; see `EventStore.given_up`."""
        return [rows.to_delivery(_opened(row)) for row in await self._run(sql.GIVEN_UP, {"limit": limit})]

    async def revive(self, delivery: Delivery) -> bool:
        """Queue what was given up once more; see `EventStore.revive`."""
        return await self._number(postgres_sql.REVIVE, rows.from_delivery(delivery)) == 1

    def enlist(self, connection: object, draft: Operation) -> Stored:
        """Store *draft* in the transaction of *connection*, which is one to this store's database.

        *connection* is a `psycopg.Connection`, or a `Connection` or `Session` of SQLAlchemy over psycopg.

        Raises:
            InvalidRequest: This is no connection that the store can write through.
            StoreUnavailable: The row could not be written; the schema is made by the first use of the store itself.
        """
        return enlisting.write(connection, draft, enlisting.POSTGRES)

    async def aenlist(self, connection: object, draft: Operation) -> Stored:
        """Store *draft* in the transaction of an asynchronous *connection*, of the same kinds; see `enlist`."""
        return await enlisting.awrite(connection, draft, enlisting.POSTGRES)

    def enlist_event(self, connection: object, delivery: Delivery) -> bool:
        """Remember *delivery* in the transaction of *connection*, and say whether it is new there; see `enlist`."""
        return enlisting.write_event(connection, delivery, enlisting.POSTGRES)

    async def aenlist_event(self, connection: object, delivery: Delivery) -> bool:
        """Remember *delivery* in the transaction of an asynchronous *connection*; see `aenlist`."""
        return await enlisting.awrite_event(connection, delivery, enlisting.POSTGRES)

    async def close(self) -> None:
        """Give the connections back; idempotent."""
        await self._link.close()

    async def _run(self, statement: str, values: rows.Values) -> Rows:
        return await self._link.run(percent(statement), {name: _closed(value) for name, value in values.items()})

    async def _several(self, realm: Realm, statement: str, values: rows.Values) -> Sequence[Stored]:
        found = await self._run(statement, values)
        ((now, policy),) = await self._run(postgres_sql.NOW, rows.from_realm(realm))
        return [Stored(rows.to_operation(_opened(row)), rows.moment(now), policy=_decoded(policy)) for row in found]

    async def _number(self, statement: str, values: rows.Values) -> int:
        ((number,),) = await self._run(statement, values)
        return int(number)


class AsyncPostgresStore(_Verbs):
    """A durable store in a PostgreSQL database, for asyncio.

    Its tables are made, in the first schema of the search path, when it is first used. Each event loop has connections
    of its own.

    Args:
        conninfo: Where the database is, as libpq takes it: a URI, or `dbname=… host=…`. It is never shown.
        size: How many connections at most.
        timeout: For how many seconds to wait for a connection, a lock or an answer.
        durable: Whether a server that does not wait for its disk (`fsync = off`) is refused.

    Raises:
        InvalidRequest: *size* or *timeout* is not above zero.
    """

    def __init__(self, conninfo: str, *, size: int = 10, timeout: float = 5.0, durable: bool = True) -> None:
        options = _options(conninfo, size=size, timeout=timeout, durable=durable)
        super().__init__(AsyncLink(options), options)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return "<AsyncPostgresStore>"

    def __reduce__(self) -> NoReturn:
        raise _not_copied(self)


class PostgresStore(Stepped):
    """A durable store in a PostgreSQL database.

    Its tables are made, in the first schema of the search path, when it is first used. Threads may share one store; a
    process that was forked opens connections of its own.

    Args:
        conninfo: Where the database is, as libpq takes it: a URI, or `dbname=… host=…`. It is never shown.
        size: How many connections at most.
        timeout: For how many seconds to wait for a connection, a lock or an answer.
        durable: Whether a server that does not wait for its disk (`fsync = off`) is refused.

    Raises:
        InvalidRequest: *size* or *timeout* is not above zero.
    """

    def __init__(self, conninfo: str, *, size: int = 10, timeout: float = 5.0, durable: bool = True) -> None:
        options = _options(conninfo, size=size, timeout=timeout, durable=durable)
        self._source = _Verbs(BlockingLink(options), options)
        super().__init__(self._source)

    def enlist(self, connection: object, draft: Operation) -> Stored:
        """Store *draft* in the transaction of a blocking *connection*; see `AsyncPostgresStore.enlist`."""
        return self._source.enlist(connection, draft)

    async def aenlist(self, connection: object, draft: Operation) -> Stored:
        """Store *draft* in the transaction of an asynchronous *connection*; see `AsyncPostgresStore.enlist`."""
        return await self._source.aenlist(connection, draft)

    def enlist_event(self, connection: object, delivery: Delivery) -> bool:
        """Remember *delivery* in the transaction of a blocking *connection*; see `enlist`."""
        return self._source.enlist_event(connection, delivery)

    async def aenlist_event(self, connection: object, delivery: Delivery) -> bool:
        """Remember *delivery* in the transaction of an asynchronous *connection*; see `aenlist`."""
        return await self._source.aenlist_event(connection, delivery)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return "<PostgresStore>"

    def __reduce__(self) -> NoReturn:
        raise _not_copied(self)


def _options(conninfo: str, *, size: int, timeout: float, durable: bool) -> Options:
    if size < 1 or timeout <= 0:
        message = "A store needs one connection at least, and some patience."
        raise InvalidRequest(message, param="size" if size < 1 else "timeout")
    return Options(conninfo, size=size, timeout=timeout, durable=durable)


def _not_copied(store: object) -> TypeError:
    message = f"{store!r} holds open connections and cannot be copied or pickled: make another one."
    return TypeError(message)


def _micros(seconds: float) -> int:
    return timedelta(seconds=seconds) // _MICROSECOND


def _delivery(delivery: Delivery) -> dict[str, str | int | bytes]:
    values = dict(rows.from_delivery(delivery))
    until, token = values.pop("lease_until"), values.pop("token")  # an operation has such columns too
    return {**values, "held_until": until, "delivery_token": token}


def _stored(row: tuple[Any, ...]) -> Stored:
    *columns, now, policy = row
    return Stored(rows.to_operation(_opened(columns)), rows.moment(now), policy=_decoded(policy))


def _opened(row: Sequence[Any]) -> list[Any]:
    return [_decoded(value) if isinstance(value, str) else value for value in row]


def _closed(value: str | int | bytes) -> str | int | bytes:
    return enlisting.without_nul(value) if isinstance(value, str) else value


_decoded = enlisting.with_nul
