"""Accounts, payouts and orders looked at after each event about them, by the router's own handlers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from attrs import frozen

from connectkit.errors import OperationInProgress
from connectkit.models.checkout import Fulfilment, FulfilmentState
from connectkit.paying import Paymaster
from connectkit.tracking import Tracker

from .events import Event

_LEFT: Final = frozenset({"account.application.deauthorized", "v1.account.application.deauthorized"})


@frozen
class Watcher:
    """Has the tracker look at the account that an event is about.

    Attributes:
        tracker: Looks, and tells what changed.
    """

    tracker: Tracker

    async def watch(self, event: Event[object]) -> None:
        """Look at the account; one that has disconnected is not asked for, for Stripe would refuse.

        Raises:
            Unreachable: There was no usable answer; the event is handled again later.
            StoreUnavailable: The store could not be reached.
        """
        account = _account(event)
        if event.type in _LEFT and account:
            await self.tracker.gone(account)
        elif account:
            await self.tracker.look(account)


@frozen
class Follower:
    """Has the paymaster look at the payout that an event is about.

    Attributes:
        paymaster: Looks, and tells what changed.
    """

    paymaster: Paymaster

    async def follow(self, event: Event[object]) -> None:
        """Look at the payout, if it was meant here.

        Raises:
            Unreachable: There was no usable answer; the event is handled again later.
            StoreUnavailable: The store could not be reached.
        """
        if event.account is not None:
            await self.paymaster.heard(event.object_id, event.account)


@frozen
class Deliverer:
    """Has the order delivered that an event is about.

    Attributes:
        fulfil: Delivers what is named, of the account that is named, if it is paid and nobody has.
    """

    fulfil: Callable[[str, str | None], Awaitable[Fulfilment]]

    async def handle(self, event: Event[object]) -> None:
        """Deliver, if it is paid and nobody has.

        Raises:
            OperationInProgress: Somebody is delivering it now; the event is handled again later, to see that he did.
            Unreachable: There was no usable answer; the event is handled again later.
            StoreUnavailable: The store could not be reached.
        """
        seen = await self.fulfil(event.object_id, event.account)
        if seen.state is FulfilmentState.BUSY:
            message = "Somebody else is delivering this order now."
            raise OperationInProgress(message, key=event.object_id, next_step="Handle the event again.")


def _account(event: Event[object]) -> str:
    """Give the account that an event is about: it happened in it, or is about it, or tells it beside."""
    if event.account is not None:
        return event.account
    if event.object_id.startswith("acct_"):
        return event.object_id
    told = event.raw.get("data")
    return str(told.get("account_id") or "") if isinstance(told, dict) else ""  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]  # JSON
