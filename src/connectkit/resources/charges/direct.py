"""Direct charges: the buyer pays the connected account, and the platform takes a fee."""

from __future__ import annotations

from typing import Final, Unpack

from connectkit.calls.caller import Caller
from connectkit.calls.previews import AsyncPlan, Flow, Worked, previewing
from connectkit.drive import Blocking, blocking
from connectkit.models.payments import Payment
from connectkit.models.refunds import Refund
from connectkit.money import Money
from connectkit.requests import checked_id
from connectkit.resources.arguments import checked_money, given
from connectkit.resources.cuts import checked_cut

from .building import charged, read_payment
from .options import PaymentOptions, Sale
from .refund_options import DirectRefund, DirectTerms
from .refunding import EXPANDED, Refundable, refunded

_REFUND: Final = "charges.direct.refund"


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
        self, payment_id: str, *, key: str, account: str, wait: float = 0.0, **options: Unpack[DirectRefund]
    ) -> Refund:
        """Pay a buyer back from the connected account's balance.

        The application fee comes back in proportion, rounded half up, so that the seller does not pay it; when nothing
        of the payment is left, all of it has come back. Stripe's own fee does not. Where the seller's balance is short,
        Stripe keeps the refund waiting until it is not.

        Args:
            payment_id: The payment intent.
            key: Your own name of this refund.
            account: The connected account that the payment lives on.
            wait: For how many seconds to wait for somebody who is making it now.
            **options: How much, and what of the fee; see `DirectRefund`.

        Raises:
            InvalidRequest: An argument is wrong, or more than what is left would be refunded.
            NotFound: There is no such payment on this account.
            Refused: Stripe said no for another reason, as that the payment is disputed.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        return await self._refund(payment_id, key, account, DirectTerms(**options)).carried_out(self._caller, wait)

    async def plan_refund(
        self, payment_id: str, *, key: str, account: str, **options: Unpack[DirectRefund]
    ) -> AsyncPlan[Refund]:
        """Show what `refund` would send and move; executing the plan is that refund.

        Args:
            payment_id: The payment intent.
            key: Your own name of this refund.
            account: The connected account that the payment lives on.
            **options: How much, and what of the fee; see `DirectRefund`.

        Raises:
            InvalidRequest: An argument is wrong, or more than what is left would be refunded.
            NotFound: There is no such payment on this account.
            Unreachable: There was no usable answer.
        """
        return await self._refund(payment_id, key, account, DirectTerms(**options)).planned(self._caller)

    def _refund(self, payment_id: str, key: str, account: str, terms: DirectTerms) -> Flow[Refund]:
        owner = checked_id(account, "account", "acct_")

        async def work_out() -> Worked:
            answer = await read_payment(self._caller, payment_id, owner, *EXPANDED)
            refundable = Refundable.read(answer, terms.amount, owner)
            back = terms.refund_fee and refundable.has_fee
            refund = refundable.refund(_REFUND, fee=back, reason=terms.reason)
            steps = [refund, *refundable.residues(transfer=False, fee=back)]
            return Worked(steps=steps, risks=refundable.risks)

        arguments = {"payment": payment_id, "account": owner, **terms.arguments()}
        return Flow(verb=_REFUND, key=key, arguments=arguments, work_out=work_out, read=refunded)


class DirectCharges(Blocking[AsyncDirectCharges]):
    """Direct charges: the buyer pays the connected account, and the platform takes a fee."""

    create: Final = blocking(AsyncDirectCharges.create)
    refund: Final = blocking(AsyncDirectCharges.refund)
    plan_refund: Final = previewing(AsyncDirectCharges.plan_refund)
