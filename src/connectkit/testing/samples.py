"""What the laws of the stores are tried on."""

from __future__ import annotations

from typing import Final

from attrs import evolve

from connectkit.storage.records import Delivery, Identity, Operation, Realm, State

HELD: Final = 3600.0
"""Seconds of a lease that outlives every test."""

ENDED: Final = 0.0
"""Seconds of a lease that has ended when it begins, so that no test waits."""

ANSWER: Final = '{"id": "po_1",  "text":"\\u00e9 é \\n"}\r\n '
"""An answer that anybody who decodes and encodes it would change."""


REALM: Final = Realm("tenant", "acct_platform", livemode=False)
"""Of all samples."""

UNSETTLED: Final = (State.PLANNED, State.STARTED, State.UNKNOWN, State.REVIEW)
"""The states that are no end."""


def identity(key: str) -> Identity:
    """Give the identity of a sample."""
    return Identity("tenant", "acct_platform", livemode=False, key=key)


def draft(key: str = "order-1", *, fingerprint: str = "fingerprint") -> Operation:
    """Give an operation to insert."""
    return Operation(identity(key), "payouts.create", fingerprint, '{"amount": 1000}')


def planned(key: str = "order-1", *, account: str = "", priority: int = 0) -> Operation:
    """Give an operation that a worker is to send."""
    return evolve(draft(key), state=State.PLANNED, token=0, account=account, deferred=True, priority=priority)


def event(event_id: str = "evt_1", *, ordering: str = "") -> Delivery:
    """Give a delivery to remember."""
    return Delivery("test/acct_platform", event_id, "payout.paid", b'{"id": "evt_1"}\x00\xff', ordering)
