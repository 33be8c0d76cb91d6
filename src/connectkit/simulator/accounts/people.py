"""People: what an account tells of them, in API v1's shape. Numbers that identify are kept apart and never shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectkit.simulator.shapes import Object, is_hash
from connectkit.simulator.state import World

_ADDRESS: Final = ("city", "country", "line1", "line2", "postal_code", "state")
_PLAIN: Final = ("email", "first_name", "last_name")
_EXTRA: Final = ("full_name_aliases", "gender", "maiden_name", "nationality", "political_exposure")
_SSN: Final = 9
_OF_COMPANY: Final = (
    *("name", "phone", "structure", "registration_number", "ownership_declaration", "directorship_declaration"),
    *("directors_provided", "executives_provided", "owners_provided"),
)
_SCRIPTS: Final = ("_kana", "_kanji")
_DOCUMENTS: Final = ("document", "additional_document")


def new_person(world: World, account: Object) -> Object:
    """Give a person of whom nothing is known."""
    return {
        "id": world.ids.new("person"),
        "object": "person",
        "account": account["id"],
        "additional_tos_acceptances": {"account": {"date": None, "ip": None, "user_agent": None}},
        "address": {**dict.fromkeys(_ADDRESS), "country": account["country"]},
        "created": world.clock.now,
        "dob": {"day": None, "month": None, "year": None},
        "email": None,
        "first_name": None,
        "future_requirements": _nothing(),
        "id_number_provided": False,
        "last_name": None,
        "political_exposure": None,
        "metadata": {},
        "phone": None,
        "relationship": {
            "authorizer": False,
            "director": False,
            "executive": False,
            "legal_guardian": False,
            "owner": False,
            "percent_ownership": None,
            "representative": False,
            "title": None,
        },
        "requirements": _nothing(),
        "ssn_last_4_provided": False,
        "verification": {
            "additional_document": _document(),
            "details": None,
            "details_code": None,
            "document": _document(),
            "status": "unverified",
        },
        "_numbers": {},
    }


def tell(person: Object, params: Mapping[str, Any]) -> None:
    """Change a person as *params* ask."""
    for name in (*_PLAIN, *_EXTRA):
        if name in params:
            person[name] = params[name] or None
    if "phone" in params:
        person["phone"] = _phone(params["phone"])
    if "dob" in params:
        person["dob"] = params["dob"] or dict.fromkeys(("day", "month", "year"))
    person["address"].update(params.get("address", {}))
    if params.get("registered_address"):
        person["registered_address"] = {**dict.fromkeys(_ADDRESS), **params["registered_address"]}
    person["additional_tos_acceptances"]["account"].update(
        params.get("additional_tos_acceptances", {}).get("account", {})
    )
    _tell_scripts(person, params)
    person["relationship"].update(_relationship(params.get("relationship", {})))
    person["metadata"].update(params.get("metadata") or {})
    _identify(person, params)
    for name in _DOCUMENTS:
        given = params.get("verification", {}).get(name, {})
        if given.get("front"):
            person["_numbers"][name] = given["front"]
            person["verification"][name]["front"] = f"file_{person['id'].removeprefix('person_')}"
            person["verification"]["status"] = "pending"
        if given.get("back"):
            person["verification"][name]["back"] = given["back"]


def _tell_scripts(owner: Object, params: Mapping[str, Any]) -> None:
    """Keep what is written in kana or kanji, which is there only where it was told."""
    for name, value in params.items():
        if name.endswith(_SCRIPTS):
            owner[name] = {**owner.get(name, {}), **value} if is_hash(value) else value


def _identify(person: Object, params: Mapping[str, Any]) -> None:
    for name in ("id_number", "id_number_secondary", "ssn_last_4"):
        if params.get(name):
            person["_numbers"][name] = params[name]
            person[f"{name}_provided"] = True
    if len(params.get("id_number") or "") == _SSN:
        person["ssn_last_4_provided"] = True


def new_company(account: Object) -> Object:
    """Give a company of which nothing is known."""
    return {
        "address": {**dict.fromkeys(_ADDRESS), "country": account["country"]},
        "directors_provided": False,
        "executives_provided": False,
        "name": None,
        "owners_provided": False,
        "phone": None,
        "structure": None,
        "tax_id_provided": False,
        "vat_id_provided": False,
        "verification": {"document": _document()},
    }


def tell_company(account: Object, params: Mapping[str, Any]) -> None:
    """Change an account's company as *params* ask."""
    company = account["company"]
    for name in _OF_COMPANY:
        if name in params:
            company[name] = params[name] or None
    company["address"].update(params.get("address", {}))
    _tell_scripts(company, params)
    given = params.get("verification", {}).get("document", {})
    company["verification"]["document"] |= {side: given[side] for side in ("front", "back") if given.get(side)}
    if given.get("front"):
        account["_numbers"]["document"] = given["front"]
    for name in ("tax_id", "vat_id"):
        if params.get(name):
            account["_numbers"][name] = params[name]
            company[f"{name}_provided"] = True


def _phone(text: str) -> str | None:
    """Stripe writes the phone numbers of people in international form."""
    digits = text.replace(" ", "").replace("-", "")
    return digits if not digits or digits.startswith("+") else f"+1{digits}"


def _document() -> Object:
    return dict.fromkeys(("back", "details", "details_code", "front"))


def _nothing() -> Object:
    return {
        name: list[Any]()
        for name in ("alternatives", "currently_due", "errors", "eventually_due", "past_due", "pending_verification")
    }


def _relationship(told: Object) -> Object:
    """Give a relationship with its share as a number: it travels as digits."""
    share = told.get("percent_ownership")
    return {**told, "percent_ownership": float(share) if share else None} if "percent_ownership" in told else told
