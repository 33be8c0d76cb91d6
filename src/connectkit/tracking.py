"""Accounts as they were last seen: looked at after each event, compared, remembered."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator
from typing import Final

from attrs import evolve, frozen

from connectkit.calls.caller import Caller
from connectkit.errors import NotFound, PermissionDenied, StoreUnavailable
from connectkit.models.accounts import Account
from connectkit.models.observations import ACCOUNTS, AccountChange, Observation
from connectkit.requests import Request, compact
from connectkit.sellers.observing import observed, vanished
from connectkit.storage.base import AsyncEventStore
from connectkit.storage.records import Delivery, Note

TYPES: Final = (
    *("account.updated", "account.external_account.*", "account.application.*", "capability.updated", "person.*"),
    "v2.core.account.*",
    "v2.core.account[*",
    "v2.core.account_person.*",
    "v2.core.account_link.returned",
    *("v1.account.*", "v1.capability.updated", "v1.person.*"),
)
"""The types of events after which an account may stand elsewhere."""

KIND: Final = "connectkit.account"
"""The kind of the object that an event of ours about a change is about, and how its type begins."""

_ATTEMPTS: Final = 10  # lost in a row to other workers that look at the same account


@frozen
class Tracker:
    """Looks at accounts, and knows how each was seen last.

    Attributes:
        caller: Whose accounts these are.
        inbox: Where a change is told, to be handled like an event of Stripe's; `None` to tell nobody.
    """

    caller: Caller
    inbox: AsyncEventStore | None = None

    async def look(self, account_id: str) -> AccountChange:
        """Read an account from Stripe, tell what changed since it was seen last, and remember it.

        It is read through v1, which knows accounts of both APIs and tells everything at once.

        Raises:
            Unreachable: There was no usable answer.
            StoreUnavailable: The store could not be reached.
        """
        request = Request("get", f"/v1/accounts/{account_id}")
        for _ in range(_ATTEMPTS):
            note = await self.caller.note(ACCOUNTS, account_id)
            seen = self.caller.world.now()
            try:
                account = Account.parse(await self.caller.read(request, "tracker.observe"))
            except (NotFound, PermissionDenied):
                change = await self._noted(note, vanished(account_id, seen))
            else:
                change = await self._noted(note, observed(account, seen))
            if change is not None:
                return change
        message = "Other workers were quicker every time."
        raise StoreUnavailable(message, next_step="Call again.")

    async def gone(self, account_id: str) -> AccountChange | None:
        """Remember that the platform may not see an account any more, without asking; `None` if somebody was quicker.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        note = await self.caller.note(ACCOUNTS, account_id)
        return await self._noted(note, vanished(account_id, self.caller.world.now()))

    async def last(self, account_id: str) -> Observation | None:
        """Give how an account was seen last."""
        text = (await self.caller.note(ACCOUNTS, account_id)).text
        return Observation.loads(text) if text else None

    async def every(self) -> AsyncGenerator[Observation, None]:
        """Go through how each account was seen last."""
        async for note in self.caller.notes(ACCOUNTS):
            yield Observation.loads(note.text)

    async def _noted(self, note: Note, now: Observation) -> AccountChange | None:
        """Remember what is seen now and give what changed; `None` if somebody else did meanwhile."""
        change = AccountChange(before=Observation.loads(note.text) if note.text else None, after=now)
        if change.any and self.inbox is not None:
            await self.inbox.remember(_told(note, change))
        return change if await self.caller.set_note(evolve(note, text=now.dumps())) else None


def _told(note: Note, change: AccountChange) -> Delivery:
    """Give the event that tells of a change; by its number it is told once, however often it is found."""
    realm, account = note.realm, change.account
    named = compact([realm.tenant, realm.platform, realm.livemode, account, note.version])
    event_id = f"evt_{KIND.replace('.', '_')}_{hashlib.sha256(named.encode()).hexdigest()[:24]}"
    before = change.before and change.before.document()
    document: dict[str, object] = {
        "id": event_id,
        "object": "event",
        "type": f"{KIND}.changed",
        "created": int(change.after.seen.timestamp()),
        "livemode": realm.livemode,
        "account": account,
        "data": {"object": {"object": KIND, "id": account, "before": before, "after": change.after.document()}},
    }
    scope = f"{'live' if realm.livemode else 'test'}/{account}"
    return Delivery(scope, event_id, f"{KIND}.changed", compact(document).encode(), f"{scope}/{KIND}")
