"""Operations: what the journal holds, brought to an end by anybody, or by a person's decision."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from connectkit.calls.caller import Caller
from connectkit.calls.deciding import Desk
from connectkit.calls.planning import Watching
from connectkit.calls.running import VERB, Running
from connectkit.calls.working import Worker
from connectkit.drive import Blocking, blocking
from connectkit.errors import InvalidRequest
from connectkit.models.operations import Standing
from connectkit.policies import Policy
from connectkit.storage.records import Operation, State

UNFINISHED: Final = (State.PLANNED, State.STARTED, State.UNKNOWN, State.REVIEW)
"""The states that are no end."""

_SIDE_BY_SIDE: Final = 20  # rows of a run


class AsyncOperations:
    """What the journal holds, of this tenant, platform and mode."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._desk = Desk(caller)
        self._worker = Worker(caller)
        self._watching = Watching(caller)

    async def unfinished(self, *, account: str = "", limit: int = 100) -> Sequence[Operation]:
        """List what is neither succeeded nor refused, the oldest first.

        Among it is what is being sent at this moment; `Operation.seen` tells by the clock which of it was abandoned.

        Args:
            account: Only what concerns this connected account.
            limit: How many at most.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        return await self.list(states=UNFINISHED, account=account, limit=limit)

    async def list(
        self, *, states: Collection[State] = tuple(State), account: str = "", limit: int = 100
    ) -> Sequence[Operation]:
        """List operations, the oldest first.

        Args:
            states: Only those in these states.
            account: Only what concerns this connected account.
            limit: How many at most.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        return [stored.operation for stored in await self._caller.listed(states, limit, account)]

    async def show(self, key: str, *, step: str = "") -> Standing:
        """Tell how an operation stands: since when, why, and what comes next.

        Args:
            key: Your own name of it.
            step: The place in a flow of several calls.

        Raises:
            OperationError: There is none of this name.
            StoreUnavailable: The store could not be reached.
        """
        return await self._desk.standing(key, step)

    async def result(self, key: str, *, wait: float = 0.0) -> Sequence[Mapping[str, Any]]:
        """Give what came of an operation, one object for each of its calls; nothing is sent by asking.

        Args:
            key: Your own name of it.
            wait: For how many seconds to wait for somebody who has to send it.

        Raises:
            OperationInProgress: It has not ended yet.
            Refused: Stripe said no.
            ReviewNeeded: A person has to look.
            AnswerPurged: It was done, and what came of it was purged.
            OperationError: There is none of this name.
        """
        identity = await self._caller.owner.identity(key)
        return await self._watching.stored(identity, wait)

    async def resume(self, operation: Operation | str) -> Sequence[str]:
        """Bring an abandoned operation to its end, and give the ids of the objects that came of it.

        A run is carried on with all its rows; `runs.report` tells of those that were refused.

        Nothing is done twice: what was frozen at the first send goes again under the same wire key, and where Stripe
        may have forgotten that key, the operation's mark is looked for first. Any number of processes may do this at
        once.

        Args:
            operation: As `unfinished` listed it, or your own name of it.

        Raises:
            OperationInProgress: Somebody is sending it now.
            Braked: A brake of the platform's own forbids it.
            Refused: Stripe said no.
            OutcomeUnknown: It is still not known.
            ReviewNeeded: A person has to look.
            OperationError: There is none of this name.
        """
        row = await self._desk.found(operation, "") if isinstance(operation, str) else operation
        if row.verb == VERB:
            running = Running(self._caller)
            report = await running.execute(await running.found(row.identity.key), None, _SIDE_BY_SIDE)
            return [outcome.object_id for outcome in report.in_state(State.SUCCEEDED)]
        return [str(answer.data["id"]) for answer in await self._caller.resume(row)]

    async def settle(self, key: str, object_id: str, *, step: str = "") -> Operation:
        """Decide that an operation was done, and by which object; the object is read from Stripe and recorded.

        Args:
            key: Your own name of it.
            object_id: What came of it.
            step: The place in a flow of several calls.

        Raises:
            InvalidRequest: It is a flow, whose steps are settled one by one, or the id is none.
            NotFound: There is no such object where the operation's would be.
            OperationInProgress: Somebody is sending it now.
            OperationError: There is none of this name.
        """
        return await self._desk.settle(key, object_id, step)

    async def abandon(self, key: str, *, why: str, step: str = "") -> Operation:
        """Decide that an operation is given up; what is planned is then never sent.

        If it was sent before, it may have happened all the same: that is remembered, and whoever calls with the same
        key again finds it out before anything else is sent.

        Args:
            key: Your own name of it.
            why: The reason, which is recorded.
            step: The place in a flow of several calls.

        Raises:
            InvalidRequest: There is no reason, or it has succeeded.
            OperationInProgress: Somebody is sending it now.
            OperationError: There is none of this name.
        """
        return await self._desk.abandon(key, why, step)

    async def work(self, *, limit: int | None = None) -> int:
        """Send what is due of all that was deferred, one after the other, and give how many operations that were.

        Any number of processes may do this at once; a connected account has one write in flight. What came to no end is
        due again after a pause that grows up to five minutes. While everything is stopped or run dry, nothing is taken.

        Args:
            limit: How many at most; all that are due if it is not given.

        Raises:
            StoreUnavailable: The store could not be reached.
            StoreRestored: The store has forgotten what it knew.
            ClockSkewed: This machine's clock is wrong.
        """
        return await self._worker.work(limit)

    async def purge(self, *, before: datetime, account: str = "") -> int:
        """Forget what was sent and answered in operations that ended before a time, and what old events said.

        Events count that were received before it and are done; so do runs that ended before it, and of these what
        their rows were to send. Names stay for ever, so that nothing is done again: a call with the key of one that
        succeeded reads its object from Stripe.

        Args:
            before: The time, aware.
            account: Only what concerns this connected account.

        Raises:
            InvalidRequest: The time has no zone.
            StoreUnavailable: The store could not be reached.
        """
        if before.tzinfo is None:
            message = "The time has no zone."
            raise InvalidRequest(message, param="before", next_step="Pass datetime.now(UTC) - timedelta(days=90).")
        await Running(self._caller).forget(before, account)
        return await self._caller.purge(before, account)

    async def epoch(self) -> int:
        """Give the epoch of the store: how often it was put to work again after a restoration, counted from 1.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        return (await self._caller.policy()).epoch

    async def rebuild(self, *, since: datetime, epoch: int) -> Policy:
        """Put a store to work again that was restored from a backup.

        It has forgotten what was done after the backup. From now on every operation that it does not know to have been
        sent is looked for by its mark among what was created in that time, before it is sent.

        Args:
            since: When the backup was made, aware.
            epoch: The epoch that the fleet has agreed on, which is higher than the store's.

        Raises:
            InvalidRequest: The time has no zone or lies ahead, or the epoch is not higher.
            StoreUnavailable: The store could not be reached.
        """
        return await self._desk.rebuild(since, epoch)


class Operations(Blocking[AsyncOperations]):
    """What the journal holds, of this tenant, platform and mode."""

    unfinished: Final = blocking(AsyncOperations.unfinished)
    list: Final = blocking(AsyncOperations.list)
    show: Final = blocking(AsyncOperations.show)
    result: Final = blocking(AsyncOperations.result)
    resume: Final = blocking(AsyncOperations.resume)
    settle: Final = blocking(AsyncOperations.settle)
    abandon: Final = blocking(AsyncOperations.abandon)
    work: Final = blocking(AsyncOperations.work)
    purge: Final = blocking(AsyncOperations.purge)
    epoch: Final = blocking(AsyncOperations.epoch)
    rebuild: Final = blocking(AsyncOperations.rebuild)
