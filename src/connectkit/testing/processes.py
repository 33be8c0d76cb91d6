"""Real processes for the laws that speak of them: they work on one store, and are killed without warning."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Final, Self, TypeAlias

from attrs import evolve

from connectkit.storage.base import Store
from connectkit.storage.records import State

from .samples import ANSWER, ENDED, HELD, REALM, draft, event

Job: TypeAlias = Callable[[Store, Callable[[str], None]], None]
"""What a process does with a store; it says a line whenever something was acknowledged."""

_PROGRAM: Final = "from connectkit.testing.processes import main; main()"


class Child:
    """A process that opens a store, does a job with it when it is told to, and can be killed at any moment.

    Args:
        reopen: Opens the store; it has to be picklable, a function of a module or a `functools.partial`.
        job: What to do with it.
    """

    def __init__(self, reopen: Callable[[], Store], job: Job) -> None:
        command = [sys.executable, "-c", _PROGRAM]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603  # ours
        self._tell(pickle.dumps((reopen, job)))

    def begin(self) -> None:
        """Wait until the store is there, and start the job."""
        self.hear()
        self._tell(b"begin\n")

    def hear(self) -> str:
        """Give the next line that the job says, `""` if it has ended."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().decode().rstrip()

    def kill(self) -> list[str]:
        """End the process with SIGKILL, and give the lines that it had said and nobody had heard."""
        assert self._process.stdout is not None
        self._process.kill()
        said = self._process.stdout.read()  # `communicate` would pass over what `hear` has read ahead
        self._process.wait()
        return said.decode().splitlines()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        with self._process:  # closes its pipes, by which it ends, and waits
            pass

    def _tell(self, message: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(message)
        self._process.stdin.flush()


def main() -> None:
    """Be such a process."""
    reopen, job = pickle.load(sys.stdin.buffer)  # noqa: S301  # written by `Child`, which started this process
    store = reopen()
    _say("ready")
    sys.stdin.buffer.readline()
    job(store, _say)
    sys.stdin.buffer.read()  # stay until the pipe is closed, or the process killed


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  # a line on a pipe


def insert_one(store: Store, say: Callable[[str], None]) -> None:
    """Insert what everybody inserts, and say who was first."""
    say(str(store.insert(draft(), HELD).inserted))


def take_one(store: Store, say: Callable[[str], None]) -> None:
    """Take a delivery under a lease that ends at once, and say its token."""
    taken = store.take(ENDED)
    say("none" if taken is None else str(taken.token))


def claim_one(store: Store, say: Callable[[str], None]) -> None:
    """Claim what is to be sent, and say its token."""
    claimed = store.due(REALM, HELD)
    say("none" if claimed is None else str(claimed.operation.token))


def claim_in_passing(store: Store, say: Callable[[str], None]) -> None:
    """Claim what is to be sent under a lease that ends at once, and say its token."""
    claimed = store.due(REALM, ENDED)
    say("none" if claimed is None else str(claimed.operation.token))


def work_without_end(store: Store, say: Callable[[str], None]) -> None:
    """Do everything that is acknowledged, again and again, and say each time what was."""
    number = 0
    while True:
        inserted = store.insert(draft(f"order-{number}"), HELD).operation
        say(f"inserted {number}")
        store.swap(evolve(inserted, state=State.SUCCEEDED, answer=ANSWER), None, durable=False)
        say(f"settled {number}")
        store.remember(event(f"evt_{number}"))
        say(f"remembered {number}")
        taken = store.take(HELD)
        assert taken is not None
        store.finish(taken)
        say(f"finished {number}")
        number += 1
