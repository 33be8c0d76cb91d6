"""The page of a Checkout session, as plain HTML, and the endpoints that its script would use."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Final, TypedDict

from connectkit.simulator.answers import Answer
from connectkit.simulator.buyers.authentication import authentication_url
from connectkit.simulator.calls import Call
from connectkit.simulator.hosting import Problem, page, refused_page, written_field
from connectkit.simulator.money.currencies import written
from connectkit.simulator.money.methods import described, method_of
from connectkit.simulator.money.numbers import card_written
from connectkit.simulator.refusals import Refusal, invalid
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import World

from .completing import begun_of, complete, returned
from .items import items_of

topic: Final = Topic("Checkout pages")

_PREFIX: Final = "/c/pay/"
_FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "card": {"number": "Card number", "expiry": "Expiry (MM / YY)", "cvc": "Security code (CVC)"},
    "us_bank_account": {"account_number": "Account number", "routing_number": "Routing number"},
    "sepa_debit": {"iban": "IBAN"},
}
_FAILED: Final = "redirect_status=failed"
_NAMES: Final = {"card": "Card", "us_bank_account": "US bank account", "sepa_debit": "SEPA debit"}
_FILLED: Final = {"number": "cc-number", "expiry": "cc-exp", "cvc": "cc-csc", "email": "email", "name": "name"}
"""What browsers call the fields that they can fill in."""


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
        return _page(world, session, said, _failed(world, session) if _FAILED in path else None)
    wrong = None
    if session["status"] == "open":
        try:
            complete(world, session, described(world, session["_account"], _method(said)))
        except Refusal as refusal:
            wrong = _problem(refusal, said.get("type", "card"))
    if session["status"] == "open":
        waiting = _waiting(world, session)
        return _page(world, session, said, wrong) if waiting is None else Answer(303, {"Location": waiting})
    url = returned(session)
    thanks = page("Thank you", "<p>You can close this page.</p>")
    return thanks if url is None else Answer(303, {"Location": url})


def _waiting(world: World, session: Object) -> str | None:
    """Give where a buyer has to go before her session can end; none if she need not."""
    begun = begun_of(world, session)
    url: str | None = part(begun or {}, "next_action", "verify_with_microdeposits").get("hosted_verification_url")
    return url or authentication_url(world, begun)


def _problem(refusal: Refusal, kind: str) -> Problem:
    """Say what was wrong, and lead to the field that it was written in, if it was one."""
    named = refusal.param or str(refusal.fields.get("param", ""))
    name = named.removesuffix("]").rpartition("[")[2]
    name = "expiry" if name.startswith("exp_") else name
    return Problem(refusal.message, f"{kind}-{name}" if name in _FIELDS.get(kind, {}) else "")


def _failed(world: World, session: Object) -> Problem:
    """Say why a buyer is back from her bank without having paid."""
    begun = begun_of(world, session) or {}
    error: Object = begun.get("last_payment_error") or begun.get("last_setup_error") or {}
    return Problem(error.get("message", "The payment was not made."))


def _method(said: Mapping[str, str]) -> Object:
    kind = said.get("type", "card")
    known = {name: said[name] for name in _FIELDS.get(kind, {}) if said.get(name)}
    about: Object = card_written(known) if kind == "card" else dict(known)
    billed: dict[str, Any] = {name: said[name] for name in ("email", "name") if said.get(name)}
    return {"type": kind, kind: about, "billing_details": billed}


def _page(world: World, session: Object, said: Mapping[str, str], wrong: Problem | None = None) -> Answer:
    items = "".join(
        f'<tr><th scope="row">{item["quantity"]} of {escape(item["description"] or "")}</th>'
        f"<td>{_money(item['amount_total'], item['currency'])}</td></tr>"
        for item in items_of(world, session)
    )
    total = session["amount_total"]
    price = "" if total is None else _money(total, session["currency"])
    foot = f'<tfoot><tr><th scope="row">Total</th><td>{price}</td></tr></tfoot>'
    sold = f"<table>{items}{foot}</table>" if items else ""
    button = f"Pay {price}" if price else "Save"
    kinds = [kind for kind in session["payment_method_types"] if kind in _FIELDS]
    forms = "".join(_form(session, kind, button, said) for kind in kinds)
    back = session["cancel_url"]
    leave = f'<p><a href="{escape(back)}">Cancel and go back</a></p>' if back else ""
    body = f"{sold}{forms}{leave}"
    return page("Checkout", body, 402 if wrong else 200, (wrong,) if wrong else ())


def _money(amount: int, currency: str) -> str:
    return f"{written(amount, currency)} {currency.upper()}"


def _form(session: Object, kind: str, button: str, said: Mapping[str, str]) -> str:
    """Give the form of a way to pay; of what was written before, only who the buyer is stands there again."""
    held = {"email": said.get("email") or session["customer_email"] or "", "name": said.get("name", "")}
    labels = {"email": "Email", **_FIELDS[kind], "name": "Name"}
    fields = "".join(_field(kind, name, label, held.get(name, "")) for name, label in labels.items())
    return (
        f'<form method="post"><fieldset><legend>{_NAMES[kind]}</legend><input type="hidden" name="type" value="{kind}">'
        f"{fields}<button>{escape(button)}</button></fieldset></form>"
    )


def _field(kind: str, name: str, label: str, value: str) -> str:
    attributes = {"name": name, "value": value, "autocomplete": _FILLED.get(name, "off"), "required": ""}
    if name == "email":
        attributes["type"] = "email"
    return written_field(f"{kind}-{name}", label, attributes)
