"""Charges: money that a buyer pays, whoever's it is, and what goes on to others with it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.answers import Answer
from connectkit.simulator.calls import Call
from connectkit.simulator.hosting import page, refused_page
from connectkit.simulator.ledger import InvariantBroken
from connectkit.simulator.lists import listing, sublist
from connectkit.simulator.refusals import invalid
from connectkit.simulator.routing import Topic
from connectkit.simulator.searches import search
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from .cards import Card
from .currencies import written
from .fx import convert
from .methods import billing, method_details
from .rows import row_of

topic: Final = Topic("charges")

_RECEIPTS: Final = "/receipts/"
_PLAIN: Final = "STRIPE"
_LONGEST: Final = 22
_CHANGEABLE: Final = ("customer", "description", "fraud_details", "receipt_email", "shipping", "transfer_group")
_SCORES: Final = {"normal": 20, "elevated": 70, "highest": 95}  # within Stripe's bounds of each level
_WORDS: Final = frozenset({"description", "metadata", "payment_data"})


def make(world: World, intent: Object, method: Object, card: Card) -> Object:
    """Make the charge of a payment intent, paid or declined; its money moves when it is captured."""
    account: str = intent["_account"]
    transfer_data: Object | None = intent["transfer_data"]
    return world.add(
        account,
        {
            "id": world.ids.new("ch" if card.kind == "card" else "py"),
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": 0,
            "amount_refunded": 0,
            "application": None if account == world.platform else queries.applied(world),
            "application_fee": None,
            "application_fee_amount": intent["application_fee_amount"],
            "balance_transaction": None,
            "billing_details": billing(),
            "calculated_statement_descriptor": _descriptor(world, intent),
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
            "paid": not card.code and not card.delayed,
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "payment_method_details": method_details(card, intent["payment_method_options"]),
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
            "status": _status(card),
            "transfer": None,
            "transfer_data": None
            if transfer_data is None
            else {"amount": transfer_data.get("amount"), "destination": transfer_data["destination"]},
            "transfer_group": intent["transfer_group"],
            "_transfer": None,
            "_fee": None,
            "_row": None,
            "_disputes": [],
            "_words": {name: value for name, value in (transfer_data or {}).items() if name in _WORDS},
        },
    )


def tell_statement(world: World, charge: Object, intent: Object) -> None:
    """Put on the buyer's statement what its payment intent says by now."""
    charge["statement_descriptor_suffix"] = intent["statement_descriptor_suffix"]
    charge["calculated_statement_descriptor"] = _descriptor(world, intent)


def _descriptor(world: World, intent: Object) -> str:
    """Give what stands on the buyer's statement: the merchant's own words, or their prefix and the suffix."""
    merchant = queries.account_of(world, intent["on_behalf_of"] or intent["_account"])
    settings = merchant["settings"]
    own: str = settings["payments"]["statement_descriptor"] or _PLAIN
    if not intent["statement_descriptor_suffix"]:
        return own
    prefix: str = settings["card_payments"]["statement_descriptor_prefix"] or own
    return f"{prefix}* {intent['statement_descriptor_suffix']}".upper()[:_LONGEST]


def _status(card: Card) -> str:
    if card.code:
        return "failed"
    return "pending" if card.delayed else "succeeded"


def _outcome(card: Card) -> Object:
    risk = {"risk_level": card.risk, "risk_score": _SCORES[card.risk]} if card.kind == "card" else {}
    if card.risk == "highest":
        return {
            **dict.fromkeys(("advice_code", "network_advice_code", "network_decline_code")),
            **risk,
            "network_status": "not_sent_to_network",
            "reason": "highest_risk_level",
            "seller_message": "Stripe blocked this payment as too risky.",
            "type": "blocked",
        }
    return {
        **risk,
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
    if thing["paid"] and thing["payment_method"] is not None:
        shown["receipt_url"] = f"{world.site}{_RECEIPTS}{thing['id']}"
    return {
        **shown,
        "refunds": sublist(
            world.table(thing["_account"], "refund").where(charge=thing["id"]), f"/v1/charges/{thing['id']}/refunds"
        ),
    }


topic.kind("charge", indexes=("payment_intent", "customer"), render=_render)


@topic.page(_RECEIPTS)
def receipt(world: World, method: str, path: str, _: Mapping[str, str]) -> Answer:
    """Show a buyer what she paid."""
    charge = world.find(path.removeprefix(_RECEIPTS).partition("?")[0])
    if charge is None or charge["object"] != "charge" or not charge["paid"] or method != "GET":
        return refused_page("There is no such receipt.")
    paid = f"{written(charge['amount_captured'] or charge['amount'], charge['currency'])} {charge['currency'].upper()}"
    return page("Receipt", f"<p>You paid {paid} to {escape(charge['calculated_statement_descriptor'])}.</p>")


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


@topic.route("GET", "/v1/charges/search", "ChargeSearchParams")
def find(world: World, call: Call) -> Object:
    """Search charges."""
    return search(world.table(call.account, "charge"), call)


@topic.route("POST", "/v1/charges/:id", "ChargeUpdateParams")
def update(world: World, call: Call) -> Object:
    """Change the words of a charge, and what it belongs to where nothing was said of that."""
    charge, params = world.get(call.account, "charge", call.id), call.params
    if "customer" in params and charge["customer"] not in (None, params["customer"]):
        raise invalid("The customer of this charge can not be changed.", param="customer")
    if "transfer_group" in params and charge["transfer_group"] not in (None, params["transfer_group"]):
        raise invalid("The transfer_group of this charge can not be changed.", param="transfer_group")
    if "customer" in params:
        world.get(call.account, "customer", params["customer"], param="customer")
    told: Object = {name: params[name] for name in _CHANGEABLE if name in params}
    before = {name: charge[name] for name in [*told, *(["metadata"] if "metadata" in params else [])]}
    charge |= told
    merge_metadata(charge, params)
    world.emit("charge.updated", charge, previous=before)
    return charge


@topic.route("GET", "/v1/charges/:id", "ChargeRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a charge."""
    return world.get(call.account, "charge", call.id)


def _counts(refund: Object) -> bool:
    """Tell whether a refund is the buyer's: one that was canceled without coming back is in her cash balance."""
    if refund["status"] == "canceled":
        return refund["failure_balance_transaction"] is None
    return bool(refund["status"] != "failed")


@topic.invariant("charge")
def _refunds_fit(world: World, thing: Object) -> None:
    if thing["source_transfer"] is not None:
        return
    table = world.table(thing["_account"], "refund")
    refunds = sum(refund["amount"] for refund in table.where(charge=thing["id"]) if _counts(refund))
    if thing["amount_refunded"] != refunds or refunds > thing["amount_captured"]:
        raise InvariantBroken(f"{thing['id']}: {thing['amount_refunded']} refunded, by refunds of {refunds}.")
    if thing["refunded"] is not bool(refunds and refunds == thing["amount_captured"]):
        raise InvariantBroken(f"{thing['id']}: refunded is {thing['refunded']}.")


@topic.invariant("charge")
def _passed_on(world: World, thing: Object) -> None:
    """A charge passes on what was captured of it, or the amount that was asked for; and nothing before that."""
    if thing.get("_transfer") is None:
        return
    transfer = world.get(world.platform, "transfer", thing["_transfer"])
    asked = thing["transfer_data"]["amount"]
    moved = thing["amount_captured"] if asked is None else min(asked, thing["amount_captured"])
    if transfer["amount"] != convert(moved, row_of(world, thing)["_rate"]):
        raise InvariantBroken(f"{thing['id']}: {transfer['id']} is of {transfer['amount']}.")
