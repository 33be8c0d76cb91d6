"""Payment intents: what a buyer is to pay, from the first word to the paid charge."""

from __future__ import annotations

from typing import Final

from connectkit.simulator.calls import Call
from connectkit.simulator.ledger import InvariantBroken
from connectkit.simulator.lists import listing
from connectkit.simulator.refusals import invalid, missing, refused
from connectkit.simulator.routing import Topic
from connectkit.simulator.searches import search
from connectkit.simulator.shapes import Object, merge_metadata, part
from connectkit.simulator.state import World

from .checks import check_intent, passed_on
from .confirmation_tokens import spend, with_token
from .confirming import check_deposits, deposits_known, pay
from .proposing import ALWAYS, method_for, paying, propose

topic: Final = Topic("payment intents")

_CONFIRMABLE: Final = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
_CHANGEABLE: Final = frozenset(
    (
        "allowed_payment_method_types",
        "amount",
        "application_fee_amount",
        "capture_method",
        "currency",
        "customer",
        "payment_method",
        "payment_method_data",
        "payment_method_options",
        "receipt_email",
        "setup_future_usage",
        "shipping",
        "statement_descriptor_suffix",
        "transfer_data",
        "transfer_group",
    )
)
_TOLD: Final = ("capture_method", "receipt_email", "setup_future_usage", "shipping")
"""What can be told when a payment is confirmed as well."""

_GROUPED: Final = "transfer_group"
_TOKEN: Final = "confirmation_token"  # noqa: S105  # the name of a parameter
_CANCELABLE: Final = _CONFIRMABLE | {"requires_capture", "processing"}


@topic.route(
    "POST",
    "/v1/payment_intents",
    "PaymentIntentCreateParams",
    apart=(
        "amount_details customer_account excluded_payment_method_types hooks mandate "
        "payment_details payment_method_configuration statement_descriptor"
    ),
)
def create(world: World, call: Call) -> Object:
    """Make a payment intent, and confirm it if asked to."""
    check_intent(world, call.account, call.params)
    if _TOKEN in call.params and not call.params.get("confirm"):
        raise invalid(f"The parameter `{_TOKEN}` cannot be passed without `confirm`.", param=_TOKEN)
    params = with_token(world, call.account, call.params)
    method = method_for(world, call.account, params)
    if params.get("confirm") and method is None:
        message = (
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
            "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a "
            "payment method."
        )
        raise refused(message, "payment_intent_unexpected_state")
    intent = propose(world, call.account, params, method)
    call.told = not params.get("confirm")
    if call.told:
        return intent
    spend(world, params, intent)
    return pay(world, intent, params)


@topic.route(
    "POST",
    "/v1/payment_intents/:id/confirm",
    "PaymentIntentConfirmParams",
    apart=("amount_details amount_to_confirm excluded_payment_method_types hooks mandate payment_details"),
)
def confirm(world: World, call: Call) -> Object:
    """Pay a payment intent."""
    intent = world.get(call.account, "payment_intent", call.id)
    if intent["status"] not in _CONFIRMABLE:
        raise unexpected(intent, "confirmed")
    params = with_token(world, call.account, call.params)
    method = method_for(world, call.account, params)
    if method is not None:
        intent["payment_method"] = method["id"]
    if intent["payment_method"] is None:
        raise missing("payment_method")
    intent |= {name: params[name] or None for name in _TOLD if name in params}
    if params.get("payment_method_options"):
        intent["payment_method_options"] = {**intent["payment_method_options"], **params["payment_method_options"]}
    spend(world, params, intent)
    return pay(world, intent, params)


@topic.route("POST", "/v1/payment_intents/:id/verify_microdeposits", "PaymentIntentVerifyMicrodepositsParams")
def verify(world: World, call: Call) -> Object:
    """Verify the bank account by what arrived there, and pay from it."""
    intent = world.get(call.account, "payment_intent", call.id)
    if part(intent, "next_action").get("type") != "verify_with_microdeposits":
        raise unexpected(intent, "verified")
    check_deposits(call.params)
    deposits_known(world, intent)
    return intent


@topic.route("GET", "/v1/payment_intents/search", "PaymentIntentSearchParams")
def find(world: World, call: Call) -> Object:
    """Search payment intents."""
    return search(world.table(call.account, "payment_intent"), call)


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


@topic.route(
    "POST",
    "/v1/payment_intents/:id",
    "PaymentIntentUpdateParams",
    apart=(
        "amount_details customer_account excluded_payment_method_types hooks payment_details "
        "payment_method_configuration statement_descriptor"
    ),
)
def update(world: World, call: Call) -> Object:
    """Change a payment intent that is not paid yet, or its words."""
    intent = world.get(call.account, "payment_intent", call.id)
    asked = {name: value for name, value in call.params.items() if name in _CHANGEABLE}
    if asked and intent["status"] not in _CONFIRMABLE:
        raise unexpected(intent, "updated")
    if asked.get(_GROUPED) and intent[_GROUPED] not in {None, asked[_GROUPED]}:
        raise invalid("The transfer_group cannot be changed once it is set.", param=_GROUPED)
    described = asked.pop("payment_method_data", None)
    changed: Object = {**intent, **asked}
    changed |= {name: None for name, value in asked.items() if value == ""}
    changed["transfer_data"] = passed_on(intent, asked)
    check_intent(world, call.account, changed)
    if "payment_method" in asked or described is not None:
        changed |= paying(method_for(world, call.account, call.params))
    intent |= {**changed, "currency": changed["currency"].lower()}
    merge_metadata(intent, call.params)
    intent["description"] = call.params.get("description", intent["description"])
    return intent


@topic.route("GET", "/v1/payment_intents", "PaymentIntentListParams", apart="customer_account")
def index(world: World, call: Call) -> Object:
    """List payment intents, newest first."""
    return listing(world.table(call.account, "payment_intent"), call, customer=call.params.get("customer"))


@topic.route("GET", "/v1/payment_intents/:id", "PaymentIntentRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a payment intent."""
    return world.get(call.account, "payment_intent", call.id)


topic.kind("payment_intent", always=ALWAYS)


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
