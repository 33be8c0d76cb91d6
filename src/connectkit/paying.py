"""Payouts as they are meant: looked at before they are sent, followed to the bank, sent again after a failure."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from attrs import evolve, frozen

from connectkit.calls.caller import Caller, Intent
from connectkit.errors import AccountNotReady, InvalidRequest, OperationError, StoreUnavailable
from connectkit.models.accounts import Account
from connectkit.models.balances import Balance, SourceType
from connectkit.models.base import Answer
from connectkit.models.external_accounts import ExternalAccount
from connectkit.models.intentions import PayoutAttempt, PayoutEligibility, PayoutIntention, PayoutState
from connectkit.models.payouts import Payout
from connectkit.models.plans import Effect, PlannedCall, PlannedFee, Risk, RiskKind
from connectkit.money import Money
from connectkit.requests import Request, compact
from connectkit.storage.base import AsyncEventStore
from connectkit.storage.records import Delivery, Note

PayoutMethod: TypeAlias = Literal["standard", "instant"]

KIND: Final = "connectkit.payout"
"""The kind of the object that an event of ours about a payout is about, and how its type begins."""

TYPES: Final = ("payout.*",)
"""The types of events after which a payout may stand elsewhere."""

_INTENTIONS: Final = "payout"
_ATTEMPTS: Final = "payout_attempt"
_TRIES: Final = 10  # lost in a row to other workers on the same intention
_OPEN: Final = frozenset({PayoutState.PLANNED, PayoutState.SENT, PayoutState.PAID})
_LEAST_INSTANT: Final = {"usd": 50, "cad": 60, "sgd": 50, "gbp": 40, "aud": 50, "eur": 40}
_MOST_INSTANT: Final = 999_900  # minor units; Stripe's page on instant payouts


def payout_intent(key: str, account: str | None, params: Mapping[str, Any]) -> Intent:
    """Give the wish to make one payout."""
    return Intent("payouts.create", key, Request("post", "/v1/payouts", params, account=account), params, Payout.KEEP)


def outgoing(wanted: PayoutIntention, amount: Money) -> PlannedCall:
    """Give the call that pays out what is meant, as a plan shows it."""
    params: dict[str, Any] = {"amount": amount.amount, "currency": amount.currency, "method": wanted.method}
    params |= _chosen(wanted)
    about = Money((amount.amount + 50) // 100, amount.currency)  # one percent; the contract says exactly
    fee = PlannedFee(account="", amount=about, what="of Stripe's for an instant payout, about one percent")
    return PlannedCall(
        name="payout",
        verb="payouts.create",
        method="post",
        path="/v1/payouts",
        params=params,
        account=wanted.account,
        effects=(Effect(account=wanted.account, amount=-amount, what="payout"),),
        fees=(fee,) if wanted.method == "instant" else (),
    )


def blocked(able: PayoutEligibility) -> tuple[Risk, ...]:
    """Give why an account cannot be paid out, as a plan shows it."""
    return tuple(Risk(kind=RiskKind.BLOCKED, account=able.account, message=why) for why in able.obstacles)


@frozen
class Paymaster:
    """Brings payouts that are meant to their bank.

    Attributes:
        caller: Whose operations these are.
        inbox: Where a change is told, to be handled like an event of Stripe's; `None` to tell nobody.
    """

    caller: Caller
    inbox: AsyncEventStore | None = None

    async def eligibility(
        self,
        account: str,
        currency: str,
        method: PayoutMethod,
        destination: str | None,
        source_type: SourceType | None = None,
    ) -> PayoutEligibility:
        """Look whether an account can be paid out, and how much."""
        reading = Request("get", f"/v1/accounts/{account}")
        seller = Account.parse(await self.caller.read(reading, "payouts.eligibility"))
        bank = await self._bank(account, currency, destination)
        balance = await self._balance(account, method)
        instant = method == "instant"
        there = balance.instant_to(bank.id if bank else "", currency) if instant else balance.available_in(currency)
        parts = balance.instant_sources if instant else balance.sources
        sources = tuple((name, part) for name, part in parts if part.currency == currency and part.amount)
        if source_type is not None:
            there = min(there, dict(sources).get(source_type, Money(0, currency)))
        step = there.rules.payout_step
        most = min(there.amount, _MOST_INSTANT) if instant else there.amount
        payable = Money(max(most, 0) // step * step, currency)
        several = [] if source_type else _several(sources)
        short = _enough(payable, there, method)
        obstacles = [*_standing(seller), *_reachable(bank, currency, method), *several, *short]
        return PayoutEligibility(
            account=account,
            payable=Money(0, currency) if obstacles else payable,
            kept=there - payable,
            destination=bank.id if bank else "",
            obstacles=tuple(obstacles),
            sources=sources,
        )

    async def intend(
        self, wanted: PayoutIntention, amount: Money | None, metadata: Mapping[str, str]
    ) -> PayoutIntention:
        """Write down that a payout is meant, unless it is written already, and send it.

        Args:
            wanted: What is meant; its amount is worked out here.
            amount: How much; all that can be paid out if it is not given.
            metadata: Notes of the caller's.
        """
        note = await self.caller.note(_INTENTIONS, wanted.key)
        if note.version:
            known = PayoutIntention.loads(note.text)
            _check_same(known, wanted, amount)
            return await self._carried_on(note, known, metadata)
        able = await self._able(wanted, amount)
        meant = able.payable if amount is None else amount
        first = PayoutAttempt(key=f"{wanted.key}#1")
        whole = able.payable + able.kept
        planned = evolve(wanted, amount=meant, kept=whole - meant, attempts=(first,))
        if not await self.caller.set_note(evolve(note, text=planned.dumps())):
            return await self.intend(wanted, amount, metadata)
        return await self._carried_on(evolve(note, version=1), planned, metadata)

    async def retry(self, key: str, destination: str | None) -> PayoutIntention:
        """Make another attempt at a payout whose last one failed or was cancelled."""
        note, intention = await self.known(key)
        if intention.state not in {PayoutState.FAILED, PayoutState.CANCELED}:
            if intention.state is PayoutState.PLANNED:
                return await self._carried_on(note, intention, {})
            message = f"The last attempt at this payout is {intention.last.status}."
            raise InvalidRequest(message, param="key", next_step=intention.next_step)
        chosen = intention if destination is None else evolve(intention, destination=destination)
        await self._able(chosen, chosen.amount)
        another = PayoutAttempt(key=f"{key}#{len(chosen.attempts) + 1}")
        again = evolve(chosen, attempts=(*chosen.attempts, another))
        if not await self.caller.set_note(evolve(note, text=again.dumps())):
            return await self.retry(key, destination)
        return await self._carried_on(evolve(note, version=note.version + 1), again, {})

    async def is_known(self, key: str) -> bool:
        """Tell whether a payout of this name is meant already."""
        return bool((await self.caller.note(_INTENTIONS, key)).version)

    async def known(self, key: str) -> tuple[Note, PayoutIntention]:
        """Give a payout that is meant, with its note.

        Raises:
            OperationError: There is none of this name.
        """
        note = await self.caller.note(_INTENTIONS, key)
        if not note.version:
            message = "No payout of this name is meant."
            raise OperationError(message, key=key, next_step="Call payouts.intend first.")
        return note, PayoutIntention.loads(note.text)

    async def every(self) -> AsyncGenerator[PayoutIntention, None]:
        """Go through all payouts that are meant."""
        async for note in self.caller.notes(_INTENTIONS):
            yield PayoutIntention.loads(note.text)

    async def heard(self, payout_id: str, account: str) -> None:
        """Look at a payout that an event is about, if an attempt of ours made it."""
        note = await self.caller.note(_ATTEMPTS, payout_id)
        if note.version:
            await self._look(note.text, payout_id, account)

    async def intention_of(self, payout_id: str) -> str:
        """Give the caller's name of the payout that was meant, if an attempt of ours made this one; `""` otherwise."""
        return (await self.caller.note(_ATTEMPTS, payout_id)).text

    async def missed(self) -> Sequence[PayoutIntention]:
        """Look at every payout that is not at its end, and give those that are elsewhere than was known."""
        now, found = self.caller.world.now(), list[PayoutIntention]()
        async for known in self.every():
            settled = known.provisional_until is not None and known.provisional_until < now
            if known.state in _OPEN and known.last.payout and not settled:
                seen = await self._look(known.key, known.last.payout, known.account)
                if seen.last != known.last:
                    found.append(seen)
        return found

    async def _able(self, wanted: PayoutIntention, amount: Money | None) -> PayoutEligibility:
        method: PayoutMethod = "instant" if wanted.method == "instant" else "standard"
        currency = wanted.amount.currency
        part: Any = wanted.source_type or None
        able = await self.eligibility(wanted.account, currency, method, wanted.destination or None, part)
        if not able:
            message = " ".join(able.obstacles)
            raise AccountNotReady(message, status=0, tried=f"payouts.intend ({wanted.key})", next_step=_FIRST)
        if amount is not None and amount > able.payable:
            message = f"{amount} were meant, and {able.payable} can be paid out now."
            raise InvalidRequest(message, param="amount", next_step="Wait for what is pending, or pay out less.")
        return able

    async def _carried_on(self, note: Note, intention: PayoutIntention, metadata: Mapping[str, str]) -> PayoutIntention:
        """Send the last attempt, if it is not known to be sent, and write down what came of it."""
        attempt = intention.last
        if attempt.payout:
            return intention
        params: dict[str, Any] = {
            "amount": intention.amount.amount,
            "currency": intention.amount.currency,
            "method": intention.method,
            "metadata": dict(metadata),
        }
        params |= _chosen(intention)
        payout = Payout.parse(await self.caller.perform(payout_intent(attempt.key, intention.account, params)))
        await self.caller.set_note(evolve(await self.caller.note(_ATTEMPTS, payout.id), text=intention.key))
        sent = evolve(intention, attempts=(*intention.attempts[:-1], attempt.seen(payout)))
        if await self.caller.set_note(evolve(note, text=sent.dumps())):
            return sent
        return (await self.known(intention.key))[1]

    async def _look(self, key: str, payout_id: str, account: str) -> PayoutIntention:
        """Read a payout and write down how it is; of several who do, the last one has seen the latest."""
        for _ in range(_TRIES):
            note, known = await self.known(key)
            request = Request("get", f"/v1/payouts/{payout_id}", account=account)
            payout = Payout.parse(await self.caller.read(request, "payouts.look"))
            attempts = tuple(
                attempt.seen(payout) if attempt.payout == payout_id else attempt for attempt in known.attempts
            )
            seen = evolve(known, attempts=attempts)
            if seen == known:
                return known
            if self.inbox is not None:
                await self.inbox.remember(_told(note, seen, int(self.caller.world.now().timestamp())))
            if await self.caller.set_note(evolve(note, text=seen.dumps())):
                return seen
        message = "Other workers were quicker every time."
        raise StoreUnavailable(message, next_step="Call again.")

    async def _balance(self, account: str, method: PayoutMethod) -> Balance:
        """Read a balance; for an instant payout also what reaches each bank, less the platform's own fee."""
        expanded = {"expand": ["instant_available.net_available"]} if method == "instant" else {}
        request = Request("get", "/v1/balance", expanded, account=account)
        return Balance.parse(await self.caller.read(request, "payouts.eligibility"))

    async def _bank(self, account: str, currency: str, destination: str | None) -> ExternalAccount | None:
        """Give where a payout would go: what was chosen, or the default of its currency."""
        for kind in ("bank_account", "card"):
            request = Request("get", f"/v1/accounts/{account}/external_accounts", {"object": kind, "limit": 100})
            async for item in self.caller.pages(request, "payouts.eligibility"):
                bank = ExternalAccount.parse(Answer(data=item))
                if bank.id == destination or (
                    destination is None and bank.currency == currency and bank.default_for_currency
                ):
                    return bank
        return None


_FIRST: Final = "Put it right, and call again with the same key: nothing was sent."


def _standing(seller: Account) -> list[str]:
    return [] if seller.payouts_enabled else ["Payouts are not enabled for this account."]


def _reachable(bank: ExternalAccount | None, currency: str, method: PayoutMethod) -> list[str]:
    if bank is None:
        return [f"The account has no bank account or card for {currency}."]
    if bank.errored:
        return ["A payout to its bank account has failed, and it was neither repaired nor replaced."]
    if method == "instant" and not bank.instant:
        return ["Instant payouts do not reach its bank account."]
    return []


def _chosen(wanted: PayoutIntention) -> dict[str, str]:
    named = {"destination": wanted.destination, "source_type": wanted.source_type}
    return {name: value for name, value in named.items() if value}


def _several(sources: Sequence[tuple[str, Money]]) -> list[str]:
    filled = [f"{part} by {name}" for name, part in sources if part.amount > 0]
    if len(filled) < 2:  # noqa: PLR2004  # several
        return []
    return [f"The balance has {' and '.join(filled)}, which are paid out apart: choose one by source_type."]


def _enough(payable: Money, there: Money, method: PayoutMethod) -> list[str]:
    if there.amount < 0:
        return [
            f"The balance is below zero, by {abs(there)}: sales, a transfer or a debit of the bank bring it up first."
        ]
    if payable.amount < 1:
        return [f"{there} are available, of which nothing can be paid out."]
    least = _LEAST_INSTANT.get(payable.currency, 0)
    if method == "instant" and payable.amount < least:
        return [f"An instant payout is at least {Money(least, payable.currency)}."]
    return []


def check_amount(amount: Money, method: PayoutMethod) -> None:
    """Check an amount against what Stripe pays out at once.

    Raises:
        InvalidRequest: It is no whole unit of its currency, or more than an instant payout can be.
    """
    amount.check_payable()
    if method == "instant" and amount.amount > _MOST_INSTANT:
        most = Money(_MOST_INSTANT, amount.currency)
        message = f"An instant payout is at most {most}."
        raise InvalidRequest(message, param="amount", next_step="Pay out in parts, or with method='standard'.")


def _check_same(known: PayoutIntention, wanted: PayoutIntention, amount: Money | None) -> None:
    same = (known.account, known.method, known.source_type, known.amount.currency) == (
        wanted.account,
        wanted.method,
        wanted.source_type,
        wanted.amount.currency,
    )
    if not same or (amount is not None and amount != known.amount):
        message = "This key names another payout that is meant."
        raise InvalidRequest(message, param="key", next_step="Choose another key, or bring the same arguments.")


def _told(note: Note, intention: PayoutIntention, created: int) -> Delivery:
    """Give the event that tells of a change; by its number it is told once, however often it is found."""
    realm = note.realm
    named = compact([realm.tenant, realm.platform, realm.livemode, intention.key, note.version])
    event_id = f"evt_{KIND.replace('.', '_')}_{hashlib.sha256(named.encode()).hexdigest()[:24]}"
    document: dict[str, object] = {
        "id": event_id,
        "object": "event",
        "type": f"{KIND}.{intention.state.value}",
        "created": created,
        "livemode": realm.livemode,
        "account": intention.account,
        "data": {"object": {"object": KIND, "id": intention.last.payout, "intention": intention.document()}},
    }
    scope = f"{'live' if realm.livemode else 'test'}/{intention.account}"
    return Delivery(
        scope,
        event_id,
        f"{KIND}.{intention.state.value}",
        compact(document).encode(),
        f"{scope}/{intention.last.payout}",
    )
