"""Simulated time, as a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from connectkit.simulator import Simulator


class SimulatedTime:
    """The time of a simulator: it stands still until a test moves it.

    Args:
        simulator: Whose time.
    """

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    @property
    def now(self) -> datetime:
        """The present second, aware, in UTC."""
        return datetime.fromtimestamp(self._simulator.clock.now, UTC)

    def advance(self, *, days: float = 0, hours: float = 0) -> datetime:
        """Let time pass, with all that happens in it, and give the time that it is then.

        Args:
            days: How many days.
            hours: How many hours on top of them.

        Raises:
            ValueError: Time would run backwards.
        """
        self._simulator.advance(days=days, hours=hours)
        return self.now

    def advance_to(self, moment: datetime) -> datetime:
        """Let time pass until *moment*, rounded up to a second, and give the time that it is then.

        Raises:
            ValueError: It has no zone, or lies in the past.
        """
        if moment.tzinfo is None:
            message = f"A time without a zone says nothing: {moment!r}. Pass an aware one."
            raise ValueError(message)
        seconds = -((datetime.fromtimestamp(0, UTC) - moment) // timedelta(seconds=1))
        self._simulator.advance(to=seconds)
        return self.now
