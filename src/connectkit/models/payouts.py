"""Payouts: money paid out to a bank."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from attrs import frozen

from connectkit.money import Money

from .base import Answer, Metadata, Value, Whole, identifier, moment


@frozen(kw_only=True)
class Payout(Value):
    """Money paid out to a bank.

    `paid` is not the end: a bank can return a payout for about five business days more.

    Attributes:
        amount: How much; below zero where Stripe takes it from the bank.
        status: Stripe's word: `pending`, `in_transit`, `paid`, `failed` or `canceled`. An open set.
        method: `standard` or `instant`.
        automatic: Whether a schedule made it.
        source_type: From which part of the balance, as `card`, `bank_account` or `fpx`. An open set.
        destination: The bank account or card, or `""`.
        arrival: When it is expected there.
        original: The payout that this one takes back, or `""`.
        reversed_by: The payout that takes this one back, or `""`.
        failure_code: Why it failed, in Stripe's word, or `""`. An open set. The amount is back in the balance then.
        metadata: Notes.
        created: When it was made.
    """

    KEEP: ClassVar[tuple[str, ...]] = (
        "id",
        "object",
        "amount",
        "arrival_date",
        "automatic",
        "created",
        "currency",
        "destination",
        "failure_code",
        "metadata",
        "method",
        "original_payout",
        "reversed_by",
        "source_type",
        "status",
    )

    amount: Money
    status: str
    method: str
    automatic: bool
    source_type: str
    destination: str
    arrival: datetime | None
    original: str
    reversed_by: str
    failure_code: str
    metadata: Metadata
    created: datetime | None

    @property
    def debit(self) -> bool:
        """Whether it takes money from the bank: a payout is taken back, or a balance was below zero."""
        return self.amount.amount < 0

    @classmethod
    def parse(cls, answer: Answer) -> Self:
        """Read Stripe's answer, or what the journal kept of it."""
        data = answer.data
        return cls(
            id=data["id"],
            amount=Money(data["amount"], data["currency"]),
            status=data["status"],
            method=data.get("method") or "",
            automatic=bool(data.get("automatic")),
            source_type=data.get("source_type") or "",
            destination=identifier(data.get("destination")),
            arrival=moment(data.get("arrival_date")),
            original=identifier(data.get("original_payout")),
            reversed_by=identifier(data.get("reversed_by")),
            failure_code=data.get("failure_code") or "",
            metadata=Metadata(data.get("metadata")),
            created=moment(data.get("created")),
            receipt=answer.receipt,
            whole=Whole(data),
        )
