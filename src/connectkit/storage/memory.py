"""The reference of the contract, in this process's memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import islice
from threading import Lock

from . import rows, stamps
from .base import Powers
from .records import Delivery, Identity, Operation, State, Stored


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
                return Stored(known, now)
            row = self._operations[draft.identity] = stamps.inserted(draft, now, lease)
            return Stored(row, now, inserted=True)

    def swap(self, changed: Operation, lease: float | None, *, durable: bool) -> Stored | None:  # noqa: ARG002  # nothing is
        """Replace a row, if its version is still the one seen; see `OperationStore.swap`."""
        rows.from_operation(changed)
        with self._lock:
            known = self._operations.get(changed.identity)
            if known is None or known.version != changed.version:
                return None
            now = self._now()
            row = self._operations[changed.identity] = stamps.swapped(changed, now, lease)
            return Stored(row, now)

    def get(self, identity: Identity) -> Stored | None:
        """Give the row of this identity, or `None`."""
        rows.from_identity(identity)
        with self._lock:
            known = self._operations.get(identity)
            return None if known is None else Stored(known, self._now())

    def unfinished(self, limit: int) -> Sequence[Stored]:
        """List what is neither succeeded nor refused, the oldest first, at most *limit* rows."""
        ended = {State.SUCCEEDED, State.REFUSED}
        with self._lock:
            now = self._now()
            found = (Stored(row, now) for row in self._operations.values() if row.state not in ended)
            return tuple(islice(found, limit))

    def remember(self, delivery: Delivery) -> bool:
        """Store an event if its scope and id are new; see `EventStore.remember`."""
        rows.from_delivery(delivery)
        with self._lock:
            name = (delivery.scope, delivery.event_id)
            if name in self._deliveries:
                return False
            self._deliveries[name] = stamps.remembered(delivery, self._now())
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

    def _held(self, delivery: Delivery) -> Delivery | None:
        known = self._deliveries.get((delivery.scope, delivery.event_id))
        return known if known is not None and known.token == delivery.token else None

    def close(self) -> None:
        """Give back nothing: what is remembered lives as long as the store."""
