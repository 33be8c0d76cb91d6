from __future__ import annotations

import copy
import os
import pickle
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attrs import evolve

from connectkit.errors import InvalidRequest, StoreUnavailable
from connectkit.storage import rows, sql
from connectkit.storage.base import Store, Successes
from connectkit.storage.records import Identity, State
from connectkit.storage.sqlite import SQLiteStore
from connectkit.testing import SharedStoreSuite, StoreMachine
from connectkit.testing.samples import ENDED, HELD, REALM, draft, event, identity

FULL, NORMAL = 2, 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def store(path: Path) -> Iterator[SQLiteStore]:
    with SQLiteStore(path) as store:
        yield store


def raw(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=0)


def without_its_directory(path: Path) -> None:
    path.parent.rmdir()


def as_a_directory(path: Path) -> None:
    path.mkdir()


def of_something_else(path: Path) -> None:
    path.write_text("This is not a database, whatever its name says. " * 100)


def of_a_newer_schema(path: Path) -> None:
    with SQLiteStore(path) as store:
        store.get(identity("order-1"))
    with closing(raw(path)) as connection:
        connection.execute(sql.MIGRATED, {"version": len(sql.MIGRATIONS) + 1})


def torn_in_two(path: Path) -> None:
    with SQLiteStore(path) as store:
        store.insert(draft(), HELD)
    os.truncate(path, path.stat().st_size // 2)


UNUSABLE = (
    without_its_directory,
    as_a_directory,
    of_something_else,
    of_a_newer_schema,
    torn_in_two,
)


class TestSQLiteStore(SharedStoreSuite):
    @pytest.fixture
    def reopen(self, path: Path) -> Callable[[], Store]:
        return partial(SQLiteStore, path)

    @pytest.fixture(params=UNUSABLE)
    def unusable(self, request: pytest.FixtureRequest, tmp_path: Path) -> Store:
        path = tmp_path / "folder" / "journal.db"
        path.parent.mkdir()
        request.param(path)
        return SQLiteStore(path)


class SQLiteStoreMachine(StoreMachine):
    def make(self) -> Store:
        self.folder = TemporaryDirectory()
        return SQLiteStore(Path(self.folder.name, "journal.db"))

    def teardown(self) -> None:
        super().teardown()
        self.folder.cleanup()


TestSQLiteStoreMachine = SQLiteStoreMachine.TestCase


def test_making_a_store_touches_nothing(path: Path) -> None:
    SQLiteStore(path)
    SQLiteStore(str(path)).close()
    assert list(path.parent.iterdir()) == []


def test_a_relative_path_counts_from_where_the_store_was_made(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    store = SQLiteStore(path.name)
    monkeypatch.chdir("/")
    with store:
        store.insert(draft(), HELD)
    assert path.exists()


@pytest.mark.parametrize("name", ["", ":memory:", "file:journal.db?mode=memory"])
def test_what_names_no_file_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest, match="names none") as caught:
        SQLiteStore(name)
    assert caught.value.param == "path"
    assert "MemoryStore" in caught.value.next_step


def test_a_negative_timeout_is_refused(path: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"-1 seconds is negative") as caught:
        SQLiteStore(path, timeout=-1)
    assert caught.value.param == "timeout"


@pytest.mark.parametrize("attempt", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_store_cannot_be_copied(store: SQLiteStore, attempt: Callable[[object], object]) -> None:
    with pytest.raises(TypeError, match=r"SQLiteStore\('.*journal.db'\) holds an open file"):
        attempt(store)


def test_only_the_owner_can_read_the_files(store: SQLiteStore, path: Path) -> None:
    store.insert(draft(), HELD)
    modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert modes == {"journal.db": 0o600, "journal.db-wal": 0o600, "journal.db-shm": 0o600}


def test_a_file_that_is_there_keeps_its_permissions(store: SQLiteStore, path: Path) -> None:
    path.touch()
    path.chmod(0o640)
    store.insert(draft(), HELD)
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_closed_store_may_be_used_again(store: SQLiteStore) -> None:
    inserted = store.insert(draft(), HELD).operation
    store.close()
    found = store.get(identity("order-1"))
    assert found is not None
    assert found.operation == inserted


def test_intents_are_synced_and_outcomes_are_not_waited_for(store: SQLiteStore) -> None:
    def level() -> int:
        with store._database.reading() as connection:
            synchronous: int = connection.execute("PRAGMA synchronous").fetchone()[0]
            return synchronous

    inserted = store.insert(draft(), HELD).operation
    assert level() == FULL
    store.swap(inserted, None, durable=False)
    assert level() == NORMAL
    store.remember(event())
    assert level() == FULL
    taken = store.take(HELD)
    assert taken is not None
    assert level() == NORMAL
    store.swap(evolve(inserted, version=2), HELD, durable=True)
    assert level() == FULL
    store.finish(taken)
    assert level() == NORMAL


def test_a_writer_that_does_not_end_is_waited_for_and_then_reported(path: Path) -> None:
    with SQLiteStore(path, timeout=0.05) as store, closing(raw(path)) as other:
        inserted = store.insert(draft(), HELD).operation
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match=r"journal\.db could not be used: database is locked") as caught:
            store.swap(inserted, HELD, durable=True)
        assert "call again" in caught.value.next_step
        other.execute("ROLLBACK")
        assert store.swap(inserted, HELD, durable=True) is not None


def test_a_writer_in_a_file_without_log_is_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended_meanwhile(_: float) -> None:
        other.execute("ROLLBACK")

    with closing(raw(path)) as other, SQLiteStore(path, timeout=60) as store:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(time, "sleep", ended_meanwhile)
        assert store.insert(draft(), HELD).inserted


def test_a_writer_in_a_file_without_log_is_not_waited_for_without_end(path: Path) -> None:
    with closing(raw(path)) as other, SQLiteStore(path, timeout=0) as store:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="database is locked"):
            store.insert(draft(), HELD)
        other.execute("ROLLBACK")
        assert store.insert(draft(), HELD).inserted


def test_a_full_disk_is_reported_and_can_be_overcome(store: SQLiteStore) -> None:
    with store._database.reading() as connection:
        connection.execute("PRAGMA max_page_count = 1")
    with pytest.raises(StoreUnavailable, match="database or disk is full"):
        store.insert(evolve(draft(), request="x" * 100_000), HELD)
    assert store.get(identity("order-1")) is None
    assert store.insert(draft(), HELD).inserted


def test_a_row_that_this_code_does_not_understand_is_reported(store: SQLiteStore, path: Path) -> None:
    store.insert(draft(), HELD)
    with closing(raw(path)) as connection:
        connection.execute("UPDATE connectkit_operations SET state = 'teleported'")
    with pytest.raises(StoreUnavailable, match="'teleported' is not a valid State"):
        store.get(identity("order-1"))


def test_an_interrupt_leaves_nothing_half_done(store: SQLiteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    store.remember(event())
    with monkeypatch.context() as patch:
        patch.setattr(rows, "from_delivery", interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.take(HELD)
    taken = store.take(HELD)
    assert taken is not None
    assert taken.token == 1


def test_a_connection_that_cannot_be_closed_is_given_up(store: SQLiteStore, path: Path) -> None:
    class Stubborn(sqlite3.Connection):
        def close(self) -> None:
            super().close()
            message = "unable to close due to unfinalized statements"
            raise sqlite3.OperationalError(message)

    store._database._connection = sqlite3.connect(path, factory=Stubborn)
    store.close()
    assert store.insert(draft(), HELD).inserted


def test_what_was_inherited_past_python_is_refused(store: SQLiteStore) -> None:
    store.insert(draft(), HELD)
    store._database._pid -= 1
    with pytest.raises(StoreUnavailable, match="forked past Python while the file was open"):
        store.get(identity("order-1"))
    store._database._pid += 1
    assert store.get(identity("order-1")) is not None


def test_the_schema_grows_while_older_code_works_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SQLiteStore(path) as older, SQLiteStore(path) as newer:
        inserted = older.insert(draft(), HELD).operation
        with monkeypatch.context() as patch:
            addition = "ALTER TABLE connectkit_operations ADD COLUMN note TEXT NOT NULL DEFAULT ''"
            patch.setattr(sql, "MIGRATIONS", (*sql.MIGRATIONS, addition))
            found = newer.get(identity("order-1"))
            assert found is not None
            assert found.operation == inserted
        assert older.swap(evolve(inserted, state=State.SUCCEEDED), None, durable=False) is not None
        assert older.insert(draft("order-2"), ENDED).inserted
        older.close()
        with pytest.raises(
            StoreUnavailable, match=r"schema has version 4, this connectkit knows 3; upgrade connectkit"
        ):
            older.get(identity("order-1"))


def test_operations_of_the_first_schema_are_found_by_their_objects(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch, SQLiteStore(path) as older:
        patch.setattr(sql, "MIGRATIONS", sql.MIGRATIONS[:1])
        assert older.policy(REALM) == ""
    with closing(sqlite3.connect(path)) as connection, connection:
        before = sql.INSERT_OPERATION.replace(", related_id", "").replace(", :related_id", "")
        connection.execute(before, rows.from_operation(evolve(draft(), state=State.SUCCEEDED, object_id="po_1")))
    with SQLiteStore(path) as newer:
        (found,) = newer.related(REALM, ["po_1"])
        assert (found.operation.identity, found.operation.related_id) == (identity("order-1"), "")


@pytest.mark.parametrize("account", ["", "acct_1"])
@pytest.mark.parametrize("after", [None, identity("order-1")])
def test_what_succeeded_before_is_not_read_in_a_schema_of_any_age(
    path: Path, monkeypatch: pytest.MonkeyPatch, account: str, after: Identity | None
) -> None:
    with monkeypatch.context() as patch, SQLiteStore(path) as older:
        patch.setattr(sql, "MIGRATIONS", sql.MIGRATIONS[:2])
        row = older.insert(evolve(draft(), state=State.SUCCEEDED, account="acct_1"), HELD).operation
    sought = Successes(realm=REALM, since=row.updated, until=row.created, account=account)
    statement, values = rows.succession(evolve(sought, after=after), 5)
    with SQLiteStore(path) as newer:
        assert [stored.operation for stored in newer.succeeded(sought, 5)] == [row]
    with closing(sqlite3.connect(path)) as connection:
        (first, *others) = [line[3] for line in connection.execute("EXPLAIN QUERY PLAN " + statement, values)]
    assert "INDEX connectkit_operations_succeeded (tenant=? AND platform=? AND livemode=? AND updated>?)" in first
    assert not any("TEMP B-TREE" in line for line in others)


def test_writers_that_wait_for_one_another_share_a_commit(store: SQLiteStore) -> None:
    database = store._database
    store.policy(REALM)
    with database.reading(), ThreadPoolExecutor(8) as pool:  # everybody waits
        good = [pool.submit(store.insert, draft(f"order-{number}"), HELD) for number in range(6)]
        bad = pool.submit(store.insert, draft("half a pair \ud800"), HELD)
        while len(database._waiting) < 7:
            time.sleep(0.001)
        with closing(raw(store._path)) as other:
            commits = other.execute("PRAGMA data_version").fetchone()
            assert other.execute("SELECT count(*) FROM connectkit_operations").fetchone() == (0,)
            database._lock.release()
            assert [future.result().inserted for future in good] == [True] * 6
            with pytest.raises(InvalidRequest):
                bad.result()
            database._lock.acquire()
            assert other.execute("PRAGMA data_version").fetchone()[0] == commits[0] + 1


def test_what_fails_together_is_reported_to_each(store: SQLiteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.policy(REALM)
    monkeypatch.setattr(sql, "INSERT_OPERATION", "INSERT INTO nowhere VALUES (1)")
    with store._database.reading(), ThreadPoolExecutor(2) as pool:
        failing = [pool.submit(store.insert, draft(f"order-{number}"), HELD) for number in range(2)]
        while len(store._database._waiting) < 2:
            time.sleep(0.001)
        store._database._lock.release()
        for future in failing:
            with pytest.raises(StoreUnavailable, match="no such table"):
                future.result()
        store._database._lock.acquire()


def test_a_realm_that_is_no_text_is_refused(store: SQLiteStore) -> None:
    with pytest.raises(InvalidRequest, match="tenant"):
        store.policy(evolve(REALM, tenant="half a pair \ud800"))
