"""What a chargeback costs the platform is taken back from sellers, and given back when it is won."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from connectkit.calls.caller import Caller, Step
from connectkit.errors import InvalidRequest
from connectkit.models.base import Answer
from connectkit.models.disputes import Dispute
from connectkit.models.plans import passed
from connectkit.models.transfers import Transfer, TransferReversal
from connectkit.money import Money
from connectkit.owing import IfShort, debit_intent, reversal
from connectkit.requests import Request, checked_id

_NOTE: Final = "connectkit_dispute"
"""The note by which a reversal or a transfer tells for which dispute it was made."""


async def recovering(caller: Caller, dispute_id: str, debits: Mapping[str, Money], if_short: IfShort) -> Sequence[Step]:
    """Work out what is taken back for a chargeback: of the newest transfers first, then by debits.

    Raises:
        InvalidRequest: No money has moved, it is won, or nothing is with a seller.
    """
    dispute, transfers = await _disputed(caller, dispute_id)
    if dispute.inquiry or dispute.status == "won":
        message = f"This dispute is {dispute.status}: it has taken nothing from the platform."
        raise InvalidRequest(message, param="dispute_id", next_step="Recover after charge.dispute.funds_withdrawn.")
    steps: list[Step] = []
    left = _disputed_part(dispute, transfers)
    for transfer in transfers:
        amount = min(left, transfer.reversible.amount)
        if amount:
            taken = Money(amount, transfer.amount.currency)
            steps.append(reversal(transfer.id, transfer.destination, taken, if_short, {_NOTE: dispute_id}))
            left -= amount
    steps += [_debit(account, amount, dispute_id) for account, amount in debits.items()]
    if not steps:
        message = "Nothing of the disputed payment is with a seller."
        raise InvalidRequest(message, param="dispute_id", next_step="Pass debits={'acct_…': …}, if that is agreed.")
    return steps


async def repaying(caller: Caller, dispute_id: str) -> Sequence[Step]:
    """Work out what sellers get back after a dispute is won.

    Raises:
        InvalidRequest: It is not won, or nothing was taken back for it.
    """
    dispute, transfers = await _disputed(caller, dispute_id)
    if dispute.status != "won":
        message = f"This dispute is not won: it is {dispute.status}."
        raise InvalidRequest(message, param="dispute_id", next_step="Repay after charge.dispute.funds_reinstated.")
    steps: list[Step] = []
    for transfer in transfers:
        path = f"/v1/transfers/{transfer.id}/reversals"
        pages = caller.pages(Request("get", path, {"limit": 100}), "disputes.repay")
        made = [TransferReversal.parse(Answer(data=item)) async for item in pages]
        taken = sum(one.amount.amount for one in made if one.metadata.get(_NOTE) == dispute_id)
        if taken:
            steps.append(_repayment(transfer, Money(taken, transfer.amount.currency), {_NOTE: dispute_id}))
    if not steps:
        message = "Nothing was taken back from sellers for this dispute."
        raise InvalidRequest(message, param="dispute_id")
    return steps


def _repayment(transfer: Transfer, amount: Money, notes: Mapping[str, str]) -> Step:
    params = {
        "amount": amount.amount,
        "currency": amount.currency,
        "destination": transfer.destination,
        "metadata": dict(notes),
    }
    return Step(
        f"transfer/{transfer.id}",
        "transfers.create",
        Request("post", "/v1/transfers", params),
        Transfer.KEEP,
        effects=passed(transfer.destination, amount, "repayment"),
    )


def _debit(account: str, amount: Money, dispute_id: str) -> Step:
    intent = debit_intent("", account, amount, {"metadata": {_NOTE: dispute_id}})
    effects = passed(account, -amount, "debit")
    return Step(f"debit/{account}", intent.verb, intent.request, intent.keep, effects=effects)


def _disputed_part(dispute: Dispute, transfers: Sequence[Transfer]) -> int:
    """Give what of the transfers the disputed amount is, in their currency, which is that of the settled charge."""
    if not transfers or transfers[0].amount.currency == dispute.amount.currency or not dispute.taken:
        return dispute.amount.amount
    return -int(dispute.raw["balance_transactions"][0]["amount"])


async def _disputed(caller: Caller, dispute_id: str) -> tuple[Dispute, Sequence[Transfer]]:
    """Read a dispute, and the transfers that were paid from its charge, the newest first."""
    path = f"/v1/disputes/{checked_id(dispute_id, 'dispute_id', 'du_', 'dp_')}"
    answer = await caller.read(Request("get", path, {"expand": ["charge"]}), "disputes.retrieve")
    charge = answer.data["charge"]
    group = charge.get("transfer_group")
    if not group:
        return Dispute.parse(answer), ()
    request = Request("get", "/v1/transfers", {"transfer_group": group, "limit": 100})
    found = [Transfer.parse(Answer(data=item)) async for item in caller.pages(request, "transfers.list")]
    return Dispute.parse(answer), [one for one in found if one.source_transaction == charge["id"]]
