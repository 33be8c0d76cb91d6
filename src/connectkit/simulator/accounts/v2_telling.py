"""Parameters of API v2, as those of v1 that say the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectkit.simulator.clock import moment
from connectkit.simulator.shapes import Object, part

from .making import STANDARD, Axes

V2_ONLY: Final = ("display_name", "contact_phone")
"""What v1 has no words for."""

_PROFILE: Final = {"doing_business_as": "name", "business_url": "url", "product_description": "product_description"}
_PERSON: Final = {"given_name": "first_name", "surname": "last_name", "date_of_birth": "dob", "legal_gender": "gender"}
_SAME: Final = ("email", "phone", "political_exposure", "relationship", "metadata")
_COMPANY: Final = {"registered_name": "name", "phone": "phone", "structure": "structure"}
_MERCHANT: Final = {"ach_debit_payments": "us_bank_account_ach_payments"}
_DOCUMENTS: Final = {"primary_verification": "document", "secondary_verification": "additional_document"}
_COUNTRY_FREE: Final = ("city", "line1", "line2", "postal_code", "state")


def axes_of(params: Mapping[str, Any]) -> Axes:
    """Give the axes that a new account is to have: who collects the requirements follows from the rest."""
    duties = part(params, "defaults", "responsibilities")
    dashboard: str = params.get("dashboard", STANDARD.dashboard)
    losses: str = duties.get("losses_collector", STANDARD.losses)
    fees = "application" if duties.get("fees_collector") == "application" else "account"
    collects = dashboard == "none" and losses == "application"
    return Axes(dashboard, losses, fees, "application" if collects else "stripe")


def as_v1(params: Mapping[str, Any]) -> Object:
    """Give what *params* tell, in the words of v1; what was not told is not there."""
    identity, defaults = part(params, "identity"), part(params, "defaults")
    merchant = part(params, "configuration", "merchant")
    profile = {_PROFILE[name]: value for name, value in part(defaults, "profile").items()}
    told: Object = {
        "account_token": params.get("account_token"),
        "email": params.get("contact_email"),
        "metadata": params.get("metadata"),
        "default_currency": defaults.get("currency"),
        "business_type": identity.get("entity_type"),
        "business_profile": {**profile, **_merchant(merchant)},
        "individual": person_as_v1(part(identity, "individual")),
        "company": _company(identity),
        "documents": _papers(part(identity, "business_details", "documents")),
        "tos_acceptance": _terms(part(identity, "attestations", "terms_of_service", "account")),
        "settings": _settings(merchant),
        "capabilities": _capabilities(part(params, "configuration")),
    }
    said = {name: params[name] for name in V2_ONLY if name in params}
    return {name: value for name, value in told.items() if value} | said


def _merchant(merchant: Object) -> Object:
    support = {f"support_{name}": value for name, value in part(merchant, "support").items()}
    return support | ({"mcc": merchant["mcc"]} if "mcc" in merchant else {})


def _settings(merchant: Object) -> Object:
    scripts = part(merchant, "script_statement_descriptor")
    told = {"": part(merchant, "statement_descriptor")} | {f"_{name}": part(scripts, name) for name in scripts}
    payments = {f"statement_descriptor{end}": of["descriptor"] for end, of in told.items() if "descriptor" in of}
    cards = {f"statement_descriptor_prefix{end}": of["prefix"] for end, of in told.items() if "prefix" in of}
    return {name: said for name, said in (("payments", payments), ("card_payments", cards)) if said}


def person_as_v1(individual: Mapping[str, Any]) -> Object:
    """Give what is told of a person, in the words of v1."""
    person: Object = {_PERSON[name]: individual[name] for name in _PERSON if name in individual}
    person |= {name: individual[name] for name in _SAME if name in individual}
    if "address" in individual:
        person["address"] = _address(individual["address"])
    if individual.get("nationalities"):
        person["nationality"] = individual["nationalities"][0].upper()
    for number in individual.get("id_numbers", ()):
        last_4 = number["type"].endswith("last_4")
        person["ssn_last_4" if last_4 else "id_number"] = number["value"]
    documents = part(individual, "documents")
    for kind, name in _DOCUMENTS.items():
        sides = part(documents, kind, "front_back")
        if sides:
            person.setdefault("verification", {})[name] = sides
    return person


def _company(identity: Object) -> Object:
    details = part(identity, "business_details")
    company: Object = {_COMPANY[name]: details[name] for name in _COMPANY if name in details}
    if "address" in details:
        company["address"] = _address(details["address"])
    for number in details.get("id_numbers", ()):
        company["tax_id"] = number["value"]
    front = part(details, "documents", "primary_verification", "front_back").get("front")
    if front is not None:
        company["verification"] = {"document": {"front": front}}
    for name, provided in part(identity, "attestations", "persons_provided").items():
        company[f"{name}_provided"] = provided
    return company


def _papers(documents: Object) -> Object:
    return {kind: {"files": paper["files"]} for kind, paper in documents.items() if "files" in paper}


def _terms(accepted: Object) -> Object:
    if "date" not in accepted:
        return accepted
    date = moment(accepted["date"], "identity.attestations.terms_of_service.account.date")
    return {**accepted, "date": int(date.timestamp())}


def _capabilities(configuration: Object) -> Object:
    merchant = part(configuration, "merchant", "capabilities")
    wishes = {_MERCHANT.get(name, name): wish for name, wish in merchant.items()}
    balance = part(configuration, "recipient", "capabilities", "stripe_balance")
    return wishes | ({"transfers": balance["stripe_transfers"]} if "stripe_transfers" in balance else {})


def _address(address: Object) -> Object:
    given = {name: address[name] for name in _COUNTRY_FREE if name in address}
    return given | ({"country": address["country"].upper()} if "country" in address else {})
