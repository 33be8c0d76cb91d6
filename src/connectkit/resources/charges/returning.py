"""An application fee that is given back by itself, and not with a refund."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from connectkit.calls.caller import Caller, Step
from connectkit.calls.previews import Flow, Worked
from connectkit.errors import InvalidRequest
from connectkit.models.base import Answer, Data, part
from connectkit.models.fees import FeeRefund
from connectkit.models.plans import passed
from connectkit.money import Money
from connectkit.requests import Request
from connectkit.resources.arguments import checked_metadata, checked_money, given

from .building import read_payment

_VERB: Final = "charges.return_fee"


def returning_fee(  # what the verb takes
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
