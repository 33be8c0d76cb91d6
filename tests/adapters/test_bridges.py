from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import TypeVar

import pytest
from tests.adapters.awaiting import AwaitedHere, AwaitedInALoop

from connectkit.storage.base import Store
from connectkit.storage.bridges import Inline, Threaded
from connectkit.storage.memory import MemoryStore
from connectkit.storage.records import Identity, Operation, Stored
from connectkit.testing import StoreSuite
from connectkit.testing.samples import HELD, draft, identity

T = TypeVar("T")


class TestInline(StoreSuite):
    @pytest.fixture
    def store(self) -> Store:
        return AwaitedHere(Inline(MemoryStore()))


class TestThreaded(StoreSuite):
    @pytest.fixture
    def store(self) -> Iterator[Store]:
        store = AwaitedInALoop(Threaded(MemoryStore()))
        with store.runner:
            yield store


class Slow(MemoryStore):
    """Answers `get` when `insert` was called, which takes two threads."""

    def __init__(self) -> None:
        super().__init__()
        self._inserted = threading.Event()

    def insert(self, draft: Operation, lease: float) -> Stored:
        stored = super().insert(draft, lease)
        self._inserted.set()
        return stored

    def get(self, identity: Identity) -> Stored | None:
        assert self._inserted.wait(30)
        return super().get(identity)


def test_a_threaded_store_does_not_hold_up_the_loop() -> None:
    async def side_by_side() -> tuple[Stored | None, Stored]:
        store = Threaded(Slow())
        return await asyncio.gather(store.get(identity("order-1")), store.insert(draft(), HELD))

    found, inserted = asyncio.run(side_by_side())
    assert found is not None
    assert found.operation == inserted.operation
