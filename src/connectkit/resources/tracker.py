"""How every account was seen last: what changed, who is blocked, and who will be."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from typing import Final

from connectkit.calls.caller import Caller
from connectkit.drive import Blocking, blocking, iterating
from connectkit.models.observations import AccountChange, Observation
from connectkit.requests import checked_id
from connectkit.tracking import Tracker

_NOW: Final = timedelta()


class AsyncAccountTracker:
    """How every account was seen last.

    `router.track_accounts()` keeps it up to date from events.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._tracker = Tracker(caller)

    async def observe(self, account_id: str) -> AccountChange:
        """Look at an account now, remember how it is, and tell what changed since it was looked at before.

        An account that the platform may not see any more is `DISCONNECTED`.

        Args:
            account_id: The connected account.

        Raises:
            InvalidRequest: It is not the id of an account.
            Unreachable: There was no usable answer.
            StoreUnavailable: The store could not be reached.
        """
        return await self._tracker.look(checked_id(account_id, "account_id", "acct_"))

    async def last(self, account_id: str) -> Observation | None:
        """Tell how an account was seen last, without asking Stripe; `None` if it never was.

        Args:
            account_id: The connected account.

        Raises:
            InvalidRequest: It is not the id of an account.
            StoreUnavailable: The store could not be reached.
        """
        return await self._tracker.last(checked_id(account_id, "account_id", "acct_"))

    async def list(self) -> AsyncGenerator[Observation, None]:
        """Go through how every account was seen last, by its id.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        async for observation in self._tracker.every():
            yield observation

    async def blocked(self, *, within: timedelta = _NOW) -> Sequence[Observation]:
        """Tell of which accounts something does not work, or may not unless what is due or announced is given.

        Nothing is asked of Stripe. Those whose deadline comes first stand first, behind those that are blocked already.

        Args:
            within: How far to look ahead, as `timedelta(days=14)`.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        now = self._caller.world.now()
        found = [observation async for observation in self._tracker.every() if observation.blocked_by(now + within)]
        return sorted(found, key=lambda one: (not one.blocked, one.deadline or one.announced_for or now))


class AccountTracker(Blocking[AsyncAccountTracker]):
    """How every account was seen last.

    `router.track_accounts()` keeps it up to date from events.
    """

    observe: Final = blocking(AsyncAccountTracker.observe)
    last: Final = blocking(AsyncAccountTracker.last)
    list: Final = iterating(AsyncAccountTracker.list)
    blocked: Final = blocking(AsyncAccountTracker.blocked)
