"""Operations that an event tells of: what is unknown is brought to its end as soon as Stripe speaks of it."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from attrs import evolve, frozen

from connectkit.calls import plans
from connectkit.calls.caller import Caller
from connectkit.calls.frozen import Frozen
from connectkit.calls.keys import FORMAT, wire_key
from connectkit.errors import Braked, OperationError, Refused, Unreachable
from connectkit.storage.records import Operation, State

from .events import Event

TYPES: Final = (
    *("application_fee.*", "charge.*", "payment_intent.*", "payout.*", "refund.*", "topup.*", "transfer.*"),
    "account.updated",
)
"""The types of events that speak of what connectkit sends."""

_MOST: Final = 1000  # unfinished operations that are looked at; there are few, or something is very wrong


@frozen
class Settler:
    """Finds the operation whose request caused an event, by its wire key.

    Attributes:
        caller: Whose operations these are.
    """

    caller: Caller

    async def settle(self, event: Event[object]) -> None:
        """Bring the operation to its end that an event tells of, if it is unknown; whoever is at it is left alone.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        if not event.idempotency_key.startswith(f"{FORMAT}_"):
            return
        found = await self.caller.listed((State.STARTED, State.UNKNOWN), _MOST)
        rows = {stored.operation.identity: stored.operation for stored in found}
        for row in rows.values():
            if _key(row) == event.idempotency_key:
                with suppress(OperationError, Refused, Braked, Unreachable):  # what came of it stands in the journal
                    await self.caller.resume(rows.get(evolve(row.identity, step=""), row))


def _key(row: Operation) -> str:
    """Give the wire key of a single call, `""` for a flow, whose calls have rows of their own."""
    if not row.request or plans.loads(row.request) is not None:
        return ""
    return wire_key(row.identity, Frozen.loads(row.request).request, row.generation)
