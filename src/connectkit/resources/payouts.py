"""Payouts: money paid out to a bank."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from functools import partial
from typing import Final, get_args

from attrs import evolve

from connectkit.calls.caller import Caller, Intent
from connectkit.calls.previews import AsyncPlan, previewing
from connectkit.drive import Blocking, blocking, iterating
from connectkit.errors import InvalidRequest
from connectkit.models.balances import SourceType
from connectkit.models.base import Answer
from connectkit.models.intentions import PayoutEligibility, PayoutIntention, PayoutState
from connectkit.models.payouts import Payout
from connectkit.money import Money
from connectkit.paying import Paymaster, PayoutMethod, blocked, check_amount, outgoing, payout_intent
from connectkit.requests import Request, checked_id, checked_key

from .arguments import check_word, checked_metadata, checked_money, given, optional_id

_DESCRIPTOR: Final = 22  # characters that Stripe takes


class AsyncPayouts:
    """Payouts: money paid out to a bank."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._paymaster = Paymaster(caller)

    async def create(
        self,
        *,
        key: str,
        amount: Money,
        account: str | None = None,
        method: PayoutMethod = "standard",
        destination: str | None = None,
        source_type: SourceType | None = None,
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
            source_type: Of which part of the balance; it has to be said where there are several.
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
            source_type=_source(source_type),
            statement_descriptor=statement_descriptor,
            description=description,
            metadata=checked_metadata(metadata),
        )
        intent = payout_intent(key, self._caller.account(account), params)
        return Payout.parse(await self._caller.perform(intent, wait=wait))

    async def eligibility(
        self,
        *,
        account: str,
        currency: str,
        method: PayoutMethod = "standard",
        destination: str | None = None,
        source_type: SourceType | None = None,
    ) -> PayoutEligibility:
        """Look whether a seller can be paid out now, and how much; nothing is sent but questions.

        It looks at the account, at its balance and at where the money would go. What is no whole unit of the currency
        is kept: HUF, TWD, ISK and UGX leave in whole units only.

        Args:
            account: The connected account.
            currency: Of which of its balances.
            method: `standard` or `instant`.
            destination: A bank account or card of the account; its default for the currency if it is not given.
            source_type: Of which part of the balance; it has to be said where there are several.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe does not tell.
            Unreachable: There was no usable answer.
        """
        check_word(method, "method", get_args(PayoutMethod))
        chosen = optional_id(destination, "destination", "ba_", "card_")
        seller = checked_id(account, "account", "acct_")
        return await self._paymaster.eligibility(
            seller, Money(0, currency).currency, method, chosen, _source(source_type)
        )

    async def intend(
        self,
        *,
        key: str,
        account: str,
        currency: str | None = None,
        amount: Money | None = None,
        method: PayoutMethod = "standard",
        destination: str | None = None,
        source_type: SourceType | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> PayoutIntention:
        """Pay a seller out, however many attempts it takes.

        It looks whether the seller can be paid out, writes down what is meant, and sends it. `router.follow_payouts()`
        follows it to the bank: `paid` is not the end, for a bank can return it for five business days. If it fails,
        the intention tells why and what to ask the seller for; once that is put right, `retry` sends it again, and
        never while an attempt is on its way. The same key gives the same intention, as it stands.

        Args:
            key: Your own name of what is meant, as `payout-2026-47-seller-7`.
            account: The connected account.
            currency: Of which of its balances, where no amount says it.
            amount: How much; all that can be paid out if it is not given.
            method: `standard` or `instant`.
            destination: A bank account or card of the account; its default for the currency if it is not given.
            source_type: Of which part of the balance; it has to be said where there are several.
            metadata: Notes of your own, on the payout.

        Raises:
            InvalidRequest: An argument is wrong, more is meant than can be paid out, or the key names another payout.
            AccountNotReady: The seller can't be paid out, or not in this way; nothing was sent.
            Refused: Stripe said no.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        meant = _meant(key, account, currency=currency, amount=amount, method=method, destination=destination)
        wanted = evolve(meant, source_type=_source(source_type) or "")
        return await self._paymaster.intend(wanted, amount, checked_metadata(metadata))

    async def plan_intend(
        self,
        *,
        key: str,
        account: str,
        currency: str | None = None,
        amount: Money | None = None,
        method: PayoutMethod = "standard",
        destination: str | None = None,
        source_type: SourceType | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> AsyncPlan[PayoutIntention]:
        """Show what `intend` would send and move, and why it could not; executing the plan is that payout.

        Of a payout that is meant already nothing is planned: executing gives it as it stands.

        Args:
            key: Your own name of what is meant.
            account: The connected account.
            currency: Of which of its balances, where no amount says it.
            amount: How much; all that can be paid out now if it is not given.
            method: `standard` or `instant`.
            destination: A bank account or card of the account; its default for the currency if it is not given.
            source_type: Of which part of the balance; it has to be said where there are several.
            metadata: Notes of your own, on the payout.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe does not tell.
            Unreachable: There was no usable answer.
        """
        meant = _meant(key, account, currency=currency, amount=amount, method=method, destination=destination)
        wanted = evolve(meant, source_type=_source(source_type) or "")
        notes = checked_metadata(metadata)
        if await self._paymaster.is_known(key):
            carry_out = partial(self._as_shown, wanted, amount, notes)
            return AsyncPlan(verb="payouts.intend", key=key, steps=(), risks=(), carry_out=carry_out)
        able = await self._paymaster.eligibility(account, wanted.amount.currency, method, destination, source_type)
        whole = able.payable if amount is None else amount
        return AsyncPlan(
            verb="payouts.intend",
            key=key,
            steps=(outgoing(wanted, whole),),
            risks=blocked(able),
            carry_out=partial(self._as_shown, wanted, None if able.obstacles and amount is None else whole, notes),
        )

    async def _as_shown(
        self, wanted: PayoutIntention, amount: Money | None, metadata: Mapping[str, str], wait: float
    ) -> PayoutIntention:
        del wait  # an intention is written down first, and joined by its key
        return await self._paymaster.intend(wanted, amount, metadata)

    async def intention(self, key: str) -> PayoutIntention:
        """Give a payout that is meant, as it was last seen; nothing is asked of Stripe.

        Args:
            key: Your own name of it.

        Raises:
            OperationError: There is none of this name.
            StoreUnavailable: The store could not be reached.
        """
        return (await self._paymaster.known(checked_key(key)))[1]

    async def intentions(
        self, *, account: str = "", state: PayoutState | None = None
    ) -> AsyncGenerator[PayoutIntention, None]:
        """Go through the payouts that are meant, by their keys.

        Args:
            account: Only those of this connected account.
            state: Only those that stand so, as `PayoutState.FAILED`.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        async for intention in self._paymaster.every():
            if account in {"", intention.account} and state in {None, intention.state}:
                yield intention

    async def retry(self, key: str, *, destination: str | None = None) -> PayoutIntention:
        """Send a payout again whose last attempt failed or was cancelled, once what was wrong is put right.

        Args:
            key: Your own name of what is meant.
            destination: Another bank account or card of the account, from now on.

        Raises:
            InvalidRequest: An attempt is on its way, or has arrived.
            AccountNotReady: The seller still can't be paid out; nothing was sent.
            OperationError: There is none of this name, or as in `intend`.
        """
        chosen = optional_id(destination, "destination", "ba_", "card_")
        return await self._paymaster.retry(checked_key(key), chosen)

    async def missed(self) -> Sequence[PayoutIntention]:
        """Look at every payout that is meant and not at its end, and give those of which no event told.

        Run it once a day: an event can get lost, and then nobody would know that a payout has failed.

        Raises:
            Refused: Stripe does not tell.
            Unreachable: There was no usable answer.
            StoreUnavailable: The store could not be reached.
        """
        return await self._paymaster.missed()

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
    eligibility: Final = blocking(AsyncPayouts.eligibility)
    intend: Final = blocking(AsyncPayouts.intend)
    plan_intend: Final = previewing(AsyncPayouts.plan_intend)
    intention: Final = blocking(AsyncPayouts.intention)
    intentions: Final = iterating(AsyncPayouts.intentions)
    retry: Final = blocking(AsyncPayouts.retry)
    missed: Final = blocking(AsyncPayouts.missed)
    retrieve: Final = blocking(AsyncPayouts.retrieve)
    list: Final = iterating(AsyncPayouts.list)
    cancel: Final = blocking(AsyncPayouts.cancel)
    reverse: Final = blocking(AsyncPayouts.reverse)


def _source(source_type: SourceType | None) -> SourceType | None:
    if source_type is not None:
        check_word(source_type, "source_type", get_args(SourceType))
    return source_type


def _meant(
    key: str,
    account: str,
    *,
    currency: str | None,
    amount: Money | None,
    method: PayoutMethod,
    destination: str | None,
) -> PayoutIntention:
    """Check what is meant, and give it with an amount that is worked out later."""
    check_word(method, "method", get_args(PayoutMethod))
    if (currency is None) is (amount is None):
        message = "Either the amount is given, or the currency of which everything is paid out."
        raise InvalidRequest(message, param="amount", next_step="Pass amount=Money.of('49.90', 'usd').")
    if amount is not None:
        check_amount(checked_money(amount), method)
    nothing = Money(0, amount.currency if amount is not None else currency or "")
    return PayoutIntention(
        key=checked_key(key),
        account=checked_id(account, "account", "acct_"),
        amount=nothing,
        kept=nothing,
        method=method,
        destination=optional_id(destination, "destination", "ba_", "card_") or "",
        attempts=(),
    )
