"""Disputes: what a buyer's bank takes back until the platform has answered."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from attrs import frozen

from connectkit.money import Money

from .base import Answer, Metadata, Value, Whole, identifier, moment, part


@frozen(kw_only=True)
class Dispute(Value):
    """A payment that a buyer disputes with the bank.

    Attributes:
        amount: What is disputed.
        status: Stripe's word, as `needs_response`, `under_review`, `won`, `lost` or `warning_needs_response`. An open
            set.
        reason: The bank's, in Stripe's word. An open set.
        charge: The charge.
        payment: The payment intent, or `""`.
        due: Until when evidence can be submitted, or `None`.
        submitted: How often evidence was submitted; it can be once.
        metadata: Notes.
        created: When it was opened.
    """

    KEEP: ClassVar[tuple[str, ...]] = (
        "id",
        "object",
        "amount",
        "charge",
        "created",
        "currency",
        "evidence_details.due_by",
        "evidence_details.submission_count",
        "metadata",
        "payment_intent",
        "reason",
        "status",
    )

    amount: Money
    status: str
    reason: str
    charge: str
    payment: str
    due: datetime | None
    submitted: int
    metadata: Metadata
    created: datetime | None

    @classmethod
    def parse(cls, answer: Answer) -> Self:
        """Read Stripe's answer, or what the journal kept of it."""
        data = answer.data
        details = part(data, "evidence_details")
        return cls(
            id=data["id"],
            amount=Money(data["amount"], data["currency"]),
            status=data["status"],
            reason=data.get("reason") or "",
            charge=identifier(data.get("charge")),
            payment=identifier(data.get("payment_intent")),
            due=moment(details.get("due_by")),
            submitted=details.get("submission_count") or 0,
            metadata=Metadata(data.get("metadata")),
            created=moment(data.get("created")),
            receipt=answer.receipt,
            whole=Whole(data),
        )
