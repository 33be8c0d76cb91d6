"""What the journal says of a few objects: looked up as they are met, so that no long journal is read for one order.

An operation is found by the object that it made, by what that belongs to, and by the charge that came of a payment.
Those without an end are read at once: they are few, and are known by their marks alone.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from attrs import define, field, frozen

from connectkit.calls.caller import Caller
from connectkit.storage.records import Identity, Operation, State

from .causes import PAGE, READ, Causes
from .deeds import Deed, Seen, Span
from .pages import Row, behind

_REMEMBERED: Final = 10_000  # ids that were looked up
_OPEN: Final = tuple(state for state in READ if state is not State.SUCCEEDED)


@frozen
class Noted:
    """Expected deeds, while more of them are still noted."""

    _span: Span
    _noted: Callable[[], Iterator[Deed]]
    _met: set[str] = field(factory=set[str])

    def among(self, made: Mapping[str, Seen]) -> Container[str | int]:
        """Give the ids of those of these deeds that were not met yet; see `Expected.among`."""
        return {deed.id for deed in made.values() if self._span.holds(deed)} - self._met

    def meet(self, deed: Seen) -> None:
        """Take one out."""
        self._met.add(str(deed.id))

    def left(self) -> Iterator[Deed]:
        """Go through those that were not met."""
        return (deed for deed in self._noted() if deed.id not in self._met)


@define(kw_only=True)
class Sought(Causes):
    """Deeds that are looked up. It has to be closed.

    Attributes:
        caller: Looks them up.
        indirect: Always: not all is known.
        earliest: The operation that was written down first, of those that made what was sought.
        latest: The one that ended last.
    """

    caller: Caller
    indirect: bool = True
    earliest: Operation | None = None
    latest: Operation | None = None
    _known: set[str] = field(factory=set[str])

    async def read(self, caller: Caller) -> None:
        """Read what has no end.

        Raises:
            StoreUnavailable: The store could not be reached, or there is no room for temporary files.
        """
        await self._read(caller, _OPEN)

    async def read_under_way(self, account: str, since: datetime, until: datetime) -> None:
        """Read what concerns an account, succeeded, and was under way at some time between two of the store's.

        What a worker sends, or somebody resumes, may have been written down long before it was done; and that it was
        done may be known long after.

        Args:
            account: The connected account; `""` for all that there is.
            since: No sooner than then it ended.
            until: By then it had been written down.
        """
        last: Identity | None = None
        while page := await self.caller.succeeded(since, until, PAGE, account, last):
            for stored in page:
                self.note(stored)
            since, last = page[-1].operation.updated, page[-1].operation.identity

    async def maker(self, name: str) -> Operation | None:
        """Give the operation that made something."""
        found = (stored.operation for stored in await self.caller.related([name]))
        return next((operation for operation in found if operation.object_id == name), None)

    async def seek(self, *names: str) -> None:
        """Look up who made these things, and what belongs to them."""
        wanted = {name for name in names if name} - self._known
        if not wanted:
            return
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known |= wanted
        for stored in await self.caller.related(wanted):
            if stored.operation.state in READ:
                self.note(stored)
            if stored.operation.object_id in wanted:
                self._stretch(stored.operation)

    async def seek_behind(self, rows: Sequence[Row]) -> None:
        """Look up who made what is behind some movements."""
        await self.seek(*(name for row in rows for name in behind(row)))

    def among(self, names: Sequence[str]) -> Mapping[str, Seen]:
        """Give the deeds that made some things, whole."""
        found = ((name, self._shelf.get(name)) for name in names)
        return {name: deed for name, deed in found if deed is not None}

    def expected(self, account: str, since: datetime | None, until: datetime | None) -> Noted:
        """Expect the deeds that moved the balance of an account in a span of time, whenever they are noted."""
        span = Span.of(account, since, until)
        return Noted(span, lambda: self._shelf.expect(span).left())

    def _stretch(self, operation: Operation) -> None:
        if self.earliest is None or operation.created < self.earliest.created:
            self.earliest = operation
        if self.latest is None or operation.updated > self.latest.updated:
            self.latest = operation
