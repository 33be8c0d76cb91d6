"""Checkout sessions: what a buyer is to pay for, or to set up, on a page."""

from __future__ import annotations

from typing import Any, Final

from connectkit.simulator.buyers.setups import new_setup
from connectkit.simulator.calls import Call
from connectkit.simulator.clock import DAY
from connectkit.simulator.ledger import InvariantBroken
from connectkit.simulator.lists import listing
from connectkit.simulator.money.checks import check_intent
from connectkit.simulator.refusals import Refusal, invalid, missing
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata, part
from connectkit.simulator.state import World

from .completing import expire
from .items import Line, add_items, items_list, items_of, read_items, total_of
from .opening import new_session
from .subscribing import check_subscribed
from .trials import trial_of

topic: Final = Topic("Checkout sessions")
topic.kind("checkout.session")
topic.kind("item", indexes=("_owner",))

_PATH: Final = "/v1/checkout/sessions"
_APART: Final = (
    *("discounts", "shipping_options", "optional_items", "invoice_creation", "payment_method_data"),
    *("automatic_tax", "managed_payments", "customer_account", "after_expiration"),
)
_SOONEST: Final = 1800
_DATA: Final = {"payment": "payment_intent_data", "setup": "setup_intent_data", "subscription": "subscription_data"}
_OLDER: Final = {"hosted": "hosted_page", "embedded": "embedded_page", "custom": "elements"}
"""What earlier versions call the places where the page is shown."""


@topic.route("POST", _PATH, "checkout.SessionCreateParams", apart="customer_update payment_method_configuration")
def create(world: World, call: Call) -> Object:
    """Open a session."""
    return open_session(world, call.account, call.params)


def open_session(world: World, account: str, params: dict[str, Any]) -> Object:
    """Open a session of one account.

    Raises:
        Refusal: Something that it needs is missing, or does not fit.
    """
    mode = params.get("mode", "payment")
    told = {**params, "mode": mode, "ui_mode": _place(params)}
    _check(world, account, told)
    lines = read_items(world, account, params.get("line_items", []), mode) if mode != "setup" else []
    session = new_session(world, told)
    if lines:
        _price(world, account, session, told, lines)
    world.add(account, session)
    add_items(world, session, lines, trial=bool(trial_of(world, part(told, "subscription_data"))))
    merge_metadata(session, params)
    if mode == "setup":
        data: dict[str, Any] = {"customer": params.get("customer"), **params.get("setup_intent_data", {})}
        intent = world.add(account, new_setup(world, account, data, None))
        merge_metadata(intent, data)
        intent["_session"] = session["id"]
        session["setup_intent"] = intent["id"]
        world.emit("setup_intent.created", intent)
    world.clock.at(session["expires_at"], lambda: expire(world, session))
    return session


def _place(params: dict[str, Any]) -> str:
    place: str = params.get("ui_mode", "hosted_page")
    return _OLDER.get(place, place)


def _check(world: World, account: str, params: dict[str, Any]) -> None:
    for name in _APART:
        if name in params and params[name] != {"enabled": False}:
            message = f"The simulator does not have the parameter {name} of Checkout sessions yet."
            raise Refusal(message, status=501, type="api_error", param=name)
    _check_mode(params)
    _check_place(params)
    if params.get("customer"):
        _check_customer(world, account, params)
    if not _SOONEST <= params.get("expires_at", world.clock.now + DAY) - world.clock.now <= DAY:
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation."
        raise invalid(message, param="expires_at")


def _check_mode(params: dict[str, Any]) -> None:
    mode = params["mode"]
    if mode not in _DATA:
        raise invalid("Invalid mode: must be one of payment, setup, or subscription", param="mode")
    for other, name in _DATA.items():
        if name in params and other != mode:
            raise invalid(f"You can not pass `{name}` in `{mode}` mode.", param=name)
    if mode != "setup" and not params.get("line_items"):
        raise missing("line_items")
    if mode == "setup" and not params.get("currency") and not params.get("allowed_payment_method_types"):
        raise missing("currency")


def _check_place(params: dict[str, Any]) -> None:
    place = params["ui_mode"]
    if place == "hosted_page" and not params.get("success_url"):
        raise missing("success_url")
    if place == "embedded_page" and not params.get("return_url") and params.get("redirect_on_completion") != "never":
        raise missing("return_url")


def _check_customer(world: World, account: str, params: dict[str, Any]) -> None:
    world.get(account, "customer", params["customer"], param="customer")
    for name in ("customer_email", "customer_creation"):
        if name in params:
            raise invalid(f"You may only specify one of these parameters: customer, {name}.", param=name)


def _price(world: World, account: str, session: Object, params: dict[str, Any], lines: list[Line]) -> None:
    total = total_of(lines, trial=bool(trial_of(world, part(params, "subscription_data"))))
    session |= {"amount_subtotal": total, "amount_total": total, "currency": lines[0].currency}
    if params["mode"] == "subscription":
        check_subscribed(world, account, lines, part(params, "subscription_data"))
    elif total:
        data = part(params, "payment_intent_data")
        told = {"amount": total, "currency": session["currency"], "customer": params.get("customer")}
        check_intent(world, account, {**data, **told})


@topic.route("POST", f"{_PATH}/:id/expire", "checkout.SessionExpireParams")
def close(world: World, call: Call) -> Object:
    """End a session that is open."""
    session = world.get(call.account, "checkout.session", call.id, label="checkout.session")
    if session["status"] != "open":
        message = (
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of '
            f"{session['status']}."
        )
        raise invalid(message)
    expire(world, session)
    return session


@topic.route("GET", f"{_PATH}/:id/line_items", "checkout.SessionLineItemListParams")
def list_items(world: World, call: Call) -> Object:
    """List what the session is for."""
    session = world.get(call.account, "checkout.session", call.id, label="checkout.session")
    return listing(world.table(call.account, "item"), call, _owner=session["id"])


@topic.expandable("checkout.session", "line_items")
def _line_items(world: World, shown: Object) -> object:
    session = world.find(shown["id"]) or {}
    return items_list(world, session, f"{_PATH}/{shown['id']}/line_items")


@topic.route("POST", f"{_PATH}/:id", "checkout.SessionUpdateParams")
def update(world: World, call: Call) -> Object:
    """Change a session's metadata."""
    session = world.get(call.account, "checkout.session", call.id, label="checkout.session")
    others = sorted(call.params.keys() - {"metadata"})
    if others:
        message = f"The simulator does not change the parameter {others[0]} of Checkout sessions yet."
        raise Refusal(message, status=501, type="api_error", param=others[0])
    merge_metadata(session, call.params)
    return session


@topic.route("GET", _PATH, "checkout.SessionListParams", apart="customer_account")
def index(world: World, call: Call) -> Object:
    """List sessions, newest first."""
    names = ("customer", "payment_intent", "payment_link", "status", "subscription")
    email = part(call.params, "customer_details").get("email")

    def matching(session: Object) -> bool:
        return email is None or part(session, "customer_details").get("email") == email

    filters = {name: call.params.get(name) for name in names}
    return listing(world.table(call.account, "checkout.session"), call, matching, **filters)


@topic.route("GET", f"{_PATH}/:id", "checkout.SessionRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a session."""
    return world.get(call.account, "checkout.session", call.id, label="checkout.session")


@topic.invariant("checkout.session")
def _adds_up(world: World, thing: Object) -> None:
    """A session costs what its line items come to, and is paid if its payment is."""
    items = items_of(world, thing)
    if items and thing["amount_total"] != sum(item["amount_total"] for item in items):
        raise InvariantBroken(f"{thing['id']} is not the sum of its line items.")
    intent = world.find(thing["payment_intent"] or "")
    if intent is not None and (thing["payment_status"] == "paid") is not (intent["status"] == "succeeded"):
        raise InvariantBroken(f"{thing['id']} is {thing['payment_status']}, and its payment {intent['status']}.")
