"""What Stripe needs to know of an account, and what of it is there.

The lists are those that were recorded for accounts of platforms that collect the requirements themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from connectkit.simulator.shapes import Object, is_hash
from connectkit.simulator.state import World

from .countries import company_items, person_items
from .queries import bank_accounts

_TERMS: Final = ("tos_acceptance.date", "tos_acceptance.ip")
_BUSINESS: Final = ("business_profile.mcc", "business_profile.url")
_TAX: Final = "tax_reporting_"
_OWNER: Final = ("email", "first_name", "last_name")


def missing_items(world: World, account: Object) -> list[str]:
    """Name what is due because it was never given, in alphabetical order."""
    return sorted(item for item in _wanted(account) if not is_there(world, account, item))


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


def _wanted(account: Object) -> list[str]:
    items = ["external_account", *_TERMS]
    if "card_payments" in account["_requested"]:
        items += _BUSINESS
    if any(name.startswith(_TAX) for name in account["_requested"]) and account["business_type"] == "individual":
        items.append("individual.id_number")
    if account["business_type"] is None:
        return [*items, "business_type"]
    country = account["country"]
    if account["business_type"] == "individual":
        return items + [f"individual.{item}" for item in person_items(country)]
    return [
        *items,
        *(f"company.{item}" for item in company_items(country)),
        *(f"owners.{item}" for item in _OWNER),
        *(f"representative.{item}" for item in (*person_items(country), "email", "relationship.title")),
    ]


def is_there(world: World, account: Object, item: str) -> bool:
    """Tell whether something was given."""
    first, _, rest = item.partition(".")
    if first in ROLES:
        return any(
            person["relationship"][ROLES[first]] and _at(person, rest)
            for person in world.table(account["id"], "person")
        )
    if item in account["_answered"]:
        return True
    if first.startswith("person_"):
        person = world.table(account["id"], "person").get(first)
        return person is None or bool(_at(person, rest))
    if first == "documents":
        return rest.partition(".")[0] in account["_papers"]
    special = _SPECIAL.get(item)
    return bool(special(world, account) if special else _at(account, item))


ROLES: Final = {
    "directors": "director",
    "executives": "executive",
    "owners": "owner",
    "representative": "representative",
}
"""What a person has to be, by the word that requirements of people who are not there yet begin with."""


def _at(thing: Object, path: str) -> Any:  # noqa: ANN401  # whatever stands there
    step, _, rest = path.partition(".")
    inner = thing.get(f"{step}_provided", thing.get(step))
    return _at(inner, rest) if is_hash(inner) else inner


def _has_bank(world: World, account: Object) -> bool:
    """Tell whether there is a bank account; one that a payout failed at is none, where that is decided so."""
    refused = "errored" if world.kept["switches"].errored_bank == "wanted" else ""
    return any(bank["status"] in {"new", "errored"} - {refused} for bank in bank_accounts(world, account["id"]))


def _has_site(_: World, account: Object) -> bool:
    profile = account["business_profile"]
    return bool(profile["url"] or profile["product_description"])


_SPECIAL: Final[Mapping[str, Callable[[World, Object], bool]]] = {
    "external_account": _has_bank,
    "business_profile.url": _has_site,
}
