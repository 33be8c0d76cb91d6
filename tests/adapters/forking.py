"""Fork while a store is open, in several ways; run as `python forking.py WAY PATH`, silent if all is well."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

from connectkit.errors import StoreUnavailable
from connectkit.storage.sqlite import SQLiteStore
from connectkit.testing.samples import HELD, REALM, UNSETTLED, draft, identity


def ended(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def outlived(path: str) -> None:
    """The parent closes the file while the child goes on, acknowledges, and is killed."""
    store = SQLiteStore(path)
    store.insert(draft("of the parent"), HELD)
    (hearing, closed), (waiting, told) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        store.insert(draft("of the child"), HELD)
        os.write(closed, b".")
        os.read(waiting, 1)
        store.insert(draft("of the child, later"), HELD)
        os.kill(os.getpid(), signal.SIGKILL)
    os.read(hearing, 1)
    store.close()
    os.write(told, b".")
    assert ended(child) == -signal.SIGKILL
    for key in ("of the parent", "of the child", "of the child, later"):
        assert store.get(identity(key)) is not None, key


def busy(path: str) -> None:
    """Threads are working on the store, and others make stores, while the process forks again and again."""
    store, going = SQLiteStore(path), True

    def hammer(thread: int) -> int:
        number = 0
        while going:
            store.insert(draft(f"{thread}/{number}"), HELD)
            SQLiteStore(path)
            number += 1
        return number

    def fork(number: int) -> int:
        child = os.fork()
        if child == 0:
            os._exit(0 if store.insert(draft(f"child/{number}"), HELD).inserted else 1)
        return ended(child)

    with ThreadPoolExecutor(4) as pool:
        threads = [pool.submit(hammer, thread) for thread in range(4)]
        exits = [fork(number) for number in range(10)]
        going = False
    assert exits == [0] * 10
    assert len(store.listed(REALM, UNSETTLED, 1_000_000)) == 10 + sum(thread.result() for thread in threads)


def unseen(path: str) -> None:
    """A fork past Python: the child may not use what it inherited, and the parent is not disturbed."""
    store = SQLiteStore(path)
    store.insert(draft(), HELD)
    child: int = ctypes.PyDLL(None).fork()
    if child == 0:
        for _ in range(2):
            try:
                store.get(identity("order-1"))
            except StoreUnavailable as error:
                assert "forked past Python" in error.message  # noqa: PT017  # not a test's process
            else:
                os._exit(1)
        os._exit(0)
    assert ended(child) == 0
    assert store.get(identity("order-1")) is not None


if __name__ == "__main__":
    {"outlived": outlived, "busy": busy, "unseen": unseen}[sys.argv[1]](sys.argv[2])
