"""Application fees: what the platform earns of a payment, and gives back."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.accounts.queries import applied
from connectkit.simulator.calls import Call
from connectkit.simulator.ledger import InvariantBroken
from connectkit.simulator.lists import listing, sublist
from connectkit.simulator.refusals import no_such, refused
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from .exchange import into
from .fx import convert
from .rows import later, post, row, row_of
from .switches import switches_of

topic: Final = Topic("application fees")


@dataclass(frozen=True, slots=True)
class Terms:
    """How a fee is converted on its way.

    Attributes:
        currency: The fee's own currency.
        home: The currency in which the platform earns it.
        rate: From the fee's currency to that.
        view: The currency in which it is taken off at the connected account.
        view_rate: From the fee's currency to that.
    """

    currency: str
    home: str
    rate: Fraction
    view: str
    view_rate: Fraction


def earn(world: World, paid: Object, charge: Object, amount: int, terms: Terms, *, shown: Fraction) -> Object:
    """Make the fee of a payment and give its row; the payer's own row has it taken off.

    Args:
        world: The world.
        paid: The charge that the buyer paid.
        charge: What it is taken of at its payer: *paid* itself, or the payment that a transfer made of it.
        amount: How much, above nothing, in the currency of *paid*.
        terms: How it is converted.
        shown: The rate that the row carries if the fee itself is not converted.
    """
    if charge is not paid and switches_of(world).application_fee_currency == "connected_settlement":
        amount = convert(amount, terms.view_rate)
        terms = Terms(terms.view, terms.view, Fraction(1), terms.view, Fraction(1))
    fee = world.add(world.platform, _new(world, paid, charge, amount, terms))
    paid["_fee"] = fee["id"]
    if charge is not paid:
        charge["application_fee"] = fee["id"]
    earned = row(
        world,
        world.platform,
        type="application_fee",
        amount=convert(amount, terms.rate),
        currency=terms.home,
        source=fee["id"],
        available_on=row_of(world, paid)["available_on"],
        description=f"Application fee from application for {fee['account']}",
        rate=shown if terms.rate == 1 else terms.rate,
        source_type=row_of(world, paid)["_source_type"],
    )
    fee["balance_transaction"] = earned["id"]
    return earned


def earn_of_payout(world: World, payout: Object, amount: int) -> Object:
    """Make the fee of an instant payout and give its row; the payout's own row has it taken off."""
    home = queries.default_currency(world, world.platform)
    rate = into(world, payout["currency"], home)
    terms = Terms(payout["currency"], home, rate, payout["currency"], Fraction(1))
    source = {"charge": None, "payout": payout["id"], "type": "payout"}
    fee = world.add(world.platform, {**_new(world, payout, payout, amount, terms), "fee_source": source})
    payout |= {"application_fee": fee["id"], "application_fee_amount": amount}
    earned = row(
        world,
        world.platform,
        type="application_fee",
        amount=convert(amount, rate),
        currency=home,
        source=fee["id"],
        available_on=world.clock.now,
        description=f"Application fee from application for {fee['account']}",
        rate=rate,
    )
    fee["balance_transaction"] = earned["id"]
    return earned


def _new(world: World, paid: Object, charge: Object, amount: int, terms: Terms) -> Object:
    return {
        "id": world.ids.new("fee"),
        "object": "application_fee",
        "account": charge["_account"],
        "amount": amount,
        "amount_refunded": 0,
        "application": applied(world),
        "balance_transaction": None,
        "charge": charge["id"],
        "created": world.clock.now,
        "currency": terms.currency,
        "fee_source": {"charge": charge["id"], "payout": None, "type": "charge"},
        "livemode": world.livemode,
        "originating_transaction": None if charge is paid else paid["id"],
        "refunded": False,
        "_terms": terms,
    }


def given_back(fee: Object | None, amount: int) -> int:
    """Give what the connected account gets if a part of a fee is given back, in its own currency."""
    if fee is None:
        return 0
    terms: Terms = fee["_terms"]
    return convert(amount, terms.view_rate)


def taken_off(fee: Object, amount: int, currency: str) -> int:
    """Give what the platform's balance in a currency loses if a part of a fee is given back."""
    terms: Terms = fee["_terms"]
    return convert(amount, terms.rate) if terms.home == currency else 0


def give_back(world: World, fee: Object, amount: int) -> tuple[Object, list[Object]]:
    """Give a part of a fee back: the refund of it, and the rows of both sides, not yet posted.

    Both are converted at the rates of the charge. The parts of a converted fee need not sum to the whole.
    """
    terms: Terms = fee["_terms"]
    fee["amount_refunded"] += amount
    fee["refunded"] = fee["amount_refunded"] == fee["amount"]
    taken = row(
        world,
        world.platform,
        type="application_fee_refund",
        amount=-convert(amount, terms.rate),
        currency=terms.home,
        source=fee["id"],
        available_on=later(world, row_of(world, fee)),
        description="REFUND FOR APPLICATION FEE",
        rate=terms.rate,
        source_type=row_of(world, fee)["_source_type"],
    )
    refund = world.add(
        world.platform,
        {
            "id": world.ids.new("fr"),
            "object": "fee_refund",
            "amount": convert(amount, terms.view_rate),
            "balance_transaction": taken["id"],
            "created": world.clock.now,
            "currency": terms.view,
            "fee": fee["id"],
            "metadata": {},
            "_amount": amount,
        },
    )
    world.emit("application_fee.refunded", fee)
    return refund, [taken, _credited(world, fee, refund, taken["available_on"])]


def _credited(world: World, fee: Object, refund: Object, available_on: int) -> Object:
    return row(
        world,
        fee["account"],
        type=switches_of(world).connected_fee_return_row,
        amount=refund["amount"],
        currency=refund["currency"],
        source=fee["charge"],
        available_on=available_on,
        description="Application fee refund",
        source_type=row_of(world, fee)["_source_type"],
    )


def _render(world: World, thing: Object) -> Object:
    refunds = world.table(world.platform, "fee_refund").where(fee=thing["id"])
    return {**thing, "refunds": sublist(refunds, f"/v1/application_fees/{thing['id']}/refunds")}


topic.kind("application_fee", indexes=("charge",), render=_render)
topic.kind("fee_refund", indexes=("fee",))


@topic.route("GET", "/v1/application_fees", "ApplicationFeeListParams")
def index(world: World, call: Call) -> Object:
    """List the platform's fees, newest first."""
    return listing(world.table(call.account, "application_fee"), call, charge=call.params.get("charge"))


@topic.route("GET", "/v1/application_fees/:id", "ApplicationFeeRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a fee."""
    return world.get(call.account, "application_fee", call.id)


@topic.route("POST", "/v1/application_fees/:id/refunds", "ApplicationFeeRefundCreateParams")
def refund(world: World, call: Call) -> Object:
    """Give a fee back, whole or in part."""
    fee = world.get(call.account, "application_fee", call.id)
    left: int = fee["amount"] - fee["amount_refunded"]
    amount: int = call.params.get("amount", left)
    if not left:
        message = f"Application fee {fee['id']} has already been refunded."
        raise refused(message, "fee_already_refunded")
    if not 1 <= amount <= left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on fee ({left})."
        raise refused(message, param="amount")
    made, rows = give_back(world, fee, amount)
    merge_metadata(made, call.params)
    post(world, *rows)
    return made


@topic.route("GET", "/v1/application_fees/:id/refunds", "ApplicationFeeRefundListParams")
def list_refunds(world: World, call: Call) -> Object:
    """List what of a fee was given back, newest first."""
    fee = world.get(call.account, "application_fee", call.id)
    return listing(world.table(call.account, "fee_refund"), call, fee=fee["id"])


@topic.route("GET", "/v1/application_fees/:id/refunds/:refund", "ApplicationFeeRefundRetrieveParams")
def retrieve_refund(world: World, call: Call) -> Object:
    """Give one refund of a fee."""
    refund = world.get(call.account, "fee_refund", call.ids["refund"])
    if refund["fee"] != call.id:
        raise no_such("fee refund", refund["id"])
    return refund


@topic.route("POST", "/v1/application_fees/:id/refunds/:refund", "ApplicationFeeRefundUpdateParams")
def update_refund(world: World, call: Call) -> Object:
    """Change the metadata of one refund of a fee."""
    refund = retrieve_refund(world, call)
    merge_metadata(refund, call.params)
    return refund


@topic.invariant("application_fee")
def _refunds_fit(world: World, thing: Object) -> None:
    given = sum(refund["_amount"] for refund in world.table(world.platform, "fee_refund").where(fee=thing["id"]))
    if given != thing["amount_refunded"] or given > thing["amount"]:
        raise InvariantBroken(f"{thing['id']}: {thing['amount_refunded']} given back, by refunds of {given}.")
    if thing["refunded"] is not bool(given == thing["amount"]):
        raise InvariantBroken(f"{thing['id']}: refunded is {thing['refunded']}.")
