"""What a payout paid out: by Stripe's own membership, or by all that moved since the payout before it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, closing
from datetime import UTC, datetime

from attrs import frozen, mutable

from connectkit.calls.caller import Caller
from connectkit.models.payouts import Payout
from connectkit.models.reconciliation import Discrepancy, DiscrepancyKind, Line, PayoutReport, Statement
from connectkit.money import Money
from connectkit.paying import Paymaster
from connectkit.requests import Request
from connectkit.storage.records import NEVER

from .among import Among
from .auditing import Audit
from .deeds import Deed, Span
from .pages import CREATED, NET, TYPE, Row, source_of
from .seeking import Sought
from .tracing import Tracer
from .walking import Anchor, Ledger, after

_EVER = datetime.max.replace(tzinfo=UTC)
_RETURNED = frozenset({"failed", "canceled"})
_WHOLE = "Every movement of it is there, and they do not sum to its amount."


@mutable
class _Walk:
    """How far a balance was walked back behind a manual payout.

    Attributes:
        payout: Its id.
        left: What stayed in the balance after it.
        reached: When the balance was debited for it, once that was met.
        ended: When it was debited for the payout before, once that was met.
        before: The id of that payout, or `""`.
    """

    payout: str
    left: int
    reached: int | None = None
    ended: int | None = None
    before: str = ""

    def part(self, page: Sequence[Row]) -> Sequence[Row]:
        """Give what of a page lies between the two."""
        found: list[Row] = []
        for row in page:
            if row[TYPE] == "payout" and source_of(row) == self.payout:
                self.reached = row[CREATED]
            elif self.reached is None:
                self.left -= row[NET]
            elif row[TYPE] == "payout":
                self.ended, self.before = row[CREATED], source_of(row)
                break
            else:
                found.append(row)
        return found


@frozen
class PaidOut:
    """One payout.

    Attributes:
        caller: Reads what it paid out.
        account: Whose it is; `None` for the platform.
    """

    caller: Caller
    account: str | None

    async def read(self, payout_id: str) -> tuple[Payout, str]:
        """Read it, and whether Stripe has assigned its movements."""
        request = Request("get", f"/v1/payouts/{payout_id}", account=self.account)
        answer = await self.caller.read(request, "reconciliation.payout")
        return Payout.parse(answer), str(answer.data.get("reconciliation_status"))

    async def lines(self, payout: Payout) -> AsyncGenerator[Line, None]:
        """Go through the movements of a manual one, each with its cause, the newest first."""
        anchor = await Ledger(self.caller, self.account).anchor()
        with closing(Sought(caller=self.caller)) as causes:
            await causes.read(self.caller)
            audit = Audit(Tracer(self.caller, causes, self.account), causes, self.account or "")
            walk = _Walk(payout.id, 0)
            try:
                async with aclosing(self._walked(walk, payout.amount.currency, anchor)) as parts:
                    async for part in parts:
                        for line in await audit.lines(part):
                            yield line
            finally:
                await audit.tracer.aclose()

    async def report(self, payout_id: str) -> PayoutReport:
        """Reconcile it."""
        payout, status = await self.read(payout_id)
        anchor = await Ledger(self.caller, self.account).anchor()
        with closing(Sought(caller=self.caller)) as causes:
            await causes.read(self.caller)
            await causes.seek(payout.id)
            return await self._explained(causes, payout, anchor, status)

    async def _explained(self, causes: Sought, payout: Payout, anchor: Anchor, status: str) -> PayoutReport:
        audit = Audit(Tracer(self.caller, causes, self.account), causes, self.account or "")
        audit.expected = causes.expected(audit.account, None, None)
        deed = causes.deed(payout.id)
        try:
            if payout.automatic:
                statement = None
                await self._by_membership(audit, causes, payout)
                _check_ready(audit, payout, status)
            else:
                statement = await self._by_hand(audit, causes, payout, anchor)
                _check_deed(audit, payout, deed)
        finally:
            await audit.tracer.aclose()
        await self._check_returned(audit, payout)
        return PayoutReport(
            account=audit.account,
            totals=audit.totals(),
            origins=audit.origins,
            findings=tuple(audit.findings),
            omitted=audit.omitted,
            payout=payout,
            key=deed.key if deed else "",
            intention=await Paymaster(self.caller).intention_of(payout.id),
            statement=statement,
        )

    async def _by_membership(self, audit: Audit, causes: Sought, payout: Payout) -> None:
        """Sum the movements that Stripe says it paid out."""
        own: list[Row] = []
        ends: list[int] = []
        async for page in Ledger(self.caller, self.account).pages(sources=True, payout=payout.id):
            own += [row for row in page if source_of(row) == payout.id]
            paid_out = [row for row in page if source_of(row) != payout.id]
            await audit.walk(paid_out)
            made = [*ends, *(row[CREATED] for row in paid_out)]
            ends = [min(made), max(made)] if made else []
        if ends:
            await Among(self.caller, self.account, causes, audit).look(payout.amount.currency, *ends)
        if not own:  # whether a payout is one of the rows that it paid out is Stripe's own affair
            async for page in Ledger(self.caller, self.account).pages(sources=False, source=payout.id):
                own += page
        paid = Money(audit.moved().get(payout.amount.currency, 0), payout.amount.currency)
        if paid != payout.amount:
            audit.find(_unexplained(payout, payout.amount, paid, _WHOLE))
        debit = sum(row[NET] for row in own if row[TYPE] == "payout")
        if debit != -payout.amount.amount:
            found = Money(-debit, payout.amount.currency)
            audit.find(_unexplained(payout, payout.amount, found, "The balance was not debited by its amount."))

    async def _by_hand(self, audit: Audit, causes: Sought, payout: Payout, anchor: Anchor) -> Statement:
        """Sum what moved between the payout before and this one, and tell what was there and what stayed."""
        currency = payout.amount.currency
        walk = _Walk(payout.id, anchor.held.get(currency, 0))
        async with aclosing(self._walked(walk, currency, anchor)) as parts:
            async for part in parts:
                await audit.walk(part)
        moved = audit.moved().get(currency, 0)
        opening = walk.left + payout.amount.amount - moved
        if walk.reached is None:
            audit.find(_unexplained(payout, payout.amount, Money(0, currency), "The balance was never debited for it."))
        else:
            await self._read_under_way(causes, walk)
            await self._look_for_missing(audit, currency, walk.ended or 0, walk.reached)
            if walk.ended is None and opening:
                why = "The balance is not what its movements sum to."
                audit.find(_unexplained(payout, Money(0, currency), Money(opening, currency), why))
        return Statement(
            opening=Money(opening, currency), moved=Money(moved, currency), closing=Money(walk.left, currency)
        )

    async def _walked(self, walk: _Walk, currency: str, anchor: Anchor) -> AsyncGenerator[Sequence[Row], None]:
        """Give what moved between the payout before a manual one and this one, a page at a time, the newest first."""
        pages = Ledger(self.caller, self.account).pages(sources=True, currency=currency)
        async for page in after(pages, anchor):
            yield walk.part(page)
            if walk.ended is not None:
                break

    async def _read_under_way(self, causes: Sought, walk: _Walk) -> None:
        """Read what the journal says was done between the payout before and this one.

        Where somebody else made one of them, that is between the first and the last operation that this one paid out.
        """
        first, last = None, await causes.maker(walk.payout) or causes.latest
        if walk.before:
            first = await causes.maker(walk.before) or causes.earliest
        since, until = first.created if first else NEVER, last.updated if last else _EVER
        await causes.read_under_way(self.account or "", since, until)

    async def _look_for_missing(self, audit: Audit, currency: str, began: int, ended: int) -> None:
        """Look for what was done after the second of the payout before, and before that of this one."""
        span = Span(audit.account, began + 1, ended)
        since, until = (datetime.fromtimestamp(moment, tz=UTC) for moment in (began + 1, ended))
        await audit.look_for_missing(
            self.caller, since, until, lambda deed: span.holds(deed) and deed.currency == currency
        )

    async def _check_returned(self, audit: Audit, payout: Payout) -> None:
        """See that a payout that failed or was cancelled is back in the balance, and no other."""
        returned = 0
        async for page in Ledger(self.caller, self.account).pages(sources=False, source=payout.id):
            returned += sum(row[NET] for row in page if row[TYPE] != "payout")
        expected = payout.amount.amount if payout.status in _RETURNED else 0
        if returned != expected:
            currency = payout.amount.currency
            why = f"It is {payout.status}, and what came back of it is another amount."
            audit.find(_unexplained(payout, Money(expected, currency), Money(returned, currency), why))


def _check_ready(audit: Audit, payout: Payout, status: str) -> None:
    if status == "in_progress":
        audit.find(
            Discrepancy(
                kind=DiscrepancyKind.UNSETTLED,
                object_id=payout.id,
                why="Stripe is still assigning movements to this payout.",
                next_step="Reconcile it again once payout.reconciliation_completed has come.",
            )
        )


def _check_deed(audit: Audit, payout: Payout, deed: Deed | None) -> None:
    """Compare a manual payout with the operation that made it: nobody else may have."""
    if deed is None:
        audit.find(
            Discrepancy(
                kind=DiscrepancyKind.UNEXPECTED,
                object_id=payout.id,
                found=abs(payout.amount),
                why="No operation of this store made it: somebody paid out in the Dashboard, or by other code.",
                next_step="Ask who made it, and why.",
            )
        )
    elif deed.amount is not None and Money(deed.amount, deed.currency) != payout.amount:
        why = "The payout is not what was asked for."
        audit.find(_unexplained(payout, Money(deed.amount, deed.currency), payout.amount, why))


def _unexplained(payout: Payout, expected: Money, found: Money, why: str) -> Discrepancy:
    return Discrepancy(
        kind=DiscrepancyKind.UNEXPLAINED,
        object_id=payout.id,
        expected=expected,
        found=found,
        why=why,
        next_step="Reconcile the account and its whole period; if it stays so, ask Stripe's support.",
    )
