"""The three kinds of charge, and what is the same for all."""

from __future__ import annotations

from typing import Final

from connectkit.calls.caller import Caller, Intent
from connectkit.drive import Blocking, blocking
from connectkit.models.payments import Payment
from connectkit.money import Money
from connectkit.requests import Params, Request, checked_id
from connectkit.resources.arguments import checked_money, given

from .building import read_payment
from .destination import AsyncDestinationCharges, DestinationCharges
from .direct import AsyncDirectCharges, DirectCharges
from .separate import AsyncSeparateCharges, SeparateCharges


class AsyncCharges:
    """Payments: direct, destination and separate charges.

    Attributes:
        direct: The buyer pays the connected account, and the platform takes a fee.
        destination: The buyer pays the platform, and the money goes on to one seller.
        separate: The buyer pays the platform, which settles with any number of sellers.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.direct: Final = AsyncDirectCharges(caller)
        self.destination: Final = AsyncDestinationCharges(caller)
        self.separate: Final = AsyncSeparateCharges(caller)

    async def retrieve(self, payment_id: str, *, account: str | None = None) -> Payment:
        """Read a payment.

        Args:
            payment_id: The payment intent.
            account: The connected account that a direct charge lives on.

        Raises:
            InvalidRequest: It is not the id of a payment intent.
            NotFound: There is none, or it lives on another account.
            Unreachable: There was no usable answer.
        """
        return Payment.parse(await read_payment(self._caller, payment_id, self._caller.account(account)))

    async def confirm(
        self,
        payment_id: str,
        *,
        key: str,
        payment_method: str,
        account: str | None = None,
        return_url: str | None = None,
        wait: float = 0.0,
    ) -> Payment:
        """Pay a payment that is not paid yet, as after a decline, with another way to pay.

        Args:
            payment_id: The payment intent.
            key: Your own name of this attempt.
            payment_method: How it is paid.
            account: The connected account that a direct charge lives on.
            return_url: Where the buyer comes back to from a bank's page.
            wait: For how many seconds to wait for somebody who is confirming it now.

        Raises:
            InvalidRequest: An argument is wrong.
            PaymentDeclined: The buyer's side said no.
            Refused: Stripe said no for another reason, as that it is paid already.
            OutcomeUnknown: It may have been paid; the same key finds out.
        """
        method = checked_id(payment_method, "payment_method", "pm_", "card_", "src_")
        params = given(payment_method=method, return_url=return_url)
        request = _acting(payment_id, "confirm", params, self._caller.account(account))
        intent = Intent("charges.confirm", key, request, {"payment": payment_id, **params}, Payment.KEEP)
        return Payment.parse(await self._caller.perform(intent, wait=wait))

    async def capture(
        self,
        payment_id: str,
        *,
        key: str,
        amount: Money | None = None,
        account: str | None = None,
        wait: float = 0.0,
    ) -> Payment:
        """Take money that a payment has reserved.

        Args:
            payment_id: The payment intent.
            key: Your own name of this capture.
            amount: How much, in the payment's currency; all that is reserved if it is not given. The rest is let go.
            account: The connected account that a direct charge lives on.
            wait: For how many seconds to wait for somebody who is capturing it now.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no, as that nothing is reserved any more.
            OutcomeUnknown: It may have been captured; the same key finds out.
        """
        wanted = None if amount is None else checked_money(amount).check_chargeable().amount
        request = _acting(payment_id, "capture", given(amount_to_capture=wanted), self._caller.account(account))
        arguments = {"payment": payment_id, **request.params}
        intent = Intent("charges.capture", key, request, arguments, Payment.KEEP)
        return Payment.parse(await self._caller.perform(intent, wait=wait))

    async def cancel(self, payment_id: str, *, key: str, account: str | None = None, wait: float = 0.0) -> Payment:
        """Give a payment up that is not paid yet, and let go of what it has reserved.

        Args:
            payment_id: The payment intent.
            key: Your own name of this cancellation.
            account: The connected account that a direct charge lives on.
            wait: For how many seconds to wait for somebody who is cancelling it now.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no, as that it is paid: refund it instead.
            OutcomeUnknown: It may have been cancelled; the same key finds out.
        """
        request = _acting(payment_id, "cancel", {}, self._caller.account(account))
        intent = Intent("charges.cancel", key, request, {"payment": payment_id}, Payment.KEEP)
        return Payment.parse(await self._caller.perform(intent, wait=wait))


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
    confirm: Final = blocking(AsyncCharges.confirm)
    capture: Final = blocking(AsyncCharges.capture)
    cancel: Final = blocking(AsyncCharges.cancel)


def _acting(payment_id: str, action: str, params: Params, account: str | None) -> Request:
    path = f"/v1/payment_intents/{checked_id(payment_id, 'payment_id', 'pi_')}/{action}"
    return Request("post", path, params, account=account)
