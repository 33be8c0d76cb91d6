"""PostgreSQL that fails, and transactions of others, through every kind of connection."""

from __future__ import annotations

import asyncio
import copy
import os
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
import sqlalchemy
from attrs import evolve
from psycopg.rows import dict_row
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from tests.adapters.postgres_server import fresh

from connectkit.drive import run
from connectkit.errors import InvalidRequest, StoreUnavailable
from connectkit.storage import postgres_sql, rows
from connectkit.storage.enlisting import percent
from connectkit.storage.postgres import AsyncPostgresStore, PostgresStore
from connectkit.storage.postgres_sql import SWAPS
from connectkit.storage.records import State
from connectkit.testing.samples import HELD, REALM, draft, event, identity, planned


@pytest.fixture
def address() -> str:
    return fresh()


@pytest.fixture
def store(address: str) -> Iterator[PostgresStore]:
    with PostgresStore(address) as store:
        store.policy(REALM)
        yield store


def keys(store: PostgresStore) -> list[str]:
    return [found.operation.identity.key for key in ("order-1", "order-2") if (found := store.get(identity(key)))]


def cut_off(address: str) -> None:
    """Break every connection of this server but our own."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def test_connections_that_broke_are_replaced(address: str, store: PostgresStore) -> None:
    inserted = store.insert(draft(), HELD).operation
    cut_off(address)
    with pytest.raises(StoreUnavailable, match="PostgreSQL could not be used") as caught:
        store.get(identity("order-1"))
    assert "password" not in str(caught.value)
    assert store.insert(draft(), HELD).operation == inserted


def test_so_they_are_in_an_event_loop_and_another_loop_has_its_own(address: str) -> None:
    store = AsyncPostgresStore(address)

    async def inside() -> None:
        await store.insert(draft(), HELD)
        cut_off(address)
        with pytest.raises(StoreUnavailable, match="PostgreSQL could not be used"):
            await store.get(identity("order-1"))
        assert not (await store.insert(draft(), HELD)).inserted
        await store.close()
        async with store as same:
            assert await same.get(identity("order-1")) is not None
        await store.close()

    asyncio.run(inside())
    asyncio.run(inside_of_another(store))


async def inside_of_another(store: AsyncPostgresStore) -> None:
    async with store:
        assert not (await store.insert(draft(), HELD)).inserted


def test_a_server_that_does_not_wait_for_its_disk_is_refused(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
        try:
            with PostgresStore(address) as strict, PostgresStore(address, durable=False) as lax:
                while connection.execute("SHOW fsync").fetchone() != ("off",):
                    pass
                with pytest.raises(StoreUnavailable, match="does not wait for its disk"):
                    strict.insert(draft(), HELD)
                assert lax.insert(draft(), HELD).inserted
                assert (strict.powers.durable, lax.powers.durable) == (True, False)
        finally:
            connection.execute("ALTER SYSTEM RESET fsync")
            connection.execute("SELECT pg_reload_conf()")


def test_intents_are_synced_whatever_the_default_and_outcomes_are_not_waited_for(address: str) -> None:
    lazy = f"{address}%20-c%20synchronous_commit%3Doff"
    with PostgresStore(lazy) as store:
        assert _rows(store, "SHOW synchronous_commit") == [("on",)]
        inserted = store.insert(draft(), HELD).operation
        assert store.swap(evolve(inserted, state=State.SUCCEEDED), None, durable=False) is not None
    assert "synchronous_commit" in SWAPS[False, False]
    assert "synchronous_commit" not in SWAPS[True, False]


def _rows(store: PostgresStore, statement: str) -> Any:
    return run(store._source._link.run(statement, {}))


def test_an_unsynced_change_turns_waiting_off_for_itself_alone(address: str) -> None:
    with PostgresStore(address, size=1) as store:
        inserted = store.insert(draft(), HELD).operation
        statement = SWAPS[False, False].replace("SELECT now,", "SELECT current_setting('synchronous_commit'),")
        values = {**rows.from_operation(inserted), "seen": inserted.version, "leased": 0, "lease": 0}
        assert run(store._source._link.run(percent(statement), values))[0][0] == "off"
        assert _rows(store, "SHOW synchronous_commit") == [("on",)]


def test_a_row_that_nobody_can_see_is_reported(store: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.insert(draft(), HELD)
    monkeypatch.setattr(postgres_sql, "GET", postgres_sql.GET + " AND false")
    with pytest.raises(StoreUnavailable, match="cannot be seen"):
        store.insert(draft(), HELD)


def test_a_lane_that_fills_meanwhile_is_tried_again(store: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (1, 2):
        store.insert(planned(f"order-{number}", account="acct_1"), HELD)
    assert store.due(REALM, HELD) is not None
    blind = postgres_sql.DUE.replace("busy.lane <> ''", "false")
    monkeypatch.setattr(postgres_sql, "DUE", blind)
    with pytest.raises(StoreUnavailable, match="Other workers were quicker every time"):
        store.due(REALM, HELD)


def test_a_forked_process_has_connections_of_its_own(store: PostgresStore) -> None:
    store.insert(draft(), HELD)
    link: Any = store._source._link
    pool, link._pid = link._pool, os.getpid() + 1
    assert not store.insert(draft(), HELD).inserted
    assert link._pool is not pool
    link._pid += 1
    store.close()
    assert not link._pool
    pool.close()


@pytest.mark.parametrize("kind", [PostgresStore, AsyncPostgresStore])
def test_nothing_is_shown_of_how_the_database_is_reached(kind: Callable[..., Any]) -> None:
    store = kind("postgresql://somebody:secret@db/orders")
    assert repr(store) == f"<{kind.__name__}>"
    for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="holds open connections"):
            attempt(store)
    with pytest.raises(InvalidRequest, match="one connection"):
        kind("", size=0)
    with pytest.raises(InvalidRequest, match="patience"):
        kind("", timeout=0)


def plain(address: str, work: Callable[[Any], None], *, commit: bool) -> None:
    with psycopg.connect(address) as connection:
        work(connection)
        (connection.commit if commit else connection.rollback)()


def with_rows_as_mappings(address: str, work: Callable[[Any], None], *, commit: bool) -> None:
    as_mappings: Any = dict_row
    with psycopg.connect(address, row_factory=as_mappings) as connection:
        work(connection)
        (connection.commit if commit else connection.rollback)()


def of_sqlalchemy(address: str, work: Callable[[Any], None], *, commit: bool) -> None:
    engine = sqlalchemy.create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        work(connection)
        (connection.commit if commit else connection.rollback)()
    engine.dispose()


def of_a_session(address: str, work: Callable[[Any], None], *, commit: bool) -> None:
    engine = sqlalchemy.create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    with Session(engine) as session:
        work(session)
        (session.commit if commit else session.rollback)()
    engine.dispose()


@pytest.mark.parametrize("kind", [plain, with_rows_as_mappings, of_sqlalchemy, of_a_session])
@pytest.mark.parametrize("commit", [True, False])
def test_what_is_enlisted_shares_the_fate_of_the_transaction(
    address: str, store: PostgresStore, kind: Callable[..., None], *, commit: bool
) -> None:
    def work(connection: Any) -> None:
        first = store.enlist(connection, planned())
        again = store.enlist(connection, planned())
        assert (first.inserted, again.inserted, again.operation) == (True, False, first.operation)
        assert store.enlist(connection, planned("order-2")).inserted
        assert [store.enlist_event(connection, event()) for _ in range(2)] == [True, False]
        assert keys(store) == []

    kind(address, work, commit=commit)
    assert keys(store) == (["order-1", "order-2"] if commit else [])
    assert (store.known(event().scope, "evt_1") is not None) is commit


@pytest.mark.parametrize("commit", [True, False])
@pytest.mark.parametrize("way", ["psycopg", "connection", "session"])
def test_so_does_what_is_enlisted_in_an_event_loop(
    address: str, store: PostgresStore, way: str, *, commit: bool
) -> None:
    async def inside() -> None:
        engine = create_async_engine(address.replace("postgresql:", "postgresql+psycopg:"))
        opened: Any
        if way == "psycopg":
            opened = await psycopg.AsyncConnection.connect(address)
        else:
            opened = AsyncSession(engine) if way == "session" else engine.connect()
        async with opened as connection:
            assert (await store.aenlist(connection, planned())).inserted
            assert not (await AsyncPostgresStore(address).aenlist(connection, planned())).inserted
            assert [await store.aenlist_event(connection, event()) for _ in range(2)] == [True, False]
            assert not await AsyncPostgresStore(address).aenlist_event(connection, event())
            await (connection.commit if commit else connection.rollback)()
        await engine.dispose()

    asyncio.run(inside())
    assert keys(store) == (["order-1"] if commit else [])
    assert (store.known(event().scope, "evt_1") is not None) is commit


def test_deliveries_of_one_ordering_key_are_numbered_as_they_are_committed(address: str, store: PostgresStore) -> None:
    with psycopg.connect(address) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('po_1', 0))")
        with PostgresStore(address, timeout=0.2) as impatient, pytest.raises(StoreUnavailable, match="QueryCanceled"):
            impatient.remember(event(ordering="po_1"))
        assert store.remember(event("evt_2", ordering="po_2"))
    assert store.remember(event(ordering="po_1"))
