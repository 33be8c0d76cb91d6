"""The contract of a store, in both colours.

A store is thin on purpose: it inserts if absent, and it changes a row only for somebody who saw its latest version.
Every law of the journal is a pure function over rows, kept in one place, so that an adapter cannot weaken it. What an
adapter does promise is *atomicity* (stated at each verb), *durability* (see `Powers`), and one *clock*: every answer
carries the store's own time, and leases are counted in it, so that a fleet with drifting clocks agrees.

The blocking protocols are for the blocking face, the asynchronous ones for asyncio. `Inline` and `Threaded` let the
journal, which is written once as `async def`, use either. An adapter is held to all this by
`connectkit.testing.StoreSuite` and, if processes share it, by `connectkit.testing.SharedStoreSuite`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from attrs import frozen

from connectkit.errors import InvalidRequest

from .records import Delivery, Identity, Note, Operation, Realm, State, Stored


@frozen
class Powers:
    """What a store can promise.

    Attributes:
        durable: What it acknowledged survives the loss of the process and of power.
        shared: Several processes can work on it at once.
        transactional: An operation can be written in the caller's own transaction; see `TransactionalStore`.
    """

    durable: bool
    shared: bool
    transactional: bool = False


@frozen(kw_only=True)
class Movements:
    """Which movements of money are summed.

    Attributes:
        realm: Whose.
        currency: Of this currency alone.
        verbs: Done by these verbs, as `payouts.create`.
        since: Sent for the first time at or after this time.
        account: Concerning this connected account; every account if it is `""`.
    """

    realm: Realm
    currency: str
    verbs: Collection[str]
    since: datetime
    account: str = ""


@frozen(kw_only=True)
class Successes:
    """Which of the operations that succeeded are listed, by when they were under way.

    Attributes:
        realm: Whose.
        since: Last changed at or after this time, by the store's clock: what succeeded is not changed again.
        until: Written down at or before this time.
        account: Concerning this connected account; every account if it is `""`.
        after: Of those that were last changed at *since* itself, only those that were inserted later than the operation
            of this name, so that a list of any length can be read a page at a time: none, if nothing has this name.
    """

    realm: Realm
    since: datetime
    until: datetime
    account: str = ""
    after: Identity | None = None


class OperationStore(Protocol):
    """Remembers operations; the blocking colour.

    Every verb raises `StoreUnavailable` when the store cannot be reached: it never answers by guess. Text that UTF-8
    cannot spell is refused with `InvalidRequest`; all else comes back as it was, to the byte and the microsecond. A
    lease of 0 seconds has ended when it begins.
    """

    @property
    def powers(self) -> Powers:
        """What it can promise."""
        ...

    def insert(self, draft: Operation, lease: float) -> Stored:
        """Store *draft* if nothing has its identity yet.

        Atomicity: of any number of concurrent calls with one identity exactly one answers `inserted=True`, the others
        answer with the row that this one stored. The insertion is durable before the call returns.

        The store stamps the new row: *created*, *updated* and *first_sent* are its clock's now, *lease_until* is
        *lease* seconds later. Of a draft that is planned *lease_until* is now and *first_sent* stays `NEVER`.
        """
        ...

    def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        """Replace the row that *changed* was made from, if it still has the version that *changed* carries.

        Atomicity: of any number of concurrent calls that carry one version at most one succeeds; the others get `None`
        and have changed nothing. The version grows by one.

        The store stamps *updated*; and *lease_until* is set to its clock's now plus *lease* seconds, unless *lease* is
        `None`, which leaves it as *changed* has it. With `durable=False` the change may be lost with the machine's
        power (never torn, never out of order), which costs a replay or a look-up and no money.

        The *lane* is emptied unless the row is `STARTED`. *tell* is remembered, as by `remember`, in the same
        transaction: either both are stored or neither is.
        """
        ...

    def get(self, identity: Identity) -> Stored | None:
        """Give the row of this identity, or `None`."""
        ...

    def due(self, realm: Realm, lease: float) -> Stored | None:
        """Claim the deferred operation of *realm* that is to be sent next, for *lease* seconds, durably.

        That is the one of the highest priority, and of those the oldest, which is planned, unknown, or started with an
        ended lease; whose *due* has come; and whose account has no other operation in its lane. `None` if there is
        none.

        Atomicity: of any number of concurrent calls each gets another operation, no two of one account (`""` is none),
        until it is swapped into another state. The store stamps the row as `stamps.assigned` says.
        """
        ...

    def listed(
        self, realm: Realm, states: Collection[State], limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        """List the operations of *realm* in these states, the oldest first, at most *limit* rows.

        With an *account*, only those that concern it. With *after*, only those that were inserted later than the
        operation of this name, whatever has changed since, so that a list of any length can be read a page at a time;
        none, if nothing has this name.
        """
        ...

    def related(self, realm: Realm, objects: Collection[str]) -> Sequence[Stored]:
        """List the operations of *realm* whose *object_id* or *related_id* is one of *objects*, the oldest first.

        An empty id names nothing. Some hundred objects may be asked for at once, and what is found is looked up: it has
        to take no longer where the journal is long.
        """
        ...

    def succeeded(self, successes: Successes, limit: int) -> Sequence[Stored]:
        """List the operations in state `SUCCEEDED` that *successes* describes, at most *limit* rows.

        They come in the order of *updated*; of one moment, the oldest first. It has to take no longer where much has
        succeeded before *since*.
        """
        ...

    def moved(self, movements: Movements) -> int:
        """Sum the amounts of the operations that *movements* describes, all but the planned and the refused."""
        ...

    def purge(self, realm: Realm, before: datetime, account: str = "") -> int:
        """Forget what is personal of what ended before a time, and give how many rows that changed.

        Of operations of *realm* that succeeded or were refused, and were updated before it, *request*, *answer* and
        *refusal* are emptied and the version grows by one; all else stays for ever, so that nothing is done again. With
        an *account*, only those that concern it.
        """
        ...

    def policy(self, realm: Realm) -> str:
        """Give the policy of a realm, `""` if none was set."""
        ...

    def set_policy(self, realm: Realm, before: str, after: str) -> bool:
        """Replace the policy of a realm durably, if it is still *before*, and say whether it was.

        Atomicity: as of `swap`. Every row that `insert`, `swap`, `get` or `due` answer with from then on carries it.
        """
        ...

    def close(self) -> None:
        """Give back what it holds open; idempotent."""
        ...


class AsyncOperationStore(Protocol):
    """Remembers operations; the asynchronous colour, with the laws of `OperationStore`."""

    @property
    def powers(self) -> Powers:
        """What it can promise."""
        ...

    async def insert(self, draft: Operation, lease: float) -> Stored:
        """Store *draft* if nothing has its identity yet; see `OperationStore.insert`."""
        ...

    async def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        """Replace a row, if its version is still the one seen; see `OperationStore.swap`."""
        ...

    async def get(self, identity: Identity) -> Stored | None:
        """Give the row of this identity, or `None`."""
        ...

    async def due(self, realm: Realm, lease: float) -> Stored | None:
        """Claim the deferred operation that is to be sent next; see `OperationStore.due`."""
        ...

    async def listed(
        self, realm: Realm, states: Collection[State], limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        """List the operations in these states, the oldest first; see `OperationStore.listed`."""
        ...

    async def related(self, realm: Realm, objects: Collection[str]) -> Sequence[Stored]:
        """List the operations that made objects, or whose own belong to them; see `OperationStore.related`."""
        ...

    async def succeeded(self, successes: Successes, limit: int) -> Sequence[Stored]:
        """List operations that succeeded, in the order in which they did; see `OperationStore.succeeded`."""
        ...

    async def moved(self, movements: Movements) -> int:
        """Sum the amounts that *movements* describes; see `OperationStore.moved`."""
        ...

    async def purge(self, realm: Realm, before: datetime, account: str = "") -> int:
        """Forget what is personal of what ended before a time; see `OperationStore.purge`."""
        ...

    async def policy(self, realm: Realm) -> str:
        """Give the policy of a realm, `""` if none was set."""
        ...

    async def set_policy(self, realm: Realm, before: str, after: str) -> bool:
        """Replace the policy of a realm, if it is still *before*; see `OperationStore.set_policy`."""
        ...

    async def close(self) -> None:
        """Give back what it holds open; idempotent."""
        ...


class EventStore(Protocol):
    """Remembers received events; the blocking colour."""

    def remember(self, delivery: Delivery) -> bool:
        """Store an event if its scope and id are new, durably, and say whether they were.

        One whose *change* is known in its scope is not new either. The store stamps *received*.

        Atomicity: of any number of concurrent deliveries of one event, or of one change, exactly one is new.
        """
        ...

    def take(self, lease: float) -> Delivery | None:
        """Claim the oldest delivery that is not done and that nobody holds, for *lease* seconds.

        Atomicity: a delivery belongs to one worker until its lease ends. Of each non-empty ordering key only the oldest
        one that is not done can be taken, and only while no other of that key is held; other keys are not held up.
        The oldest is the one that was remembered first, whatever the clock said. The store adds one to *attempts* and
        *token*.
        """
        ...

    def finish(self, delivery: Delivery, error: str = "") -> bool:
        """Mark a taken delivery as done; `False` if another worker has taken it since.

        With an *error* it is given up: it keeps the error, is not handed out again and holds up no other. Finishing can
        be repeated, because the first answer may have been lost.
        """
        ...

    def fail(self, delivery: Delivery, error: str, delay: float) -> bool:
        """Give a taken delivery back, to be taken again after *delay* seconds; `False` as in `finish`.

        It is `False` as well if the delivery is done. Characters of an *error* that cannot be stored are escaped, here
        and in `finish`, because it is for people.
        """
        ...

    def forget(self, before: datetime, scope: str = "") -> int:
        """Empty the bodies of the deliveries that are done and were received before a time, and give how many.

        Their ids stay known for ever. With a *scope*, only those of it.
        """
        ...

    def known(self, scope: str, event_id: str) -> Delivery | None:
        """Give the delivery of this scope and id, or `None`."""
        ...

    def following(self, delivery: Delivery) -> Sequence[str]:
        """Give the types, each once, of the deliveries that *happened* later and have the same ordering key.

        None, if *delivery* has no ordering key.
        """
        ...

    def given_up(self, limit: int) -> Sequence[Delivery]:
        """List the deliveries that are done with an error, those that were queued first first, at most *limit*."""
        ...

    def revive(self, delivery: Delivery) -> bool:
        """Queue a delivery that was given up behind all others, with a higher token and no attempts.

        It is `False` if it is not given up, and of any number of concurrent calls for all but one.
        """
        ...


class AsyncEventStore(Protocol):
    """Remembers received events; the asynchronous colour, with the laws of `EventStore`."""

    async def remember(self, delivery: Delivery) -> bool:
        """Store an event if its scope and id are new; see `EventStore.remember`."""
        ...

    async def take(self, lease: float) -> Delivery | None:
        """Claim the oldest delivery that is due; see `EventStore.take`."""
        ...

    async def finish(self, delivery: Delivery, error: str = "") -> bool:
        """Mark a taken delivery as done; see `EventStore.finish`."""
        ...

    async def fail(self, delivery: Delivery, error: str, delay: float) -> bool:
        """Give a taken delivery back; see `EventStore.fail`."""
        ...

    async def forget(self, before: datetime, scope: str = "") -> int:
        """Empty the bodies of old deliveries; see `EventStore.forget`."""
        ...

    async def known(self, scope: str, event_id: str) -> Delivery | None:
        """Give the delivery of this scope and id; see `EventStore.known`."""
        ...

    async def following(self, delivery: Delivery) -> Sequence[str]:
        """Give the types of what happened to the same object later; see `EventStore.following`."""
        ...

    async def given_up(self, limit: int) -> Sequence[Delivery]:
        """List what was given up; see `EventStore.given_up`."""
        ...

    async def revive(self, delivery: Delivery) -> bool:
        """Queue what was given up once more; see `EventStore.revive`."""
        ...


class NoteStore(Protocol):
    """Remembers what was seen; the blocking colour."""

    def note(self, realm: Realm, topic: str, name: str) -> Note | None:
        """Give the note of this realm, topic and name, or `None`."""
        ...

    def set_note(self, note: Note) -> bool:
        """Replace a note durably, if it still has the version that *note* carries, and say whether it had.

        A note that is not there yet has version 0. The version grows by one.

        Atomicity: of any number of concurrent calls that carry one version exactly one succeeds.
        """
        ...

    def notes(self, realm: Realm, topic: str, after: str, limit: int) -> Sequence[Note]:
        """List the notes of a topic whose names come after *after*, by the bytes of their names, at most *limit*."""
        ...


class AsyncNoteStore(Protocol):
    """Remembers what was seen; the asynchronous colour, with the laws of `NoteStore`."""

    async def note(self, realm: Realm, topic: str, name: str) -> Note | None:
        """Give the note of this realm, topic and name, or `None`."""
        ...

    async def set_note(self, note: Note) -> bool:
        """Replace a note, if it still has the version that was seen; see `NoteStore.set_note`."""
        ...

    async def notes(self, realm: Realm, topic: str, after: str, limit: int) -> Sequence[Note]:
        """List the notes of a topic by name; see `NoteStore.notes`."""
        ...


class Store(OperationStore, EventStore, NoteStore, Protocol):
    """Everything that a `Connect` remembers, in one blocking store."""


class AsyncStore(AsyncOperationStore, AsyncEventStore, AsyncNoteStore, Protocol):
    """Everything that an `AsyncConnect` remembers, in one asynchronous store."""


@runtime_checkable
class SharingStore(Protocol):
    """A blocking store that can make several writes in one commit."""

    def together(self, writes: Sequence[Callable[[], object]]) -> None:
        """Call *writes*, each of which calls verbs of this store, and acknowledge them all at once.

        They come from this thread or another, one after the other, and raise nothing that is theirs alone.

        Raises:
            StoreUnavailable: Nothing of all that was written.
        """
        ...

    def remember_all(self, deliveries: Sequence[Delivery]) -> Sequence[bool]:
        """Do what `EventStore.remember` does with each of *deliveries*, in this order, and say which of them are new.

        Raises:
            InvalidRequest: One of them cannot be stored; none of them was.
            StoreUnavailable: None of them was.
        """
        ...


@runtime_checkable
class TransactionalStore(Protocol):
    """A store that can write an operation in somebody else's transaction on the same database.

    Connections are whatever the adapter understands: of the driver, or of SQLAlchemy on top of it, of either colour.
    """

    def enlist(self, connection: object, draft: Operation) -> Stored:
        """Store *draft* in the transaction of a blocking *connection*, as `insert` does; it is not committed here.

        Whoever holds the transaction decides what becomes of it. A row that is there already changes nothing and does
        not spoil the transaction.

        Raises:
            InvalidRequest: This is no connection that the store can write through.
            StoreUnavailable: The row could not be written.
        """
        ...

    async def aenlist(self, connection: object, draft: Operation) -> Stored:
        """Store *draft* in the transaction of an asynchronous *connection*; see `enlist`."""
        ...

    def enlist_event(self, connection: object, delivery: Delivery) -> bool:
        """Remember *delivery* in the transaction of a blocking *connection*, and say whether it is new there.

        Concurrent transactions wait for one another; whoever comes second finds it known once the first has committed.

        Raises:
            InvalidRequest: This is no connection that the store can write through.
            StoreUnavailable: The row could not be written.
        """
        ...

    async def aenlist_event(self, connection: object, delivery: Delivery) -> bool:
        """Remember *delivery* in the transaction of an asynchronous *connection*; see `enlist_event`."""
        ...


def transactional(store: object, instead: str) -> TransactionalStore:
    """Give *store*, which has to write in somebody else's transaction.

    Args:
        store: The store.
        instead: What can be done without a transaction, after "Use a store in your own database, or".

    Raises:
        InvalidRequest: It has no transactions.
    """
    if isinstance(store, TransactionalStore):
        return store
    message = f"A {type(store).__name__} cannot write in your transaction."
    step = f"Use a store in your own database, or {instead}"
    raise InvalidRequest(message, param="connection", next_step=step)
