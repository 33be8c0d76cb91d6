"""A new payment intent."""

from __future__ import annotations

from typing import Any, Final

from connectkit.simulator.accounts.queries import applied
from connectkit.simulator.refusals import invalid, refused
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from .methods import described, method_of
from .switches import switches_of

_GIVEN: Final = (
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
_NOTHING: Final[Object] = dict.fromkeys(
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
        *_GIVEN,
    )
)
_DETAILS: Final[Object] = {"tip": {}}
_CARD: Final = ["card"]


def propose(world: World, account: str, params: dict[str, Any], method: Object | None) -> Object:
    """Make a payment intent of parameters that are checked."""
    intent = world.add(account, _new(world, account, params, method))
    merge_metadata(intent, params)
    world.emit("payment_intent.created", intent)
    return intent


def method_for(world: World, account: str, params: dict[str, Any]) -> Object | None:
    """Give the payment method that is named or described; none where it is not.

    Raises:
        Refusal: There is none of that name, or it does not fit.
    """
    name = params.get("payment_method")
    if name is None and "payment_method_data" in params:
        return described(world, account, params["payment_method_data"])
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


def _new(world: World, account: str, params: dict[str, Any], method: Object | None) -> Object:
    intent_id = world.ids.new("pi")
    return {
        "id": intent_id,
        "object": "payment_intent",
        **_NOTHING,
        **{name: params[name] for name in _GIVEN if name in params},
        "amount": params["amount"],
        "application": None if account == world.platform else applied(world),
        "amount_capturable": 0,
        "amount_details": _DETAILS,
        "amount_received": 0,
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "automatic_payment_methods": params.get("automatic_payment_methods")
        or {"allow_redirects": "always", "enabled": True},
        "capture_method": params.get("capture_method") or switches_of(world).capture_method_default,
        "client_secret": f"{intent_id}_secret_{world.ids.token(25)}",
        "confirmation_method": params.get("confirmation_method", "automatic"),
        "created": world.clock.now,
        "currency": params["currency"].lower(),
        "livemode": world.livemode,
        "metadata": {},
        "payment_method_options": params.get("payment_method_options") or {},
        "payment_method_types": _types(params, method),
        **paying(method),
        "transfer_data": params.get("transfer_data"),
    }


def _types(params: dict[str, Any], method: Object | None) -> list[str]:
    """Give the ways to pay that fit."""
    allowed: list[str] = params.get("allowed_payment_method_types") or _CARD
    return allowed if method is None or method["type"] in allowed else [*allowed, method["type"]]


def paying(method: Object | None) -> Object:
    """Give what changes with the payment method of an intent that is not confirmed."""
    if method is None:
        return {"payment_method": None, "status": "requires_payment_method"}
    return {"payment_method": method["id"], "status": "requires_confirmation"}
