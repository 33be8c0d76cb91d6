"""What a payout paid out: by Stripe's own membership, or by all that moved since the payout before it."""

from __future__ import annotations

from contextlib import closing

from attrs import frozen

from connectkit.calls.caller import Caller
from connectkit.models.payouts import Payout
from connectkit.models.reconciliation import Discrepancy, DiscrepancyKind, PayoutReport, Statement
from connectkit.money import Money
from connectkit.paying import Paymaster
from connectkit.requests import Request

from .auditing import Audit
from .causes import Causes
from .deeds import Deed
from .pages import NET, TYPE, Row, source_of
from .tracing import Tracer
from .walking import Anchor, Ledger, after

_RETURNED = frozenset({"failed", "canceled"})
_WHOLE = "Every movement of it is there, and they do not sum to its amount."


@frozen
class PaidOut:
    """One payout.

    Attributes:
        caller: Reads what it paid out.
        account: Whose it is; `None` for the platform.
    """

    caller: Caller
    account: str | None

    async def report(self, payout_id: str) -> PayoutReport:
        """Reconcile it."""
        request = Request("get", f"/v1/payouts/{payout_id}", account=self.account)
        answer = await self.caller.read(request, "reconciliation.payout")
        payout = Payout.parse(answer)
        anchor = await Ledger(self.caller, self.account).anchor()
        with closing(Causes()) as causes:
            await causes.read(self.caller)
            return await self._explained(causes, payout, anchor, str(answer.data.get("reconciliation_status")))

    async def _explained(self, causes: Causes, payout: Payout, anchor: Anchor, status: str) -> PayoutReport:
        audit = Audit(Tracer(self.caller, causes, self.account), causes, self.account or "")
        deed = causes.deed(payout.id)
        try:
            if payout.automatic:
                statement = None
                await self._by_membership(audit, payout)
                _check_ready(audit, payout, status)
            else:
                statement = await self._by_hand(audit, payout, anchor)
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

    async def _by_membership(self, audit: Audit, payout: Payout) -> None:
        """Sum the movements that Stripe says it paid out."""
        own: list[Row] = []
        async for page in Ledger(self.caller, self.account).pages(sources=True, payout=payout.id):
            own += [row for row in page if source_of(row) == payout.id]
            for row in audit.take([row for row in page if source_of(row) != payout.id]):
                await audit.trace(row)
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

    async def _by_hand(self, audit: Audit, payout: Payout, anchor: Anchor) -> Statement:
        """Sum what moved between the payout before and this one, and tell what was there and what stayed."""
        ledger, currency = Ledger(self.caller, self.account), payout.amount.currency
        left, reached, ended = anchor.held.get(currency, 0), False, False
        async for page in after(ledger.pages(sources=True, currency=currency), anchor):
            span: list[Row] = []
            for row in page:
                if row[TYPE] == "payout" and source_of(row) == payout.id:
                    reached = True
                elif not reached:
                    left -= row[NET]
                elif row[TYPE] == "payout":
                    ended = True
                    break
                else:
                    span.append(row)
            for row in audit.take(span):
                await audit.trace(row)
            if ended:
                break
        moved = audit.moved().get(currency, 0)
        opening = left + payout.amount.amount - moved
        if not reached:
            audit.find(_unexplained(payout, payout.amount, Money(0, currency), "The balance was never debited for it."))
        elif not ended and opening:
            why = "The balance is not what its movements sum to."
            audit.find(_unexplained(payout, Money(0, currency), Money(opening, currency), why))
        return Statement(opening=Money(opening, currency), moved=Money(moved, currency), closing=Money(left, currency))

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
