"""Orders delivered once: from the webhook, from the page that the buyer lands on, and from both at the same time.

A note in the store says who is delivering an order, and whether it was done. Whoever dies over it is succeeded when his
time is up, so that a delivery begins again rather than being forgotten: what it does has to bear that, or be written in
a transaction that asks `PaidOrder.once`.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from attrs import evolve, field, frozen

from connectkit.calls.caller import Caller
from connectkit.models.base import Answer, part
from connectkit.models.checkout import CheckoutLine, CheckoutSession, Fulfilment, FulfilmentState, standing_of
from connectkit.models.payments import Payment
from connectkit.requests import Request, checked_id, compact
from connectkit.storage.base import AsyncStore, Store, TransactionalStore, transactional
from connectkit.storage.records import Delivery, Note

TYPES: Final = ("checkout.session.completed", "checkout.session.async_payment_succeeded")
"""The types of events after which an order may be paid."""

_TOPIC: Final = "fulfilment"
_DONE: Final = compact({"done": True})
_LEASE: Final = timedelta(minutes=5)  # for which one delivery may take
_POLL: Final = 0.1  # seconds between two looks at an order that somebody else is delivering


@frozen(kw_only=True)
class PaidOrder:
    """An order that is paid, to be delivered.

    Attributes:
        session: The Checkout session.
        lines: What was sold.
        payment: What was paid; `None` for a subscription, and where nothing had to be.
        account: The connected account that sells (a direct charge), or `None`.
    """

    session: CheckoutSession
    lines: tuple[CheckoutLine, ...]
    payment: Payment | None
    account: str | None
    _scope: str = field(alias="scope", repr=False, eq=False)
    _store: Store | AsyncStore = field(alias="store", repr=False, eq=False)

    @property
    def key(self) -> str:
        """A name to build the keys of its operations on, as in `key=f"{order.key}/settle"`."""
        return f"fulfil/{self.session.id}"

    def once(self, connection: object, name: str = "delivered") -> bool:
        """Say whether an effect is still to be written, and remember in your transaction that it is.

        The first transaction that asks and commits is told `True`; every other one, later or at the same time, `False`.

        Args:
            connection: An open connection to the store's own database, of its driver or of SQLAlchemy.
            name: Of the effect, where there are several.

        Raises:
            InvalidRequest: The store has no transactions, or this is no connection that it can write through.
            StoreUnavailable: It could not be written.
        """
        return self._transactional().enlist_event(connection, self._effect(name))

    async def aonce(self, connection: object, name: str = "delivered") -> bool:
        """Do what `once` does, through an asynchronous *connection*."""
        return await self._transactional().aenlist_event(connection, self._effect(name))

    def _transactional(self) -> TransactionalStore:
        return transactional(self._store, "build the keys of operations on order.key.")

    def _effect(self, name: str) -> Delivery:
        return Delivery(self._scope, f"{self.session.id}#{name}", "connectkit.fulfilment", b"", done=True)


Deliver: TypeAlias = Callable[[PaidOrder], Awaitable[None] | None]
"""Delivers an order; plain, or awaited in asyncio."""


@frozen
class Fulfiller:
    """Has orders delivered.

    Attributes:
        caller: Whose orders these are.
        store: Where the caller's own transactions can write.
    """

    caller: Caller
    store: Store | AsyncStore

    async def fulfil(self, session_id: str, deliver: Deliver, account: str | None, wait: float) -> Fulfilment:
        """Have an order delivered, if it is paid and nobody has delivered it."""
        checked_id(session_id, "session_id", "cs_")
        until = self.caller.world.boot() + wait
        while True:
            note = await self.caller.note(_TOPIC, session_id)
            if note.text == _DONE:
                return Fulfilment(session=session_id, state=FulfilmentState.DELIVERED)
            if self._taken(note):
                if self.caller.world.boot() >= until:
                    return Fulfilment(session=session_id, state=FulfilmentState.BUSY)
                await self.caller.world.sleep(_POLL)
                continue
            order = await self._read(session_id, account)
            if isinstance(order, FulfilmentState):
                return Fulfilment(session=session_id, state=order)
            if await self._claimed(note):
                await self._deliver(order, deliver, note)
                return Fulfilment(session=session_id, state=FulfilmentState.DELIVERED, now=True)

    def _taken(self, note: Note) -> bool:
        """Tell whether somebody is delivering it, whose time is not up."""
        if not note.text:
            return False
        return datetime.fromisoformat(json.loads(note.text)["until"]) > self.caller.world.now()

    async def _claimed(self, note: Note) -> bool:
        until = self.caller.world.now() + _LEASE
        return await self.caller.set_note(evolve(note, text=compact({"until": until.isoformat()})))

    async def _deliver(self, order: PaidOrder, deliver: Deliver, note: Note) -> None:
        """Deliver, and note that it is done; what failed can be tried again at once."""
        try:
            ending = deliver(order)
            if inspect.isawaitable(ending):
                await ending
        except BaseException:
            await self.caller.set_note(evolve(note, version=note.version + 1, text=""))
            raise
        done = False
        while not done:  # whoever took it over meanwhile has written as well
            done = await self.caller.set_note(evolve(await self.caller.note(_TOPIC, order.session.id), text=_DONE))

    async def _read(self, session_id: str, account: str | None) -> PaidOrder | FulfilmentState:
        path = f"/v1/checkout/sessions/{session_id}"
        expand = {"expand": ["payment_intent"]}
        answer = await self.caller.read(Request("get", path, expand, account=account), "checkout.fulfil")
        session = CheckoutSession.parse(answer, account)
        unpaid = standing_of(session)
        if unpaid is not None:
            return unpaid
        listing = Request("get", f"{path}/line_items", {"limit": 100}, account=account)
        lines = [CheckoutLine.parse(item) async for item in self.caller.pages(listing, "checkout.fulfil")]
        payment = part(answer.data, "payment_intent")
        realm = await self.caller.owner.realm()
        return PaidOrder(
            session=session,
            lines=tuple(lines),
            payment=Payment.parse(Answer(data=payment), account) if payment else None,
            account=account,
            scope=f"{'live' if realm.livemode else 'test'}/{account or 'platform'}",
            store=self.store,
        )
