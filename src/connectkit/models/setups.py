"""Ways to pay that are kept for later: setup intents, and customers who are known to several accounts."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from attrs import field, frozen

from .base import Answer, Metadata, Value, Whole, identifier, moment, part
from .browser import BrowserClient, BuyerAction, Secret


@frozen(kw_only=True)
class SetupIntent(Value):
    """A way to pay that is to be kept for later, and how far that has come.

    Attributes:
        status: Stripe's word, as `succeeded`, `requires_action` or `requires_payment_method`. An open set.
        usage: What it is kept for: `on_session` or `off_session`.
        customer: Whose it is, or `""`.
        payment_method: The way to pay, or `""`.
        on_behalf_of: The connected account that it is kept for, where it is not the platform, or `""`.
        error_code: Why the last attempt failed, in Stripe's word, or `""`. An open set.
        metadata: Notes.
        created: When it was made.
        account: The connected account that it lives on, as it was asked for, or `""`.
        next_action: What the buyer has to do now, or `None`.
        client_secret: What the browser needs; never shown, and `""` after a replay.
    """

    KEEP: ClassVar[tuple[str, ...]] = (
        "id",
        "object",
        "created",
        "customer",
        "last_setup_error.code",
        "metadata",
        "next_action.type",
        "on_behalf_of",
        "payment_method",
        "status",
        "usage",
    )

    status: str
    usage: str
    customer: str
    payment_method: str
    on_behalf_of: str
    error_code: str
    metadata: Metadata
    created: datetime | None
    account: str = field(default="", eq=False)
    next_action: BuyerAction | None = field(default=None, eq=False)
    client_secret: Secret = field(default=Secret(), eq=False)

    @property
    def succeeded(self) -> bool:
        """Whether the way to pay is kept."""
        return self.status == "succeeded"

    def client(self, publishable_key: str) -> BrowserClient:
        """Give what Stripe.js and Elements need to let the buyer enter it.

        Args:
            publishable_key: The platform's key for browsers (`pk_…`).

        Raises:
            InvalidRequest: It is not a publishable key, or this is a replayed answer: retrieve it first.
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
            status=data["status"],
            usage=data.get("usage") or "",
            customer=identifier(data.get("customer")),
            payment_method=identifier(data.get("payment_method")),
            on_behalf_of=identifier(data.get("on_behalf_of")),
            error_code=part(data, "last_setup_error").get("code") or "",
            metadata=Metadata(data.get("metadata")),
            created=moment(data.get("created")),
            account=account or "",
            next_action=BuyerAction.parse(data),
            client_secret=Secret(data.get("client_secret") or ""),
            receipt=answer.receipt,
            whole=Whole(data),
        )


@frozen(kw_only=True)
class Customer(Value):
    """A buyer who is known. What she is called and where she lives is not here: `raw` has it after a read.

    Attributes:
        metadata: Notes.
        created: When she was made known.
        account: The connected account that knows her, as it was asked for, or `""`.
    """

    KEEP: ClassVar[tuple[str, ...]] = ("id", "object", "created", "metadata")

    metadata: Metadata
    created: datetime | None
    account: str = field(default="", eq=False)

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
            metadata=Metadata(data.get("metadata")),
            created=moment(data.get("created")),
            account=account or "",
            receipt=answer.receipt,
            whole=Whole(data),
        )


@frozen(kw_only=True)
class SavedMethod(Value):
    """A way to pay that a customer has kept, as a page shows it to her.

    Attributes:
        type: Stripe's word, as `card` or `us_bank_account`. An open set.
        brand: Of a card, as `visa`; the name of the bank of an account; `""` for others.
        last4: The last digits of its number, or `""`.
        expires: Month and year until which a card is good, or `None`.
        customer: Whose it is.
        created: When it was made.
    """

    type: str
    brand: str
    last4: str
    expires: tuple[int, int] | None
    customer: str
    created: datetime | None

    @classmethod
    def parse(cls, answer: Answer) -> Self:
        """Read Stripe's answer."""
        data = answer.data
        about = part(data, data["type"])
        month, year = about.get("exp_month"), about.get("exp_year")
        return cls(
            id=data["id"],
            type=data["type"],
            brand=about.get("brand") or about.get("bank_name") or "",
            last4=about.get("last4") or "",
            expires=(month, year) if month and year else None,
            customer=identifier(data.get("customer")),
            created=moment(data.get("created")),
            receipt=answer.receipt,
            whole=Whole(data),
        )


@frozen(kw_only=True)
class SharedCustomer:
    """A customer of the platform whom a connected account knows as well, with a copy of a way to pay.

    Attributes:
        account: The connected account.
        customer: Who she is there.
        payment_method: The copy there, which can be used again and again.
    """

    account: str
    customer: str
    payment_method: str
