"""Files at Stripe."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from .base import Answer, Value, Whole, moment


@frozen(kw_only=True)
class File(Value):
    """A file that was uploaded, to be named by its id where it belongs.

    Attributes:
        purpose: What it is for. An open set.
        size: How many bytes it has.
        type: `jpg`, `png`, `pdf`, …; `""` where Stripe does not tell.
        expires_at: When Stripe forgets it, or `None`.
        created: When it was uploaded.
    """

    purpose: str
    size: int
    type: str
    expires_at: datetime | None
    created: datetime | None

    @classmethod
    def parse(cls, answer: Answer) -> File:
        """Read a file."""
        data = answer.data
        return cls(
            id=data["id"],
            purpose=data.get("purpose") or "",
            size=data.get("size") or 0,
            type=data.get("type") or "",
            expires_at=moment(data.get("expires_at")),
            created=moment(data.get("created")),
            receipt=answer.receipt,
            whole=Whole(data),
        )
