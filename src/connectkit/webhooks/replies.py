"""What a request to the webhook's URL is answered, and what becomes of an event afterwards.

Every way that either can end has a name here, so that it can be counted.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import frozen


class Reason(StrEnum):
    """Why a request is answered as it is."""

    REMEMBERED = "remembered"
    """The event is new, and durably stored."""
    DUPLICATE = "duplicate"
    """The event was remembered before; Stripe delivers at least once."""
    OTHER_MODE = "other_mode"
    """A test event for a live router, or the reverse. A live Connect endpoint is sent both, so this is no mistake."""
    TOO_LARGE = "too_large"
    """The body is longer than any event."""
    MISSING_HEADER = "missing_header"
    """There is no `Stripe-Signature`."""
    MALFORMED_HEADER = "malformed_header"
    """`Stripe-Signature` is not what Stripe writes."""
    NO_SIGNATURE = "no_signature"
    """`Stripe-Signature` has no signature of the scheme v1, the only one that counts."""
    TOO_OLD = "too_old"
    """It was signed longer ago than the tolerance: perhaps sent again by somebody who listened, or a clock is wrong."""
    FROM_THE_FUTURE = "from_the_future"
    """It was signed later than now, by more than the tolerance."""
    NO_SECRET_MATCHED = "no_secret_matched"  # noqa: S105  # the name of a reason
    """None of the secrets made the signature, or the body was changed on its way."""
    NOT_JSON = "not_json"
    """The body is signed and is not JSON in UTF-8."""
    NOT_AN_EVENT = "not_an_event"
    """The body is signed and is no event."""
    WRONG_ENDPOINT = "wrong_endpoint"
    """The secret is that of the platform's endpoint and the event is a connected account's, or the reverse."""
    NO_ENVELOPE = "no_envelope"
    """What came over a bus is neither an envelope of EventBridge nor one of Event Grid."""
    STORE_UNAVAILABLE = "store_unavailable"
    """The store could not be reached; Stripe has to deliver again."""


class Outcome(StrEnum):
    """What became of an event that a worker took."""

    HANDLED = "handled"
    """All its handlers have finished."""
    UNHANDLED = "unhandled"
    """No handler is registered for its type."""
    FAILED = "failed"
    """A handler raised; all of them run again later."""
    GIVEN_UP = "given_up"
    """It failed too often; the store keeps the reason."""
    STALE = "stale"
    """A later event of the same object has come in, and every function that wants it wants no stale ones."""
    TWIN = "twin"
    """The same change was received as a whole event, or is being handled as one."""
    OVERTAKEN = "overtaken"
    """Its handlers took longer than the lease, so that another worker has taken it since."""


ACCEPTED: Final = frozenset({Reason.REMEMBERED, Reason.DUPLICATE, Reason.OTHER_MODE})
"""Reasons to answer that all is well."""


@frozen
class Reply:
    """What to answer Stripe.

    Attributes:
        reason: Why.
        event_id: Stripe's id of the event, `""` where none was read.
        hint: Which usual cause fits, for the log and not for whoever called; `""` where none is known.
    """

    reason: Reason
    event_id: str = ""
    hint: str = ""

    @property
    def status(self) -> int:
        """The HTTP status: 200, 400 for what is not Stripe's, or 503 to be sent the event again."""
        if self.reason is Reason.STORE_UNAVAILABLE:
            return 503
        return 200 if self.reason in ACCEPTED else 400
