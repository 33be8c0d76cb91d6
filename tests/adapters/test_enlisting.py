"""Operations written in somebody else's transaction, through every kind of connection to an SQLite file."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from connectkit.errors import InvalidRequest, StoreUnavailable
from connectkit.storage.records import NEVER
from connectkit.storage.sqlite import SQLiteStore
from connectkit.testing.samples import HELD, REALM, draft, event, identity, planned


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteStore]:
    with SQLiteStore(tmp_path / "orders.db") as store:
        store.policy(REALM)
        yield store


def url(store: SQLiteStore, driver: str = "") -> str:
    return f"sqlite{driver}:///{store._path}"


def keys(store: SQLiteStore) -> list[str]:
    return [found.operation.identity.key for key in ("order-1", "order-2") if (found := store.get(identity(key)))]


def plain(store: SQLiteStore, work: Callable[[Any], None], *, commit: bool) -> None:
    with closing(sqlite3.connect(store._path)) as connection:
        work(connection)
        (connection.commit if commit else connection.rollback)()


def with_rows_as_mappings(store: SQLiteStore, work: Callable[[Any], None], *, commit: bool) -> None:
    def as_mapping(cursor: sqlite3.Cursor, row: tuple[object, ...]) -> dict[str, object]:
        return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}

    with closing(sqlite3.connect(store._path)) as connection:
        connection.row_factory = as_mapping
        work(connection)
        (connection.commit if commit else connection.rollback)()


def of_sqlalchemy(store: SQLiteStore, work: Callable[[Any], None], *, commit: bool) -> None:
    engine = sqlalchemy.create_engine(url(store))
    with engine.connect() as connection:
        work(connection)
        (connection.commit if commit else connection.rollback)()
    engine.dispose()


def of_a_session(store: SQLiteStore, work: Callable[[Any], None], *, commit: bool) -> None:
    engine = sqlalchemy.create_engine(url(store))
    with Session(engine) as session:
        work(session)
        (session.commit if commit else session.rollback)()
    engine.dispose()


@pytest.mark.parametrize("kind", [plain, with_rows_as_mappings, of_sqlalchemy, of_a_session])
@pytest.mark.parametrize("commit", [True, False])
def test_what_is_enlisted_shares_the_fate_of_the_transaction(
    store: SQLiteStore, kind: Callable[..., None], *, commit: bool
) -> None:
    def work(connection: Any) -> None:
        first = store.enlist(connection, planned())
        assert first.inserted
        assert first.operation.created > NEVER
        again = store.enlist(connection, planned())
        assert (again.inserted, again.operation) == (False, first.operation)
        assert store.enlist(connection, planned("order-2")).inserted
        assert keys(store) == []

    kind(store, work, commit=commit)
    assert keys(store) == (["order-1", "order-2"] if commit else [])


@pytest.mark.parametrize("kind", [plain, with_rows_as_mappings, of_sqlalchemy, of_a_session])
@pytest.mark.parametrize("commit", [True, False])
def test_an_event_shares_the_fate_of_the_transaction(
    store: SQLiteStore, kind: Callable[..., None], *, commit: bool
) -> None:
    def work(connection: Any) -> None:
        assert store.enlist_event(connection, event())
        assert not store.enlist_event(connection, event())
        assert store.known(event().scope, "evt_1") is None

    kind(store, work, commit=commit)
    assert (store.known(event().scope, "evt_1") is not None) is commit


@pytest.mark.parametrize("commit", [True, False])
def test_so_does_an_event_in_an_event_loop(store: SQLiteStore, *, commit: bool) -> None:
    async def inside() -> None:
        engine = create_async_engine(url(store, "+aiosqlite"))
        async with engine.connect() as connection:
            assert await store.aenlist_event(connection, event())
            assert not await store.aenlist_event(connection, event())
            await (connection.commit if commit else connection.rollback)()
        await engine.dispose()

    asyncio.run(inside())
    assert (store.known(event().scope, "evt_1") is not None) is commit


@pytest.mark.parametrize("commit", [True, False])
@pytest.mark.parametrize("session", [True, False])
def test_so_does_what_is_enlisted_in_an_event_loop(store: SQLiteStore, *, commit: bool, session: bool) -> None:
    async def inside() -> None:
        engine = create_async_engine(url(store, "+aiosqlite"))
        opened: AsyncSession | AsyncConnection = AsyncSession(engine) if session else engine.connect()
        async with opened as connection:
            assert (await store.aenlist(connection, planned())).inserted
            assert not (await store.aenlist(connection, planned())).inserted
            await (connection.commit if commit else connection.rollback)()
        await engine.dispose()

    asyncio.run(inside())
    assert keys(store) == (["order-1"] if commit else [])


def test_a_plain_connection_serves_in_an_event_loop_too(store: SQLiteStore) -> None:
    with closing(sqlite3.connect(store._path)) as connection:
        assert asyncio.run(store.aenlist(connection, planned())).inserted
        connection.commit()
    assert keys(store) == ["order-1"]


def test_an_asynchronous_connection_is_not_for_the_blocking_face(store: SQLiteStore) -> None:
    async def inside() -> None:
        engine = create_async_engine(url(store, "+aiosqlite"))
        async with engine.connect() as connection:
            with pytest.raises(InvalidRequest, match="cannot write through such a connection"):
                store.enlist(connection, planned())
        async with AsyncSession(engine) as session:
            with pytest.raises(InvalidRequest, match="in the colour of this Connect"):
                store.enlist(session, planned())
        await engine.dispose()

    asyncio.run(inside())


class OfAnotherDatabase:
    class dialect:  # noqa: N801  # as SQLAlchemy has it
        name, driver = "mysql", "pymysql"

    def exec_driver_sql(self) -> None: ...


@pytest.mark.parametrize("connection", [OfAnotherDatabase(), "orders.db"])
def test_what_is_no_such_connection_is_refused(store: SQLiteStore, connection: object) -> None:
    with pytest.raises(InvalidRequest) as caught:
        store.enlist(connection, planned())
    assert caught.value.param == "connection"


def test_a_database_without_the_stores_tables_is_reported(store: SQLiteStore, tmp_path: Path) -> None:
    with (
        closing(sqlite3.connect(tmp_path / "another.db")) as connection,
        pytest.raises(StoreUnavailable, match="OperationalError") as caught,
    ):
        store.enlist(connection, planned())
    assert "tables are in this database" in caught.value.next_step
    assert store.insert(draft(), HELD).inserted
