"""What connected accounts owe the platform, and debits of their balances."""

from __future__ import annotations

import json
from datetime import datetime
from typing import ClassVar, Self

from attrs import frozen

from connectkit.money import Money

from .base import Answer, Metadata, Value, Whole, identifier, moment, part


@frozen
class Owed:
    """Something that a seller owes the platform.

    Attributes:
        name: Its name, after the key of the call that was short.
        account: The connected account.
        transfer: The transfer that it was to come back from.
        amount: How much.
        collected_by: The reversal or the payment that brought it, or the dispute that was won, so that nothing is owed
            any more; `""` while it is owed.
        dispute: The dispute that it is owed for, or `""`.
    """

    name: str
    account: str
    transfer: str
    amount: Money
    collected_by: str = ""
    dispute: str = ""

    def dumps(self) -> str:
        """Write it down."""
        whose, amount = [self.name, self.account, self.transfer], self.amount
        return json.dumps([*whose, amount.amount, amount.currency, self.collected_by, self.dispute])

    @classmethod
    def loads(cls, text: str) -> Self:
        """Read what `dumps` wrote."""
        name, account, transfer, amount, currency, *ends = json.loads(text)
        return cls(name, account, transfer, Money(amount, currency), *ends)


@frozen(kw_only=True)
class Debit(Value):
    """Money that the platform took from a connected account's balance: a payment of the account's to the platform.

    Attributes:
        amount: How much.
        account: The connected account.
        status: Stripe's word, as `succeeded`. An open set.
        description: Words.
        metadata: Notes.
        created: When it was made.
    """

    KEEP: ClassVar[tuple[str, ...]] = (
        "id",
        "object",
        "amount",
        "created",
        "currency",
        "description",
        "metadata",
        "source.id",
        "status",
    )

    amount: Money
    account: str
    status: str
    description: str
    metadata: Metadata
    created: datetime | None

    @classmethod
    def parse(cls, answer: Answer) -> Self:
        """Read Stripe's answer, or what the journal kept of it."""
        data = answer.data
        return cls(
            id=data["id"],
            amount=Money(data["amount"], data["currency"]),
            account=identifier(part(data, "source")) if data.get("source") else "",
            status=data["status"],
            description=data.get("description") or "",
            metadata=Metadata(data.get("metadata")),
            created=moment(data.get("created")),
            receipt=answer.receipt,
            whole=Whole(data),
        )
