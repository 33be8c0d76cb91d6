"""How an operation stands, told to people; and the event that tells how one ended."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from connectkit.money import Money
from connectkit.storage.records import State

from .base import Answer, Data


@frozen(kw_only=True)
class Standing:
    """How an operation stands.

    Attributes:
        key: The caller's name of it.
        step: The place in a flow of several calls; `""` for a single call and for the flow itself.
        verb: What it does.
        state: How far it has come, as it has to be read now.
        since: When it was first begun.
        updated: When something last changed.
        account: The connected account that it concerns, or `""`.
        amount: What it moves; `None` where that is nothing or not known beforehand.
        object_id: What came of it, or lives on after a refusal; `""` otherwise.
        why: Why it stands so.
        next_step: What to do now.
    """

    key: str
    step: str
    verb: str
    state: State
    since: datetime
    updated: datetime
    account: str
    amount: Money | None
    object_id: str
    why: str
    next_step: str


@frozen(kw_only=True)
class OperationEnd:
    """How an operation ended that a worker has sent: the object of a `connectkit.operation.…` event.

    Attributes:
        key: The caller's name of it.
        verb: What it did.
        state: `SUCCEEDED`, `REFUSED` or `REVIEW`.
        object_id: What came of it, or lives on after a refusal; `""` otherwise.
        refusal: Why it was refused or needs a review; `""` otherwise.
        amount: What it moved; `None` where that is nothing or was not known beforehand.
    """

    key: str
    verb: str
    state: State
    object_id: str
    refusal: str
    amount: Money | None

    @classmethod
    def parse(cls, answer: Answer) -> OperationEnd:
        """Read the object of such an event."""
        data: Data = answer.data
        return cls(
            key=data["key"],
            verb=data["verb"],
            state=State(data["state"]),
            object_id=data["id"],
            refusal=data["refusal"],
            amount=Money(data["amount"], data["currency"]) if data["currency"] else None,
        )
