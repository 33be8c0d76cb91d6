"""Where deeds are kept while ledgers are compared with them: in memory while they are few, and then in a file.

The file is SQLite's own kind of temporary database: it has no name, is readable by nobody else, and is gone when it is
closed, also with its process. What is held of it in memory is bounded, so that a journal of any length takes the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Container, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import attrgetter
from typing import Any, Final, Protocol, cast

from attrs import define, field

from connectkit.errors import StoreUnavailable

from .deeds import COLUMNS, Deed, Glimpse, Seen, Span

_MOST: Final = 50_000  # names of deeds in memory, some hundred bytes each
_AT_ONCE: Final = 500  # rows of the file that are written or read together; SQLite may take no more than 999 values


class Shelf(Protocol):
    """Deeds, found by what they made, by the mark that it carries, or by the charge that they pay back."""

    @property
    def full(self) -> bool:
        """Whether it should be replaced by what `spilled` gives."""
        ...

    def spilled(self) -> Shelf:
        """Give a shelf that holds the same and any number more; this one is then done with."""
        ...

    def put(self, deed: Deed, names: Collection[str]) -> None:
        """Keep a deed under what it made; it takes the place of the one whose id it has."""
        ...

    def put_refund(self, charge: str, deed: Deed) -> None:
        """Keep which charge a refund, which has been put, pays back."""
        ...

    def put_open(self, deed: Deed, marks: Collection[str]) -> None:
        """Keep a deed of which it is not known whether it was done, under the marks that its object may carry."""
        ...

    def get(self, name: str) -> Deed | None:
        """Give the deed that made something."""
        ...

    def among(self, names: Sequence[str]) -> Mapping[str, Seen]:
        """Give the deeds that made these things, at least, by what they made."""
        ...

    def refund_of(self, charge: str, created: int) -> Deed | None:
        """Give the refund of a charge that had been made by a time, the latest of them."""
        ...

    def marked(self, mark: str) -> Deed | None:
        """Give the deed whose object may carry a mark."""
        ...

    def unsettled(self) -> Iterator[Deed]:
        """Go through the deeds that have marks, each once."""
        ...

    def expect(self, span: Span) -> Expected:
        """Expect the deeds of a span."""
        ...

    def close(self) -> None:
        """Give back what it holds; idempotent."""
        ...


class Expected(Protocol):
    """Deeds that have to be in a ledger."""

    def among(self, made: Mapping[str, Seen]) -> Container[str | int]:
        """Give the ids of those of these deeds, at least, that were not met yet."""
        ...

    def meet(self, deed: Seen) -> None:
        """Take out one that is among them."""
        ...

    def left(self) -> Iterator[Deed]:
        """Go through those that were not met."""
        ...


@define
class Remembered:
    """Expected deeds, in memory."""

    deeds: dict[str, Deed] = field(factory=dict[str, Deed])

    def among(self, made: Mapping[str, Seen]) -> Container[str | int]:  # noqa: ARG002  # it has all of them at hand
        """Give the ids of those that were not met yet; see `Expected.among`."""
        return self.deeds

    def meet(self, deed: Seen) -> None:
        """Take one out."""
        del self.deeds[str(deed.id)]

    def left(self) -> Iterator[Deed]:
        """Go through those that were not met."""
        return iter(self.deeds.values())


@define
class Memory:
    """A shelf for some thousand deeds, as quick as can be."""

    _by_name: dict[str, Deed] = field(factory=dict[str, Deed])
    _refunds: dict[str, list[Deed]] = field(factory=dict[str, list[Deed]])
    _open: dict[Deed, Collection[str]] = field(factory=dict[Deed, Collection[str]])
    _marks: dict[str, Deed] = field(factory=dict[str, Deed])

    @property
    def full(self) -> bool:
        """Whether it holds as many as it should."""
        return len(self._by_name) + len(self._marks) >= _MOST

    def spilled(self) -> Shelf:
        """Give a file that holds the same."""
        file = File()
        try:
            for name, deed in self._by_name.items():
                file.put(self._by_name[deed.id], (name,))
            for charge, refunds in self._refunds.items():
                for deed in refunds:
                    file.put_refund(charge, deed)
            for deed, marks in self._open.items():
                file.put_open(deed, marks)
        except BaseException:
            file.close()
            raise
        return file

    def put(self, deed: Deed, names: Collection[str]) -> None:
        """Keep a deed under what it made; see `Shelf.put`."""
        self._by_name.update(dict.fromkeys((deed.id, *names), deed))

    def put_refund(self, charge: str, deed: Deed) -> None:
        """Keep which charge a refund pays back."""
        self._refunds.setdefault(charge, []).append(deed)

    def put_open(self, deed: Deed, marks: Collection[str]) -> None:
        """Keep a deed under the marks that its object may carry; see `Shelf.put_open`."""
        self._open[deed] = marks
        self._marks.update(dict.fromkeys(marks, deed))

    def get(self, name: str) -> Deed | None:
        """Give the deed that made something."""
        return self._by_name.get(name)

    def among(self, names: Sequence[str]) -> Mapping[str, Seen]:  # noqa: ARG002  # it has all of them at hand
        """Give the deeds that made some things; see `Shelf.among`."""
        return self._by_name

    def refund_of(self, charge: str, created: int) -> Deed | None:
        """Give the latest refund of a charge that had been made by a time."""
        made = [deed for deed in self._refunds.get(charge, ()) if deed.created <= created]
        return max(reversed(made), key=attrgetter("created"), default=None)

    def marked(self, mark: str) -> Deed | None:
        """Give the deed whose object may carry a mark."""
        return self._marks.get(mark)

    def unsettled(self) -> Iterator[Deed]:
        """Go through the deeds that have marks, each once."""
        return iter(self._open)

    def expect(self, span: Span) -> Expected:
        """Expect the deeds of a span."""
        return Remembered(
            {deed.id: deed for name, deed in self._by_name.items() if name == deed.id and span.holds(deed)}
        )

    def close(self) -> None:
        """Give back nothing."""


_SETTINGS: Final = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA cache_size = -8000",  # KiB
)
_TABLES: Final = (
    f"CREATE TABLE deeds (number INTEGER PRIMARY KEY, {', '.join(COLUMNS)})",
    "CREATE TABLE names (name TEXT PRIMARY KEY, deed, account, created, done, kind, amount, currency) WITHOUT ROWID",
    "CREATE TABLE refunds (charge TEXT, created INTEGER, deed INTEGER, PRIMARY KEY (charge, created, deed))",
    "CREATE TABLE marks (mark TEXT PRIMARY KEY, deed INTEGER) WITHOUT ROWID",
)
_DEED: Final = ", ".join(f"deeds.{column}" for column in COLUMNS)
_values: Final = attrgetter(*COLUMNS)
_NUMBERED: Final = "SELECT deed FROM names WHERE name = ?"
_INSERT: Final = f"INSERT INTO deeds ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608  # constants
_REPLACE: Final = f"UPDATE deeds SET {', '.join(f'{column} = ?' for column in COLUMNS)} WHERE number = ?"  # noqa: S608  # constants
_NAME: Final = "INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_AMONG: Final = "SELECT deed, account, created, done, kind, amount, currency, name FROM names WHERE name IN"
_FROM_NAMES: Final = f"{_DEED} FROM names JOIN deeds ON number = deed WHERE name"
_GET: Final = f"SELECT {_FROM_NAMES} = ?"  # constants
_REFUND: Final = f"""
    SELECT {_DEED} FROM refunds JOIN deeds ON number = deed WHERE charge = ? AND refunds.created <= ?
    ORDER BY refunds.created DESC, deed DESC LIMIT 1
"""  # noqa: S608  # constants
_MARKED: Final = f"SELECT {_DEED} FROM marks JOIN deeds ON number = deed WHERE mark = ?"  # noqa: S608  # constants
_OPEN: Final = "number IN (SELECT deed FROM marks)"
_SPAN: Final = "done AND account = ? AND created >= ? AND created < ?"
_REFUNDED: Final = f"INSERT OR IGNORE INTO refunds VALUES (?, ?, ({_NUMBERED}))"  # noqa: S608  # constants


class File:
    """A shelf for any number of deeds.

    Raises:
        StoreUnavailable: There is no room for temporary files.
    """

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for statement in (*_SETTINGS, *_TABLES, "BEGIN"):
            self._connection.execute(statement)

    @property
    def full(self) -> bool:
        """Whether it holds as many as it should: never."""
        return False

    def spilled(self) -> Shelf:
        """Give itself."""
        return self

    def put(self, deed: Deed, names: Collection[str]) -> None:
        """Keep a deed under what it made; see `Shelf.put`."""
        with _answering():
            found = self._connection.execute(_NUMBERED, (deed.id,)).fetchone()
            number = found[0] if found else self._connection.execute(_INSERT, _values(deed)).lastrowid
            if found:
                self._connection.execute(_REPLACE, (*_values(deed), number))
            glimpse = (number, deed.account, deed.created, deed.done, deed.kind, deed.amount, deed.currency)
            self._connection.executemany(_NAME, [(name, *glimpse) for name in (deed.id, *names)])

    def put_refund(self, charge: str, deed: Deed) -> None:
        """Keep which charge a refund pays back."""
        self._run(_REFUNDED, (charge, deed.created, deed.id))

    def put_open(self, deed: Deed, marks: Collection[str]) -> None:
        """Keep a deed under the marks that its object may carry; see `Shelf.put_open`."""
        with _answering():
            number = self._connection.execute(_INSERT, _values(deed)).lastrowid
            self._connection.executemany("INSERT OR REPLACE INTO marks VALUES (?, ?)", [(one, number) for one in marks])

    def get(self, name: str) -> Deed | None:
        """Give the deed that made something."""
        return self._one(_GET, (name,))

    def among(self, names: Sequence[str]) -> Mapping[str, Seen]:
        """Give the deeds that made some things; see `Shelf.among`."""
        found = self._run(f"{_AMONG} ({', '.join('?' * len(names))})", names)
        return {row[-1]: Glimpse._make(row) for row in found}

    def refund_of(self, charge: str, created: int) -> Deed | None:
        """Give the latest refund of a charge that had been made by a time."""
        return self._one(_REFUND, (charge, created))

    def marked(self, mark: str) -> Deed | None:
        """Give the deed whose object may carry a mark."""
        return self._one(_MARKED, (mark,))

    def unsettled(self) -> Iterator[Deed]:
        """Go through the deeds that have marks, each once."""
        return (deed for _, deed in self._every(_OPEN, ()))

    def expect(self, span: Span) -> Expected:
        """Expect the deeds of a span."""
        return Unmet(self, span)

    def of(self, span: Span) -> Iterator[tuple[int, Deed]]:
        """Go through the deeds of a span, with their numbers."""
        return self._every(_SPAN, (span.account, span.first, span.last))

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def _every(self, condition: str, values: tuple[object, ...]) -> Iterator[tuple[int, Deed]]:
        """Go through deeds some hundreds at a time, whatever is written meanwhile."""
        ordered = f"AND number > ? ORDER BY number LIMIT {_AT_ONCE}"
        last, statement = 0, f"SELECT number, {_DEED} FROM deeds WHERE {condition} {ordered}"  # noqa: S608  # constants
        while found := self._run(statement, (*values, last)):
            for last, *columns in found:  # it is where the next ones begin
                yield last, Deed(*columns)

    def _one(self, statement: str, values: Sequence[object]) -> Deed | None:
        found = self._run(statement, values)
        return Deed(*found[0]) if found else None

    def _run(self, statement: str, values: Sequence[object]) -> list[Any]:
        with _answering():
            return self._connection.execute(statement, values).fetchall()


@define
class Unmet:
    """Expected deeds, in a file."""

    _file: File
    _span: Span
    _met: bytearray = field(factory=bytearray)  # by number: a bit would do, and a set would take fifty times as much

    def among(self, made: Mapping[str, Seen]) -> Container[str | int]:
        """Give the ids of those of these deeds that were not met yet; see `Expected.among`."""
        met, holds, glimpses = self._met, self._span.holds, cast("Mapping[str, Glimpse]", made).values()
        return {deed.id for deed in glimpses if holds(deed) and not (deed.id < len(met) and met[deed.id])}

    def meet(self, deed: Seen) -> None:
        """Take one out."""
        place = int(deed.id)
        self._met.extend(bytes(max(place + 1 - len(self._met), 0)))
        self._met[place] = True

    def left(self) -> Iterator[Deed]:
        """Go through those that were not met."""
        met = self._met
        return (deed for place, deed in self._file.of(self._span) if not (place < len(met) and met[place]))


@contextmanager
def _answering() -> Generator[None]:
    try:
        yield
    except sqlite3.Error as error:
        message = f"The journal is too long to be compared in memory, and there is no room for a file: {error}."
        step = "Make room where temporary files go, or set TMPDIR to where there is some."
        raise StoreUnavailable(message, next_step=step) from error
