"""Application fees that are given back."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from attrs import frozen

from connectkit.money import Money

from .base import Answer, Metadata, Value, Whole, identifier, moment


@frozen(kw_only=True)
class FeeRefund(Value):
    """What a seller got back of an application fee.

    Attributes:
        amount: How much, in the currency that the seller settles in, at the rate of the payment.
        fee: The application fee.
        metadata: Notes.
        created: When it was made.
    """

    KEEP: ClassVar[tuple[str, ...]] = ("id", "object", "amount", "created", "currency", "fee", "metadata")

    amount: Money
    fee: str
    metadata: Metadata
    created: datetime | None

    @classmethod
    def parse(cls, answer: Answer) -> Self:
        """Read Stripe's answer, or what the journal kept of it."""
        data = answer.data
        return cls(
            id=data["id"],
            amount=Money(data["amount"], data["currency"]),
            fee=identifier(data.get("fee")),
            metadata=Metadata(data.get("metadata")),
            created=moment(data.get("created")),
            receipt=answer.receipt,
            whole=Whole(data),
        )
