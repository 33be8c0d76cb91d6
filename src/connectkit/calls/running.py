"""A run: thousands of operations under one name, written down before the first of them, carried out by anybody.

The run is an operation of its own. It is claimed, leased, shown and resumed like any other; its rows, as they are to be
sent, lie beside it in notes, named by the fingerprint of all of them, so that they cannot change. Each row is an
operation with a key derived from the run's, and so is done once, whoever carries the run out and however often.

Rows of one account are sent in their order, one after the other; those of different accounts side by side.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Final, TypeAlias

from attrs import evolve, field, frozen, mutable

from connectkit.errors import (
    AuthenticationFailed,
    Braked,
    ClockSkewed,
    ConnectKitError,
    OperationConflict,
    OperationError,
    OperationInProgress,
    OutcomeUnknown,
    ReviewNeeded,
    StoreUnavailable,
    Unreachable,
)
from connectkit.journal import Doubt, Held, Refusal, Report, Success
from connectkit.models.packing import Packer
from connectkit.models.run_rows import ENDED, PlannedRow, RowOutcome, closed_outcome, outcome_packer
from connectkit.models.runs import RunProgress, RunReport
from connectkit.money import Money
from connectkit.ports import Job, mutex
from connectkit.requests import Request, compact
from connectkit.storage.records import Identity, Note, Operation, State

from . import plans
from .caller import Caller, OtherCaller
from .frozen import Frozen

VERB: Final = "runs.execute"
"""The verb of a run."""

Listen: TypeAlias = Callable[[RunProgress], None]
"""Told how far a run has come, by one thread at a time."""

_RUN: Final = "run"
_RUNS: Final = "runs"
_CHUNK: Final = 100  # rows in a note
_LEASES: Final = 3.0  # deadlines of a send: a row that a killed process has left is free by then
_LOOK: Final = 1.0  # seconds between two looks at whether somebody wants the run to stop
_NEXT: Final = "See runs.list() for those that are."
_NAMED: Final = 5  # rows in the message of an error, of each kind


@frozen
class Row:
    """One row of a run.

    Attributes:
        number: Its place, counted from 1.
        name: Its name, unique in the run.
        operation: What is written down and sent.
    """

    number: int
    name: str
    operation: Operation

    @property
    def lane(self) -> str:
        """What it has to keep its place for: the account, or what else it is about."""
        if self.operation.account or not self.operation.request:
            return self.operation.account
        request = self.requests[0]
        return str(request.account or request.params.get("payment_intent") or request.path)

    @property
    def requests(self) -> Sequence[Request]:
        """What it sends, in order."""
        steps = plans.loads(self.operation.request)
        return [step.frozen.request for step in steps] if steps else [Frozen.loads(self.operation.request).request]


@mutable
class _Course:
    """One execution of a run, by all its threads or tasks together."""

    key: str
    claim: Held
    total: int
    listen: Listen | None
    looked: float
    states: dict[State, int] = field(factory=dict[State, int])
    stopped: bool = False
    looking: bool = False
    _mutex: Any = field(factory=mutex)

    def ended(self, state: State) -> None:
        """Count a row that was brought to some end."""
        with self._mutex:
            self.states[state] = self.states.get(state, 0) + 1
            if self.listen is not None:
                self.listen(RunProgress(total=self.total, done=sum(self.states.values()), states=dict(self.states)))

    def mine(self) -> bool:
        """Take it upon oneself to look after the run, unless somebody else is at it."""
        with self._mutex:
            taken, self.looking = not self.looking, True
            return taken


class _Lanes(AsyncIterator[Job]):
    """The rows of a run as jobs, of each lane one at a time: whoever has brought a row to its end takes the next of it.

    A lane that is under way is not at hand. So there may be no job for somebody who asks, and others all the same.
    """

    def __init__(
        self, course: _Course, lanes: Iterable[Iterable[int]], bring: Callable[[int], Awaitable[None]]
    ) -> None:
        self._course = course
        self._free = deque(map(iter, lanes))
        self._bring = bring

    async def __anext__(self) -> Job:
        while self._free and not self._course.stopped:
            lane = self._free.popleft()
            if (place := next(lane, None)) is not None:
                return partial(self._row, lane, place)
        raise StopAsyncIteration

    async def _row(self, lane: Iterator[int], place: int) -> None:
        await self._bring(place)
        self._free.appendleft(lane)


class Running(OtherCaller):
    """Carries runs out.

    Args:
        caller: Whose operations these are.
    """

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self.gated: bool = caller.gated

    async def write(self, key: str, rows: Sequence[PlannedRow]) -> Operation:
        """Write a run down, durably, and give the operation that it is; it is the same every time.

        Raises:
            OperationConflict: The key names a run of other rows.
        """
        digest = digest_of(key, rows)
        request = compact({plans.PLAN: [], _RUN: {"rows": len(rows), "topic": _topic(digest)}})
        run = Operation(await self.owner.identity(key), VERB, digest, request)
        found = await self._journal.get(run.identity)
        if found is None:
            await self._write_rows(digest, rows)
            await self._mark(key, _topic(digest))
        elif found.operation.verb == VERB and found.operation.fingerprint != digest:
            raise await self._conflict(found.operation, rows)
        return run

    async def _write_rows(self, digest: str, rows: Iterable[PlannedRow]) -> None:
        realm, coming, start = await self.owner.realm(), iter(rows), 0
        while chunk := [_document(row) for row in islice(coming, _CHUNK)]:
            await self.set_note(
                Note(realm, _topic(digest), f"{start:08}", compact(chunk))
            )  # it is there already, or now
            start += _CHUNK

    async def _conflict(self, run: Operation, rows: Iterable[PlannedRow]) -> OperationConflict:
        """Say which rows are others than those that were written down under this key."""
        written = {row.name: row.operation.fingerprint for row in await self._rows(run)} if run.request else {}
        if written:
            given = {row.name: row.operation.fingerprint for row in rows}
            changed = _listed("changed", [name for name in given if given[name] != written.get(name, given[name])])
            added = _listed("added", [name for name in given if name not in written])
            removed = _listed("removed", [name for name in written if name not in given])
            what = "; ".join(filter(None, (changed, added, removed))) or "the same ones in another order"
        else:
            what = "which they were has been purged"
        key = run.identity.key
        step = f"runs.resume({key!r}) goes on with the rows as they were; what was changed or added needs a run of its "
        step += (
            "own under another key, without the rows that are in this one. What was done is taken back by a reversal."
        )
        return OperationConflict(
            f"This key names a run of other rows: {what}.", key=key, differs=("rows",), next_step=step
        )

    async def execute(self, run: Operation, listen: Listen | None, limit: int) -> RunReport:
        """Bring a run as far as it goes, and report.

        Args:
            run: The operation that it is.
            listen: Told how far it has come.
            limit: How many rows are under way at once.
        """
        claim = await self._claim(run, wait=0.0)
        if isinstance(claim, Held):
            rows = await self._rows(run)
            await self._mark(run.identity.key, _topic(run.fingerprint))
            course = _Course(run.identity.key, claim, len(rows), listen, self.world.boot())
            whole = False
            try:
                await self._carried_out(course, rows, limit)
                whole = not course.stopped
            finally:
                await self._journal.settle(course.claim, self._ending(course, whole=whole))
        return await self.report(run.identity.key)

    async def stop(self, key: str) -> None:
        """Have whoever carries a run out begin no other row of it.

        Raises:
            OperationError: There is none of this name.
        """
        await self.found(key)
        await self._mark(key, "")

    async def found(self, key: str) -> Operation:
        """Give a run.

        Raises:
            OperationError: There is none of this name.
        """
        found = await self._journal.get(await self.owner.identity(key))
        if found is None or found.operation.verb != VERB:
            message = "No run of this name is in the store."
            raise OperationError(message, key=key, next_step=_NEXT)
        if not found.operation.request:
            message = "What this run was to send has been purged."
            raise OperationError(message, key=key, next_step="Its rows are in the journal under their own names.")
        return evolve(found.operation, state=found.operation.seen(found.now))

    async def names(self) -> AsyncGenerator[str, None]:
        """Go through the names of all runs."""
        async for note in self.notes(_RUNS):
            yield note.name

    async def forget(self, before: datetime, account: str = "") -> None:
        """Forget what the rows of runs were to send that ended before a time; of one account, if that is given."""
        async for name in self.names():
            found = await self._journal.get(await self.owner.identity(name))
            if found is None or not found.operation.request:
                continue
            run = found.operation
            if run.state in ENDED and run.updated < before:
                async for note in self.notes(_rows_of(run)):
                    text = _without(note.text, account) if account else "[]"
                    if text != note.text:
                        await self.set_note(evolve(note, text=text))

    async def report(self, key: str) -> RunReport:
        """Tell what became of each row of a run, as the journal knows it."""
        run = await self.found(key)
        packer = outcome_packer()
        for row in await self._rows(run):
            packer.add(closed_outcome(await self._outcome(row)))
        return RunReport(key=key, state=run.state, rows=packer.done())

    async def _rows(self, run: Operation) -> Sequence[Row]:
        packer = Packer(partial(_row, run.identity))
        async for note in self.notes(_rows_of(run)):
            for document in json.loads(note.text):
                packer.add(document)
        return packer.done()

    async def _outcome(self, row: Row) -> RowOutcome:
        operation = row.operation
        found = await self._journal.get(operation.identity)
        state, object_id, why = State.PLANNED, "", ""
        if found is not None and found.operation.fingerprint != operation.fingerprint:
            state, why = State.REFUSED, "The key of this row names another operation."
        elif found is not None:
            known = found.operation
            state, object_id, why = known.seen(found.now), known.object_id, _why(known.refusal)
        return RowOutcome(
            number=row.number,
            name=row.name,
            verb=operation.verb,
            account=operation.account,
            amount=Money(operation.amount, operation.currency) if operation.currency else None,
            state=state,
            object_id=object_id,
            why=why,
        )

    async def _carried_out(self, course: _Course, rows: Sequence[Row], limit: int) -> None:
        lanes: dict[str, array[int]] = {}
        for place, row in enumerate(rows):
            lanes.setdefault(row.lane, array("L")).append(place)

        async def bring(place: int) -> None:
            await self._look_after(course)
            if not course.stopped:
                course.ended(await self._brought(rows[place]))

        longest_first = sorted(lanes.values(), key=len, reverse=True)  # it takes longest
        await self.world.each(_Lanes(course, longest_first, bring), min(limit, len(lanes)))

    async def _brought(self, row: Row) -> State:
        """Bring a row to its end; what stands against the one alone does not stand against the others."""
        if not row.operation.request:  # it was purged, so that it has ended, and cannot be sent
            return (await self._outcome(row)).state
        try:
            claim = await self._claim(row.operation, wait=_LEASES * self._sender.deadline)
            if isinstance(claim, Held):
                await self._check(claim, row)
                await self.carry(claim)
        except (AuthenticationFailed, ClockSkewed, StoreUnavailable):
            raise
        except ConnectKitError as error:
            if isinstance(error, Braked) and error.brake in {"stop", "dry_run"}:
                raise
            return _ended_by(error)
        return State.SUCCEEDED

    async def _check(self, claim: Held, row: Row) -> None:
        """Refuse what an account was found unable to do since the run was planned, unless it may have been done."""
        if not self.gated or claim.operation.doubt:
            return
        try:
            for request in row.requests:
                await self._check_accounts(request, row.operation.verb)
        except ConnectKitError as error:
            await self._journal.settle(claim, self._interrupted(claim, error))
            raise

    async def _look_after(self, course: _Course) -> None:
        """Keep the claim, and see whether the run is to stop; one at a time does, and nobody waits for him."""
        if not course.mine():
            return
        try:
            course.claim = await self.performer.held_on(course.claim)
            if self.world.boot() - course.looked >= _LOOK:
                course.looked = self.world.boot()
                course.stopped = not (await self.note(_RUNS, course.key)).text
        finally:
            course.looking = False

    async def _mark(self, key: str, text: str) -> None:
        """Note that a run is to be carried out, or that it is to stop; of several who do, each may come last."""
        note = await self.note(_RUNS, key)
        if note.text != text or not note.version:
            await self.set_note(evolve(note, text=text))

    def _ending(self, course: _Course, *, whole: bool) -> Report:
        now, states = self._journal.store_time(course.claim), course.states
        refused, succeeded = states.get(State.REFUSED, 0), states.get(State.SUCCEEDED, 0)
        if not whole or refused + succeeded < course.total:
            return Doubt(now, possible=True)
        if refused:
            why = compact({"message": f"{refused} of {course.total} rows were refused."})
            return Refusal(now, spent=False, object_id="", why=why)
        name = f"run_{course.claim.operation.fingerprint[:24]}"
        return Success(name, compact({"id": name, "rows": course.total}))


def digest_of(key: str, rows: Iterable[PlannedRow]) -> str:
    """Give the fingerprint of a run, over all of its rows: those of another run are not its own.

    It is that of `requests.fingerprint`, without the whole ever being held.
    """
    digest, before = hashlib.sha256(f'["{VERB}",{{"key":{compact(key)},"rows":['.encode()), ""
    for row in rows:
        digest.update(f"{before}{compact([row.number, row.name, row.operation.fingerprint])}".encode())
        before = ","
    digest.update(b"]},null]")
    return digest.hexdigest()


def _listed(what: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{what} {', '.join(names[:_NAMED])}{more}" if names else ""


def _without(text: str, account: str) -> str:
    """Give a note of rows without what those of an account were to send."""
    documents: list[list[Any]] = json.loads(text)
    for document in documents:
        if document[_ACCOUNT] == account:
            document[_REQUEST] = ""
    return compact(documents)


def _rows_of(run: Operation) -> str:
    return str(json.loads(run.request)[_RUN]["topic"])


def _topic(digest: str) -> str:
    return f"run/{digest}"


def _ended_by(error: ConnectKitError) -> State:
    match error:
        case ReviewNeeded():
            return State.REVIEW
        case OutcomeUnknown():
            return State.UNKNOWN
        case OperationInProgress():
            return State.STARTED
        case Unreachable():
            return State.PLANNED
        case _:
            return State.REFUSED


def _why(refusal: str) -> str:
    if not refusal:
        return ""
    document: Mapping[str, Any] = json.loads(refusal)
    return str(document.get("message") or refusal)


_REQUEST: Final = 5
_ACCOUNT: Final = 6


def _document(row: PlannedRow) -> list[Any]:
    operation = row.operation
    key = operation.identity.key
    moved = [operation.account, operation.amount, operation.currency]
    return [row.number, row.name, key, operation.verb, operation.fingerprint, operation.request, *moved]


def _row(run: Identity, document: Sequence[Any]) -> Row:
    number, name, key, verb, digest, request, account, amount, currency = document
    operation = Operation(
        evolve(run, key=key), verb, digest, request, account=account, amount=amount, currency=currency
    )
    return Row(number, name, operation)
