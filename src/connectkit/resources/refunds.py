"""Refunds, after they were made: read again, and what they took from sellers given back when they fail."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from functools import partial
from typing import Final

from connectkit.calls.caller import Caller, Step
from connectkit.calls.previews import AsyncPlan, Flow, Worked, previewing
from connectkit.drive import Blocking, blocking, iterating
from connectkit.errors import InvalidRequest
from connectkit.models.base import Answer
from connectkit.models.plans import passed
from connectkit.models.recoveries import Repayment
from connectkit.models.refunds import Refund, RefundState
from connectkit.models.transfers import Transfer, TransferReversal
from connectkit.money import Money
from connectkit.requests import Request, checked_id

from .arguments import given, optional_id

_NOTE: Final = "connectkit_refund"
"""The note by which a transfer tells for which refund it was made."""


class AsyncRefunds:
    """Refunds, after they were made: `charges` makes them."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def retrieve(self, refund_id: str, *, account: str | None = None) -> Refund:
        """Read a refund: it can fail for a month after it has succeeded.

        Args:
            refund_id: The refund.
            account: The connected account that a direct charge lives on.

        Raises:
            InvalidRequest: It is not the id of a refund.
            NotFound: There is none, or it lives on another account.
            Unreachable: There was no usable answer.
        """
        request = Request("get", _path(refund_id), account=self._caller.account(account))
        return Refund.parse(await self._caller.read(request, "refunds.retrieve"))

    async def list(
        self, *, account: str | None = None, payment: str | None = None, state: RefundState | None = None
    ) -> AsyncGenerator[Refund, None]:
        """Go through the refunds, the newest first, to the end.

        Args:
            account: The connected account that direct charges live on.
            payment: Only those of this payment intent.
            state: Only those that stand so, as `RefundState.FAILED`.

        Raises:
            InvalidRequest: An argument is wrong.
            Unreachable: There was no usable answer.
        """
        params = given(payment_intent=optional_id(payment, "payment", "pi_"), limit=100)
        request = Request("get", "/v1/refunds", params, account=self._caller.account(account))
        async for item in self._caller.pages(request, "refunds.list"):
            refund = Refund.parse(Answer(data=item))
            if state in {None, refund.state}:
                yield refund

    async def restore(self, refund: Refund, *, key: str, wait: float = 0.0) -> Repayment:
        """Give sellers back what a refund took from them that has failed: the money of it came back to the platform.

        Each gets a new transfer from the platform's available balance, for reversals cannot be undone. The buyer is
        still owed the amount.

        Args:
            refund: The refund as the call gave it that made it, which knows its reversals.
            key: Your own name of this.
            wait: For how many seconds to wait for somebody who is at it now.

        Raises:
            InvalidRequest: It has not failed, or took nothing from sellers.
            InsufficientBalance: The platform's balance does not cover it; top up, and the same key goes on.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        return await self._restoring(refund, key).carried_out(self._caller, wait)

    async def plan_restore(self, refund: Refund, *, key: str) -> AsyncPlan[Repayment]:
        """Show what `restore` would send and move; executing the plan is that.

        Args:
            refund: The refund as the call gave it that made it, which knows its reversals.
            key: Your own name of this.

        Raises:
            InvalidRequest: It has not failed, or took nothing from sellers.
            Unreachable: There was no usable answer.
        """
        return await self._restoring(refund, key).planned(self._caller)

    def _restoring(self, refund: Refund, key: str) -> Flow[Repayment]:
        async def work_out() -> Worked:
            taken = await self._taken(refund)
            return Worked(steps=[await self._back(refund.id, *one) for one in taken.items()])

        return Flow(
            verb="refunds.restore",
            key=key,
            arguments={"refund": refund.id},
            work_out=work_out,
            read=partial(Repayment.read, refund.id),
        )

    async def _taken(self, refund: Refund) -> Mapping[str, Money]:
        """Give what came back of each transfer, by its id."""
        request = Request("get", _path(refund.id), {"expand": ["transfer_reversal"]})
        answer = await self._caller.read(request, "refunds.restore")
        now = Refund.parse(answer)
        if now.state not in {RefundState.FAILED, RefundState.CANCELED}:
            message = f"This refund has not failed: it is {now.state.value}."
            raise InvalidRequest(message, param="refund", next_step=now.state.next_step)
        own = answer.data.get("transfer_reversal")
        reversals: Sequence[TransferReversal] = refund.reversals
        if own:
            reversals = (TransferReversal.parse(Answer(data=own)), *reversals)
        taken: dict[str, Money] = {}
        for reversal in reversals:
            before = taken.get(reversal.transfer, Money(0, reversal.amount.currency))
            taken[reversal.transfer] = before + reversal.amount
        if not taken:
            message = "This refund took nothing back from sellers."
            raise InvalidRequest(message, param="refund", next_step="Pay the buyer in another way.")
        return taken

    async def _back(self, refund_id: str, transfer_id: str, amount: Money) -> Step:
        request = Request("get", f"/v1/transfers/{transfer_id}")
        seller = Transfer.parse(await self._caller.read(request, "refunds.restore")).destination
        params = {
            "amount": amount.amount,
            "currency": amount.currency,
            "destination": seller,
            "metadata": {_NOTE: refund_id},
        }
        return Step(
            f"transfer/{transfer_id}",
            "transfers.create",
            Request("post", "/v1/transfers", params),
            Transfer.KEEP,
            effects=passed(seller, amount, "given back"),
        )


class Refunds(Blocking[AsyncRefunds]):
    """Refunds, after they were made: `charges` makes them."""

    retrieve: Final = blocking(AsyncRefunds.retrieve)
    list: Final = iterating(AsyncRefunds.list)
    restore: Final = blocking(AsyncRefunds.restore)
    plan_restore: Final = previewing(AsyncRefunds.plan_restore)


def _path(refund_id: str) -> str:
    return f"/v1/refunds/{checked_id(refund_id, 'refund_id', 're_', 'pyr_')}"
