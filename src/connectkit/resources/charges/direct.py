"""Direct charges: the buyer pays the connected account, and the platform takes a fee."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Unpack, get_args

from connectkit.calls.caller import Caller, Step
from connectkit.drive import Blocking, blocking
from connectkit.models.payments import Payment
from connectkit.models.refunds import Refund
from connectkit.money import Money
from connectkit.requests import checked_id
from connectkit.resources.arguments import check_word, checked_money, given

from .building import charged, checked_cut, read_payment
from .options import PaymentOptions, Sale
from .refunding import EXPANDED, Refundable, RefundReason, refunded


class AsyncDirectCharges:
    """Direct charges: the buyer pays the connected account, and the platform takes a fee.

    The payment lives on the connected account, which bears Stripe's fees, refunds and disputes. It needs an active
    payment capability, as `card_payments`.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(
        self,
        *,
        key: str,
        amount: Money,
        account: str,
        fee: Money | None = None,
        wait: float = 0.0,
        **options: Unpack[PaymentOptions],
    ) -> Payment:
        """Let a buyer pay a connected account.

        Args:
            key: Your own name of this payment.
            amount: The price, in whole minor units of its currency.
            account: The connected account that sells. Customer and payment method have to live there.
            fee: What the platform takes of it, from nothing to below *amount*. No Stripe fee is taken of it.
            wait: For how many seconds to wait for somebody who is making it now.
            **options: What may be said of any payment; see `PaymentOptions`.

        Raises:
            InvalidRequest: An argument is wrong.
            PaymentDeclined: The buyer's side said no. The same key tries the same payment again.
            PermissionDenied: The account is not connected to this platform.
            Refused: Stripe said no for another reason.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        params = {
            **Sale(amount=amount, **options).params(),
            **given(application_fee_amount=checked_cut(fee, checked_money(amount), "fee")),
        }
        owner = checked_id(account, "account", "acct_")
        return await charged(self._caller, "charges.direct.create", key, params, account=owner, wait=wait)

    async def refund(
        self,
        payment_id: str,
        *,
        key: str,
        account: str,
        amount: Money | None = None,
        refund_fee: bool = True,
        reason: RefundReason | None = None,
        wait: float = 0.0,
    ) -> Refund:
        """Pay a buyer back from the connected account's balance.

        The application fee comes back in proportion, rounded half up, so that the seller does not pay it; when nothing
        of the payment is left, all of it has come back. Stripe's own fee does not.

        Args:
            payment_id: The payment intent.
            key: Your own name of this refund.
            account: The connected account that the payment lives on.
            amount: How much; all that is left if it is not given.
            refund_fee: Whether the platform gives its fee back.
            reason: Why, in Stripe's words; `fraudulent` also blocks the card and the buyer's address.
            wait: For how many seconds to wait for somebody who is making it now.

        Raises:
            InvalidRequest: An argument is wrong, or more than what is left would be refunded.
            NotFound: There is no such payment on this account.
            Refused: Stripe said no for another reason, as that the payment is disputed.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        owner = checked_id(account, "account", "acct_")
        if reason is not None:
            check_word(reason, "reason", get_args(RefundReason))

        async def plan() -> Sequence[Step]:
            refundable = Refundable.read(await read_payment(self._caller, payment_id, owner, *EXPANDED), amount)
            back = refund_fee and refundable.has_fee
            refund = refundable.refund(
                "charges.direct.refund", owner, refund_application_fee=back or None, reason=reason
            )
            return [refund, *refundable.residues(transfer=False, fee=back)]

        arguments = given(
            payment=payment_id,
            account=owner,
            amount=None if amount is None else str(checked_money(amount)),
            refund_fee=refund_fee,
            reason=reason,
        )
        flow = self._caller.flow(verb="charges.direct.refund", key=key, arguments=arguments, plan=plan, wait=wait)
        return refunded(await flow)


class DirectCharges(Blocking[AsyncDirectCharges]):
    """Direct charges: the buyer pays the connected account, and the platform takes a fee."""

    create: Final = blocking(AsyncDirectCharges.create)
    refund: Final = blocking(AsyncDirectCharges.refund)
