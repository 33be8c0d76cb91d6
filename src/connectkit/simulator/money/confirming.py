"""What follows when a payment is confirmed: paid, declined, waiting for a bank, or for the buyer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeAlias

from connectkit.simulator.accounts import triggers
from connectkit.simulator.refusals import Refusal, card_declined, refused
from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import World

from . import charges, disputes, warnings
from .cards import MESSAGES, PARAMS, Card
from .cash import arrived, asked_for, take_cash
from .mandates import agreed
from .methods import card_of
from .settling import settle

Ended: TypeAlias = Callable[[World, Object], None]
"""Hears of a payment intent that was paid, or whose payment failed."""

_BANK: Final = 180
"""After how many simulated seconds a buyer's bank says whether it pays, as Stripe's test accounts do."""

DEPOSITS: Final = _BANK
"""After how many simulated seconds it is known whether small deposits arrive."""

_ASKS: Final = frozenset({"any", "challenge"})
"""With which words a merchant asks for authentication that a card does not require."""

_UNASKED: Final = "generic_decline"
"""The issuer's reason where its lookup fails; Stripe says only that such a payment is declined."""

BOUNCED: Final = {
    "code": "payment_method_microdeposit_failed",
    "message": "The microdeposits could not be sent to this bank account.",
    "type": "invalid_request_error",
}
"""The error of a bank account that small deposits do not reach."""

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
        if card.bounces:
            world.clock.after(DEPOSITS, partial(_bounced, world, intent))
        return _act(world, intent, microdeposits(world, intent))
    if _has_to_ask(intent, card) and not intent.pop("_authenticated", False):
        if not params.get("off_session"):
            return _ask(world, intent, params)
        card = replace(card, code="authentication_required", decline_code="authentication_required")
    return _charge(world, intent, method, card, params)


def unasked(card: Card) -> Card:
    """Give what becomes of a card whose owner's bank would have to be asked, and cannot be."""
    return replace(card, code="card_declined", decline_code=_UNASKED, attaches=False)


def _has_to_ask(intent: Object, card: Card) -> bool:
    """Tell whether the buyer has to be authenticated."""
    if card.asked == "setup":
        return bool(intent["setup_future_usage"])
    asked = part(intent, "payment_method_options", "card").get("request_three_d_secure")
    return card.authenticate or (card.asked == "merchant" and asked in _ASKS)


def _bounced(world: World, intent: Object) -> None:
    """Give up the verification of an account that the small deposits did not reach."""
    if intent["status"] == "requires_action":
        _failed(world, intent, dict(BOUNCED))


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
        world.clock.at(world.clock.now, partial(disputes.dispute, world, charge, card.dispute))
    if card.warning:
        world.clock.at(world.clock.now, partial(warnings.warn, world, charge))
    _tell(world, intent)


def _tell(world: World, intent: Object) -> None:
    for hear in _ENDED:
        hear(world, intent)


def _ask(world: World, intent: Object, params: dict[str, Any]) -> Object:
    """Ask the buyer to authenticate, on the page that is named or with Stripe's own script.

    Raises:
        Refusal: Her bank cannot be asked, or nobody is to be.
    """
    method = world.get(intent["_account"], "payment_method", intent["payment_method"])
    if card_of(method).unreachable:
        return _charge(world, intent, method, unasked(card_of(method)), params)
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
        "arrival_date": world.clock.now + DEPOSITS,
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
    param = {"param": PARAMS[card.code]} if card.code in PARAMS else {}
    error |= param
    world.emit("charge.failed", charge)
    _failed(world, intent, error)
    return card_declined(
        message,
        card.code,
        card.decline_code or None,
        **param,
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
