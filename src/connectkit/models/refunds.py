"""Refunds: what a buyer gets back, and what of it comes back from sellers and fees."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from attrs import frozen

from connectkit.money import Money

from .base import Answer, Metadata, Value, Whole, identifier, moment
from .transfers import TransferReversal


@frozen(kw_only=True)
class Refund(Value):
    """What a buyer gets back.

    Attributes:
        amount: How much.
        status: Stripe's word: `pending`, `requires_action`, `succeeded`, `failed` or `canceled`. An open set.
        payment: The payment intent, or `""`.
        charge: The charge.
        reason: Why, in Stripe's word, or `""`.
        failure_reason: Why it failed, in Stripe's word, or `""`. The amount is back in the balance then.
        transfer_reversal: The reversal that took the seller's share back with it, or `""`.
        reversals: Further reversals that the same call made, where several sellers share a payment or a share was left.
        metadata: Notes.
        created: When it was made.
    """

    KEEP: ClassVar[tuple[str, ...]] = (
        "id",
        "object",
        "amount",
        "charge",
        "created",
        "currency",
        "failure_reason",
        "metadata",
        "payment_intent",
        "reason",
        "status",
        "transfer_reversal",
    )

    amount: Money
    status: str
    payment: str
    charge: str
    reason: str
    failure_reason: str
    transfer_reversal: str
    reversals: tuple[TransferReversal, ...]
    metadata: Metadata
    created: datetime | None

    @classmethod
    def parse(cls, answer: Answer, reversals: tuple[TransferReversal, ...] = ()) -> Self:
        """Read Stripe's answer, or what the journal kept of it."""
        data = answer.data
        return cls(
            id=data["id"],
            amount=Money(data["amount"], data["currency"]),
            status=data.get("status") or "",
            payment=identifier(data.get("payment_intent")),
            charge=identifier(data.get("charge")),
            reason=data.get("reason") or "",
            failure_reason=data.get("failure_reason") or "",
            transfer_reversal=identifier(data.get("transfer_reversal")),
            reversals=reversals,
            metadata=Metadata(data.get("metadata")),
            created=moment(data.get("created")),
            receipt=answer.receipt,
            whole=Whole(data),
        )
