"""Faults, planned and counted.

| name | what happens |
|---|---|
| `lose_request` | the connection breaks, nothing was done |
| `lose_answer` | it is done and remembered, then the connection breaks |
| `error_before` | 500, nothing was done; v1 remembers the 500 |
| `error_after` | it is done, and the answer is 500; v1 remembers the 500, v2 the success |
| `conflict` | 409, as if the same key were being worked on elsewhere |
| `lock_timeout` | 429, as if the object were locked |
| `forbidden` | 403, as if the key had lost its permission; Stripe does not remember it |
| `hold` | the request is under way for a while before it arrives |
| `rate_limit` | 429, as if too much had been asked |
| `slow` | it is done, and the answer takes its time; meanwhile the key is in use |
| `repeat_event` | an event arrives twice |
| `drop_event` | an event never arrives |
| `late_event` | an event arrives after those that follow it |
| `delay_event` | an event arrives after so many simulated seconds |
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

FAULTS: Final = (
    "lose_request",
    "lose_answer",
    "error_before",
    "error_after",
    "conflict",
    "forbidden",
    "lock_timeout",
    "rate_limit",
    "slow",
)
"""What can go wrong with a request that has arrived."""

HOLDS: Final = ("hold",)
"""What can happen to it before."""

EVENT_FAULTS: Final = ("repeat_event", "drop_event", "late_event", "delay_event")
"""What can go wrong with a delivery."""


@dataclass(slots=True)
class Fault:
    """One planned fault."""

    name: str
    method: str
    path: str
    left: int
    seconds: float


class Faults:
    """The plan of what goes wrong.

    Attributes:
        planned: What is still to go wrong; a request asks nothing else where that is nothing.
        happened: How often each fault has happened.
    """

    def __init__(self) -> None:
        self.planned: list[Fault] = []
        self.happened: Counter[str] = Counter()

    def next(self, name: str, path: str = "*", *, method: str = "POST", count: int = 1, seconds: float = 0.0) -> None:
        """Plan a fault for the next request, or event, that fits.

        Args:
            name: See the table of this module.
            path: The path of the request, or the type of the event; `*` stands for anything.
            method: The request's method; `*` for any.
            count: How many times.
            seconds: How long a slow answer takes, or a request is under way; simulated ones for an event's delay.

        Raises:
            ValueError: There is no such fault, it is to happen less than once, or an event is to be delayed by less
                than a second.
        """
        if count < 1:
            message = f"A fault happens at least once, not {count} times."
            raise ValueError(message)
        known = FAULTS + HOLDS + EVENT_FAULTS
        if name not in known:
            message = f"There is no fault {name!r}; there are {', '.join(known)}."
            raise ValueError(message)
        if name == "delay_event" and seconds < 1:
            message = f"An event is delayed by one simulated second at least, not by {seconds}: pass seconds=…"
            raise ValueError(message)
        self.planned.append(Fault(name, method, path, count, seconds))

    def calm(self) -> None:
        """Give up what is planned and has not happened yet."""
        self.planned.clear()

    def hold(self, method: str, path: str) -> float:
        """Take the first planned fault that holds a request up, and give for how many seconds."""
        fault = self._take(HOLDS, method, path)
        return 0.0 if fault is None else fault.seconds

    def for_request(self, method: str, path: str) -> Fault | None:
        """Take the first planned fault that fits a request."""
        return self._take(FAULTS, method, path)

    def for_event(self, type: str) -> Fault | None:
        """Take the first planned fault that fits an event."""
        return self._take(EVENT_FAULTS, "POST", type)

    def _take(self, names: tuple[str, ...], method: str, path: str) -> Fault | None:
        for fault in self.planned:
            if fault.name in names and fault.method in (method, "*") and fnmatchcase(path, fault.path):
                self.happened[fault.name] += 1
                fault.left -= 1
                if not fault.left:
                    self.planned.remove(fault)
                return fault
        return None
