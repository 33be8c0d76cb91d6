"""What a chargeback costs the platform is taken back from sellers, and given back when it is won.

A payment can be disputed in parts, or again after a dispute was won. So what is taken for one dispute is worked out
from all that was done for it before, and what was given back after another one can be taken again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

from connectkit.calls.caller import Caller, Step
from connectkit.calls.previews import Worked
from connectkit.errors import InvalidRequest
from connectkit.models.base import Answer, identifier
from connectkit.models.debts import Owed
from connectkit.models.disputes import Dispute
from connectkit.models.plans import Risk, RiskKind, passed
from connectkit.models.transfers import Transfer, TransferReversal
from connectkit.money import Money
from connectkit.owing import DISPUTE, IfShort, Owing, debit_intent, reversal
from connectkit.requests import Request, checked_id

_REVERSAL: Final = "trr_"  # how the id of a reversal begins
_PAYMENT: Final = "py_"  # and that of an account debit


async def recovering(caller: Caller, dispute_id: str, debits: Mapping[str, Money], if_short: IfShort) -> Worked:
    """Work out what is taken back for a chargeback: of the newest transfers first, then by debits.

    Raises:
        InvalidRequest: No money has moved, it is won, nothing is with a seller, or all of it was taken back before.
    """
    case = await _Case.read(caller, dispute_id)
    if case.dispute.inquiry or case.dispute.status == "won":
        message = f"This dispute is {case.dispute.status}: it has taken nothing from the platform."
        raise InvalidRequest(message, param="dispute_id", next_step="Recover after charge.dispute.funds_withdrawn.")
    notes = {DISPUTE: dispute_id}
    steps = [reversal(one.id, one.destination, amount, if_short, notes) for one, amount in case.to_recover()]
    steps += [_debit(account, amount, dispute_id) for account, amount in debits.items()]
    if not steps:
        known = (
            "All of it was taken back before."
            if case.recovered
            else "Nothing of the disputed payment is with a seller."
        )
        raise InvalidRequest(known, param="dispute_id", next_step="Pass debits={'acct_…': …}, if that is agreed.")
    return Worked(steps=steps, risks=case.risks)


async def unrecovered(caller: Caller, dispute_id: str, owing: Sequence[Owed]) -> Sequence[tuple[str, Money]]:
    """Give what of a chargeback is still to be recovered from sellers, as far as it goes: whose, and how much.

    Args:
        caller: Reads it.
        dispute_id: The chargeback.
        owing: All that is or was owed.
    """
    case = await _Case.read(caller, dispute_id, owing)
    return [(transfer.destination, amount) for transfer, amount in case.to_recover()]


async def repaying(caller: Caller, dispute_id: str) -> Worked:
    """Work out what sellers get back after a dispute is won.

    Raises:
        InvalidRequest: It is not won, nothing was taken back for it, or all of it was given back before.
    """
    case = await _Case.read(caller, dispute_id)
    if case.dispute.status != "won":
        message = f"This dispute is not won: it is {case.dispute.status}."
        raise InvalidRequest(message, param="dispute_id", next_step="Repay after charge.dispute.funds_reinstated.")
    steps: list[Step] = []
    repaid = case.repaid_to()
    for source, seller, taken in case.taken_from():
        before = min(taken.amount, repaid.get(seller, 0))
        repaid[seller] = repaid.get(seller, 0) - before
        if taken.amount > before:
            steps.append(case.repayment(source, seller, Money(taken.amount - before, taken.currency)))
    if not steps:
        message = "Nothing was taken back from sellers for this dispute, or they have it again."
        raise InvalidRequest(message, param="dispute_id")
    return Worked(steps=steps, risks=case.risks)


@frozen
class _Case:
    """A dispute, and all that has to do with it.

    Attributes:
        dispute: The dispute.
        others: The other disputes of its charge.
        on_behalf_of: The account that the charge settled for, or `""`.
        group: The label of the charge's transfers.
        transfers: The transfers that were paid from the charge, and what sellers got back after one of its disputes was
            won; the newest first.
        taken: What came back of each of them for this dispute, in minor units, by the transfer's id.
        parked: What was parked of these transfers, for whatever it was to come back.
    """

    dispute: Dispute
    others: Sequence[Dispute]
    on_behalf_of: str
    group: str
    transfers: Sequence[Transfer]
    taken: Mapping[str, int]
    parked: Sequence[Owed]

    @classmethod
    async def read(cls, caller: Caller, dispute_id: str, owing: Sequence[Owed] | None = None) -> _Case:
        """Read a dispute and all that has to do with it; at last what is *owing*, unless that was read before."""
        path = f"/v1/disputes/{checked_id(dispute_id, 'dispute_id', 'du_', 'dp_')}"
        answer = await caller.read(Request("get", path, {"expand": ["charge"]}), "disputes.retrieve")
        dispute, charge = Dispute.parse(answer), answer.data["charge"]
        group = charge.get("transfer_group") or ""
        pages = caller.pages(Request("get", "/v1/disputes", {"charge": charge["id"], "limit": 100}), "disputes.list")
        every = [Dispute.parse(Answer(data=item)) async for item in pages]
        ids = {one.id for one in every}
        found = await _labelled(caller, group)
        own = [one for one in found if one.source_transaction == charge["id"] or one.metadata.get(DISPUTE) in ids]
        names = {one.id for one in own}
        taken = {one.id: await _taken(caller, one, dispute_id) for one in own if one.reversed_amount.amount}
        if owing is None:
            owing = [owed async for owed in Owing(caller).every()]
        return cls(
            dispute=dispute,
            others=[one for one in every if one.id != dispute_id],
            on_behalf_of=identifier(charge.get("on_behalf_of")),
            group=group,
            transfers=own,
            taken=taken,
            parked=[one for one in owing if one.transfer in names],
        )

    @property
    def disputed_part(self) -> int:
        """What of the transfers is disputed, in their currency, which is that of the settled charge."""
        same = not self.transfers or self.transfers[0].amount.currency == self.dispute.amount.currency
        if same or not self.dispute.taken:
            return self.dispute.amount.amount
        return -int(self.dispute.raw["balance_transactions"][0]["amount"])

    @property
    def recovered(self) -> int:
        """What was taken back for this dispute, or is owed for it; what was reversed late counts once."""
        parked = [one for one in self._set_aside if one.dispute == self.dispute.id]
        return sum(self.taken.values()) + sum(one.amount.amount for one in parked)

    @property
    def _set_aside(self) -> Sequence[Owed]:
        """What was parked and did not come back by a reversal: it is owed still, or was debited."""
        return [one for one in self.parked if not one.collected_by.startswith(_REVERSAL)]

    def to_recover(self) -> Sequence[tuple[Transfer, Money]]:
        """Give what is still to be taken of each transfer, the newest first."""
        found: list[tuple[Transfer, Money]] = []
        left = self.disputed_part - self.recovered
        for transfer in self.transfers:
            aside = sum(one.amount.amount for one in self._set_aside if one.transfer == transfer.id)
            amount = min(left, transfer.reversible.amount - aside)
            if amount > 0:
                found.append((transfer, Money(amount, transfer.amount.currency)))
                left -= amount
        return found

    @property
    def risks(self) -> tuple[Risk, ...]:
        """Tell of other disputes, for which the same transfers have to do, and of what cannot be given back abroad."""
        messages: list[str] = []
        more = [one for one in self.others if not one.inquiry and one.status != "won"]
        if more:
            told = ", ".join(f"{one.id} over {one.amount} ({one.status})" for one in more)
            messages.append(f"The payment is disputed besides by {told}: what is with sellers has to do for all of it.")
        if self.on_behalf_of and not self.dispute.closed:
            messages.append(
                f"It settled for {self.on_behalf_of}: if that is abroad, a new transfer may not reach it after a win, "
                "so that it is better to recover once the dispute is lost."
            )
        return tuple(Risk(kind=RiskKind.DISPUTED, account="", message=message) for message in messages)

    def taken_from(self) -> Sequence[tuple[str, str, Money]]:
        """Give what was taken from sellers for this dispute: of which transfer, or by which debit, whose, how much."""
        of_transfers = [
            (one.id, one.destination, Money(self.taken[one.id], one.amount.currency))
            for one in self.transfers
            if one.id in self.taken
        ]
        own = [one for one in self.parked if one.dispute == self.dispute.id]
        debited = [one for one in own if one.collected_by.startswith(_PAYMENT)]
        return [*of_transfers, *((one.collected_by, one.account, one.amount) for one in debited)]

    def repaid_to(self) -> dict[str, int]:
        """Give what each seller got back for this dispute before."""
        repaid: dict[str, int] = {}
        for one in self.transfers:
            if one.metadata.get(DISPUTE) == self.dispute.id:
                repaid[one.destination] = repaid.get(one.destination, 0) + one.amount.amount
        return repaid

    def repayment(self, source: str, seller: str, amount: Money) -> Step:
        """Give the transfer that gives a seller back what was taken."""
        params = {
            "amount": amount.amount,
            "currency": amount.currency,
            "destination": seller,
            "metadata": {DISPUTE: self.dispute.id},
            "transfer_group": self.group,
        }
        return Step(
            f"transfer/{source}",
            "transfers.create",
            Request("post", "/v1/transfers", params),
            Transfer.KEEP,
            effects=passed(seller, amount, "repayment"),
        )


async def _labelled(caller: Caller, group: str) -> Sequence[Transfer]:
    if not group:
        return ()
    request = Request("get", "/v1/transfers", {"transfer_group": group, "limit": 100})
    return [Transfer.parse(Answer(data=item)) async for item in caller.pages(request, "transfers.list")]


async def _taken(caller: Caller, transfer: Transfer, dispute_id: str) -> int:
    path = f"/v1/transfers/{transfer.id}/reversals"
    pages = caller.pages(Request("get", path, {"limit": 100}), "disputes.recover")
    made = [TransferReversal.parse(Answer(data=item)) async for item in pages]
    return sum(one.amount.amount for one in made if one.metadata.get(DISPUTE) == dispute_id)


def _debit(account: str, amount: Money, dispute_id: str) -> Step:
    intent = debit_intent("", account, amount, {"metadata": {DISPUTE: dispute_id}})
    effects = passed(account, -amount, "debit")
    return Step(f"debit/{account}", intent.verb, intent.request, intent.keep, effects=effects)
