"""What a store keeps: operations of the journal and events of the inbox, as plain values."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Final

from attrs import frozen

NEVER: Final = datetime.fromtimestamp(0, tz=UTC)
"""The time of what has not happened yet."""


class State(Enum):
    """How far an operation has come. `STARTED` with an ended lease is `UNKNOWN` for every reader."""

    PLANNED = "planned"
    STARTED = "started"
    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    REVIEW = "review"


@frozen
class Realm:
    """Within which the names of operations are unique, and one policy holds.

    Attributes:
        tenant: Whose operations, where one platform serves several tenants; `""` otherwise.
        platform: The platform's own account id.
        livemode: Whether real money moves.
    """

    tenant: str
    platform: str
    livemode: bool


@frozen
class Identity:
    """The name under which an operation exists once.

    Attributes:
        tenant: Whose operation it is, where one platform serves several tenants; `""` otherwise.
        platform: The platform's own account id, so that a sandbox never answers for another.
        livemode: Whether real money moves.
        key: The caller's name of the intent.
        step: The place in a flow of several calls; `""` for a single call and for the flow itself.
    """

    tenant: str
    platform: str
    livemode: bool
    key: str
    step: str = ""

    @property
    def realm(self) -> Realm:
        """Within what it is unique."""
        return Realm(self.tenant, self.platform, self.livemode)


@frozen
class Operation:
    """One row of the journal.

    Attributes:
        identity: Its name.
        verb: What it does, as `payouts.create`.
        fingerprint: A hash of the caller's arguments.
        request: What is sent, frozen at the first dispatch; for a flow its frozen plan.
        state: How far it has come.
        generation: How many wire keys before this one were spent on a refusal that Stripe remembers.
        token: The fencing token of the present or last holder.
        version: Counts the changes of this row; a change names the version that it saw.
        doubt: Whether a send of this generation can have taken effect without our knowing.
        spent: Whether Stripe remembers a refusal under this generation's wire key.
        first_sent: When this generation was first dispatched, by the store's clock.
        quiet_from: From when on no earlier holder can still be sending.
        lease_until: Until when the present holder may send.
        object_id: The object that came of it, or that lives on after a refusal.
        answer: The stored projection of Stripe's answer, JSON; `""` before there is one.
        refusal: Why it was refused or needs a review, JSON; `""` otherwise.
        created: When it was first begun.
        updated: When this row was last changed.
        account: The connected account that it concerns, or `""`.
        amount: What it moves, in minor units of *currency*; 0 where that is nothing or not known beforehand.
        currency: Of the amount, or `""`.
        deferred: Whether workers send it, and are to tell how it ended.
        priority: Of what is due, the higher goes first.
        due: Before when no worker sends it.
        lane: The account on whose behalf a worker holds it; an account has one lane, so that one at a time is in it.
        related_id: What *object_id* belongs to, as the charge of a refund, or what came of it, as the charge of a
            payment; `""` where that is nothing or not known.
    """

    identity: Identity
    verb: str
    fingerprint: str
    request: str
    state: State = State.STARTED
    generation: int = 0
    token: int = 1
    version: int = 1
    doubt: bool = False
    spent: bool = False
    first_sent: datetime = NEVER
    quiet_from: datetime = NEVER
    lease_until: datetime = NEVER
    object_id: str = ""
    answer: str = ""
    refusal: str = ""
    created: datetime = NEVER
    updated: datetime = NEVER
    account: str = ""
    amount: int = 0
    currency: str = ""
    deferred: bool = False
    priority: int = 0
    due: datetime = NEVER
    lane: str = ""
    related_id: str = ""

    def seen(self, now: datetime) -> State:
        """Give the state as a reader has to take it at *now*."""
        if self.state is State.STARTED and self.lease_until <= now:
            return State.UNKNOWN
        return self.state


@frozen
class Stored:
    """A row as the store holds it.

    Attributes:
        operation: The row.
        now: The store's clock at that moment.
        inserted: Whether this very call created it.
        policy: The policy of its realm at that moment, `""` where none was set.
    """

    operation: Operation
    now: datetime
    inserted: bool = False
    policy: str = ""


@frozen
class Note:
    """Something that was seen, to be compared with what is seen next; never anything personal.

    Attributes:
        realm: Whose it is.
        topic: What kind of thing it is about, as `requirements`.
        name: Which of them, as the id of an account.
        text: What was seen.
        version: Grows with each change; 0 before the first.
    """

    realm: Realm
    topic: str
    name: str
    text: str
    version: int = 0


@frozen
class Delivery:
    """One event as it was received, and what became of it.

    Attributes:
        scope: Mode and account, within which the event's id is unique.
        event_id: Stripe's id of the event.
        type: Its type, as `payout.failed`.
        body: The raw bytes that were verified.
        ordering: Deliveries with the same ordering key are handled one at a time; `""` for none.
        received: When it came, by the store's clock.
        attempts: How often it was taken by a worker.
        lease_until: Until when the worker that took it may work on it.
        token: The fencing token of that taking.
        done: Whether its handlers have finished, or were given up.
        error: Why the last attempt failed, or why it was given up; `""` otherwise.
        change: A hash of the change that it tells of; two events of one scope with the same one are one. `""` is none.
        happened: When it happened, by Stripe's clock, to the second.
    """

    scope: str
    event_id: str
    type: str
    body: bytes
    ordering: str = ""
    received: datetime = NEVER
    attempts: int = 0
    lease_until: datetime = NEVER
    token: int = 0
    done: bool = False
    error: str = ""
    change: str = ""
    happened: datetime = NEVER
