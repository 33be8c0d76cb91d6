"""What a person asks of the journal, and decides where no rule can."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from attrs import evolve, frozen

from connectkit.errors import InvalidRequest, OperationError
from connectkit.journal import Success, settled
from connectkit.models.operations import Standing
from connectkit.money import Money
from connectkit.policies import Gap, Policy
from connectkit.requests import checked_id, compact
from connectkit.storage.records import Operation, State, Stored

from . import plans
from .caller import Caller
from .frozen import Frozen, projected
from .moving import led_to
from .settling import endpoint_of

_WHY: Final[Mapping[State, str]] = {
    State.PLANNED: "It was written down for the workers and has not been sent.",
    State.STARTED: "Somebody is sending it now.",
    State.UNKNOWN: "Whoever sent it has not learnt what came of it.",
    State.REVIEW: "The facts about it contradict each other.",
    State.SUCCEEDED: "It was done.",
    State.REFUSED: "It was not done.",
}
_NEXT: Final[Mapping[State, str]] = {
    State.PLANNED: "operations.work() sends it when it is due; operations.abandon() gives it up.",
    State.STARTED: "Wait until it has ended, or its lease has.",
    State.UNKNOWN: "operations.resume() finds out, and can't do it twice.",
    State.REVIEW: "Look at the objects at Stripe, reverse what is there twice, then operations.settle() or abandon().",
    State.SUCCEEDED: "Nothing.",
    State.REFUSED: "Call again with the same key, or leave it.",
}


@frozen
class Desk:
    """Where a person asks and decides.

    Attributes:
        caller: Whose operations these are.
    """

    caller: Caller

    async def found(self, key: str, step: str) -> Operation:
        """Give the row of an operation.

        Raises:
            OperationError: There is none.
        """
        return (await self._stored(key, step)).operation

    async def _stored(self, key: str, step: str) -> Stored:
        identity = evolve(await self.caller.owner.identity(key), step=step)
        found = await self.caller.performer.journal.get(identity)
        if found is None:
            message = "No operation of this name is in the store."
            raise OperationError(message, key=key, next_step="See operations.list() for those that are.")
        return found

    async def standing(self, key: str, step: str) -> Standing:
        """Tell how an operation stands."""
        stored = await self._stored(key, step)
        operation = stored.operation
        state = operation.seen(stored.now)
        return Standing(
            key=key,
            step=step,
            verb=operation.verb,
            state=state,
            since=operation.created,
            updated=operation.updated,
            account=operation.account,
            amount=Money(operation.amount, operation.currency) if operation.currency else None,
            object_id=operation.object_id,
            why=_why(operation, state),
            next_step=_NEXT[state],
        )

    async def settle(self, key: str, object_id: str, step: str) -> Operation:
        """Decide that an operation was done, by this object."""
        operation = await self.found(key, step)
        if not operation.request or plans.loads(operation.request) is not None:
            message = "A flow, or what was purged, cannot be settled by one object."
            raise InvalidRequest(message, param="key", next_step="Settle its steps one by one, then resume it.")
        frozen = Frozen.loads(operation.request)
        reading = endpoint_of(frozen.request).reading(frozen.request, checked_id(object_id, "object_id"))
        data = (await self.caller.read(reading, operation.verb)).data
        success = Success(object_id, compact(projected(data, frozen.keep)), led_to(data))

        def decision(row: Operation) -> Operation:
            unsettled = evolve(row, state=State.UNKNOWN, object_id="", lease_until=row.updated)
            return settled(unsettled, row.token, success)

        return await self.caller.performer.journal.decide(operation.identity, decision)

    async def abandon(self, key: str, why: str, step: str) -> Operation:
        """Decide that an operation is given up; what may have happened stays in doubt."""
        if not why:
            message = "Giving an operation up needs a reason, which is recorded."
            raise InvalidRequest(message, param="why")
        operation = await self.found(key, step)

        def decision(row: Operation) -> Operation:
            if row.state is State.SUCCEEDED:
                message = f"It has succeeded ({row.object_id})."
                raise InvalidRequest(message, param="key", next_step="Undo it at Stripe, under a key of its own.")
            doubt = row.doubt or row.state in {State.STARTED, State.REVIEW}
            return evolve(row, state=State.REFUSED, doubt=doubt, refusal=compact({"message": f"Given up: {why}"}))

        return await self.caller.performer.journal.decide(operation.identity, decision)

    async def rebuild(self, since: datetime, epoch: int) -> Policy:
        """Put a restored store to work again."""
        now = self.caller.world.now()
        if since.tzinfo is None or since > now:
            message = "The time of the backup has no zone, or lies ahead."
            raise InvalidRequest(message, param="since", next_step="Pass when the backup was made, aware.")

        def change(policy: Policy) -> Policy:
            if epoch <= policy.epoch:
                message = f"The store is of epoch {policy.epoch} already."
                raise InvalidRequest(message, param="epoch", next_step="Agree on a higher one in the whole fleet.")
            return evolve(policy, epoch=epoch, gaps=(*policy.gaps, Gap(since=since, until=now)))

        return await self.caller.change_policy(change)


def _why(operation: Operation, state: State) -> str:
    if not operation.refusal:
        return _WHY[state]
    document: dict[str, Any] = json.loads(operation.refusal)
    return f"{_WHY[state]} {document.get('message') or operation.refusal}"
