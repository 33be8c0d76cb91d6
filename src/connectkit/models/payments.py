"""Payments: what a buyer pays, on the platform or on a connected account."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from attrs import field, frozen

from connectkit.money import Money

from .base import Answer, Data, Metadata, Value, Whole, identifier, moment, part


class Secret(str):
    """A text that is never shown, and never pickled: what was a secret comes back empty."""

    __slots__ = ()

    def __reduce__(self) -> tuple[type[Secret], tuple[()]]:
        return (Secret, ())

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __repr__(self) -> str:
        return "Secret('…')" if self else "Secret('')"


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
        status: Stripe's word, as `succeeded`, `requires_action` or `requires_payment_method`. An open set.
        charge: The charge that it became, or `""`.
        destination: The connected account that it is transferred to (a destination charge), or `""`.
        fee: The application fee, or `None`.
        transfer_group: The label that ties it to its transfers, or `""`.
        on_behalf_of: The connected account that sells, where it is not the platform, or `""`.
        metadata: Notes.
        created: When it was made.
        client_secret: What the browser needs to pay; never shown, and `""` after a replay.
    """

    KEEP: ClassVar[tuple[str, ...]] = (
        "id",
        "object",
        "amount",
        "amount_received",
        "application_fee_amount",
        "created",
        "currency",
        "latest_charge",
        "metadata",
        "on_behalf_of",
        "status",
        "transfer_data.destination",
        "transfer_group",
    )

    amount: Money
    received: Money
    status: str
    charge: str
    destination: str
    fee: Money | None
    transfer_group: str
    on_behalf_of: str
    metadata: Metadata
    created: datetime | None
    client_secret: Secret = field(default=Secret(), eq=False)

    @property
    def succeeded(self) -> bool:
        """Whether the buyer has paid."""
        return self.status == "succeeded"

    @classmethod
    def parse(cls, answer: Answer) -> Self:
        """Read Stripe's answer, or what the journal kept of it."""
        data = answer.data
        currency = data["currency"]
        return cls(
            id=data["id"],
            amount=Money(data["amount"], currency),
            received=Money(data.get("amount_received") or 0, currency),
            status=data["status"],
            charge=identifier(data.get("latest_charge")),
            destination=identifier(part(data, "transfer_data").get("destination")),
            fee=optional_money(data, "application_fee_amount", currency),
            transfer_group=data.get("transfer_group") or "",
            on_behalf_of=identifier(data.get("on_behalf_of")),
            metadata=Metadata(data.get("metadata")),
            created=moment(data.get("created")),
            client_secret=Secret(data.get("client_secret") or ""),
            receipt=answer.receipt,
            whole=Whole(data),
        )
