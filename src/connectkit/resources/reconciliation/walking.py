"""A ledger, walked from its newest movement to its oldest, a page at a time."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any, Final

from attrs import frozen

from connectkit.calls.caller import Caller
from connectkit.models.balances import Balance
from connectkit.models.base import Answer
from connectkit.requests import Request

from .pages import CREATED, ID, Row, reader

_VERB: Final = "reconciliation"
_PATH: Final = "/v1/balance_transactions"
_TRIES: Final = 10


@frozen
class Anchor:
    """A balance, and the movement that was the newest when it was read.

    Attributes:
        held: Minor units of each currency, pending and available together.
        id: The id of that movement, or `""` if there is none.
        created: When it was made.
    """

    held: Mapping[str, int]
    id: str
    created: int


@frozen
class Ledger:
    """The movements of one account.

    Attributes:
        caller: Reads them.
        account: Whose they are; `None` for the platform.
    """

    caller: Caller
    account: str | None

    async def pages(self, *, sources: bool, **filters: Any) -> AsyncGenerator[Sequence[Row], None]:  # noqa: ANN401  # Stripe's own
        """Go through the pages, the newest first.

        Args:
            sources: Whether the objects behind the movements come with them.
            filters: Stripe's own, as `payout`; `None` does not filter.
        """
        read = reader()
        params = {name: value for name, value in filters.items() if value is not None}
        if sources:
            params["expand"] = ["data.source"]
        request = Request("get", _PATH, {**params, "limit": 100}, account=self.account)
        while True:
            rows, more = read(await self.caller.undecoded(request, _VERB))
            if rows:
                yield rows
            if not (rows and more):
                return
            request = request.with_params(starting_after=rows[-1][ID])

    async def anchor(self) -> Anchor:
        """Read the balance, at a moment when no movement came in between."""
        newest, before, answer = await self._newest(), None, Answer(data={})
        for _ in range(_TRIES):
            if newest == before:
                break
            answer = await self.caller.read(Request("get", "/v1/balance", account=self.account), _VERB)
            newest, before = await self._newest(), newest
        balance = Balance.parse(answer)
        held: dict[str, int] = {}
        for amount in (*balance.available, *balance.pending):
            held[amount.currency] = held.get(amount.currency, 0) + amount.amount
        return Anchor(held, newest[0], newest[1])

    async def newer(self, anchor: Anchor) -> set[str]:
        """Give the ids of the movements that came after the balance was read."""
        ids: set[str] = set()
        async for page in self.pages(sources=False):
            for row in page:
                if row[ID] == anchor.id:
                    return ids
                ids.add(row[ID])
        return ids

    async def _newest(self) -> tuple[str, int]:
        request = Request("get", _PATH, {"limit": 1}, account=self.account)
        rows, _ = reader()(await self.caller.undecoded(request, _VERB))
        return (rows[0][ID], rows[0][CREATED]) if rows else ("", 0)


async def after(pages: AsyncGenerator[Sequence[Row], None], anchor: Anchor) -> AsyncGenerator[Sequence[Row], None]:
    """Leave out what came after the balance was read, where the newest movement of then is among the pages."""
    seen = False
    async for page in pages:
        rows = page
        if not seen:
            places = [place for place, row in enumerate(page) if row[ID] == anchor.id]
            seen = bool(places)
            rows = page[places[0] :] if places else ()
        if rows:
            yield rows


def span(since: datetime | None, until: datetime | None) -> dict[str, int] | None:
    """Give a span of time as Stripe's lists take it; `None` for all time."""
    bounds: dict[str, int] = {}
    if since is not None:
        bounds["gte"] = ceil(since.timestamp())
    if until is not None:
        bounds["lt"] = ceil(until.timestamp())
    return bounds or None
