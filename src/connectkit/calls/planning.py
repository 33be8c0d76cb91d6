"""Callers that send nothing: one writes down what a worker is to send, one looks what became of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final, NoReturn, TypeAlias

from attrs import evolve, frozen

from connectkit.errors import OperationError
from connectkit.models.base import Answer, Data
from connectkit.requests import Params
from connectkit.storage.records import Identity, Operation, State, Stored

from .caller import Caller, Intent, OtherCaller, stored_answers
from .endings import conflict, in_progress, replayed, review, tried
from .frozen import Frozen
from .plans import Step
from .refusals import refused_before

Write: TypeAlias = Callable[[Operation], Awaitable[Stored]]
"""Stores a draft if nothing has its identity yet."""

_POLL: Final = 0.1  # seconds between two looks at an operation that a worker has to send


class Planned(Exception):  # it ends a verb without sending, and is no error
    """Something was written down for the workers.

    Attributes:
        operation: The row.
    """

    def __init__(self, operation: Operation) -> None:
        super().__init__(operation.verb)
        self.operation = operation


@frozen(kw_only=True)
class Terms:
    """When workers are to send something.

    Attributes:
        priority: Of what is due, the higher goes first.
        not_before: The earliest time, aware; at once if it is `None`.
    """

    priority: int = 0
    not_before: datetime | None = None

    def of(self, draft: Operation) -> Operation:
        """Give *draft* as workers take it up."""
        due = draft.due if self.not_before is None else self.not_before
        return evolve(draft, state=State.PLANNED, token=0, deferred=True, priority=self.priority, due=due)


class Planning(OtherCaller):
    """Writes each intent down for the workers, and ends the verb with `Planned`.

    Args:
        caller: Whose operations these are.
        write: Stores a draft.
        terms: When to send it.
    """

    def __init__(self, caller: Caller, write: Write, terms: Terms) -> None:
        super().__init__(caller)
        self._write = write
        self._terms = terms

    async def perform(self, intent: Intent, *, wait: float = 0.0) -> Answer:  # noqa: ARG002  # nobody is sending yet
        """Write an intent down.

        Raises:
            Planned: It is written.
            InvalidRequest: It holds personal data, which the store never does.
            OperationConflict: The key names another request.
        """
        instead = "Call the verb itself, outside of your transaction."
        await self._plan(await self.kept_whole(intent, "no worker could send it", instead))

    async def flow(
        self,
        *,
        verb: str,
        key: str,
        arguments: Params,
        plan: Callable[[], Awaitable[Sequence[Step]]],
        wait: float = 0.0,  # noqa: ARG002  # nobody is sending yet
    ) -> Sequence[Answer]:
        """Write a flow down, with its frozen plan; working the plan out may read from Stripe.

        Raises:
            Planned: It is written.
            OperationConflict: The key names another request.
        """
        await self._plan(await self.drafted_flow(verb=verb, key=key, arguments=arguments, plan=plan))

    async def _plan(self, draft: Operation) -> NoReturn:
        stored = await self._write(self._terms.of(draft))
        if stored.operation.fingerprint != draft.fingerprint:
            raise conflict(stored.operation, draft)
        raise Planned(stored.operation)


class Watching(OtherCaller):
    """Looks what became of an operation, and never sends it.

    Args:
        caller: Whose operations these are.
    """

    async def perform(self, intent: Intent, *, wait: float = 0.0) -> Answer:
        """Give the answer of a single call.

        Raises:
            OperationError: It has not ended, or not well.
            Refused: Stripe said no.
        """
        draft = await self.drafted(intent)
        operation = await self.ended(draft.identity, wait)
        return replayed(operation) if operation.answer else await self.fetched(operation, Frozen.loads(draft.request))

    async def flow(
        self,
        *,
        verb: str,  # noqa: ARG002  # the key tells
        key: str,
        arguments: Params,  # noqa: ARG002  # the key tells
        plan: Callable[[], Awaitable[Sequence[Step]]],  # noqa: ARG002  # it is written down
        wait: float = 0.0,
    ) -> Sequence[Answer]:
        """Give the answers of a flow; errors as in `perform`."""
        return stored_answers(await self.ended(await self.owner.identity(key), wait))

    async def stored(self, identity: Identity, wait: float) -> Sequence[Data]:
        """Give what the journal kept of an operation that has succeeded, one object for each call."""
        return [answer.data for answer in stored_answers(await self.ended(identity, wait))]

    async def ended(self, identity: Identity, wait: float) -> Operation:
        """Give an operation that has succeeded, waiting for so many seconds.

        Raises:
            OperationError: It has not ended, or not well, or is not there.
            Refused: Stripe said no.
        """
        until = self.world.boot() + wait
        while True:
            found = await self.performer.journal.get(identity)
            if found is None:
                message = "No operation of this name is in the store."
                step = "See whether the transaction that it was written in has been committed."
                raise OperationError(message, key=identity.key, next_step=step)
            operation = found.operation
            if operation.state is State.SUCCEEDED:
                return operation
            if operation.state is State.REVIEW:
                raise review(operation)
            if operation.state is State.REFUSED:
                raise refused_before(operation.refusal, operation.object_id, tried(operation))
            if self.world.boot() >= until:
                raise in_progress(operation)
            await self.world.sleep(_POLL)
