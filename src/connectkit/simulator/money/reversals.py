"""Reversals: money of a transfer that comes back."""

from __future__ import annotations

from typing import Final

from connectkit.simulator.calls import Call
from connectkit.simulator.ledger import InvariantBroken
from connectkit.simulator.lists import listing
from connectkit.simulator.refusals import balance_insufficient, no_such, refused
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from . import application_fees
from .arrivals import payment_refund
from .exchange import back
from .fx import convert
from .rows import later, post, row, row_of
from .shares import Refunded, share
from .switches import switches_of

topic: Final = Topic("reversals")
topic.kind("transfer_reversal", indexes=("transfer",))


def take_back(world: World, transfer: Object, amount: int, *, refund: Object | None) -> tuple[Object, list[Object]]:
    """Make a reversal and the rows of both sides, not yet posted.

    Args:
        world: The world.
        transfer: What comes back.
        amount: How much of it, at most what is left.
        refund: The refund of the buyer that it belongs to, if any.
    """
    paid = world.get(transfer["destination"], "charge", transfer["destination_payment"])
    got = _row_got(world, transfer, amount)
    gave = _row_given(world, transfer, paid, amount, got["available_on"])
    reversal: Object = {
        "id": world.ids.new("trr"),
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": got["id"],
        "created": world.clock.now,
        "currency": transfer["currency"],
        "destination_payment_refund": None,
        "metadata": {},
        "source_refund": None if refund is None else refund["id"],
        "transfer": transfer["id"],
    }
    returned = world.add(transfer["destination"], payment_refund(world, paid, reversal, gave))
    reversal["destination_payment_refund"] = returned["id"]
    world.add(world.platform, reversal)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    paid |= {"amount_refunded": transfer["amount_reversed"], "refunded": transfer["reversed"]}
    world.emit("transfer.reversed", transfer)
    return reversal, [got, gave]


def _row_got(world: World, transfer: Object, amount: int) -> Object:
    return row(
        world,
        world.platform,
        type="transfer_refund",
        amount=amount,
        currency=transfer["currency"],
        source=transfer["id"],
        available_on=later(world, row_of(world, transfer)),
        description="REFUND FOR TRANSFER",
        source_type=transfer["source_type"],
    )


def _row_given(world: World, transfer: Object, paid: Object, amount: int, available_on: int) -> Object:
    received = row_of(world, paid)
    rate = back(world, transfer["currency"], received["currency"], received["_rate"])
    return row(
        world,
        transfer["destination"],
        type="payment_refund",
        amount=-convert(amount, rate),
        currency=received["currency"],
        source=world.ids.new("pyr"),
        available_on=available_on,
        description="REFUND FOR PAYMENT",
        rate=rate,
        source_type=transfer["source_type"],
    )


@topic.route("POST", "/v1/transfers/:id/reversals", "TransferReversalCreateParams")
def reverse(world: World, call: Call) -> Object:
    """Take money back from a connected account."""
    transfer = world.get(call.account, "transfer", call.id)
    left: int = transfer["amount"] - transfer["amount_reversed"]
    amount: int = call.params.get("amount", left)
    if not left:
        raise refused(f"Transfer {transfer['id']} is already fully reversed.")
    if not 1 <= amount <= left:
        message = f"Reversal amount ({amount}) is greater than the unreversed amount on transfer ({left})."
        raise refused(message, param="amount")
    fee = _fee(world, transfer) if call.params.get("refund_application_fee") else None
    part = 0
    if fee is not None:
        refunded = Refunded(amount, transfer["amount_reversed"], transfer["amount"])
        part = share(fee["amount"], fee["amount_refunded"], refunded, switches_of(world))
    check_covered(world, transfer, amount, application_fees.given_back(fee, part))
    reversal, rows = take_back(world, transfer, amount, refund=None)
    merge_metadata(reversal, call.params)
    if fee is not None and part:
        rows += application_fees.give_back(world, fee, part)[1]
    post(world, *rows)
    return reversal


def check_covered(world: World, transfer: Object, amount: int, coming: int) -> None:
    """Refuse a reversal that the receiver's balance does not cover.

    A destination charge's transfer can be reversed into a negative balance, where the switches do not say otherwise.

    Args:
        world: The world.
        transfer: What is reversed.
        amount: How much of it.
        coming: What the receiver gets back of a fee with it, in its own currency.

    Raises:
        Refusal: It is not covered.
    """
    switches = switches_of(world)
    source = world.find(transfer["source_transaction"] or "")
    strict = switches.refunds_wait and not switches.connect_reserves
    if source is not None and source["transfer_data"] is not None and not strict:
        return
    received = row_of(world, world.get(transfer["destination"], "charge", transfer["destination_payment"]))
    rate = back(world, transfer["currency"], received["currency"], received["_rate"])
    needed, currency = convert(amount, rate), received["currency"]
    held = world.ledger.available(transfer["destination"], currency)
    if received["available_on"] > world.clock.now:
        held += world.ledger.pending(transfer["destination"], currency)
    if held + coming < needed:
        raise balance_insufficient("The connected account has insufficient funds for this reversal.")


def _fee(world: World, transfer: Object) -> Object | None:
    """Give the fee that was taken of a transfer's payment, if one was."""
    return next(world.table(world.platform, "application_fee").where(charge=transfer["destination_payment"]), None)


@topic.route("GET", "/v1/transfers/:id/reversals", "TransferReversalListParams")
def index(world: World, call: Call) -> Object:
    """List a transfer's reversals, newest first."""
    transfer = world.get(call.account, "transfer", call.id)
    return listing(world.table(call.account, "transfer_reversal"), call, transfer=transfer["id"])


@topic.route("GET", "/v1/transfers/:id/reversals/:reversal", "TransferReversalRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give one reversal."""
    reversal = world.get(call.account, "transfer_reversal", call.ids["reversal"])
    if reversal["transfer"] != call.id:
        raise no_such("transfer reversal", reversal["id"])
    return reversal


@topic.route("POST", "/v1/transfers/:id/reversals/:reversal", "TransferReversalUpdateParams")
def update(world: World, call: Call) -> Object:
    """Change the metadata of one reversal."""
    reversal = retrieve(world, call)
    merge_metadata(reversal, call.params)
    return reversal


@topic.invariant("transfer_reversal")
def _of_a_transfer(world: World, thing: Object) -> None:
    """A reversal belongs to a transfer of its currency, and is the receiver's refund of that transfer's payment."""
    transfer = world.get(thing["_account"], "transfer", thing["transfer"])
    refund = world.get(transfer["destination"], "refund", thing["destination_payment_refund"])
    same = (refund["amount"], refund["currency"], refund["charge"]) == (
        thing["amount"],
        transfer["currency"],
        transfer["destination_payment"],
    )
    if not same or thing["currency"] != transfer["currency"]:
        raise InvariantBroken(f"{thing['id']} and {refund['id']} contradict each other.")
