"""Setup intents: a way to pay, kept for later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectkit.simulator.accounts.queries import account_of, applied
from connectkit.simulator.calls import Call
from connectkit.simulator.lists import listing
from connectkit.simulator.money.confirmation_tokens import spend, with_token
from connectkit.simulator.money.confirming import check_deposits
from connectkit.simulator.money.methods import described, method_of
from connectkit.simulator.refusals import invalid, missing, refused
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata, part
from connectkit.simulator.state import World

from .attempts import abandon
from .setting_up import check_setup, set_up, verified

topic: Final = Topic("setup intents")
topic.kind("setup_intent")
topic.invariant("setup_intent")(check_setup)

_OPEN: Final = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
_PATH: Final = "/v1/setup_intents"
_CONFIRMING: Final = frozenset({"confirmation_token", "return_url"})
"""What can be said only when a setup intent is confirmed."""


@topic.route(
    "POST",
    _PATH,
    "SetupIntentCreateParams",
    apart=("customer_account excluded_payment_method_types payment_method_configuration single_use"),
)
def create(world: World, call: Call) -> Object:
    """Make a setup intent, and confirm it if asked to."""
    for name in sorted(_CONFIRMING & call.params.keys()):
        if not call.params.get("confirm"):
            raise invalid(f"The parameter `{name}` cannot be passed without `confirm`.", param=name)
    if call.params.get("customer"):
        world.get(call.account, "customer", call.params["customer"], param="customer")
    if call.params.get("on_behalf_of"):
        account_of(world, call.params["on_behalf_of"], param="on_behalf_of")
    params = with_token(world, call.account, call.params, pays=False)
    method = _method(world, call.account, params)
    if params.get("confirm") and method is None:
        message = "You cannot confirm this SetupIntent because it's missing a payment method."
        raise refused(message, "setup_intent_unexpected_state")
    intent = world.add(call.account, new_setup(world, call.account, params, method))
    merge_metadata(intent, params)
    world.emit("setup_intent.created", intent)
    if not params.get("confirm"):
        return intent
    spend(world, params, intent)
    return set_up(world, intent, params)


def _method(world: World, account: str, params: Mapping[str, Any]) -> Object | None:
    if "payment_method_data" in params:
        return described(world, account, params["payment_method_data"])
    name = params.get("payment_method")
    return None if name is None else method_of(world, account, name, "payment_method")


def new_setup(world: World, account: str, params: dict[str, Any], method: Object | None) -> Object:
    """Give a setup intent as it is at first."""
    id = world.ids.new("seti")
    types: list[str] = params.get("allowed_payment_method_types") or ["card"]
    return {
        "id": id,
        "object": "setup_intent",
        **{name: params.get(name) for name in ("customer", "description", "on_behalf_of", "flow_directions")},
        **dict.fromkeys(("cancellation_reason", "customer_account", "excluded_payment_method_types", "mandate")),
        **dict.fromkeys(("last_setup_error", "latest_attempt", "next_action", "single_use_mandate")),
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "application": None if account == world.platform else applied(world),
        "attach_to_self": params.get("attach_to_self", False),
        "automatic_payment_methods": params.get("automatic_payment_methods")
        or {"allow_redirects": "always", "enabled": True},
        "client_secret": f"{id}_secret_{world.ids.token(25)}",
        "created": world.clock.now,
        "livemode": world.livemode,
        "managed_payments": None,
        "metadata": {},
        "payment_method": None if method is None else method["id"],
        "payment_method_configuration_details": None,
        "payment_method_options": params.get("payment_method_options") or {},
        "payment_method_types": types if method is None or method["type"] in types else [*types, method["type"]],
        "status": "requires_payment_method" if method is None else "requires_confirmation",
        "usage": params.get("usage", "off_session"),
    }


@topic.route(
    "POST",
    f"{_PATH}/:id/confirm",
    "SetupIntentConfirmParams",
    apart="allowed_payment_method_types payment_method_options",
)
def confirm(world: World, call: Call) -> Object:
    """Set up what was named."""
    intent = _open(world, call, "confirmed")
    params = with_token(world, call.account, call.params, pays=False)
    method = _method(world, call.account, params)
    if method is not None:
        intent["payment_method"] = method["id"]
    if intent["payment_method"] is None:
        raise missing("payment_method")
    spend(world, params, intent)
    return set_up(world, intent, params)


@topic.route("POST", f"{_PATH}/:id/cancel", "SetupIntentCancelParams")
def cancel(world: World, call: Call) -> Object:
    """Give a setup intent up."""
    intent = _open(world, call, "canceled")
    reason = call.params.get("cancellation_reason")
    abandon(world, intent)
    intent |= {"status": "canceled", "cancellation_reason": reason, "next_action": None}
    world.emit("setup_intent.canceled", intent)
    return intent


@topic.route("POST", f"{_PATH}/:id/verify_microdeposits", "SetupIntentVerifyMicrodepositsParams")
def verify(world: World, call: Call) -> Object:
    """Verify a bank account by what arrived there."""
    intent = world.get(call.account, "setup_intent", call.id)
    if part(intent, "next_action").get("type") != "verify_with_microdeposits":
        raise _unexpected(intent, "verified")
    check_deposits(call.params)
    return verified(world, intent)


@topic.route(
    "POST",
    f"{_PATH}/:id",
    "SetupIntentUpdateParams",
    apart=(
        "allowed_payment_method_types attach_to_self customer_account excluded_payment_method_types "
        "flow_directions payment_method_configuration payment_method_options"
    ),
)
def update(world: World, call: Call) -> Object:
    """Change a setup intent that is not done."""
    intent = _open(world, call, "updated")
    params = call.params
    if params.get("customer"):
        world.get(call.account, "customer", params["customer"], param="customer")
    method = _method(world, call.account, params)
    intent |= {name: params[name] for name in ("customer", "description") if name in params}
    if method is not None:
        abandon(world, intent)
        intent |= {"payment_method": method["id"], "status": "requires_confirmation", "next_action": None}
    merge_metadata(intent, params)
    return intent


@topic.route("GET", _PATH, "SetupIntentListParams", apart="customer_account")
def index(world: World, call: Call) -> Object:
    """List setup intents, newest first."""
    filters = {name: call.params.get(name) for name in ("customer", "payment_method", "attach_to_self")}
    return listing(world.table(call.account, "setup_intent"), call, **filters)


@topic.route("GET", f"{_PATH}/:id", "SetupIntentRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a setup intent."""
    return world.get(call.account, "setup_intent", call.id)


def _open(world: World, call: Call, verb: str) -> Object:
    intent = world.get(call.account, "setup_intent", call.id)
    if intent["status"] not in _OPEN:
        raise _unexpected(intent, verb)
    return intent


def _unexpected(intent: Object, verb: str) -> Exception:
    message = f"This SetupIntent could not be {verb} because it has a status of {intent['status']}."
    return refused(message, "setup_intent_unexpected_state", setup_intent={"id": intent["id"]})
