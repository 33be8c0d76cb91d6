"""Which balances are below zero, or will be once what is on its way has landed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime

from attrs import frozen

from connectkit.calls.caller import Caller
from connectkit.models.accounts import Account
from connectkit.models.balances import Balance, BalanceClaim, BalanceOutlook, ClaimKind
from connectkit.models.base import Answer, Data, part
from connectkit.models.disputes import Dispute
from connectkit.money import Money
from connectkit.owing import Owing
from connectkit.requests import Request

from .recovering import unrecovered

_VERB = "tracker.sinking"


@frozen
class Lookout:
    """Looks at balances, and at what is going to take money from them.

    Attributes:
        caller: Reads them.
        since: How far back refunds and disputes are looked at.
        claims: What the platform itself is going to take from each account.
    """

    caller: Caller
    since: datetime
    claims: Mapping[str, Sequence[BalanceClaim]]

    @classmethod
    async def begun(cls, caller: Caller, since: datetime) -> Lookout:
        """Look at what the platform itself is going to take: open chargebacks of its own, and what sellers owe."""
        claims: dict[str, list[BalanceClaim]] = {}
        owing = [owed async for owed in Owing(caller).every()]
        async for item in _recent(caller, "/v1/disputes", None, since):
            dispute = Dispute.parse(Answer(data=item))
            if not dispute.inquiry and not dispute.closed:
                for account, amount in await unrecovered(caller, dispute.id, owing):
                    claims.setdefault(account, []).append(_claim(ClaimKind.DISPUTE, dispute.id, amount))
        for owed in owing:
            if not owed.collected_by:
                claims.setdefault(owed.account, []).append(_claim(ClaimKind.OWED, owed.name, owed.amount))
        return cls(caller, since, claims)

    async def look(self, account: Account) -> Sequence[BalanceOutlook]:
        """Give the balances of an account that are below zero, or will be, by currency."""
        answer = await self.caller.read(Request("get", "/v1/balance", account=account.id), _VERB)
        balance = Balance.parse(answer)
        claims = [*self.claims.get(account.id, ()), *[claim async for claim in self._own_claims(account.id)]]
        currencies = {*(one.currency for one in balance.available), *(claim.amount.currency for claim in claims)}
        settings = part(part(account.raw, "settings"), "payouts")
        outlooks = [
            BalanceOutlook(
                account=account.id,
                now=balance.available_in(currency) + balance.pending_in(currency),
                claims=tuple(claim for claim in claims if claim.amount.currency == currency),
                ours=account.responsibilities.losses_collector == "application",
                debited=bool(settings.get("debit_negative_balances")),
            )
            for currency in sorted(currencies)
        ]
        return [one for one in outlooks if one.below or one.expected.amount < 0]

    async def _own_claims(self, account: str) -> AsyncGenerator[BalanceClaim, None]:
        """Go through what takes money of direct charges: refunds that wait, and inquiries."""
        async for refund in _recent(self.caller, "/v1/refunds", account, self.since):
            waits = refund.get("status") in {"pending", "requires_action"} and not refund.get("balance_transaction")
            if waits and refund.get("charge"):  # without one it comes out of a customer's cash balance
                amount = Money(refund["amount"], refund["currency"])
                yield _claim(ClaimKind.REFUND, refund["id"], amount)
        async for item in _recent(self.caller, "/v1/disputes", account, self.since):
            dispute = Dispute.parse(Answer(data=item))
            if dispute.inquiry and not dispute.closed:
                yield _claim(ClaimKind.INQUIRY, dispute.id, dispute.amount)


def _recent(caller: Caller, path: str, account: str | None, since: datetime) -> AsyncGenerator[Data, None]:
    params = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    return caller.pages(Request("get", path, params, account=account), _VERB)


def _claim(kind: ClaimKind, id: str, amount: Money) -> BalanceClaim:
    return BalanceClaim(kind=kind, id=id, amount=amount)
