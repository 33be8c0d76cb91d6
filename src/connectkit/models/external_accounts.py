"""Bank accounts and debit cards that a connected account is paid out to."""

from __future__ import annotations

from typing import ClassVar, Final

from attrs import field, frozen

from .base import Answer, Data, Metadata, Value, Whole
from .requirements import Requirements

ERRORED: Final = "errored"


@frozen(kw_only=True)
class ExternalAccount(Value):
    """A bank account or debit card that a connected account is paid out to.

    Attributes:
        account: The connected account.
        kind: `bank_account` or `card`.
        name: The bank, or the brand of the card; `""` where Stripe does not tell.
        country: Two letters, upper case, or `""`.
        currency: Lower case, or `""`.
        last4: The last digits of its number, to show to its owner.
        default_for_currency: Whether payouts in its currency go here.
        status: `new` for a good one, `errored` after a failed payout. An open set.
        instant: Whether instant payouts reach it.
        fingerprint: The same for the same number everywhere: one bank of two sellers is worth a look. `""` after a
            replay, for the journal does not keep it.
        requirements: What Stripe wants to know of it.
        metadata: The platform's own notes.
    """

    KEEP: ClassVar[tuple[str, ...]] = (
        "id",
        "object",
        "account",
        "available_payout_methods",
        "bank_name",
        "brand",
        "country",
        "currency",
        "last4",
        "requirements",
        "default_for_currency",
        "status",
        "metadata",
    )

    account: str
    kind: str
    name: str
    country: str
    currency: str
    last4: str
    default_for_currency: bool
    status: str
    instant: bool
    fingerprint: str = field(eq=False)
    requirements: Requirements
    metadata: Metadata

    @property
    def errored(self) -> bool:
        """Whether a payout to it failed: until it is repaired or replaced, Stripe pays nothing out to it."""
        return self.status == ERRORED

    @classmethod
    def parse(cls, answer: Answer) -> ExternalAccount:
        """Read a bank account or card."""
        data = answer.data
        return cls(
            id=data["id"],
            account=data.get("account") or "",
            kind=data.get("object") or "bank_account",
            name=data.get("bank_name") or data.get("brand") or "",
            country=data.get("country") or "",
            currency=data.get("currency") or "",
            last4=data["last4"],
            default_for_currency=bool(data.get("default_for_currency")),
            status=data.get("status") or "",
            instant="instant" in (data.get("available_payout_methods") or ()),
            fingerprint=data.get("fingerprint") or "",
            requirements=Requirements.parse(_wanted(data), "application"),
            metadata=Metadata(data.get("metadata")),
            receipt=answer.receipt,
            whole=Whole(data),
        )


def _wanted(data: Data) -> Data | None:
    wanted: Data | None = data.get("requirements")
    return wanted
