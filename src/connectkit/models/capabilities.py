"""One capability of one account."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from .base import Answer, identifier, moment
from .requirements import Requirements


@frozen(kw_only=True)
class Capability:
    """One capability of one account. Its name is no id: every account has one of it.

    Attributes:
        account: The connected account.
        name: Stripe's name of it, as `card_payments`.
        requested: Whether it was asked for.
        requested_at: When, or `None`.
        status: `active`, `pending`, `inactive` or `unrequested`. An open set.
        requirements: What it wants; a preview, while it was not asked for.
        future_requirements: What it will want from a known day on.
    """

    account: str
    name: str
    requested: bool
    requested_at: datetime | None
    status: str
    requirements: Requirements
    future_requirements: Requirements

    @property
    def active(self) -> bool:
        """Whether the account can do it now."""
        return self.status == "active"

    @classmethod
    def parse(cls, answer: Answer, collector: str = "application") -> Capability:
        """Read a capability.

        Args:
            answer: What Stripe told.
            collector: Who collects the requirements of the account.
        """
        data = answer.data
        return cls(
            account=identifier(data.get("account")),
            name=data["id"],
            requested=bool(data.get("requested")),
            requested_at=moment(data.get("requested_at")),
            status=data.get("status") or "",
            requirements=Requirements.parse(data.get("requirements"), collector),
            future_requirements=Requirements.parse(data.get("future_requirements"), collector),
        )
