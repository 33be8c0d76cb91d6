"""At least once in, effectively once out: what was received, over the store of events.

Stripe stops delivering when we answer 200, so from then on trying again is ours. Events of one object are handled one
at a time, in the order in which they came.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from connectkit.storage.base import AsyncEventStore
from connectkit.storage.records import Delivery

from .events import Event, scope_of
from .replies import Outcome, Reason

LEASE: Final = 300.0
"""Seconds that the handlers of one event may take together; an event whose worker died waits as long."""

ATTEMPTS: Final = 22
"""How often an event is tried: with the pauses below for three days, as long as Stripe itself delivers again."""

_APART: Final = "quarantine/"
_MORE: Final = 8  # times as many are asked for, if what is wanted stands behind something else

_FIRST_PAUSE: Final = 30.0
_LONGEST_PAUSE: Final = 6 * 3600.0


@frozen
class Inbox:
    """The events that were received and what became of them."""

    _store: AsyncEventStore

    async def remember(self, event: Event[object], body: bytes) -> bool:
        """Store an event durably, and say whether it is new.

        Args:
            event: What was read.
            body: The bytes that were verified.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        return await self._store.remember(delivery_of(event, body))

    async def knows(self, event: Event[object]) -> bool:
        """Tell whether an event was stored.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        return await self._store.known(scope_of(event), event.id) is not None

    async def take(self) -> Delivery | None:
        """Claim the oldest event that is due, for the length of the lease.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        return await self._store.take(LEASE)

    async def finish(self, delivery: Delivery, outcome: Outcome) -> Outcome:
        """Mark an event as done, and give *outcome* unless another worker has taken it since.

        Raises:
            StoreUnavailable: The store could not be reached; the event will be taken again.
        """
        return outcome if await self._store.finish(delivery) else Outcome.OVERTAKEN

    async def fail(self, delivery: Delivery, error: str) -> Outcome:
        """Give an event back for a later attempt, or up after the last one.

        Raises:
            StoreUnavailable: The store could not be reached; the event will be taken again.
        """
        if delivery.attempts < ATTEMPTS:
            return await self.put_back(delivery, error, _pause(delivery.attempts))
        return Outcome.GIVEN_UP if await self._store.finish(delivery, error) else Outcome.OVERTAKEN

    async def quarantine(self, event: Event[object], body: bytes) -> None:
        """Keep an event of the other mode apart, where no worker takes it and no event of this mode is mistaken for it.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        scope = f"{_APART}{scope_of(event)}"
        kept = Delivery(scope, event.id, event.type, body, done=True, happened=event.created)
        if await self._store.remember(kept):
            await self._store.finish(kept, Reason.OTHER_MODE)

    async def dead(self, limit: int, *, apart: bool = False) -> Sequence[Delivery]:
        """List what was given up, the oldest first; or what is kept *apart*.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        asked = limit
        while True:
            found = await self._store.given_up(asked)
            wanted = [delivery for delivery in found if delivery.scope.startswith(_APART) is apart]
            if len(wanted) >= limit or len(found) < asked:
                return wanted[:limit]
            asked *= _MORE

    async def revive(self, scope: str, event_id: str) -> bool:
        """Queue what was given up once more, and say whether it was given up; what is kept apart was not.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        return not scope.startswith(_APART) and await self._store.revive(Delivery(scope, event_id, "", b""))

    async def put_back(self, delivery: Delivery, error: str, pause: float) -> Outcome:
        """Give an event back, to be taken again after *pause* seconds.

        Raises:
            StoreUnavailable: The store could not be reached; the event will be taken again.
        """
        return Outcome.FAILED if await self._store.fail(delivery, error, pause) else Outcome.OVERTAKEN


def delivery_of(event: Event[object], body: bytes) -> Delivery:
    """Give an event as it is stored."""
    scope = scope_of(event)
    ordering = f"{scope}/{event.object_id}" if event.object_id else ""
    return Delivery(scope, event.id, event.type, body, ordering, change=event.change, happened=event.created)


def _pause(attempts: int) -> float:
    """Give the seconds until the next attempt: doubled each time, up to a quarter of a day."""
    return min(_FIRST_PAUSE * 2.0 ** (attempts - 1), _LONGEST_PAUSE)
