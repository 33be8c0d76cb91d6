"""A balance in a span of time: what was there, what moved, what is there."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime

from attrs import frozen

from connectkit.calls.caller import Caller
from connectkit.models.reconciliation import Discrepancy, DiscrepancyKind, Line, PeriodReport, Statement
from connectkit.money import Money

from .auditing import Audit
from .causes import Causes
from .pages import CURRENCY, NET, Row
from .tracing import Tracer
from .walking import Anchor, Ledger, after, span


@frozen
class Period:
    """A span of time of one account.

    Attributes:
        caller: Reads the ledger.
        causes: What the journal says.
        account: Whose; `None` for the platform.
        since: When it begins; `None` for the first movement of all.
        until: When it ends; `None` for now.
        anchor: The balance, read before the journal, so that every movement up to it is written there.
    """

    caller: Caller
    causes: Causes
    account: str | None
    since: datetime | None
    until: datetime | None
    anchor: Anchor

    @property
    def _over(self) -> bool:
        """Whether the balance has moved since the span ended."""
        return self.until is not None and self.anchor.created >= self.until.timestamp()

    async def report(self, before: PeriodReport | None) -> PeriodReport:
        """Walk the ledger back from now to the beginning of the span, and sum what lies in it."""
        ledger, audit = Ledger(self.caller, self.account), self._audit()
        audit.expected = self.causes.expected(audit.account, self.since, self.until)
        held = await self._held(ledger)
        try:
            async for rows in self._pages(ledger, payout=None):
                await audit.walk(rows)
        finally:
            await audit.tracer.aclose()
        if next(audit.expected.left(), None) is not None:
            audit.later = await ledger.newer(self.anchor)
        await audit.close(self.caller, self.since, self.until)
        statements = _statements(held, audit.moved())
        self._check_opening(audit, statements, before)
        return PeriodReport(
            account=audit.account,
            totals=audit.totals(),
            origins=audit.origins,
            findings=tuple(audit.findings),
            omitted=audit.omitted,
            since=self.since,
            until=self.until,
            statements=statements,
        )

    async def lines(self, payout: str | None) -> AsyncGenerator[Line, None]:
        """Go through the movements, each with its cause."""
        ledger, audit = Ledger(self.caller, self.account), self._audit()
        try:
            async for rows in self._pages(ledger, payout):
                for line in await audit.lines(rows):
                    yield line
        finally:
            await audit.tracer.aclose()

    def _audit(self) -> Audit:
        return Audit(Tracer(self.caller, self.causes, self.account), self.causes, self.account or "")

    async def _held(self, ledger: Ledger) -> dict[str, int]:
        """Give what was there at the end of the span: what is there now, less what moved since."""
        held = dict(self.anchor.held)
        if self._over:
            async for rows in after(ledger.pages(sources=False, created=span(self.until, None)), self.anchor):
                for row in rows:
                    held[row[CURRENCY]] = held.get(row[CURRENCY], 0) - row[NET]
        return held

    def _pages(self, ledger: Ledger, payout: str | None) -> AsyncGenerator[Sequence[Row], None]:
        pages = ledger.pages(sources=True, created=span(self.since, self.until), payout=payout)
        began = self.since is None or self.anchor.created >= self.since.timestamp()
        return after(pages, self.anchor) if began and not self._over and payout is None else pages

    def _check_opening(self, audit: Audit, statements: Sequence[Statement], before: PeriodReport | None) -> None:
        """Compare what the span began with with what the one before ended with, or with nothing at all."""
        if self.since is not None and before is None:
            return
        for statement in statements:
            was = before.closing(statement.opening.currency) if before else Money(0, statement.opening.currency)
            if was != statement.opening:
                audit.find(
                    Discrepancy(
                        kind=DiscrepancyKind.UNEXPLAINED,
                        expected=was,
                        found=statement.opening,
                        why="The balance is not what its movements sum to.",
                        next_step="Reconcile again from the beginning; if it stays so, ask Stripe's support.",
                    )
                )


def _statements(held: dict[str, int], moved: dict[str, int]) -> tuple[Statement, ...]:
    return tuple(
        Statement(
            opening=Money(held.get(currency, 0) - moved.get(currency, 0), currency),
            moved=Money(moved.get(currency, 0), currency),
            closing=Money(held.get(currency, 0), currency),
        )
        for currency in sorted({*held, *moved})
    )
