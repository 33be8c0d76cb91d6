"""Balances, and every movement that makes them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Final

from connectkit.calls.caller import Caller
from connectkit.drive import Blocking, blocking, iterating
from connectkit.models.accounts import Account
from connectkit.models.balances import Balance, BalanceTransaction, NegativeBalance
from connectkit.models.base import Answer
from connectkit.requests import Request, checked_id

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

    async def negative(self, *accounts: str) -> AsyncGenerator[NegativeBalance, None]:
        """Go through connected accounts whose balance is below zero; each costs a request.

        What is below zero is paid back from later sales, or else, after half a year, by whoever bears the losses. A
        plain transfer brings it up earlier.

        Args:
            *accounts: Which to look at; every connected account if none is given.

        Raises:
            InvalidRequest: One is not the id of an account.
            Unreachable: There was no usable answer.
        """
        for account in [checked_id(one, "accounts", "acct_") for one in accounts]:
            answer = await self._caller.read(Request("get", f"/v1/accounts/{account}"), "balances.negative")
            for found in await self._below_zero(Account.parse(answer)):
                yield found
        if not accounts:
            pages = self._caller.pages(Request("get", "/v1/accounts", {"limit": 100}), "balances.negative")
            async for item in pages:
                for found in await self._below_zero(Account.parse(Answer(data=item))):
                    yield found

    async def _below_zero(self, account: Account) -> Sequence[NegativeBalance]:
        balance = await self.retrieve(account=account.id)
        ours = account.responsibilities.losses_collector == "application"
        totals = [one + balance.pending_in(one.currency) for one in balance.available]
        return [NegativeBalance(account=account.id, amount=one, ours=ours) for one in totals if one.amount < 0]

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
    negative: Final = iterating(AsyncBalances.negative)
    transactions: Final = iterating(AsyncBalances.transactions)
