"""Movements compared with the journal: summed, tied to what caused them, and what does not fit noted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, cast

from attrs import field, mutable

from connectkit.calls.caller import Caller
from connectkit.errors import NotFound
from connectkit.models.base import Data, part
from connectkit.models.reconciliation import Discrepancy, DiscrepancyKind, Line, Origin, Total
from connectkit.money import Money
from connectkit.requests import Request

from .causes import Causes
from .deeds import PATHS, TYPES, Deed, Seen
from .pages import Row, application_fee, source_of
from .shelves import Expected, Remembered
from .tracing import INDIRECT, Tie, Tracer

_MOST: Final = 1_000  # findings
_FOREIGN: Final = "It was made in the Dashboard, by other code, or by the seller."
_FORGOTTEN: Final = "connectkit made it, and this store does not know of it: another store, or an older backup."


@mutable
class Audit:
    """Compares the movements of one account with the journal.

    Attributes:
        tracer: Finds what caused them.
        causes: What the journal says.
        account: Whose movements, or `""` for the platform's.
        expected: What has to be among them; what was met is taken out.
        sums: Count, amount, fee and net, by currency and category.
        origins: How many movements each origin caused.
        findings: What does not fit.
        omitted: How many findings there are beyond those.
        later: The ids of movements that came while it was reconciled, which are in the next report.
    """

    tracer: Tracer
    causes: Causes
    account: str
    expected: Expected = field(factory=Remembered)
    sums: dict[tuple[str, str], list[int]] = field(factory=dict[tuple[str, str], list[int]])
    origins: dict[Origin, int] = field(factory=lambda: dict.fromkeys(Origin, 0))
    findings: list[Discrepancy] = field(factory=list[Discrepancy])
    omitted: int = 0
    later: Collection[str] = ()

    def find(self, finding: Discrepancy) -> None:
        """Note what does not fit."""
        if len(self.findings) < _MOST:
            self.findings.append(finding)
        else:
            self.omitted += 1

    def take(self, rows: Sequence[Row]) -> list[Row]:
        """Sum movements and tie those that an operation made directly; give the others, to be traced.

        A ledger has millions of them: this loop decides how fast it is reconciled.
        """
        sums, sources = self.sums, list(map(source_of, rows))
        made = self.causes.among(sources)
        expected = self.expected.among(made)
        others: list[Row] = []
        for row, source in zip(rows, sources, strict=True):
            _, amount, fee, net, currency, category, type, _, _, _, _ = row
            try:
                total = sums[currency, category]
            except KeyError:
                total = sums[currency, category] = [0, 0, 0, 0]
            total[0] += 1
            total[1] += amount
            total[2] += fee
            total[3] += net
            if net != amount - fee:
                self._torn(row)
            deed = made.get(source)
            if deed is None or type in INDIRECT:
                others.append(row)
            elif deed.id in expected:
                self._meet(row, deed, source)
        self.origins[Origin.OPERATION] += len(rows) - len(others)
        return others

    async def walk(self, rows: Sequence[Row]) -> None:
        """Take movements, and trace those that no operation made directly."""
        await self.causes.seek_behind(rows)
        await self.tracer.learn(rows)
        for row in self.take(rows):
            await self.trace(row)

    async def trace(self, row: Row) -> Tie:
        """Trace a movement that `take` gave back, and note what does not fit."""
        tie = await self.tracer.trace(row)
        self.origins[tie.origin] += 1
        if tie.deed is not None:
            made = self.causes.among([tie.deed.id])
            seen = made.get(tie.deed.id)
            if seen is not None and seen.id in self.expected.among(made):
                self._meet(row, seen, tie.deed.id)
        if tie.origin is Origin.ELSEWHERE:
            self.find(_unexpected(row, tie))
        return tie

    async def lines(self, rows: Sequence[Row]) -> list[Line]:
        """Take movements, and give each as a value with its cause."""
        await self.causes.seek_behind(rows)
        await self.tracer.learn(rows)
        others = {row[0] for row in self.take(rows)}
        return [await self._line(row, await self.trace(row) if row[0] in others else self._tied(row)) for row in rows]

    async def close(self, caller: Caller, since: datetime | None, until: datetime | None) -> None:
        """Look for what is missing, and name what is not known yet."""
        await self.look_for_missing(caller, since, until)
        for deed in self.causes.unsettled(self.account):
            self.find(_unsettled(deed))

    async def look_for_missing(
        self,
        caller: Caller,
        since: datetime | None,
        until: datetime | None,
        meant: Callable[[Deed], bool] = lambda _: True,
    ) -> None:
        """Look at what the movements should have had, one by one; most of it has a reason not to be there.

        Args:
            caller: Reads it.
            since: When the movements begin.
            until: When they end.
            meant: Whether a deed is to be looked for.
        """
        for deed in self.expected.left():
            if meant(deed):
                await self._look_for(caller, deed, since, until)

    def totals(self) -> tuple[Total, ...]:
        """Give the sums."""
        return tuple(
            Total(
                category=category,
                count=count,
                amount=Money(amount, currency),
                fee=Money(fee, currency),
                net=Money(net, currency),
            )
            for (currency, category), (count, amount, fee, net) in sorted(self.sums.items())
        )

    def moved(self) -> dict[str, int]:
        """Give what all movements sum to, in minor units of each currency."""
        moved: dict[str, int] = {}
        for (currency, _), total in self.sums.items():
            moved[currency] = moved.get(currency, 0) + total[3]
        return moved

    def _tied(self, row: Row) -> Tie:
        source: Any = row[7]
        notes = source.get("metadata") if isinstance(source, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # decoded JSON
        return Tie(Origin.OPERATION, self.causes.deed(source_of(row)), notes=notes)  # pyright: ignore[reportUnknownArgumentType]  # as above

    async def _line(self, row: Row, tie: Tie) -> Line:
        id, amount, fee, net, currency, category, type, _, available_on, created, details = row
        return Line(
            id=id,
            account=self.account,
            amount=Money(amount, currency),
            fee=Money(fee, currency),
            application_fee=Money(application_fee(details) if fee else 0, currency),
            net=Money(net, currency),
            type=type,
            category=category,
            source=source_of(row),
            available_on=datetime.fromtimestamp(available_on, tz=UTC),
            created=datetime.fromtimestamp(created, tz=UTC),
            origin=tie.origin,
            key=tie.deed.key if tie.deed else "",
            step=tie.deed.step if tie.deed else "",
            division=await self.tracer.division(tie),
        )

    def _meet(self, row: Row, deed: Seen, name: str) -> None:
        """Take out what was expected, if this is the movement that its amount is in."""
        _, amount, _, _, currency, _, type, _, _, _, _ = row
        if type not in TYPES[deed.kind]:
            return
        self.expected.meet(deed)
        if deed.amount is None or deed.currency != currency or abs(deed.amount) == abs(amount):
            return
        whole = cast("Deed", self.causes.deed(name))  # it was among those of its page
        self.find(_different(whole, Money(abs(deed.amount), currency), Money(abs(amount), currency)))

    def _torn(self, row: Row) -> None:
        _, amount, fee, net, currency, _, _, _, _, _, _ = row
        self.find(
            Discrepancy(
                kind=DiscrepancyKind.UNEXPLAINED,
                object_id=row[0],
                expected=Money(amount - fee, currency),
                found=Money(net, currency),
                why="The net of this movement is not its amount less its fee.",
                next_step="Ask Stripe's support, and name the balance transaction.",
            )
        )

    async def _look_for(self, caller: Caller, deed: Deed, since: datetime | None, until: datetime | None) -> None:
        """Read the object of a deed; what has moved nothing yet, or at another time, is not missing."""
        inner = "latest_charge.balance_transaction" if deed.kind == "payment_intent" else "balance_transaction"
        path = PATHS[deed.kind].format(id=deed.id, parent=deed.parent)
        try:
            answer = await caller.read(
                Request("get", path, {"expand": [inner]}, account=deed.account or None), "reconciliation"
            )
        except NotFound:
            why = (
                "Stripe does not have it in this account: test data was deleted, or the journal is another platform's."
            )
            self.find(_missing(deed, why))
            return
        moved: Data = part(
            part(answer.data, "latest_charge") if deed.kind == "payment_intent" else answer.data, "balance_transaction"
        )
        created = moved.get("created")
        if (
            created is None
            or moved["id"] in self.later
            or (since and created < since.timestamp())
            or (until and created >= until.timestamp())
        ):
            return
        self.find(_missing(deed, f"Its movement {moved['id']} is not in the list that Stripe gives."))


def _different(deed: Deed, expected: Money, found: Money) -> Discrepancy:
    return Discrepancy(
        kind=DiscrepancyKind.DIFFERENT,
        key=deed.key,
        step=deed.step,
        object_id=deed.id,
        expected=expected,
        found=found,
        why="Only a part of it was captured, or it was changed after it was made.",
        next_step="Read the object at Stripe; correct the difference by a refund, reversal or transfer.",
    )


def _missing(deed: Deed, why: str) -> Discrepancy:
    return Discrepancy(
        kind=DiscrepancyKind.MISSING,
        key=deed.key,
        step=deed.step,
        object_id=deed.id,
        expected=None if deed.amount is None else Money(abs(deed.amount), deed.currency),
        why=why,
        next_step="Reconcile once more in a minute; if it stays missing, look at the object in the Dashboard.",
    )


def _unsettled(deed: Deed) -> Discrepancy:
    return Discrepancy(
        kind=DiscrepancyKind.UNSETTLED,
        key=deed.key,
        step=deed.step,
        object_id=deed.id,
        why="The journal does not know whether it was done.",
        next_step="operations.resume() finds out, and can't do it twice.",
    )


def _unexpected(row: Row, tie: Tie) -> Discrepancy:
    return Discrepancy(
        kind=DiscrepancyKind.UNEXPECTED,
        object_id=source_of(row) or row[0],
        found=Money(abs(row[3]), row[4]),
        why=_FORGOTTEN if tie.marked else _FOREIGN,
        next_step="Use the store that made it, or operations.rebuild()." if tie.marked else "Ask who made it, and why.",
    )
