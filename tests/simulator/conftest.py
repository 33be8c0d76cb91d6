from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.simulator.driver import Driver

from connectkit.simulator import Simulator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    simulator = Simulator(start=1_800_000_000, check_always=True)
    yield simulator
    simulator.check()


@pytest.fixture
def driver(simulator: Simulator) -> Driver:
    return Driver(simulator)
