"""Transfers from the platform to connected accounts, and their reversals."""

from __future__ import annotations

from typing import Any, Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.calls import Call
from connectkit.simulator.ledger import InvariantBroken
from connectkit.simulator.lists import listing, sublist
from connectkit.simulator.refusals import Refusal, balance_insufficient, invalid, refused, too_small
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from . import application_fees
from .currencies import check_same
from .fees import share
from .methods import billing
from .rows import FeeDetail, later, post, row

topic: Final = Topic("transfers")


def check_destination(world: World, destination: str, param: str) -> None:
    """Refuse an account that cannot receive transfers.

    Raises:
        Refusal: It does not exist, or its capability is not active.
    """
    queries.account_of(world, destination, param=param, label="destination")
    if not queries.capability_active(world, destination, "transfers"):
        message = (
            "Your destination account needs to have at least one of the following capabilities enabled: transfers, "
            "crypto_transfers, legacy_payments"
        )
        raise refused(message, "insufficient_capabilities_for_transfer")


def move(
    world: World,
    *,
    amount: int,
    currency: str,
    destination: str,
    available_on: int,
    source: Object | None,
    group: str | None,
    fee: int = 0,
    description: str | None = None,
) -> tuple[Object, list[Object]]:
    """Make a transfer, the payment that it is to its receiver, and their rows, not yet posted.

    Args:
        world: The world.
        amount: How much.
        currency: In which currency.
        destination: The connected account.
        available_on: When it becomes available there.
        source: The charge that it is paid from, if any.
        group: Its label, if any.
        fee: The application fee that is taken off on arrival.
        description: Words.
    """
    transfer: Object = {
        "id": world.ids.new("tr"),
        "object": "transfer",
        "amount": amount,
        "amount_reversed": 0,
        "balance_transaction": None,
        "created": world.clock.now,
        "currency": currency,
        "description": description,
        "destination": destination,
        "destination_payment": None,
        "livemode": world.livemode,
        "metadata": {},
        "reversed": False,
        "source_transaction": None if source is None else source["id"],
        "source_type": "card",
        "transfer_group": group,
    }
    payment = world.add(destination, _payment(world, transfer, fee))
    transfer["destination_payment"] = payment["id"]
    sent = row(
        world,
        world.platform,
        type="transfer",
        amount=-amount,
        currency=currency,
        source=transfer["id"],
        available_on=available_on,
        description=description,
    )
    parts = [FeeDetail("application_fee", fee, "Application fee")] if fee else []
    received = row(
        world,
        destination,
        type="payment",
        amount=amount,
        currency=currency,
        source=payment["id"],
        available_on=available_on,
        fees=parts,
    )
    transfer["balance_transaction"] = sent["id"]
    payment |= {"balance_transaction": received["id"], "_row": received["id"]}
    world.add(world.platform, transfer)
    return transfer, [sent, received]


def take_back(world: World, transfer: Object, amount: int, *, refund: Object | None) -> tuple[Object, list[Object]]:
    """Make a reversal and the rows of both sides, not yet posted."""
    destination: str = transfer["destination"]
    source = world.get(world.platform, "balance_transaction", transfer["balance_transaction"])
    available_on = later(world, source)
    payment = world.get(destination, "charge", transfer["destination_payment"])
    got = row(
        world,
        world.platform,
        type="transfer_refund",
        amount=amount,
        currency=transfer["currency"],
        source=transfer["id"],
        available_on=available_on,
        description="REFUND FOR TRANSFER",
    )
    gave = row(
        world,
        destination,
        type="payment_refund",
        amount=-amount,
        currency=transfer["currency"],
        source=None,
        available_on=available_on,
        description="REFUND FOR PAYMENT",
    )
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
    back = world.add(destination, _payment_refund(world, payment, reversal, gave))
    reversal["destination_payment_refund"] = gave["source"] = back["id"]
    world.add(world.platform, reversal)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    payment["amount_refunded"] += amount
    payment["refunded"] = transfer["reversed"]
    world.emit("transfer.reversed", transfer)
    return reversal, [got, gave]


def _payment(world: World, transfer: Object, fee: int) -> Object:
    amount = transfer["amount"]
    nothing = dict.fromkeys(
        (
            "application",
            "application_fee",
            "calculated_statement_descriptor",
            "customer",
            "description",
            "failure_balance_transaction",
            "failure_code",
            "failure_message",
            "on_behalf_of",
            "outcome",
            "payment_intent",
            "payment_method",
            "receipt_email",
            "receipt_number",
            "receipt_url",
            "review",
            "shipping",
            "source",
            "statement_descriptor",
            "statement_descriptor_suffix",
            "transfer_data",
            "transfer_group",
        )
    )
    return {
        "id": world.ids.new("py"),
        "object": "charge",
        **nothing,
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": 0,
        "application_fee_amount": fee or None,
        "balance_transaction": None,
        "billing_details": billing(),
        "captured": True,
        "created": world.clock.now,
        "currency": transfer["currency"],
        "disputed": False,
        "fraud_details": {},
        "livemode": world.livemode,
        "metadata": {},
        "paid": True,
        "payment_method_details": {"stripe_account": {}, "type": "stripe_account"},
        "refunded": False,
        "source_transfer": transfer["id"],
        "status": "succeeded",
        "transfer": None,
        "_row": None,
    }


def _payment_refund(world: World, payment: Object, reversal: Object, gave: Object) -> Object:
    return {
        "id": world.ids.new("pyr"),
        "object": "refund",
        "amount": reversal["amount"],
        "balance_transaction": gave["id"],
        "charge": payment["id"],
        "created": world.clock.now,
        "currency": reversal["currency"],
        "customer": None,
        "customer_account": None,
        "metadata": {},
        "payment_intent": None,
        "payment_method": None,
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": reversal["id"],
        "status": "succeeded",
        "transfer_reversal": reversal["id"],
    }


def _render(world: World, thing: Object) -> Object:
    reversals = world.table(world.platform, "transfer_reversal").where(transfer=thing["id"])
    return {**thing, "reversals": sublist(reversals, f"/v1/transfers/{thing['id']}/reversals")}


topic.kind("transfer", indexes=("destination", "transfer_group"), render=_render)
topic.kind("transfer_reversal", indexes=("transfer",))


@topic.route("POST", "/v1/transfers", "TransferCreateParams")
def create(world: World, call: Call) -> Object:
    """Move money to a connected account."""
    if call.account != world.platform:
        message = "The simulator does not transfer from a connected account yet."
        raise Refusal(message, status=501, type="api_error")
    params = call.params
    amount: int = params.get("amount", 0)
    if amount < 1:
        raise too_small("amount")
    check_destination(world, params["destination"], "destination")
    source = _source(world, params)
    if source is None:
        if world.ledger.available(world.platform, params["currency"]) < amount:
            raise balance_insufficient()
        available_on = world.clock.now
    else:
        available_on = _check_source(world, source, amount, params["currency"])
    transfer, rows = move(
        world,
        amount=amount,
        currency=params["currency"],
        destination=params["destination"],
        available_on=available_on,
        source=source,
        group=params.get("transfer_group") if source is None else source["transfer_group"],
        description=params.get("description"),
    )
    merge_metadata(transfer, params)
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
    if charge["transfer_group"] is None:
        charge["transfer_group"] = group or f"group_{charge['payment_intent']}"
        intent = world.get(world.platform, "payment_intent", charge["payment_intent"])
        intent["transfer_group"] = charge["transfer_group"]
    elif group not in {None, charge["transfer_group"]}:
        message = "The transfer_group has to be that of the source_transaction."
        raise invalid(message, param="transfer_group")
    return charge


def _check_source(world: World, charge: Object, amount: int, currency: str) -> int:
    """Check that a charge covers a transfer, and give when that becomes available."""
    check_same(currency, charge["currency"])
    table = world.table(world.platform, "transfer")
    made = table.where(transfer_group=charge["transfer_group"], source_transaction=charge["id"])
    moved = sum(each["amount"] for each in made)
    if moved + amount > charge["amount"]:
        message = (
            f"The transfers with source_transaction {charge['id']} would sum to {moved + amount}, "
            f"which is more than the charge's {charge['amount']}."
        )
        raise refused(message, "balance_insufficient", param="source_transaction")
    return later(world, world.get(world.platform, "balance_transaction", charge["_row"]))


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
    _check_covered(world, transfer, amount)
    fee = _fee_of(world, transfer) if call.params.get("refund_application_fee") else None
    reversal, rows = take_back(world, transfer, amount, refund=None)
    merge_metadata(reversal, call.params)
    if fee is not None:
        fee_left = fee["amount"] - fee["amount_refunded"]
        part = share(fee["amount"], amount, transfer["amount"], fee_left)
        if part:
            rows += application_fees.give_back(world, fee, part)[1]
    post(world, *rows)
    return reversal


def _check_covered(world: World, transfer: Object, amount: int) -> None:
    """A destination charge's transfer can be reversed into a negative balance, another one cannot."""
    destination, currency = transfer["destination"], transfer["currency"]
    source = world.find(transfer["source_transaction"] or "")
    if source is not None and source["transfer_data"] is not None:
        return
    held = world.ledger.available(destination, currency) + world.ledger.pending(destination, currency)
    if held < amount:
        raise balance_insufficient("The connected account has insufficient funds for this reversal.")


def _fee_of(world: World, transfer: Object) -> Object | None:
    table = world.table(world.platform, "application_fee")
    return next(table.where(charge=transfer["destination_payment"]), None)


@topic.route("GET", "/v1/transfers/:id/reversals", "TransferReversalListParams")
def list_reversals(world: World, call: Call) -> Object:
    """List a transfer's reversals, newest first."""
    transfer = world.get(call.account, "transfer", call.id)
    return listing(world.table(call.account, "transfer_reversal"), call, transfer=transfer["id"])


@topic.route("GET", "/v1/transfers/:id/reversals/:reversal", "TransferReversalRetrieveParams")
def retrieve_reversal(world: World, call: Call) -> Object:
    """Give one reversal."""
    world.get(call.account, "transfer", call.id)
    return world.get(call.account, "transfer_reversal", call.ids["reversal"])


@topic.invariant("transfer")
def _reversals_fit(world: World, thing: Object) -> None:
    table = world.table(world.platform, "transfer_reversal")
    taken = sum(reversal["amount"] for reversal in table.where(transfer=thing["id"]))
    if taken != thing["amount_reversed"] or taken > thing["amount"]:
        message = f"{thing['id']}: {thing['amount_reversed']} reversed, by reversals of {taken}."
        raise InvariantBroken(message)
    if thing["reversed"] is not bool(taken == thing["amount"]):
        message = f"{thing['id']}: reversed is {thing['reversed']}."
        raise InvariantBroken(message)
