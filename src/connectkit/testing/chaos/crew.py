"""The workers: started, heard, stopped, killed, and replaced."""

from __future__ import annotations

import json
import pickle
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from threading import Lock, Thread
from typing import Any, Final

from .worker import LEASE, Orders

_PROGRAM: Final = "from connectkit.testing.chaos.worker import main; main()"


class Worker:
    """One process; what it says goes to *hear*."""

    def __init__(self, orders: Orders, hear: Callable[[dict[str, Any]], None]) -> None:
        self.orders = orders
        command = [sys.executable, "-c", _PROGRAM]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603  # ours
        self.process: subprocess.Popen[bytes] = process
        assert self.process.stdin is not None
        with self.process.stdin as pipe:
            pickle.dump(orders, pipe)
        self._ear = Thread(target=self._listen, args=(hear,), daemon=True)
        self._ear.start()

    def _listen(self, hear: Callable[[dict[str, Any]], None]) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as pipe:
            for line in pipe:
                hear(json.loads(line))  # a line is written at once: there are no halves

    def kill(self) -> None:
        """End it, without warning."""
        self.process.kill()
        self.process.wait()
        self._ear.join()


class Crew:
    """All workers.

    Args:
        orders: What each of them is told.
        seed: Of the chances by which one is chosen.

    Attributes:
        told: What they were told, as they said it.
        kills: How many were killed.
    """

    def __init__(self, orders: Sequence[Orders], seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311  # no secret
        self._lock = Lock()
        self._seen: set[tuple[int, str, bool]] = set()
        self.told: list[dict[str, Any]] = []
        self.kills: int = 0
        self._workers = [self._started(number, one) for number, one in enumerate(orders)]

    def _started(self, number: int, orders: Orders) -> Worker:
        def hear(line: dict[str, Any]) -> None:
            with self._lock:
                self.told.append(line)
                self._seen.add((number, line["key"], line["live"]))

        return Worker(orders, hear)

    @property
    def progress(self) -> int:
        """How many ends they have seen, each its own."""
        with self._lock:
            return len(self._seen)

    @property
    def working(self) -> bool:
        """Whether any of them is still at it."""
        return any(worker.process.poll() is None for worker in self._workers)

    def reached(self, progress: int) -> bool:
        """Tell whether they have seen so many ends, or will not see more."""
        return not self.working or self.progress >= progress

    def failed(self) -> Sequence[int]:
        """Give the exit statuses of those that ended by themselves, and not well."""
        return [worker.process.returncode for worker in self._workers if worker.process.returncode != 0]

    def kill_one(self) -> None:
        """Kill one that is working, and put another in its place."""
        places = [number for number, worker in enumerate(self._workers) if worker.process.poll() is None]
        if places:
            place = self._chance.choice(places)
            self._workers[place].kill()
            self.kills += 1
            self._workers[place] = self._started(place, self._workers[place].orders)

    def stop_one(self) -> None:
        """Suspend one that is working until its leases have ended."""
        working = [worker for worker in self._workers if worker.process.poll() is None]
        if working:
            process = self._chance.choice(working).process
            process.send_signal(signal.SIGSTOP)
            Thread(target=_continue, args=(process,), daemon=True).start()

    def replace_all(self, meanwhile: Callable[[], None]) -> None:
        """Kill all of them, and start them again after something has been done."""
        for worker in self._workers:
            worker.kill()
        self.kills += len(self._workers)
        meanwhile()
        self._workers = [self._started(number, worker.orders) for number, worker in enumerate(self._workers)]

    def end(self) -> None:
        """Wait for those that are left, and for what they had to say."""
        for worker in self._workers:
            worker.process.wait()
            worker._ear.join()  # noqa: SLF001  # our own


def _continue(process: subprocess.Popen[bytes]) -> None:
    time.sleep(LEASE + 0.5)
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
