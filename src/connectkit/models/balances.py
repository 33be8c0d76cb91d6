"""Balances, and every movement that makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
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
        reserved: What is held back from a platform for its connected accounts' negative balances.
        sources: What of the available money came by which way, as `card`, `bank_account` or `fpx`.
        receipt: How it was come by; takes no part in equality.
    """

    available: tuple[Money, ...]
    pending: tuple[Money, ...]
    instant: tuple[Money, ...]
    reserved: tuple[Money, ...]
    sources: tuple[tuple[str, Money], ...] = ()
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
            receipt=answer.receipt,
        )


def _sources(entries: Sequence[Mapping[str, Any]] | None) -> tuple[tuple[str, Money], ...]:
    found: list[tuple[str, Money]] = []
    for entry in entries or ():
        types: Mapping[str, int] = entry.get("source_types") or {}
        found += [(source, Money(amount, entry["currency"])) for source, amount in types.items()]
    return tuple(found)


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
