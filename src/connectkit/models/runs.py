"""Many operations as one: the plan of a run, how far it has come, and what became of it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from attrs import evolve, field, frozen

from connectkit.money import Money
from connectkit.storage.records import State

from .run_rows import ENDED, BadRow, BlockedRow, PlannedRow, RowOutcome, pack_rows


@frozen(kw_only=True)
class RunPlan:
    """What a run will do, before anything of it is sent.

    Attributes:
        key: The caller's name of the run.
        rows: What will be sent.
        bad: What is wrong with other rows; while there are any, the run is not executed.
        blocked: Rows among those that will be sent, and refused, as things are now.
        shortfall: What the platform's balance lacks for the transfers, in each currency that lacks any.
        expected: How long it takes at the pace of now; nothing where nothing limits the pace.
    """

    key: str
    rows: Sequence[PlannedRow]
    bad: tuple[BadRow, ...] = ()
    blocked: Sequence[BlockedRow] = ()
    shortfall: tuple[Money, ...] = ()
    expected: timedelta = timedelta()

    @property
    def totals(self) -> Mapping[str, Money]:
        """What is moved, by currency."""
        return _summed(row.amount for row in self.rows)

    @property
    def fees(self) -> Mapping[str, Money]:
        """What Stripe takes for it, by currency and its published prices; your contract may say otherwise."""
        return _summed(row.fee for row in self.rows)

    @property
    def requests(self) -> int:
        """How many requests will be sent."""
        return sum(row.requests for row in self.rows)

    def without_bad(self) -> RunPlan:
        """Give the plan of the rows that are right, which can be executed."""
        return evolve(self, bad=())

    def without_blocked(self) -> RunPlan:
        """Give the plan of the rows that nothing stands against."""
        blocked = {one.row.name for one in self.blocked}
        return evolve(self, rows=pack_rows(row for row in self.rows if row.name not in blocked), blocked=())

    def table(self) -> str:
        """Show it to a person, in lines."""
        lines = [f"{self.key}: {len(self.rows)} rows, {self.requests} requests, about {self.expected}"]
        lines += [f"  moves {total}" for total in self.totals.values()]
        lines += [f"  fees of {fee}" for fee in self.fees.values()]
        lines += [f"  the platform's balance lacks {lack}" for lack in self.shortfall]
        lines += [f"  row {one.number} {one.name}: {one.why}".rstrip() for one in self.bad]
        lines += [f"  row {one.row.number} {one.row.name} is blocked: {one.why}" for one in self.blocked]
        return "\n".join(lines)


@frozen(kw_only=True)
class RunProgress:
    """How far a run has come.

    Attributes:
        total: How many rows there are.
        done: How many were brought to some end in this execution, or were before.
        states: How many of these are in each state.
    """

    total: int
    done: int
    states: Mapping[State, int]


@frozen(kw_only=True)
class RunReport:
    """What became of a run, row by row.

    Attributes:
        key: The caller's name of the run.
        state: How the run stands: `SUCCEEDED` when every row has, `REFUSED` when all have ended and some were refused.
        rows: What became of each row.
    """

    key: str
    state: State
    rows: Sequence[RowOutcome] = field(repr=lambda rows: f"<{len(rows)} rows>")

    @property
    def counts(self) -> Mapping[State, int]:
        """How many rows are in each state."""
        return Counter(row.state for row in self.rows)

    def in_state(self, *states: State) -> Sequence[RowOutcome]:
        """Give the rows in these states."""
        return [row for row in self.rows if row.state in states]

    @property
    def refused(self) -> Sequence[RowOutcome]:
        """The rows that Stripe, or a brake, has refused."""
        return self.in_state(State.REFUSED)

    @property
    def unfinished(self) -> Sequence[RowOutcome]:
        """The rows that have not ended: `runs.resume` goes on with them."""
        return [row for row in self.rows if row.state not in ENDED]

    @property
    def totals(self) -> Mapping[State, Mapping[str, Money]]:
        """What the rows of each state move, by currency."""
        totals: dict[State, dict[str, Money]] = {}
        for row in self.rows:
            _add(totals.setdefault(row.state, {}), row.amount)
        return totals

    def records(self) -> list[dict[str, Any]]:
        """Give the rows as dictionaries, as data frames are made of."""
        return [row.record() for row in self.rows]

    def to_csv(self) -> str:
        """Give the rows as CSV with a header; what a spreadsheet would take for a formula is marked as text."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(list(_HEADER))
        writer.writerows([_cell(value) for value in record.values()] for record in self.records())
        return text.getvalue()


_HEADER: Final = ("row", "name", "verb", "account", "amount_minor", "currency", "state", "object", "why")


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value


def _summed(amounts: Iterable[Money | None]) -> dict[str, Money]:
    totals: dict[str, Money] = {}
    for amount in amounts:
        _add(totals, amount)
    return totals


def _add(totals: dict[str, Money], amount: Money | None) -> None:
    if amount is not None:
        totals[amount.currency] = totals.get(amount.currency, Money(0, amount.currency)) + amount
