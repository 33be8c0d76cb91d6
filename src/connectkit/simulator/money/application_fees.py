"""Application fees: what the platform earns of a payment, and gives back."""

from __future__ import annotations

from typing import Final

from connectkit.simulator.calls import Call
from connectkit.simulator.ledger import InvariantBroken
from connectkit.simulator.lists import listing, sublist
from connectkit.simulator.refusals import refused
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from .rows import later, post, row

topic: Final = Topic("application fees")


def earn(world: World, paid: Object, amount: int, *, payer: str, charge: Object, available_on: int) -> Object:
    """Make the fee of a payment and give its row; the payer's own row has it taken off.

    Args:
        world: The world.
        paid: The charge that the buyer paid.
        amount: How much, above nothing.
        payer: The connected account that pays it.
        charge: What it is taken of there: the charge itself, or the payment that a transfer made of it.
        available_on: When it becomes available.
    """
    fee = world.add(
        world.platform,
        {
            "id": world.ids.new("fee"),
            "object": "application_fee",
            "account": payer,
            "amount": amount,
            "amount_refunded": 0,
            "application": world.kept.setdefault("application", world.ids.new("ca")),
            "balance_transaction": None,
            "charge": charge["id"],
            "created": world.clock.now,
            "currency": paid["currency"],
            "fee_source": {"charge": charge["id"], "payout": None, "type": "charge"},
            "livemode": world.livemode,
            "originating_transaction": None if charge is paid else paid["id"],
            "refunded": False,
        },
    )
    paid["_fee"] = fee["id"]
    if charge is not paid:
        charge["application_fee"] = fee["id"]
    earned = row(
        world,
        world.platform,
        type="application_fee",
        amount=amount,
        currency=paid["currency"],
        source=fee["id"],
        available_on=available_on,
        description=f"Application fee from application for {payer}",
    )
    fee["balance_transaction"] = earned["id"]
    world.emit("application_fee.created", fee)
    return earned


def give_back(world: World, fee: Object, amount: int) -> tuple[Object, list[Object]]:
    """Give a part of a fee back: the refund of it, and the rows of both sides, not yet posted."""
    source = world.get(world.platform, "balance_transaction", fee["balance_transaction"])
    available_on = later(world, source)
    taken = row(
        world,
        world.platform,
        type="application_fee_refund",
        amount=-amount,
        currency=fee["currency"],
        source=fee["id"],
        available_on=available_on,
        description="REFUND FOR APPLICATION FEE",
    )
    credited = row(
        world,
        fee["account"],
        type="adjustment",
        amount=amount,
        currency=fee["currency"],
        source=fee["charge"],
        available_on=available_on,
        description="Application fee refund",
    )
    fee["amount_refunded"] += amount
    fee["refunded"] = fee["amount_refunded"] == fee["amount"]
    refund = world.add(
        world.platform,
        {
            "id": world.ids.new("fr"),
            "object": "fee_refund",
            "amount": amount,
            "balance_transaction": taken["id"],
            "created": world.clock.now,
            "currency": fee["currency"],
            "fee": fee["id"],
            "metadata": {},
        },
    )
    world.emit("application_fee.refunded", fee)
    return refund, [taken, credited]


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


@topic.invariant("application_fee")
def _refunds_fit(world: World, thing: Object) -> None:
    given = sum(refund["amount"] for refund in world.table(world.platform, "fee_refund").where(fee=thing["id"]))
    if given != thing["amount_refunded"] or given > thing["amount"]:
        message = f"{thing['id']}: {thing['amount_refunded']} given back, by refunds of {given}."
        raise InvariantBroken(message)
