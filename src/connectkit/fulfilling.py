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
from functools import partial
from typing import Final, TypeAlias, TypeVar

from attrs import evolve, field, frozen

from connectkit.calls.caller import Caller
from connectkit.calls.keys import METADATA_KEY
from connectkit.models.base import Answer, part
from connectkit.models.checkout import CheckoutLine, CheckoutSession, Fulfilment, FulfilmentState, standing_of
from connectkit.models.payments import Payment
from connectkit.requests import Request, checked_id, compact
from connectkit.storage.base import AsyncStore, Store, TransactionalStore, transactional
from connectkit.storage.records import Delivery, Note

TYPES: Final = ("checkout.session.completed", "checkout.session.async_payment_succeeded")
"""The types of events after which an order may be paid."""

PAYMENT_TYPES: Final = ("payment_intent.succeeded",)
"""The types of events after which a payment without Checkout is paid, by a bank that took days as well."""

_TOPIC: Final = "fulfilment"
_DONE: Final = compact({"done": True})
_DELIVERED: Final = FulfilmentState.DELIVERED
_UNPAID: Final = {
    "processing": FulfilmentState.AWAITING_PAYMENT,
    "requires_capture": FulfilmentState.RESERVED,
    "canceled": FulfilmentState.CANCELED,
}
_LEASE: Final = timedelta(minutes=5)  # for which one delivery may take
_POLL: Final = 0.1  # seconds between two looks at an order that somebody else is delivering


@frozen(kw_only=True)
class Deliverable:
    """What is paid, to be delivered.

    Attributes:
        account: The connected account that sells (a direct charge), or `None`.
    """

    account: str | None
    _id: str = field(alias="id", repr=False)
    _scope: str = field(alias="scope", repr=False, eq=False)
    _store: Store | AsyncStore = field(alias="store", repr=False, eq=False)

    @property
    def key(self) -> str:
        """A name to build the keys of its operations on, as in `key=f"{order.key}/settle"`."""
        return f"fulfil/{self._id}"

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
        return Delivery(self._scope, f"{self._id}#{name}", "connectkit.fulfilment", b"", done=True)


@frozen(kw_only=True)
class PaidOrder(Deliverable):
    """An order of Checkout that is paid, to be delivered.

    Attributes:
        session: The Checkout session.
        lines: What was sold; nothing on a page of `checkout.set_up`, where a way to pay is kept.
        payment: What was paid; `None` for a subscription, and where nothing had to be.
        account: The connected account that sells (a direct charge), or `None`.
    """

    session: CheckoutSession
    lines: tuple[CheckoutLine, ...]
    payment: Payment | None


@frozen(kw_only=True)
class PaidPayment(Deliverable):
    """A payment without Checkout that is paid, to be delivered.

    Attributes:
        payment: What was paid; its metadata tells your own name of the order.
        account: The connected account that sells (a direct charge), or `None`.
    """

    payment: Payment


Deliver: TypeAlias = Callable[[PaidOrder], Awaitable[None] | None]
"""Delivers an order; plain, or awaited in asyncio."""

DeliverPayment: TypeAlias = Callable[[PaidPayment], Awaitable[None] | None]
"""Delivers what a payment was for; plain, or awaited in asyncio."""

_Paid = TypeVar("_Paid", bound=Deliverable)
_Read: TypeAlias = Callable[[], Awaitable[_Paid | FulfilmentState]]


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
        read = partial(self._read, session_id, account)
        return await self._once(session_id, read, deliver, Fulfilment(session=session_id, state=_DELIVERED), wait)

    async def fulfil_payment(
        self, payment_id: str, deliver: DeliverPayment, account: str | None, wait: float, *, ours: bool = False
    ) -> Fulfilment:
        """Have what a payment was for delivered, if it is paid and nobody has delivered it.

        Args:
            payment_id: The payment intent.
            deliver: Delivers.
            account: The connected account that it lives on.
            wait: For how many seconds to wait for somebody who is delivering it now.
            ours: Whether only what `charges` has made is delivered: an invoice is paid by a payment as well.
        """
        checked_id(payment_id, "payment_id", "pi_")
        read = partial(self._read_payment, payment_id, account, ours=ours)
        answer = Fulfilment(session="", state=_DELIVERED, payment=payment_id)
        return await self._once(payment_id, read, deliver, answer, wait)

    async def _once(
        self, id: str, read: _Read[_Paid], deliver: Callable[[_Paid], object], answer: Fulfilment, wait: float
    ) -> Fulfilment:
        until = self.caller.world.boot() + wait
        while True:
            note = await self.caller.note(_TOPIC, id)
            if note.text == _DONE:
                return answer
            if self._taken(note):
                if self.caller.world.boot() >= until:
                    return evolve(answer, state=FulfilmentState.BUSY)
                await self.caller.world.sleep(_POLL)
                continue
            order = await read()
            if isinstance(order, FulfilmentState):
                return evolve(answer, state=order)
            if await self._claimed(note):
                await self._deliver(order, deliver, note)
                return evolve(answer, now=True)

    def _taken(self, note: Note) -> bool:
        """Tell whether somebody is delivering it, whose time is not up."""
        if not note.text:
            return False
        return datetime.fromisoformat(json.loads(note.text)["until"]) > self.caller.world.now()

    async def _claimed(self, note: Note) -> bool:
        until = self.caller.world.now() + _LEASE
        return await self.caller.set_note(evolve(note, text=compact({"until": until.isoformat()})))

    async def _deliver(self, order: _Paid, deliver: Callable[[_Paid], object], note: Note) -> None:
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
            done = await self.caller.set_note(evolve(await self.caller.note(_TOPIC, note.name), text=_DONE))

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
        return PaidOrder(
            id=session.id,
            session=session,
            lines=tuple(lines),
            payment=Payment.parse(Answer(data=payment), account) if payment else None,
            account=account,
            scope=await self._scope(account),
            store=self.store,
        )

    async def _read_payment(self, payment_id: str, account: str | None, *, ours: bool) -> PaidPayment | FulfilmentState:
        request = Request("get", f"/v1/payment_intents/{payment_id}", account=account)
        answer = await self.caller.read(request, "charges.fulfil")
        payment = Payment.parse(answer, account)
        if not payment.succeeded:
            return _UNPAID.get(payment.status, FulfilmentState.FAILED if payment.failed else FulfilmentState.OPEN)
        if ours and METADATA_KEY not in part(answer.data, "metadata"):
            return FulfilmentState.ELSEWHERE
        params = {"payment_intent": payment_id, "limit": 1}
        pages = await self.caller.read(
            Request("get", "/v1/checkout/sessions", params, account=account), "charges.fulfil"
        )
        if pages.data["data"]:
            return FulfilmentState.ELSEWHERE
        scope = await self._scope(account)
        return PaidPayment(id=payment_id, payment=payment, account=account, scope=scope, store=self.store)

    async def _scope(self, account: str | None) -> str:
        realm = await self.caller.owner.realm()
        return f"{'live' if realm.livemode else 'test'}/{account or 'platform'}"
