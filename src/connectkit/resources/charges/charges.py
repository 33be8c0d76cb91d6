"""The three kinds of charge, and what is the same for all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from connectkit.calls.caller import Caller
from connectkit.calls.previews import AsyncPlan, previewing
from connectkit.drive import Blocking, blocking
from connectkit.fulfilling import DeliverPayment, Fulfiller
from connectkit.models.checkout import Fulfilment
from connectkit.models.fees import FeeRefund
from connectkit.money import Money
from connectkit.storage.base import AsyncStore, Store

from .destination import AsyncDestinationCharges, DestinationCharges
from .direct import AsyncDirectCharges, DirectCharges
from .payments import AsyncPayments
from .returning import returning_fee
from .separate import AsyncSeparateCharges, SeparateCharges


class AsyncCharges(AsyncPayments):
    """Payments: direct, destination and separate charges.

    Attributes:
        direct: The buyer pays the connected account, and the platform takes a fee.
        destination: The buyer pays the platform, and the money goes on to one seller.
        separate: The buyer pays the platform, which settles with any number of sellers.
    """

    def __init__(self, caller: Caller, store: Store | AsyncStore) -> None:
        super().__init__(caller)
        self._fulfiller = Fulfiller(caller, store)
        self.direct: Final = AsyncDirectCharges(caller)
        self.destination: Final = AsyncDestinationCharges(caller)
        self.separate: Final = AsyncSeparateCharges(caller)

    async def fulfil(
        self, payment_id: str, deliver: DeliverPayment, *, account: str | None = None, wait: float = 0.0
    ) -> Fulfilment:
        """Have what a payment was for delivered, if it is paid, and was not delivered before.

        Call it wherever you hear of a payment: from the page that the buyer comes back to, and by
        `router.fulfil_payments` from the webhook. Of all who call, at whatever time and in whatever process, one
        delivers. A delivery that fails or dies begins again, so that what it does has to bear being begun twice: write
        it in a transaction that asks `PaidPayment.once`, or build the keys of operations on `PaidPayment.key`.

        Args:
            payment_id: The payment intent; one of Checkout is left to `checkout.fulfil`.
            deliver: Given the payment; it may take five minutes. What it raises is passed on.
            account: The connected account that a direct charge lives on.
            wait: For how many seconds to wait for somebody who is delivering it now.

        Raises:
            InvalidRequest: It is not the id of a payment intent.
            NotFound: There is none, or it lives on another account.
            Unreachable: There was no usable answer.
            StoreUnavailable: The store could not be reached.
        """
        return await self._fulfiller.fulfil_payment(payment_id, deliver, self._caller.account(account), wait)

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
        flow = returning_fee(self._caller, payment_id, key=key, amount=amount, metadata=metadata, owner=owner)
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
        flow = returning_fee(self._caller, payment_id, key=key, amount=amount, metadata=metadata, owner=owner)
        return await flow.planned(self._caller)


class Charges(Blocking[AsyncCharges]):
    """Payments: direct, destination and separate charges.

    Attributes:
        direct: The buyer pays the connected account, and the platform takes a fee.
        destination: The buyer pays the platform, and the money goes on to one seller.
        separate: The buyer pays the platform, which settles with any number of sellers.
    """

    def __init__(self, source: AsyncCharges) -> None:
        super().__init__(source)
        self.direct: Final = DirectCharges(source.direct)
        self.destination: Final = DestinationCharges(source.destination)
        self.separate: Final = SeparateCharges(source.separate)

    retrieve: Final = blocking(AsyncCharges.retrieve)
    proceeds: Final = blocking(AsyncCharges.proceeds)
    fulfil: Final = blocking(AsyncCharges.fulfil)
    update: Final = blocking(AsyncCharges.update)
    return_fee: Final = blocking(AsyncCharges.return_fee)
    plan_return_fee: Final = previewing(AsyncCharges.plan_return_fee)
    confirm: Final = blocking(AsyncCharges.confirm)
    capture: Final = blocking(AsyncCharges.capture)
    increment: Final = blocking(AsyncCharges.increment)
    cancel: Final = blocking(AsyncCharges.cancel)
