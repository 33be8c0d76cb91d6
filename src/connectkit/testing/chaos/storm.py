"""The storm: what goes wrong on the way to the simulator, drawn by a seed, until it is told to end."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from threading import Event, Thread
from types import TracebackType
from typing import Final, Self

from .stage import Simulation
from .worker import LEASE

HELD: Final = LEASE + 0.5
"""Seconds that a request is under way at most: longer than the lease of whoever sent it."""

WEATHER: Final[Mapping[str, int]] = {
    "lose_answer": 6,
    "lose_request": 4,
    "error_before": 1,
    "error_after": 2,
    "conflict": 2,
    "lock_timeout": 1,
    "rate_limit": 3,
    "slow": 1,
    "hold": 1,
    "forbidden": 1,
}
"""How likely each fault is, beside one another."""

_SECONDS: Final = {"slow": 2.0, "hold": HELD}
_PATHS: Final = ("/v1/transfers", "/v1/payouts", "/v1/refunds", "/v1/transfers/*/reversals", "/v1/topups")
_AHEAD: Final = 12  # planned and not happened yet
_PAUSE: Final = 0.03
_PATIENCE: Final = 0.3


class Storm:
    """Plans faults at a simulator, one after the other, and keeps its clock going.

    Args:
        simulation: Where.
        seed: Of its chances.
        weather: How likely each fault is.
    """

    def __init__(self, simulation: Simulation, seed: int, weather: Mapping[str, int]) -> None:
        self._simulation = simulation
        self._weather = weather
        self._chance = random.Random(seed)  # noqa: S311  # no secret
        self._over = Event()
        self._thread = Thread(target=self._rage, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self._simulation.steer("calm")

    def _rage(self) -> None:
        planned, ticked = 0, time.monotonic()
        while not self._over.wait(_PAUSE):
            name = self._chance.choices([*self._weather], [*self._weather.values()])[0]
            path, count = self._chance.choice(_PATHS), self._chance.randint(1, 3)
            seconds = _SECONDS.get(name, 0.0)
            happened = self._simulation.steer("faults", name=name, path=path, count=count, seconds=seconds)
            planned += count
            if planned - sum(happened["happened"].values()) > _AHEAD:
                planned = self._ease()
            if time.monotonic() - ticked > 1.0:
                self._simulation.steer("advance", hours=(time.monotonic() - ticked) / 3600)
                ticked = time.monotonic()

    def _ease(self) -> int:
        """Let what is planned happen, and give up what nobody runs into; give how much has happened."""
        self._over.wait(_PATIENCE)
        happened: int = sum(self._simulation.asked("faults")["happened"].values())
        self._simulation.steer("calm")
        return happened
