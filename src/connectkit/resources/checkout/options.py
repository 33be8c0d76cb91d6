"""What may be said of a Checkout session of any kind, and what becomes of it on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypedDict, get_args

from attrs import frozen

from connectkit.errors import InvalidRequest
from connectkit.models.checkout import LineItem
from connectkit.money import Money
from connectkit.resources.arguments import (
    SetupFutureUsage,
    check_word,
    checked_metadata,
    checked_methods,
    given,
    optional_id,
)
from connectkit.sellers.descriptors import checked_suffix

PERSONAL: Final = ("customer_email",)
"""The parameters of a session that hold personal data."""

_ONLY_PAYMENT: Final = ("capture_later", "setup_future_usage", "statement_descriptor_suffix", "transfer_group")
_HUNDRED: Final = 100
_LONGEST_TRIAL: Final = 730  # days


class PageOptions(TypedDict, total=False):
    """What may be said of every page of Checkout, whether something is paid on it or a way to pay is kept.

    Attributes:
        success_url: Where the buyer lands after a hosted page; write `{CHECKOUT_SESSION_ID}` into it, and fulfil there.
        cancel_url: Where she goes who turns back on a hosted page.
        return_url: Where the buyer lands after an embedded page, instead of *success_url*: that makes it one.
        customer: The buyer, as a customer of the account that the session lives on.
        customer_email: Her address, where she is no customer yet. It is never stored here.
        client_reference_id: Your own name of the order.
        allowed_payment_method_types: The only ways to pay that are offered, by Stripe's names.
        expires_at: Until when it is open, aware: 30 minutes to 24 hours from now.
        description: Words of your own, which receipts show.
        metadata: Notes of your own, on the session and on what comes of it.
    """

    success_url: str | None
    cancel_url: str | None
    return_url: str | None
    customer: str | None
    customer_email: str | None
    client_reference_id: str | None
    allowed_payment_method_types: Sequence[str] | None
    expires_at: datetime | None
    description: str | None
    metadata: Mapping[str, str] | None


class CheckoutOptions(PageOptions, total=False):
    """What may be said of a Checkout session in which something is paid; what `PageOptions` has as well.

    Attributes:
        statement_descriptor_suffix: What the buyer's statement says behind the seller's prefix.
        setup_future_usage: Whether the way to pay is kept for later, and for what.
        capture_later: Whether the money is only reserved, until `charges.capture` takes it.
        transfer_group: A label that ties the payment to its transfers.
    """

    statement_descriptor_suffix: str | None
    setup_future_usage: SetupFutureUsage | None
    capture_later: bool
    transfer_group: str | None


@frozen(kw_only=True)
class Page:
    """What is sold on a page, and how: the lines, and the members of `CheckoutOptions`."""

    line_items: Sequence[LineItem] = ()
    success_url: str | None = None
    cancel_url: str | None = None
    return_url: str | None = None
    customer: str | None = None
    customer_email: str | None = None
    client_reference_id: str | None = None
    allowed_payment_method_types: Sequence[str] | None = None
    expires_at: datetime | None = None
    description: str | None = None
    statement_descriptor_suffix: str | None = None
    setup_future_usage: SetupFutureUsage | None = None
    capture_later: bool = False
    transfer_group: str | None = None
    metadata: Mapping[str, str] | None = None

    @property
    def total(self) -> Money | None:
        """What everything comes to; `None` where only Stripe knows."""
        whole: Money | None = None
        for item in self.line_items:
            total = item.total
            if total is None:
                return None
            whole = total if whole is None else whole + total
        return whole

    def payment(self, **cut: object) -> dict[str, Any]:
        """Give the parameters of a session in which something is paid once.

        Raises:
            InvalidRequest: One of them is wrong.
        """
        if any(item.every is not None for item in self.line_items):
            message = "What is paid again and again is subscribed to."
            raise InvalidRequest(message, param="line_items", next_step="Call subscribe.")
        if self.setup_future_usage is not None:
            check_word(self.setup_future_usage, "setup_future_usage", get_args(SetupFutureUsage))
        if self.statement_descriptor_suffix is not None:
            checked_suffix(self.statement_descriptor_suffix)
        data = given(
            description=self.description,
            statement_descriptor_suffix=self.statement_descriptor_suffix,
            setup_future_usage=self.setup_future_usage,
            capture_method="manual" if self.capture_later else None,
            transfer_group=self.transfer_group,
            metadata=checked_metadata(self.metadata) or None,
            **cut,
        )
        return {**self._common("payment"), "payment_intent_data": data}

    def subscription(self, trial: int | datetime | None, **share: object) -> dict[str, Any]:
        """Give the parameters of a session in which something is subscribed to.

        Args:
            trial: For how many days, or until when, nothing is to be paid.
            **share: Who gets what of each invoice.

        Raises:
            InvalidRequest: One of them is wrong.
        """
        wrong = [name for name in _ONLY_PAYMENT if getattr(self, name)]
        if wrong:
            message = f"{wrong[0]} is for what is paid once."
            raise InvalidRequest(message, param=wrong[0])
        if all(item.total is not None and item.every is None for item in self.line_items):
            message = "A subscription has something that is paid again and again."
            raise InvalidRequest(message, param="line_items", next_step="Pass LineItem(…, every='month').")
        metadata = checked_metadata(self.metadata) or None
        data = given(description=self.description, metadata=metadata, **_trial(trial), **share)
        return {**self._common("subscription"), "subscription_data": data}

    def setup(self, currency: str | None, on_behalf_of: str | None) -> dict[str, Any]:
        """Give the parameters of a session in which a way to pay is kept, and nothing is paid.

        A buyer who is not named is made a customer: a way to pay that belongs to nobody could be used a single time.

        Args:
            currency: What will be paid in, by which Stripe chooses the ways to pay that it offers.
            on_behalf_of: The connected account that it is kept for.

        Raises:
            InvalidRequest: One of them is wrong.
        """
        if currency is None and self.allowed_payment_method_types is None:
            message = "Which ways to pay are offered depends on the currency that will be paid in."
            raise InvalidRequest(message, param="currency", next_step="Pass currency='usd'.")
        data = given(
            description=self.description,
            metadata=checked_metadata(self.metadata) or None,
            on_behalf_of=optional_id(on_behalf_of, "on_behalf_of", "acct_"),
        )
        return {
            **self._common("setup"),
            **given(
                currency=None if currency is None else Money(0, currency).currency,
                customer_creation="always" if self.customer is None else None,
                setup_intent_data=data or None,
            ),
        }

    def _common(self, mode: str) -> dict[str, Any]:
        self._check()
        if not self.line_items and mode != "setup":
            message = "There is nothing for sale."
            raise InvalidRequest(message, param="line_items", next_step="Pass [LineItem(name='Chair', price=…)].")
        return given(
            mode=mode,
            line_items=[_line(item) for item in self.line_items] or None,
            success_url=self.success_url,
            cancel_url=self.cancel_url,
            return_url=self.return_url,
            ui_mode=None if self.return_url is None else "embedded_page",
            customer=optional_id(self.customer, "customer", "cus_"),
            customer_email=self.customer_email,
            client_reference_id=self.client_reference_id,
            allowed_payment_method_types=checked_methods(self.allowed_payment_method_types),
            expires_at=None if self.expires_at is None else int(self.expires_at.timestamp()),
            metadata=checked_metadata(self.metadata),
        )

    def _check(self) -> None:
        if (self.success_url is None) == (self.return_url is None):
            message = "A hosted page has a success_url, an embedded one a return_url: choose one."
            raise InvalidRequest(message, param="success_url")
        if self.return_url is not None and self.cancel_url is not None:
            message = "An embedded page has no cancel_url: the buyer is on yours."
            raise InvalidRequest(message, param="cancel_url")
        if self.customer is not None and self.customer_email is not None:
            message = "A customer has an address already."
            raise InvalidRequest(message, param="customer_email")
        if self.expires_at is not None and self.expires_at.tzinfo is None:
            message = "The time has no zone."
            raise InvalidRequest(message, param="expires_at", next_step="Pass datetime.now(UTC) + timedelta(hours=1).")
        if len({item.price.currency for item in self.line_items if isinstance(item.price, Money)}) > 1:
            message = "All prices of a page are in one currency."
            raise InvalidRequest(message, param="line_items")


def _trial(trial: int | datetime | None) -> dict[str, int]:
    """Give what says how long nothing is paid."""
    if isinstance(trial, datetime):
        if trial.tzinfo is None:
            message = "The end of the trial has no zone."
            raise InvalidRequest(message, param="trial", next_step="Pass datetime.now(UTC) + timedelta(days=14).")
        return {"trial_end": int(trial.timestamp())}
    if trial is None:
        return {}
    if not 1 <= trial <= _LONGEST_TRIAL:
        message = f"A trial has 1 to {_LONGEST_TRIAL} days."
        raise InvalidRequest(message, param="trial")
    return {"trial_period_days": trial}


def _line(item: LineItem) -> dict[str, Any]:
    if isinstance(item.price, str):
        return {"price": item.price, "quantity": item.quantity}
    price = given(
        currency=item.price.currency,
        unit_amount=item.price.check_chargeable("line_items").amount,
        product_data={"name": item.name},
        recurring=None if item.every is None else {"interval": item.every},
    )
    return {"price_data": price, "quantity": item.quantity}


def checked_percent(percent: str | int | Decimal | None, param: str) -> float | None:
    """Check a percentage of at most two decimals, and give it as Stripe takes it.

    Raises:
        InvalidRequest: It is none.
    """
    if percent is None:
        return None
    try:
        exact = Decimal(percent) if isinstance(percent, str | int | Decimal) else Decimal("NaN")  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without a checker
    except ArithmeticError:
        exact = Decimal("NaN")
    if not exact.is_finite() or not 0 <= exact <= _HUNDRED or exact != round(exact, 2):
        message = f"{param} is a percentage from 0 to 100 with at most two decimals, as '12.5', never a float."
        raise InvalidRequest(message, param=param)
    return float(exact)  # of two decimals: written to the wire as it is
