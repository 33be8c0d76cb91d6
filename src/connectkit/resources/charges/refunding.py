"""What a refund takes back from sellers and fees, worked out before it is sent.

Stripe shares each refund out by itself: the part of a transfer that comes back is the transfer's amount times this
refund over the charge, rounded half up, and never more than is left (recorded for every reversal that was looked at;
a later refund does not make up for the rounding of earlier ones). A refund that completes the payment therefore leaves
residues, which are taken back explicitly here, so that a refunded payment is closed to the last unit.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Literal, TypeAlias

from attrs import evolve, frozen

from connectkit.calls.caller import Caller, Step
from connectkit.calls.plans import WaitsOn
from connectkit.divisions import Division
from connectkit.errors import InvalidRequest
from connectkit.models.base import Answer, Data, identifier, part
from connectkit.models.plans import Effect, PlannedFee, Risk, RiskKind, passed
from connectkit.models.refunds import Refund
from connectkit.models.transfers import Transfer, TransferReversal
from connectkit.money import Money
from connectkit.owing import IfShort, Owing, reversal, uncovered
from connectkit.requests import Request
from connectkit.resources.arguments import checked_money, given

RefundReason: TypeAlias = Literal["duplicate", "fraudulent", "requested_by_customer"]

EXPANDED: Final = (
    "latest_charge",
    "latest_charge.transfer",
    "latest_charge.application_fee",
    "latest_charge.balance_transaction",
)
"""What of a payment has to be read before it is refunded."""

_RETURNED: Final = "fee returned"
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
        metadata: Its notes.
        owner: The connected account that it lives on; `""` for the platform.
        skipped: Whether Stripe has passed nothing on, although it was to: the seller could not receive it any more.
    """

    payment: str
    charge: Data
    amount: Money
    metadata: Mapping[str, str]
    owner: str = ""
    skipped: bool = False

    @classmethod
    def read(cls, answer: Answer, amount: Money | None, owner: str = "") -> Refundable:
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
        skipped = bool(part(answer.data, "transfer_data")) and not part(charge, "transfer_data")
        return cls(str(answer.data["id"]), charge, wanted, part(answer.data, "metadata"), owner, skipped)

    @property
    def completes(self) -> bool:
        """Whether nothing of the payment is left afterwards."""
        return bool(self.charge["amount_refunded"] + self.amount.amount == self.charge["amount_captured"])

    @property
    def has_fee(self) -> bool:
        """Whether the platform took an application fee of it."""
        return bool(self.charge.get("application_fee_amount"))

    @property
    def risks(self) -> tuple[Risk, ...]:
        """What can go otherwise, as far as the payment tells."""
        risks: list[Risk] = []
        if self.charge.get("disputed"):
            message = "The payment is disputed: Stripe refunds it only while it is an inquiry, or after it is won."
            step = "Answer the dispute, or accept it by disputes.close."
            risks.append(Risk(kind=RiskKind.DISPUTED, account=self.owner, message=message, next_step=step))
        if self._taken.currency != self.amount.currency:
            message = "The refund is converted at the rate of its day, so that the effect here is an estimate."
            risks.append(Risk(kind=RiskKind.EXCHANGE_RATE, account=self.owner, message=message))
        if self._destination and not part(self.charge, "transfer"):
            message = "Stripe has not made the transfer yet, so that its share is an estimate."
            step = "Plan it again a few seconds later."
            risk = Risk(kind=RiskKind.NOT_THERE_YET, account=self._destination, message=message, next_step=step)
            risks.append(risk)
        return tuple(risks)

    def refund(self, verb: str, *, transfer: bool = False, fee: bool = False, reason: str | None = None) -> Step:
        """Give the call that pays the buyer back.

        Args:
            verb: What it is called.
            transfer: Whether it takes the seller's share of a destination charge back.
            fee: Whether it gives the application fee back.
            reason: Why, in Stripe's word.
        """
        params = given(
            payment_intent=self.payment,
            amount=self.amount.amount,
            reverse_transfer=transfer or None,
            refund_application_fee=fee or None,
            reason=reason,
        )
        request = Request("post", "/v1/refunds", params, account=self.owner or None)
        effects = [Effect(account=self.owner, amount=-self._taken, what="refund")]
        seller = self.owner or self._destination
        if transfer:
            effects += passed(seller, -self._share("transfer", self._passed_on), "reversal")
        if fee:
            effects += passed(seller, self._share("application_fee", self.charge["application_fee_amount"]), _RETURNED)
        return Step(
            "refund",
            verb,
            request,
            Refund.KEEP,
            self.amount.currency,
            tuple(effects),
            self._fees(),
            waits_on=self._waits_on,
        )

    def share_of(self, whole: int, left: int) -> int:
        """Give what of *whole* this refund takes back."""
        return share(whole, self.amount.amount, self.charge["amount_captured"], left)

    def taken_from_destination(self, *, fee: bool, if_short: IfShort) -> Sequence[Step]:
        """Give the calls that take the share of a destination charge back apart from the refund, and may be short.

        Stripe shares the fee out by the reversal, rounded again, so that once the payment is closed a unit of the fee
        can be left; it is given back by itself, unless the seller's balance was short.

        Args:
            fee: Whether the application fee comes back with it.
            if_short: What is done where the balance does not cover it.
        """
        transfer = part(self.charge, "transfer")
        left: int = transfer["amount"] - transfer["amount_reversed"] if transfer else 0
        amount = left if self.completes else self.share_of(transfer["amount"], left) if transfer else 0
        if not amount:
            return self._fee_left(0, "") if fee and self.completes else ()
        step = reversal(transfer["id"], transfer["destination"], Money(amount, transfer["currency"]), if_short)
        if not fee:
            return (step,)
        back = passed(transfer["destination"], self._share("application_fee", 0), _RETURNED)
        request = evolve(step.request, params={**step.request.params, "refund_application_fee": True})
        together = evolve(step, request=request, effects=(*step.effects, *back))
        return (together, *self._fee_left(self._fee_by(amount, transfer["amount"]), step.name))

    def residues(self, *, transfer: bool, fee: bool) -> Sequence[Step]:
        """Give the calls that take back what the rounding of earlier refunds has left, once the payment is closed."""
        steps: list[Step] = []
        if not self.completes:
            return steps
        if transfer and (left := self._left("transfer", "amount_reversed")):
            made = self.charge["transfer"]
            steps.append(reversal(str(made["id"]), self._destination, Money(left, made["currency"])))
        if fee and (left := self._left("application_fee", "amount_refunded")):
            steps.append(self._fee_back(left))
        return steps

    def _fee_back(self, amount: int, after: str = "") -> Step:
        path = f"/v1/application_fees/{identifier(self.charge['application_fee'])}/refunds"
        effects = passed(self.owner or self._destination, self._fee_money(amount), _RETURNED)
        request = Request("post", path, {"amount": amount})
        return Step("fee", "charges.refund.fee", request, _FEE_REFUND_KEEP, effects=effects, after=after)

    def _fee_left(self, taken: int, after: str) -> Sequence[Step]:
        """Give the call that gives back what is left of the fee, of which so much comes back in another way."""
        fee = part(self.charge, "application_fee")
        left: int = fee["amount"] - fee["amount_refunded"] - taken if fee and self.completes else 0
        return (self._fee_back(left, after),) if left else ()

    def _fee_by(self, reversed_amount: int, transferred: int) -> int:
        """Give what of the fee comes back with a reversal, by Stripe's rounding."""
        fee = part(self.charge, "application_fee")
        return share(fee["amount"], reversed_amount, transferred, fee["amount"] - fee["amount_refunded"]) if fee else 0

    @property
    def _destination(self) -> str:
        return str(part(self.charge, "transfer_data").get("destination") or "")

    @property
    def _passed_on(self) -> int:
        """What the transfer of a destination charge is of, as far as the charge itself tells."""
        return int(part(self.charge, "transfer_data").get("amount") or self.charge["amount_captured"])

    @property
    def _taken(self) -> Money:
        """What the refund takes from the balance that the charge is in, by the rate of the charge."""
        row = part(self.charge, "balance_transaction")
        if not row or row["currency"] == self.amount.currency:
            return self.amount
        return Money(share(row["amount"], self.amount.amount, self.charge["amount"], row["amount"]), row["currency"])

    @property
    def _waits_on(self) -> WaitsOn:
        """What has to cover the refund: it is paid back from pending money as long as the payment is pending itself."""
        return "available" if part(self.charge, "balance_transaction").get("status") == "available" else "all"

    def _fees(self) -> tuple[PlannedFee, ...]:
        row = part(self.charge, "balance_transaction")
        kept = [detail for detail in row.get("fee_details", ()) if detail["type"] == "stripe_fee"]
        return tuple(
            PlannedFee(
                account=self.owner,
                amount=Money(detail["amount"], detail["currency"]),
                what="of Stripe's for the payment, not returned",
            )
            for detail in kept
        )

    def _share(self, name: str, otherwise: int) -> Money:
        """Give what of the transfer or of the fee comes back with the refund."""
        inner = part(self.charge, name)
        done = inner.get("amount_reversed", inner.get("amount_refunded", 0))
        whole: int = inner.get("amount", otherwise)
        currency: str = inner.get("currency", self.amount.currency)
        return Money(self.share_of(whole, whole - done), currency)

    def _fee_money(self, amount: int) -> Money:
        return Money(amount, part(self.charge, "application_fee").get("currency", self.amount.currency))

    def _left(self, name: str, done: str) -> int:
        """Give what this refund leaves of the transfer or the fee; 0 where Stripe has not made it yet."""
        inner = part(self.charge, name)
        if not inner:
            return 0
        left: int = inner["amount"] - inner[done]
        return left - self.share_of(inner["amount"], left)


def reversals(
    refundable: Refundable, transfers: Sequence[Transfer], take_back: Mapping[str, Money] | None, if_short: IfShort
) -> Sequence[Step]:
    """Give the calls that take their shares of a refund back from several sellers.

    Args:
        refundable: The payment.
        transfers: What was paid out of it, in the order in which that was done.
        take_back: From whom how much comes back; in proportion if it is not given.
        if_short: What is done where a balance does not cover it.
    """
    due = _due(refundable, transfers) if take_back is None else _chosen(transfers, take_back)
    made = {transfer.id: transfer for transfer in transfers}
    return [reversal(name, made[name].destination, amount, if_short) for name, amount in due.items() if amount.amount]


def _due(refundable: Refundable, transfers: Sequence[Transfer]) -> Mapping[str, Money]:
    """Give what comes back of each transfer: by the division that the payment remembers, or in proportion.

    A refund that completes the payment takes back all that is left.
    """
    if refundable.completes:
        return {transfer.id: transfer.reversible for transfer in transfers}
    division = Division.read(refundable.metadata)
    due = {
        transfer.id: Money(
            refundable.share_of(transfer.amount.amount, transfer.reversible.amount), transfer.amount.currency
        )
        for transfer in transfers
    }
    captured = Money(refundable.charge["amount_captured"], refundable.amount.currency)
    if (
        division is None
        or division.total != captured
        or any(one.amount.currency != captured.currency for one in transfers)
    ):
        return due
    before = Money(refundable.charge["amount_refunded"], captured.currency)
    back = division.give_back(refundable.amount, before=before)
    of_the_division = [transfer for transfer in transfers if transfer.destination in division.shares]
    nothing = {transfer.id: Money(0, division.total.currency) for transfer in of_the_division}
    return {**due, **nothing, **_spread(of_the_division, back)}


def _chosen(transfers: Sequence[Transfer], take_back: Mapping[str, Money]) -> Mapping[str, Money]:
    """Give what comes back of each transfer where the caller says from whom how much.

    Raises:
        InvalidRequest: A seller got less than that of this payment, or in another currency.
    """
    spread = _spread(transfers, take_back)
    for seller, wanted in take_back.items():
        mine = [spread[one.id] for one in transfers if one.destination == seller and one.id in spread]
        if sum((one.amount for one in mine), 0) != wanted.amount or any(
            one.currency != wanted.currency for one in mine
        ):
            message = f"{wanted} cannot come back from {seller}: less than that of this payment is there."
            raise InvalidRequest(message, param="take_back")
    return spread


def _spread(transfers: Sequence[Transfer], back: Mapping[str, Money]) -> dict[str, Money]:
    """Take what each seller gives back from her transfers of this payment, one after the other."""
    left = {seller: amount.amount for seller, amount in back.items()}
    spread: dict[str, Money] = {}
    for transfer in transfers:
        amount = min(left.get(transfer.destination, 0), transfer.reversible.amount)
        if amount > 0:
            spread[transfer.id] = Money(amount, transfer.amount.currency)
            left[transfer.destination] -= amount
    return spread


def refunded(answers: Sequence[Answer]) -> Refund:
    """Give the refund that a flow made, with its reversals, and with what sellers could not give back."""
    made = tuple(
        TransferReversal.parse(answer) for answer in answers if answer.data.get("object") == "transfer_reversal"
    )
    return Refund.parse(answers[0], made, uncovered(answers))


def parking(caller: Caller, key: str, if_short: IfShort) -> Callable[[Refund], Awaitable[None]] | None:
    """Give what remembers what sellers could not give back; nothing, where that is not asked for."""
    if if_short != "park":
        return None

    async def park(refund: Refund) -> None:
        """Remember it."""
        await Owing(caller).park(key, refund.uncovered)

    return park
