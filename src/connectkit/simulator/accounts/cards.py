"""Debit cards that payouts go to: the documented test numbers and tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from connectkit.simulator.refusals import card_declined, invalid
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .countries import CURRENCIES
from .queries import bank_accounts


class DebitCard(NamedTuple):
    """A test card.

    Attributes:
        country: In two capitals.
        brand: Stripe's word for it.
        outcome: How a payout to it ends: empty for success, else Stripe's failure code.
        instant: Whether instant payouts reach it.
    """

    country: str
    brand: str
    outcome: str = ""
    instant: bool = True


_FAILS: Final = "could_not_process"
_NUMBERS: Final = {
    "AE": ("4000057840000006", "4000057840000014", "4000057840000022"),
    "US": ("4000056655665556", "4000056655665572", "4000056755665555"),
    "CA": ("4000051240000005", "4000051240000021", "4000051240000039"),
    "GB": ("4000058260000203", "4000058260000211", "4000058260000229"),
    "AU": ("4000050360000019", "4000050360000027", "4000050360000035"),
    "SG": ("4000057020000008", "4000057020000016", "4000057020000024"),
    "DE": ("4000052760000037", "4000052760000011", "4000052760000029"),
    "FR": ("4000052500000008", "4000052500000016", "4000052500000024"),
    "IE": ("4000053720000000", "4000053720000018", "4000053720000026"),
    "IT": ("4000053800000037", "4000053800000011", "4000053800000029"),
}
"""By country: one that takes payouts, one that fails, one that instant payouts do not reach."""

_MASTERCARDS: Final = {
    "CA": "5510121240000006",
    "DE": "5555052760000009",
    "FR": "5555052500000004",
    "GB": "5555058260000100",
    "IE": "5555053720000006",
    "IT": "5555053800000009",
    "SG": "2227200000000009",
    "US": "5200828282828210",
}
"""By country, one more that takes payouts."""

_BY_TOKEN: Final = ("AT", "BE", "CY", "EE", "FI", "GR", "HR", "LT", "LU", "LV", "MT")
"""Countries whose test cards are known by their tokens alone."""

_KINDS: Final = ("transferSuccess", "transferFail", "instantPayoutUnsupported")


def _cards() -> dict[str, DebitCard]:
    found: dict[str, DebitCard] = {}
    nameless = dict.fromkeys(_BY_TOKEN, ("", "", ""))
    for country, numbers in (_NUMBERS | nameless).items():
        cards = (
            DebitCard(country, "Visa"),
            DebitCard(country, "Visa", _FAILS),
            DebitCard(country, "Visa", instant=False),
        )
        for kind, number, card in zip(_KINDS, numbers, cards, strict=True):
            found[number] = found[f"tok_visa_debit_{country.lower()}_{kind}"] = card
        token = f"tok_mastercard_debit_{country.lower()}_transferSuccess"
        found[token] = DebitCard(country, "MasterCard")
    found |= {number: DebitCard(country, "MasterCard") for country, number in _MASTERCARDS.items()}
    for name in ("6011981111111113", "tok_discover_debit_us_transferSuccess"):
        found[name] = DebitCard("US", "Discover")
    del found[""]
    return found


CARDS: Final[Mapping[str, DebitCard]] = _cards()
"""The test cards, by number and by token."""


def card_params(given: Mapping[str, Any], param: str) -> Object:
    """Give the parameters of a card that is described by its number.

    Raises:
        Refusal: It is no debit card for tests.
    """
    number = str(given.get("number") or given.get("token"))
    if number not in CARDS:
        message = "Your card is not supported. Please use a debit card."
        raise card_declined(message, "card_not_supported") if number.isdigit() else invalid(message, param=param)
    return {**given, "card": number, "currency": given.get("currency", CURRENCIES[CARDS[number].country])}


def new_card(world: World, account: str, params: Mapping[str, Any]) -> Object:
    """Keep one more debit card of an account; the first external account of a currency is its default."""
    number: str = params["card"]
    card, currency = CARDS[number], str(params["currency"]).lower()
    first = next(bank_accounts(world, account, currency), None) is None
    names = (
        *("address_city", "address_country", "address_line1", "address_line1_check", "address_line2", "address_state"),
        *("address_zip", "address_zip_check", "dynamic_last4", "name", "tokenization_method"),
    )
    return world.add(
        account,
        {
            "id": world.ids.new("card"),
            "object": "card",
            "account": account,
            **dict.fromkeys(names),
            "available_payout_methods": ["standard", "instant"] if card.instant else ["standard"],
            "brand": card.brand,
            "country": card.country,
            "currency": currency,
            "cvc_check": "pass" if params.get("cvc") else None,
            "default_for_currency": first,
            "exp_month": int(params.get("exp_month", 12)),
            "exp_year": int(params.get("exp_year", 2034)),
            "fingerprint": hashlib.sha256(number.encode()).hexdigest()[:16],
            "funding": "debit",
            "last4": number[-4:] if number.isdigit() else "5556",
            "metadata": {},
            "regulated_status": "unregulated",
            "status": "new",
            "_outcome": card.outcome,
            "_instant": card.instant,
        },
    )
