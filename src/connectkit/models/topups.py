"""Top-ups: the platform's own money, added to its balance."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from attrs import frozen

from connectkit.money import Money

from .base import Answer, Metadata, Value, Whole, moment


@frozen(kw_only=True)
class TopUp(Value):
    """The platform's own money, on its way into its balance.

    Attributes:
        amount: How much.
        status: Stripe's word: `pending`, `succeeded`, `failed`, `canceled` or `reversed`. An open set.
        available: When it is expected to be usable, or `None`.
        failure_code: Why it failed, in Stripe's word, or `""`. An open set.
        transfer_group: The label that ties it to transfers, or `""`.
        metadata: Notes.
        created: When it was made.
    """

    KEEP: ClassVar[tuple[str, ...]] = (
        "id",
        "object",
        "amount",
        "created",
        "currency",
        "expected_availability_date",
        "failure_code",
        "metadata",
        "status",
        "transfer_group",
    )

    amount: Money
    status: str
    available: datetime | None
    failure_code: str
    transfer_group: str
    metadata: Metadata
    created: datetime | None

    @classmethod
    def parse(cls, answer: Answer) -> Self:
        """Read Stripe's answer, or what the journal kept of it."""
        data = answer.data
        return cls(
            id=data["id"],
            amount=Money(data["amount"], data["currency"]),
            status=data["status"],
            available=moment(data.get("expected_availability_date")),
            failure_code=data.get("failure_code") or "",
            transfer_group=data.get("transfer_group") or "",
            metadata=Metadata(data.get("metadata")),
            created=moment(data.get("created")),
            receipt=answer.receipt,
            whole=Whole(data),
        )
