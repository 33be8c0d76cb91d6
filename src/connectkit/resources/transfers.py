"""Transfers: money moved from the platform to a connected account, and back."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Final, get_args

from connectkit.calls.caller import Caller, Intent
from connectkit.drive import Blocking, blocking, iterating
from connectkit.models.balances import SourceType
from connectkit.models.base import Answer
from connectkit.models.debts import Debit, Owed
from connectkit.models.transfers import Transfer, TransferReversal
from connectkit.money import Money
from connectkit.owing import Owing, debit_intent
from connectkit.requests import Request, checked_id, checked_key

from .arguments import check_word, checked_metadata, checked_money, given, optional_id


class AsyncTransfers:
    """Transfers: money moved from the platform to a connected account, and back."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(
        self,
        *,
        key: str,
        amount: Money,
        destination: str,
        source_transaction: str | None = None,
        source_type: SourceType | None = None,
        transfer_group: str | None = None,
        description: str | None = None,
        metadata: Mapping[str, str] | None = None,
        wait: float = 0.0,
    ) -> Transfer:
        """Move money from the platform's balance to a connected account.

        Without *source_transaction* it has to be available now, or Stripe refuses and queues nothing; with it, the
        money becomes available there when the charge's does.

        Args:
            key: Your own name of this transfer.
            amount: How much, in the currency of the platform's balance that it comes from.
            destination: The connected account; it needs the `transfers` capability.
            source_transaction: The charge (`ch_…`, not the payment intent) that it is paid from.
            source_type: From which part of the balance: `card`, which Stripe takes if nothing is said, `bank_account`
                or `fpx`.
            transfer_group: A label that ties it to its payment.
            description: Words of your own.
            metadata: Notes of your own.
            wait: For how many seconds to wait for somebody who is making it now.

        Raises:
            InvalidRequest: An argument is wrong.
            InsufficientBalance: The available balance does not cover it; top up and call again with the same key.
            AccountNotReady: The account can't receive transfers.
            Refused: Stripe said no for another reason.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        if source_type is not None:
            check_word(source_type, "source_type", get_args(SourceType))
        params = given(
            source_type=source_type,
            amount=checked_money(amount).check_chargeable().amount,
            currency=amount.currency,
            destination=checked_id(destination, "destination", "acct_"),
            source_transaction=optional_id(source_transaction, "source_transaction", "ch_", "py_"),
            transfer_group=transfer_group,
            description=description,
            metadata=checked_metadata(metadata),
        )
        intent = Intent("transfers.create", key, Request("post", "/v1/transfers", params), params, Transfer.KEEP)
        return Transfer.parse(await self._caller.perform(intent, wait=wait))

    async def reverse(
        self,
        transfer_id: str,
        *,
        key: str,
        amount: Money | None = None,
        refund_fee: bool = False,
        metadata: Mapping[str, str] | None = None,
        wait: float = 0.0,
    ) -> TransferReversal:
        """Take money of a transfer back from the connected account.

        Args:
            transfer_id: The transfer.
            key: Your own name of this reversal.
            amount: How much, in the transfer's currency; all that is left of it if it is not given.
            refund_fee: Whether the application fee of a destination charge comes back in proportion.
            metadata: Notes of your own.
            wait: For how many seconds to wait for somebody who is making it now.

        Raises:
            InvalidRequest: An argument is wrong.
            InsufficientBalance: The connected account's balance does not cover it.
            Refused: Stripe said no for another reason, as that nothing is left to reverse.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        params = given(
            amount=None if amount is None else checked_money(amount).check_chargeable().amount,
            refund_application_fee=refund_fee or None,
            metadata=checked_metadata(metadata),
        )
        path = f"/v1/transfers/{checked_id(transfer_id, 'transfer_id', 'tr_')}/reversals"
        arguments = {"transfer": transfer_id, **params}
        intent = Intent("transfers.reverse", key, Request("post", path, params), arguments, TransferReversal.KEEP)
        return TransferReversal.parse(await self._caller.perform(intent, wait=wait))

    async def debit(
        self,
        *,
        key: str,
        amount: Money,
        account: str,
        description: str | None = None,
        transfer_group: str | None = None,
        metadata: Mapping[str, str] | None = None,
        wait: float = 0.0,
    ) -> Debit:
        """Take money from a connected account's balance, which its owner has agreed to.

        It is a transfer there and a payment here. Stripe allows it where the platform bears the account's losses, in
        the account's own currency, within a region, and not into a negative balance.

        Args:
            key: Your own name of this debit.
            amount: How much, in the account's default currency.
            account: The connected account.
            description: Words of your own.
            transfer_group: A label that ties it to its payment.
            metadata: Notes of your own.
            wait: For how many seconds to wait for somebody who is making it now.

        Raises:
            InvalidRequest: An argument is wrong.
            InsufficientBalance: The account's available balance does not cover it; the same key tries again.
            Refused: Stripe said no for another reason.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        more = given(
            description=description,
            transfer_group=transfer_group,
            metadata=checked_metadata(metadata) or None,
        )
        owner = checked_id(account, "account", "acct_")
        intent = debit_intent(key, owner, checked_money(amount).check_chargeable(), more)
        return Debit.parse(await self._caller.perform(intent, wait=wait))

    async def owed(self, *, account: str = "") -> AsyncGenerator[Owed, None]:
        """Go through what sellers owe since their balances were short, by name.

        Args:
            account: Only what this connected account owes.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        async for owed in Owing(self._caller).every():
            if not owed.collected_by and account in {"", owed.account}:
                yield owed

    async def collect(self, name: str, *, debit: bool = False) -> Owed:
        """Try to get what a seller owes, now that there may be money; what was collected is never collected again.

        What was owed for a dispute that is won by now is not collected, and not owed any more.

        Args:
            name: Its name, from `owed`.
            debit: Whether the account is debited, which its owner has agreed to, instead of reversing the transfer.

        Raises:
            InsufficientBalance: The seller's balance still does not cover it.
            InvalidRequest: It was tried in the other way, and the outcome of that is not known.
            OperationError: Nothing of this name is owed.
            Refused: Stripe said no for another reason.
            OutcomeUnknown: It may have been collected; the same call finds out.
        """
        return await Owing(self._caller).collect(checked_key(name), debit=debit)

    async def retrieve(self, transfer_id: str) -> Transfer:
        """Read a transfer.

        Raises:
            InvalidRequest: It is not the id of a transfer.
            NotFound: There is none.
            Unreachable: There was no usable answer.
        """
        request = Request("get", f"/v1/transfers/{checked_id(transfer_id, 'transfer_id', 'tr_')}")
        return Transfer.parse(await self._caller.read(request, "transfers.retrieve"))

    async def list(
        self, *, destination: str | None = None, transfer_group: str | None = None
    ) -> AsyncGenerator[Transfer, None]:
        """Go through the transfers, the newest first, to the end.

        Args:
            destination: Only those to this connected account.
            transfer_group: Only those with this label.

        Raises:
            Unreachable: There was no usable answer.
        """
        params = given(
            destination=optional_id(destination, "destination", "acct_"),
            transfer_group=transfer_group,
            limit=100,
        )
        async for item in self._caller.pages(Request("get", "/v1/transfers", params), "transfers.list"):
            yield Transfer.parse(Answer(data=item))


class Transfers(Blocking[AsyncTransfers]):
    """Transfers: money moved from the platform to a connected account, and back."""

    create: Final = blocking(AsyncTransfers.create)
    reverse: Final = blocking(AsyncTransfers.reverse)
    debit: Final = blocking(AsyncTransfers.debit)
    owed: Final = iterating(AsyncTransfers.owed)
    collect: Final = blocking(AsyncTransfers.collect)
    retrieve: Final = blocking(AsyncTransfers.retrieve)
    list: Final = iterating(AsyncTransfers.list)
