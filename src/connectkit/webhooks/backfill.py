"""What Stripe did not bring: events that it has and the inbox does not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from connectkit.errors import InvalidRequest
from connectkit.models.base import Data
from connectkit.requests import Params, Request, checked_id

from .events import Event, parse
from .inbox import Inbox

HORIZON: Final = timedelta(days=30)
"""For how long Stripe keeps events."""

_WINDOW: Final = timedelta(days=1)  # what is listed is turned round: the newest comes first


@frozen(kw_only=True)
class Replay:
    """What a search for missing events has found.

    Attributes:
        seen: How many events Stripe has.
        remembered: How many of them were new, and are now waiting for their functions.
    """

    seen: int
    remembered: int


@frozen(kw_only=True)
class Silence:
    """Events of one kind that have not come in.

    Attributes:
        account: The connected account in which they happened, or `None` for the platform.
        type: Their type.
        missing: How many.
        since: When the oldest of them happened.
    """

    account: str | None
    type: str
    missing: int
    since: datetime


@frozen
class Backfill:
    """Asks Stripe for its events.

    Attributes:
        inbox: What was received.
        pages: Goes through a list of Stripe's.
        livemode: The mode of the events that are wanted.
    """

    inbox: Inbox
    pages: Callable[[Request, str], AsyncGenerator[Data, None]]
    livemode: bool

    async def replay(self, since: datetime, accounts: Sequence[str | None], now: datetime) -> Replay:
        """Remember what is missing, account by account, in the order in which it happened.

        Raises:
            InvalidRequest: The time has no zone, or is longer ago than Stripe remembers.
            Unreachable: There was no usable answer; what was found until then is remembered.
            StoreUnavailable: The store could not be reached.
        """
        seen = remembered = 0
        for account in accounts:
            async for event, body in self._events(since, account, now):
                seen += 1
                remembered += await self.inbox.remember(event, body)
        return Replay(seen=seen, remembered=remembered)

    async def silences(self, since: datetime, accounts: Sequence[str | None], now: datetime) -> Sequence[Silence]:
        """Count what is missing, by account and type.

        Raises:
            InvalidRequest: The time has no zone, or is longer ago than Stripe remembers.
            Unreachable: There was no usable answer.
            StoreUnavailable: The store could not be reached.
        """
        missing = Counter[tuple[str | None, str]]()
        oldest: dict[tuple[str | None, str], datetime] = {}
        for account in accounts:
            async for event, _ in self._events(since, account, now):
                if not await self.inbox.knows(event):
                    kind = (account, event.type)
                    missing[kind] += 1
                    oldest.setdefault(kind, event.created)
        return [
            Silence(account=account, type=type_, missing=number, since=oldest[account, type_])
            for (account, type_), number in missing.items()
        ]

    async def _events(
        self, since: datetime, account: str | None, now: datetime
    ) -> AsyncGenerator[tuple[Event[object], bytes], None]:
        """Go through the events of an account, the oldest first."""
        if account is not None:
            checked_id(account, "accounts", "acct_")
        begin: datetime | None = _checked(since, now)
        while begin is not None:
            end = begin + _WINDOW if begin + _WINDOW < now else None  # the last one is open: clocks differ
            created = {"gte": int(begin.timestamp())} if end is None else _between(begin, end)
            request = Request("get", "/v1/events", {"created": created, "limit": 100}, account=account)
            found = [data async for data in self.pages(request, "webhooks.replay_missing")]
            for data in reversed(found):
                body = json.dumps({**data, "account": account} if account is not None else data).encode()
                event = parse(body)
                if isinstance(event, Event) and event.livemode is self.livemode:
                    yield event, body
            begin = end


def _between(begin: datetime, end: datetime) -> Params:
    return {"gte": int(begin.timestamp()), "lt": int(end.timestamp())}


def _checked(since: datetime, now: datetime) -> datetime:
    if since.tzinfo is None:
        message = "The time has no zone."
        raise InvalidRequest(message, param="since", next_step="Pass datetime.now(UTC) - timedelta(days=1).")
    if now - since > HORIZON:
        message = "Stripe keeps events for 30 days; what happened before can be seen from the objects alone."
        raise InvalidRequest(message, param="since", next_step="Pass a later time, and reconcile what is older.")
    return since
