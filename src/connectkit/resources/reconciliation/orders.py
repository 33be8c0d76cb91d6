"""All that one payment moved, on every account that had to do with it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from attrs import define, field

from connectkit.calls.caller import Caller
from connectkit.models.base import Data, identifier, part
from connectkit.models.reconciliation import Discrepancy, DiscrepancyKind, Line, OrderReport, Origin, summed
from connectkit.money import Money
from connectkit.requests import Request

from .auditing import Audit
from .causes import Causes
from .pages import SOURCE, Row, row_of
from .tracing import Tracer
from .walking import Ledger

_VERB: Final = "reconciliation.order"
_DISPUTED: Final = frozenset({"dispute", "dispute_reversal"})

_Part: TypeAlias = tuple[str | None, str | Sequence[Row]]
"""Whose balance something moved, and by which object, or in which rows."""


@define
class Order:
    """One payment.

    Attributes:
        caller: Reads what it moved.
        causes: What the journal says.
        account: Whose payment it is; `None` for the platform's.
        lines: What it moved, as far as it was read.
    """

    caller: Caller
    causes: Causes
    account: str | None
    lines: list[Line] = field(factory=list[Line])
    _audits: dict[str | None, Audit] = field(factory=dict[str | None, Audit])

    async def report(self, payment_id: str) -> OrderReport:
        """Reconcile it: the charge, its fees, transfers, refunds, reversals and disputes."""
        path = f"/v1/payment_intents/{payment_id}"
        request = Request("get", path, {"expand": ["latest_charge"]}, account=self.account)
        payment = (await self.caller.read(request, _VERB)).data
        charge = part(payment, "latest_charge")
        await self.causes.seek(payment_id)
        refunds: set[str] = set()
        try:
            if charge:
                refunds = await self._gather(payment_id, charge)
        finally:
            for audit in self._audits.values():
                await audit.tracer.aclose()
        self.lines.sort(key=lambda line: line.created)
        return self._report(payment_id, charge, refunds)

    async def _gather(self, payment_id: str, charge: Data) -> set[str]:
        """Read all that belongs to a charge, and give its refunds."""
        charge_id = str(charge["id"])
        refunds = [item["id"] async for item in self._list("/v1/refunds", self.account, charge=charge_id)]
        parts: list[_Part] = [(self.account, charge_id), *((self.account, one) for one in refunds)]
        parts += [
            (self.account, [_with(row_of(row), dispute) for row in dispute["balance_transactions"]])
            async for dispute in self._list("/v1/disputes", self.account, charge=charge_id)
        ]
        fees: Sequence[str] = () if self.account is None else await self._fees(charge_id)
        parts += [(None, one) for one in fees]
        ids = {payment_id, charge_id, *fees}
        async for transfer in self._transfers(charge):
            more = await self._fees(identifier(transfer["destination_payment"]))
            parts += [*await self._passed_on(transfer), *((None, one) for one in more)]
            ids |= {transfer["id"], *more}
        await self.causes.seek(*ids, *refunds)
        if deed := self.causes.deed(payment_id):
            self.causes.also(charge_id, deed)
        for account, moved in parts:
            await self._read(account, moved)
        await self._look_for_missing(ids)
        return set(refunds)

    async def _transfers(self, charge: Data) -> AsyncGenerator[Data, None]:
        """Go through the transfers that were paid from a charge, or only carry its label."""
        group = charge.get("transfer_group")
        if self.account is None and group:
            async for transfer in self._list("/v1/transfers", None, transfer_group=group):
                if identifier(transfer.get("source_transaction")) in {"", charge["id"]}:
                    yield transfer
        elif charge.get("transfer"):
            path = f"/v1/transfers/{identifier(charge['transfer'])}"
            yield (await self.caller.read(Request("get", path), _VERB)).data

    async def _passed_on(self, transfer: Data) -> Sequence[_Part]:
        """Give what a transfer moved on both sides."""
        seller = identifier(transfer["destination"])
        reversals = self._list(f"/v1/transfers/{transfer['id']}/reversals", None)
        back = [(seller, identifier(one.get("destination_payment_refund"))) async for one in reversals]
        return [(None, transfer["id"]), (seller, identifier(transfer["destination_payment"])), *back]

    async def _fees(self, charge_id: str) -> Sequence[str]:
        return [item["id"] async for item in self._list("/v1/application_fees", None, charge=charge_id)]

    async def _read(self, account: str | None, moved: str | Sequence[Row]) -> None:
        if not isinstance(moved, str):
            await self._take(account, moved)
            return
        async for rows in Ledger(self.caller, account).pages(sources=True, source=moved):
            await self._take(account, rows)

    async def _take(self, account: str | None, rows: Sequence[Row]) -> None:
        if account not in self._audits:
            audit = Audit(Tracer(self.caller, self.causes, account), self.causes, account or "")
            audit.expected = self.causes.expected(audit.account, None, None)
            self._audits[account] = audit
        self.lines += await self._audits[account].lines(rows)

    def _list(self, path: str, account: str | None, **filters: str) -> AsyncGenerator[Data, None]:
        return self.caller.pages(Request("get", path, {**filters, "limit": 100}, account=account), _VERB)

    async def _look_for_missing(self, ids: set[str]) -> None:
        """See whether the journal has deeds for this payment that moved nothing of what was read."""
        for audit in self._audits.values():
            await audit.look_for_missing(self.caller, None, None, lambda deed: bool(ids & {deed.id, deed.parent}))

    def _report(self, payment_id: str, charge: Data, refunds: set[str]) -> OrderReport:
        own = [line for line in self.lines if line.account == (self.account or "")]
        paid = summed(line.amount for line in own if line.source == charge.get("id") and line.type != "adjustment")
        back = summed(-line.amount for line in own if line.source in refunds)
        disputed = summed(-line.amount for line in own if line.category in _DISPUTED)
        fees = summed(line.fee - line.application_fee for line in self.lines)
        findings = [finding for audit in self._audits.values() for finding in audit.findings]
        findings += _unbalanced(payment_id, self.lines, paid, (*back, *disputed, *fees))
        deed = self.causes.deed(payment_id)
        origins = {origin: sum(line.origin is origin for line in self.lines) for origin in Origin}
        return OrderReport(
            account=self.account or "",
            totals=tuple(total for audit in self._audits.values() for total in audit.totals()),
            origins=origins,
            findings=tuple(findings),
            payment=payment_id,
            key=deed.key if deed else "",
            lines=tuple(self.lines),
            balances=_balances(self.lines),
            paid=paid,
            refunded=back,
            disputed=disputed,
            stripe_fees=fees,
        )


def _with(row: Row, source: Data) -> Row:
    return (*row[:SOURCE], source, *row[SOURCE + 1 :])  # type: ignore[return-value]  # one member replaced


def _balances(lines: Iterable[Line]) -> Mapping[str, Sequence[Money]]:
    nets: dict[str, list[Money]] = {}
    for line in lines:
        nets.setdefault(line.account, []).append(line.net)
    return {account: summed(each) for account, each in nets.items()}


def _unbalanced(
    payment_id: str, lines: Sequence[Line], paid: Sequence[Money], gone: Sequence[Money]
) -> Sequence[Discrepancy]:
    """Compare what all accounts hold with what the buyer paid, less what went back to him and to Stripe.

    Where money was converted the two differ by the bank's rate, and there is nothing to compare.
    """
    currencies = {line.net.currency for line in lines}
    if len(currencies) != 1:
        return ()
    nothing = Money(0, currencies.pop())
    held = sum((line.net for line in lines), start=nothing)
    expected = sum(paid, start=nothing) - sum(gone, start=nothing)
    if held == expected:
        return ()
    return (
        Discrepancy(
            kind=DiscrepancyKind.UNEXPLAINED,
            object_id=payment_id,
            expected=expected,
            found=held,
            why="What the accounts hold of this payment is not what was paid, less refunds, disputes and fees.",
            next_step="Reconcile again in a minute: Stripe may not have written all of it yet.",
        ),
    )
