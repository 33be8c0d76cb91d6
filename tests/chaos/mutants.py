"""Mistakes that somebody could make in the journal, each made in a worker before it begins."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal

from attrs import evolve

from connectkit import journal
from connectkit.calls import caller, lookup, outcomes, sender
from connectkit.calls import plans as plans_
from connectkit.calls.lookup import Absent
from connectkit.journal import Report, Success
from connectkit.requests import Request
from connectkit.storage.records import Operation, State


def wire_key_changed_on_retry() -> None:
    """Each send has a key of its own."""
    send = sender.Sender.send

    async def send_under_another_key(self: sender.Sender, request: Request, *, repetition: bool) -> Any:
        key = request.idempotency_key and f"{request.idempotency_key[:40]}{uuid.uuid4().hex}"
        return await send(self, evolve(request, idempotency_key=key), repetition=repetition)

    sender.Sender.send = send_under_another_key  # type: ignore[method-assign]


def look_up_skipped() -> None:
    """What Stripe is stuck with is taken for undone."""

    async def absent(*_: object) -> Literal[Absent.ABSENT]:
        return Absent.ABSENT

    anything: Any = lookup.Lookup
    anything.look = absent


def late_success_dropped() -> None:
    """The usual fencing rule: what has an old token does not count."""
    settled = journal.settled

    def fenced(operation: Operation, token: int, report: Report) -> Operation:
        if isinstance(report, Success) and (token != operation.token or operation.state is not State.STARTED):
            return operation
        return settled(operation, token, report)

    journal.settled = fenced


def refusal_believed_too_early() -> None:
    """A refusal counts although an earlier request may still arrive."""
    judge = outcomes.judge

    def believing(request: Request, answer: Any, *, repetition: bool) -> outcomes.Verdict:
        del repetition
        return judge(request, answer, repetition=False)

    anything: Any = sender
    anything.judge = believing


def identity_without_the_mode() -> None:
    """Live and test operations have one name space."""
    realm, identity = caller.Owner.realm, caller.Owner.identity

    async def one_realm(self: caller.Owner) -> Any:
        return evolve(await realm(self), livemode=False)

    async def one_identity(self: caller.Owner, key: str) -> Any:
        return evolve(await identity(self, key), livemode=False)

    caller.Owner.realm = one_realm  # type: ignore[method-assign]
    caller.Owner.identity = one_identity  # type: ignore[method-assign]


def plan_not_frozen() -> None:
    """A flow is planned anew, from what its first calls have left, whenever it goes on."""
    follow, flow = caller.Caller._follow, caller.Caller.flow
    plans: dict[str, Callable[[], Awaitable[Sequence[Any]]]] = {}

    async def remembering(self: caller.Caller, **given: Any) -> Any:
        plans[given["key"]] = given["plan"]
        return await flow(self, **given)

    async def planning_again(self: caller.Caller, claim: Any, wait: float) -> Any:
        identity = claim.operation.identity
        steps = await plans[identity.key]()
        text = plans_.dumps([self._planned(identity, step) for step in steps])
        return await follow(self, evolve(claim, operation=evolve(claim.operation, request=text)), wait)

    caller.Caller.flow = remembering  # type: ignore[method-assign]
    caller.Caller._follow = planning_again  # type: ignore[method-assign]


MUTANTS = (
    wire_key_changed_on_retry,
    look_up_skipped,
    late_success_dropped,
    refusal_believed_too_early,
    identity_without_the_mode,
    plan_not_frozen,
)


def crash() -> None:
    """No mistake in the journal: the worker itself fails."""
    sys.exit(1)
