"""Accounts v2, as requests. What is not asked to be included comes back as null, so that every request asks."""

from __future__ import annotations

from datetime import UTC
from typing import Any, ClassVar, Final

from connectkit.errors import InvalidRequest
from connectkit.models.details import (
    AccountDetails,
    BusinessProfile,
    Company,
    Document,
    Individual,
    TermsAcceptance,
)
from connectkit.requests import Request
from connectkit.resources.people import address_of, day_of, document_of, given

from .numbers import company_number, person_number
from .options import LinkOptions
from .presets import Setup
from .profile import Profile, terms_of

_MERCHANT: Final = {"us_bank_account_ach_payments": "ach_debit_payments"}  # what else v1 has goes by the same name

_V1_ALONE: Final = (
    "app_distribution bank_transfer_payments billie_payments bizum_payments card_issuing crypto_payments "
    "giropay_payments india_international_payments legacy_payments mb_way_payments "
    "nz_bank_account_becs_debit_payments paypay_payments payto_payments pix_payments scalapay_payments "
    "sofort_payments tax_reporting_us_1099_k tax_reporting_us_1099_misc treasury upi_payments wero_payments "
)
"""Capabilities that the SDK's types of Accounts v2 have no name for; a name that is in neither is left to Stripe."""


class V2:
    """Accounts v2."""

    personal: ClassVar[tuple[str, ...]] = (
        "account_token",
        "contact_email",
        "identity.individual",
        "identity.business_details",
        "identity.attestations",
    )

    _INCLUDE: Final = (
        "configuration.merchant",
        "configuration.recipient",
        "defaults",
        "future_requirements",
        "identity",
        "requirements",
    )

    def create(self, setup: Setup, profile: Profile) -> Request:
        """Make an account."""
        params = self._said(profile)
        params["dashboard"] = setup.dashboard
        params.setdefault("defaults", {})["responsibilities"] = {
            "fees_collector": setup.fees_collector,
            "losses_collector": setup.losses_collector,
        }
        return Request("post", "/v2/core/accounts", params)

    def retrieve(self, account_id: str) -> Request:
        """Read an account."""
        return Request("get", f"/v2/core/accounts/{account_id}", {"include": list(self._INCLUDE)})

    def update(self, account_id: str, profile: Profile) -> Request:
        """Tell more of an account."""
        return Request("post", f"/v2/core/accounts/{account_id}", self._said(profile))

    def link(self, account_id: str, options: LinkOptions) -> Request:
        """Make a link to the onboarding form."""
        use_case = {"type": options.type, options.type: {**options.urls, **options.collection}}
        return Request("post", "/v2/core/account_links", {"account": account_id, "use_case": use_case})

    def _said(self, profile: Profile) -> dict[str, Any]:
        details = profile.details
        business = details.business_profile or BusinessProfile()
        return {
            "include": list(self._INCLUDE),
            **given(
                account_token=details.token,
                contact_email=profile.email,
                configuration=_configuration(profile.capabilities, business),
                defaults=given(
                    profile=given(
                        doing_business_as=business.name,
                        business_url=business.url,
                        product_description=business.product_description,
                    )
                ),
                identity=given(
                    country=profile.country and profile.country.lower(),
                    entity_type=profile.business_type,
                    individual=details.individual and individual_of(details.individual, profile.country),
                    business_details=_business(details, profile.country),
                    attestations=_attestations(details.terms, details.company),
                ),
                metadata=profile.metadata,
            ),
        }


def _configuration(capabilities: tuple[str, ...], business: BusinessProfile) -> dict[str, Any]:
    """Sort capabilities under what they need: a merchant is paid by customers, a recipient by us."""
    unnamed = [name for name in capabilities if name in _V1_ALONE.split()]
    if unnamed:
        message = f"Accounts v2 has no name for {', '.join(unnamed)}."
        step = "Ask for it with capabilities.request once the account is made, or pass api='v1'."
        raise InvalidRequest(message, param="capabilities", next_step=step)
    asked = {"requested": True}
    merchant = {_MERCHANT.get(name, name): asked for name in capabilities if name != "transfers"}
    transfers = {"stripe_balance": {"stripe_transfers": asked}} if "transfers" in capabilities else {}
    return given(
        merchant=given(capabilities=merchant, mcc=business.mcc, support=_support(business)),
        recipient=given(capabilities=transfers),
    )


def _support(business: BusinessProfile) -> dict[str, Any]:
    return given(email=business.support_email, phone=business.support_phone, url=business.support_url)


def individual_of(individual: Individual, country: str | None) -> dict[str, Any]:
    """Write who a person is, at home in *country* where the address does not tell."""
    return given(
        given_name=individual.first_name,
        surname=individual.last_name,
        email=individual.email,
        phone=individual.phone,
        date_of_birth=day_of(individual),
        address=address_of(individual.address),
        id_numbers=_numbers(individual, country) or None,
        nationalities=individual.nationality and [individual.nationality.lower()],
        political_exposure=individual.political_exposure,
        documents=given(
            primary_verification=_pictures(individual.document),
            secondary_verification=_pictures(individual.additional_document),
        ),
    )


def _numbers(individual: Individual, country: str | None) -> list[dict[str, str]]:
    home = country or (individual.address.country if individual.address else None)
    found: list[dict[str, str]] = []
    if individual.id_number:
        kind = person_number(individual.id_number_type, home)
        found.append({"type": kind, "value": individual.id_number})
    if individual.ssn_last_4:
        found.append({"type": "us_ssn_last_4", "value": individual.ssn_last_4})
    return found


def _pictures(document: Document | None) -> dict[str, Any] | None:
    return None if document is None else {"type": "front_back", "front_back": document_of(document)}


def _business(details: AccountDetails, country: str | None) -> dict[str, Any]:
    """Write what the business is, and its papers, which v2 keeps beside the picture of its own document."""
    told = _company(details.company or Company(), country)
    papers = {kind: {"type": "files", "files": list(files)} for kind, files in (details.documents or {}).items()}
    return {**told, **given(documents={**told.get("documents", {}), **papers})}


def _company(company: Company, country: str | None) -> dict[str, Any]:
    seat = country or (company.address.country if company.address else None)
    number = company.tax_id and {"type": company_number(company.tax_id_type, seat), "value": company.tax_id}
    return given(
        registered_name=company.name,
        phone=company.phone,
        address=address_of(company.address),
        id_numbers=number and [number],
        structure=company.structure,
        documents=given(primary_verification=_pictures(company.document)),
    )


def _attestations(terms: TermsAcceptance | None, company: Company | None) -> dict[str, Any]:
    people = company and given(
        owners=company.owners_provided,
        directors=company.directors_provided,
        executives=company.executives_provided,
    )
    return given(persons_provided=people, terms_of_service=terms and _terms(terms))


def _terms(terms: TermsAcceptance) -> dict[str, Any]:
    if terms.service_agreement == "recipient":
        message = "Accounts v2 has no recipient agreement."
        step = "Pass api='v1', or ask for the transfers capability alone."
        raise InvalidRequest(message, param="service_agreement", next_step=step)
    date = terms.date.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"account": terms_of(terms, date)}
