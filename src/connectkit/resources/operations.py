"""Operations that somebody left unfinished: seen, and brought to their end by anybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from connectkit.calls.caller import Caller
from connectkit.drive import Blocking, blocking
from connectkit.storage.records import Operation, State

UNFINISHED: Final = (State.PLANNED, State.STARTED, State.UNKNOWN, State.REVIEW)
"""The states that are no end."""


class AsyncOperations:
    """What the journal holds that is not settled yet."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def unfinished(self, *, limit: int = 100) -> Sequence[Operation]:
        """List what is neither succeeded nor refused, the oldest first.

        Among it is what is being sent at this moment; `Operation.seen` tells by the clock which of it was abandoned.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        return [stored.operation for stored in await self._caller.listed(UNFINISHED, limit)]

    async def resume(self, operation: Operation) -> Sequence[str]:
        """Bring an abandoned operation to its end, and give the ids of the objects that came of it.

        Nothing is done twice: what was frozen at the first send goes again under the same wire key, and where Stripe
        may have forgotten that key, the operation's mark is looked for first. Any number of processes may do this at
        once.

        Args:
            operation: As `unfinished` listed it.

        Raises:
            OperationInProgress: Somebody is sending it now.
            Refused: Stripe said no.
            OutcomeUnknown: It is still not known.
            ReviewNeeded: A person has to look.
        """
        return [str(answer.data["id"]) for answer in await self._caller.resume(operation)]


class Operations(Blocking[AsyncOperations]):
    """What the journal holds that is not settled yet."""

    unfinished: Final = blocking(AsyncOperations.unfinished)
    resume: Final = blocking(AsyncOperations.resume)
