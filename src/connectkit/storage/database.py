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
from threading import Lock, get_ident
from typing import Any, Final, Generic, TypeVar, cast

from connectkit.errors import InvalidRequest, StoreUnavailable

from . import forks, sql

T = TypeVar("T")

_opening = Lock()
_GATHERING: Final = 0.001  # seconds that writers wait for one another at most, where there were several before
_PAUSE: Final = 0.01  # seconds; a file changes its mode of journaling once in its life, so nobody waits long


class _Job(Generic[T]):
    """Something to write, and what came of it once it is safe."""

    def __init__(self, work: Callable[[sqlite3.Connection], T], *, durable: bool) -> None:
        self.work = work
        self.durable = durable
        self.pid = os.getpid()
        self.turn = Lock()  # released when it has ended, or when it is its thread's turn to write
        self.turn.acquire()
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
        self._queue = Lock()
        self._waiting: deque[_Job[Any]] = deque()
        self._leader = 0  # the process whose thread is writing for all, 0 if none is
        self._writer = 0  # the thread that is in a transaction, 0 if none is
        self._crowd = 1
        forks.guard(self)

    def write(self, work: Callable[[sqlite3.Connection], T], *, durable: bool) -> T:
        """Do *work* in a transaction; a durable one is synced to the disk, any other is safe from a crash of ours.

        Threads that wait for one another share a commit: one of them does the work of all who are waiting. What *work*
        finds wrong with its own arguments, which it has to do before it writes, is raised to its caller alone. Within
        another *work* it is a part of that one's transaction.

        Raises:
            StoreUnavailable: The file cannot be used, for any reason.
        """
        if self._writer == get_ident():
            return work(self._opened())
        job = _Job(work, durable=durable)
        with self._queue:
            self._waiting.append(job)
            leads, self._leader = self._leader != job.pid, job.pid
        if not leads:
            job.turn.acquire()
        if not job.ended:
            self._lead()
        return job.outcome()

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """Lend the connection, for statements that change nothing.

        Raises:
            StoreUnavailable: The file cannot be used, for any reason.
        """
        if self._writer == get_ident():
            yield self._opened()
            return
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

    def _lead(self) -> None:
        """Write for all who wait, and hand the lead to one of those who have come meanwhile."""
        try:
            self._gather()
            with self._lock:
                self._write_all()
        finally:
            with self._queue:
                following = self._waiting[0] if self._waiting else None
                if following is None:
                    self._leader = 0
            if following is not None:
                following.turn.release()

    def _gather(self) -> None:
        """Wait a moment for as many as there were the last time; whoever is alone waits for nobody."""
        until = time.monotonic() + _GATHERING
        while len(self._waiting) < self._crowd and time.monotonic() < until:
            time.sleep(_GATHERING / 10)

    def _write_all(self) -> None:
        """Do what is waiting, in one transaction."""
        with self._queue:
            jobs = [job for job in self._waiting if job.pid == os.getpid()]  # a parent writes its own
            self._waiting.clear()
        self._crowd = len(jobs)
        try:
            with self._lent() as connection:
                self._sync(connection, durable=any(job.durable for job in jobs))
                connection.execute("BEGIN IMMEDIATE")
                self._writer = get_ident()
                for job in jobs:
                    _do(connection, job)
                connection.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001  # every caller that waits is told, and raises it
            for job in jobs:
                job.error = error
        finally:
            self._writer = 0
        for job in jobs:
            job.ended = True
            job.turn.release()

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
        self._queue.acquire()
        self._drop()

    def resume(self) -> None:
        """Let everybody in again."""
        self._queue.release()
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


def _do(connection: sqlite3.Connection, job: _Job[Any]) -> None:
    """Do one of several; the caller's own mistake, which is found before anything is written, is nobody else's."""
    try:
        job.result = job.work(connection)
    except InvalidRequest as error:
        job.error = error


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
