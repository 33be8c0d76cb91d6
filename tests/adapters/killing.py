"""Work on new stores, each in a process that is killed at its next statement: the first, the second, and so on.

Run as `python killing.py FOLDER`. The stores are `FOLDER/0`, `FOLDER/1` …; what was acknowledged by each is printed, a
JSON list a line. The last line is of the process that came to its end.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from attrs import evolve

from connectkit.storage.records import State
from connectkit.storage.sqlite import SQLiteStore
from connectkit.testing.samples import ANSWER, HELD, draft, event

connect = sqlite3.connect


def killed_at(statement: int) -> Callable[[str], None]:
    numbers = count()

    def trace(_: str) -> None:
        if next(numbers) == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    return trace


def work(store: SQLiteStore, say: Callable[[str], object]) -> None:
    inserted = store.insert(draft(), HELD).operation
    say("inserted")
    store.swap(evolve(inserted, state=State.SUCCEEDED, answer=ANSWER), None, durable=False)
    say("settled")
    store.remember(event())
    say("remembered")
    first = store.take(HELD)
    assert first is not None
    say("taken")
    store.fail(first, "not yet", 0.0)
    say("failed")
    again = store.take(HELD)
    assert again is not None
    say("taken again")
    store.finish(again)
    say("finished")


def killed_child(path: Path, statement: int) -> bytes:
    """Give what a child acknowledged before it was killed."""
    reading, writing = os.pipe()
    if os.fork() == 0:

        def traced(*args: Any, **options: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(*args, **options)
            connection.set_trace_callback(killed_at(statement))
            return connection

        sqlite3.connect = traced  # type: ignore[assignment]
        work(SQLiteStore(path), lambda line: os.write(writing, line.encode() + b"\n"))
        os._exit(0)
    os.close(writing)
    os.wait()
    with os.fdopen(reading, "rb") as pipe:
        return pipe.read()


if __name__ == "__main__":
    said: list[str] = []
    for number in count():
        if "finished" in said:
            break
        said = killed_child(Path(sys.argv[1], str(number)), number).decode().splitlines()
        sys.stdout.write(json.dumps(said) + "\n")
