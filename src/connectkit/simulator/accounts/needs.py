"""What Stripe needs to know of an account, what of it is there, and what is wrong with it.

The lists are those that were recorded for accounts of platforms that collect the requirements themselves; the values
that pass and fail are Stripe's documented test values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from connectkit.simulator.shapes import Object, is_hash, part
from connectkit.simulator.state import World

from .countries import RECIPIENTS, WITH_STATE


class Problem(NamedTuple):
    """Why something has to be given again.

    Attributes:
        requirement: What.
        code: Stripe's code.
        reason: What Stripe says.
    """

    requirement: str
    code: str
    reason: str


_TERMS: Final = ("tos_acceptance.date", "tos_acceptance.ip")
_BUSINESS: Final = ("business_profile.mcc", "business_profile.url")
_DOB: Final = ("dob.day", "dob.month", "dob.year")
_NAMES: Final = ("first_name", "last_name")
_OWNER: Final = ("email", *_NAMES)

_DATES: Final = ({"day": 1, "month": 1, "year": 1901}, {"day": 1, "month": 1, "year": 1902})
_UNVERIFIED: Final = "The identity information you entered cannot be verified. Please correct any errors."
_NUMBERS: Final = {
    "111111111": ("verification_failed_tax_id_match", "The tax ID does not match the business."),
    "111111112": ("verification_failed_tax_id_not_issued", "The tax ID was never issued."),
}
_SITES: Final = {
    "disallowed": "invalid_url_denylisted",
    "geoblocked": "invalid_url_website_inaccessible_geoblocked",
    "inaccessible": "invalid_url_website_inaccessible",
    "mismatch": "invalid_url_website_business_information_mismatch",
    "missing": "invalid_url_website_incomplete",
    "passwordprotected": "invalid_url_website_inaccessible_password_protected",
    "problem": "invalid_url_website_other",
    "underconstruction": "invalid_url_website_incomplete_under_construction",
}


def missing_items(world: World, account: Object) -> list[str]:
    """Name what is due because it was never given, in alphabetical order."""
    return sorted(item for item in _wanted(account) if not _is_there(world, account, item))


def later_items(account: Object) -> list[str]:
    """Name what will be due one day."""
    if account["tos_acceptance"].get("service_agreement") != "recipient" or account["individual"] is None:
        return []
    given = account["individual"]["_numbers"].get("document")
    return [] if given else ["individual.verification.document"]


def checked_items(account: Object) -> list[str]:
    """Name what Stripe verifies, and shows as pending meanwhile."""
    if account["individual"] is None:
        return ["company.tax_id"]
    address = ("city", "line1", "postal_code", "state")
    return [*(f"individual.address.{part}" for part in address), "individual.id_number"]


def problems(account: Object) -> list[Problem]:
    """Tell what does not pass verification."""
    found = [*_site_problems(account["business_profile"]["url"])]
    if account["individual"] is not None:
        found += _person_problems(account["individual"])
    tax_id = account["_numbers"].get("tax_id")
    if account["company"] is not None and tax_id in _NUMBERS:
        found.append(Problem("company.tax_id", *_NUMBERS[tax_id]))
    return found


def is_instant(account: Object) -> bool:
    """Tell whether verification ends within the request: a documented property of two test values."""
    numbers = (part(account, "individual", "_numbers").get("id_number"), account["_numbers"].get("tax_id"))
    return part(account, "individual", "dob") == _DATES[1] or "222222222" in numbers


def facts(account: Object) -> object:
    """Give all that verification looks at: when it changes, it is looked at again."""
    return [
        part(account, "individual", "dob"),
        part(account, "individual", "_numbers"),
        part(account, "individual", "address").get("line1"),
        dict(account["_numbers"]),
        account["business_profile"]["url"],
    ]


def _wanted(account: Object) -> list[str]:
    items = ["external_account", *_TERMS]
    if "card_payments" in account["_requested"]:
        items += _BUSINESS
    if account["business_type"] is None:
        return [*items, "business_type"]
    if account["business_type"] == "individual":
        return items + [f"individual.{item}" for item in _of_person(account)]
    company = ["name", "phone", "tax_id", "owners_provided", *_of_address(account)]
    return [
        *items,
        *(f"company.{item}" for item in company),
        *(f"owners.{item}" for item in _OWNER),
        *(f"representative.{item}" for item in (*_of_person(account), "email", "relationship.title")),
    ]


def _of_person(account: Object) -> list[str]:
    country = account["country"]
    items = [*_NAMES, *_DOB, *_of_address(account)]
    if country not in RECIPIENTS:
        items.append("phone")
    if country == "US":
        items.append("ssn_last_4")
    return items


def _of_address(account: Object) -> list[str]:
    state = ["address.state"] if account["country"] in WITH_STATE else []
    return ["address.city", "address.line1", "address.postal_code", *state]


def _is_there(world: World, account: Object, item: str) -> bool:
    first, _, rest = item.partition(".")
    if first in _ROLES:
        return any(
            person["relationship"][_ROLES[first]] and _at(person, rest)
            for person in world.table(account["id"], "person")
        )
    special = _SPECIAL.get(item)
    return bool(special(world, account) if special else _at(account, item))


_ROLES: Final = {"owners": "owner", "representative": "representative"}


def _at(thing: Object, path: str) -> Any:  # noqa: ANN401  # whatever stands there
    step, _, rest = path.partition(".")
    inner = thing.get(f"{step}_provided", thing.get(step))
    return _at(inner, rest) if is_hash(inner) else inner


def _has_bank(world: World, account: Object) -> bool:
    return any(bank["status"] != "errored" for bank in world.table(account["id"], "bank_account"))


def _has_site(_: World, account: Object) -> bool:
    profile = account["business_profile"]
    return bool(profile["url"] or profile["product_description"])


_SPECIAL: Final[Mapping[str, Callable[[World, Object], bool]]] = {
    "external_account": _has_bank,
    "business_profile.url": _has_site,
}


def _person_problems(person: Object) -> list[Problem]:
    document = person["_numbers"].get("document")
    found: list[Problem] = []
    if document == "file_identity_document_failure":
        found.append(Problem("individual.verification.document", "verification_document_failed_other", _UNVERIFIED))
    elif document is None:
        if person["dob"] not in _DATES:
            item = "individual.verification.document"
            found.append(Problem(item, "verification_failed_keyed_identity", _UNVERIFIED))
        if person["_numbers"].get("id_number") == "111111111":
            found.append(Problem("individual.id_number", "verification_failed_id_number_match", _UNVERIFIED))
    if person["address"].get("line1") in ("address_no_match", "address_line1_no_match"):
        found.append(Problem("individual.address.line1", "verification_failed_address_match", _UNVERIFIED))
    return found


def _site_problems(url: str | None) -> list[Problem]:
    host = (url or "").partition("://")[2]
    code = _SITES.get(host.removesuffix("/").removesuffix(".stripe.com"))
    return [] if code is None else [Problem("business_profile.url", code, "The website cannot be accepted.")]
