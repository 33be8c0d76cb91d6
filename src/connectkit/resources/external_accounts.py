"""Bank accounts and debit cards that sellers are paid out to, where the platform collects the requirements."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Final

from connectkit.calls.caller import Caller, Intent
from connectkit.drive import Blocking, blocking, iterating
from connectkit.errors import InvalidRequest, NotFound
from connectkit.models.accounts import Account
from connectkit.models.base import Answer
from connectkit.models.details import BankDetails, CardDetails
from connectkit.models.external_accounts import ExternalAccount
from connectkit.requests import Request, checked_id

from .arguments import checked_metadata
from .people import given


class AsyncExternalAccounts:
    """Bank accounts and debit cards that sellers are paid out to, where the platform collects the requirements.

    Elsewhere sellers manage them themselves, in Stripe's form, dashboard or components.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def add(
        self,
        account_id: str,
        *,
        key: str,
        token: str | None = None,
        bank: BankDetails | None = None,
        card: CardDetails | None = None,
        default: bool = True,
        metadata: Mapping[str, str] | None = None,
        wait: float = 0.0,
    ) -> ExternalAccount:
        """Give an account one more bank account or debit card to be paid out to; those that it has stay.

        Args:
            account_id: The connected account.
            key: Your own name of it: the same key never adds it twice.
            token: A token of Stripe's (`btok_…`, `tok_…`), so that no number ever comes here.
            bank: The bank account by its number, which is sent and kept nowhere.
            card: The debit card by its number, which is sent and kept nowhere.
            default: Whether payouts in its currency go there from now on; the first one in a currency always is.
            metadata: Notes of your own.
            wait: For how many seconds to wait for somebody who is adding it now.

        Raises:
            InvalidRequest: An argument is wrong, or not one of *token*, *bank* and *card* was given.
            OperationConflict: The key names another one.
            OperationInProgress: Somebody else is adding it now.
            Refused: Stripe said no.
            OutcomeUnknown: It may have been added; the same key finds out.
        """
        params = {
            "external_account": _named(token, bank, card),
            "default_for_currency": default,
            "metadata": checked_metadata(metadata),
        }
        intent = Intent(
            verb="external_accounts.add",
            key=key,
            request=Request("post", _path(account_id), params),
            arguments={"account_id": account_id, **params},
            keep=ExternalAccount.KEEP,
            personal=() if token is not None else ("external_account",),
        )
        return ExternalAccount.parse(await self._caller.perform(intent, wait=wait))

    async def list(self, account_id: str) -> AsyncGenerator[ExternalAccount, None]:
        """Go through where an account is paid out to: bank accounts, then cards, the newest first.

        Args:
            account_id: The connected account.

        Raises:
            InvalidRequest: It is not the id of an account.
            NotFound: There is no such account.
            Unreachable: There was no usable answer.
        """
        for kind in ("bank_account", "card"):
            request = Request("get", _path(account_id), {"object": kind, "limit": 100})
            async for item in self._caller.pages(request, "external_accounts.list"):
                yield ExternalAccount.parse(Answer(data=item))

    async def retrieve(self, account_id: str, external_account_id: str) -> ExternalAccount:
        """Read a bank account or card.

        Args:
            account_id: The connected account.
            external_account_id: The bank account or card.

        Raises:
            InvalidRequest: An id is none.
            NotFound: There is none in this account.
            Unreachable: There was no usable answer.
        """
        request = Request("get", _one(account_id, external_account_id))
        return ExternalAccount.parse(await self._caller.read(request, "external_accounts.retrieve"))

    async def make_default(self, account_id: str, external_account_id: str) -> ExternalAccount:
        """Have payouts in its currency go there from now on.

        Args:
            account_id: The connected account.
            external_account_id: The bank account or card.

        Raises:
            InvalidRequest: An id is none.
            NotFound: There is none in this account.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it can be called again.
        """
        return await self._changed(account_id, external_account_id, {"default_for_currency": True})

    async def repair(self, account_id: str, external_account_id: str) -> ExternalAccount:
        """Enable one again that failed, after its owner has put it right at the bank; its number can't be changed.

        Where the number was wrong, use `replace`.

        Args:
            account_id: The connected account.
            external_account_id: The bank account or card.

        Raises:
            InvalidRequest: An id is none.
            NotFound: There is none in this account.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it can be called again.
        """
        return await self._changed(account_id, external_account_id, {})

    async def prove(self, account_id: str, external_account_id: str, *, files: Sequence[str]) -> ExternalAccount:
        """Prove whose a bank account is, where Stripe could not verify it (`verification_failed`).

        Args:
            account_id: The connected account.
            external_account_id: The bank account.
            files: What `files.upload` gave for the purpose `account_requirement`.

        Raises:
            InvalidRequest: An id is none, or no file was named.
            NotFound: There is none in this account.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it can be called again.
        """
        if isinstance(files, str) or not files:
            message = "files is one or more ids of files."
            raise InvalidRequest(message, param="files", next_step="Upload them with files.upload first.")
        papers = [checked_id(file, "files", "file_") for file in files]
        params = {"documents": {"bank_account_ownership_verification": {"files": papers}}}
        return await self._changed(account_id, external_account_id, params)

    async def replace(
        self,
        account_id: str,
        external_account_id: str,
        *,
        key: str,
        token: str | None = None,
        bank: BankDetails | None = None,
        card: CardDetails | None = None,
        wait: float = 0.0,
    ) -> ExternalAccount:
        """Put another one in the place of one, in the order that never leaves the seller without: add, default, remove.

        Called again with the same key it goes on where it stopped.

        Args:
            account_id: The connected account.
            external_account_id: The one that is to go.
            key: Your own name of it.
            token: A token of Stripe's for the new one.
            bank: The new one by its number.
            card: The new one by its number, if it is a debit card.
            wait: For how many seconds to wait for somebody who is at it now.

        Raises:
            InvalidRequest: An argument is wrong.
            OperationError: As in `add`.
            Refused: Stripe said no; the old one is still there.
            Unreachable: There was no usable answer; the same key goes on.
        """
        _one(account_id, external_account_id)
        added = await self.add(account_id, key=key, token=token, bank=bank, card=card, wait=wait)
        await self.make_default(account_id, added.id)
        await self.remove(account_id, external_account_id)
        return added

    async def remove(self, account_id: str, external_account_id: str) -> None:
        """Take one away; one that is gone already stays so.

        Stripe never removes the default of a currency while there are others in it, nor the last one of the account's
        own currency: that is looked at before.

        Args:
            account_id: The connected account.
            external_account_id: The bank account or card.

        Raises:
            InvalidRequest: An id is none, or payouts need it.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it can be called again.
        """
        path = _one(account_id, external_account_id)
        held = [item async for item in self.list(account_id)]
        going = next((item for item in held if item.id == external_account_id), None)
        if going is not None and going.default_for_currency:
            spare = any(item.currency == going.currency and item is not going for item in held)
            await self._check_needed(account_id, going, spare=spare)
        try:
            await self._caller.update(Request("delete", path), "external_accounts.remove")
        except NotFound:
            return

    async def _check_needed(self, account_id: str, going: ExternalAccount, *, spare: bool) -> None:
        if spare:
            message = "Payouts in its currency go to this one by default."
            step = "Make another one the default first, or use external_accounts.replace."
            raise InvalidRequest(message, param="external_account_id", next_step=step)
        request = Request("get", f"/v1/accounts/{account_id}")
        account = Account.parse(await self._caller.read(request, "external_accounts.remove"))
        if account.default_currency == going.currency:
            message = "This is the only one in the account's own currency."
            raise InvalidRequest(message, param="external_account_id", next_step="Use external_accounts.replace.")

    async def _changed(self, account_id: str, external_account_id: str, params: dict[str, Any]) -> ExternalAccount:
        request = Request("post", _one(account_id, external_account_id), params)
        return ExternalAccount.parse(await self._caller.update(request, "external_accounts.update"))


def _named(token: str | None, bank: BankDetails | None, card: CardDetails | None) -> str | dict[str, Any]:
    ways = [way for way in (token, bank, card) if way is not None]
    if len(ways) != 1:
        message = "An external account is given as a token, or by the details of a bank account or a card."
        raise InvalidRequest(message, param="token", next_step="Pass token='btok_…', or bank=BankDetails(…).")
    if bank is not None:
        return _described(bank)
    return _drawn(card) if card is not None else checked_id(str(token), "token", "btok_", "tok_")


def _described(bank: BankDetails) -> dict[str, Any]:
    return given(
        object="bank_account",
        account_number=bank.account_number,
        routing_number=bank.routing_number,
        country=bank.country.upper(),
        currency=bank.currency.lower(),
        account_holder_name=bank.holder_name,
        account_holder_type=bank.holder_type,
    )


def _drawn(card: CardDetails) -> dict[str, Any]:
    return given(
        object="card",
        number=card.number,
        exp_month=card.exp_month,
        exp_year=card.exp_year,
        currency=card.currency.lower(),
        cvc=card.cvc,
        name=card.holder_name,
    )


def _path(account_id: str) -> str:
    return f"/v1/accounts/{checked_id(account_id, 'account_id', 'acct_')}/external_accounts"


def _one(account_id: str, external_account_id: str) -> str:
    return f"{_path(account_id)}/{checked_id(external_account_id, 'external_account_id', 'ba_', 'card_')}"


class ExternalAccounts(Blocking[AsyncExternalAccounts]):
    """Bank accounts and debit cards that sellers are paid out to, where the platform collects the requirements.

    Elsewhere sellers manage them themselves, in Stripe's form, dashboard or components.
    """

    add: Final = blocking(AsyncExternalAccounts.add)
    list: Final = iterating(AsyncExternalAccounts.list)
    retrieve: Final = blocking(AsyncExternalAccounts.retrieve)
    make_default: Final = blocking(AsyncExternalAccounts.make_default)
    repair: Final = blocking(AsyncExternalAccounts.repair)
    prove: Final = blocking(AsyncExternalAccounts.prove)
    replace: Final = blocking(AsyncExternalAccounts.replace)
    remove: Final = blocking(AsyncExternalAccounts.remove)
