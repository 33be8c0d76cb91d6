"""Balance transactions: each is a row of one account's balance and part of a posting of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.calls import Call
from connectkit.simulator.ledger import CARD, Entry, InvariantBroken
from connectkit.simulator.lists import listing
from connectkit.simulator.refusals import no_such
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .calendar import business_days
from .fx import printed
from .switches import switches_of

topic: Final = Topic("balance transactions")

_CATEGORIES: Final = {
    "application_fee": "platform_earning",
    "application_fee_refund": "platform_earning_refund",
    "charge": "charge",
    "payment": "charge",
    "refund": "refund",
    "payment_refund": "refund",
    "refund_failure": "refund_failure",
    "transfer": "transfer",
    "transfer_refund": "transfer_reversal",
    "payout": "payout",
    "payout_failure": "payout_reversal",
    "payout_cancel": "payout_reversal",
    "advance": "advance",
    "advance_funding": "advance_funding",
    "topup": "topup",
    "topup_reversal": "topup_reversal",
    "stripe_fee": "fee",
    "adjustment": "fee",
    "reserve_transaction": "connect_reserved_funds",
    "connect_collection_transfer": "connect_collection_transfer",
}
"""The reporting category of each type; an adjustment is an application fee given back, or a dispute's."""


EXCHANGE: Final = "exchange"
"""Who gives one currency for another, in the ledger."""

RESERVE: Final = "reserve"
"""Who holds what is held back from the platform for accounts below zero, in the ledger."""

_WITHHELD: Final = "withheld"
_HESITATES: Final = 3  # business days after a withdrawal from a bank


@dataclass(frozen=True, slots=True)
class FeeDetail:
    """A part of a row's fee."""

    type: str
    amount: int
    description: str


def row(
    world: World,
    account: str,
    *,
    type: str,
    amount: int,
    currency: str,
    source: str | None,
    available_on: int,
    description: str | None = None,
    fees: Sequence[FeeDetail] = (),
    rate: Fraction = Fraction(1),
    category: str | None = None,
    source_type: str = CARD,
) -> Object:
    """Write a row of *account*'s balance; `post` moves the money of all rows that belong together.

    Args:
        world: The world.
        account: Whose balance.
        type: Stripe's type of it.
        amount: How much, in minor units of *currency*, before fees.
        currency: The currency of the balance.
        source: The id of what caused it.
        available_on: When it becomes available.
        description: Words.
        fees: What is taken off; below nothing where a fee comes back.
        rate: The rate that *amount* was converted at.
        category: The reporting category, if it is not the usual one of the type.
        source_type: Which way the money came.
    """
    fee = sum(detail.amount for detail in fees)
    return world.add(
        account,
        {
            "id": world.ids.new("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": available_on,
            "balance_type": "payments",
            "created": world.clock.now,
            "currency": currency,
            "description": description,
            "exchange_rate": printed(rate),
            "fee": fee,
            "fee_details": [
                {
                    "amount": detail.amount,
                    "application": None,
                    "currency": currency,
                    "description": detail.description,
                    "type": detail.type,
                }
                for detail in fees
            ],
            "net": amount - fee,
            "reporting_category": category or _CATEGORIES[type],
            "source": source,
            "status": "pending",
            "type": type,
            "_payout": None,
            "_listed": None,
            "_posting": None,
            "_rate": rate,
            "_source_type": source_type,
        },
    )


def post(world: World, *rows: Object, others: Sequence[Entry] = ()) -> None:
    """Move the money of rows that belong together; where they are of several currencies, it is exchanged.

    Args:
        world: The world.
        rows: Each moves its net.
        others: What Stripe, buyers and banks get of it.
    """
    entries = [*(_entry(each) for each in rows), *others]
    sums: dict[str, int] = {}
    for entry in entries:
        sums[entry.currency] = sums.get(entry.currency, 0) + entry.amount
    if len(sums) > 1:
        entries += [Entry(EXCHANGE, currency, -amount) for currency, amount in sums.items() if amount]
    for each in rows:
        each["_posting"] = len(world.ledger.postings)
    world.ledger.post(*entries)
    if switches_of(world).connect_reserves:
        for account, currency in sorted({(each["_account"], each["currency"]) for each in rows}):
            _reserve(world, account, currency)


def _reserve(world: World, account: str, currency: str) -> None:
    """Hold back from the platform what an account of its own collecting is below zero; let it go as that recovers."""
    if account == world.platform or not queries.is_reserved_for(world, account):
        return
    held: dict[str, int] = reserved(world).setdefault(currency, {})
    total = world.ledger.available(account, currency) + world.ledger.pending(account, currency)
    below = max(0, -total, _withheld(world, account, currency))
    more = below - held.get(account, 0)
    if more:
        held[account] = below
        hold = row(
            world,
            world.platform,
            type="reserve_transaction",
            amount=-more,
            currency=currency,
            source=None,
            available_on=world.clock.now,
            description=f"Reserve for {account}",
        )
        post(world, hold, others=[Entry(RESERVE, currency, more)])


def withhold(world: World, account: str, currency: str, amount: int) -> None:
    """Hold what a bank is debited by back from the platform for some days more: the bank can still say no."""
    until = business_days(world.clock.now, _HESITATES)
    kept: list[tuple[str, str, int, int]] = world.kept.setdefault(_WITHHELD, [])
    kept.append((account, currency, until, amount))
    world.clock.at(until, partial(_look_again, world, account, currency))


def _withheld(world: World, account: str, currency: str) -> int:
    kept: list[tuple[str, str, int, int]] = world.kept.get(_WITHHELD, [])
    return sum(
        part for whose, of, until, part in kept if (whose, of) == (account, currency) and until > world.clock.now
    )


def _look_again(world: World, account: str, currency: str) -> None:
    if switches_of(world).connect_reserves:
        _reserve(world, account, currency)


def reserved(world: World) -> dict[str, dict[str, int]]:
    """Give what is held back from the platform, by currency and connected account."""
    held: dict[str, dict[str, int]] = world.kept.setdefault(RESERVE, {})
    return held


def _entry(row: Object) -> Entry:
    return Entry(row["_account"], row["currency"], row["net"], row["available_on"], row["_source_type"])


def available_from(world: World, account: str, currency: str, source_type: str) -> int:
    """Give how much can leave one part of a balance: no more than the whole, for other parts can be below zero."""
    part = world.ledger.sources(account, currency).get(source_type, (0, 0))[0]
    return min(part, world.ledger.available(account, currency))


def later(world: World, source: Object) -> int:
    """Give when what follows from *source*'s row becomes available: with it while it is pending, else at once."""
    return max(int(source["available_on"]), world.clock.now)


def row_of(world: World, thing: Object) -> Object:
    """Give the row that an object made in its account's balance, shown yet or not."""
    return world.get(thing["_account"], "balance_transaction", thing.get("_row") or thing["balance_transaction"])


def _render(world: World, thing: Object) -> Object:
    return {**thing, "status": "available" if thing["available_on"] <= world.clock.now else "pending"}


topic.kind("balance_transaction", indexes=("source", "type", "currency"), render=_render)


@topic.route("GET", "/v1/balance_transactions", "BalanceTransactionListParams")
def index(world: World, call: Call) -> Object:
    """List the rows of a balance, newest first."""
    params = call.params
    payout = params.get("payout")
    if payout is not None and world.table(call.account, "payout").get(payout) is None:
        raise no_such("payout", payout, param="payout")
    table = world.table(call.account, "balance_transaction")
    filters = {name: params.get(name) for name in ("source", "type", "currency")}
    return listing(table, call, _listed=payout, **filters)


@topic.route("GET", "/v1/balance_transactions/:id", "BalanceTransactionRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give one row."""
    return world.get(call.account, "balance_transaction", call.id)


@topic.invariant("balance_transaction")
def _posted(world: World, thing: Object) -> None:
    """Every row moves its net, once: the balance of an account is the sum of its rows."""
    if thing["net"] != thing["amount"] - thing["fee"]:
        raise InvariantBroken(f"{thing['id']}: net is not amount less fee.")
    if thing["_posting"] is None or _entry(thing) not in world.ledger.postings[thing["_posting"]]:
        raise InvariantBroken(f"{thing['id']}: its net was not posted.")
