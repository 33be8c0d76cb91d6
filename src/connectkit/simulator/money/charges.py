"""Charges: money that a buyer pays, whoever's it is, and what goes on to others with it."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.calls import Call
from connectkit.simulator.ledger import InvariantBroken
from connectkit.simulator.lists import listing, sublist
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from . import application_fees, transfers
from .calendar import business_days, calendar_days
from .cards import Card
from .fees import stripe_fee
from .methods import billing, card_details, card_of
from .rows import FeeDetail, post, row

topic: Final = Topic("charges")


def make(world: World, intent: Object, method: Object) -> Object:
    """Make the charge of a payment intent, paid or declined; its money moves with `settle`."""
    card = card_of(method)
    account: str = intent["_account"]
    transfer_data = intent["transfer_data"]
    return world.add(
        account,
        {
            "id": world.ids.new("ch"),
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": 0,
            "amount_refunded": 0,
            "application": None,
            "application_fee": None,
            "application_fee_amount": intent["application_fee_amount"],
            "balance_transaction": None,
            "billing_details": billing(),
            "calculated_statement_descriptor": "STRIPE",
            "captured": False,
            "created": world.clock.now,
            "currency": intent["currency"],
            "customer": intent["customer"],
            "description": intent["description"],
            "disputed": False,
            "failure_balance_transaction": None,
            "failure_code": card.code or None,
            "failure_message": None,
            "fraud_details": {},
            "livemode": world.livemode,
            "metadata": dict(intent["metadata"]),
            "on_behalf_of": intent["on_behalf_of"],
            "outcome": _outcome(card),
            "paid": not card.code,
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "payment_method_details": {"card": {**card_details(card), "network": card.brand}, "type": "card"},
            "receipt_email": intent["receipt_email"],
            "receipt_number": None,
            "receipt_url": None,
            "refunded": False,
            "review": None,
            "shipping": None,
            "source": None,
            "source_transfer": None,
            "statement_descriptor": None,
            "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
            "status": "failed" if card.code else "succeeded",
            "transfer": None,
            "transfer_data": None if transfer_data is None else {"amount": None, **transfer_data},
            "transfer_group": intent["transfer_group"],
            "_transfer": None,
            "_fee": None,
            "_row": None,
        },
    )


def settle(world: World, charge: Object, card: Card, amount: int, *, at_once: bool) -> None:
    """Capture *amount* of a charge: the money arrives, and what goes on to others goes on.

    Args:
        world: The world.
        charge: A paid charge.
        card: What it was paid with.
        amount: How much is captured.
        at_once: Whether the answer shows already what follows; if not, it does so a moment later.
    """
    account: str = charge["_account"]
    charge |= {"captured": True, "amount_captured": amount}
    available_on = _available_on(world, account, card)
    direct = account != world.platform
    fee = None if charge["application_fee_amount"] is None else min(charge["application_fee_amount"], amount)
    cost = stripe_fee(amount)
    own_cost = not direct or queries.pays_direct_fees(world, account)
    parts = [FeeDetail("application_fee", fee, "Application fee")] if direct and fee else []
    parts += [FeeDetail("stripe_fee", cost, "Stripe processing fees")] if own_cost else []
    rows = [
        row(
            world,
            account,
            type="charge",
            amount=amount,
            currency=charge["currency"],
            source=charge["id"],
            available_on=available_on,
            description=charge["description"],
            fees=parts,
        )
    ]
    charge["_row"] = rows[0]["id"]
    if not own_cost:
        rows.append(_billed(world, charge, cost, available_on))
    if direct and fee:
        rows.append(application_fees.earn(world, charge, fee, payer=account, charge=charge, available_on=available_on))
    if charge["transfer_data"] is not None:
        rows += _passed_on(world, charge, amount, fee, available_on)
    post(world, *rows, stripe=cost, outside=-amount)
    reveal = partial(_reveal, world, charge)
    if at_once:
        reveal()
    else:
        world.clock.at(world.clock.now, reveal)


def _passed_on(world: World, charge: Object, amount: int, fee: int | None, available_on: int) -> list[Object]:
    data: dict[str, Any] = charge["transfer_data"]
    moved = amount if data.get("amount") is None else min(data["amount"], amount)
    if charge["transfer_group"] is None:
        charge["transfer_group"] = f"group_{charge['payment_intent']}"
    transfer, rows = transfers.move(
        world,
        amount=moved,
        currency=charge["currency"],
        destination=data["destination"],
        available_on=available_on,
        source=charge,
        group=charge["transfer_group"],
        fee=fee or 0,
    )
    charge["_transfer"] = transfer["id"]
    if fee:
        payment = world.get(data["destination"], "charge", transfer["destination_payment"])
        rows.append(
            application_fees.earn(
                world, charge, fee, payer=data["destination"], charge=payment, available_on=available_on
            )
        )
    return rows


def _billed(world: World, charge: Object, cost: int, available_on: int) -> Object:
    return row(
        world,
        world.platform,
        type="stripe_fee",
        amount=-cost,
        currency=charge["currency"],
        source=None,
        available_on=available_on,
        description=f"Stripe processing fees ({charge['id']})",
    )


def _reveal(world: World, charge: Object) -> None:
    charge |= {
        "application_fee": charge["_fee"],
        "balance_transaction": charge["_row"],
    }
    if charge["_transfer"] is not None:
        charge["transfer"] = charge["_transfer"]
    world.touch(charge)


def _available_on(world: World, account: str, card: Card) -> int:
    now = world.clock.now
    if card.available:
        return now
    days = queries.settlement_delay(world, account)
    return business_days(now, days) if queries.country(world, account) == "US" else calendar_days(now, days)


def _outcome(card: Card) -> Object:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if card.code else "approved_by_network",
        "reason": card.decline_code or card.code or None,
        "seller_message": "The bank did not return any further details." if card.code else "Payment complete.",
        "type": "issuer_declined" if card.code else "authorized",
    }


def _render(world: World, thing: Object) -> Object:
    shown = {name: value for name, value in thing.items() if name != "transfer" or value is not None}
    return {
        **shown,
        "refunds": sublist(
            world.table(thing["_account"], "refund").where(charge=thing["id"]), f"/v1/charges/{thing['id']}/refunds"
        ),
    }


topic.kind("charge", indexes=("payment_intent", "customer"), render=_render)


@topic.expandable("charge", "transfer")
def _transfer(world: World, shown: Object) -> object:
    """Only a destination charge has the member at all; to expand it is allowed on every one."""
    return world.find(shown.get("transfer") or "")


@topic.route("GET", "/v1/charges", "ChargeListParams")
def index(world: World, call: Call) -> Object:
    """List charges, newest first."""
    names = ("payment_intent", "customer", "transfer_group")
    filters = {name: call.params.get(name) for name in names}
    return listing(world.table(call.account, "charge"), call, **filters)


@topic.route("GET", "/v1/charges/:id", "ChargeRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a charge."""
    return world.get(call.account, "charge", call.id)


@topic.invariant("charge")
def _refunds_fit(world: World, thing: Object) -> None:
    if thing["source_transfer"] is not None:
        return
    table = world.table(thing["_account"], "refund")
    refunds = sum(
        refund["amount"] for refund in table.where(charge=thing["id"]) if refund["status"] not in {"failed", "canceled"}
    )
    if thing["amount_refunded"] != refunds or refunds > thing["amount_captured"]:
        message = f"{thing['id']}: {thing['amount_refunded']} refunded, by refunds of {refunds}."
        raise InvariantBroken(message)
    if thing["refunded"] is not bool(refunds and refunds == thing["amount_captured"]):
        message = f"{thing['id']}: refunded is {thing['refunded']}."
        raise InvariantBroken(message)
