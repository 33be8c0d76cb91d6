"""Payouts: money paid out to a bank."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Final, Literal, TypeAlias, get_args

from connectkit.calls.caller import Caller, Intent
from connectkit.drive import Blocking, blocking, iterating
from connectkit.errors import InvalidRequest
from connectkit.models.base import Answer
from connectkit.models.payouts import Payout
from connectkit.money import Money
from connectkit.requests import Request, checked_id

from .arguments import check_word, checked_metadata, checked_money, given, optional_id

PayoutMethod: TypeAlias = Literal["standard", "instant"]

_DESCRIPTOR: Final = 22  # characters that Stripe takes


class AsyncPayouts:
    """Payouts: money paid out to a bank."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(
        self,
        *,
        key: str,
        amount: Money,
        account: str | None = None,
        method: PayoutMethod = "standard",
        destination: str | None = None,
        statement_descriptor: str | None = None,
        description: str | None = None,
        metadata: Mapping[str, str] | None = None,
        wait: float = 0.0,
    ) -> Payout:
        """Pay money of a balance out to a bank.

        The balance is debited at once. `paid` is not the end: a bank can return a payout for about five business days,
        and then the amount is back in the balance.

        Args:
            key: Your own name of this payout.
            amount: How much, in the balance's currency.
            account: The connected account that is paid out; the platform itself if it is not given.
            method: `instant` reaches a card or bank that takes it within half an hour, for a fee.
            destination: A bank account or card of the account; its default for the currency if it is not given.
            statement_descriptor: What the bank statement says, at most 22 characters.
            description: Words of your own.
            metadata: Notes of your own.
            wait: For how many seconds to wait for somebody who is making it now.

        Raises:
            InvalidRequest: An argument is wrong; Stripe pays HUF and TWD out in whole units only.
            InsufficientBalance: The available balance does not cover it.
            AccountNotReady: The account can't be paid out, or not in this way.
            Refused: Stripe said no for another reason.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        check_word(method, "method", get_args(PayoutMethod))
        if statement_descriptor is not None and len(statement_descriptor) > _DESCRIPTOR:
            message = f"statement_descriptor is at most {_DESCRIPTOR} characters."
            raise InvalidRequest(message, param="statement_descriptor")
        params = given(
            amount=checked_money(amount).check_payable().amount,
            currency=amount.currency,
            method=method,
            destination=optional_id(destination, "destination", "ba_", "card_"),
            statement_descriptor=statement_descriptor,
            description=description,
            metadata=checked_metadata(metadata),
        )
        request = Request("post", "/v1/payouts", params, account=self._caller.account(account))
        intent = Intent("payouts.create", key, request, params, Payout.KEEP)
        return Payout.parse(await self._caller.perform(intent, wait=wait))

    async def retrieve(self, payout_id: str, *, account: str | None = None) -> Payout:
        """Read a payout.

        Args:
            payout_id: The payout.
            account: The connected account whose it is; the platform if it is not given.

        Raises:
            InvalidRequest: It is not the id of a payout.
            NotFound: There is none in this account.
            Unreachable: There was no usable answer.
        """
        path = f"/v1/payouts/{checked_id(payout_id, 'payout_id', 'po_')}"
        request = Request("get", path, account=self._caller.account(account))
        return Payout.parse(await self._caller.read(request, "payouts.retrieve"))

    async def list(self, *, account: str | None = None, status: str | None = None) -> AsyncGenerator[Payout, None]:
        """Go through the payouts, the newest first, to the end.

        Args:
            account: The connected account whose they are; the platform if it is not given.
            status: Only those: `pending`, `paid`, `failed` or `canceled`.

        Raises:
            Unreachable: There was no usable answer.
        """
        request = Request("get", "/v1/payouts", given(status=status, limit=100), account=self._caller.account(account))
        async for item in self._caller.pages(request, "payouts.list"):
            yield Payout.parse(Answer(data=item))

    async def cancel(self, payout_id: str, *, key: str, account: str | None = None, wait: float = 0.0) -> Payout:
        """Call a payout back that is still pending; its amount is in the balance again.

        Args:
            payout_id: The payout.
            key: Your own name of this cancellation.
            account: The connected account whose it is; the platform if it is not given.
            wait: For how many seconds to wait for somebody who is cancelling it now.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no, as that it is under way.
            OutcomeUnknown: It may have been cancelled; the same key finds out.
        """
        path = f"/v1/payouts/{checked_id(payout_id, 'payout_id', 'po_')}/cancel"
        request = Request("post", path, account=self._caller.account(account))
        intent = Intent("payouts.cancel", key, request, {"payout": payout_id}, Payout.KEEP)
        return Payout.parse(await self._caller.perform(intent, wait=wait))

    async def reverse(
        self,
        payout_id: str,
        *,
        key: str,
        account: str,
        metadata: Mapping[str, str] | None = None,
        wait: float = 0.0,
    ) -> Payout:
        """Take a payout back from the bank: a payout of a negative amount, whose `original` is this one.

        Stripe allows it for ninety days, for bank accounts in the United States and Canada of connected accounts whose
        losses are the platform's, and only if the account's owner has authorized it. The bank can refuse for days.

        Args:
            payout_id: The payout, which has left; `cancel` one that is still pending.
            key: Your own name of this reversal.
            account: The connected account whose it is.
            metadata: Notes of your own.
            wait: For how many seconds to wait for somebody who is reversing it now.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no, as that it was instant, is older, or was reversed before.
            OutcomeUnknown: It may have been reversed; the same key finds out.
        """
        path = f"/v1/payouts/{checked_id(payout_id, 'payout_id', 'po_')}/reverse"
        params = given(metadata=checked_metadata(metadata))
        request = Request("post", path, params, account=checked_id(account, "account", "acct_"))
        intent = Intent("payouts.reverse", key, request, {**params, "payout": payout_id}, Payout.KEEP)
        return Payout.parse(await self._caller.perform(intent, wait=wait))


class Payouts(Blocking[AsyncPayouts]):
    """Payouts: money paid out to a bank."""

    create: Final = blocking(AsyncPayouts.create)
    retrieve: Final = blocking(AsyncPayouts.retrieve)
    list: Final = iterating(AsyncPayouts.list)
    cancel: Final = blocking(AsyncPayouts.cancel)
    reverse: Final = blocking(AsyncPayouts.reverse)
