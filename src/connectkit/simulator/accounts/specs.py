"""What Stripe can do in each country. The currencies are those of accounts; the rest is as wide as the simulator."""

from __future__ import annotations

from typing import Final

from connectkit.simulator.calls import Call
from connectkit.simulator.refusals import no_such
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .countries import CURRENCIES, RECIPIENTS
from .kinds import topic

_METHODS: Final = ["card"]
_MINIMUM: Final = {
    "company": ["business_profile.url", "company.tax_id", "external_account", "tos_acceptance.date"],
    "individual": ["business_profile.url", "external_account", "individual.first_name", "tos_acceptance.date"],
}


@topic.route("GET", "/v1/country_specs", "CountrySpecListParams")
def list_specs(_: World, call: Call) -> Object:
    """List the countries where there are merchants."""
    data = [_spec(country) for country in sorted(CURRENCIES) if country not in RECIPIENTS]
    return {"object": "list", "data": data, "has_more": False, "url": call.path}


@topic.route("GET", "/v1/country_specs/:id", "CountrySpecRetrieveParams")
def retrieve_spec(_: World, call: Call) -> Object:
    """Give what Stripe can do in a country."""
    if call.id not in CURRENCIES or call.id in RECIPIENTS:
        raise no_such("country", call.id)
    return _spec(call.id)


def _spec(country: str) -> Object:
    currency = CURRENCIES[country]
    same = sorted(other for other, held in CURRENCIES.items() if held == currency)
    return {
        "id": country,
        "object": "country_spec",
        "default_currency": currency,
        "supported_bank_account_currencies": {currency: same},
        "supported_payment_currencies": sorted(set(CURRENCIES.values())),
        "supported_payment_methods": _METHODS,
        "supported_transfer_countries": sorted(CURRENCIES) if country == "US" else [country],
        "verification_fields": {kind: {"additional": [], "minimum": needs} for kind, needs in _MINIMUM.items()},
    }
