"""Pages on which a buyer pays the connected account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, Unpack

from connectkit.calls.caller import Caller
from connectkit.drive import Blocking, blocking
from connectkit.models.checkout import CheckoutSession, LineItem
from connectkit.money import Money
from connectkit.requests import checked_id
from connectkit.resources.arguments import given
from connectkit.resources.cuts import checked_cut

from .opening import opened
from .options import CheckoutOptions, Page, checked_percent


class AsyncDirectCheckout:
    """Pages on which a buyer pays the connected account, under its name, and the platform takes a fee."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(
        self,
        *,
        key: str,
        line_items: Sequence[LineItem],
        account: str,
        fee: Money | None = None,
        wait: float = 0.0,
        **options: Unpack[CheckoutOptions],
    ) -> CheckoutSession:
        """Make a page on which a buyer pays a connected account once.

        Args:
            key: Your own name of this page.
            line_items: What is sold.
            account: The connected account that sells. Customer and prices have to live there.
            fee: What the platform takes of it, from nothing to below the total.
            wait: For how many seconds to wait for somebody who is making it now.
            **options: What may be said of any page; see `CheckoutOptions`.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        page = Page(line_items=line_items, **options)
        params = page.payment(**given(application_fee_amount=checked_cut(fee, page.total, "fee")))
        owner = checked_id(account, "account", "acct_")
        return await opened(self._caller, "checkout.direct.create", key, params, account=owner, wait=wait)

    async def subscribe(
        self,
        *,
        key: str,
        line_items: Sequence[LineItem],
        account: str,
        fee_percent: str | int | Decimal | None = None,
        trial: int | datetime | None = None,
        wait: float = 0.0,
        **options: Unpack[CheckoutOptions],
    ) -> CheckoutSession:
        """Make a page on which a buyer subscribes to what a connected account sells.

        Args:
            key: Your own name of this page.
            line_items: What is sold, something of it again and again.
            account: The connected account that sells. Customer and prices have to live there.
            fee_percent: What the platform takes of each invoice, exactly, as `"12.5"`.
            trial: For how many days, or until when, aware and at least 48 hours ahead, nothing is to be paid.
            wait: For how many seconds to wait for somebody who is making it now.
            **options: What may be said of any page; see `CheckoutOptions`.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        fee = given(application_fee_percent=checked_percent(fee_percent, "fee_percent"))
        params = Page(line_items=line_items, **options).subscription(trial, **fee)
        owner = checked_id(account, "account", "acct_")
        return await opened(self._caller, "checkout.direct.subscribe", key, params, account=owner, wait=wait)


class DirectCheckout(Blocking[AsyncDirectCheckout]):
    """Pages on which a buyer pays the connected account, under its name, and the platform takes a fee."""

    create: Final = blocking(AsyncDirectCheckout.create)
    subscribe: Final = blocking(AsyncDirectCheckout.subscribe)
