"""Pages on which a buyer pays the platform, and the money goes on to one seller."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, Unpack, overload

from connectkit.calls.caller import Caller
from connectkit.drive import Blocking, blocking
from connectkit.errors import InvalidRequest
from connectkit.models.checkout import CheckoutSession, LineItem
from connectkit.money import Money
from connectkit.requests import checked_id
from connectkit.resources.arguments import given, optional_id
from connectkit.resources.cuts import check_one_cut, checked_cut, checked_transfer

from .opening import opened
from .options import CheckoutOptions, Page, checked_percent


class AsyncDestinationCheckout:
    """Pages on which a buyer pays the platform, and the money goes on to one seller."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @overload
    async def create(
        self,
        *,
        key: str,
        line_items: Sequence[LineItem],
        destination: str,
        fee: Money | None = None,
        transfer: None = None,
        on_behalf_of: str | None = None,
        wait: float = 0.0,
        **options: Unpack[CheckoutOptions],
    ) -> CheckoutSession: ...
    @overload
    async def create(
        self,
        *,
        key: str,
        line_items: Sequence[LineItem],
        destination: str,
        fee: None = None,
        transfer: Money,
        on_behalf_of: str | None = None,
        wait: float = 0.0,
        **options: Unpack[CheckoutOptions],
    ) -> CheckoutSession: ...

    async def create(
        self,
        *,
        key: str,
        line_items: Sequence[LineItem],
        destination: str,
        fee: Money | None = None,
        transfer: Money | None = None,
        on_behalf_of: str | None = None,
        wait: float = 0.0,
        **options: Unpack[CheckoutOptions],
    ) -> CheckoutSession:
        """Make a page on which a buyer pays the platform once for what one seller sells.

        Args:
            key: Your own name of this page.
            line_items: What is sold.
            destination: The connected account that sells.
            fee: What the platform takes, from nothing to below the total.
            transfer: What the seller gets instead, above nothing and at most the total.
            on_behalf_of: The connected account that is the merchant of record, whose name the page then bears.
            wait: For how many seconds to wait for somebody who is making it now.
            **options: What may be said of any page; see `CheckoutOptions`.

        Raises:
            InvalidRequest: An argument is wrong.
            AccountNotReady: The seller can't receive transfers.
            Refused: Stripe said no for another reason.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        check_one_cut(fee, transfer)
        page = Page(line_items=line_items, **options)
        seller = checked_id(destination, "destination", "acct_")
        cut = given(
            transfer_data=given(destination=seller, amount=checked_transfer(transfer, page.total)),
            application_fee_amount=checked_cut(fee, page.total, "fee"),
            on_behalf_of=optional_id(on_behalf_of, "on_behalf_of", "acct_"),
        )
        return await opened(self._caller, "checkout.destination.create", key, page.payment(**cut), wait=wait)

    @overload
    async def subscribe(
        self,
        *,
        key: str,
        line_items: Sequence[LineItem],
        destination: str,
        fee_percent: str | int | Decimal | None = None,
        transfer_percent: None = None,
        on_behalf_of: str | None = None,
        trial: int | datetime | None = None,
        wait: float = 0.0,
        **options: Unpack[CheckoutOptions],
    ) -> CheckoutSession: ...
    @overload
    async def subscribe(
        self,
        *,
        key: str,
        line_items: Sequence[LineItem],
        destination: str,
        fee_percent: None = None,
        transfer_percent: str | int | Decimal,
        on_behalf_of: str | None = None,
        trial: int | datetime | None = None,
        wait: float = 0.0,
        **options: Unpack[CheckoutOptions],
    ) -> CheckoutSession: ...

    async def subscribe(
        self,
        *,
        key: str,
        line_items: Sequence[LineItem],
        destination: str,
        fee_percent: str | int | Decimal | None = None,
        transfer_percent: str | int | Decimal | None = None,
        on_behalf_of: str | None = None,
        trial: int | datetime | None = None,
        wait: float = 0.0,
        **options: Unpack[CheckoutOptions],
    ) -> CheckoutSession:
        """Make a page on which a buyer subscribes with the platform to what one seller sells.

        Args:
            key: Your own name of this page.
            line_items: What is sold, something of it again and again.
            destination: The connected account that sells.
            fee_percent: What the platform takes of each invoice, exactly, as `"12.5"`.
            transfer_percent: What the seller gets of each invoice instead.
            on_behalf_of: The connected account that is the merchant of record.
            trial: For how many days, or until when, aware and at least 48 hours ahead, nothing is to be paid.
            wait: For how many seconds to wait for somebody who is making it now.
            **options: What may be said of any page; see `CheckoutOptions`.

        Raises:
            InvalidRequest: An argument is wrong.
            AccountNotReady: The seller can't receive transfers.
            Refused: Stripe said no for another reason.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        if fee_percent is not None and transfer_percent is not None:
            message = "fee_percent and transfer_percent are two ways to keep a cut: choose one."
            raise InvalidRequest(message, param="transfer_percent")
        seller = checked_id(destination, "destination", "acct_")
        percent = checked_percent(transfer_percent, "transfer_percent")
        share = given(
            transfer_data=given(destination=seller, amount_percent=percent),
            application_fee_percent=checked_percent(fee_percent, "fee_percent"),
            on_behalf_of=optional_id(on_behalf_of, "on_behalf_of", "acct_"),
        )
        params = Page(line_items=line_items, **options).subscription(trial, **share)
        return await opened(self._caller, "checkout.destination.subscribe", key, params, wait=wait)


class DestinationCheckout(Blocking[AsyncDestinationCheckout]):
    """Pages on which a buyer pays the platform, and the money goes on to one seller."""

    create: Final = blocking(AsyncDestinationCheckout.create)
    subscribe: Final = blocking(AsyncDestinationCheckout.subscribe)
