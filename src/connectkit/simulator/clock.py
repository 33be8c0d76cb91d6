"""Simulated time: it stands still until it is advanced, and what was planned happens in order."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeAlias

from .refusals import invalid

HOUR: Final = 3600
"""Seconds of an hour."""

DAY: Final = 24 * HOUR
"""Seconds of a day."""

Happening: TypeAlias = Callable[[], None]
"""What happens at a planned time."""


def real_now() -> int:
    """Give the wall clock's time in whole unix seconds."""
    return int(datetime.now(UTC).timestamp())


def rfc3339(seconds: int) -> str:
    """Write a time as Stripe's API v2 does."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def moment(text: str, param: str) -> datetime:
    """Read a time of API v2.

    Raises:
        Refusal: It is none.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f"Invalid timestamp: {text}", param=param) from None


class Clock:
    """A clock in whole unix seconds, with a plan of what is to happen.

    Args:
        start: Where it stands at first.

    Attributes:
        now: The present second; `advance` moves it.
    """

    def __init__(self, start: int) -> None:
        self.now: int = start
        self._plan: list[tuple[int, int, Happening]] = []
        self._order = itertools.count()

    def at(self, when: int, happening: Happening) -> None:
        """Plan *happening*; what is planned for the same second happens in the order of planning.

        A time that is not in the future means: right after the present request has been answered.
        """
        heapq.heappush(self._plan, (when, next(self._order), happening))

    def after(self, seconds: int, happening: Happening) -> None:
        """Plan *happening* for so many seconds from now."""
        self.at(self.now + seconds, happening)

    def run_due(self) -> None:
        """Let all that is due by now happen, and what that plans for now as well."""
        while self._plan and self._plan[0][0] <= self.now:
            heapq.heappop(self._plan)[2]()

    def advance(self, *, days: float = 0, hours: float = 0, to: int | None = None) -> int:
        """Move forward, and let everything on the way happen at its own time.

        Args:
            days: How many days.
            hours: How many hours on top of them.
            to: The second to arrive at, instead of a distance.

        Raises:
            ValueError: Time would run backwards.
        """
        end = self.now + round(days * DAY + hours * HOUR) if to is None else to
        if end < self.now:
            message = f"Time runs forward: the clock stands at {self.now} and cannot go to {end}."
            raise ValueError(message)
        while self._plan and self._plan[0][0] <= end:
            self.now = max(self.now, self._plan[0][0])
            self.run_due()
        self.now = end
        return end
