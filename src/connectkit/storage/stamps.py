"""What a store writes into a row at each verb, as pure functions of the row and the store's clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import evolve

from .records import Delivery, Operation


def inserted(draft: Operation, now: datetime, lease: float) -> Operation:
    """Give *draft* as `insert` stores it."""
    return evolve(draft, created=now, updated=now, first_sent=now, lease_until=_after(now, lease))


def swapped(changed: Operation, now: datetime, lease: float | None) -> Operation:
    """Give *changed* as `swap` stores it."""
    until = changed.lease_until if lease is None else _after(now, lease)
    return evolve(changed, version=changed.version + 1, updated=now, lease_until=until)


def remembered(delivery: Delivery, now: datetime) -> Delivery:
    """Give *delivery* as `remember` stores it."""
    return evolve(delivery, received=now)


def taken(delivery: Delivery, now: datetime, lease: float) -> Delivery:
    """Give *delivery* as `take` stores it and hands it out."""
    return evolve(
        delivery,
        attempts=delivery.attempts + 1,
        token=delivery.token + 1,
        lease_until=_after(now, lease),
    )


def finished(delivery: Delivery, error: str) -> Delivery:
    """Give *delivery* as `finish` stores it."""
    return evolve(delivery, done=True, error=_readable(error))


def failed(delivery: Delivery, error: str, now: datetime, delay: float) -> Delivery:
    """Give *delivery* as `fail` stores it."""
    return evolve(delivery, error=_readable(error), lease_until=_after(now, delay))


def _readable(error: str) -> str:
    """Escape what no store can keep; what an error says is for people."""
    return error.encode(errors="backslashreplace").decode()


def _after(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)
