"""An application fee that is given back by itself, and not with a refund."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from connectkit.calls.caller import Caller, Step
from connectkit.calls.previews import AsyncPlan, Flow, Worked
from connectkit.errors import InvalidRequest
from connectkit.models.base import Answer, Data, part
from connectkit.models.fees import FeeRefund
from connectkit.models.plans import passed
from connectkit.money import Money
from connectkit.requests import Request
from connectkit.resources.arguments import checked_metadata, checked_money, given

from .building import read_payment

_VERB: Final = "charges.return_fee"


class AsyncFeeReturns:
    """The fees of payments, given back without a refund."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def return_fee(
        self,
        payment_id: str,
        *,
        key: str,
        amount: Money | None = None,
        metadata: Mapping[str, str] | None = None,
        account: str | None = None,
        wait: float = 0.0,
    ) -> FeeRefund:
        """Give a seller the application fee of a payment back, whole or in part, without refunding the buyer.

        As out of goodwill, or after a dispute, on which Stripe gives none of it back.

        Args:
            payment_id: The payment intent.
            key: Your own name of this.
            amount: How much, in the currency of the payment; all that is left of the fee if it is not given.
            metadata: Notes of your own.
            account: The connected account that a direct charge lives on.
            wait: For how many seconds to wait for somebody who is at it now.

        Raises:
            InvalidRequest: An argument is wrong, there is no fee, or more than is left of it would be given back.
            NotFound: There is no such payment.
            Refused: Stripe said no.
            OutcomeUnknown: It may have been given back; the same key finds out.
        """
        owner = self._caller.account(account)
        flow = _returning_fee(self._caller, payment_id, key=key, amount=amount, metadata=metadata, owner=owner)
        return await flow.carried_out(self._caller, wait)

    async def plan_return_fee(
        self,
        payment_id: str,
        *,
        key: str,
        amount: Money | None = None,
        metadata: Mapping[str, str] | None = None,
        account: str | None = None,
    ) -> AsyncPlan[FeeRefund]:
        """Show what `return_fee` would send and move; executing the plan is that.

        Args:
            payment_id: The payment intent.
            key: Your own name of this.
            amount: How much; all that is left of the fee if it is not given.
            metadata: Notes of your own.
            account: The connected account that a direct charge lives on.

        Raises:
            InvalidRequest: An argument is wrong, there is no fee, or more than is left of it would be given back.
            NotFound: There is no such payment.
            Unreachable: There was no usable answer.
        """
        owner = self._caller.account(account)
        flow = _returning_fee(self._caller, payment_id, key=key, amount=amount, metadata=metadata, owner=owner)
        return await flow.planned(self._caller)


def _returning_fee(  # what the verb takes
    caller: Caller,
    payment_id: str,
    *,
    key: str,
    amount: Money | None,
    metadata: Mapping[str, str] | None,
    owner: str | None,
) -> Flow[FeeRefund]:
    """Give the flow that gives a fee back to the seller of a payment.

    Args:
        caller: Whose operation it is.
        payment_id: The payment intent.
        key: The caller's name of it.
        amount: How much; all that is left if it is not given.
        metadata: Notes.
        owner: The connected account that the payment lives on; `None` for the platform.
    """
    notes = checked_metadata(metadata) or None

    async def work_out() -> Worked:
        answer = await read_payment(caller, payment_id, owner, "latest_charge", "latest_charge.application_fee")
        charge = part(answer.data, "latest_charge")
        fee = part(charge, "application_fee")
        wanted = _checked(fee, amount)
        seller = owner or str(part(charge, "transfer_data").get("destination") or "")
        params = given(amount=wanted.amount, metadata=notes)
        request = Request("post", f"/v1/application_fees/{fee['id']}/refunds", params)
        effects = passed(seller, wanted, "fee returned")
        return Worked(steps=[Step("fee", _VERB, request, FeeRefund.KEEP, wanted.currency, effects)])

    asked = None if amount is None else str(checked_money(amount))
    arguments = given(payment=payment_id, amount=asked, metadata=notes, account=owner)
    return Flow(verb=_VERB, key=key, arguments=arguments, work_out=work_out, read=_read)


def _checked(fee: Data, amount: Money | None) -> Money:
    """Check what of a fee is to be given back."""
    if not fee:
        message = "Nothing of this payment is an application fee, or Stripe has not made it yet."
        raise InvalidRequest(message, param="payment_id", next_step="Wait for application_fee.created.")
    left = Money(fee["amount"] - fee["amount_refunded"], fee["currency"])
    wanted = left if amount is None else amount
    if wanted.currency != left.currency or not 0 < wanted.amount <= left.amount:
        message = f"{left} of the fee can be given back; amount is {wanted}."
        raise InvalidRequest(message, param="amount")
    return wanted


def _read(answers: Sequence[Answer]) -> FeeRefund:
    return FeeRefund.parse(answers[0])
