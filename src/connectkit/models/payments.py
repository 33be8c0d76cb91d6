"""Payments: what a buyer pays, on the platform or on a connected account."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from attrs import field, frozen

from connectkit.errors import InvalidRequest
from connectkit.money import Money

from .base import Answer, Data, Metadata, Value, Whole, identifier, moment, part
from .browser import BrowserClient, BuyerAction, Secret


def optional_money(data: Data, name: str, currency: str) -> Money | None:
    """Give an amount that need not be there."""
    amount: int | None = data.get(name)
    return None if amount is None else Money(amount, currency)


@frozen(kw_only=True)
class Payment(Value):
    """A payment intent: what a buyer is to pay, and how far that has come.

    Attributes:
        amount: What was asked for.
        received: What was paid.
        capturable: What is reserved, and can be captured.
        status: Stripe's word, as `succeeded`, `requires_action` or `requires_payment_method`. An open set.
        charge: The charge that it became, or `""`.
        destination: The connected account that it is transferred to (a destination charge), or `""`.
        fee: The application fee, or `None`.
        transfer: What of it is transferred, where a destination charge says so; `None` for all of it.
        transfer_group: The label that ties it to its transfers, or `""`.
        on_behalf_of: The connected account that sells, where it is not the platform, or `""`.
        customer: The buyer, as a customer of the account that it lives on, or `""`.
        payment_method: How it is paid, or `""`.
        error_code: Why the last attempt to pay it failed, in Stripe's word, or `""`. An open set.
        decline_code: The issuer's reason for that, or `""`.
        metadata: Notes.
        created: When it was made.
        account: The connected account that it lives on (a direct charge), as it was asked for, or `""`.
        next_action: What the buyer has to do now, or `None`.
        client_secret: What the browser needs to pay; never shown, and `""` after a replay.
    """

    KEEP: ClassVar[tuple[str, ...]] = (
        "id",
        "object",
        "amount",
        "amount_capturable",
        "amount_received",
        "application_fee_amount",
        "created",
        "currency",
        "customer",
        "last_payment_error.code",
        "last_payment_error.decline_code",
        "latest_charge",
        "metadata",
        "next_action.type",
        "on_behalf_of",
        "payment_method",
        "status",
        "transfer_data.amount",
        "transfer_data.destination",
        "transfer_group",
    )

    amount: Money
    received: Money
    capturable: Money
    status: str
    charge: str
    destination: str
    fee: Money | None
    transfer: Money | None
    transfer_group: str
    on_behalf_of: str
    customer: str
    payment_method: str
    error_code: str
    decline_code: str
    metadata: Metadata
    created: datetime | None
    account: str = field(default="", eq=False)
    next_action: BuyerAction | None = field(default=None, eq=False)
    client_secret: Secret = field(default=Secret(), eq=False)

    @property
    def succeeded(self) -> bool:
        """Whether the buyer has paid."""
        return self.status == "succeeded"

    @property
    def failed(self) -> bool:
        """Whether the last attempt to pay it failed, and nothing was paid since."""
        return self.status == "requires_payment_method" and bool(self.error_code)

    @property
    def processing(self) -> bool:
        """Whether the buyer's bank is still to say whether it pays, which takes days: deliver nothing yet."""
        return self.status == "processing"

    def client(self, publishable_key: str) -> BrowserClient:
        """Give what Stripe.js and Elements need to let the buyer pay it.

        Args:
            publishable_key: The platform's key for browsers (`pk_…`).

        Raises:
            InvalidRequest: It is not a publishable key, or this payment is a replayed answer: retrieve it first.
        """
        return BrowserClient.of(self.client_secret, publishable_key, self.account)

    def scaled(self, cut: Money, captured: Money) -> Money:
        """Give what of a fee or a transfer is in proportion to what is captured, rounded half up.

        Stripe does not scale them: it takes the whole fee of a part, or caps it at the part.

        >>> payment = Payment.parse(Answer(data={"id": "pi_1", "status": "requires_capture", "amount": 10000,
        ...     "currency": "usd"}))
        >>> payment.scaled(Money.of("12.30", "usd"), captured=Money.of("60.00", "usd"))
        Money.of('7.38', 'usd')

        Args:
            cut: The fee or transfer of the whole payment.
            captured: What is captured of it.

        Raises:
            InvalidRequest: They are not in the payment's currency, or more is captured than was asked for.
        """
        currencies = {cut.currency, captured.currency}
        if currencies != {self.amount.currency} or not 0 < captured.amount <= self.amount.amount:
            message = f"Of {self.amount}, {captured} was to be captured, and {cut} to be scaled."
            raise InvalidRequest(message, param="captured")
        whole = self.amount.amount
        return Money((2 * cut.amount * captured.amount + whole) // (2 * whole), cut.currency)

    @classmethod
    def parse(cls, answer: Answer, account: str | None = None) -> Self:
        """Read Stripe's answer, or what the journal kept of it.

        Args:
            answer: The answer.
            account: The connected account that was asked.
        """
        data = answer.data
        currency = data["currency"]
        destination, error = part(data, "transfer_data"), part(data, "last_payment_error")
        return cls(
            id=data["id"],
            amount=Money(data["amount"], currency),
            received=Money(data.get("amount_received") or 0, currency),
            capturable=Money(data.get("amount_capturable") or 0, currency),
            status=data["status"],
            charge=identifier(data.get("latest_charge")),
            destination=identifier(destination.get("destination")),
            fee=optional_money(data, "application_fee_amount", currency),
            transfer=optional_money(destination, "amount", currency),
            transfer_group=data.get("transfer_group") or "",
            on_behalf_of=identifier(data.get("on_behalf_of")),
            customer=identifier(data.get("customer")),
            payment_method=identifier(data.get("payment_method")),
            error_code=error.get("code") or "",
            decline_code=error.get("decline_code") or "",
            metadata=Metadata(data.get("metadata")),
            created=moment(data.get("created")),
            account=account or "",
            next_action=BuyerAction.parse(data),
            client_secret=Secret(data.get("client_secret") or ""),
            receipt=answer.receipt,
            whole=Whole(data),
        )
