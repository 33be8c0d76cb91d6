"""How a captured charge becomes money: rows, Stripe's fee, the application's fee, the transfer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.accounts.delays import BUSINESS_DAYS
from connectkit.simulator.ledger import STRIPE, WORLD, Entry
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .application_fees import Terms, earn
from .balances import held_by
from .calendar import business_days, calendar_days
from .cards import Card
from .exchange import into, settling
from .fx import convert
from .rows import FeeDetail, post, row
from .switches import switches_of
from .transfers import Move, move

_TOLD: Final = "told_of_balances"


@dataclass(frozen=True, slots=True)
class _Capture:
    """A charge that is being captured.

    Attributes:
        charge: The charge.
        amount: How much of it.
        fee: The application fee in the charge's currency; nothing where there is none.
        currency: What it settles in.
        rate: From the charge's currency to that.
        cost: What Stripe takes, in the settling currency.
        available_on: When it becomes available.
        source_type: In which part of a balance.
    """

    charge: Object
    amount: int
    fee: int
    currency: str
    rate: Fraction
    cost: int
    available_on: int
    source_type: str

    @property
    def account(self) -> str:
        """Whose charge it is."""
        account: str = self.charge["_account"]
        return account


def settle(world: World, charge: Object, card: Card, amount: int, *, at_once: bool) -> None:
    """Capture *amount* of a charge: the money arrives, and what goes on to others goes on.

    Args:
        world: The world.
        charge: A paid charge.
        card: What it was paid with.
        amount: How much is captured.
        at_once: Whether the answer shows already what follows; if not, it does so later.
    """
    charge |= {"captured": True, "amount_captured": amount}
    if card.delayed:
        _skip(world, charge)
    capture = _capture(world, charge, card, amount)
    rows = list(_rows(world, capture))
    post(world, *rows, others=_others(world, capture))
    for each in rows:
        _announce(world, each["_account"], each["available_on"])
    reveal = partial(_reveal, world, charge)
    if at_once:
        reveal()
    else:
        world.clock.after(switches_of(world).links_after, reveal)


def _skip(world: World, charge: Object) -> None:
    """Pass nothing on to who cannot receive any more what a slow bank has paid: all of it stays with the platform."""
    data = charge["transfer_data"]
    if data is not None and not queries.receives(world, data["destination"]):
        charge["transfer_data"] = None
        world.emit("charge.updated", charge, previous={"transfer_data": data})


def _announce(world: World, account: str, when: int) -> None:
    """Have the account told when money becomes available; once, however much does so at that time."""
    told: set[tuple[str, int]] = world.kept.setdefault(_TOLD, set())
    if (account, when) not in told:
        told.add((account, when))
        world.clock.at(when, partial(_available, world, account, when))


def _available(world: World, account: str, when: int) -> None:
    told: set[tuple[str, int]] = world.kept[_TOLD]
    told.discard((account, when))
    world.emit("balance.available", {**held_by(world, account), "_account": account})


def _capture(world: World, charge: Object, card: Card, amount: int) -> _Capture:
    switches = switches_of(world)
    currency = settling(world, charge["_account"], charge["on_behalf_of"])
    rate = into(world, charge["currency"], currency)
    cost = switches.pricing.fee(convert(amount, rate)) if switches.fees_in_rows else 0
    fee = min(charge["application_fee_amount"] or 0, amount)
    return _Capture(charge, amount, fee, currency, rate, cost, _available_on(world, charge, card), card.source_type)


def _available_on(world: World, charge: Object, card: Card) -> int:
    now = world.clock.now
    if card.available:
        return now
    merchant = charge["on_behalf_of"] or charge["_account"]
    days = queries.settlement_delay(world, merchant)
    return business_days(now, days) if queries.country(world, merchant) in BUSINESS_DAYS else calendar_days(now, days)


def _rows(world: World, capture: _Capture) -> Iterator[Object]:
    charge = capture.charge
    direct = capture.account != world.platform
    own_cost = _own_cost(world, capture)
    yield _row(world, capture, application_fee=direct, stripe_fee=own_cost)
    if capture.cost and not own_cost and switches_of(world).platform_billed_fees == "rows":
        yield _billed(world, capture)
    if direct and capture.fee:
        home = queries.default_currency(world, world.platform)
        terms = Terms(charge["currency"], home, into(world, charge["currency"], home), capture.currency, capture.rate)
        yield earn(world, charge, charge, capture.fee, terms, shown=capture.rate)
    if charge["transfer_data"] is not None:
        yield from _passed_on(world, capture)


def _row(world: World, capture: _Capture, *, application_fee: bool, stripe_fee: bool) -> Object:
    charge = capture.charge
    fees: list[FeeDetail] = []
    if application_fee and capture.fee:
        fees.append(FeeDetail("application_fee", convert(capture.fee, capture.rate), "Application fee"))
    if stripe_fee and capture.cost:
        fees.append(FeeDetail("stripe_fee", capture.cost, "Stripe processing fees"))
    own = row(
        world,
        capture.account,
        type="charge" if charge["payment_method_details"]["type"] == "card" else "payment",
        amount=convert(capture.amount, capture.rate),
        currency=capture.currency,
        source=charge["id"],
        available_on=capture.available_on,
        description=charge["description"],
        fees=fees,
        rate=capture.rate,
        source_type=capture.source_type,
    )
    charge["_row"] = own["id"]
    return own


def _billed(world: World, capture: _Capture) -> Object:
    """Bill Stripe's fee of a direct charge to the platform, where that pays it."""
    home = queries.default_currency(world, world.platform)
    rate = switches_of(world).rates.mid(capture.currency, home)
    return row(
        world,
        world.platform,
        type="stripe_fee",
        amount=-convert(capture.cost, rate),
        currency=home,
        source=None,
        available_on=capture.available_on,
        description=f"Stripe processing fees ({capture.charge['id']})",
        rate=rate,
    )


def _passed_on(world: World, capture: _Capture) -> Iterator[Object]:
    charge = capture.charge
    data: dict[str, Any] = charge["transfer_data"]
    amount = capture.amount if data.get("amount") is None else min(data["amount"], capture.amount)
    view = queries.default_currency(world, data["destination"])
    view_rate = capture.rate * into(world, capture.currency, view)
    order = Move(
        convert(amount, capture.rate),
        capture.currency,
        data["destination"],
        capture.available_on,
        charge,
        charge["transfer_group"],
        charge["_words"],
        capture.source_type,
        convert(capture.fee, view_rate),
    )
    transfer, rows = move(world, order)
    charge["_transfer"] = transfer["id"]
    yield from rows
    if capture.fee:
        arrived = world.get(order.destination, "charge", transfer["destination_payment"])
        home, rate = _homeward(world, capture)
        terms = Terms(charge["currency"], home, rate, view, view_rate)
        yield earn(world, charge, arrived, capture.fee, terms, shown=Fraction(1))


def _homeward(world: World, capture: _Capture) -> tuple[str, Fraction]:
    """Give the platform's currency, and the rate of an application fee into it: that of the charge, if it is alike."""
    home = queries.default_currency(world, world.platform)
    same = capture.currency == home
    return home, capture.rate if same else into(world, capture.charge["currency"], home)


def _others(world: World, capture: _Capture) -> list[Entry]:
    buyer = Entry(WORLD, capture.charge["currency"], -capture.amount)
    billed = _own_cost(world, capture) or switches_of(world).platform_billed_fees == "rows"
    return [buyer, Entry(STRIPE, capture.currency, capture.cost)] if capture.cost and billed else [buyer]


def _own_cost(world: World, capture: _Capture) -> bool:
    """Tell whether the account of a charge pays Stripe's fee of it."""
    return capture.account == world.platform or queries.pays_direct_fees(world, capture.account)


def _reveal(world: World, charge: Object) -> None:
    """Show what followed, and tell of it."""
    charge |= {"application_fee": charge["_fee"], "balance_transaction": charge["_row"]}
    world.touch(charge)
    if charge["_transfer"] is not None:
        charge["transfer"] = charge["_transfer"]
        world.emit("transfer.created", world.get(world.platform, "transfer", charge["_transfer"]))
    if charge["_fee"] is not None:
        world.emit("application_fee.created", world.get(world.platform, "application_fee", charge["_fee"]))
