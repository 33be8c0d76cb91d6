"""What is the same for the payments of all three kinds of charge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, overload

from connectkit.calls.caller import Intent
from connectkit.models.payments import Payment
from connectkit.models.proceeds import Proceeds
from connectkit.money import Money
from connectkit.requests import Request, checked_id
from connectkit.resources.arguments import checked_metadata, checked_money, given, optional_id
from connectkit.resources.cuts import check_one_cut, checked_cut, checked_transfer
from connectkit.sellers.descriptors import checked_suffix

from .building import acting, read_payment
from .returning import AsyncFeeReturns

_VERBS: Final = {
    "cancel": "cancel",
    "capture": "capture",
    "confirm": "confirm",
    "increment_authorization": "increment",
}
"""What the actions of a payment intent are called here."""


class AsyncPayments(AsyncFeeReturns):
    """Payments, once they are there: read, changed, paid, captured, given up."""

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
        owner = self._caller.account(account)
        return Payment.parse(await read_payment(self._caller, payment_id, owner), owner)

    async def proceeds(self, payment_id: str, *, account: str | None = None) -> Proceeds:
        """Tell what a payment came to: what the buyer paid in her currency, and what arrived in that of the balance.

        Args:
            payment_id: The payment intent, which has succeeded.
            account: The connected account that a direct charge lives on.

        Raises:
            InvalidRequest: It is not the id of a payment intent, or no money has moved yet.
            NotFound: There is none, or it lives on another account.
            Unreachable: There was no usable answer.
        """
        owner = self._caller.account(account)
        return Proceeds.parse(await read_payment(self._caller, payment_id, owner, "latest_charge.balance_transaction"))

    @overload
    async def update(
        self,
        payment_id: str,
        *,
        amount: Money | None = None,
        fee: Money | None = None,
        transfer: None = None,
        customer: str | None = None,
        description: str | None = None,
        statement_descriptor_suffix: str | None = None,
        transfer_group: str | None = None,
        metadata: Mapping[str, str] | None = None,
        account: str | None = None,
    ) -> Payment: ...
    @overload
    async def update(
        self,
        payment_id: str,
        *,
        amount: Money | None = None,
        fee: None = None,
        transfer: Money,
        customer: str | None = None,
        description: str | None = None,
        statement_descriptor_suffix: str | None = None,
        transfer_group: str | None = None,
        metadata: Mapping[str, str] | None = None,
        account: str | None = None,
    ) -> Payment: ...

    async def update(
        self,
        payment_id: str,
        *,
        amount: Money | None = None,
        fee: Money | None = None,
        transfer: Money | None = None,
        customer: str | None = None,
        description: str | None = None,
        statement_descriptor_suffix: str | None = None,
        transfer_group: str | None = None,
        metadata: Mapping[str, str] | None = None,
        account: str | None = None,
    ) -> Payment:
        """Change a payment that is not paid yet, as when the cart changes while the buyer is on your page.

        What is not named stays as it is. Doing it again changes nothing, so that it has no key; `create` under the key
        of the payment goes on to give the payment as it was made, and `retrieve` as it is.

        Args:
            payment_id: The payment intent.
            amount: The new price, in the currency of the old one.
            fee: What the platform takes of it, instead of what was said.
            transfer: What the seller of a destination charge gets of it, instead of what was said. Who she is cannot
                be changed.
            customer: The buyer, as a customer of the account that the payment lives on.
            description: Words of your own, which receipts show.
            statement_descriptor_suffix: What the buyer's statement says behind the seller's prefix.
            transfer_group: A label that ties the payment to its transfers; it can be set once.
            metadata: Notes of your own, beside those that are there.
            account: The connected account that a direct charge lives on.

        Raises:
            InvalidRequest: An argument is wrong.
            NotFound: There is no such payment.
            Refused: Stripe said no, as that it is paid already.
            Unreachable: There was no usable answer; it may have been changed.
        """
        if statement_descriptor_suffix is not None:
            checked_suffix(statement_descriptor_suffix)
        price = None if amount is None else checked_money(amount).check_chargeable()
        params = given(
            amount=None if price is None else price.amount,
            currency=None if price is None else price.currency,
            **_cut(price, fee, transfer),
            customer=optional_id(customer, "customer", "cus_"),
            description=description,
            statement_descriptor_suffix=statement_descriptor_suffix,
            transfer_group=transfer_group,
            metadata=checked_metadata(metadata) or None,
        )
        path = f"/v1/payment_intents/{checked_id(payment_id, 'payment_id', 'pi_')}"
        request = Request("post", path, params, account=self._caller.account(account))
        return Payment.parse(await self._caller.update(request, "charges.update"), request.account)

    async def confirm(
        self,
        payment_id: str,
        *,
        key: str,
        payment_method: str,
        account: str | None = None,
        return_url: str | None = None,
        off_session: bool = False,
        wait: float = 0.0,
    ) -> Payment:
        """Pay a payment that is not paid yet, as after a decline, with another way to pay.

        Args:
            payment_id: The payment intent.
            key: Your own name of this attempt.
            payment_method: How it is paid.
            account: The connected account that a direct charge lives on.
            return_url: Where the buyer comes back to from a bank's page.
            off_session: Whether the buyer is not there.
            wait: For how many seconds to wait for somebody who is confirming it now.

        Raises:
            InvalidRequest: An argument is wrong.
            PaymentDeclined: The buyer's side said no.
            Refused: Stripe said no for another reason, as that it is paid already.
            OutcomeUnknown: It may have been paid; the same key finds out.
        """
        method = checked_id(payment_method, "payment_method", "pm_", "card_", "src_")
        params = given(payment_method=method, return_url=return_url, off_session=off_session or None)
        return await self._act(
            key, acting(payment_id, "confirm", params, self._caller.account(account)), payment_id, wait
        )

    @overload
    async def capture(
        self,
        payment_id: str,
        *,
        key: str,
        amount: Money | None = None,
        fee: Money | None = None,
        transfer: None = None,
        account: str | None = None,
        wait: float = 0.0,
    ) -> Payment: ...
    @overload
    async def capture(
        self,
        payment_id: str,
        *,
        key: str,
        amount: Money | None = None,
        fee: None = None,
        transfer: Money,
        account: str | None = None,
        wait: float = 0.0,
    ) -> Payment: ...

    async def capture(
        self,
        payment_id: str,
        *,
        key: str,
        amount: Money | None = None,
        fee: Money | None = None,
        transfer: Money | None = None,
        account: str | None = None,
        wait: float = 0.0,
    ) -> Payment:
        """Take money that a payment has reserved.

        Of a part, Stripe takes the whole fee and transfers what was said for the whole payment, each at most the part.
        `Payment.scaled` gives what is in proportion.

        Args:
            payment_id: The payment intent.
            key: Your own name of this capture.
            amount: How much, in the payment's currency; all that is reserved if it is not given. The rest is let go.
            fee: What the platform takes of it, instead of what the payment said.
            transfer: What the seller of a destination charge gets of it, instead of what the payment said.
            account: The connected account that a direct charge lives on.
            wait: For how many seconds to wait for somebody who is capturing it now.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no, as that nothing is reserved any more.
            OutcomeUnknown: It may have been captured; the same key finds out.
        """
        wanted = None if amount is None else checked_money(amount).check_chargeable().amount
        params = given(amount_to_capture=wanted, **_cut(amount, fee, transfer))
        return await self._act(
            key, acting(payment_id, "capture", params, self._caller.account(account)), payment_id, wait
        )

    @overload
    async def increment(
        self,
        payment_id: str,
        *,
        key: str,
        amount: Money,
        fee: Money | None = None,
        transfer: None = None,
        account: str | None = None,
        wait: float = 0.0,
    ) -> Payment: ...
    @overload
    async def increment(
        self,
        payment_id: str,
        *,
        key: str,
        amount: Money,
        fee: None = None,
        transfer: Money,
        account: str | None = None,
        wait: float = 0.0,
    ) -> Payment: ...

    async def increment(
        self,
        payment_id: str,
        *,
        key: str,
        amount: Money,
        fee: Money | None = None,
        transfer: Money | None = None,
        account: str | None = None,
        wait: float = 0.0,
    ) -> Payment:
        """Reserve more for a payment that was made with *can_grow*, as for a stay that is extended.

        Args:
            payment_id: The payment intent, whose money is reserved.
            key: Your own name of this increment.
            amount: The new total, above what is reserved now.
            fee: What the platform takes of the new total.
            transfer: What the seller of a destination charge gets of the new total.
            account: The connected account that a direct charge lives on.
            wait: For how many seconds to wait for somebody who is at it now.

        Raises:
            InvalidRequest: An argument is wrong.
            PaymentDeclined: The buyer's bank said no; what was reserved before stays so.
            Refused: Stripe said no for another reason, as that the card does not allow it.
            OutcomeUnknown: It may have been reserved; the same key finds out.
        """
        total = checked_money(amount).check_chargeable()
        params = given(amount=total.amount, **_cut(total, fee, transfer))
        return await self._act(
            key, acting(payment_id, "increment_authorization", params, self._caller.account(account)), payment_id, wait
        )

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
        return await self._act(key, acting(payment_id, "cancel", {}, self._caller.account(account)), payment_id, wait)

    async def _act(self, key: str, request: Request, payment_id: str, wait: float) -> Payment:
        verb = f"charges.{_VERBS[request.path.rpartition('/')[2]]}"
        intent = Intent(verb, key, request, {"payment": payment_id, **request.params}, Payment.KEEP)
        return Payment.parse(await self._caller.perform(intent, wait=wait), request.account)


def _cut(amount: Money | None, fee: Money | None, transfer: Money | None) -> dict[str, Any]:
    """Give the parameters that say what is kept of a payment, or passed on."""
    check_one_cut(fee, transfer)
    passed_on = checked_transfer(transfer, amount)
    return given(
        application_fee_amount=checked_cut(fee, amount, "fee"),
        transfer_data=None if passed_on is None else {"amount": passed_on},
    )
