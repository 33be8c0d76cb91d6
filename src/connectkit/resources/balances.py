"""Balances, and every movement that makes them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final

from connectkit.calls.caller import Caller
from connectkit.drive import Blocking, blocking, iterating
from connectkit.models.balances import Balance, BalanceTransaction
from connectkit.models.base import Answer
from connectkit.requests import Request

from .arguments import given, optional_id


class AsyncBalances:
    """Balances, and every movement that makes them."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def retrieve(self, *, account: str | None = None) -> Balance:
        """Read what an account holds at Stripe.

        Args:
            account: The connected account; the platform if it is not given.

        Raises:
            InvalidRequest: It is not the id of an account.
            PermissionDenied: It is not connected to this platform.
            Unreachable: There was no usable answer.
        """
        request = Request("get", "/v1/balance", account=self._caller.account(account))
        return Balance.parse(await self._caller.read(request, "balances.retrieve"))

    async def transactions(
        self,
        *,
        account: str | None = None,
        payout: str | None = None,
        source: str | None = None,
        type: str | None = None,
        currency: str | None = None,
    ) -> AsyncGenerator[BalanceTransaction, None]:
        """Go through the movements of a balance, the newest first, to the end.

        Args:
            account: The connected account; the platform if it is not given.
            payout: Only those that this automatic payout paid out. A manual payout has none.
            source: Only those of this object.
            type: Only those of this type, as `charge`.
            currency: Only those in this currency.

        Raises:
            InvalidRequest: An argument is wrong.
            Unreachable: There was no usable answer.
        """
        params = given(
            payout=optional_id(payout, "payout", "po_"),
            source=optional_id(source, "source"),
            type=type,
            currency=currency,
            limit=100,
        )
        request = Request("get", "/v1/balance_transactions", params, account=self._caller.account(account))
        async for item in self._caller.pages(request, "balances.transactions"):
            yield BalanceTransaction.parse(Answer(data=item))


class Balances(Blocking[AsyncBalances]):
    """Balances, and every movement that makes them."""

    retrieve: Final = blocking(AsyncBalances.retrieve)
    transactions: Final = iterating(AsyncBalances.transactions)
