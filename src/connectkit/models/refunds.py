"""Refunds: what a buyer gets back, and what of it comes back from sellers and fees."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar, Final, Self

from attrs import frozen

from connectkit.money import Money

from .base import Answer, Data, Metadata, Value, Whole, identifier, moment
from .transfers import TransferReversal

UNCOVERED: Final = "connectkit.uncovered"
"""The kind of what stands in the place of an answer where a balance was short, and a flow went on without it."""


class RefundState(Enum):
    """How far a refund has come."""

    PENDING = "pending"
    WAITING_FOR_FUNDS = "waiting_for_funds"
    NEEDS_BUYER = "needs_buyer"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    IN_CASH_BALANCE = "in_cash_balance"
    UNKNOWN = "unknown"

    @property
    def next_step(self) -> str:
        """What to do now, as a sentence."""
        return _STEPS[self]


_STEPS: Final[Mapping[RefundState, str]] = {
    RefundState.PENDING: "Wait: refund.updated or refund.failed tells.",
    RefundState.WAITING_FOR_FUNDS: "Top the balance up that it is paid from; Stripe sends it by itself then.",
    RefundState.NEEDS_BUYER: "Ask the buyer to follow the instructions that Stripe has mailed.",
    RefundState.SUCCEEDED: "Nothing, unless refund.failed comes: a bank can return it for a month.",
    RefundState.FAILED: (
        "The amount is back in the balance that it was paid from, and the buyer is still owed it: pay her in another "
        "way, or give the sellers back what was taken from them by refunds.restore."
    ),
    RefundState.CANCELED: (
        "The amount is back in the balance that it was paid from: refund again, or give the sellers back what was "
        "taken from them by refunds.restore."
    ),
    RefundState.IN_CASH_BALANCE: (
        "The buyer did not say where it shall go, and has it in her cash balance: ask her what she wants done with it. "
        "Neither refund again nor give anything back to sellers: the amount has left your balance."
    ),
    RefundState.UNKNOWN: "See what Stripe's documentation says of this status.",
}


@frozen
class Uncovered:
    """What was to come back from a seller, and did not, because the balance did not cover it.

    Attributes:
        step: The name of the call in its flow.
        account: The connected account.
        transfer: The transfer that it was to come back from.
        amount: How much.
        dispute: The dispute that it was to be recovered for, or `""`.
    """

    step: str
    account: str
    transfer: str
    amount: Money
    dispute: str = ""

    def document(self) -> dict[str, Any]:
        """Give it as JSON values."""
        return {
            "object": UNCOVERED,
            "id": self.transfer,
            "step": self.step,
            "account": self.account,
            "amount": self.amount.amount,
            "currency": self.amount.currency,
            "dispute": self.dispute,
        }

    @classmethod
    def read(cls, document: Data) -> Self:
        """Read what `document` gave."""
        amount = Money(document["amount"], document["currency"])
        return cls(document["step"], document["account"], document["id"], amount, document.get("dispute", ""))


@frozen(kw_only=True)
class Refund(Value):
    """What a buyer gets back.

    Attributes:
        amount: How much.
        status: Stripe's word: `pending`, `requires_action`, `succeeded`, `failed` or `canceled`. An open set.
        payment: The payment intent, or `""`.
        charge: The charge, or `""` where a customer gets back out of her cash balance what she had sent and not spent.
        reason: Why, in Stripe's word, or `""`.
        pending_reason: Why it waits, in Stripe's word, as `insufficient_funds`, or `""`. An open set.
        failure_reason: Why it failed or was canceled, in Stripe's word, or `""`.
        balance_transaction: The movement that paid it, or `""`.
        failure_balance_transaction: The movement that brought the amount back into the balance that it was paid from,
            or `""`.
        transfer_reversal: The reversal that took the seller's share back with it, or `""`.
        reversals: Further reversals that the same call made, where several sellers share a payment or a share was left.
        uncovered: What sellers' balances did not cover, where the refund went on without it.
        metadata: Notes.
        created: When it was made.
    """

    KEEP: ClassVar[tuple[str, ...]] = (
        "id",
        "object",
        "amount",
        "balance_transaction",
        "charge",
        "created",
        "currency",
        "failure_balance_transaction",
        "failure_reason",
        "metadata",
        "payment_intent",
        "pending_reason",
        "reason",
        "status",
        "transfer_reversal",
    )

    amount: Money
    status: str
    payment: str
    charge: str
    reason: str
    pending_reason: str
    failure_reason: str
    balance_transaction: str
    failure_balance_transaction: str
    transfer_reversal: str
    reversals: tuple[TransferReversal, ...]
    uncovered: tuple[Uncovered, ...]
    metadata: Metadata
    created: datetime | None

    @property
    def state(self) -> RefundState:
        """How far it has come; its `next_step` says what to do."""
        if self.status == "requires_action":
            return RefundState.NEEDS_BUYER
        if self.status == "pending" and self.pending_reason == "insufficient_funds":
            return RefundState.WAITING_FOR_FUNDS
        gone = self.balance_transaction and not self.failure_balance_transaction
        if self.status == "canceled" and self.charge and gone:
            return RefundState.IN_CASH_BALANCE
        known = {state.value: state for state in RefundState}
        return known.get(self.status, RefundState.UNKNOWN)

    @classmethod
    def parse(
        cls,
        answer: Answer,
        reversals: tuple[TransferReversal, ...] = (),
        uncovered: tuple[Uncovered, ...] = (),
    ) -> Self:
        """Read Stripe's answer, or what the journal kept of it."""
        data = answer.data
        return cls(
            id=data["id"],
            amount=Money(data["amount"], data["currency"]),
            status=data.get("status") or "",
            payment=identifier(data.get("payment_intent")),
            charge=identifier(data.get("charge")),
            reason=data.get("reason") or "",
            pending_reason=data.get("pending_reason") or "",
            failure_reason=data.get("failure_reason") or "",
            balance_transaction=identifier(data.get("balance_transaction")),
            failure_balance_transaction=identifier(data.get("failure_balance_transaction")),
            transfer_reversal=identifier(data.get("transfer_reversal")),
            reversals=reversals,
            uncovered=uncovered,
            metadata=Metadata(data.get("metadata")),
            created=moment(data.get("created")),
            receipt=answer.receipt,
            whole=Whole(data),
        )
