"""Separate charges and transfers: the buyer pays the platform, which settles with any number of sellers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Unpack, get_args

from connectkit.calls.caller import Caller, Step
from connectkit.drive import Blocking, blocking
from connectkit.errors import InvalidRequest
from connectkit.models.base import Answer, Data, identifier, part
from connectkit.models.payments import Payment
from connectkit.models.refunds import Refund
from connectkit.models.transfers import Settlement, Transfer
from connectkit.money import Money
from connectkit.requests import Request, checked_id
from connectkit.resources.arguments import check_word, checked_money, given, optional_id

from .building import charged, read_payment
from .options import PaymentOptions, Sale
from .refunding import EXPANDED, Refundable, RefundReason, refunded, reversals


class AsyncSeparateCharges:
    """Separate charges and transfers: the buyer pays the platform, which settles with any number of sellers.

    The payment lives on the platform, which bears Stripe's fees, refunds and disputes. Each seller needs the
    `transfers` capability.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(
        self,
        *,
        key: str,
        amount: Money,
        on_behalf_of: str | None = None,
        wait: float = 0.0,
        **options: Unpack[PaymentOptions],
    ) -> Payment:
        """Let a buyer pay the platform; `settle` gives the sellers their shares.

        Args:
            key: Your own name of this payment.
            amount: The price, in whole minor units of its currency.
            on_behalf_of: The connected account that is the merchant of record, where that is not the platform.
            wait: For how many seconds to wait for somebody who is making it now.
            **options: What may be said of any payment; see `PaymentOptions`. Stripe makes a *transfer_group* at the
                first transfer if it is not given.

        Raises:
            InvalidRequest: An argument is wrong.
            PaymentDeclined: The buyer's side said no. The same key tries the same payment again.
            Refused: Stripe said no for another reason.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        behalf = optional_id(on_behalf_of, "on_behalf_of", "acct_")
        params = {**Sale(amount=amount, **options).params(), **given(on_behalf_of=behalf)}
        return await charged(self._caller, "charges.separate.create", key, params, wait=wait)

    async def settle(self, payment_id: str, *, key: str, shares: Mapping[str, Money], wait: float = 0.0) -> Settlement:
        """Transfer to each seller a share of one payment.

        Each transfer is paid from the charge itself, so that it succeeds before the funds have settled and becomes
        available with them. What is shared out is the whole charge: Stripe's fee is the platform's to pay from what it
        keeps. The sellers are paid in the order given; if the flow is broken off, the later ones are missing until the
        same key completes it.

        Args:
            payment_id: The payment intent, which has succeeded.
            key: Your own name of this settlement.
            shares: What each connected account gets, in the currency that the charge settled in.
            wait: For how many seconds to wait for somebody who is settling it now.

        Raises:
            InvalidRequest: An argument is wrong, the payment has not succeeded, or more than it is shared out.
            AccountNotReady: A seller can't receive transfers; those before got theirs, and the same key goes on.
            Refused: Stripe said no for another reason.
            OutcomeUnknown: A transfer may have been made; the same key finds out.
        """
        checked = _checked_shares(shares)

        async def plan() -> Sequence[Step]:
            answer = await read_payment(self._caller, payment_id, None, "latest_charge.balance_transaction")
            charge = _paid(answer)
            made = await self._transfers_of(charge)
            _check_sum(charge, checked, made)
            return [_transfer(charge, number, seller, share) for number, (seller, share) in enumerate(checked.items())]

        arguments = {"payment": payment_id, "shares": {seller: str(share) for seller, share in checked.items()}}
        answers = await self._caller.flow(
            verb="charges.separate.settle", key=key, arguments=arguments, plan=plan, wait=wait
        )
        return Settlement(payment=payment_id, transfers=tuple(Transfer.parse(answer) for answer in answers))

    async def refund(
        self,
        payment_id: str,
        *,
        key: str,
        amount: Money | None = None,
        reverse_transfers: bool = True,
        reason: RefundReason | None = None,
        wait: float = 0.0,
    ) -> Refund:
        """Pay a buyer back, and take the sellers' shares back.

        Each seller's share comes back in proportion, rounded half up; when nothing of the payment is left, all of every
        transfer has come back. The buyer's refund is the first call, because it is the one that is owed; reversals that
        are still missing if the flow is broken off are the platform's loss until the same key completes them.

        Args:
            payment_id: The payment intent.
            key: Your own name of this refund.
            amount: How much; all that is left if it is not given.
            reverse_transfers: Whether the sellers' shares are taken back; if not, the platform pays all of the refund.
            reason: Why, in Stripe's words; `fraudulent` also blocks the card and the buyer's address.
            wait: For how many seconds to wait for somebody who is making it now.

        Raises:
            InvalidRequest: An argument is wrong, or more than what is left would be refunded.
            InsufficientBalance: A seller's balance does not cover the share; what went before stands, and the same key
                goes on.
            Refused: Stripe said no for another reason, as that the payment is disputed.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        if reason is not None:
            check_word(reason, "reason", get_args(RefundReason))

        async def plan() -> Sequence[Step]:
            refundable = Refundable.read(await read_payment(self._caller, payment_id, None, *EXPANDED), amount)
            refund = refundable.refund("charges.separate.refund", None, reason=reason)
            made = await self._transfers_of(refundable.charge) if reverse_transfers else ()
            return [refund, *reversals(refundable, made)]

        arguments = given(
            payment=payment_id,
            amount=None if amount is None else str(checked_money(amount)),
            reverse_transfers=reverse_transfers,
            reason=reason,
        )
        flow = self._caller.flow(verb="charges.separate.refund", key=key, arguments=arguments, plan=plan, wait=wait)
        return refunded(await flow)

    async def _transfers_of(self, charge: Data) -> Sequence[Transfer]:
        """Give the transfers that were paid from a charge, in the order in which they were made."""
        group = charge.get("transfer_group")
        if not group:
            return ()  # Stripe labels a charge at its first transfer
        pages = self._caller.pages(
            Request("get", "/v1/transfers", {"transfer_group": group, "limit": 100}), "transfers.list"
        )
        transfers = [Transfer.parse(Answer(data=item)) async for item in pages]
        return [transfer for transfer in reversed(transfers) if transfer.source_transaction == charge["id"]]


class SeparateCharges(Blocking[AsyncSeparateCharges]):
    """Separate charges and transfers: the buyer pays the platform, which settles with any number of sellers."""

    create: Final = blocking(AsyncSeparateCharges.create)
    settle: Final = blocking(AsyncSeparateCharges.settle)
    refund: Final = blocking(AsyncSeparateCharges.refund)


def _checked_shares(shares: Mapping[str, Money]) -> dict[str, Money]:
    if not shares:
        message = "There is nobody to settle with."
        raise InvalidRequest(message, param="shares", next_step="Pass shares={'acct_…': Money.of('70.00', 'usd')}.")
    return {
        checked_id(seller, "shares", "acct_"): checked_money(share, "shares").check_chargeable("a share")
        for seller, share in shares.items()
    }


def _paid(answer: Answer) -> Data:
    charge = part(answer.data, "latest_charge")
    if answer.data["status"] != "succeeded" or not charge:
        message = f"This payment has not succeeded: it is {answer.data['status']}."
        raise InvalidRequest(message, param="payment_id", next_step="Settle once payment_intent.succeeded has come.")
    return charge


def _check_sum(charge: Data, shares: Mapping[str, Money], made: Sequence[Transfer]) -> None:
    """Check that a charge covers its transfers, in the currency that it settled in."""
    row = part(charge, "balance_transaction") or charge
    whole = Money(row["amount"], row["currency"])
    for share in shares.values():
        if share.currency != whole.currency:
            message = f"This charge settled in {whole.currency}; a share is in {share.currency}."
            raise InvalidRequest(message, param="shares", next_step="Share out what it settled to.")
    before = sum((transfer.amount for transfer in made), start=Money(0, whole.currency))
    left = whole - before
    wanted = sum(shares.values(), start=Money(0, whole.currency))
    if wanted > left:
        message = f"The shares sum to {wanted}; {left} of this charge is not shared out yet."
        raise InvalidRequest(message, param="shares")


def _transfer(charge: Data, number: int, seller: str, share: Money) -> Step:
    params = given(
        amount=share.amount,
        currency=share.currency,
        destination=seller,
        source_transaction=identifier(charge),
        transfer_group=charge.get("transfer_group"),
    )
    return Step(f"transfer/{number}", "transfers.create", Request("post", "/v1/transfers", params), Transfer.KEEP)
