"""A new payment intent."""

from __future__ import annotations

from typing import Any, Final

from connectkit.simulator.accounts.queries import applied
from connectkit.simulator.refusals import invalid, refused
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .methods import described, method_of
from .switches import switches_of

_CARD: Final = ["card"]
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
_NEW: Final[Object] = {
    "id": "",
    "object": "payment_intent",
    **dict.fromkeys(
        (
            "canceled_at",
            "cancellation_reason",
            "last_payment_error",
            "latest_charge",
            "next_action",
            *_GIVEN,
            "amount",
            "application",
        )
    ),
    "amount_capturable": 0,
    "amount_received": 0,
    "allowed_payment_method_types": None,
    "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
    "capture_method": "",
    "client_secret": "",
    "confirmation_method": "automatic",
    "created": 0,
    "currency": "",
    "livemode": False,
    "metadata": None,
    "payment_method_options": None,
    "payment_method_types": _CARD,
    "payment_method": None,
    "status": "",
    "transfer_data": None,
}
"""Every member of a new one, in order: to copy it whole is quicker than to put them together."""
ALWAYS: Final[Object] = {
    **dict.fromkeys(
        (
            "customer_account",
            "excluded_payment_method_types",
            "managed_payments",
            "payment_method_configuration_details",
            "processing",
            "review",
            "source",
            "statement_descriptor",
        )
    ),
    "amount_details": {"tip": {}},
}
"""What every one shows, and never changes here."""

_AS_GIVEN: Final = frozenset({*_GIVEN, "allowed_payment_method_types", "confirmation_method", "transfer_data"})


def propose(world: World, account: str, params: dict[str, Any], method: Object | None) -> Object:
    """Make a payment intent of parameters that are checked."""
    intent = world.add(account, _new(world, account, params, method))
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
    allowed: list[str] = params.get("allowed_payment_method_types") or _CARD
    new = _NEW | {name: value for name, value in params.items() if name in _AS_GIVEN}
    new["id"] = intent_id
    new["amount"] = params["amount"]
    if account != world.platform:
        new["application"] = applied(world)
    if params.get("automatic_payment_methods"):
        new["automatic_payment_methods"] = params["automatic_payment_methods"]
    new["capture_method"] = params.get("capture_method") or switches_of(world).capture_method_default
    new["client_secret"] = f"{intent_id}_secret_{world.ids.token(25)}"
    new["created"] = world.clock.now
    new["currency"] = params["currency"].lower()
    new["livemode"] = world.livemode
    new["metadata"] = params.get("metadata") or {}
    new["payment_method_options"] = params.get("payment_method_options") or {}
    new["payment_method_types"] = allowed if method is None or method["type"] in allowed else [*allowed, method["type"]]
    new.update(paying(method))
    return new


def paying(method: Object | None) -> Object:
    """Give what changes with the payment method of an intent that is not confirmed."""
    if method is None:
        return {"payment_method": None, "status": "requires_payment_method"}
    return {"payment_method": method["id"], "status": "requires_confirmation"}
