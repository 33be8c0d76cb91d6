"""Destination charges: the buyer pays the platform, and the money goes on to one seller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Unpack, get_args, overload

from connectkit.calls.caller import Caller, Step
from connectkit.drive import Blocking, blocking
from connectkit.errors import InvalidRequest
from connectkit.models.payments import Payment
from connectkit.models.refunds import Refund
from connectkit.money import Money
from connectkit.requests import checked_id
from connectkit.resources.arguments import check_word, checked_metadata, checked_money, given, optional_id

from .building import charged, check_one_cut, checked_cut, checked_transfer, read_payment
from .options import PaymentOptions, Sale
from .refunding import EXPANDED, Refundable, RefundReason, refunded


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
        self,
        payment_id: str,
        *,
        key: str,
        amount: Money | None = None,
        reverse_transfer: bool = True,
        refund_fee: bool = True,
        reason: RefundReason | None = None,
        wait: float = 0.0,
    ) -> Refund:
        """Pay a buyer back, and take the seller's share back.

        The seller's share and the application fee come back in proportion, each rounded half up; when nothing of the
        payment is left, all of both has come back. The buyer's refund is the first call, because it is the one that is
        owed; what of a share is still missing if the flow is broken off there is the platform's loss until the same key
        completes it. Stripe's own fee does not come back.

        Args:
            payment_id: The payment intent.
            key: Your own name of this refund.
            amount: How much; all that is left if it is not given.
            reverse_transfer: Whether the seller's share is taken back; if not, the platform pays all of the refund.
            refund_fee: Whether the seller gets the application fee back; if not, the seller pays it.
            reason: Why, in Stripe's words; `fraudulent` also blocks the card and the buyer's address.
            wait: For how many seconds to wait for somebody who is making it now.

        Raises:
            InvalidRequest: An argument is wrong, or more than what is left would be refunded.
            InsufficientBalance: The seller's balance does not cover the share; nothing was refunded.
            Refused: Stripe said no for another reason, as that the payment is disputed.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        if refund_fee and not reverse_transfer:
            message = "The fee of a destination charge comes back only together with the transfer."
            raise InvalidRequest(message, param="refund_fee", next_step="Pass refund_fee=False too.")
        if reason is not None:
            check_word(reason, "reason", get_args(RefundReason))

        async def plan() -> Sequence[Step]:
            refundable = Refundable.read(await read_payment(self._caller, payment_id, None, *EXPANDED), amount)
            back = refund_fee and refundable.has_fee
            refund = refundable.refund(
                "charges.destination.refund",
                None,
                reverse_transfer=reverse_transfer or None,
                refund_application_fee=back or None,
                reason=reason,
            )
            return [refund, *refundable.residues(transfer=reverse_transfer, fee=back)]

        arguments = given(
            payment=payment_id,
            amount=None if amount is None else str(checked_money(amount)),
            reverse_transfer=reverse_transfer,
            refund_fee=refund_fee,
            reason=reason,
        )
        flow = self._caller.flow(verb="charges.destination.refund", key=key, arguments=arguments, plan=plan, wait=wait)
        return refunded(await flow)


class DestinationCharges(Blocking[AsyncDestinationCharges]):
    """Destination charges: the buyer pays the platform, and the money goes on to one seller."""

    create: Final = blocking(AsyncDestinationCharges.create)
    refund: Final = blocking(AsyncDestinationCharges.refund)
