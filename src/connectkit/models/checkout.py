"""Checkout: what is for sale, the session in which a buyer pays it, and whether it was delivered."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import ClassVar, Final, Literal, Self, TypeAlias, get_args

from attrs import field, frozen

from connectkit.errors import InvalidRequest
from connectkit.money import Money

from .base import Answer, Data, Metadata, Value, Whole, identifier, moment, part
from .browser import BrowserClient, Secret
from .payments import optional_money

Interval: TypeAlias = Literal["day", "week", "month", "year"]
"""How often a subscription is paid."""

_PAID: Final = frozenset({"paid", "no_payment_required"})


@frozen(kw_only=True)
class LineItem:
    """One thing for sale: described here, or by a price that Stripe knows.

    >>> LineItem(name="Chair", price=Money.of("49.90", "usd"), quantity=2).total
    Money.of('99.80', 'usd')

    Attributes:
        price: What one costs; or the id of a price (`price_…`) of the account that sells.
        name: What it is; a price of Stripe's has a name of its own.
        quantity: How many.
        every: How often it is paid again, where it is subscribed to; a price of Stripe's says that itself.
    """

    price: Money | str
    name: str = ""
    quantity: int = 1
    every: Interval | None = None

    def __attrs_post_init__(self) -> None:
        if isinstance(self.price, str):
            wrong = bool(self.name or self.every) or not self.price.startswith("price_")
            why = "A price of Stripe's is an id that begins with price_, and has its own name and interval."
        else:
            wrong = not self.name or (self.every is not None and self.every not in get_args(Interval))
            why = "What is described here has a name, and is paid every day, week, month or year, or once."
        if wrong or self.quantity < 1:
            raise InvalidRequest(why, param="line_items")

    @property
    def total(self) -> Money | None:
        """What it comes to; `None` where only Stripe knows."""
        return None if isinstance(self.price, str) else self.price * self.quantity


@frozen(kw_only=True)
class CheckoutLine:
    """One line of what a buyer was sold, as Stripe lists it.

    Attributes:
        id: Stripe's id.
        description: What it is.
        quantity: How many.
        total: What it came to, after discounts and taxes.
        price: The id of its price, or `""`.
    """

    id: str
    description: str
    quantity: int
    total: Money
    price: str

    @classmethod
    def parse(cls, data: Data) -> Self:
        """Read a line of Stripe's."""
        return cls(
            id=data["id"],
            description=data.get("description") or "",
            quantity=data.get("quantity") or 0,
            total=Money(data["amount_total"], data["currency"]),
            price=identifier(data.get("price")),
        )


@frozen(kw_only=True)
class CheckoutSession(Value):
    """A page of Stripe's on which a buyer pays, on its own or inside of yours.

    Attributes:
        mode: `payment`, `subscription` or `setup`.
        status: `open`, `complete` or `expired`. That it is complete does not say that it is paid.
        payment_status: `paid`, `unpaid` or `no_payment_required`.
        total: What the buyer pays, or `None` before it is known.
        payment: The payment intent that it became, or `""`.
        subscription: The subscription that it became, or `""`.
        setup_intent: The setup intent by which a way to pay is kept, or `""`.
        customer: The buyer, as a customer of the account that it lives on, or `""`.
        client_reference_id: Your own name of the order, or `""`.
        metadata: Notes.
        created: When it was made.
        expires_at: Until when it can be paid.
        account: The connected account that it lives on (a direct charge), as it was asked for, or `""`.
        url: Where to send the buyer, of a hosted page; it opens her order: never shown, never stored.
        client_secret: What an embedded page needs; never shown, never stored.
    """

    KEEP: ClassVar[tuple[str, ...]] = (
        "id",
        "object",
        "amount_total",
        "client_reference_id",
        "created",
        "currency",
        "customer",
        "expires_at",
        "metadata",
        "mode",
        "payment_intent",
        "payment_status",
        "setup_intent",
        "status",
        "subscription",
    )

    mode: str
    status: str
    payment_status: str
    total: Money | None
    payment: str
    subscription: str
    setup_intent: str
    customer: str
    client_reference_id: str
    metadata: Metadata
    created: datetime | None
    expires_at: datetime | None
    account: str = field(default="", eq=False)
    url: Secret = field(default=Secret(), eq=False)
    client_secret: Secret = field(default=Secret(), eq=False)

    @property
    def paid(self) -> bool:
        """Whether there is nothing left to pay, so that it can be delivered."""
        return self.payment_status in _PAID

    def client(self, publishable_key: str) -> BrowserClient:
        """Give what Stripe.js needs to embed the page.

        Args:
            publishable_key: The platform's key for browsers (`pk_…`).

        Raises:
            InvalidRequest: It is not a publishable key, or this is a hosted page.
        """
        return BrowserClient.of(self.client_secret, publishable_key, self.account)

    @classmethod
    def parse(cls, answer: Answer, account: str | None = None) -> Self:
        """Read Stripe's answer, or what the journal kept of it.

        Args:
            answer: The answer.
            account: The connected account that was asked.
        """
        data = answer.data
        return cls(
            id=data["id"],
            mode=data["mode"],
            status=data.get("status") or "",
            payment_status=data["payment_status"],
            total=optional_money(data, "amount_total", data["currency"]) if data.get("currency") else None,
            payment=identifier(data.get("payment_intent")),
            subscription=identifier(data.get("subscription")),
            setup_intent=identifier(data.get("setup_intent")),
            customer=identifier(data.get("customer")),
            client_reference_id=data.get("client_reference_id") or "",
            metadata=Metadata(data.get("metadata")),
            created=moment(data.get("created")),
            expires_at=moment(data.get("expires_at")),
            account=account or "",
            url=Secret(data.get("url") or ""),
            client_secret=Secret(data.get("client_secret") or ""),
            receipt=answer.receipt,
            whole=Whole(data),
        )


class FulfilmentState(Enum):
    """Whether an order was delivered, and why not."""

    DELIVERED = "delivered"
    BUSY = "busy"
    OPEN = "open"
    AWAITING_PAYMENT = "awaiting_payment"
    FAILED = "failed"
    EXPIRED = "expired"
    RESERVED = "reserved"
    CANCELED = "canceled"
    ELSEWHERE = "elsewhere"


_NEXT: Final = {
    FulfilmentState.DELIVERED: "Nothing: it was delivered.",
    FulfilmentState.BUSY: "Nothing: somebody else is delivering it now.",
    FulfilmentState.OPEN: "The buyer has not finished: lead her back to the page.",
    FulfilmentState.AWAITING_PAYMENT: "Thank the buyer, and wait: her bank takes days to pay.",
    FulfilmentState.FAILED: "Ask the buyer for another order: her bank did not pay this one.",
    FulfilmentState.EXPIRED: "Ask the buyer for another order: this page is closed.",
    FulfilmentState.RESERVED: "Capture the payment: the money is only reserved.",
    FulfilmentState.CANCELED: "Ask the buyer for another order: this payment was given up.",
    FulfilmentState.ELSEWHERE: "Call checkout.fulfil with the session: this payment was made on its page.",
}


@frozen(kw_only=True)
class Fulfilment:
    """What became of the wish to deliver an order.

    Attributes:
        session: The Checkout session; `""` for a payment without one.
        state: Whether it was delivered, and why not.
        now: Whether it was delivered by this very call.
        payment: The payment intent, where that was asked about; `""` for a session.
    """

    session: str
    state: FulfilmentState
    now: bool = False
    payment: str = ""

    @property
    def delivered(self) -> bool:
        """Whether it was delivered, now or before."""
        return self.state is FulfilmentState.DELIVERED

    @property
    def next_step(self) -> str:
        """What to do now."""
        return _NEXT[self.state]


def standing_of(session: CheckoutSession) -> FulfilmentState | None:
    """Say why a session cannot be delivered; `None` if it is paid."""
    if session.status == "complete" and session.paid:
        return None
    if session.status == "expired":
        return FulfilmentState.EXPIRED
    if session.status != "complete":
        return FulfilmentState.OPEN
    payment = part(session.raw, "payment_intent")
    failed = isinstance(payment, dict) and payment.get("last_payment_error")
    return FulfilmentState.FAILED if failed else FulfilmentState.AWAITING_PAYMENT
