"""What may be said of a payment of any kind, and what becomes of it on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypedDict, get_args

from attrs import frozen

from connectkit.errors import InvalidRequest
from connectkit.money import Money
from connectkit.resources.arguments import (
    SetupFutureUsage,
    check_word,
    checked_metadata,
    checked_methods,
    checked_money,
    given,
    optional_id,
)
from connectkit.sellers.descriptors import checked_suffix

PERSONAL: Final = ("receipt_email",)
"""The parameters of a payment intent that hold personal data."""


class PaymentOptions(TypedDict, total=False):
    """What may be said of a payment of any kind; each can be left out.

    Attributes:
        payment_method: How it is paid, confirmed at once; without it the browser confirms with the client secret.
        allowed_payment_method_types: The only ways to pay that are offered, by Stripe's names; all that the Dashboard
            has on if it is not given.
        customer: The buyer, as a customer of the account that the payment lives on.
        description: Words of your own, which receipts show.
        receipt_email: Where Stripe sends a receipt to. It is never stored here.
        statement_descriptor_suffix: What the buyer's statement says behind the seller's prefix: at most 20 characters.
        off_session: Whether the buyer is not there, as for a payment that she agreed to before.
        setup_future_usage: Whether the way to pay is kept for later, and for what.
        return_url: Where the buyer comes back to from a bank's page.
        capture_later: Whether the money is only reserved, until `charges.capture` takes it.
        can_grow: Whether more may be reserved later by `charges.increment`, where the card allows it.
        transfer_group: A label that ties the payment to its transfers.
        metadata: Notes of your own.
    """

    payment_method: str | None
    allowed_payment_method_types: Sequence[str] | None
    customer: str | None
    description: str | None
    receipt_email: str | None
    statement_descriptor_suffix: str | None
    off_session: bool
    setup_future_usage: SetupFutureUsage | None
    return_url: str | None
    capture_later: bool
    can_grow: bool
    transfer_group: str | None
    metadata: Mapping[str, str] | None


@frozen(kw_only=True)
class Sale:
    """What a buyer is to pay, and how: the amount, and the members of `PaymentOptions`."""

    amount: Money
    payment_method: str | None = None
    allowed_payment_method_types: Sequence[str] | None = None
    customer: str | None = None
    description: str | None = None
    receipt_email: str | None = None
    statement_descriptor_suffix: str | None = None
    off_session: bool = False
    setup_future_usage: SetupFutureUsage | None = None
    return_url: str | None = None
    capture_later: bool = False
    can_grow: bool = False
    transfer_group: str | None = None
    metadata: Mapping[str, str] | None = None

    def params(self) -> dict[str, Any]:
        """Give the parameters of the payment intent.

        Raises:
            InvalidRequest: One of them is wrong.
        """
        self._check()
        methods: dict[str, Any] = {"enabled": True}
        if self.payment_method is not None and self.return_url is None:
            methods["allow_redirects"] = "never"  # nobody could come back
        grow = {"card": {"request_incremental_authorization": "if_available"}}
        return given(
            amount=checked_money(self.amount).check_chargeable().amount,
            currency=self.amount.currency,
            automatic_payment_methods=methods,
            allowed_payment_method_types=checked_methods(self.allowed_payment_method_types),
            payment_method=optional_id(self.payment_method, "payment_method", "pm_", "card_", "src_"),
            confirm=True if self.payment_method is not None else None,
            off_session=self.off_session or None,
            setup_future_usage=self.setup_future_usage,
            return_url=self.return_url,
            capture_method="manual" if self.capture_later else None,
            payment_method_options=grow if self.can_grow else None,
            customer=optional_id(self.customer, "customer", "cus_"),
            description=self.description,
            receipt_email=self.receipt_email,
            statement_descriptor_suffix=self.statement_descriptor_suffix,
            transfer_group=self.transfer_group,
            metadata=checked_metadata(self.metadata),
        )

    def _check(self) -> None:
        if self.setup_future_usage is not None:
            check_word(self.setup_future_usage, "setup_future_usage", get_args(SetupFutureUsage))
        if self.statement_descriptor_suffix is not None:
            checked_suffix(self.statement_descriptor_suffix)
        if self.can_grow and not self.capture_later:
            message = "Only what is reserved can grow."
            raise InvalidRequest(message, param="can_grow", next_step="Pass capture_later=True as well.")
        if self.payment_method is None:
            self._check_browser()

    def _check_browser(self) -> None:
        """Check what a payment can say that is to be confirmed in a browser."""
        if self.return_url is not None:
            message = "return_url goes with payment_method: without one the browser says where to return to."
            raise InvalidRequest(message, param="return_url")
        if self.off_session:
            message = "off_session goes with payment_method: nobody is there to choose one."
            step = "Pass the payment method that the buyer has saved, and its customer."
            raise InvalidRequest(message, param="off_session", next_step=step)
