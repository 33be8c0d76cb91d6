"""Accounts v1, as requests."""

from __future__ import annotations

from typing import Any, ClassVar

from connectkit.models.details import BusinessProfile, Company, Individual
from connectkit.requests import Request

from .presets import Setup
from .profile import Profile, address_of, day_of, given, terms_of


class V1:
    """Accounts v1."""

    personal: ClassVar[tuple[str, ...]] = ("email", "individual", "company", "tos_acceptance")

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

    def link(self, account_id: str, kind: str, return_url: str, refresh_url: str) -> Request:
        """Make a link to the onboarding form."""
        params = {"account": account_id, "type": kind, "return_url": return_url, "refresh_url": refresh_url}
        return Request("post", "/v1/account_links", params)

    def _said(self, profile: Profile) -> dict[str, Any]:
        details = profile.details
        return given(
            country=profile.country,
            email=profile.email,
            capabilities={name: {"requested": True} for name in profile.capabilities},
            business_type=profile.business_type,
            individual=details.individual and _individual(details.individual),
            company=details.company and _company(details.company),
            business_profile=details.business_profile and _business(details.business_profile),
            tos_acceptance=details.terms and terms_of(details.terms, int(details.terms.date.timestamp())),
            metadata=profile.metadata,
        )


def _individual(individual: Individual) -> dict[str, Any]:
    return given(
        first_name=individual.first_name,
        last_name=individual.last_name,
        email=individual.email,
        phone=individual.phone,
        dob=day_of(individual),
        address=address_of(individual.address),
        id_number=individual.id_number,
        ssn_last_4=individual.ssn_last_4,
    )


def _company(company: Company) -> dict[str, Any]:
    return given(
        name=company.name,
        phone=company.phone,
        address=address_of(company.address),
        tax_id=company.tax_id,
        structure=company.structure,
    )


def _business(business: BusinessProfile) -> dict[str, Any]:
    return given(
        name=business.name,
        url=business.url,
        product_description=business.product_description,
        mcc=business.mcc,
    )
