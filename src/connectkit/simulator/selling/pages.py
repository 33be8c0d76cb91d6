"""The page of a Checkout session, as plain HTML, and the endpoints that its script would use."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any, Final, TypedDict

from connectkit.simulator.answers import Answer
from connectkit.simulator.buyers.authentication import authentication_url
from connectkit.simulator.buyers.showing import page, refused_page
from connectkit.simulator.calls import Call
from connectkit.simulator.money.currencies import written
from connectkit.simulator.money.methods import described, method_of
from connectkit.simulator.refusals import Refusal, invalid
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .completing import begun_of, complete, returned
from .items import items_of

topic: Final = Topic("Checkout pages")

_PREFIX: Final = "/c/pay/"
_FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "card": {"number": "Card number", "expiry": "MM / YY", "cvc": "CVC"},
    "us_bank_account": {"account_number": "Account number", "routing_number": "Routing number"},
    "sepa_debit": {"iban": "IBAN"},
}
_CENTURY: Final = 2000


class _PageParams(TypedDict, total=False):
    expected_amount: int
    key: str


class PageConfirmParams(_PageParams):
    """What confirms a page; Stripe documents none of it."""

    payment_method: str


@topic.route("GET", "/v1/payment_pages/:id")
def retrieve(world: World, call: Call) -> Object:
    """Give the page of a session: the session."""
    return world.get(call.account, "checkout.session", call.id, label="payment_page")


@topic.route("POST", "/v1/payment_pages/:id/confirm", PageConfirmParams)
def confirm(world: World, call: Call) -> Object:
    """Send the page off."""
    session = world.get(call.account, "checkout.session", call.id, label="payment_page")
    expected = call.params.get("expected_amount", session["amount_total"])
    if expected != session["amount_total"]:
        message = f"The page costs {session['amount_total']}, and not {expected}."
        raise invalid(message, param="expected_amount", code="checkout_amount_mismatch")
    complete(world, session, method_of(world, call.account, call.params["payment_method"], "payment_method"))
    return session


@topic.page(_PREFIX)
def visit(world: World, method: str, path: str, said: Mapping[str, str]) -> Answer:
    """Show the page, or take what was written into it."""
    session = world.find(path.removeprefix(_PREFIX).partition("?")[0])
    if session is None or session["object"] != "checkout.session":
        return refused_page("There is no such page.")
    if session["status"] == "expired":
        return refused_page("This page has expired.", 410)
    if method != "POST" and session["status"] == "open":
        return _page(world, session)
    wrong = ""
    if session["status"] == "open":
        try:
            complete(world, session, described(world, session["_account"], _method(said)))
        except Refusal as refusal:
            wrong = refusal.message
    if session["status"] == "open":
        waiting = authentication_url(world, begun_of(world, session))
        return _page(world, session, wrong) if waiting is None else Answer(303, {"Location": waiting})
    url = returned(session)
    thanks = page("Thank you", "<p>You can close this page.</p>")
    return thanks if url is None else Answer(303, {"Location": url})


def _method(said: Mapping[str, str]) -> Object:
    kind = said.get("type", "card")
    about: Object = {name: said[name] for name in _FIELDS.get(kind, {}) if said.get(name)}
    month, _, year = about.pop("expiry", "").replace(" ", "").partition("/")
    if month.isdecimal() and year.isdecimal():
        about |= {"exp_month": int(month), "exp_year": int(year) + (_CENTURY if int(year) < 100 else 0)}  # noqa: PLR2004
    billed: dict[str, Any] = {name: said[name] for name in ("email", "name") if said.get(name)}
    return {"type": kind, kind: about, "billing_details": billed}


def _page(world: World, session: Object, wrong: str = "") -> Answer:
    items = "".join(
        f"<li>{item['quantity']} of {html.escape(item['description'] or '')}: "
        f"{_money(item['amount_total'], item['currency'])}</li>"
        for item in items_of(world, session)
    )
    total = session["amount_total"]
    button = "Save" if total is None else f"Pay {_money(total, session['currency'])}"
    forms = "".join(_form(session, kind, button) for kind in session["payment_method_types"] if kind in _FIELDS)
    alert = f'<p role="alert">{html.escape(wrong)}</p>' if wrong else ""
    back = session["cancel_url"]
    leave = f'<p><a href="{html.escape(back)}">Back</a></p>' if back else ""
    return page("Checkout", f"{alert}<ul>{items}</ul>{forms}{leave}", 402 if wrong else 200)


def _money(amount: int, currency: str) -> str:
    return f"{written(amount, currency)} {currency.upper()}"


def _form(session: Object, kind: str, button: str) -> str:
    email = html.escape(session["customer_email"] or "")
    fields = "".join(
        f'<p><label>{label} <input name="{name}" required></label></p>' for name, label in _FIELDS[kind].items()
    )
    return (
        f'<form method="post"><input type="hidden" name="type" value="{kind}">'
        f'<p><label>Email <input name="email" type="email" value="{email}" required></label></p>{fields}'
        f'<p><label>Name <input name="name" required></label></p><button>{html.escape(button)}</button></form>'
    )
