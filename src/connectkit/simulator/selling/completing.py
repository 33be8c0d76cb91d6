"""How a Checkout session ends: paid, waiting for a bank, set up, or expired."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectkit.simulator.buyers.authentication import authenticate
from connectkit.simulator.buyers.making import new_customer
from connectkit.simulator.buyers.setting_up import done, set_up
from connectkit.simulator.money.confirming import ended, pay
from connectkit.simulator.money.methods import method_of
from connectkit.simulator.money.proposing import paying, propose
from connectkit.simulator.money.switches import switches_of
from connectkit.simulator.refusals import invalid, no_such
from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import World

from .subscribing import asked_of, subscribe


def complete(world: World, session: Object, method: Object) -> None:
    """Pay for a session, or set up what it is for.

    Raises:
        Refusal: It is not open, or the payment is declined; a session that was open stays so.
    """
    if session["status"] != "open":
        raise invalid(f"This Checkout Session is {session['status']}.")
    if method["type"] not in session["payment_method_types"]:
        allowed = ", ".join(session["payment_method_types"])
        raise invalid(f"This Checkout Session takes {allowed} only, and not {method['type']}.", param="payment_method")
    session["customer_details"] = _details(session, method)
    back = {"return_url": f"{world.site}/c/pay/{session['id']}"}
    if session["mode"] == "setup":
        intent = world.get(session["_account"], "setup_intent", session["setup_intent"])
        intent |= {"payment_method": method["id"], "customer": _kept_as(world, session)}
        set_up(world, intent, back)
        return
    if session["mode"] == "subscription":
        session["customer"] = session["customer"] or _customer(world, session)
        world.get(session["_account"], "customer", session["customer"], param="customer")
    if not session["amount_total"]:
        if session["mode"] == "subscription":
            subscribe(world, session, None, method)
        _finish(world, session, "no_payment_required")
        return
    intent = _intent(world, session, method)
    pay(world, intent, back)
    waits = intent["status"] in {"processing", "requires_capture"} or _unverified(world, session, intent)
    if session["status"] == "open" and waits:
        _begin(world, session, intent)
        _finish(world, session, "unpaid")


def _unverified(world: World, session: Object, intent: Object) -> bool:
    """Tell whether a session is complete although the bank account behind it is still to be verified."""
    verifies = part(intent, "next_action").get("type") == "verify_with_microdeposits"
    return verifies and session["mode"] == "payment" and switches_of(world).unverified_account_completes


def buy(world: World, id: str, name: str) -> str:
    """Complete a session as its buyer would, who proves to her bank that it is she, and give where that leads her.

    Args:
        world: The world.
        id: The session.
        name: The name of a test card or bank account.

    Raises:
        Refusal: There is no such session, it is not open, or the payment is declined.
    """
    session = world.find(id)
    if session is None or session["object"] != "checkout.session":
        raise no_such("checkout.session", id, param="session")
    complete(world, session, method_of(world, session["_account"], name, "payment_method"))
    waiting = begun_of(world, session)
    if waiting is not None and waiting["status"] == "requires_action":
        authenticate(world, waiting["id"], passed=True)
    return returned(session) or ""


def begun_of(world: World, session: Object) -> Object | None:
    """Give the payment or the setup that a session has begun; that of a subscription is not shown with the session."""
    return world.find(session["payment_intent"] or session["setup_intent"] or session["_intent"] or "")


def _begin(world: World, session: Object, intent: Object) -> None:
    """Begin what is subscribed to, if anything is."""
    if session["mode"] == "subscription":
        method = world.get(session["_account"], "payment_method", intent["payment_method"])
        subscribe(world, session, intent, method)


def _details(session: Object, method: Object) -> Object:
    billed = method["billing_details"]
    return {
        "address": dict(billed["address"]),
        "business_name": None,
        "email": session["customer_email"] or billed["email"],
        "individual_name": None,
        "name": billed["name"],
        "phone": billed["phone"],
        "tax_exempt": "none",
        "tax_ids": [],
    }


def _intent(world: World, session: Object, method: Object) -> Object:
    """Give the payment intent of a session, ready for a payment method; an attempt that failed is taken up again."""
    held = begun_of(world, session)
    if held is not None:
        held |= paying(method)
        return held
    data: dict[str, Any] = session["_data"]
    told = {"amount": session["amount_total"], "currency": session["currency"], "customer": _kept_as(world, session)}
    again = session["mode"] == "subscription"
    if switches_of(world).session_metadata_copied:
        told["metadata"] = {**session["metadata"], **data.get("metadata", {})}
    asked = asked_of(session) if again else {**data, **told}
    params = {**asked, "allowed_payment_method_types": session["payment_method_types"]}
    intent = propose(world, session["_account"], params, method)
    intent["_session"] = session["id"]
    session["_intent" if again else "payment_intent"] = intent["id"]
    return intent


def _kept_as(world: World, session: Object) -> str | None:
    """Give the customer of a session; one is made where it is to be kept."""
    if session["customer"] is None and session["customer_creation"] == "always":
        session["customer"] = _customer(world, session)
    kept: str | None = session["customer"]
    return kept


def _customer(world: World, session: Object) -> str:
    details: Mapping[str, Any] = session["customer_details"]
    told = {name: details[name] for name in ("address", "email", "name", "phone") if details[name]}
    id: str = new_customer(world, session["_account"], told)["id"]
    return id


def _finish(world: World, session: Object, status: str) -> None:
    session |= {"status": "complete", "payment_status": status, "url": None}
    world.emit("checkout.session.completed", session)


@ended
def _paid(world: World, intent: Object) -> None:
    """Go on with the session of a payment that ended."""
    session = world.find(intent.get("_session", ""))
    if session is None:
        return
    paid = intent["status"] == "succeeded"
    if session["status"] == "open":
        if paid:
            _begin(world, session, intent)
            _finish(world, session, "paid")
        return
    if paid:
        session["payment_status"] = "paid"
    world.touch(session)
    if intent["capture_method"] != "manual":
        world.emit(f"checkout.session.async_payment_{'succeeded' if paid else 'failed'}", session)


@done
def _set_up(world: World, intent: Object) -> None:
    """End the session of a setup that is done."""
    session = world.find(intent.get("_session", ""))
    if session is not None:
        _finish(world, session, "no_payment_required")


def expire(world: World, session: Object) -> None:
    """End a session that nobody completed; what it had begun is given up."""
    if session["status"] != "open":
        return
    session |= {"status": "expired", "url": None}
    begun = begun_of(world, session)
    if begun is not None:
        begun |= {"status": "canceled", "cancellation_reason": "automatic", "next_action": None}
        begun |= {"canceled_at": world.clock.now} if begun["object"] == "payment_intent" else {}
        world.emit(f"{begun['object']}.canceled", begun)
    world.emit("checkout.session.expired", session)


def returned(session: Object) -> str | None:
    """Give where the buyer goes from a session that is complete."""
    url: str | None = session["success_url"] or session["return_url"]
    return None if url is None else url.replace("{CHECKOUT_SESSION_ID}", session["id"])
