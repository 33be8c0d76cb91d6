"""Accounts v1, as requests."""

from __future__ import annotations

from typing import Any, ClassVar

from connectkit.errors import InvalidRequest
from connectkit.models.details import BusinessProfile, Company, Individual, TermsAcceptance
from connectkit.requests import Request
from connectkit.resources.people import address_of, document_of, given, person_of

from .options import LinkOptions
from .presets import Setup
from .profile import Profile, terms_of


class V1:
    """Accounts v1."""

    personal: ClassVar[tuple[str, ...]] = ("account_token", "email", "individual", "company", "tos_acceptance")

    def create(self, setup: Setup, profile: Profile) -> Request:
        """Make an account."""
        controller = {
            "stripe_dashboard": {"type": setup.dashboard},
            "fees": {"payer": "account" if setup.fees_collector == "stripe" else "application"},
            "losses": {"payments": setup.losses_collector},
            "requirement_collection": setup.requirements_collector,
        }
        return Request("post", "/v1/accounts", {"controller": controller, **self._said(profile)})

    def retrieve(self, account_id: str) -> Request:
        """Read an account."""
        return Request("get", f"/v1/accounts/{account_id}")

    def update(self, account_id: str, profile: Profile) -> Request:
        """Tell more of an account."""
        return Request("post", f"/v1/accounts/{account_id}", self._said(profile))

    def link(self, account_id: str, options: LinkOptions) -> Request:
        """Make a link to the onboarding form."""
        params = {"account": account_id, "type": options.type, **options.urls, **options.collection}
        return Request("post", "/v1/account_links", params)

    def _said(self, profile: Profile) -> dict[str, Any]:
        details = profile.details
        return given(
            account_token=details.token,
            country=profile.country,
            email=profile.email,
            capabilities={name: {"requested": True} for name in profile.capabilities},
            business_type=profile.business_type,
            individual=details.individual and _individual(details.individual),
            company=details.company and _company(details.company),
            business_profile=details.business_profile and _business(details.business_profile),
            tos_acceptance=details.terms and _terms(details.terms),
            documents={kind: {"files": list(files)} for kind, files in (details.documents or {}).items()},
            metadata=profile.metadata,
        )


def _individual(individual: Individual) -> dict[str, Any]:
    if individual.nationality is not None:
        message = "Accounts v1 takes the nationality of the people of a company alone."
        raise InvalidRequest(message, param="nationality", next_step="Leave it out, or pass api='v2'.")
    return person_of(individual)


def _terms(terms: TermsAcceptance) -> dict[str, Any]:
    told = terms_of(terms, int(terms.date.timestamp()))
    return {**told, **given(service_agreement=terms.service_agreement)}


def _company(company: Company) -> dict[str, Any]:
    return given(
        name=company.name,
        phone=company.phone,
        address=address_of(company.address),
        tax_id=company.tax_id,
        structure=company.structure,
        owners_provided=company.owners_provided,
        directors_provided=company.directors_provided,
        executives_provided=company.executives_provided,
        verification=given(document=document_of(company.document)),
    )


def _business(business: BusinessProfile) -> dict[str, Any]:
    return given(
        name=business.name,
        url=business.url,
        product_description=business.product_description,
        mcc=business.mcc,
        support_email=business.support_email,
        support_phone=business.support_phone,
        support_url=business.support_url,
    )
