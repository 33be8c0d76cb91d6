from __future__ import annotations

import atexit
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache, partial

import psycopg
import pytest
from tests.adapters.awaiting import AwaitedInALoop
from tests.adapters.postgres_server import fresh

from connectkit.storage import postgres_sql, rows, sql
from connectkit.storage.base import Store, Successes
from connectkit.storage.enlisting import percent
from connectkit.storage.postgres import AsyncPostgresStore, PostgresStore
from connectkit.storage.records import NEVER, Identity
from connectkit.testing import SharedStoreSuite, StoreMachine, StoreSuite
from connectkit.testing.samples import REALM, identity


@pytest.fixture
def address() -> str:
    return fresh()


def of_a_newer_schema(address: str) -> str:
    with closing(PostgresStore(address)) as store:
        store.policy(REALM)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("UPDATE connectkit_schema SET value = %s", (len(sql.MIGRATIONS) + 1,))
    return address


def nowhere(_: str) -> str:
    return "postgresql://nobody:secret@127.0.0.1:1/nothing"


def nonsense(_: str) -> str:
    return "postgresql://[/"


class TestPostgresStore(SharedStoreSuite):
    @pytest.fixture
    def reopen(self, address: str) -> Callable[[], Store]:
        return partial(PostgresStore, address)

    @pytest.fixture(params=[of_a_newer_schema, nowhere, nonsense])
    def unusable(self, request: pytest.FixtureRequest, address: str) -> Iterator[Store]:
        with PostgresStore(request.param(address), timeout=1) as store:
            yield store


class TestAsyncPostgresStore(StoreSuite):
    processes = True  # held to them by the blocking store, whose statements these are

    @pytest.fixture
    def store(self, address: str) -> Iterator[Store]:
        store = AwaitedInALoop(AsyncPostgresStore(address))
        with store.runner:
            yield store
            store.close()


@cache
def emptied_again_and_again() -> tuple[PostgresStore, str]:
    address = fresh()
    store = PostgresStore(address)
    atexit.register(store.close)  # before the server goes
    return store, address


class PostgresMachine(StoreMachine):
    def make(self) -> Store:
        store, address = emptied_again_and_again()
        store.policy(REALM)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(
                "TRUNCATE connectkit_operations, connectkit_deliveries, connectkit_policies, connectkit_notes"
            )
        return store

    def teardown(self) -> None:
        """Keep the connections for the next run."""


TestPostgresMachine = PostgresMachine.TestCase


def test_objects_are_looked_up_by_index_where_nobody_has_analyzed_the_table(address: str) -> None:
    objects = [f"pi_{number}" for number in range(100)]
    with closing(PostgresStore(address)) as store, psycopg.connect(address) as connection:
        store.policy(REALM)
        connection.execute(b"SET enable_seqscan = off")
        values = dict(rows.from_objects(REALM, objects))
        found = connection.execute(b"EXPLAIN " + percent(postgres_sql.RELATED).encode(), values).fetchall()
    plan = "\n".join(line for (line,) in found)
    assert "Nested Loop" not in plan
    assert "Join" not in plan
    assert "connectkit_operations_objects" in plan
    assert "connectkit_operations_related" in plan


@pytest.mark.parametrize("account", ["", "acct_1"])
@pytest.mark.parametrize("after", [None, identity("order-1")])
def test_what_succeeded_is_read_in_the_order_of_its_index(address: str, account: str, after: Identity | None) -> None:
    sought = Successes(realm=REALM, since=NEVER, until=NEVER, account=account, after=after)
    statement, values = rows.succession(sought, 5)
    with closing(PostgresStore(address)) as store, psycopg.connect(address) as connection:
        store.policy(REALM)
        connection.execute(b"SET enable_seqscan = off")
        found = connection.execute(b"EXPLAIN " + percent(statement).encode(), dict(values)).fetchall()
    plan = "\n".join(line for (line,) in found)
    assert "Index Scan using connectkit_operations_succeeded" in plan
    assert "Sort" not in plan
