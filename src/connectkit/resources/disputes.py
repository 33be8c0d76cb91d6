"""Disputes: answered, accepted, and their cost recovered from sellers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Final

from connectkit.calls.caller import Caller, Intent, Step
from connectkit.drive import Blocking, blocking, iterating
from connectkit.errors import InvalidRequest
from connectkit.models.base import Answer
from connectkit.models.disputes import Dispute
from connectkit.models.transfers import Transfer, TransferReversal
from connectkit.requests import Request, checked_id

from .arguments import given


class AsyncDisputes:
    """Disputes: answered, accepted, and their cost recovered from sellers."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def retrieve(self, dispute_id: str, *, account: str | None = None) -> Dispute:
        """Read a dispute.

        Args:
            dispute_id: The dispute.
            account: The connected account that a direct charge lives on.

        Raises:
            InvalidRequest: It is not the id of a dispute.
            NotFound: There is none.
            Unreachable: There was no usable answer.
        """
        request = Request("get", _path(dispute_id), account=self._caller.account(account))
        return Dispute.parse(await self._caller.read(request, "disputes.retrieve"))

    async def list(self, *, account: str | None = None) -> AsyncGenerator[Dispute, None]:
        """Go through the disputes, the newest first, to the end.

        Args:
            account: The connected account that direct charges live on.

        Raises:
            Unreachable: There was no usable answer.
        """
        request = Request("get", "/v1/disputes", {"limit": 100}, account=self._caller.account(account))
        async for item in self._caller.pages(request, "disputes.list"):
            yield Dispute.parse(Answer(data=item))

    async def submit(
        self,
        dispute_id: str,
        *,
        key: str,
        evidence: Mapping[str, str],
        account: str | None = None,
        wait: float = 0.0,
    ) -> Dispute:
        """Answer a dispute with evidence, which can be done once.

        Args:
            dispute_id: The dispute.
            key: Your own name of this answer.
            evidence: By Stripe's names (`product_description`, `receipt` as the id of a file, …). The journal stores a
                hash of it alone, because it tells of the buyer.
            account: The connected account that a direct charge lives on.
            wait: For how many seconds to wait for somebody who is submitting it now.

        Raises:
            InvalidRequest: There is no evidence, or an argument is wrong.
            Refused: Stripe said no, as that it was answered before.
            OutcomeUnknown: It may have been submitted; the same key finds out.
        """
        if not evidence:
            message = "There is no evidence to submit."
            raise InvalidRequest(message, param="evidence", next_step="To accept the dispute, use disputes.close().")
        params = {"evidence": dict(evidence), "submit": True}
        request = Request("post", _path(dispute_id), params, account=self._caller.account(account))
        arguments = {"dispute": dispute_id, **params}
        intent = Intent("disputes.submit", key, request, arguments, Dispute.KEEP, personal=("evidence",))
        return Dispute.parse(await self._caller.perform(intent, wait=wait))

    async def close(self, dispute_id: str, *, key: str, account: str | None = None, wait: float = 0.0) -> Dispute:
        """Accept a dispute: it is lost, and what was taken stays with the buyer.

        Args:
            dispute_id: The dispute.
            key: Your own name of this decision.
            account: The connected account that a direct charge lives on.
            wait: For how many seconds to wait for somebody who is closing it now.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no, as that it is closed already.
            OutcomeUnknown: It may have been closed; the same key finds out.
        """
        path = f"{_path(dispute_id)}/close"
        request = Request("post", path, account=self._caller.account(account))
        intent = Intent("disputes.close", key, request, {"dispute": dispute_id}, Dispute.KEEP)
        return Dispute.parse(await self._caller.perform(intent, wait=wait))

    async def recover(self, dispute_id: str, *, key: str, wait: float = 0.0) -> Sequence[TransferReversal]:
        """Take what a dispute costs the platform back from the sellers whom the payment was shared out to.

        The newest transfers are reversed first, each as far as it goes, until the disputed amount is covered; Stripe's
        fee for the dispute stays with the platform. What a broken-off flow has not taken back yet is the platform's
        loss until the same key goes on.

        Args:
            dispute_id: The dispute, of a destination charge or of a separate charge.
            key: Your own name of this recovery.
            wait: For how many seconds to wait for somebody who is at it now.

        Raises:
            InvalidRequest: It is not the id of a dispute, or nothing of the payment was shared out.
            InsufficientBalance: A seller's balance does not cover the share; what went before stands, and the same key
                goes on.
            OutcomeUnknown: It may have been taken back; the same key finds out.
        """
        path = _path(dispute_id)

        async def plan() -> Sequence[Step]:
            answer = await self._caller.read(Request("get", path, {"expand": ["charge"]}), "disputes.retrieve")
            steps = _reversals(answer, [transfer async for transfer in self._transfers_of(answer)])
            if not steps:
                message = "Nothing of the disputed payment is with a seller."
                raise InvalidRequest(message, param="dispute_id", next_step="Debit the account instead, if it agreed.")
            return steps

        flow = self._caller.flow(
            verb="disputes.recover", key=key, arguments={"dispute": dispute_id}, plan=plan, wait=wait
        )
        return [TransferReversal.parse(answer) for answer in await flow]

    async def _transfers_of(self, dispute: Answer) -> AsyncGenerator[Transfer, None]:
        """Go through the transfers that were paid from the disputed charge, the newest first."""
        charge = dispute.data["charge"]
        group = charge.get("transfer_group")
        if not group:
            return
        request = Request("get", "/v1/transfers", given(transfer_group=group, limit=100))
        async for item in self._caller.pages(request, "transfers.list"):
            transfer = Transfer.parse(Answer(data=item))
            if transfer.source_transaction == charge["id"]:
                yield transfer


class Disputes(Blocking[AsyncDisputes]):
    """Disputes: answered, accepted, and their cost recovered from sellers."""

    retrieve: Final = blocking(AsyncDisputes.retrieve)
    list: Final = iterating(AsyncDisputes.list)
    submit: Final = blocking(AsyncDisputes.submit)
    close: Final = blocking(AsyncDisputes.close)
    recover: Final = blocking(AsyncDisputes.recover)


def _path(dispute_id: str) -> str:
    return f"/v1/disputes/{checked_id(dispute_id, 'dispute_id', 'du_', 'dp_')}"


def _reversals(dispute: Answer, transfers: Sequence[Transfer]) -> Sequence[Step]:
    steps: list[Step] = []
    left: int = dispute.data["amount"]
    for transfer in transfers:
        amount = min(left, transfer.reversible.amount)
        if amount:
            request = Request("post", f"/v1/transfers/{transfer.id}/reversals", {"amount": amount})
            steps.append(Step(f"reversal/{transfer.id}", "transfers.reverse", request, TransferReversal.KEEP))
            left -= amount
    return steps
