"""Disputes: what a buyer's bank takes back until the platform has answered, and warnings before that."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final, Self

from attrs import frozen

from connectkit.money import Money

from .base import Answer, Metadata, Value, Whole, identifier, moment, part

_INQUIRY: Final = "warning_"
_UNANSWERED: Final = frozenset({"needs_response", "warning_needs_response", "appeal_needs_response"})
_CLOSED: Final = frozenset({"won", "lost", "warning_closed", "prevented"})


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
        case_type: What it is for a card's network, as `chargeback`, `inquiry` or `compliance`; `""` where it is of no
            card. An open set.
        programs: The networks' programs for which an answer can qualify, as `visa_compelling_evidence_3` or
            `visa_compliance`, which wants its fee to be acknowledged. An open set.
        taken: What has left the balance for it by now, the bank's fee with it, in the currency that the charge settled
            in, once for each movement; what came back is below zero.
        refundable: Whether the payment can still be refunded, as during an inquiry.
        due: Until when evidence can be submitted, or `None`.
        staged: Whether there is evidence, submitted or not.
        submitted: How often evidence was submitted; it can be once.
        metadata: Notes.
        created: When it was opened.
    """

    KEEP: ClassVar[tuple[str, ...]] = (
        "id",
        "object",
        "amount",
        "balance_transactions",
        "charge",
        "created",
        "currency",
        "enhanced_eligibility_types",
        "evidence_details.due_by",
        "evidence_details.has_evidence",
        "evidence_details.submission_count",
        "is_charge_refundable",
        "metadata",
        "payment_intent",
        "payment_method_details.card.case_type",
        "reason",
        "status",
    )

    amount: Money
    status: str
    reason: str
    charge: str
    payment: str
    case_type: str
    programs: tuple[str, ...]
    taken: tuple[Money, ...]
    refundable: bool
    due: datetime | None
    staged: bool
    submitted: int
    metadata: Metadata
    created: datetime | None

    @property
    def inquiry(self) -> bool:
        """Whether the bank only asks, so that no money has moved; it can become a chargeback."""
        return self.status.startswith(_INQUIRY)

    @property
    def needs_answer(self) -> bool:
        """Whether evidence is awaited."""
        return self.status in _UNANSWERED

    @property
    def closed(self) -> bool:
        """Whether it has ended."""
        return self.status in _CLOSED

    @property
    def loss(self) -> Money:
        """What it costs by now, the fee with it: more than the disputed amount while it is open or lost."""
        nothing = Money(0, self.taken[0].currency if self.taken else self.amount.currency)
        return sum(self.taken, nothing)

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
            case_type=part(part(data, "payment_method_details"), "card").get("case_type") or "",
            programs=tuple(data.get("enhanced_eligibility_types") or ()),
            taken=tuple(Money(-row["net"], row["currency"]) for row in data.get("balance_transactions") or ()),
            refundable=bool(data.get("is_charge_refundable")),
            due=moment(details.get("due_by") or None),
            staged=bool(details.get("has_evidence")),
            submitted=details.get("submission_count") or 0,
            metadata=Metadata(data.get("metadata")),
            created=moment(data.get("created")),
            receipt=answer.receipt,
            whole=Whole(data),
        )


@frozen(kw_only=True)
class EarlyFraudWarning(Value):
    """An issuer's word that a payment may be fraud, before it is disputed. No money moves.

    Attributes:
        charge: The charge.
        payment: The payment intent, or `""`.
        fraud_type: What kind, in Stripe's word, as `made_with_stolen_card`. An open set.
        actionable: Whether a refund can still spare a dispute: it is not disputed, and not wholly refunded.
        created: When it came.
    """

    charge: str
    payment: str
    fraud_type: str
    actionable: bool
    created: datetime | None

    @classmethod
    def parse(cls, answer: Answer) -> Self:
        """Read Stripe's answer."""
        data = answer.data
        return cls(
            id=data["id"],
            charge=identifier(data.get("charge")),
            payment=identifier(data.get("payment_intent")),
            fraud_type=data.get("fraud_type") or "",
            actionable=bool(data.get("actionable")),
            created=moment(data.get("created")),
            receipt=answer.receipt,
            whole=Whole(data),
        )
