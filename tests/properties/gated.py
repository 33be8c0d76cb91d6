"""A model of traffic through the real gate: hidden limits, latency, busy processes, and a clock that is only counted.

Processes send rows through gates of their own to one limiter, a number of rows side by side, as a run does. What is
turned away comes again after a pause, as a call does. Each process works on one thing at a time, which takes a moment.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Generator
from itertools import count
from random import Random
from typing import Protocol

from attrs import Factory, define, field, frozen

from connectkit.calls.limits import RateGate
from connectkit.requests import Request

REQUEST = Request("post", "/v1/transfers")
SIDE_BY_SIDE = 20
_WORK = 0.004  # seconds that a process works on a row, about
_JITTER = 0.02


class Limiter(Protocol):
    """Turns away what is too much."""

    def takes(self, now: float) -> bool:
        """Count a request, and tell whether it is taken."""
        ...


@define
class Bucket:
    """A bucket that holds so many seconds' worth, as the simulator has one."""

    limit: float
    seconds: float = 1.0
    _tokens: float = field(default=Factory(lambda self: self.most, takes_self=True), init=False)
    _at: float = field(default=0.0, init=False)

    @property
    def most(self) -> float:
        return max(1.0, self.limit * self.seconds)

    def takes(self, now: float) -> bool:
        """Count a request, and tell whether it is taken."""
        self._tokens = min(self.most, self._tokens + (now - self._at) * self.limit)
        self._at = now
        taken = self._tokens >= 1
        self._tokens -= taken
        return taken


@define
class SlidingWindow:
    """So many in any second."""

    limit: int
    _taken: deque[float] = field(factory=deque[float], init=False)

    def takes(self, now: float) -> bool:
        """Count a request, and tell whether it is taken."""
        while self._taken and self._taken[0] <= now - 1:
            self._taken.popleft()
        taken = len(self._taken) < self.limit
        if taken:
            self._taken.append(now)
        return taken


@frozen
class Heard:
    """One answer: when it came, by which process, and whether the request was taken."""

    at: float
    process: int
    taken: bool


@define
class Process:
    """One process: its gate, what it has left to do, and until when it is at work."""

    number: int
    rows: int
    gate: RateGate = field(factory=RateGate)
    busy: float = 0.0

    def work(self, now: float, random: Random) -> float:
        """Work on something once there is time, and give how long that takes."""
        self.busy = max(self.busy, now) + _WORK * random.uniform(0.5, 1.5)
        return self.busy - now


@define
class Traffic:
    """What the processes send, and what they hear."""

    limiter: Limiter
    reason: str
    latency: float
    random: Random
    heard: list[Heard] = field(factory=list[Heard])

    def play(self, processes: int, rows: int) -> None:
        """Have rows sent, until all are done."""
        order, due = count(), list[tuple[float, int, Generator[float, float, None]]]()
        for number in range(processes):
            process = Process(number, rows // processes)
            start = self.random.random() / 3
            for _ in range(SIDE_BY_SIDE):
                worker = self._worker(process)
                heapq.heappush(due, (start + next(worker), next(order), worker))
        while due:
            now, _, worker = heapq.heappop(due)
            try:
                heapq.heappush(due, (now + worker.send(now), next(order), worker))
            except StopIteration:
                continue

    def _worker(self, process: Process) -> Generator[float, float, None]:
        """Send one row after the other; what is yielded is for how long to wait, what is sent in is the time."""
        now = yield 0.0
        while process.rows:
            process.rows -= 1
            now = yield process.work(now, self.random)
            failures = 0
            while not (answer := (yield from self._answer(process, now))).taken:
                failures += 1
                now = yield min(8.0, 2.0 ** (failures - 1)) * self.random.uniform(0.5, 1.0)
            now = answer.at

    def _answer(self, process: Process, now: float) -> Generator[float, float, Heard]:
        for queue in process.gate.queues(REQUEST):
            place = queue.join(now)
            while delay := queue.delay(place, now):
                now = yield delay + self.random.random() * _JITTER / 10
        left = now
        now = yield self.latency * 0.1 + self.random.random() * _JITTER
        taken = self.limiter.takes(now)
        now = yield self.latency * 0.9
        now = yield process.work(now, self.random)
        answer = Heard(now, process.number, taken)
        self.heard.append(answer)
        process.gate.answered(REQUEST, left=left, now=now, turned_away=None if taken else self.reason)
        return answer


@frozen
class Told:
    """What is told of a run.

    Attributes:
        done: How many rows were taken.
        pace: How many a second after the first was turned away, while all processes were at it, beside the limit; the
            limit itself where none was turned away, or too late to tell.
        turned_away: The share of answers that turned a request away.
        spread: How much longer the last process took than the first.
        seconds: How long it took altogether.
    """

    done: int
    pace: float
    turned_away: float
    spread: float
    seconds: float


def told(heard: list[Heard], limit: float) -> Told:
    """Tell what became of a run by its answers, in the order of time."""
    ends = {answer.process: answer.at for answer in heard}
    together = min(ends.values())
    away = [answer.at for answer in heard if not answer.taken]
    since = min([*away, together])
    after = Counter(answer.taken for answer in heard if since < answer.at <= together)[True]
    return Told(
        done=len(heard) - len(away),
        pace=after / (together - since) / limit if together - since > 10 else 1.0,  # seconds
        turned_away=len(away) / len(heard),
        spread=max(ends.values()) / together,
        seconds=max(ends.values()),
    )
