"""One SQLite file: opened when it is needed, brought up to date, and worked on in short transactions.

Rules of this file. A transaction takes SQLite's write lock at its beginning, so that it cannot fail half way because
another one was quicker. After any failure the connection is dropped and the next transaction opens another: there is
one way to recover. Whatever keeps the file from being used is `StoreUnavailable`.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, Final, Generic, TypeVar, cast

from connectkit.errors import InvalidRequest, StoreUnavailable

from . import forks, sql

T = TypeVar("T")

_opening = Lock()
_PAUSE: Final = 0.01  # seconds; a file changes its mode of journaling once in its life, so nobody waits long


class _Job(Generic[T]):
    """Something to write, and what came of it once it is safe."""

    def __init__(self, work: Callable[[sqlite3.Connection], T], *, durable: bool) -> None:
        self.work = work
        self.durable = durable
        self.ended = False
        self.result: T | None = None
        self.error: BaseException | None = None

    def outcome(self) -> T:
        """Give what came of it."""
        if self.error is not None:
            raise self.error
        return cast("T", self.result)


class Database:
    """A file that threads and processes share.

    Args:
        path: Where it is; it is made, readable by its owner alone, if it is not there.
        timeout: For how many seconds to wait for another process that is writing.
    """

    def __init__(self, path: Path, timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._pid = 0
        self._level = ""
        self._waiting: deque[_Job[Any]] = deque()
        forks.guard(self)

    def write(self, work: Callable[[sqlite3.Connection], T], *, durable: bool) -> T:
        """Do *work* in a transaction; a durable one is synced to the disk, any other is safe from a crash of ours.

        Threads that wait for one another share a commit: whoever gets the file first does the work of all who are
        waiting by then. What *work* raises itself undoes its own part alone.

        Raises:
            StoreUnavailable: The file cannot be used, for any reason.
        """
        job = _Job(work, durable=durable)
        self._waiting.append(job)
        with self._lock:
            if not job.ended:
                self._write_all()
        return job.outcome()

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """Lend the connection, for statements that change nothing.

        Raises:
            StoreUnavailable: The file cannot be used, for any reason.
        """
        with self._lock, self._lent() as connection:
            yield connection

    @contextmanager
    def _lent(self) -> Generator[sqlite3.Connection]:
        with self._answering():
            self._refuse_inherited()
            try:
                yield self._opened()
            except BaseException:
                self._drop()
                raise

    def _write_all(self) -> None:
        """Do what is waiting, in one transaction."""
        jobs = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            with self._lent() as connection:
                self._sync(connection, durable=any(job.durable for job in jobs))
                connection.execute("BEGIN IMMEDIATE")
                for job in jobs:
                    _do(connection, job, alone=len(jobs) == 1)
                connection.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001  # every caller that waits is told, and raises it
            for job in jobs:
                job.error = error
        finally:
            for job in jobs:
                job.ended = True

    def _sync(self, connection: sqlite3.Connection, *, durable: bool) -> None:
        level = "FULL" if durable else "NORMAL"
        if level != self._level:
            connection.execute(f"PRAGMA synchronous = {level}")
            self._level = level

    def close(self) -> None:
        """Give the file back; idempotent."""
        with self._lock:
            self._drop()

    def pause(self) -> None:
        """Close the file, and keep everybody out until `resume`."""
        self._lock.acquire()
        self._drop()

    def resume(self) -> None:
        """Let everybody in again."""
        self._lock.release()

    @contextmanager
    def _answering(self) -> Generator[None]:
        try:
            yield
        except InvalidRequest:
            raise
        except (sqlite3.Error, OSError, ValueError) as error:
            message = f"The store {self._path} could not be used: {error}."
            step = "See to it that the file can be read and written, then call again."
            raise StoreUnavailable(message, next_step=step) from error

    def _refuse_inherited(self) -> None:
        if self._connection is not None and self._pid != os.getpid():
            message = "this process was forked past Python while the file was open; make a new store after the fork"
            raise sqlite3.ProgrammingError(message)

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection, self._pid = _connection(self._path, self._timeout), os.getpid()
        return self._connection

    def _drop(self) -> None:
        connection, self._connection, self._level = self._connection, None, ""
        if connection is not None:
            with suppress(sqlite3.Error):  # whatever is wrong with it, it is given up
                connection.close()


def _do(connection: sqlite3.Connection, job: _Job[Any], *, alone: bool) -> None:
    if alone:
        job.result = job.work(connection)
        return
    connection.execute("SAVEPOINT job")
    try:
        job.result = job.work(connection)
    except InvalidRequest as error:  # the caller's own mistake, which is nobody else's
        job.error = error
        connection.execute("ROLLBACK TO job")
    connection.execute("RELEASE job")


def _connection(path: Path, timeout: float) -> sqlite3.Connection:
    with _opening:  # closing a file drops all locks that this process has on it, so nobody may open it just then
        _create(path)
        connection = sqlite3.connect(path, timeout=timeout, isolation_level=None, check_same_thread=False)
    try:
        _prepare(connection, timeout)
    except BaseException:
        connection.close()
        raise
    return connection


def _create(path: Path) -> None:
    """Make the file, if there is none, so that only its owner can read it: its rows are business data."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _prepare(connection: sqlite3.Connection, timeout: float) -> None:
    connection.execute("PRAGMA fullfsync = ON")  # for systems whose plain sync stops at the disk's own cache
    version = _version(connection)
    _log_ahead(connection, time.monotonic() + timeout)
    if version < len(sql.MIGRATIONS):
        _migrate(connection)


def _version(connection: sqlite3.Connection) -> int:
    """Give the version of the schema in this file, if this code may work on it."""
    known = "SELECT 1 FROM sqlite_master WHERE name = 'connectkit_schema'"
    if connection.execute(known).fetchone() is None:
        return 0
    version: int = connection.execute(sql.VERSION).fetchone()[0]
    if version > len(sql.MIGRATIONS):
        message = f"its schema has version {version}, this connectkit knows {len(sql.MIGRATIONS)}; upgrade connectkit"
        raise sqlite3.DatabaseError(message)
    return version


def _log_ahead(connection: sqlite3.Connection, deadline: float) -> None:
    """Have changes written to a log, so that nobody waits to read. SQLite itself does not wait for this one lock."""
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
            time.sleep(_PAUSE)


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema up to date, in one transaction; another process may have been quicker."""
    connection.execute("BEGIN IMMEDIATE")
    for migration in sql.MIGRATIONS[_version(connection) :]:
        for statement in migration.split(";"):
            connection.execute(statement)
    connection.execute(sql.MIGRATED, {"version": len(sql.MIGRATIONS)})
    connection.execute("COMMIT")
