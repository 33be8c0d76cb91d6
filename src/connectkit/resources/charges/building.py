"""What the three kinds of charge have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from connectkit.calls.caller import Caller, Intent
from connectkit.errors import InvalidRequest
from connectkit.models.base import Answer
from connectkit.models.payments import Payment
from connectkit.money import Money
from connectkit.requests import Request, checked_id
from connectkit.resources.arguments import checked_metadata, checked_money, given, optional_id


@frozen(kw_only=True)
class Sale:
    """What a buyer is to pay, and how.

    Attributes:
        amount: The price.
        payment_method: How it is paid; the payment is confirmed at once where it is given.
        customer: The buyer, as Stripe's customer.
        description: Words of your own, which receipts show.
        transfer_group: A label that ties it to its transfers.
        metadata: Notes of your own.
        return_url: Where the buyer comes back to from a bank's page.
        capture_later: Whether the money is only reserved, until it is captured.
    """

    amount: Money
    payment_method: str | None
    customer: str | None
    description: str | None
    transfer_group: str | None
    metadata: Mapping[str, str] | None
    return_url: str | None
    capture_later: bool

    def params(self) -> dict[str, Any]:
        """Give the parameters of the payment intent.

        Raises:
            InvalidRequest: One of them is wrong.
        """
        methods: dict[str, Any] = {"enabled": True}
        if self.payment_method is not None and self.return_url is None:
            methods["allow_redirects"] = "never"  # nobody could come back
        if self.return_url is not None and self.payment_method is None:
            message = "return_url goes with payment_method: without one the browser says where to return to."
            raise InvalidRequest(message, param="return_url")
        return given(
            amount=checked_money(self.amount).check_chargeable().amount,
            currency=self.amount.currency,
            automatic_payment_methods=methods,
            payment_method=optional_id(self.payment_method, "payment_method", "pm_", "card_", "src_"),
            confirm=True if self.payment_method is not None else None,
            return_url=self.return_url,
            capture_method="manual" if self.capture_later else None,
            customer=optional_id(self.customer, "customer", "cus_"),
            description=self.description,
            transfer_group=self.transfer_group,
            metadata=checked_metadata(self.metadata),
        )


def checked_cut(cut: Money | None, amount: Money, param: str) -> int | None:
    """Check a part of the price, and give its minor units.

    Raises:
        InvalidRequest: It is negative, not below the price, or in another currency.
    """
    if cut is None:
        return None
    if checked_money(cut, param).currency != amount.currency:
        message = f"{param} is in {cut.currency} and the amount in {amount.currency}."
        raise InvalidRequest(message, param=param, next_step="Give both in the currency that the buyer pays in.")
    if not 0 <= cut.amount < amount.amount:
        message = f"{param} has to be at least nothing and below the amount of {amount}; it is {cut}."
        raise InvalidRequest(message, param=param)
    return cut.amount


async def charged(
    caller: Caller, verb: str, key: str, params: Mapping[str, Any], *, account: str | None = None, wait: float
) -> Payment:
    """Make a payment intent, and confirm it where it says so."""
    request = Request("post", "/v1/payment_intents", params, account=account)
    intent = Intent(verb, key, request, params, Payment.KEEP)
    return Payment.parse(await caller.perform(intent, wait=wait))


async def read_payment(caller: Caller, payment_id: str, account: str | None, *expand: str) -> Answer:
    """Read a payment intent.

    Raises:
        InvalidRequest: It is not the id of one.
    """
    path = f"/v1/payment_intents/{checked_id(payment_id, 'payment_id', 'pi_')}"
    params = {"expand": [*expand]} if expand else {}
    return await caller.read(Request("get", path, params, account=account), "charges.retrieve")
