"""What a store writes into a row at each verb, as pure functions of the row and the store's clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import evolve

from .records import NEVER, Delivery, Operation, State


def inserted(draft: Operation, now: datetime, lease: float) -> Operation:
    """Give *draft* as `insert` stores it: one that is planned is neither sent yet nor held by anybody."""
    if draft.state is State.PLANNED:
        return evolve(draft, created=now, updated=now, first_sent=NEVER, lease_until=now)
    return evolve(draft, created=now, updated=now, first_sent=now, lease_until=_after(now, lease))


def swapped(changed: Operation, now: datetime, lease: float | None) -> Operation:
    """Give *changed* as `swap` stores it: only what is being sent occupies a lane."""
    until = changed.lease_until if lease is None else _after(now, lease)
    lane = changed.lane if changed.state is State.STARTED else ""
    return evolve(changed, version=changed.version + 1, updated=now, lease_until=until, lane=lane)


def held(operation: Operation, now: datetime) -> Operation:
    """Give *operation* as its next holder finds it: what is known of those before him, and no refusal."""
    taken = evolve(operation, state=State.STARTED, token=operation.token + 1, refusal="", spent=False)
    if operation.state is State.PLANNED:
        return evolve(taken, first_sent=now)
    if operation.state is State.STARTED:
        # Its holder vanished: it may have sent until its lease ended, and not after.
        return evolve(taken, doubt=True, quiet_from=max(operation.quiet_from, operation.lease_until))
    return taken


def assigned(operation: Operation, now: datetime, lease: float) -> Operation:
    """Give *operation* as `due` stores it and hands it out."""
    return swapped(evolve(held(operation, now), lane=operation.account), now, lease)


def purged(operation: Operation) -> Operation:
    """Give what is kept of *operation* for ever."""
    return evolve(operation, version=operation.version + 1, request="", answer="", refusal="")


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


def revived(delivery: Delivery) -> Delivery:
    """Give *delivery* as `revive` stores it: as if it had come just now, and had never been tried."""
    return evolve(delivery, done=False, attempts=0, token=delivery.token + 1, lease_until=NEVER)


def _readable(error: str) -> str:
    """Escape what no store can keep; what an error says is for people."""
    return error.encode(errors="backslashreplace").decode()


def _after(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)
