"""Writing operations and events in a transaction that somebody else began, through a driver or SQLAlchemy.

Nothing of SQLAlchemy or of a driver is imported: a connection is known by what it can do.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, TypeAlias

from attrs import frozen

from connectkit.errors import InvalidRequest, StoreUnavailable

from . import rows, sql, stamps
from .records import Delivery, Operation, Stored

Execute: TypeAlias = Callable[[str, rows.Values], Any]
"""Runs a statement and gives a cursor, or something awaitable that does."""

_ESCAPE: Final = "\x1a"  # the control character "substitute"
_PARAMETER: Final = re.compile(r"(?<!:):([a-z_]+)")


@frozen
class Dialect:
    """How a database wants its statements.

    Attributes:
        name: As SQLAlchemy calls the dialect.
        spelled: Gives a statement as the driver wants it.
        clock: A statement that gives the database's time in microseconds; the process's own clock if it is `""`.
    """

    name: str
    spelled: Callable[[str], str]
    clock: str


@lru_cache(maxsize=64)
def percent(statement: str) -> str:
    """Give a statement with its parameters as psycopg wants them."""
    return _PARAMETER.sub(r"%(\1)s", statement)


def without_nul(text: str) -> str:
    """Give a text as PostgreSQL can keep it, which knows no NUL."""
    if "\0" not in text and _ESCAPE not in text:
        return text
    return text.replace(_ESCAPE, _ESCAPE + "s").replace("\0", _ESCAPE + "0")


def with_nul(text: str) -> str:
    """Give back what `without_nul` was given."""
    return text.replace(_ESCAPE + "0", "\0").replace(_ESCAPE + "s", _ESCAPE) if _ESCAPE in text else text


SQLITE: Final = Dialect("sqlite", str, "")
POSTGRES: Final = Dialect(
    "postgresql", percent, "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"
)


def write(connection: object, draft: Operation, dialect: Dialect) -> Stored:
    """Write *draft* through a blocking *connection*, unless its identity is taken.

    Args:
        connection: A connection of the driver, or a `Connection` or `Session` of SQLAlchemy.
        draft: What to write.
        dialect: The database's language.

    Raises:
        InvalidRequest: This is no such connection.
        StoreUnavailable: The row could not be written.
    """
    with _translated():
        execute = _executing(_blocking(_connected(connection)), dialect)
        now = _clock(execute, dialect)
        row = stamps.inserted(draft, now, 0.0)
        values = rows.from_operation(row)
        if _blocking(execute(dialect.spelled(sql.INSERT_OPERATION), values)).rowcount:
            return Stored(row, now, inserted=True)
        return _found(execute(dialect.spelled(sql.GET_OPERATION), values).fetchone(), now)


async def awrite(connection: object, draft: Operation, dialect: Dialect) -> Stored:
    """Write *draft* through an asynchronous *connection*, unless its identity is taken; see `write`."""
    with _translated():
        execute = _executing(await _connected_in_a_loop(connection), dialect)
        now = await _aclock(execute, dialect)
        row = stamps.inserted(draft, now, 0.0)
        values = rows.from_operation(row)
        if (await _awaited(execute(dialect.spelled(sql.INSERT_OPERATION), values))).rowcount:
            return Stored(row, now, inserted=True)
        cursor = await _awaited(execute(dialect.spelled(sql.GET_OPERATION), values))
        return _found(await _awaited(cursor.fetchone()), now)


def write_event(connection: object, delivery: Delivery, dialect: Dialect) -> bool:
    """Write *delivery* through a blocking *connection*, unless it is known, and say whether it was new; see `write`."""
    with _translated():
        execute = _executing(_blocking(_connected(connection)), dialect)
        values = rows.from_delivery(stamps.remembered(delivery, _clock(execute, dialect)))
        return bool(_blocking(execute(dialect.spelled(sql.INSERT_DELIVERY), values)).rowcount == 1)


async def awrite_event(connection: object, delivery: Delivery, dialect: Dialect) -> bool:
    """Write *delivery* through an asynchronous *connection*; see `write_event`."""
    with _translated():
        execute = _executing(await _connected_in_a_loop(connection), dialect)
        values = rows.from_delivery(stamps.remembered(delivery, await _aclock(execute, dialect)))
        return bool((await _awaited(execute(dialect.spelled(sql.INSERT_DELIVERY), values))).rowcount == 1)


def _clock(execute: Execute, dialect: Dialect) -> datetime:
    return _moment(_blocking(execute(dialect.clock, {})).fetchone()) if dialect.clock else datetime.now(tz=UTC)


async def _aclock(execute: Execute, dialect: Dialect) -> datetime:
    if not dialect.clock:
        return datetime.now(tz=UTC)
    return _moment(await _awaited((await _awaited(execute(dialect.clock, {}))).fetchone()))


def _connected(connection: Any) -> Any:  # noqa: ANN401  # whatever the caller has
    """Give the connection of a session of SQLAlchemy, and any other as it is."""
    return connection.connection() if hasattr(connection, "get_bind") else connection


async def _connected_in_a_loop(connection: Any) -> Any:  # noqa: ANN401  # whatever the caller has
    """Do so in an event loop. A connection can be awaited itself, by which it would be opened again."""
    return await _awaited(connection.connection()) if hasattr(connection, "get_bind") else connection


def _executing(connection: Any, dialect: Dialect) -> Execute:  # noqa: ANN401  # whatever the caller has
    if hasattr(connection, "exec_driver_sql"):
        if connection.dialect.name != dialect.name or "asyncpg" in connection.dialect.driver:
            raise _unusable(connection.dialect.driver)
        return lambda statement, values: connection.exec_driver_sql(statement, dict(values))
    if not callable(getattr(connection, "execute", None)):
        raise _unusable(type(connection).__name__)
    execute: Execute = connection.execute
    return execute


def _blocking(result: Any) -> Any:  # noqa: ANN401  # a cursor
    if inspect.isawaitable(result):
        if inspect.iscoroutine(result):
            result.close()
        raise _unusable(type(result).__name__)
    return result


async def _awaited(result: Any) -> Any:  # noqa: ANN401  # a cursor, a row, or what gives one
    return await result if inspect.isawaitable(result) else result


def _found(row: Mapping[str, Any] | Sequence[Any], now: datetime) -> Stored:
    return Stored(rows.to_operation(_columns(row)), now)


def _moment(row: Mapping[str, Any] | Sequence[Any]) -> datetime:
    (value,) = _columns(row)
    return rows.moment(value)


def _columns(row: Mapping[str, Any] | Sequence[Any]) -> Sequence[Any]:
    """Give the columns of a row, in whatever shape the caller's connection gives it."""
    return tuple(row.values()) if isinstance(row, Mapping) else tuple(row)


def _unusable(what: str) -> InvalidRequest:
    message = f"This store cannot write through such a connection ({what})."
    step = "Pass the connection, in the colour of this Connect, that your own rows are written through."
    return InvalidRequest(message, param="connection", next_step=step)


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except InvalidRequest:
        raise
    except Exception as error:
        message = f"The operation could not be written in your transaction: {type(error).__name__}."
        step = "Roll back, see to it that the store's tables are in this database, then try again."
        raise StoreUnavailable(message, next_step=step) from error
