"""Journeys of sellers: in both APIs, from the first request to the end of an account."""

from __future__ import annotations

from typing import Any, Final

from .steps import SELLER, Journeys, Step, opened

_LINK: Final = {"refresh_url": "https://example.com/refresh", "return_url": "https://example.com/return"}
_COMPANY: Final = {
    **{name: value for name, value in SELLER.items() if not name.startswith("individual[")},
    "business_type": "company",
    "company[name]": "Rocket Rides",
    "company[phone]": "0000000000",
    "company[tax_id]": "000000000",
    "company[address][line1]": "address_full_match",
    "company[address][city]": "San Francisco",
    "company[address][state]": "CA",
    "company[address][postal_code]": "94103",
}
_BOSS: Final = {
    **{
        name.removeprefix("individual[").replace("]", "", 1): value
        for name, value in SELLER.items()
        if name.startswith("individual[")
    },
    "relationship[representative]": "true",
    "relationship[owner]": "true",
    "relationship[percent_ownership]": "60",
    "relationship[title]": "CEO",
}
_INCLUDE: Final = {
    f"include[{number}]": name
    for number, name in enumerate(
        ("configuration.merchant", "configuration.recipient", "defaults", "identity", "requirements")
    )
}
_PAID: Final = {"stripe_balance": {"stripe_transfers": {"requested": True}}}
_HELD: Final = {"fees_collector": "application", "losses_collector": "application"}
_MERCHANT: Final[dict[str, Any]] = {
    "dashboard": "none",
    "display_name": "Rocket Rides",
    "contact_email": "jenny.rosen@example.com",
    "configuration": {
        "merchant": {"capabilities": {"card_payments": {"requested": True}}},
        "recipient": {"capabilities": _PAID},
    },
    "defaults": {"responsibilities": _HELD},
    "identity": {"country": "us", "entity_type": "individual"},
}
_RECIPIENT: Final[dict[str, Any]] = {
    **_MERCHANT,
    "dashboard": "express",
    "configuration": {"recipient": {"capabilities": _PAID}},
}

JOURNEYS: Final[Journeys] = {
    "a seller": (
        *opened(),
        Step("GET", "/v1/accounts/{seller}/capabilities"),
        Step("GET", "/v1/balance", account="seller"),
        Step("POST", "/v1/accounts/{seller}", {"metadata[shop]": "7", "business_profile[name]": "Rocket Rides"}),
        Step(
            "POST",
            "/v1/account_sessions",
            {"account": "{seller}", "components[account_onboarding][enabled]": "true"},
        ),
        Step("POST", "/v1/accounts/{seller}/login_links"),
    ),
    "a company and its people": (
        Step("POST", "/v1/accounts", _COMPANY, {"seller": "id"}),
        Step("POST", "/v1/accounts/{seller}/persons", _BOSS, {"boss": "id"}),
        Step(
            "POST", "/v1/accounts/{seller}/persons", {"first_name": "Ben", "relationship[owner]": "true"}, {"ben": "id"}
        ),
        Step("DELETE", "/v1/accounts/{seller}/persons/{ben}"),
        Step("POST", "/v1/accounts/{seller}", {"company[owners_provided]": "true"}),
        Step("GET", "/v1/accounts/{seller}/persons"),
        Step("GET", "/v1/accounts/{seller}/persons/{boss}", until=("verification.status", "verified")),
        Step("GET", "/v1/accounts/{seller}", until=("charges_enabled", True)),
    ),
    "a seller who fails": (
        Step("POST", "/v1/accounts", {**SELLER, "individual[id_number]": "111111111"}, {"seller": "id"}),
        Step("GET", "/v1/accounts/{seller}", until=("requirements.pending_verification", [])),
        Step("POST", "/v1/accounts/{seller}", {"individual[verification][document][front]": "file_nothing"}),
        Step(
            "POST",
            "/v1/accounts/{seller}",
            {"individual[verification][document][front]": "file_identity_document_success"},
        ),
    ),
    "a seller on Stripe's form": (
        Step(
            "POST",
            "/v1/accounts",
            {"type": "express", "country": "US", "capabilities[transfers][requested]": "true"},
            {"seller": "id"},
        ),
        Step("POST", "/v1/account_links", {"account": "{seller}", "type": "account_onboarding", **_LINK}),
        Step("POST", "/v1/account_links", {"account": "{seller}", "type": "account_update", **_LINK}),
        Step("POST", "/v1/accounts/{seller}/login_links"),
        Step("GET", "/v1/accounts/{seller}"),
    ),
    "a merchant of API v2": (
        Step("POST", "/v2/core/accounts", _MERCHANT, {"seller": "id"}),
        Step("GET", "/v2/core/accounts/{seller}", _INCLUDE),
        Step("POST", "/v2/core/accounts/{seller}", {"display_name": "Rocket Deliveries"}),
        Step("GET", "/v1/accounts/{seller}"),
        Step("POST", "/v2/core/accounts", {**_MERCHANT, "colour": "red"}),
    ),
    "a recipient of API v2": (
        Step("POST", "/v2/core/accounts", _RECIPIENT, {"seller": "id"}),
        Step("GET", "/v2/core/accounts/{seller}", _INCLUDE),
        Step(
            "POST",
            "/v2/core/account_links",
            {
                "account": "{seller}",
                "use_case": {
                    "type": "account_onboarding",
                    "account_onboarding": _LINK,
                },
            },
        ),
        Step("POST", "/v2/core/accounts/{seller}/close", {"applied_configurations": ["recipient"]}),
    ),
    "bank accounts": (
        *opened(),
        Step(
            "POST", "/v1/accounts/{seller}/external_accounts", {"external_account": "btok_us_verified"}, {"bank": "id"}
        ),
        Step("GET", "/v1/accounts/{seller}/external_accounts", {"object": "bank_account"}),
        Step("POST", "/v1/accounts/{seller}/external_accounts/{bank}", {"default_for_currency": "true"}),
        Step("DELETE", "/v1/accounts/{seller}/external_accounts/{bank}"),
        Step("POST", "/v1/accounts/{seller}/external_accounts", {"external_account": "btok_nothing"}),
    ),
    "an account that ends": (
        *opened(),
        Step("POST", "/v1/accounts/{seller}/reject", {"reason": "other"}),
        Step("GET", "/v1/accounts/{seller}"),
        Step("DELETE", "/v1/accounts/{seller}"),
    ),
}
"""Each is followed by a look at the rows and events that it made."""
