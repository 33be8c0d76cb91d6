"""Destination charges: the buyer pays the platform, and the money goes on to one seller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Unpack, overload

from connectkit.calls.caller import Caller
from connectkit.calls.previews import AsyncPlan, Flow, Worked, previewing
from connectkit.drive import Blocking, blocking
from connectkit.models.payments import Payment
from connectkit.models.refunds import Refund
from connectkit.money import Money
from connectkit.owing import check_parking
from connectkit.requests import checked_id
from connectkit.resources.arguments import checked_metadata, checked_money, given, optional_id
from connectkit.resources.cuts import check_one_cut, checked_cut, checked_transfer

from .building import charged, read_payment
from .options import PaymentOptions, Sale
from .refund_options import DestinationRefund, DestinationTerms
from .refunding import EXPANDED, Refundable, parking, refunded

_REFUND: Final = "charges.destination.refund"


class AsyncDestinationCharges:
    """Destination charges: the buyer pays the platform, and the money goes on to one seller.

    The payment lives on the platform, which bears Stripe's fees, refunds and disputes. The seller needs the
    `transfers` capability.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @overload
    async def create(
        self,
        *,
        key: str,
        amount: Money,
        destination: str,
        fee: Money | None = None,
        transfer: None = None,
        on_behalf_of: str | None = None,
        transfer_description: str | None = None,
        transfer_metadata: Mapping[str, str] | None = None,
        destination_description: str | None = None,
        destination_metadata: Mapping[str, str] | None = None,
        wait: float = 0.0,
        **options: Unpack[PaymentOptions],
    ) -> Payment: ...
    @overload
    async def create(
        self,
        *,
        key: str,
        amount: Money,
        destination: str,
        fee: None = None,
        transfer: Money,
        on_behalf_of: str | None = None,
        transfer_description: str | None = None,
        transfer_metadata: Mapping[str, str] | None = None,
        destination_description: str | None = None,
        destination_metadata: Mapping[str, str] | None = None,
        wait: float = 0.0,
        **options: Unpack[PaymentOptions],
    ) -> Payment: ...

    async def create(
        self,
        *,
        key: str,
        amount: Money,
        destination: str,
        fee: Money | None = None,
        transfer: Money | None = None,
        on_behalf_of: str | None = None,
        transfer_description: str | None = None,
        transfer_metadata: Mapping[str, str] | None = None,
        destination_description: str | None = None,
        destination_metadata: Mapping[str, str] | None = None,
        wait: float = 0.0,
        **options: Unpack[PaymentOptions],
    ) -> Payment:
        """Let a buyer pay the platform for what one seller sells.

        The platform keeps its cut in one of two ways: with *fee* the seller is transferred everything and the fee is
        taken back, which both sides see; with *transfer* the seller is transferred that much, and sees only that.

        Args:
            key: Your own name of this payment.
            amount: The price, in whole minor units of its currency.
            destination: The connected account that sells.
            fee: What the platform takes, from nothing to below *amount*. It should exceed Stripe's own fee, which the
                platform pays.
            transfer: What the seller gets instead, above nothing and at most *amount*.
            on_behalf_of: The connected account that is the merchant of record, where that is not the platform.
            transfer_description: Words for the transfer; those of the payment do not reach it.
            transfer_metadata: Notes for the transfer; those of the payment do not reach it.
            destination_description: Words for what arrives on the seller's account, which she sees there.
            destination_metadata: Notes for what arrives on the seller's account.
            wait: For how many seconds to wait for somebody who is making it now.
            **options: What may be said of any payment; see `PaymentOptions`.

        Raises:
            InvalidRequest: An argument is wrong.
            PaymentDeclined: The buyer's side said no. The same key tries the same payment again.
            AccountNotReady: The seller can't receive transfers.
            Refused: Stripe said no for another reason.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        check_one_cut(fee, transfer)
        data = given(
            destination=checked_id(destination, "destination", "acct_"),
            amount=checked_transfer(transfer, checked_money(amount)),
            description=transfer_description,
            metadata=checked_metadata(transfer_metadata) or None,
            payment_data=given(
                description=destination_description, metadata=checked_metadata(destination_metadata) or None
            )
            or None,
        )
        params = {
            **Sale(amount=amount, **options).params(),
            "transfer_data": data,
            **given(
                application_fee_amount=checked_cut(fee, amount, "fee"),
                on_behalf_of=optional_id(on_behalf_of, "on_behalf_of", "acct_"),
            ),
        }
        return await charged(self._caller, "charges.destination.create", key, params, wait=wait)

    async def refund(
        self, payment_id: str, *, key: str, wait: float = 0.0, **options: Unpack[DestinationRefund]
    ) -> Refund:
        """Pay a buyer back, and take the seller's share back.

        The seller's share and the application fee come back in proportion, each rounded half up; when nothing of the
        payment is left, all of both has come back. The buyer's refund is the first call, because it is the one that is
        owed; what of a share is still missing if the flow is broken off there is the platform's loss until the same key
        completes it. Stripe's own fee does not come back.

        Args:
            payment_id: The payment intent.
            key: Your own name of this refund.
            wait: For how many seconds to wait for somebody who is making it now.
            **options: How much, from whom, and what if a balance is short; see `DestinationRefund`.

        Raises:
            InvalidRequest: An argument is wrong, or more than what is left would be refunded.
            InsufficientBalance: The seller's balance does not cover the share; nothing was refunded.
            Refused: Stripe said no for another reason, as that the payment is disputed.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        return await self._refund(payment_id, key, DestinationTerms(**options)).carried_out(self._caller, wait)

    async def plan_refund(
        self, payment_id: str, *, key: str, **options: Unpack[DestinationRefund]
    ) -> AsyncPlan[Refund]:
        """Show what `refund` would send and move; executing the plan is that refund.

        Args:
            payment_id: The payment intent.
            key: Your own name of this refund.
            **options: How much, from whom, and what if a balance is short; see `DestinationRefund`.

        Raises:
            InvalidRequest: An argument is wrong, or more than what is left would be refunded.
            NotFound: There is no such payment.
            Unreachable: There was no usable answer.
        """
        return await self._refund(payment_id, key, DestinationTerms(**options)).planned(self._caller)

    def _refund(self, payment_id: str, key: str, terms: DestinationTerms) -> Flow[Refund]:
        check_parking(terms.if_short, key)
        apart = terms.reverse_transfer and terms.if_short != "stop"

        async def work_out() -> Worked:
            refundable = Refundable.read(await read_payment(self._caller, payment_id, None, *EXPANDED), terms.amount)
            back = terms.refund_fee and refundable.has_fee and not refundable.skipped
            together = terms.reverse_transfer and not apart and not refundable.skipped
            refund = refundable.refund(_REFUND, transfer=together, fee=back and together, reason=terms.reason)
            rest = (
                refundable.taken_from_destination(fee=back, if_short=terms.if_short)
                if apart
                else refundable.residues(transfer=terms.reverse_transfer, fee=back)
            )
            return Worked(steps=[refund, *rest], risks=refundable.risks)

        return Flow(
            verb=_REFUND,
            key=key,
            arguments={"payment": payment_id, **terms.arguments()},
            work_out=work_out,
            read=refunded,
            finish=parking(self._caller, key, terms.if_short),
        )


class DestinationCharges(Blocking[AsyncDestinationCharges]):
    """Destination charges: the buyer pays the platform, and the money goes on to one seller."""

    create: Final = blocking(AsyncDestinationCharges.create)
    refund: Final = blocking(AsyncDestinationCharges.refund)
    plan_refund: Final = previewing(AsyncDestinationCharges.plan_refund)
