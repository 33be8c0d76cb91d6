"""Dead letters: events whose functions failed too often, kept for a person to look at and to try again."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from connectkit.storage.records import Delivery


@frozen(kw_only=True)
class DeadLetter:
    """An event that was given up.

    Attributes:
        event_id: Stripe's id of the event.
        scope: Its mode and account, as `test/acct_7` or `live/platform`.
        type: Its type.
        received: When it came.
        attempts: How often it was tried.
        error: What was raised last, and the places that it came through; messages are left out, for they may speak of
            people.
        body: The event as it came, `b""` once it was forgotten; it may hold personal data.
    """

    event_id: str
    scope: str
    type: str
    received: datetime
    attempts: int
    error: str
    body: bytes = field(repr=False)

    @classmethod
    def of(cls, delivery: Delivery) -> DeadLetter:
        """Read what the store keeps."""
        return cls(
            event_id=delivery.event_id,
            scope=delivery.scope,
            type=delivery.type,
            received=delivery.received,
            attempts=delivery.attempts,
            error=delivery.error,
            body=delivery.body,
        )
