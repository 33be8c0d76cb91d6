"""Payment intents: what a buyer is to pay, from the first word to the paid charge."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final

from connectkit.simulator.accounts import triggers
from connectkit.simulator.calls import Call
from connectkit.simulator.ledger import InvariantBroken
from connectkit.simulator.lists import listing
from connectkit.simulator.refusals import card_declined, invalid, missing, refused
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from . import charges, disputes
from .application_fees import applied
from .cards import MESSAGES, Card
from .checks import check_cut, check_intent
from .methods import card_of, method_of
from .settling import settle
from .switches import switches_of

topic: Final = Topic("payment intents")

_CONFIRMABLE: Final = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
_CHANGEABLE: Final = frozenset(
    (
        "amount",
        "application_fee_amount",
        "currency",
        "customer",
        "payment_method",
        "receipt_email",
        "setup_future_usage",
        "shipping",
        "statement_descriptor_suffix",
        "transfer_data",
        "transfer_group",
    )
)
_GROUPED: Final = "transfer_group"
_BANK: Final = 180
"""After how many simulated seconds a buyer's bank says whether it pays, as Stripe's test accounts do."""
_CANCELABLE: Final = _CONFIRMABLE | {"requires_capture", "processing"}


@topic.route("POST", "/v1/payment_intents", "PaymentIntentCreateParams")
def create(world: World, call: Call) -> Object:
    """Make a payment intent, and confirm it if asked to."""
    params = call.params
    check_intent(world, call.account, params)
    method = _method(world, call.account, params)
    if params.get("confirm") and method is None:
        message = (
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
            "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a "
            "payment method."
        )
        raise refused(message, "payment_intent_unexpected_state")
    intent = world.add(call.account, _new(world, call, method))
    merge_metadata(intent, params)
    world.emit("payment_intent.created", intent)
    return _confirm(world, intent, params) if params.get("confirm") else intent


def _method(world: World, account: str, params: dict[str, Any]) -> Object | None:
    name = params.get("payment_method")
    if name is None:
        return None
    method = method_of(world, account, name, "payment_method")
    if method["_used"] and method["customer"] is None:
        message = (
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, and "
            "cannot be used again: attach it to a Customer first, or use another."
        )
        raise refused(message)
    allowed = params.get("allowed_payment_method_types")
    if allowed and method["type"] not in allowed:
        message = f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent."
        raise invalid(message, param="payment_method")
    return method


def _new(world: World, call: Call, method: Object | None) -> Object:
    params = call.params
    intent_id = world.ids.new("pi")
    nothing = dict.fromkeys(
        (
            "canceled_at",
            "cancellation_reason",
            "customer_account",
            "excluded_payment_method_types",
            "last_payment_error",
            "latest_charge",
            "managed_payments",
            "next_action",
            "payment_method_configuration_details",
            "processing",
            "review",
            "source",
            "statement_descriptor",
        )
    )
    given = {
        name: params.get(name)
        for name in (
            "application_fee_amount",
            "customer",
            "description",
            "on_behalf_of",
            "receipt_email",
            "setup_future_usage",
            "shipping",
            "statement_descriptor_suffix",
            "transfer_group",
        )
    }
    return {
        "id": intent_id,
        "object": "payment_intent",
        **nothing,
        **given,
        "amount": params["amount"],
        "application": None if call.account == world.platform else applied(world),
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "automatic_payment_methods": params.get("automatic_payment_methods")
        or {"allow_redirects": "always", "enabled": True},
        "capture_method": params.get("capture_method") or switches_of(world).capture_method_default,
        "client_secret": f"{intent_id}_secret_{world.ids.token(25)}",
        "confirmation_method": "automatic",
        "created": world.clock.now,
        "currency": params["currency"].lower(),
        "livemode": world.livemode,
        "metadata": {},
        "payment_method_options": params.get("payment_method_options") or {},
        "payment_method_types": _types(params, method),
        **_paying(method),
        "transfer_data": params.get("transfer_data"),
    }


def _types(params: dict[str, Any], method: Object | None) -> list[str]:
    """Give the ways to pay that fit."""
    allowed: list[str] = params.get("allowed_payment_method_types") or ["card"]
    return allowed if method is None or method["type"] in allowed else [*allowed, method["type"]]


def _paying(method: Object | None) -> Object:
    """Give what changes with the payment method of an intent that is not confirmed."""
    if method is None:
        return {"payment_method": None, "status": "requires_payment_method"}
    return {"payment_method": method["id"], "status": "requires_confirmation"}


@topic.route("POST", "/v1/payment_intents/:id/confirm", "PaymentIntentConfirmParams")
def confirm(world: World, call: Call) -> Object:
    """Pay a payment intent."""
    intent = world.get(call.account, "payment_intent", call.id)
    if intent["status"] not in _CONFIRMABLE:
        raise unexpected(intent, "confirmed")
    method = _method(world, call.account, call.params)
    if method is not None:
        intent["payment_method"] = method["id"]
    if intent["payment_method"] is None:
        raise missing("payment_method")
    return _confirm(world, intent, call.params)


def _confirm(world: World, intent: Object, params: dict[str, Any]) -> Object:
    method = world.get(intent["_account"], "payment_method", intent["payment_method"])
    card = card_of(method)
    if card.authenticate:
        if not params.get("off_session"):
            return _ask(world, intent, params)
        card = replace(card, code="authentication_required", decline_code="authentication_required")
    if _is_destination(intent) and intent[_GROUPED] is None:
        intent[_GROUPED] = f"group_{intent['id']}"
    method["_used"] = True
    charge = charges.make(world, intent, method, card)
    intent["latest_charge"] = charge["id"]
    if card.code:
        raise _declined(world, intent, charge, method, card)
    intent |= {"last_payment_error": None, "next_action": None}
    if intent["setup_future_usage"] and intent["customer"]:
        method["customer"] = intent["customer"]
    if card.delayed:
        return _wait(world, intent, charge, method, card)
    if intent["capture_method"] == "manual":
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        world.emit("charge.succeeded", charge)
        world.emit("payment_intent.amount_capturable_updated", intent)
        return intent
    _capture(world, intent, charge, card, intent["amount"])
    return intent


def _wait(world: World, intent: Object, charge: Object, method: Object, card: Card) -> Object:
    """Wait for the buyer's bank; no money moves before it has paid."""
    intent["status"] = "processing"
    world.emit("charge.pending", charge)
    world.emit("payment_intent.processing", intent)
    if card.delayed != "never":
        world.clock.after(_BANK, partial(_heard, world, intent, charge, method, card))
    return intent


def _heard(world: World, intent: Object, charge: Object, method: Object, card: Card) -> None:
    """Hear from the buyer's bank, if the payment was not given up meanwhile."""
    if intent["status"] != "processing":
        return
    if card.delayed == "paid":
        charge |= {"status": "succeeded", "paid": True}
        _capture(world, intent, charge, card, intent["amount"])
        return
    charge |= {"status": "failed", "failure_code": card.delayed}
    world.touch(charge)
    _declined(world, intent, charge, method, replace(card, code=card.delayed))


def _is_destination(intent: Object) -> bool:
    return intent["transfer_data"] is not None


def _capture(world: World, intent: Object, charge: Object, card: Card, amount: int) -> None:
    settle(world, charge, card, amount, at_once=intent["capture_method"] != "automatic_async")
    intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": amount}
    world.emit("charge.captured" if intent["capture_method"] == "manual" else "charge.succeeded", charge)
    world.emit("payment_intent.succeeded", intent)
    if card.trigger:
        triggers.pull(world, intent["on_behalf_of"] or intent["_account"], card.trigger)
    if card.dispute:
        world.clock.at(world.clock.now, partial(disputes.open_dispute, world, charge, card.dispute))


def _ask(world: World, intent: Object, params: dict[str, Any]) -> Object:
    """Ask the buyer to authenticate; the simulator has no page for that."""
    url = f"{world.site}/authenticate/{intent['id']}"
    intent["status"] = "requires_action"
    if params.get("return_url"):
        redirect = {"url": url, "return_url": params["return_url"]}
        intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": redirect}
    else:
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    world.emit("payment_intent.requires_action", intent)
    return intent


def _declined(world: World, intent: Object, charge: Object, method: Object, card: Card) -> Exception:
    message = MESSAGES[card.code]
    charge["failure_message"] = message
    error: Object = {"charge": charge["id"], "code": card.code, "message": message, "type": "card_error"}
    if card.decline_code:
        error["decline_code"] = card.decline_code
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "last_payment_error": {**error, "payment_method": world.render(method)},
    }
    world.emit("charge.failed", charge)
    world.emit("payment_intent.payment_failed", intent)
    return card_declined(
        message,
        card.code,
        card.decline_code or None,
        charge=charge["id"],
        payment_intent=world.render(intent),
        payment_method=world.render(method),
    )


@topic.route("POST", "/v1/payment_intents/:id/capture", "PaymentIntentCaptureParams")
def capture(world: World, call: Call) -> Object:
    """Take what was authorized, or a part of it."""
    intent = world.get(call.account, "payment_intent", call.id)
    if intent["status"] != "requires_capture":
        raise unexpected(intent, "captured")
    authorized: int = intent["amount"]
    amount: int = call.params.get("amount_to_capture", authorized)
    if not 1 <= amount <= authorized:
        message = "The amount to capture has to be at most the amount that was authorized."
        raise refused(message, "amount_too_large", param="amount_to_capture")
    cut = _cut(intent, call.params)
    check_cut(world, cut, direct=call.account != world.platform)
    charge = world.get(call.account, "charge", intent["latest_charge"])
    charge["application_fee_amount"] = cut["application_fee_amount"]
    if cut["transfer_data"] is not None:
        charge["transfer_data"]["amount"] = cut["transfer_data"].get("amount")
    method = world.get(call.account, "payment_method", intent["payment_method"])
    _capture(world, intent, charge, card_of(method), amount)
    return intent


def _cut(intent: Object, params: dict[str, Any]) -> Object:
    """Give what a capture asks to keep or to pass on, else what was asked before."""
    data = intent["transfer_data"]
    if data is not None:
        data = {**data, **params.get("transfer_data", {})}
    fee = params.get("application_fee_amount", intent["application_fee_amount"])
    return {"amount": intent["amount"], "application_fee_amount": fee, "transfer_data": data}


@topic.route("POST", "/v1/payment_intents/:id/cancel", "PaymentIntentCancelParams")
def cancel(world: World, call: Call) -> Object:
    """Give a payment intent up."""
    intent = world.get(call.account, "payment_intent", call.id)
    if intent["status"] not in _CANCELABLE:
        raise unexpected(intent, "canceled")
    intent |= {
        "status": "canceled",
        "amount_capturable": 0,
        "canceled_at": world.clock.now,
        "cancellation_reason": call.params.get("cancellation_reason"),
    }
    world.emit("payment_intent.canceled", intent)
    return intent


@topic.route("POST", "/v1/payment_intents/:id", "PaymentIntentUpdateParams")
def update(world: World, call: Call) -> Object:
    """Change a payment intent that is not paid yet, or its words."""
    intent = world.get(call.account, "payment_intent", call.id)
    asked = {name: value for name, value in call.params.items() if name in _CHANGEABLE}
    if asked and intent["status"] not in _CONFIRMABLE:
        raise unexpected(intent, "updated")
    if asked.get(_GROUPED) and intent[_GROUPED] not in {None, asked[_GROUPED]}:
        raise invalid("The transfer_group cannot be changed once it is set.", param=_GROUPED)
    changed: Object = {**intent, **asked}
    changed |= {name: None for name, value in asked.items() if value == ""}
    if "transfer_data" in asked and intent["transfer_data"] is not None:
        changed["transfer_data"] = {**intent["transfer_data"], **asked["transfer_data"]}
    check_intent(world, call.account, changed)
    if "payment_method" in asked:
        changed |= _paying(_method(world, call.account, asked))
    intent |= {**changed, "currency": changed["currency"].lower()}
    merge_metadata(intent, call.params)
    intent["description"] = call.params.get("description", intent["description"])
    return intent


@topic.route("GET", "/v1/payment_intents", "PaymentIntentListParams")
def index(world: World, call: Call) -> Object:
    """List payment intents, newest first."""
    return listing(world.table(call.account, "payment_intent"), call, customer=call.params.get("customer"))


@topic.route("GET", "/v1/payment_intents/:id", "PaymentIntentRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a payment intent."""
    return world.get(call.account, "payment_intent", call.id)


topic.kind("payment_intent")


@topic.invariant("payment_intent")
def _received(world: World, thing: Object) -> None:
    """A payment intent received what its charge captured, and has succeeded exactly if that was anything."""
    charge = world.find(thing["latest_charge"] or "")
    captured = 0 if charge is None else charge["amount_captured"]
    if thing["amount_received"] != captured or (thing["status"] == "succeeded") is not bool(captured):
        raise InvariantBroken(f"{thing['id']} is {thing['status']} with {thing['amount_received']} received.")


def unexpected(intent: Object, verb: str) -> Exception:
    """Give the refusal of an action that does not fit the status."""
    message = f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}."
    return refused(message, "payment_intent_unexpected_state", payment_intent={"id": intent["id"]})
