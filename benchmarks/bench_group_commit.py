"""What many writers of one process save by sharing commits: a thousand operations at once, beside one after another.

Threads wait for one another at the file, and whoever gets it first does the work of all; in asyncio the same happens
behind the bridge to threads. What counts is the ratio within one run.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from connectkit.storage.bridges import Threaded
from connectkit.storage.sqlite import SQLiteStore
from connectkit.testing.samples import HELD, draft

OPERATIONS, THREADS = 1000, 128


def singly(store: SQLiteStore, name: str) -> None:
    """Insert one after another."""
    for number in range(OPERATIONS):
        store.insert(draft(f"{name}-{number}"), HELD)


def in_threads(store: SQLiteStore, name: str) -> None:
    """Insert all at once, from threads."""

    def insert(number: int) -> None:
        store.insert(draft(f"{name}-{number}"), HELD)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(insert, range(OPERATIONS)))


def in_a_transaction(path: Path) -> Callable[[SQLiteStore, str], None]:
    """Give what writes all in one transaction of the caller's, as `connect.later` does."""

    def write(store: SQLiteStore, name: str) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            for number in range(OPERATIONS):
                store.enlist(connection, draft(f"{name}-{number}"))

    return write


def in_tasks(store: SQLiteStore, name: str) -> None:
    """Insert all at once, from tasks."""

    async def insert_all() -> None:
        bridge = Threaded(store)
        await asyncio.gather(*(bridge.insert(draft(f"{name}-{number}"), HELD) for number in range(OPERATIONS)))

    asyncio.run(insert_all())


def seconds(write: Callable[[SQLiteStore, str], None], store: SQLiteStore, name: str) -> float:
    """Give how long one way took."""
    began = time.perf_counter()
    write(store, name)
    return time.perf_counter() - began


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=".") as folder:
        path = Path(folder, "connect.db")
        ways = {
            "one after another": singly,
            "at once, threads": in_threads,
            "at once, asyncio": in_tasks,
            "one transaction": in_a_transaction(path),
        }
        best = dict.fromkeys(ways, float("inf"))
        with SQLiteStore(path) as store:
            store.insert(draft("warm"), HELD)
            for attempt in range(5):
                for title, write in ways.items():
                    best[title] = min(best[title], seconds(write, store, f"{title}-{attempt}"))
    for title, taken in best.items():
        print(f"{title:20} {1000 * taken:8.1f} ms {taken / best['one after another']:8.3f} of one after another")
