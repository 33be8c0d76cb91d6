"""Connections to PostgreSQL, lent and taken back, in both colours.

One statement is one transaction, and one trip. Whatever keeps the database from being used is `StoreUnavailable`; the
connections that broke are replaced before the next caller comes.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final, Protocol, TypeAlias

import psycopg
from psycopg_pool import AsyncConnectionPool, ConnectionPool, PoolTimeout

from connectkit.errors import StoreUnavailable

from . import postgres_sql, sql
from .enlisting import percent
from .rows import Values

Rows: TypeAlias = Sequence[tuple[Any, ...]]

_SESSION: Final = percent(postgres_sql.SESSION).encode()


class LaneTaken(Exception):  # no error: somebody was quicker
    """Another operation of the same account has begun to be sent just now."""


class Link(Protocol):
    """What the verbs of the store need of a database."""

    async def run(self, statement: str, values: Values) -> Rows:
        """Run one statement in a transaction of its own, and give the rows that it returns.

        Raises:
            StoreUnavailable: The database cannot be used, for any reason.
        """
        ...

    async def close(self) -> None:
        """Give the connections back; idempotent."""
        ...


class Options:
    """How to reach a database.

    Attributes:
        conninfo: As libpq takes it. It may hold a password, and appears nowhere.
        size: How many connections at most.
        timeout: For how many seconds to wait for a connection, a lock or an answer.
        durable: Whether a server that does not wait for its disk is refused.
    """

    def __init__(self, conninfo: str, *, size: int, timeout: float, durable: bool) -> None:
        self.conninfo = conninfo
        self.size = size
        self.timeout = timeout
        self.durable = durable

    @property
    def patience(self) -> Values:
        """The session's own limits."""
        return {"patience": f"{int(self.timeout * 1000)}ms"}

    @property
    def pooled(self) -> dict[str, Any]:
        """What both kinds of pool are made with."""
        return {
            "conninfo": self.conninfo,
            "min_size": 0,
            "max_size": self.size,
            "timeout": self.timeout,
            "open": False,
            "kwargs": {"autocommit": True, "connect_timeout": max(2, int(self.timeout))},
            "reconnect_timeout": self.timeout,
        }


class BlockingLink:
    """Connections for threads; no verb ever suspends."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._lock = Lock()
        self._pool: ConnectionPool | None = None
        self._pid = 0

    async def run(self, statement: str, values: Values) -> Rows:
        """Run one statement in a transaction of its own; see `Link.run`."""
        with answering():
            pool = self._opened()
            try:
                with pool.connection() as connection:
                    return connection.execute(statement.encode(), values).fetchall()
            except psycopg.OperationalError:
                pool.check()  # what a restart of the server has broken is not lent again
                raise

    def _opened(self) -> ConnectionPool:
        with self._lock:
            if self._pool is None or self._pid != os.getpid():
                self._migrate()
                pool = ConnectionPool(configure=self._configure, **self._options.pooled)
                pool.open()
                self._pool, self._pid = pool, os.getpid()
            return self._pool

    def _configure(self, connection: psycopg.Connection) -> None:
        connection.execute(_SESSION, self._options.patience)

    def _migrate(self) -> None:
        timeout = max(2, int(self._options.timeout))
        with psycopg.connect(self._options.conninfo, connect_timeout=timeout, autocommit=True) as connection:
            connection.execute(_SESSION, self._options.patience)
            fsync = connection.execute(postgres_sql.FSYNC).fetchall()
            check_durability(fsync, self._options)
            if _version(connection) == len(sql.MIGRATIONS):
                return
            with connection.transaction():
                connection.execute(postgres_sql.MIGRATION_LOCK)
                for migration in sql.MIGRATIONS[_version(connection) :]:
                    connection.execute(postgres_sql.migration(migration).encode())
                connection.execute(percent(sql.MIGRATED).encode(), {"version": len(sql.MIGRATIONS)})

    async def close(self) -> None:
        """Give the connections back; idempotent."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None and self._pid == os.getpid():
            pool.close()


class AsyncLink:
    """Connections for an event loop; another loop gets connections of its own."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._pool: AsyncConnectionPool | None = None
        self._opening: asyncio.Lock | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self, statement: str, values: Values) -> Rows:
        """Run one statement in a transaction of its own; see `Link.run`."""
        with answering():
            pool = await self._opened()
            try:
                async with pool.connection() as connection:
                    return await (await connection.execute(statement.encode(), values)).fetchall()
            except psycopg.OperationalError:
                await pool.check()
                raise

    async def _opened(self) -> AsyncConnectionPool:
        loop = asyncio.get_running_loop()
        if self._loop is not loop or self._opening is None:
            self._loop, self._opening, self._pool = loop, asyncio.Lock(), None
        async with self._opening:
            if self._pool is None:
                await asyncio.to_thread(BlockingLink(self._options)._migrate)  # noqa: SLF001  # once in its life
                pool = AsyncConnectionPool(configure=self._configure, **self._options.pooled)
                await pool.open()
                self._pool = pool
            return self._pool

    async def _configure(self, connection: psycopg.AsyncConnection) -> None:
        await connection.execute(_SESSION, self._options.patience)

    async def close(self) -> None:
        """Give the connections back; idempotent."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()


def check_durability(fsync: Rows, options: Options) -> None:
    """Refuse a server that acknowledges what is not on its disk."""
    if options.durable and fsync != [("on",)]:
        message = "This PostgreSQL does not wait for its disk (fsync is off), so that it would forget payments."
        raise StoreUnavailable(message, next_step="Turn fsync on, or pass durable=False in tests.")


def _version(connection: psycopg.Connection) -> int:
    """Give the version of the schema, if this code may work on it."""
    if connection.execute(postgres_sql.HAS_SCHEMA).fetchall() == [(0,)]:
        return 0
    ((version,),) = connection.execute(sql.VERSION).fetchall()
    if version > len(sql.MIGRATIONS):
        message = f"The schema has version {version}, this connectkit knows {len(sql.MIGRATIONS)}."
        raise StoreUnavailable(message, next_step="Upgrade connectkit.")
    return int(version)


@contextmanager
def answering() -> Generator[None]:
    """Turn whatever the driver raises into ours; none of it repeats what the connection was made with."""
    try:
        yield
    except StoreUnavailable:
        raise
    except psycopg.errors.UniqueViolation:
        raise LaneTaken from None
    except (psycopg.Error, PoolTimeout, OSError) as error:
        code = getattr(error, "sqlstate", None)
        message = f"PostgreSQL could not be used: {type(error).__name__}{f' ({code})' if code else ''}."
        raise StoreUnavailable(message, next_step="See to it that the database answers, then call again.") from None
