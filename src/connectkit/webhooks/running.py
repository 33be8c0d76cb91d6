"""An event handed to its functions: in which way each of them wants it, and what they raised."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from attrs import evolve, frozen

from connectkit.errors import NotFound
from connectkit.models.base import Answer
from connectkit.requests import Request
from connectkit.storage.base import AsyncEventStore
from connectkit.storage.records import Delivery

from .events import Context, Event
from .handlers import Registration, matches
from .presence import reading, whole_event
from .replies import Outcome

_TWIN: Final = "v1."
"""How the types of thin events begin that have a twin among the whole ones."""


@frozen
class Run:
    """What came of an event's functions.

    Attributes:
        outcome: How it ends, if nothing was raised.
        errors: What was raised.
    """

    outcome: Outcome = Outcome.HANDLED
    errors: Sequence[Exception] = ()


@frozen
class Runner:
    """Hands events to functions.

    Attributes:
        store: The inbox's.
        read: Reads from Stripe.
        context: What an event reaches for.
    """

    store: AsyncEventStore
    read: Callable[[Request], Awaitable[Answer]]
    context: Context

    async def run(self, registrations: Sequence[Registration], event: Event[object], delivery: Delivery) -> Run:
        """Call every function that wants the event, in their order, and give what they raised.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        later = await self.store.following(delivery) if any(one.skip_stale for one in registrations) else ()
        wanting = [one for one in registrations if not (one.skip_stale and _overtaken(one.pattern, later))]
        errors = [error for one in wanting if (error := await self._call(one, event)) is not None]
        return Run(Outcome.HANDLED if wanting else Outcome.STALE, errors)

    async def is_twin(self, event: Event[object], delivery: Delivery) -> bool:
        """Tell whether the whole event of the same change was received; if it was not, see to it that it counts as it.

        Raises:
            Refused: Stripe does not give the event.
            Unreachable: There was no usable answer.
            StoreUnavailable: The store could not be reached.
        """
        if not event.thin or not event.type.startswith(_TWIN):
            return False
        whole = (await self.read(whole_event(event))).data.get("snapshot_event")
        if not isinstance(whole, str) or not whole:
            return False
        claim = Delivery(delivery.scope, whole, event.type, b"", done=True, happened=event.created)
        if await self.store.remember(claim):
            return False
        known = await self.store.known(delivery.scope, whole)
        return known is not None and known.type != event.type

    async def _call(self, registration: Registration, event: Event[object]) -> Exception | None:
        try:
            present = await self._present(event) if registration.current else None
            own = event.within(evolve(self.context, handler=registration.name), present)
            ending = registration.handler(own)
            if inspect.isawaitable(ending):
                await ending
        except Exception as error:  # noqa: BLE001  # whatever it is, the other handlers run and the event stays
            return error
        return None

    async def _present(self, event: Event[object]) -> Answer | None:
        """Read the object as it is now; what is gone, or cannot be read, is as the event says."""
        request = reading(event)
        if request is None:
            return None
        try:
            return await self.read(request)
        except NotFound:
            return None


def _overtaken(pattern: str, later: Sequence[str]) -> bool:
    return any(matches(pattern, type_) for type_ in later)
