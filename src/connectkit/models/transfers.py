"""Transfers: money moved from the platform to a connected account, and back."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from attrs import frozen

from connectkit.money import Money

from .base import Answer, Metadata, Value, Whole, identifier, moment


@frozen(kw_only=True)
class Transfer(Value):
    """Money moved from the platform to a connected account.

    Attributes:
        amount: How much, in the currency of the platform's balance that it came from.
        reversed_amount: How much of it came back.
        destination: The connected account.
        destination_payment: The payment that it is there.
        source_transaction: The charge that it was paid from, or `""` for the available balance.
        transfer_group: The label that ties it to its payment, or `""`.
        metadata: Notes.
        created: When it was made.
    """

    KEEP: ClassVar[tuple[str, ...]] = (
        "id",
        "object",
        "amount",
        "amount_reversed",
        "created",
        "currency",
        "destination",
        "destination_payment",
        "metadata",
        "source_transaction",
        "transfer_group",
    )

    amount: Money
    reversed_amount: Money
    destination: str
    destination_payment: str
    source_transaction: str
    transfer_group: str
    metadata: Metadata
    created: datetime | None

    @property
    def reversible(self) -> Money:
        """What of it has not come back yet."""
        return self.amount - self.reversed_amount

    @classmethod
    def parse(cls, answer: Answer) -> Self:
        """Read Stripe's answer, or what the journal kept of it."""
        data = answer.data
        return cls(
            id=data["id"],
            amount=Money(data["amount"], data["currency"]),
            reversed_amount=Money(data.get("amount_reversed") or 0, data["currency"]),
            destination=identifier(data.get("destination")),
            destination_payment=identifier(data.get("destination_payment")),
            source_transaction=identifier(data.get("source_transaction")),
            transfer_group=data.get("transfer_group") or "",
            metadata=Metadata(data.get("metadata")),
            created=moment(data.get("created")),
            receipt=answer.receipt,
            whole=Whole(data),
        )


@frozen(kw_only=True)
class TransferReversal(Value):
    """Money that came back from a transfer.

    Attributes:
        amount: How much.
        transfer: The transfer that it came back from.
        source_refund: The refund that asked for it, or `""`.
        metadata: Notes.
        created: When it was made.
    """

    KEEP: ClassVar[tuple[str, ...]] = (
        "id",
        "object",
        "amount",
        "created",
        "currency",
        "metadata",
        "source_refund",
        "transfer",
    )

    amount: Money
    transfer: str
    source_refund: str
    metadata: Metadata
    created: datetime | None

    @classmethod
    def parse(cls, answer: Answer) -> Self:
        """Read Stripe's answer, or what the journal kept of it."""
        data = answer.data
        return cls(
            id=data["id"],
            amount=Money(data["amount"], data["currency"]),
            transfer=identifier(data.get("transfer")),
            source_refund=identifier(data.get("source_refund")),
            metadata=Metadata(data.get("metadata")),
            created=moment(data.get("created")),
            receipt=answer.receipt,
            whole=Whole(data),
        )


@frozen(kw_only=True)
class Settlement:
    """What became of a separate charge.

    Attributes:
        payment: The payment intent.
        transfers: What each seller got, in the order that was asked for.
    """

    payment: str
    transfers: tuple[Transfer, ...]
