"""The worker: it sends what was deferred, when it is due."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from connectkit.errors import (
    Braked,
    ClockSkewed,
    ConnectKitError,
    OperationInProgress,
    Refused,
    ReviewNeeded,
    StoreUnavailable,
)
from connectkit.journal import Held

from .caller import Caller

_FIRST_PAUSE: Final = 2.0
_LONGEST_PAUSE: Final = 300.0  # seconds


@frozen
class Worker:
    """Sends what is due.

    Attributes:
        caller: Whose operations these are.
    """

    caller: Caller

    async def work(self, limit: int | None) -> int:
        """Send one operation after the other until nothing is due, and give how many there were."""
        worked = 0
        while limit is None or worked < limit:
            policy = await self.caller.checked_policy()
            if policy.brakes.stopped or policy.brakes.dry_run:
                break
            held = await self.caller.due()
            if held is None:
                break
            await self._carry(held)
            worked += 1
        return worked

    async def _carry(self, held: Held) -> None:
        """Send one operation; whatever came of it is in the journal."""
        try:
            await self.caller.carry(held)
        except (StoreUnavailable, ClockSkewed):
            raise
        except (Refused, ReviewNeeded, OperationInProgress):
            return  # it has ended and is told, or is somebody else's by now
        except ConnectKitError as error:
            pause = _LONGEST_PAUSE if isinstance(error, Braked) else _pause(held.operation.token)
            await self.caller.performer.journal.postpone(held.operation.identity, pause)


def _pause(attempts: int) -> float:
    return min(_FIRST_PAUSE * 2.0 ** min(attempts - 1, 10), _LONGEST_PAUSE)
