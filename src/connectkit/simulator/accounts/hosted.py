"""The hosted onboarding form: a page, and what its owner would fill in."""

from __future__ import annotations

import html
from typing import Any, Final

from connectkit.simulator.answers import Answer
from connectkit.simulator.refusals import Refusal
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .banks import new_bank
from .checking import people, problems
from .needs import missing_items
from .people import new_company, new_person, tell, tell_company
from .queries import account_of
from .standing import changing

_PREFIX: Final = "/setup/c/"

_ADDRESS: Final = {
    "line1": "address_full_match",
    "city": "San Francisco",
    "state": "CA",
    "postal_code": "94103",
}
_PERSON: Final = {
    "first_name": "Jenny",
    "last_name": "Rosen",
    "email": "jenny.rosen@example.com",
    "phone": "0000000000",
    "dob": {"day": 1, "month": 1, "year": 1901},
    "id_number": "000000000",
    "ssn_last_4": "0000",
    "address": _ADDRESS,
}
_COMPANY: Final = {
    "name": "Rocket Rides",
    "phone": "0000000000",
    "tax_id": "000000000",
    "owners_provided": True,
    "address": _ADDRESS,
}
_BUSINESS: Final = {
    "mcc": "5734",
    "url": "https://accessible.stripe.com",
    "product_description": "Software for testing payments.",
}
_PASSING: Final = "file_identity_document_success"
_ROLES: Final = {"representative": True, "owner": True, "executive": True, "title": "CEO"}


def complete(world: World, account_id: str) -> None:
    """Fill in all that is due with the documented test values that pass, accept the terms, and send the form off.

    Raises:
        Refusal: There is no such account.
    """
    account = account_of(world, account_id)
    with changing(world, account):
        account["_submitted"] = True
        _fill_in(world, account)
    returned = {
        "account_id": account_id,
        "configurations": list(account["_configurations"]),
        "use_case": "account_onboarding",
    }
    world.emit_thin("v2.core.account_link.returned", None, data=returned)


def is_page(path: str) -> bool:
    """Tell whether a path is that of a hosted page."""
    return path.startswith(_PREFIX)


def visit(world: World, method: str, path: str) -> Answer:
    """Show the form, or send it off.

    A link works once: to open it again, or after it expired, leads to its refresh URL.
    """
    account_id, _, token = path.removeprefix(_PREFIX).partition("/")
    try:
        link = world.get(account_id, "_account_link", token, label="account link")
    except Refusal as refusal:
        return Answer(404, {"Content-Type": "text/plain"}, refusal.message.encode())
    if method == "POST":
        complete(world, account_id)
        return Answer(303, {"Location": link["_return_url"]})
    if link["_visited"] or world.clock.now >= link["_expires_at"]:
        return Answer(303, {"Location": link["_refresh_url"]})
    link["_visited"] = True
    return Answer(200, {"Content-Type": "text/html; charset=utf-8"}, _form(world, account_id).encode())


def _form(world: World, account_id: str) -> str:
    due = account_of(world, account_id)["requirements"]["currently_due"]
    items = "".join(f"<li>{html.escape(item)}</li>" for item in due)
    return (
        "<!doctype html><title>Onboarding (simulated)</title><h1>Onboarding (simulated)</h1>"
        f"<p>Account {html.escape(account_id)}. This form fills in test values that pass for:</p><ul>{items}</ul>"
        '<form method="post"><button>Agree and submit</button></form>'
    )


def _fill_in(world: World, account: Object) -> None:
    account["business_type"] = account["business_type"] or "individual"
    account["tos_acceptance"].update({"date": world.clock.now, "ip": "127.0.0.1"})
    profile = account["business_profile"]
    profile.update({name: value for name, value in _BUSINESS.items() if not profile[name]})
    account["company"] = account["company"] or new_company(account)
    if account["business_type"] == "individual":
        account["individual"] = account["individual"] or new_person(world, account)
        _complete_person(account["individual"])
    else:
        tell_company(account, _gaps(account["company"], _COMPANY))
        _add_person(world, account)
    if "external_account" in missing_items(world, account):
        _add_bank(world, account)
    if problems(world, account) or account["_demanded"]:
        _correct(world, account)


def _add_person(world: World, account: Object) -> None:
    if any(item.startswith(("owners.", "representative.")) for item in missing_items(world, account)):
        person = new_person(world, account)
        tell(person, {**_PERSON, "relationship": _ROLES})
        world.add(account["id"], person)
        world.emit("person.created", person)


def _complete_person(person: Object) -> None:
    gaps = _gaps(person, _PERSON)
    given = person["_numbers"]
    for name in ("id_number", "ssn_last_4"):
        if name in given:
            del gaps[name]
    if person["dob"]["year"]:
        gaps.pop("dob", None)
    gaps["address"] = _gaps(person["address"], _ADDRESS)
    tell(person, gaps)


def _correct(world: World, account: Object) -> None:
    """Put right what would not pass: a document is worth more than what was typed."""
    account["business_profile"]["url"] = _BUSINESS["url"]
    account["_numbers"] |= {"tax_id": _COMPANY["tax_id"], "document": _PASSING}
    for _, person in people(world, account):
        tell(person, {"address": _ADDRESS, "verification": {"document": {"front": _PASSING}}})


def _gaps(held: Object, passing: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in passing.items() if not held.get(name) or isinstance(value, dict)}


def _add_bank(world: World, account: Object) -> None:
    country, currency = account["country"], account["default_currency"]
    params = {"country": country, "currency": currency, "account_number": "000123456789"}
    if country == "US":
        params["routing_number"] = "110000000"
    world.emit("account.external_account.created", new_bank(world, account["id"], params))
