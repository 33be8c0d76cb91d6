"""Pages on which a buyer pays the platform, which settles with any number of sellers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Unpack

from connectkit.calls.caller import Caller
from connectkit.drive import Blocking, blocking
from connectkit.models.checkout import CheckoutSession, LineItem
from connectkit.resources.arguments import given, optional_id

from .opening import opened
from .options import CheckoutOptions, Page


class AsyncSeparateCheckout:
    """Pages on which a buyer pays the platform, which settles with any number of sellers."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(
        self,
        *,
        key: str,
        line_items: Sequence[LineItem],
        on_behalf_of: str | None = None,
        wait: float = 0.0,
        **options: Unpack[CheckoutOptions],
    ) -> CheckoutSession:
        """Make a page on which a buyer pays the platform once; `charges.separate.settle` gives the sellers theirs.

        Args:
            key: Your own name of this page.
            line_items: What is sold.
            on_behalf_of: The connected account that is the merchant of record, where that is not the platform.
            wait: For how many seconds to wait for somebody who is making it now.
            **options: What may be said of any page; see `CheckoutOptions`.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        behalf = given(on_behalf_of=optional_id(on_behalf_of, "on_behalf_of", "acct_"))
        params = Page(line_items=line_items, **options).payment(**behalf)
        return await opened(self._caller, "checkout.separate.create", key, params, wait=wait)


class SeparateCheckout(Blocking[AsyncSeparateCheckout]):
    """Pages on which a buyer pays the platform, which settles with any number of sellers."""

    create: Final = blocking(AsyncSeparateCheckout.create)
