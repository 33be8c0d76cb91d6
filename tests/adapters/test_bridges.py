from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from attrs import evolve
from tests.adapters.awaiting import AwaitedHere, AwaitedInALoop

from connectkit.errors import InvalidRequest, StoreUnavailable
from connectkit.storage.base import Store
from connectkit.storage.bridges import Inline, Threaded
from connectkit.storage.memory import MemoryStore
from connectkit.storage.records import Identity, Operation, Stored
from connectkit.storage.sqlite import SQLiteStore
from connectkit.testing import StoreSuite
from connectkit.testing.samples import HELD, REALM, draft, event, identity

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


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What SQLite is told."""
    told = list[str]()
    connect = sqlite3.connect

    def listening(path: Path, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(path, **options)
        connection.set_trace_callback(told.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", listening)
    return told


def test_what_is_written_at_once_in_a_loop_is_written_in_one_commit(tmp_path: Path, statements: list[str]) -> None:
    async def at_once(store: Threaded) -> list[bool]:
        await store.remember(event("evt_first"))
        statements.clear()
        return await asyncio.gather(*(store.remember(event(f"evt_{number % 50}")) for number in range(100)))

    with SQLiteStore(tmp_path / "connect.db") as store:
        assert sorted(asyncio.run(at_once(Threaded(store)))) == [False] * 50 + [True] * 50
    assert statements.count("COMMIT") == 1


def test_a_mistake_among_what_is_written_at_once_is_its_callers_alone(tmp_path: Path) -> None:
    async def at_once(store: Threaded) -> list[bool | BaseException]:
        names = ("evt_1", "\ud800", "evt_2")
        writes = (store.remember(event(name)) for name in names)
        return await asyncio.gather(*writes, return_exceptions=True)

    with SQLiteStore(tmp_path / "connect.db") as store:
        first, second, third = asyncio.run(at_once(Threaded(store)))
        assert (first, third) == (True, True)
        assert isinstance(second, InvalidRequest)
        assert store.known(event().scope, "evt_2") is not None


def test_of_many_events_at_once_each_change_is_new_once(tmp_path: Path) -> None:
    seen = evolve(event("evt_0"), change="seen")
    many = [evolve(event(f"evt_{number}"), change=f"{number % 70}") for number in range(1, 200)]

    with SQLiteStore(tmp_path / "connect.db") as store:
        assert store.remember(seen)
        said = store.remember_all([seen, *many, evolve(seen, event_id="evt_again")])
        assert said == [False] + [True] * 70 + [False] * 130
        assert [store.take(60) for _ in range(71)][-1] == store.known(event().scope, "evt_70")
        assert store.take(60) is None


def test_operations_and_events_that_come_at_once_are_written_together(tmp_path: Path, statements: list[str]) -> None:
    async def at_once(store: Threaded) -> list[object]:
        await store.policy(REALM)
        statements.clear()
        names = ("order-1", "\ud800", "order-2")
        operations = (store.insert(draft(name), HELD) for name in names)
        return await asyncio.gather(*operations, store.remember(event()), return_exceptions=True)

    with SQLiteStore(tmp_path / "connect.db") as store:
        first, second, third, new = asyncio.run(at_once(Threaded(store)))
    assert isinstance(first, Stored)
    assert isinstance(third, Stored)
    assert (first.inserted, third.inserted, type(second), new) == (True, True, InvalidRequest, True)
    assert statements.count("COMMIT") == 1


def test_when_a_commit_fails_everybody_in_it_is_told(tmp_path: Path) -> None:
    async def at_once(store: Threaded) -> list[bool | BaseException]:
        writes = (store.remember(event(f"evt_{number}")) for number in range(3))
        return await asyncio.gather(*writes, return_exceptions=True)

    with SQLiteStore(tmp_path / "missing" / "connect.db") as store:
        assert [type(said) for said in asyncio.run(at_once(Threaded(store)))] == [StoreUnavailable] * 3


def test_whoever_gives_up_waiting_holds_up_nobody(tmp_path: Path) -> None:
    async def impatient(store: Threaded) -> bool:
        impatient = asyncio.create_task(store.remember(event("evt_1")))
        patient = asyncio.create_task(store.remember(event("evt_2")))
        await asyncio.sleep(0)
        impatient.cancel()
        with pytest.raises(asyncio.CancelledError):
            await impatient
        return await patient

    with SQLiteStore(tmp_path / "connect.db") as store:
        assert asyncio.run(impatient(Threaded(store)))


def test_a_bridge_serves_one_loop_after_another(tmp_path: Path) -> None:
    with SQLiteStore(tmp_path / "connect.db") as store:
        bridge = Threaded(store)
        assert [asyncio.run(bridge.remember(event())) for _ in range(3)] == [True, False, False]


def test_verbs_that_read_take_part_in_what_is_written_together(tmp_path: Path) -> None:
    found = list[object]()
    with SQLiteStore(tmp_path / "connect.db") as store:
        store.together(
            [lambda: store.remember(event()), lambda: found.append(store.known(event().scope, event().event_id))]
        )
    assert found != [None]
