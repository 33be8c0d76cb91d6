"""What follows when a setup intent is confirmed: done, declined, or waiting for the buyer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, TypeAlias

from connectkit.simulator.ledger import InvariantBroken
from connectkit.simulator.money.cards import MESSAGES, PARAMS
from connectkit.simulator.money.confirming import BOUNCED, DEPOSITS, authentication, microdeposits, rejected, unasked
from connectkit.simulator.money.mandates import new_mandate
from connectkit.simulator.money.methods import card_of
from connectkit.simulator.refusals import card_declined
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from . import attempts

Done: TypeAlias = Callable[[World, Object], None]
"""Hears of a setup intent that is done."""

_DONE: Final[list[Done]] = []
_ASKED: Final = "_asked"


def done(hear: Done) -> Done:
    """Have the decorated function hear of every setup intent that succeeds."""
    _DONE.append(hear)
    return hear


def set_up(world: World, intent: Object, params: dict[str, Any]) -> Object:
    """Confirm a setup intent that has a payment method.

    Raises:
        Refusal: The bank declines.
    """
    method = world.get(intent["_account"], "payment_method", intent["payment_method"])
    attempts.begin(world, intent, method)
    card = card_of(method)
    if card.authenticate and card.unreachable:
        card = unasked(card)
    if card.code and not card.attaches:
        error: Object = {"code": card.code, "message": MESSAGES[card.code], "type": "card_error"}
        if card.decline_code:
            error["decline_code"] = card.decline_code
        param = {"param": PARAMS[card.code]} if card.code in PARAMS else {}
        error |= param
        _failed(world, intent, error)
        shown = world.render(intent)
        raise card_declined(MESSAGES[card.code], card.code, card.decline_code or None, **param, setup_intent=shown)
    if not method["_verified"]:
        if card.bounces:
            world.clock.after(DEPOSITS, partial(_bounced, world, intent))
        return _act(world, intent, params, microdeposits(world, intent))
    if card.authenticate:
        return _act(world, intent, params, authentication(world, intent, params.get("return_url")))
    return _finish(world, intent, params)


def _bounced(world: World, intent: Object) -> None:
    """Give up the verification of an account that the small deposits did not reach."""
    if intent["status"] == "requires_action":
        _failed(world, intent, dict(BOUNCED))


def _act(world: World, intent: Object, params: dict[str, Any], action: Object) -> Object:
    intent |= {"status": "requires_action", "next_action": action, _ASKED: params}
    attempts.tell(world, intent, intent["status"])
    world.emit("setup_intent.requires_action", intent)
    return intent


def authenticated(world: World, intent: Object, *, passed: bool) -> None:
    """Go on with a setup intent whose buyer has authenticated, or has failed to."""
    attempts.proven(world, intent, passed=passed)
    if passed:
        _finish(world, intent, intent.pop(_ASKED))
        return
    message = "The provided PaymentMethod has failed authentication. You can provide another to attempt again."
    code = "setup_intent_authentication_failure"
    _failed(world, intent, {"code": code, "message": message, "type": "invalid_request_error"})


def verified(world: World, intent: Object) -> Object:
    """Go on with a setup intent whose bank account is verified."""
    method = world.get(intent["_account"], "payment_method", intent["payment_method"])
    method["_verified"] = True
    return _finish(world, intent, intent.pop(_ASKED))


def _finish(world: World, intent: Object, params: dict[str, Any]) -> Object:
    method = world.get(intent["_account"], "payment_method", intent["payment_method"])
    method["_ready"] = True
    if method["type"] != "card" or params.get("mandate_data"):
        mandate = new_mandate(world, method, params)
        intent["mandate"] = method["_mandate"] = mandate["id"]
    intent |= {"status": "succeeded", "next_action": None, "last_setup_error": None}
    attempts.tell(world, intent, intent["status"])
    world.emit("setup_intent.succeeded", intent)
    if intent["customer"] and method["customer"] is None:
        method["customer"] = intent["customer"]
        world.emit("payment_method.attached", method)
    for hear in _DONE:
        hear(world, intent)
    return intent


def _failed(world: World, intent: Object, error: Object) -> None:
    rejected(world, intent, "last_setup_error", error)
    attempts.tell(world, intent, "failed")
    world.emit("setup_intent.setup_failed", intent)


def check_setup(world: World, thing: Object) -> None:
    """Hold that a setup intent that is done has set something up, for the customer that it names.

    Raises:
        InvariantBroken: It has not.
    """
    if thing["status"] != "succeeded":
        return
    method = world.find(thing["payment_method"] or "")
    if method is None or not method["_ready"]:
        raise InvariantBroken(f"{thing['id']} has succeeded, and nothing is set up.")
