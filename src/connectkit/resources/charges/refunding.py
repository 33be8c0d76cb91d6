"""What a refund takes back from sellers and fees, worked out before it is sent.

Stripe shares each refund out by itself: the part of a transfer that comes back is the transfer's amount times this
refund over the charge, rounded half up, and never more than is left (recorded for every reversal that was looked at;
a later refund does not make up for the rounding of earlier ones). A refund that completes the payment therefore leaves
residues, which are taken back explicitly here, so that a refunded payment is closed to the last unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from attrs import frozen

from connectkit.calls.caller import Step
from connectkit.errors import InvalidRequest
from connectkit.models.base import Answer, Data, identifier, part
from connectkit.models.refunds import Refund
from connectkit.models.transfers import Transfer, TransferReversal
from connectkit.money import Money
from connectkit.requests import Request
from connectkit.resources.arguments import checked_money, given

RefundReason: TypeAlias = Literal["duplicate", "fraudulent", "requested_by_customer"]

EXPANDED: Final = ("latest_charge", "latest_charge.transfer", "latest_charge.application_fee")
"""What of a payment has to be read before it is refunded."""

_FEE_REFUND_KEEP: Final = ("id", "object", "amount", "currency", "fee")


def share(whole: int, refund: int, charge: int, left: int) -> int:
    """Give what of *whole* a refund takes back: in proportion, rounded half up, at most what is left."""
    return min((2 * whole * refund + charge) // (2 * charge), left)


@frozen
class Refundable:
    """A payment, as it is before a refund.

    Attributes:
        payment: Its id.
        charge: Its charge, whole.
        amount: What is to be refunded.
    """

    payment: str
    charge: Data
    amount: Money

    @classmethod
    def read(cls, answer: Answer, amount: Money | None) -> Refundable:
        """Check that *amount* of a payment can be refunded; all that is left of it where none is given.

        Raises:
            InvalidRequest: It can't.
        """
        charge = part(answer.data, "latest_charge")
        if not charge or not charge.get("captured"):
            message = "This payment has not been paid, so that there is nothing to refund."
            raise InvalidRequest(message, param="payment_id", next_step="Cancel the payment intent instead.")
        left = Money(charge["amount_captured"] - charge["amount_refunded"], charge["currency"])
        wanted = left if amount is None else checked_money(amount)
        if wanted.currency != left.currency:
            message = f"The payment is in {left.currency}; amount is in {wanted.currency}."
            raise InvalidRequest(message, param="amount")
        if not 0 < wanted.amount <= left.amount:
            message = f"Between nothing and {left} of this payment can be refunded; amount is {wanted}."
            raise InvalidRequest(message, param="amount")
        return cls(str(answer.data["id"]), charge, wanted)

    @property
    def completes(self) -> bool:
        """Whether nothing of the payment is left afterwards."""
        return bool(self.charge["amount_refunded"] + self.amount.amount == self.charge["amount_captured"])

    @property
    def has_fee(self) -> bool:
        """Whether the platform took an application fee of it."""
        return bool(self.charge.get("application_fee_amount"))

    def refund(self, verb: str, account: str | None, **flags: object) -> Step:
        """Give the call that pays the buyer back."""
        params = given(payment_intent=self.payment, amount=self.amount.amount, **flags)
        request = Request("post", "/v1/refunds", params, account=account)
        return Step("refund", verb, request, Refund.KEEP, self.amount.currency)

    def share_of(self, whole: int, left: int) -> int:
        """Give what of *whole* this refund takes back."""
        return share(whole, self.amount.amount, self.charge["amount"], left)

    def residues(self, *, transfer: bool, fee: bool) -> Sequence[Step]:
        """Give the calls that take back what the rounding of earlier refunds has left, once the payment is closed."""
        steps: list[Step] = []
        if not self.completes:
            return steps
        if transfer and (left := self._left("transfer", "amount_reversed")):
            steps.append(reversal(str(self.charge["transfer"]["id"]), left))
        if fee and (left := self._left("application_fee", "amount_refunded")):
            path = f"/v1/application_fees/{identifier(self.charge['application_fee'])}/refunds"
            request = Request("post", path, {"amount": left})
            steps.append(Step("fee", "charges.refund.fee", request, _FEE_REFUND_KEEP))
        return steps

    def _left(self, name: str, done: str) -> int:
        """Give what this refund leaves of the transfer or the fee; 0 where Stripe has not made it yet."""
        inner = part(self.charge, name)
        if not inner:
            return 0
        left: int = inner["amount"] - inner[done]
        return left - self.share_of(inner["amount"], left)


def reversal(transfer: str, amount: int) -> Step:
    """Give the call that takes money back from a connected account."""
    request = Request("post", f"/v1/transfers/{transfer}/reversals", {"amount": amount})
    return Step(f"reversal/{transfer}", "transfers.reverse", request, TransferReversal.KEEP)


def reversals(refundable: Refundable, transfers: Sequence[Transfer]) -> Sequence[Step]:
    """Give the calls that take their shares of a refund back from several sellers."""
    steps: list[Step] = []
    for transfer in transfers:
        left = transfer.reversible.amount
        amount = left if refundable.completes else refundable.share_of(transfer.amount.amount, left)
        if amount:
            steps.append(reversal(transfer.id, amount))
    return steps


def refunded(answers: Sequence[Answer]) -> Refund:
    """Give the refund that a flow made, with its reversals."""
    made = tuple(
        TransferReversal.parse(answer) for answer in answers if answer.data.get("object") == "transfer_reversal"
    )
    return Refund.parse(answers[0], made)
