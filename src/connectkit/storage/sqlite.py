"""The embedded store: one SQLite file, any number of threads and processes.

What the money depends on is synced to the disk before it is acknowledged. What may be lost with the machine's power,
and is not lost with the process, is not waited for.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from connectkit.errors import InvalidRequest

from . import rows, sql, stamps
from .base import Powers
from .database import Database
from .records import Delivery, Identity, Operation, Stored


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
        return Powers(durable=True, shared=True)

    def insert(self, draft: Operation, lease: float) -> Stored:
        """Store *draft* if nothing has its identity yet; see `OperationStore.insert`."""
        with self._database.writing(durable=True) as connection:
            now = _now()
            row = stamps.inserted(draft, now, lease)
            values = rows.from_operation(row)
            if connection.execute(sql.INSERT_OPERATION, values).rowcount:
                return Stored(row, now, inserted=True)
            return Stored(rows.to_operation(connection.execute(sql.GET_OPERATION, values).fetchone()), now)

    def swap(self, changed: Operation, lease: float | None, *, durable: bool) -> Stored | None:
        """Replace a row, if its version is still the one seen; see `OperationStore.swap`."""
        with self._database.writing(durable=durable) as connection:
            now = _now()
            row = stamps.swapped(changed, now, lease)
            swapped = connection.execute(sql.SWAP_OPERATION, rows.from_operation(row)).rowcount
            return Stored(row, now) if swapped else None

    def get(self, identity: Identity) -> Stored | None:
        """Give the row of this identity, or `None`."""
        with self._database.reading() as connection:
            found = connection.execute(sql.GET_OPERATION, rows.from_identity(identity)).fetchone()
            return None if found is None else Stored(rows.to_operation(found), _now())

    def unfinished(self, limit: int) -> Sequence[Stored]:
        """List what is neither succeeded nor refused, the oldest first, at most *limit* rows."""
        with self._database.reading() as connection:
            found = connection.execute(sql.UNFINISHED_OPERATIONS, {"limit": limit}).fetchall()
            now = _now()
            return tuple(Stored(rows.to_operation(row), now) for row in found)

    def remember(self, delivery: Delivery) -> bool:
        """Store an event if its scope and id are new; see `EventStore.remember`."""
        with self._database.writing(durable=True) as connection:
            row = stamps.remembered(delivery, _now())
            return connection.execute(sql.INSERT_DELIVERY, rows.from_delivery(row)).rowcount == 1

    def take(self, lease: float) -> Delivery | None:
        """Claim the oldest delivery that is due; see `EventStore.take`.

        The claim may be lost with the machine's power, as are all workers that could hold it.
        """
        with self._database.writing(durable=False) as connection:
            now = _now()
            found = connection.execute(sql.NEXT_DELIVERY, {"now": rows.micros(now)}).fetchone()
            if found is None:
                return None
            row = stamps.taken(rows.to_delivery(found), now, lease)
            connection.execute(sql.TAKE_DELIVERY, rows.from_delivery(row))
            return row

    def finish(self, delivery: Delivery, error: str = "") -> bool:
        """Mark a taken delivery as done, or given up for an *error*; see `EventStore.finish`.

        If the machine loses its power in the next moments, the delivery may be handled again.
        """
        with self._database.writing(durable=False) as connection:
            row = stamps.finished(delivery, error)
            return connection.execute(sql.FINISH_DELIVERY, rows.from_delivery(row)).rowcount == 1

    def fail(self, delivery: Delivery, error: str, delay: float) -> bool:
        """Give a taken delivery back, to be taken again after *delay* seconds; `False` as in `finish`."""
        with self._database.writing(durable=False) as connection:
            row = stamps.failed(delivery, error, _now(), delay)
            return connection.execute(sql.FAIL_DELIVERY, rows.from_delivery(row)).rowcount == 1

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
