"""The pytest plugin: a Stripe of its own for each test, without configuration.

pytest imports this module in every run, whether a test asks for a fixture or not: so it imports nothing until one does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # see above
    from connectkit import AsyncConnect, Connect, MemoryStore
    from connectkit.simulator import Simulator

    from .clock import SimulatedTime


@pytest.fixture(scope="session")
def stripe_simulator_session() -> Simulator:
    """Give the one simulator of this process, for what is set up once, as an application; each test resets it.

    Override it to give another, with `Switches` for example.
    """
    from connectkit.simulator import Simulator  # noqa: PLC0415  # see above

    return Simulator()


@pytest.fixture
def stripe_simulator(stripe_simulator_session: Simulator) -> Iterator[Simulator]:
    """Give a Stripe without objects and money, and check its laws and its books after the test."""
    stripe_simulator_session.reset()
    yield stripe_simulator_session
    stripe_simulator_session.check()


@pytest.fixture
def connect_store() -> MemoryStore:
    """Give the store of `connect` and `async_connect`; override it to test with your own."""
    from connectkit import MemoryStore  # noqa: PLC0415  # see above

    return MemoryStore()


@pytest.fixture
def connect(stripe_simulator: Simulator, connect_store: MemoryStore) -> Connect:
    """Give a platform on the simulator, blocking."""
    from connectkit import Connect  # noqa: PLC0415  # see above

    return Connect.sandbox(store=connect_store, simulator=stripe_simulator)


@pytest.fixture
def async_connect(stripe_simulator: Simulator, connect_store: MemoryStore) -> AsyncConnect:
    """Give the same platform in asyncio, for whichever plugin runs asynchronous tests."""
    from connectkit import AsyncConnect  # noqa: PLC0415  # see above

    return AsyncConnect.sandbox(store=connect_store, simulator=stripe_simulator)


@pytest.fixture
def clock(stripe_simulator: Simulator) -> SimulatedTime:
    """Give the simulator's time, to be moved."""
    from .clock import SimulatedTime  # noqa: PLC0415  # see above

    return SimulatedTime(stripe_simulator)
