"""Checkout: pages of Stripe's on which buyers pay, and orders delivered once."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final, Unpack

from connectkit.calls.caller import Caller, Intent
from connectkit.drive import Blocking, blocking, iterating
from connectkit.fulfilling import Deliver, Fulfiller
from connectkit.models.checkout import CheckoutLine, CheckoutSession, Fulfilment
from connectkit.requests import Request
from connectkit.storage.base import AsyncStore, Store

from .destination import AsyncDestinationCheckout, DestinationCheckout
from .direct import AsyncDirectCheckout, DirectCheckout
from .opening import opened, path_of, read_session
from .options import Page, PageOptions
from .separate import AsyncSeparateCheckout, SeparateCheckout


class AsyncCheckout:
    """Checkout: pages of Stripe's on which buyers pay, and orders delivered once.

    Attributes:
        direct: The buyer pays the connected account.
        destination: The buyer pays the platform, and the money goes on to one seller.
        separate: The buyer pays the platform, which settles with any number of sellers.
    """

    def __init__(self, caller: Caller, store: Store | AsyncStore) -> None:
        self._caller = caller
        self._fulfiller = Fulfiller(caller, store)
        self.direct: Final = AsyncDirectCheckout(caller)
        self.destination: Final = AsyncDestinationCheckout(caller)
        self.separate: Final = AsyncSeparateCheckout(caller)

    async def set_up(
        self,
        *,
        key: str,
        currency: str | None = None,
        on_behalf_of: str | None = None,
        account: str | None = None,
        wait: float = 0.0,
        **options: Unpack[PageOptions],
    ) -> CheckoutSession:
        """Make a page on which a buyer gives a way to pay that is kept for later; nothing is paid on it.

        Once it is complete, the session names a *setup_intent*, which tells the customer and the payment method:
        charge it with `off_session=True`. A buyer who is not named by *customer* becomes one.

        Args:
            key: Your own name of this page.
            currency: What will be paid in, by which Stripe chooses the ways to pay that it offers; it can be left out
                where *allowed_payment_method_types* names them.
            on_behalf_of: The connected account that it is kept for, where that will be the merchant of record.
            account: The connected account that it is to live on, for direct charges.
            wait: For how many seconds to wait for somebody who is making it now.
            **options: What may be said of any page; see `PageOptions`.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        params = Page(**options).setup(currency, on_behalf_of)
        owner = self._caller.account(account)
        return await opened(self._caller, "checkout.set_up", key, params, account=owner, wait=wait)

    async def retrieve(self, session_id: str, *, account: str | None = None) -> CheckoutSession:
        """Read a session.

        Args:
            session_id: The session.
            account: The connected account that the session of a direct charge lives on.

        Raises:
            InvalidRequest: It is not the id of a session.
            NotFound: There is none, or it lives on another account.
            Unreachable: There was no usable answer.
        """
        return await read_session(self._caller, session_id, self._caller.account(account))

    async def line_items(self, session_id: str, *, account: str | None = None) -> AsyncGenerator[CheckoutLine, None]:
        """Go through what is sold on a page, to the end.

        Args:
            session_id: The session.
            account: The connected account that the session of a direct charge lives on.

        Raises:
            InvalidRequest: It is not the id of a session.
            NotFound: There is none, or it lives on another account.
            Unreachable: There was no usable answer.
        """
        owner = self._caller.account(account)
        request = Request("get", f"{path_of(session_id)}/line_items", {"limit": 100}, account=owner)
        async for item in self._caller.pages(request, "checkout.line_items"):
            yield CheckoutLine.parse(item)

    async def expire(
        self, session_id: str, *, key: str, account: str | None = None, wait: float = 0.0
    ) -> CheckoutSession:
        """Close a page that is still open, so that nobody pays on it any more.

        Args:
            session_id: The session.
            key: Your own name of this.
            account: The connected account that the session of a direct charge lives on.
            wait: For how many seconds to wait for somebody who is at it now.

        Raises:
            InvalidRequest: It is not the id of a session.
            Refused: Stripe said no, as that it is complete: refund it instead.
            OutcomeUnknown: It may have been closed; the same key finds out.
        """
        request = Request("post", f"{path_of(session_id)}/expire", account=self._caller.account(account))
        intent = Intent("checkout.expire", key, request, {"session": session_id}, CheckoutSession.KEEP)
        return CheckoutSession.parse(await self._caller.perform(intent, wait=wait), request.account)

    async def fulfil(
        self, session_id: str, deliver: Deliver, *, account: str | None = None, wait: float = 0.0
    ) -> Fulfilment:
        """Have an order delivered, if it is paid, and was not delivered before.

        Call it wherever you hear of a session: from the page that the buyer lands on, and by `router.fulfil` from the
        webhook. Of all who call, at whatever time and in whatever process, one delivers. A delivery that fails or dies
        begins again, so that what it does has to bear being begun twice: write it in a transaction that asks
        `PaidOrder.once`, or build the keys of operations on `PaidOrder.key`.

        Args:
            session_id: The session.
            deliver: Given the order; it may take five minutes. What it raises is passed on.
            account: The connected account that the session of a direct charge lives on.
            wait: For how many seconds to wait for somebody who is delivering it now.

        Raises:
            InvalidRequest: It is not the id of a session.
            NotFound: There is none, or it lives on another account.
            Unreachable: There was no usable answer.
            StoreUnavailable: The store could not be reached.
        """
        return await self._fulfiller.fulfil(session_id, deliver, self._caller.account(account), wait)


class Checkout(Blocking[AsyncCheckout]):
    """Checkout: pages of Stripe's on which buyers pay, and orders delivered once.

    Attributes:
        direct: The buyer pays the connected account.
        destination: The buyer pays the platform, and the money goes on to one seller.
        separate: The buyer pays the platform, which settles with any number of sellers.
    """

    def __init__(self, source: AsyncCheckout) -> None:
        super().__init__(source)
        self.direct: Final = DirectCheckout(source.direct)
        self.destination: Final = DestinationCheckout(source.destination)
        self.separate: Final = SeparateCheckout(source.separate)

    set_up: Final = blocking(AsyncCheckout.set_up)
    retrieve: Final = blocking(AsyncCheckout.retrieve)
    line_items: Final = iterating(AsyncCheckout.line_items)
    expire: Final = blocking(AsyncCheckout.expire)
    fulfil: Final = blocking(AsyncCheckout.fulfil)
