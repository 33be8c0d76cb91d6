"""Redis as a store, in both colours: any number of processes, as durable as its append-only file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Final, NoReturn, Self

from connectkit.errors import InvalidRequest
from connectkit.requests import compact

from . import redis_scripts, rows, stamps
from .base import Movements, Powers, Successes
from .bridges import Stepped
from .records import Delivery, Identity, Note, Operation, Realm, State, Stored
from .redis_links import Argument, AsyncLink, BlockingLink, Link, Options

_MICROSECOND: Final = timedelta(microseconds=1)
_BATCH: Final = 500  # as the scripts have it
_TEXTS: Final = frozenset(
    {
        *("tenant", "platform", "key", "step", "verb", "fingerprint", "request", "state", "object_id", "answer"),
        *("refusal", "account", "currency", "lane", "related_id", "scope", "event_id", "type", "ordering", "error"),
        "change",
    }
)


class _Verbs:
    """What a store does, over connections of either colour."""

    def __init__(self, link: Link, options: Options) -> None:
        self._link = link
        self._options = options

    @property
    def powers(self) -> Powers:
        """What was acknowledged is in the server's append-only file, and everybody who reaches the server sees it."""
        return Powers(durable=self._options.durable, shared=True)

    async def insert(self, draft: Operation, lease: float) -> Stored:
        """Store *draft* if nothing has its identity yet; see `OperationStore.insert`."""
        values = rows.from_operation(draft)
        arguments = (_realm(draft.identity.realm), _name(draft.identity), _micros(lease), *_columns(values))
        found = await self._link.run(redis_scripts.INSERT, arguments)
        return _stored(found)

    async def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        """Replace a row, if its version is still the one seen; see `OperationStore.swap`.

        Redis waits for its disk once for all commands, so that what is not *durable* is no quicker.
        """
        del durable
        row = stamps.swapped(changed, changed.updated, None)
        arguments: Sequence[Argument] = (
            _realm(changed.identity.realm),
            _name(changed.identity),
            changed.version,
            "" if lease is None else _micros(lease),
            "" if tell is None else _event(tell),
            *_columns(rows.from_operation(row)),
            *(() if tell is None else _delivery(tell)),
        )
        return _perhaps(await self._link.run(redis_scripts.SWAP, arguments))

    async def get(self, identity: Identity) -> Stored | None:
        """Give the row of this identity, or `None`."""
        rows.from_identity(identity)
        return _perhaps(await self._link.run(redis_scripts.GET, (_realm(identity.realm), _name(identity))))

    async def due(self, realm: Realm, lease: float) -> Stored | None:
        """Claim the deferred operation that is to be sent next; see `OperationStore.due`.

        Those that wait behind their account's lane are passed over one by one.
        """
        return _perhaps(await self._link.run(redis_scripts.DUE, (_realm(realm), _micros(lease))))

    async def listed(
        self, realm: Realm, states: Collection[State], limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        """List the operations in these states, the oldest first; see `OperationStore.listed`."""
        index = "all" if {State.SUCCEEDED, State.REFUSED}.intersection(states) else "open"
        last = "" if after is None else _name(after)
        arguments: Sequence[Argument] = (_realm(realm), index, limit, account, last, *(state.value for state in states))
        return [_stored(found) for found in await self._link.run(redis_scripts.LIST, arguments)]

    async def related(self, realm: Realm, objects: Collection[str]) -> Sequence[Stored]:
        """List the operations that made objects, or whose own belong to them; see `OperationStore.related`."""
        rows.from_objects(realm, objects)
        return [_stored(found) for found in await self._link.run(redis_scripts.RELATED, (_realm(realm), *objects))]

    async def succeeded(self, successes: Successes, limit: int) -> Sequence[Stored]:
        """List operations that succeeded, in the order in which they did; see `OperationStore.succeeded`."""
        rows.succession(successes, limit)
        since, until = rows.micros(successes.since), rows.micros(successes.until)
        last = "" if successes.after is None else _name(successes.after)
        arguments: Sequence[Argument] = (_realm(successes.realm), since, until, limit, successes.account, last)
        return [_stored(found) for found in await self._link.run(redis_scripts.SUCCEEDED, arguments)]

    async def moved(self, movements: Movements) -> int:
        """Sum the amounts that *movements* describes; see `OperationStore.moved`."""
        since = rows.micros(movements.since)
        arguments: Sequence[Argument] = (
            _realm(movements.realm),
            movements.currency,
            since,
            movements.account,
            *movements.verbs,
        )
        return int(await self._link.run(redis_scripts.MOVED, arguments))

    async def purge(self, realm: Realm, before: datetime, account: str = "") -> int:
        """Forget what is personal of what ended before a time; see `OperationStore.purge`."""
        return await self._in_batches(redis_scripts.PURGE, _realm(realm), rows.micros(before), account)

    async def policy(self, realm: Realm) -> str:
        """Give the policy of a realm, `""` if none was set."""
        found: bytes = await self._link.run(redis_scripts.POLICY, (_realm(realm),))
        return found.decode()

    async def set_policy(self, realm: Realm, before: str, after: str) -> bool:
        """Replace the policy of a realm, if it is still *before*; see `OperationStore.set_policy`."""
        return bool(await self._link.run(redis_scripts.SET_POLICY, (_realm(realm), before, after)))

    async def note(self, realm: Realm, topic: str, name: str) -> Note | None:
        """Give the note of this realm, topic and name, or `None`."""
        rows.from_note(Note(realm, topic, name, ""))
        found = await self._link.run(redis_scripts.NOTE, (_realm(realm), topic, name))
        return Note(realm, topic, name, found[0].decode(), int(found[1])) if found else None

    async def set_note(self, note: Note) -> bool:
        """Replace a note, if it still has the version that was seen; see `NoteStore.set_note`."""
        rows.from_note(note)
        arguments = (_realm(note.realm), note.topic, note.name, note.text, note.version)
        return bool(await self._link.run(redis_scripts.SET_NOTE, arguments))

    async def notes(self, realm: Realm, topic: str, after: str, limit: int) -> Sequence[Note]:
        """List the notes of a topic by name; see `NoteStore.notes`."""
        rows.from_note(Note(realm, topic, after, ""))
        found = await self._link.run(redis_scripts.NOTES, (_realm(realm), topic, after, limit))
        return [Note(realm, topic, name.decode(), text.decode(), int(version)) for name, text, version in found]

    async def remember(self, delivery: Delivery) -> bool:
        """Store an event if its scope and id are new; see `EventStore.remember`."""
        arguments = ("", _event(delivery), *_delivery(delivery))
        return bool(await self._link.run(redis_scripts.REMEMBER, arguments))

    async def take(self, lease: float) -> Delivery | None:
        """Claim the oldest delivery that is due; see `EventStore.take`."""
        found = await self._link.run(redis_scripts.TAKE, ("", _micros(lease)))
        return _to_delivery(found) if found else None

    async def finish(self, delivery: Delivery, error: str = "") -> bool:
        """Mark a taken delivery as done, or given up for an *error*; see `EventStore.finish`."""
        said = stamps.finished(delivery, error).error
        return bool(await self._link.run(redis_scripts.FINISH, ("", _event(delivery), delivery.token, said)))

    async def fail(self, delivery: Delivery, error: str, delay: float) -> bool:
        """Give a taken delivery back, to be taken again after *delay* seconds; `False` as in `finish`."""
        said = stamps.finished(delivery, error).error
        arguments = ("", _event(delivery), delivery.token, said, _micros(delay))
        return bool(await self._link.run(redis_scripts.FAIL, arguments))

    async def forget(self, before: datetime, scope: str = "") -> int:
        """Empty the bodies of old deliveries; see `EventStore.forget`."""
        return await self._in_batches(redis_scripts.FORGET, "", rows.micros(before), scope)

    async def known(self, scope: str, event_id: str) -> Delivery | None:
        """Give the delivery of this scope and id; see `EventStore.known`."""
        rows.from_name(scope, event_id)
        found = await self._link.run(redis_scripts.KNOWN, ("", compact([scope, event_id])))
        return _to_delivery(found) if found else None

    async def following(self, delivery: Delivery) -> Sequence[str]:
        """Give the types of what happened to the same object later; see `EventStore.following`."""
        arguments = ("", delivery.ordering, rows.micros(delivery.happened))
        found = await self._link.run(redis_scripts.FOLLOWING, arguments) if delivery.ordering else ()
        return [type_.decode() for type_ in found]

    async def given_up(self, limit: int) -> Sequence[Delivery]:
        """List what was given up; see `EventStore.given_up`."""
        return [_to_delivery(found) for found in await self._link.run(redis_scripts.GIVEN_UP, ("", limit))]

    async def revive(self, delivery: Delivery) -> bool:
        """Queue what was given up once more; see `EventStore.revive`."""
        return bool(await self._link.run(redis_scripts.REVIVE, ("", _event(delivery))))

    async def close(self) -> None:
        """Give the connections back; idempotent."""
        await self._link.close()

    async def _in_batches(self, script: str, realm: str, before: int, narrowing: str) -> int:
        """Run a script over all that there is, so that nobody else waits long, and give how many rows it changed."""
        total, seen, found = 0, 0, _BATCH
        while found == _BATCH:
            changed, found = await self._link.run(script, (realm, before, narrowing, seen))
            total, seen = total + changed, seen + found
        return total


class AsyncRedisStore(_Verbs):
    """A store in a Redis server, for asyncio.

    Each event loop has connections of its own. A replica that takes over may lack what was acknowledged last: for
    money, a server that fails has to come back with its own disk.

    Args:
        url: Where the server is, as redis-py takes it. It is never shown.
        prefix: How the names of its keys begin.
        timeout: For how many seconds to wait for a connection or an answer.
        durable: Whether a server without `appendonly yes` and `appendfsync always` is refused. One that may evict keys
            always is.

    Raises:
        InvalidRequest: *timeout* is not above zero, or the prefix has braces.
    """

    def __init__(self, url: str, *, prefix: str = "connectkit", timeout: float = 5.0, durable: bool = True) -> None:
        options = _options(url, prefix=prefix, timeout=timeout, durable=durable)
        super().__init__(AsyncLink(options), options)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return "<AsyncRedisStore>"

    def __reduce__(self) -> NoReturn:
        raise _not_copied(self)


class RedisStore(Stepped):
    """A store in a Redis server.

    Threads may share one store; a process that was forked opens connections of its own. A replica that takes over may
    lack what was acknowledged last: for money, a server that fails has to come back with its own disk.

    Args:
        url: Where the server is, as redis-py takes it. It is never shown.
        prefix: How the names of its keys begin.
        timeout: For how many seconds to wait for a connection or an answer.
        durable: Whether a server without `appendonly yes` and `appendfsync always` is refused. One that may evict keys
            always is.

    Raises:
        InvalidRequest: *timeout* is not above zero, or the prefix has braces.
    """

    def __init__(self, url: str, *, prefix: str = "connectkit", timeout: float = 5.0, durable: bool = True) -> None:
        options = _options(url, prefix=prefix, timeout=timeout, durable=durable)
        self._source = _Verbs(BlockingLink(options), options)
        super().__init__(self._source)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return "<RedisStore>"

    def __reduce__(self) -> NoReturn:
        raise _not_copied(self)


def _options(url: str, *, prefix: str, timeout: float, durable: bool) -> Options:
    if timeout <= 0 or not prefix or {"{", "}"} & set(prefix):
        message = "A store needs some patience, and a prefix without braces."
        raise InvalidRequest(message, param="timeout" if timeout <= 0 else "prefix")
    return Options(url, prefix=prefix, timeout=timeout, durable=durable)


def _not_copied(store: object) -> TypeError:
    message = f"{store!r} holds open connections and cannot be copied or pickled: make another one."
    return TypeError(message)


def _micros(seconds: float) -> int:
    return timedelta(seconds=seconds) // _MICROSECOND


def _realm(realm: Realm) -> str:
    return compact([realm.tenant, realm.platform, realm.livemode])


def _name(identity: Identity) -> str:
    return compact([identity.tenant, identity.platform, identity.livemode, identity.key, identity.step])


def _event(delivery: Delivery) -> str:
    return compact([delivery.scope, delivery.event_id])


def _columns(values: rows.Values) -> Sequence[Argument]:
    return [values[name] for name in redis_scripts.COLUMNS]


def _delivery(delivery: Delivery) -> Sequence[Argument]:
    values = rows.from_delivery(delivery)
    return [values[name] for name in redis_scripts.DELIVERY]


def _to_delivery(found: Sequence[bytes]) -> Delivery:
    return rows.to_delivery(_decoded(redis_scripts.DELIVERY, found))


def _perhaps(found: Sequence[Any]) -> Stored | None:
    return _stored(found) if found else None


def _stored(found: Sequence[Any]) -> Stored:
    inserted, now, policy, *values = found
    row = rows.to_operation(_decoded(redis_scripts.COLUMNS, values))
    return Stored(row, rows.moment(int(now)), inserted=bool(inserted), policy=policy.decode())


def _decoded(names: Sequence[str], values: Sequence[bytes]) -> Sequence[Any]:
    return [_value(name, value) for name, value in zip(names, values, strict=True)]


def _value(name: str, value: bytes) -> str | int | bytes:
    if name in _TEXTS:
        return value.decode()
    return value if name == "body" else int(value)
