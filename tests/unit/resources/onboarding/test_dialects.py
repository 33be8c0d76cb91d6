"""The same wishes, in the words of either API."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from stripe.params import _account_create_params as of_v1
from stripe.params.v2.core import _account_create_params as of_v2

from connectkit.errors import InvalidRequest
from connectkit.models.details import AccountDetails, Address, BusinessProfile, Company, Individual, TermsAcceptance
from connectkit.resources.onboarding.dialects import DIALECTS, LinkOptions
from connectkit.resources.onboarding.presets import PRESETS
from connectkit.resources.onboarding.profile import Profile

HOME = Address(line1="1 Main Street", city="Springfield", state="IL", postal_code="62701", country="US")
TERMS = TermsAcceptance(date=datetime(2026, 11, 23, 12, tzinfo=UTC), ip="203.0.113.7", user_agent="browser")
ANA = Individual(
    first_name="Ana",
    last_name="Silva",
    email="ana@example.com",
    phone="0000000000",
    date_of_birth=date(1901, 1, 2),
    address=HOME,
    id_number="000000000",
    ssn_last_4="0000",
)
SHOP = BusinessProfile(name="Ana's", url="https://example.com", product_description="Hand-made lamps", mcc="5734")
FIRM = Company(name="Ana Ltd", phone="0000000000", address=HOME, tax_id="000000000", structure="llc")
EVERYTHING = Profile(
    country="US",
    email="ana@example.com",
    capabilities=("card_payments", "transfers", "us_bank_account_ach_payments"),
    business_type="individual",
    details=AccountDetails(individual=ANA, company=FIRM, business_profile=SHOP, terms=TERMS),
    metadata={"seller": "7"},
)
ADDRESS = {"line1": "1 Main Street", "city": "Springfield", "state": "IL", "postal_code": "62701", "country": "US"}
ASKED = {"requested": True}
INCLUDE = [
    "configuration.merchant",
    "configuration.recipient",
    "defaults",
    "future_requirements",
    "identity",
    "requirements",
]


def test_v1_is_told_everything() -> None:
    request = DIALECTS["v1"].create(PRESETS["custom"], EVERYTHING)
    assert (request.method, request.path) == ("post", "/v1/accounts")
    assert request.params == {
        "controller": {
            "stripe_dashboard": {"type": "none"},
            "fees": {"payer": "application"},
            "losses": {"payments": "application"},
            "requirement_collection": "application",
        },
        "country": "US",
        "email": "ana@example.com",
        "capabilities": {
            "card_payments": ASKED,
            "transfers": ASKED,
            "us_bank_account_ach_payments": ASKED,
        },
        "business_type": "individual",
        "individual": {
            "first_name": "Ana",
            "last_name": "Silva",
            "email": "ana@example.com",
            "phone": "0000000000",
            "dob": {"day": 2, "month": 1, "year": 1901},
            "address": ADDRESS,
            "id_number": "000000000",
            "ssn_last_4": "0000",
        },
        "company": {
            "name": "Ana Ltd",
            "phone": "0000000000",
            "address": ADDRESS,
            "tax_id": "000000000",
            "structure": "llc",
        },
        "business_profile": {
            "name": "Ana's",
            "url": "https://example.com",
            "product_description": "Hand-made lamps",
            "mcc": "5734",
        },
        "tos_acceptance": {"date": 1_795_435_200, "ip": "203.0.113.7", "user_agent": "browser"},
        "metadata": {"seller": "7"},
    }


def test_v2_is_told_everything() -> None:
    request = DIALECTS["v2"].create(PRESETS["custom"], EVERYTHING)
    assert (request.method, request.path) == ("post", "/v2/core/accounts")
    assert request.params == {
        "include": INCLUDE,
        "contact_email": "ana@example.com",
        "dashboard": "none",
        "configuration": {
            "merchant": {"capabilities": {"card_payments": ASKED, "ach_debit_payments": ASKED}, "mcc": "5734"},
            "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": ASKED}}},
        },
        "defaults": {
            "responsibilities": {"fees_collector": "application", "losses_collector": "application"},
            "profile": {
                "doing_business_as": "Ana's",
                "business_url": "https://example.com",
                "product_description": "Hand-made lamps",
            },
        },
        "identity": {
            "country": "us",
            "entity_type": "individual",
            "individual": {
                "given_name": "Ana",
                "surname": "Silva",
                "email": "ana@example.com",
                "phone": "0000000000",
                "date_of_birth": {"day": 2, "month": 1, "year": 1901},
                "address": ADDRESS,
                "id_numbers": [
                    {"type": "us_ssn", "value": "000000000"},
                    {"type": "us_ssn_last_4", "value": "0000"},
                ],
            },
            "business_details": {
                "registered_name": "Ana Ltd",
                "phone": "0000000000",
                "address": ADDRESS,
                "id_numbers": [{"type": "us_ein", "value": "000000000"}],
                "structure": "llc",
            },
            "attestations": {
                "terms_of_service": {
                    "account": {"date": "2026-11-23T12:00:00Z", "ip": "203.0.113.7", "user_agent": "browser"}
                }
            },
        },
        "metadata": {"seller": "7"},
    }


@pytest.mark.parametrize(("api", "params"), [("v1", {}), ("v2", {"include": INCLUDE})])
def test_what_is_not_said_is_not_sent(api: Any, params: dict[str, Any]) -> None:
    said = Profile(details=AccountDetails(individual=Individual()))
    assert DIALECTS[api].update("acct_1", Profile()).params == params
    assert DIALECTS[api].update("acct_1", said).params == params
    assert DIALECTS[api].retrieve("acct_1").params == params


@pytest.mark.parametrize("api", ["v1", "v2"])
def test_nothing_personal_is_outside_the_personal_paths(api: Any) -> None:
    dialect = DIALECTS[api]
    params: dict[str, Any] = dict(dialect.create(PRESETS["custom"], EVERYTHING).params)
    for path in set(dialect.personal) - {"account_token"}:  # which stands in the place of the others
        *parents, last = path.split(".")
        place = params
        for parent in parents:
            place = place[parent]
        del place[last]
    text = str(params)
    for secret in ("Silva", "ana@example.com", "000000000", "203.0.113.7", "Main Street"):
        assert secret not in text


def test_who_pays_the_fees_is_said_in_two_ways() -> None:
    assert DIALECTS["v1"].create(PRESETS["standard"], Profile()).params["controller"] == {
        "stripe_dashboard": {"type": "full"},
        "fees": {"payer": "account"},
        "losses": {"payments": "stripe"},
        "requirement_collection": "stripe",
    }
    params = DIALECTS["v2"].create(PRESETS["express"], Profile()).params
    assert params["dashboard"] == "express"
    assert params["defaults"] == {
        "responsibilities": {"fees_collector": "application", "losses_collector": "application"}
    }


def test_links_are_asked_for_in_two_ways() -> None:
    there_and_back = ("https://example.com/back", "https://example.com/again")
    one = DIALECTS["v1"].link("acct_1", LinkOptions("account_onboarding", *there_and_back))
    assert one.path == "/v1/account_links"
    assert one.params == {
        "account": "acct_1",
        "type": "account_onboarding",
        "return_url": "https://example.com/back",
        "refresh_url": "https://example.com/again",
    }
    other = DIALECTS["v2"].link("acct_1", LinkOptions("account_update", *there_and_back))
    assert other.path == "/v2/core/account_links"
    assert other.params == {
        "account": "acct_1",
        "use_case": {
            "type": "account_update",
            "account_update": {
                "return_url": "https://example.com/back",
                "refresh_url": "https://example.com/again",
            },
        },
    }


def test_v2_tells_of_a_nationality_and_v1_does_not_take_it() -> None:
    profile = Profile(details=AccountDetails(individual=Individual(nationality="BR", political_exposure="none")))
    told = DIALECTS["v2"].update("acct_1", profile).params["identity"]["individual"]
    assert told == {"nationalities": ["br"], "political_exposure": "none"}
    with pytest.raises(InvalidRequest) as caught:
        DIALECTS["v1"].update("acct_1", profile)
    assert caught.value.param == "nationality"


@pytest.mark.parametrize("api", ["v1", "v2"])
def test_a_token_stands_for_who_the_seller_is(api: Any) -> None:
    profile = Profile(
        country="FR", business_type="company", details=AccountDetails(token="ct_1", business_profile=SHOP)
    )
    request = DIALECTS[api].create(PRESETS["custom"], profile)
    assert request.params["account_token"] == "ct_1"
    assert "account_token" in DIALECTS[api].personal


def test_a_token_leaves_nothing_else_to_tell() -> None:
    others: list[dict[str, Any]] = [{"individual": ANA}, {"company": FIRM}, {"terms": TERMS}]
    for more in others:
        with pytest.raises(InvalidRequest) as caught:
            AccountDetails(token="ct_1", **more)
        assert caught.value.param == "token"


@pytest.mark.parametrize("name", ["pix_payments", "tax_reporting_us_1099_k"])
def test_a_capability_that_v2_has_no_name_for_is_asked_for_through_v1(name: str) -> None:
    profile = Profile(capabilities=("card_payments", name, "one_that_is_new"))
    with pytest.raises(InvalidRequest, match=name) as caught:
        DIALECTS["v2"].update("acct_1", profile)
    assert (caught.value.param, "capabilities.request" in caught.value.next_step) == ("capabilities", True)
    assert DIALECTS["v1"].update("acct_1", profile).params["capabilities"][name] == {"requested": True}


def test_v1_alone_names_what_the_sdk_names_there_alone() -> None:
    v1 = set(of_v1.AccountCreateParamsCapabilities.__annotations__)
    v2 = set(of_v2.AccountCreateParamsConfigurationMerchantCapabilities.__annotations__)
    there = {"transfers", "us_bank_account_ach_payments"}  # which v2 calls by other names
    for name in v1 - v2 - there:
        with pytest.raises(InvalidRequest):
            DIALECTS["v2"].update("acct_1", Profile(capabilities=(name,)))
    for name in v1 & v2 | there:
        assert DIALECTS["v2"].update("acct_1", Profile(capabilities=(name,))).params["configuration"]
