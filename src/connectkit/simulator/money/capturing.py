"""Taking what was authorized, by the payment intent or by its charge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectkit.simulator.calls import Call
from connectkit.simulator.refusals import invalid, refused
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from .charges import tell_statement
from .checks import check_cut, passed_on
from .confirming import take
from .intents import unexpected
from .methods import card_of

topic: Final = Topic("captures")

_WAITS: Final = "requires_capture"
_SUFFIX: Final = "statement_descriptor_suffix"


@topic.route(
    "POST",
    "/v1/payment_intents/:id/capture",
    "PaymentIntentCaptureParams",
    apart="amount_details final_capture hooks payment_details statement_descriptor",
)
def capture(world: World, call: Call) -> Object:
    """Take what was authorized, or a part of it."""
    intent = world.get(call.account, "payment_intent", call.id)
    if intent["status"] != _WAITS:
        raise unexpected(intent, "captured")
    told = {_SUFFIX: call.params[_SUFFIX]} if _SUFFIX in call.params else {}
    _take(world, intent, call.params, "amount_to_capture", told)
    return intent


@topic.route("POST", "/v1/charges/:id/capture", "ChargeCaptureParams", apart="application_fee")
def capture_charge(world: World, call: Call) -> Object:
    """Take what a charge has authorized, or a part of it; its payment intent is captured by that."""
    charge, params = world.get(call.account, "charge", call.id), call.params
    if charge["captured"]:
        raise refused(f"Charge {charge['id']} has already been captured.", "charge_already_captured")
    intent = world.get(call.account, "payment_intent", charge["payment_intent"])
    if (intent["status"], intent["latest_charge"]) != (_WAITS, charge["id"]):
        code = "charge_expired_for_capture" if intent["status"] == "canceled" else None
        raise refused(f"Charge {charge['id']} cannot be captured: nothing is reserved for it.", code)
    group = params.get("transfer_group", charge["transfer_group"])
    if charge["transfer_group"] not in {None, group}:
        raise invalid("The transfer_group of this charge can not be changed.", param="transfer_group")
    told = {"receipt_email": params.get("receipt_email", charge["receipt_email"]), "transfer_group": group}
    suffix = params.get(_SUFFIX, params.get("statement_descriptor"))
    _take(world, intent, params, "amount", told if suffix is None else {**told, _SUFFIX: suffix})
    return charge


def _take(world: World, intent: Object, params: Mapping[str, Any], named: str, told: Mapping[str, Any]) -> None:
    """Take a payment that is authorized.

    Args:
        world: The world.
        intent: The payment intent.
        params: What was asked for.
        named: Which of them is the amount.
        told: What else is told of the charge and of the intent.

    Raises:
        Refusal: It is more than was authorized, or the platform's part does not fit.
    """
    authorized: int = intent["amount"]
    amount: int = params.get(named, authorized)
    if not 1 <= amount <= authorized:
        message = "The amount to capture has to be at most the amount that was authorized."
        raise refused(message, "amount_too_large", param=named)
    cut = _cut(intent, params)
    check_cut(world, cut, direct=intent["_account"] != world.platform)
    charge = world.get(intent["_account"], "charge", intent["latest_charge"])
    merge_metadata(intent, params)
    charge |= told
    intent |= told
    if _SUFFIX in told:
        tell_statement(world, charge, intent)
    charge["application_fee_amount"] = cut["application_fee_amount"]
    if cut["transfer_data"] is not None:
        charge["transfer_data"]["amount"] = cut["transfer_data"].get("amount")
    method = world.get(intent["_account"], "payment_method", intent["payment_method"])
    take(world, intent, charge, card_of(method), amount)


def _cut(intent: Object, params: Mapping[str, Any]) -> Object:
    """Give what a capture asks to keep or to pass on, else what was asked before.

    Raises:
        Refusal: It asks to pass a part on where there is nobody to pass it on to.
    """
    data = passed_on(intent, params)
    fee = params.get("application_fee_amount", intent["application_fee_amount"])
    return {"amount": intent["amount"], "application_fee_amount": fee, "transfer_data": data}
