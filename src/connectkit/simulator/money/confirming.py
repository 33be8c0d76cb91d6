"""What follows when a payment is confirmed: paid, declined, waiting for a bank, or for the buyer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeAlias

from connectkit.simulator.accounts import triggers
from connectkit.simulator.refusals import Refusal, card_declined, refused
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from . import charges, disputes, warnings
from .cards import MESSAGES, Card
from .cash import arrived, asked_for, take_cash
from .mandates import agreed
from .methods import card_of
from .settling import settle

Ended: TypeAlias = Callable[[World, Object], None]
"""Hears of a payment intent that was paid, or whose payment failed."""

_BANK: Final = 180
"""After how many simulated seconds a buyer's bank says whether it pays, as Stripe's test accounts do."""

_ENDED: Final[list[Ended]] = []
_ASKED: Final = "_asked"  # what was said when the payment was confirmed that now waits for the buyer


def ended(hear: Ended) -> Ended:
    """Have the decorated function hear of every payment that ended, well or not."""
    _ENDED.append(hear)
    return hear


def pay(world: World, intent: Object, params: dict[str, Any]) -> Object:
    """Confirm a payment intent that has a payment method.

    Raises:
        Refusal: It is declined, or asks for what it may not ask for.
    """
    method = world.get(intent["_account"], "payment_method", intent["payment_method"])
    card = card_of(method)
    if card.kind == "customer_balance" and not take_cash(world, intent):
        return _act(world, intent, asked_for(world, intent))
    if not method["_verified"]:
        return _act(world, intent, microdeposits(world, intent))
    if card.authenticate and not intent.pop("_authenticated", False):
        if not params.get("off_session"):
            return _ask(world, intent, params)
        card = replace(card, code="authentication_required", decline_code="authentication_required")
    return _charge(world, intent, method, card, params)


@arrived
def _go_on(world: World, intent: Object) -> None:
    """Pay what was waited for."""
    pay(world, intent, {})


def _charge(world: World, intent: Object, method: Object, card: Card, params: dict[str, Any]) -> Object:
    if intent["transfer_data"] is not None and intent["transfer_group"] is None:
        intent["transfer_group"] = f"group_{intent['id']}"
    method["_used"] = True
    charge = charges.make(world, intent, method, card)
    intent["latest_charge"] = charge["id"]
    if card.code:
        raise _declined(world, intent, charge, method, card)
    intent |= {"last_payment_error": None, "next_action": None}
    if intent["setup_future_usage"] and intent["customer"]:
        method |= {"customer": intent["customer"], "_ready": True}
    if card.kind != "card":
        agreed(world, method, charge, params)
    if card.delayed:
        return _wait(world, intent, charge, method, card)
    if intent["capture_method"] == "manual":
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        world.emit("charge.succeeded", charge)
        world.emit("payment_intent.amount_capturable_updated", intent)
        return intent
    take(world, intent, charge, card, intent["amount"])
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
        take(world, intent, charge, card, intent["amount"])
        return
    charge |= {"status": "failed", "failure_code": card.delayed}
    world.touch(charge)
    _declined(world, intent, charge, method, replace(card, code=card.delayed))


def take(world: World, intent: Object, charge: Object, card: Card, amount: int) -> None:
    """Capture what is paid, or a part of it."""
    settle(world, charge, card, amount, at_once=intent["capture_method"] != "automatic_async")
    intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": amount}
    world.emit("charge.captured" if intent["capture_method"] == "manual" else "charge.succeeded", charge)
    world.emit("payment_intent.succeeded", intent)
    if card.trigger:
        triggers.pull(world, intent["on_behalf_of"] or intent["_account"], card.trigger)
    if card.dispute:
        world.clock.at(world.clock.now, partial(disputes.open_dispute, world, charge, card.dispute))
    if card.warning:
        world.clock.at(world.clock.now, partial(warnings.warn, world, charge))
    _tell(world, intent)


def _tell(world: World, intent: Object) -> None:
    for hear in _ENDED:
        hear(world, intent)


def _ask(world: World, intent: Object, params: dict[str, Any]) -> Object:
    """Ask the buyer to authenticate, on the page that is named or with Stripe's own script."""
    if params.get("error_on_requires_action"):
        message = "This payment required an authentication action to complete, but `error_on_requires_action` was set."
        raise card_declined(message, "authentication_required", "authentication_not_handled")
    intent[_ASKED] = params
    return _act(world, intent, authentication(world, intent, params.get("return_url")))


def authentication(world: World, intent: Object, return_url: str | None) -> Object:
    """Give what a buyer is asked to do who has to authenticate."""
    if return_url is None:
        return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    url = f"{world.site}/authenticate/{intent['id']}"
    return {"type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": return_url}}


def microdeposits(world: World, intent: Object) -> Object:
    """Give what a buyer is asked to do whose bank account nobody has verified."""
    about = {
        "arrival_date": world.clock.now + _BANK,
        "hosted_verification_url": f"{world.site}/microdeposits/{intent['id']}",
        "microdeposit_type": "amounts",
    }
    return {"type": "verify_with_microdeposits", "verify_with_microdeposits": about}


def _act(world: World, intent: Object, action: Object) -> Object:
    intent |= {"status": "requires_action", "next_action": action}
    world.emit("payment_intent.requires_action", intent)
    return intent


def authenticated(world: World, intent: Object, *, passed: bool) -> None:
    """Go on with a payment whose buyer has authenticated, or has failed to."""
    if not passed:
        message = "The provided PaymentMethod has failed authentication. You can provide another to attempt again."
        _failed(
            world,
            intent,
            {"code": "payment_intent_authentication_failure", "message": message, "type": "invalid_request_error"},
        )
        return
    intent["next_action"] = None
    if intent["confirmation_method"] == "manual":
        intent |= {"status": "requires_confirmation", "_authenticated": True}
        return
    method = world.get(intent["_account"], "payment_method", intent["payment_method"])
    with suppress(Refusal):  # nobody waits for the answer: what was refused is told by the intent
        _charge(world, intent, method, card_of(method), intent.pop(_ASKED))


def deposits_known(world: World, intent: Object) -> None:
    """Go on with a payment from a bank account that has been verified."""
    method = world.get(intent["_account"], "payment_method", intent["payment_method"])
    method["_verified"] = True
    pay(world, intent, {})


def rejected(world: World, intent: Object, member: str, error: Object) -> None:
    """Let an intent wait for another way to pay; *member* of it tells why the one that it had was no good."""
    method = world.get(intent["_account"], "payment_method", intent["payment_method"])
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        member: {**error, "payment_method": world.render(method)},
    }


def _failed(world: World, intent: Object, error: Object) -> None:
    rejected(world, intent, "last_payment_error", error)
    world.emit("payment_intent.payment_failed", intent)
    _tell(world, intent)


def _declined(world: World, intent: Object, charge: Object, method: Object, card: Card) -> Exception:
    message = MESSAGES[card.code]
    charge["failure_message"] = message
    error: Object = {"charge": charge["id"], "code": card.code, "message": message, "type": "card_error"}
    if card.decline_code:
        error["decline_code"] = card.decline_code
    world.emit("charge.failed", charge)
    _failed(world, intent, error)
    return card_declined(
        message,
        card.code,
        card.decline_code or None,
        charge=charge["id"],
        payment_intent=world.render(intent),
        payment_method=world.render(method),
    )


def check_deposits(params: dict[str, Any]) -> None:
    """Refuse what a buyer says of the small deposits, unless it is what Stripe's test accounts get.

    Raises:
        Refusal: It is something else.
    """
    if sorted(params.get("amounts", [])) == [32, 45] or params.get("descriptor_code") == "SM11AA":
        return
    code = "payment_method_microdeposit_verification_amounts_mismatch"
    if "descriptor_code" in params:
        code = "payment_method_microdeposit_verification_descriptor_code_mismatch"
    raise refused("What you gave does not match what was sent to the bank account.", code)
