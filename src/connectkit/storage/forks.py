"""What must not be carried through a fork.

A process that is forked while SQLite has a file open inherits the belief that it holds locks, and holds none: a
neighbour that closes the file then removes the log under it, and what it acknowledges afterwards is lost. So every open
file is closed before a fork and its lock held through it; both processes open the file again when they need it.
"""

from __future__ import annotations

import os
from threading import Lock
from typing import Protocol
from weakref import WeakSet


class Forkable(Protocol):
    """Something that holds a file open, and can let go of it."""

    def pause(self) -> None:
        """Close the file, and keep everybody out until `resume`."""
        ...

    def resume(self) -> None:
        """Let everybody in again; the file is opened when it is needed."""
        ...


_entrance = Lock()  # always taken before the lock of anything guarded
_guarded: WeakSet[Forkable] = WeakSet()
_paused: list[Forkable] = []


def guard(forkable: Forkable) -> None:
    """Pause *forkable* around every fork, for as long as it lives."""
    with _entrance:
        _guarded.add(forkable)


def _before() -> None:
    _entrance.acquire()
    _paused.extend(_guarded)
    for forkable in _paused:
        forkable.pause()


def _after() -> None:
    for forkable in _paused:
        forkable.resume()
    _paused.clear()
    _entrance.release()


os.register_at_fork(before=_before, after_in_parent=_after, after_in_child=_after)
