"""More reserved than at first: what a card that allows it can be asked for."""

from __future__ import annotations

from typing import Any, Final

from connectkit.simulator.calls import Call
from connectkit.simulator.refusals import invalid, refused
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from .checks import check_intent, passed_on
from .intents import unexpected

topic: Final = Topic("incremental authorizations")

_MOST: Final = 10  # times that Stripe asks a bank for more


@topic.route(
    "POST",
    "/v1/payment_intents/:id/increment_authorization",
    "PaymentIntentIncrementAuthorizationParams",
    apart="amount_details hooks payment_details statement_descriptor",
)
def increment(world: World, call: Call) -> Object:
    """Reserve more."""
    intent = world.get(call.account, "payment_intent", call.id)
    if intent["status"] != "requires_capture":
        raise unexpected(intent, "incremented")
    _check(intent, call.params["amount"])
    asked: Object = {name: call.params[name] for name in ("amount", "application_fee_amount") if name in call.params}
    changed: Object = {**intent, **asked, "transfer_data": passed_on(intent, call.params)}
    check_intent(world, call.account, changed)
    intent |= {**changed, "amount_capturable": changed["amount"], "_increments": intent.get("_increments", 0) + 1}
    charge = world.get(call.account, "charge", intent["latest_charge"])
    charge |= {name: intent[name] for name in ("amount", "application_fee_amount")}
    world.touch(charge)
    merge_metadata(intent, call.params)
    intent["description"] = call.params.get("description", intent["description"])
    world.emit("payment_intent.amount_capturable_updated", intent)
    return intent


def _check(intent: Object, amount: int) -> None:
    card: dict[str, Any] = intent["payment_method_options"].get("card") or {}
    if card.get("request_incremental_authorization") != "if_available":
        message = "This PaymentIntent is not eligible for incremental authorization."
        raise refused(message, "payment_intent_unexpected_state")
    if amount <= intent["amount"]:
        raise invalid("The amount has to be above the amount that is authorized now.", param="amount")
    if intent.get("_increments", 0) >= _MOST:
        message = f"This PaymentIntent has been incremented {_MOST} times already."
        raise refused(message, "payment_intent_unexpected_state")
