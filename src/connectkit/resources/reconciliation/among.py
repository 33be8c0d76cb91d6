"""What is missing among the movements of an automatic payout.

Stripe tells which movements such a payout did pay out, and never which one a movement will be in: that follows from
when its funds are available, and from what the account keeps. So of what was done between the first and the last of
them, what another payout has, or none as yet, is in its place; what is missing is not in the balance at all.
"""

from __future__ import annotations

from datetime import UTC, datetime

from attrs import frozen

from connectkit.calls.caller import Caller

from .auditing import Audit
from .deeds import Deed, Span
from .pages import TYPE
from .seeking import Sought
from .tracing import INDIRECT, Tracer
from .walking import Ledger, span


@frozen
class Among:
    """The time in which the movements of a payout were made.

    Attributes:
        caller: Reads the ledger.
        account: Whose payout it is; `None` for the platform.
        causes: What the journal says of the movements.
        audit: The audit of the payout, which has met them.
    """

    caller: Caller
    account: str | None
    causes: Sought
    audit: Audit

    async def look(self, currency: str, oldest: int, newest: int) -> None:
        """Look for what the journal says was done between two movements, and no balance transaction shows."""
        first, last = self.causes.earliest, self.causes.latest
        if first is None or last is None:
            return
        await self.causes.read_under_way(self.audit.account, first.created, last.updated)
        made = Span(self.audit.account, oldest, newest + 1)

        def meant(deed: Deed) -> bool:
            """Tell whether a deed is looked for."""
            return made.holds(deed) and deed.currency == currency

        left = [deed.created for deed in self.audit.expected.left() if meant(deed)]
        if left:
            since, until = (datetime.fromtimestamp(one, tz=UTC) for one in (min(left), max(left) + 1))
            await self._meet(since, until)
            await self.audit.look_for_missing(self.caller, since, until, meant)

    async def _meet(self, since: datetime, until: datetime) -> None:
        """Take out what is in the balance; these movements are no part of the payout's report."""
        tracer = Tracer(self.caller, self.causes, self.account)
        others = Audit(tracer, self.causes, self.audit.account, expected=self.audit.expected)
        try:
            async for rows in Ledger(self.caller, self.account).pages(sources=True, created=span(since, until)):
                for row in others.take(rows):
                    if row[TYPE] in INDIRECT:
                        await others.trace(row)
        finally:
            await tracer.aclose()
