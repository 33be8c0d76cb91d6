"""How every account was seen last: what changed, who is blocked, and who will be."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from typing import Final

from connectkit.calls.caller import Caller
from connectkit.drive import Blocking, blocking, iterating
from connectkit.models.accounts import Account
from connectkit.models.balances import BalanceOutlook
from connectkit.models.base import Answer
from connectkit.models.observations import AccountChange, Observation
from connectkit.requests import Request, checked_id
from connectkit.tracking import Tracker

from .sinking import Lookout

_NOW: Final = timedelta()
_LONG: Final = timedelta(days=120)  # as long as an inquiry can stay open


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

    async def sinking(self, *accounts: str, since: timedelta = _LONG) -> AsyncGenerator[BalanceOutlook, None]:
        """Go through the balances that are below zero, or will be once what is on its way has landed.

        On its way are refunds of direct charges that wait, inquiries that may become chargebacks, open chargebacks of
        the platform's that were not recovered yet, and what sellers owe. Stripe is asked: some four requests for each
        account, and some for each open dispute.

        Args:
            *accounts: Which to look at; every connected account if none is given.
            since: How far back refunds and disputes are looked at.

        Raises:
            InvalidRequest: One is not the id of an account.
            Unreachable: There was no usable answer.
            StoreUnavailable: The store could not be reached.
        """
        chosen = [checked_id(one, "accounts", "acct_") for one in accounts]
        lookout = await Lookout.begun(self._caller, self._caller.world.now() - since)
        async for account in self._accounts(chosen):
            for outlook in await lookout.look(account):
                yield outlook

    async def _accounts(self, chosen: Sequence[str]) -> AsyncGenerator[Account, None]:
        for one in chosen:
            yield Account.parse(await self._caller.read(Request("get", f"/v1/accounts/{one}"), "tracker.sinking"))
        if not chosen:
            async for item in self._caller.pages(Request("get", "/v1/accounts", {"limit": 100}), "tracker.sinking"):
                yield Account.parse(Answer(data=item))


class AccountTracker(Blocking[AsyncAccountTracker]):
    """How every account was seen last.

    `router.track_accounts()` keeps it up to date from events.
    """

    observe: Final = blocking(AsyncAccountTracker.observe)
    last: Final = blocking(AsyncAccountTracker.last)
    list: Final = iterating(AsyncAccountTracker.list)
    blocked: Final = blocking(AsyncAccountTracker.blocked)
    sinking: Final = iterating(AsyncAccountTracker.sinking)
