"""Balances, and every movement that makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, Self, TypeAlias

from attrs import field, frozen

from connectkit.money import Money

from .base import Answer, Receipt, Value, Whole, identifier, moment

SourceType: TypeAlias = Literal["card", "bank_account", "fpx"]
"""Which way money came, as Stripe keeps it apart in a balance; most bank debits count as `card`."""


@frozen(kw_only=True)
class Balance:
    """What an account holds at Stripe, in each currency. An amount can be negative.

    Attributes:
        available: What can be transferred or paid out now.
        pending: What is not usable yet.
        instant: What can be paid out at once to a bank that takes it.
        instant_sources: What of that came by which way.
        instant_net: The same by where it would go, by the id of the bank account or card, less what the platform takes
            on top of an instant payout; empty where it was not asked for.
        reserved: What is held back from a platform for its connected accounts' negative balances.
        sources: What of the available money came by which way, as `card`, `bank_account` or `fpx`.
        receipt: How it was come by; takes no part in equality.
    """

    available: tuple[Money, ...]
    pending: tuple[Money, ...]
    instant: tuple[Money, ...]
    reserved: tuple[Money, ...]
    sources: tuple[tuple[str, Money], ...] = ()
    instant_sources: tuple[tuple[str, Money], ...] = ()
    instant_net: tuple[tuple[str, Money], ...] = ()
    receipt: Receipt = field(default=Receipt(), eq=False, repr=False)

    def available_in(self, currency: str) -> Money:
        """Give what can be used now in a currency, zero where there is none."""
        return _in(self.available, currency)

    def available_from(self, source_type: str, currency: str) -> Money:
        """Give what can be used now in a currency of what came by one way, as `card` or `bank_account`."""
        return _in(tuple(amount for source, amount in self.sources if source == source_type), currency)

    def instant_in(self, currency: str) -> Money:
        """Give what can be paid out at once in a currency, zero where there is none."""
        return _in(self.instant, currency)

    def instant_to(self, destination: str, currency: str) -> Money:
        """Give what can be paid out at once to a bank account or card: less the platform's fee, where that is known."""
        known = dict(self.instant_net)
        return known.get(destination, self.instant_in(currency))

    def pending_in(self, currency: str) -> Money:
        """Give what is not usable yet in a currency, zero where there is none."""
        return _in(self.pending, currency)

    @classmethod
    def parse(cls, answer: Answer) -> Self:
        """Read Stripe's answer."""
        data = answer.data
        return cls(
            available=_amounts(data.get("available")),
            pending=_amounts(data.get("pending")),
            instant=_amounts(data.get("instant_available")),
            reserved=_amounts(data.get("connect_reserved")),
            sources=_sources(data.get("available")),
            instant_sources=_sources(data.get("instant_available")),
            instant_net=_net(data.get("instant_available")),
            receipt=answer.receipt,
        )


def _sources(entries: Sequence[Mapping[str, Any]] | None) -> tuple[tuple[str, Money], ...]:
    found: list[tuple[str, Money]] = []
    for entry in entries or ():
        types: Mapping[str, int] = entry.get("source_types") or {}
        found += [(source, Money(amount, entry["currency"])) for source, amount in types.items()]
    return tuple(found)


def _net(entries: Sequence[Mapping[str, Any]] | None) -> tuple[tuple[str, Money], ...]:
    return tuple(
        (net["destination"], Money(net["amount"], entry["currency"]))
        for entry in entries or ()
        for net in entry.get("net_available") or ()
    )


def _amounts(entries: Sequence[Mapping[str, Any]] | None) -> tuple[Money, ...]:
    return tuple(Money(entry["amount"], entry["currency"]) for entry in entries or ())


def _in(amounts: tuple[Money, ...], currency: str) -> Money:
    return sum((amount for amount in amounts if amount.currency == currency), start=Money(0, currency))


@frozen(kw_only=True)
class BalanceTransaction(Value):
    """One movement of a balance.

    Attributes:
        amount: How much, before fees; negative for what leaves.
        fee: What of it went to fees; negative where fees came back.
        net: The difference, which is what the balance moved by.
        type: What it is, as `charge`, `transfer`, `payout_failure`. An open set.
        category: The same for accounting, as `platform_earning`. An open set.
        source: The object behind it, or `""`.
        status: `pending` or `available`.
        available_on: From when on it is usable.
        exchange_rate: From the currency of what is behind it to this one, where it was converted; Stripe prints about
            six digits of it.
        description: Stripe's words for it.
        created: When it was made.
    """

    amount: Money
    fee: Money
    net: Money
    type: str
    category: str
    source: str
    status: str
    available_on: datetime | None
    exchange_rate: Decimal | None
    description: str
    created: datetime | None

    @classmethod
    def parse(cls, answer: Answer) -> Self:
        """Read Stripe's answer."""
        data = answer.data
        currency = data["currency"]
        return cls(
            id=data["id"],
            amount=Money(data["amount"], currency),
            fee=Money(data["fee"], currency),
            net=Money(data["net"], currency),
            type=data["type"],
            category=data.get("reporting_category") or "",
            source=identifier(data.get("source")),
            status=data.get("status") or "",
            available_on=moment(data.get("available_on")),
            exchange_rate=None if data.get("exchange_rate") is None else Decimal(str(data["exchange_rate"])),
            description=data.get("description") or "",
            created=moment(data.get("created")),
            receipt=answer.receipt,
            whole=Whole(data),
        )


@frozen(kw_only=True)
class NegativeBalance:
    """A balance below zero: until it has recovered, nothing is paid out.

    Attributes:
        account: The connected account.
        amount: How much it is, below zero, pending money with it.
        ours: Whether the platform bears what the account does not pay.
    """

    account: str
    amount: Money
    ours: bool


class ClaimKind(Enum):
    """What is going to take money from a connected account, or may."""

    REFUND = "refund"
    """A refund of a direct charge that waits."""
    INQUIRY = "inquiry"
    """An inquiry about a direct charge, which takes its amount, and the bank's fee, if it becomes a chargeback."""
    DISPUTE = "dispute"
    """A chargeback of the platform's that was not recovered from the account yet."""
    OWED = "owed"
    """What was parked when the account's balance was short; see `transfers.owed`."""


@frozen(kw_only=True)
class BalanceClaim:
    """Something that is going to take money from a connected account, or may.

    Attributes:
        kind: What it is.
        id: The refund, the dispute, or the name of what is owed.
        amount: How much, in its own currency.
    """

    kind: ClaimKind
    id: str
    amount: Money


@frozen(kw_only=True)
class BalanceOutlook:
    """What becomes of a connected account's balance in one currency.

    Attributes:
        account: The connected account.
        now: What is there, pending money with it.
        claims: What is going to take money from it, or may.
        ours: Whether the platform bears what the account does not pay.
        debited: Whether Stripe may take what is missing from the account's bank.
    """

    account: str
    now: Money
    claims: tuple[BalanceClaim, ...]
    ours: bool
    debited: bool

    @property
    def expected(self) -> Money:
        """What is left once all claims have landed."""
        return self.now - sum((claim.amount for claim in self.claims), Money(0, self.now.currency))

    @property
    def below(self) -> bool:
        """Whether it is below zero already."""
        return self.now.amount < 0

    @property
    def next_step(self) -> str:
        """What to do now, as a sentence."""
        if not self.below:
            return "Hold payouts back, by interval='manual' or a minimum_balance in settings.set_payouts, until it has."
        if self.debited:
            return "Wait: Stripe takes it from the bank account, if that lets it."
        if self.ours:
            return "Bring it up by a transfer, or hold the next shares back: after half a year it is your loss."
        return "Nothing: the account answers for it, and later sales bring it up."


@frozen(kw_only=True)
class TopUpNeed:
    """What a platform's balance lacks for what is planned, in one currency.

    Attributes:
        planned: What is to be transferred.
        available: What is there now.
        arriving: What pending top-ups bring.
        missing: What is to be topped up besides; nothing, if it suffices.
    """

    planned: Money
    available: Money
    arriving: Money
    missing: Money
