"""The three kinds of charge, and what is the same for all."""

from __future__ import annotations

from typing import Final

from connectkit.calls.caller import Caller
from connectkit.calls.previews import previewing
from connectkit.drive import Blocking, blocking
from connectkit.fulfilling import DeliverPayment, Fulfiller
from connectkit.models.checkout import Fulfilment
from connectkit.storage.base import AsyncStore, Store

from .destination import AsyncDestinationCharges, DestinationCharges
from .direct import AsyncDirectCharges, DirectCharges
from .payments import AsyncPayments
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
