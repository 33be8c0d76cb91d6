"""Transfers: money that the platform passes on to connected accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.calls import Call
from connectkit.simulator.ledger import CARD, InvariantBroken
from connectkit.simulator.lists import listing, sublist
from connectkit.simulator.refusals import balance_insufficient, invalid, refused, too_small
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from .arrivals import payment
from .debits import send
from .exchange import into
from .fx import convert
from .rows import FeeDetail, available_from, later, post, row, row_of
from .switches import switches_of

topic: Final = Topic("transfers")


def check_destination(world: World, destination: str, param: str) -> None:
    """Refuse an account that cannot receive transfers.

    Raises:
        Refusal: It does not exist, or its capability is not active.
    """
    queries.account_of(world, destination, param=param, label="destination")
    if destination == world.platform:
        raise refused("An account cannot transfer to itself.", param=param)
    if not queries.receives(world, destination):
        message = (
            "Your destination account needs to have at least one of the following capabilities enabled: transfers, "
            "crypto_transfers, legacy_payments"
        )
        raise refused(message, "insufficient_capabilities_for_transfer")


@dataclass(frozen=True, slots=True)
class Move:
    """What is to be transferred.

    Attributes:
        amount: How much.
        currency: In which currency of the platform's balance.
        destination: The connected account.
        available_on: When it becomes available there.
        source: The charge that it is paid from, if any.
        group: Its label, if any.
        source_type: From which part of the platform's balance, and into which of the receiver's.
        fee: The application fee that is taken off on arrival, in the currency that the receiver settles in.
        words: Description and metadata, and below `payment_data` those of the payment that it becomes.
    """

    amount: int
    currency: str
    destination: str
    available_on: int
    source: Object | None
    group: str | None
    words: dict[str, Any]
    source_type: str = CARD
    fee: int = 0


def move(world: World, order: Move) -> tuple[Object, list[Object]]:
    """Make a transfer, the payment that it is to its receiver, and their rows, not yet posted."""
    transfer = _new(world, order)
    arrived = world.add(order.destination, payment(world, transfer, order.fee))
    about = order.words.get("payment_data", {})
    arrived["description"] = about.get("description")
    merge_metadata(arrived, about)
    transfer["destination_payment"] = arrived["id"]
    sent = row(
        world,
        world.platform,
        type="transfer",
        amount=-order.amount,
        currency=order.currency,
        source=transfer["id"],
        available_on=order.available_on,
        description=transfer["description"],
        source_type=order.source_type,
    )
    transfer["balance_transaction"] = sent["id"]
    world.add(world.platform, transfer)
    return transfer, [sent, *_received(world, order, arrived)]


def _received(world: World, order: Move, arrived: Object) -> list[Object]:
    home = queries.default_currency(world, order.destination)
    rate = into(world, order.currency, home)
    apart = switches_of(world).connected_fee_on_payment_row == "row"
    fees = [FeeDetail("application_fee", order.fee, "Application fee")] if order.fee and not apart else []
    received = row(
        world,
        order.destination,
        type="payment",
        amount=convert(order.amount, rate),
        currency=home,
        source=arrived["id"],
        available_on=order.available_on,
        description=arrived["description"],
        fees=fees,
        rate=rate,
        source_type=order.source_type,
    )
    arrived |= {"balance_transaction": received["id"], "_row": received["id"]}
    return [received, _taken_off(world, order, received)] if order.fee and apart else [received]


def _taken_off(world: World, order: Move, received: Object) -> Object:
    return row(
        world,
        order.destination,
        type="adjustment",
        amount=-order.fee,
        currency=received["currency"],
        source=received["source"],
        available_on=order.available_on,
        description="Application fee",
        source_type=order.source_type,
    )


def _new(world: World, order: Move) -> Object:
    transfer: Object = {
        "id": world.ids.new("tr"),
        "object": "transfer",
        "amount": order.amount,
        "amount_reversed": 0,
        "balance_transaction": None,
        "created": world.clock.now,
        "currency": order.currency,
        "description": order.words.get("description"),
        "destination": order.destination,
        "destination_payment": None,
        "livemode": world.livemode,
        "metadata": {},
        "reversed": False,
        "source_transaction": None if order.source is None else order.source["id"],
        "source_type": order.source_type,
        "transfer_group": order.group,
    }
    merge_metadata(transfer, order.words)
    return transfer


def _render(world: World, thing: Object) -> Object:
    reversals = world.table(world.platform, "transfer_reversal").where(transfer=thing["id"])
    return {**thing, "reversals": sublist(reversals, f"/v1/transfers/{thing['id']}/reversals")}


topic.kind("transfer", indexes=("destination", "transfer_group", "source_transaction"), render=_render)


@topic.route("POST", "/v1/transfers", "TransferCreateParams")
def create(world: World, call: Call) -> Object:
    """Move money to a connected account."""
    params = call.params
    if call.account != world.platform:
        return send(world, call.account, params)
    amount: int = params.get("amount", 0)
    currency: str = params["currency"].lower()
    if amount < 1:
        raise too_small("amount")
    source = _source(world, params)
    check_destination(world, params["destination"], "destination")
    if source is None:
        source_type: str = params.get("source_type", CARD)
        if available_from(world, world.platform, currency, source_type) < amount:
            raise balance_insufficient()
        available_on, group = world.clock.now, params.get("transfer_group")
    else:
        available_on = _check_source(world, source, amount, currency)
        group = _group(world, source, params)
        source_type = row_of(world, source)["_source_type"]
    order = Move(amount, currency, params["destination"], available_on, source, group, params, source_type)
    transfer, rows = move(world, order)
    post(world, *rows)
    world.emit("transfer.created", transfer)
    return transfer


def _source(world: World, params: dict[str, Any]) -> Object | None:
    named = params.get("source_transaction")
    if named is None:
        return None
    charge = world.get(world.platform, "charge", named, param="source_transaction")
    if not charge["captured"]:
        raise refused("The source_transaction has not been captured.", param="source_transaction")
    group = params.get("transfer_group")
    if charge["transfer_group"] is not None and group not in {None, charge["transfer_group"]}:
        message = "The transfer_group has to be that of the source_transaction."
        raise invalid(message, param="transfer_group")
    return charge


def _group(world: World, charge: Object, params: dict[str, Any]) -> str:
    """Give the label of a transfer from a charge: they share one."""
    if charge["transfer_group"] is None:
        charge["transfer_group"] = params.get("transfer_group") or f"group_{charge['payment_intent']}"
        intent = world.get(world.platform, "payment_intent", charge["payment_intent"])
        intent["transfer_group"] = charge["transfer_group"]
    group: str = charge["transfer_group"]
    return group


def _check_source(world: World, charge: Object, amount: int, currency: str) -> int:
    """Check that a charge covers a transfer, and give when that becomes available.

    Transfers from one charge may sum to what it settled at, less what was refunded and not reversed.
    """
    settled = row_of(world, charge)
    if currency != settled["currency"]:
        message = f"The currency of the source_transaction's balance transaction is {settled['currency']}."
        raise refused(message, param="currency")
    made = list(world.table(world.platform, "transfer").where(source_transaction=charge["id"]))
    cap: int = settled["amount"] if switches_of(world).source_cap == "gross" else settled["net"]
    standing = sum(each["amount"] - each["amount_reversed"] for each in made)
    after = switches_of(world).source_after_refund
    refunded = convert(charge["amount_refunded"], settled["_rate"]) if after == "unrefunded" else 0
    if sum(each["amount"] for each in made) + amount > cap or standing + amount > cap - refunded:
        message = f"Transfers with source_transaction {charge['id']} must not exceed the {cap} that it brought in."
        raise refused(message, "balance_insufficient", param="source_transaction")
    return later(world, settled)


@topic.route("GET", "/v1/transfers", "TransferListParams")
def index(world: World, call: Call) -> Object:
    """List transfers, newest first."""
    filters = {name: call.params.get(name) for name in ("destination", "transfer_group")}
    return listing(world.table(call.account, "transfer"), call, **filters)


@topic.route("GET", "/v1/transfers/:id", "TransferRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a transfer."""
    return world.get(call.account, "transfer", call.id)


@topic.route("POST", "/v1/transfers/:id", "TransferUpdateParams")
def update(world: World, call: Call) -> Object:
    """Change a transfer's words."""
    transfer = world.get(call.account, "transfer", call.id)
    merge_metadata(transfer, call.params)
    transfer["description"] = call.params.get("description", transfer["description"])
    world.emit("transfer.updated", transfer)
    return transfer


@topic.invariant("transfer")
def _reversals_fit(world: World, thing: Object) -> None:
    table = world.table(world.platform, "transfer_reversal")
    taken = sum(reversal["amount"] for reversal in table.where(transfer=thing["id"]))
    if taken != thing["amount_reversed"] or taken > thing["amount"]:
        raise InvariantBroken(f"{thing['id']}: {thing['amount_reversed']} reversed, by reversals of {taken}.")
    if thing["reversed"] is not bool(taken == thing["amount"]):
        raise InvariantBroken(f"{thing['id']}: reversed is {thing['reversed']}.")


@topic.invariant("transfer")
def _arrived(world: World, thing: Object) -> None:
    """The receiver's payment is of the transfer's amount and currency, and leads back to it."""
    paid = world.get(thing["destination"], "charge", thing["destination_payment"])
    shown = (paid["amount"], paid["currency"], paid["source_transfer"])
    if shown != (thing["amount"], thing["currency"], thing["id"]):
        raise InvariantBroken(f"{thing['id']} and {paid['id']} contradict each other.")


@topic.invariant("transfer")
def _covered(world: World, thing: Object) -> None:
    """What was passed on from a charge is of its currency, and no more than it."""
    if thing["source_transaction"] is None:
        return
    settled = row_of(world, world.get(world.platform, "charge", thing["source_transaction"]))
    made = world.table(world.platform, "transfer").where(source_transaction=thing["source_transaction"])
    if thing["currency"] != settled["currency"] or sum(each["amount"] for each in made) > settled["amount"]:
        raise InvariantBroken(f"{thing['id']} is not covered by {thing['source_transaction']}.")
