"""Countries as the simulator knows them: the currency that accounts settle in, and what Stripe asks there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_TABLE: Final = (
    "AE:aed AR:ars AT:eur AU:aud BE:eur BG:eur BR:brl CA:cad CH:chf CL:clp CO:cop CY:eur CZ:czk DE:eur "
    "DK:dkk EE:eur EG:egp ES:eur FI:eur FR:eur GB:gbp GH:ghs GI:gbp GR:eur HK:hkd HR:eur HU:huf ID:idr "
    "IE:eur IL:ils IN:inr IS:eur IT:eur JP:jpy KE:kes KR:krw LI:chf LT:eur LU:eur LV:eur MA:mad MT:eur "
    "MX:mxn MY:myr NG:ngn NL:eur NO:nok NZ:nzd PE:pen PH:php PL:pln PT:eur RO:ron SE:sek SG:sgd SI:eur "
    "SK:eur TH:thb TR:try US:usd UY:uyu VN:vnd ZA:zar "
)

CURRENCIES: Final = {pair[:2]: pair[3:] for pair in _TABLE.split()}
"""The default currency by country."""

RECIPIENTS: Final = frozenset(
    {"AR", "CL", "CO", "EG", "GH", "ID", "IL", "IS", "KE", "KR", "MA", "NG", "PE", "PH", "TR", "UY", "VN", "ZA"}
)
"""Where Stripe has no merchants: accounts there only receive transfers, under the recipient agreement."""

WITH_STATE: Final = frozenset({"AU", "BR", "CA", "IN", "JP", "MX", "MY", "US"})
"""Where an address needs a state."""

_SCRIPTS: Final = ("kana", "kanji")

EXTRA: Final[Mapping[str, tuple[str, ...]]] = {
    "BR": ("id_number", "political_exposure"),
    "IN": ("id_number",),
    "MX": ("id_number",),
    "US": ("ssn_last_4",),
}
"""What is asked of a person besides name, birth and address. That of Brazil, India and Mexico is inferred."""

COMPANIES: Final[Mapping[str, tuple[str, ...]]] = {
    "AU": ("directors_provided",),
    "CA": ("directors_provided",),
    "DE": ("directors_provided", "executives_provided"),
    "FR": ("directors_provided", "executives_provided"),
    "GB": ("directors_provided", "executives_provided", "ownership_declaration.date", "ownership_declaration.ip"),
    "IN": ("registration_number",),
    "JP": ("directors_provided",),
}
"""What is asked of a company besides name, telephone, tax number, address and owners; inferred from Stripe's lists."""


def person_items(country: str) -> list[str]:
    """Name what is asked of a person in a country."""
    phone = [] if country in RECIPIENTS else ["phone"]
    return [*_names(country, ("first_name", "last_name")), *_address(country), *_BIRTH, *phone, *EXTRA.get(country, ())]


def company_items(country: str) -> list[str]:
    """Name what is asked of a company in a country."""
    whole = ("phone", "tax_id", "owners_provided", *COMPANIES.get(country, ()))
    return [*_names(country, ("name",)), *_address(country), *whole]


_BIRTH: Final = ("dob.day", "dob.month", "dob.year")


def _names(country: str, names: tuple[str, ...]) -> list[str]:
    if country != "JP":
        return list(names)
    return [f"{name}_{script}" for name in names for script in _SCRIPTS]


def _address(country: str) -> list[str]:
    """Name the parts of an address; in Japan it is written twice, and has a town within its city."""
    parts = ["city", "line1", "postal_code", *(["state"] if country in WITH_STATE else [])]
    if country != "JP":
        return [f"address.{part}" for part in parts]
    return [f"address_{script}.{part}" for script in _SCRIPTS for part in (*parts, "town")]


ASYNCHRONOUS: Final = frozenset({"US"})
"""Where a test account is verified only after the answer."""
