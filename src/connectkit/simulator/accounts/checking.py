"""What is wrong with what was told of an account: Stripe's documented test values, and what each leads to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import World

from .delays import plain_name
from .documents import flaw


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


DATES: Final = ({"day": 1, "month": 1, "year": 1901}, {"day": 1, "month": 1, "year": 1902})
"""The days of birth that pass; the second at once."""

_MILD: Final = "address_no_match"
_LISTED: Final = {"day": 1, "month": 1, "year": 1900}
_NO_ANSWER: Final = "222221005"
_UNVERIFIED: Final = "The identity information you entered cannot be verified. Please correct any errors."
_COMPANY: Final = "The information of the business cannot be verified. Please correct any errors."
_TAX_IDS: Final = {
    "111111111": ("company.tax_id", "verification_failed_tax_id_match"),
    "111111112": ("company.tax_id", "verification_failed_tax_id_not_issued"),
    "222221000": ("company.tax_id", "verification_failed_keyed_match"),
    "222221001": ("company.owners_provided", "verification_missing_owners"),
    "222221002": ("company.directors_provided", "verification_missing_directors"),
    "222221003": ("company.owners_provided", "verification_missing_owners"),
    "222221004": ("company.directors_provided", "verification_missing_directors"),
}
_NAMES: Final = {
    "disallowed_name": "invalid_company_name_denylisted",
    "mismatch_business_name": "verification_failed_keyed_match",
}
_RELATIONS: Final = {"match_name_only": ("company.owners_provided", "verification_missing_owners")}
"""Names that are right while the people behind them are not; that those are its owners is inferred."""

_BRANDS: Final = {
    "disallowed_dba": "invalid_business_profile_name_denylisted",
    "invalid_dba": "invalid_business_profile_name",
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
_DESCRIPTORS: Final = {
    "disallowed": "invalid_statement_descriptor_denylisted",
    "mismatch": "invalid_statement_descriptor_business_mismatch",
}
_PREFIXES: Final = {
    "disallowed": "invalid_statement_descriptor_prefix_denylisted",
    "mismatch": "invalid_statement_descriptor_prefix_mismatch",
}
_PEOPLE: Final = {
    "extraneous_director": ("company.directors_provided", "verification_extraneous_directors"),
    "extraneous_owner": ("company.owners_provided", "verification_missing_owners"),
    "mismatch_director": ("company.directors_provided", "verification_directors_mismatch"),
    "mismatch_owner": ("company.owners_provided", "verification_missing_owners"),
    "missing_director": ("company.directors_provided", "verification_missing_directors"),
}


def problems(world: World, account: Object) -> list[Problem]:
    """Tell what does not pass verification."""
    return [*_of_business(world, account), *_of_people(world, account)]


def people(world: World, account: Object) -> Iterator[tuple[str, Object]]:
    """Go through the people of an account, each with the word that its requirements begin with."""
    if account["individual"] is not None:
        yield "individual", account["individual"]
    for person in world.table(account["id"], "person"):
        yield person["id"], person


def _of_business(world: World, account: Object) -> Iterator[Problem]:
    profile, settings = account["business_profile"], account["settings"]
    host = (profile["url"] or "").partition("://")[2].removesuffix("/").removesuffix(".stripe.com")
    yield from _told("business_profile.url", _SITES.get(host), "The website cannot be accepted.")
    yield from _told("business_profile.name", _BRANDS.get(profile["name"] or ""), "The name cannot be accepted.")
    if profile["product_description"] == "require_url":
        code = "invalid_url_web_presence_detected"
        yield Problem("business_profile.url", code, "The business has a website, which has to be given.")
    item = "settings.payments.statement_descriptor"
    yield from _told(item, _DESCRIPTORS.get(settings["payments"]["statement_descriptor"] or ""), "It is not allowed.")
    item = "settings.card_payments.statement_descriptor_prefix"
    prefix = settings["card_payments"]["statement_descriptor_prefix"] or ""
    yield from _told(item, _PREFIXES.get(prefix), "It is not allowed.")
    if account["company"] is not None and account["individual"] is None:
        yield from _of_company(world, account)
    yield from _of_papers(world, account)


def _of_papers(world: World, account: Object) -> Iterator[Problem]:
    for kind, files in account["_papers"].items():
        code = next(filter(None, (flaw(world, account["id"], file) for file in files)), None)
        yield from _told(f"documents.{kind}.files", code, "The document cannot be accepted.")


def _of_company(world: World, account: Object) -> Iterator[Problem]:
    found = _TAX_IDS.get(account["_numbers"].get("tax_id", ""))
    if found is not None and account["_numbers"].get("document") is None:
        yield Problem(*found, _COMPANY)
    name = plain_name(account)
    yield from _told("company.name", _NAMES.get(name), _COMPANY)
    if name in _RELATIONS:
        yield Problem(*_RELATIONS[name], _COMPANY)
    yield from _of_address("company", account["company"])
    code = flaw(world, account["id"], account["_numbers"].get("document", ""))
    yield from _told("company.verification.document", code or None, _COMPANY)


def _of_people(world: World, account: Object) -> Iterator[Problem]:
    for name, person in people(world, account):
        yield from _of_person(world, name, person)
        relationship = person["relationship"]
        if relationship["director"] or relationship["owner"]:
            found = _PEOPLE.get(person["first_name"] or "")
            if found is not None:
                yield Problem(*found, _COMPANY)


def _of_person(world: World, name: str, person: Object) -> Iterator[Problem]:
    held = person["_numbers"]
    for kind in ("document", "additional_document"):
        code = flaw(world, person["account"], held.get(kind, ""))
        yield from _told(f"{name}.verification.{kind}", code or None, _UNVERIFIED)
    if held.get("document") is None and part(person, "dob").get("year"):
        if person["dob"] not in (*DATES, _LISTED):
            yield Problem(f"{name}.verification.document", "verification_failed_keyed_identity", _UNVERIFIED)
        if held.get("id_number") == "111111111":
            yield Problem(f"{name}.id_number", "verification_failed_id_number_match", _UNVERIFIED)
    yield from _of_address(name, person)


def _of_address(name: str, owner: Object) -> Iterator[Problem]:
    for script in ("address", "address_kana", "address_kanji"):
        if part(owner, script).get("line1") in ("address_no_match", "address_line1_no_match"):
            yield Problem(f"{name}.{script}.line1", "verification_failed_address_match", _UNVERIFIED)


def _told(item: str, code: str | None, reason: str) -> Iterator[Problem]:
    if code is not None:
        yield Problem(item, code, reason)


def is_listed(world: World, account: Object) -> bool:
    """Tell whether somebody's day of birth is the one that is looked for on lists of sanctions."""
    return any(person["dob"] == _LISTED for _, person in people(world, account))


def is_waiting(account: Object) -> bool:
    """Tell whether the public register does not answer: a documented property of one tax number."""
    return bool(account["_numbers"].get("tax_id") == _NO_ANSWER)


def is_mild(account: Object, problem: Problem) -> bool:
    """Tell whether a problem stops payouts and leaves charges on: a documented property of one address of companies."""
    return problem.requirement == "company.address.line1" and account["company"]["address"]["line1"] == _MILD


def is_idle(account: Object) -> bool:
    """Tell whether capabilities are paused because the account does nothing, as one of the test websites says."""
    return "inactivity.stripe.com" in (account["business_profile"]["url"] or "")


def is_instant(account: Object) -> bool:
    """Tell whether verification ends within the request: a documented property of some test values."""
    numbers = (part(account, "individual", "_numbers").get("id_number"), account["_numbers"].get("tax_id"))
    return part(account, "individual", "dob") == DATES[1] or "222222222" in numbers


def facts(world: World, account: Object) -> object:
    """Give all that verification looks at: when it changes, it is looked at again."""
    told: Mapping[str, object] = {
        name: [person["dob"], person["_numbers"], person["address"].get("line1"), person["first_name"]]
        for name, person in people(world, account)
    }
    return repr(
        [
            told,
            account["_numbers"],
            account["business_profile"],
            account["settings"],
            account["company"],
            account["_papers"],
        ]
    )
