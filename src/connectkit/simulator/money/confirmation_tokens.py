"""Confirmation tokens: what a buyer told a page, on its way to whoever confirms her payment or her setup."""

from __future__ import annotations

from typing import Any, Final

from connectkit.simulator.calls import Call
from connectkit.simulator.clock import HOUR
from connectkit.simulator.refusals import exclusive, invalid, missing
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import World

from .methods import described, method_of

topic: Final = Topic("confirmation tokens")
topic.kind("confirmation_token")

_LASTS: Final = 12 * HOUR
"""How long a token can be used: inferred from the times in Stripe's sample."""

_NAME: Final = "confirmation_token"
_TOLD: Final = ("return_url", "setup_future_usage", "shipping")
_PREVIEW: Final = ("allow_redisplay", "billing_details", "customer", "customer_account", "type")
_PLAN: Final = ("count", "interval", "type")
_ADDRESS: Final = ("city", "country", "line1", "line2", "postal_code", "state")


@topic.route("POST", "/v1/test_helpers/confirmation_tokens", "test_helpers.ConfirmationTokenCreateParams")
def create(world: World, call: Call) -> Object:
    """Make a token, as Stripe.js does on a page."""
    return new_token(world, call.account, call.params)


def new_token(world: World, account: str, params: dict[str, Any]) -> Object:
    """Make a token of what a buyer told.

    Raises:
        Refusal: There is no such way to pay, or it is described in a wrong way.
    """
    method = _method(world, account, params)
    return world.add(
        account,
        {
            "id": world.ids.new("ctoken"),
            "object": _NAME,
            "created": world.clock.now,
            "expires_at": world.clock.now + _LASTS,
            "livemode": world.livemode,
            "mandate_data": None,
            "payment_intent": None,
            "payment_method_options": _options(params.get("payment_method_options")),
            "payment_method_preview": {name: method[name] for name in (*_PREVIEW, method["type"])},
            "return_url": params.get("return_url"),
            "setup_future_usage": params.get("setup_future_usage"),
            "setup_intent": None,
            "shipping": _shipping(params.get("shipping")),
            "use_stripe_sdk": True,
            "_method": method,
            "_options": params.get("payment_method_options"),
        },
    )


def _options(given: Object | None) -> Object | None:
    """Give how a card is to be charged: the plan of its installments is all that can be said of it."""
    plan = part(given or {}, "card", "installments").get("plan")
    if not plan:
        return None
    return {"card": {"cvc_token": None, "installments": {"plan": {**dict.fromkeys(_PLAN), **plan}}}}


def _method(world: World, account: str, params: dict[str, Any]) -> Object:
    """Give the payment method that is named, or the one that is made when the token is used."""
    if "payment_method" in params and "payment_method_data" in params:
        raise exclusive("payment_method", "payment_method_data")
    if "payment_method" in params:
        return method_of(world, account, params["payment_method"], "payment_method")
    if "payment_method_data" not in params:
        raise missing("payment_method_data")
    method = described(world, account, params["payment_method_data"])
    world.remove(method)
    return method


def _shipping(given: Object | None) -> Object | None:
    if given is None:
        return None
    address = {**dict.fromkeys(_ADDRESS), **given["address"]}
    return {"address": address, "name": given["name"], "phone": given.get("phone") or None}


@topic.route("GET", "/v1/confirmation_tokens/:id", "ConfirmationTokenRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a token."""
    return world.get(call.account, _NAME, call.id)


def with_token(world: World, account: str, params: dict[str, Any], *, pays: bool = True) -> dict[str, Any]:
    """Give what is asked for, and what a confirmation token says besides; what is said twice is as it is asked for.

    What a token says of installments is for what *pays*, and a setup does not.

    Raises:
        Refusal: There is no such token, it was used, or it has expired.
    """
    if _NAME not in params:
        return params
    token = world.get(account, _NAME, params[_NAME], param=_NAME)
    if token["payment_intent"] or token["setup_intent"]:
        raise invalid(f"The ConfirmationToken {token['id']} has already been used.", param=_NAME)
    if token["expires_at"] <= world.clock.now:
        raise invalid(f"The ConfirmationToken {token['id']} has expired.", param=_NAME)
    told: dict[str, Any] = {name: token[name] for name in _TOLD if token[name] is not None}
    if pays and token["_options"] is not None:
        told["payment_method_options"] = token["_options"]
    if not params.keys() & {"payment_method", "payment_method_data"}:
        method: Object = token["_method"]
        if world.find(method["id"]) is None:
            world.add(account, {**method, "created": world.clock.now})
        told["payment_method"] = method["id"]
    return {**told, **params}


def spend(world: World, params: dict[str, Any], intent: Object) -> None:
    """Have the token of a confirmation be used, whatever becomes of that: the buyer's page makes another one."""
    if _NAME in params:
        token = world.get(intent["_account"], _NAME, params[_NAME])
        token[intent["object"]] = intent["id"]
