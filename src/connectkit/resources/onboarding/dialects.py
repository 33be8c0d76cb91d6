"""How Stripe's two APIs of accounts are spoken to: the same wishes, as requests of either."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final, Literal, Protocol, TypeAlias

from attrs import Factory, asdict, frozen

from connectkit.models.details import AccountDetails, Address, BusinessProfile, Company, Individual, TermsAcceptance
from connectkit.requests import Request

from .presets import Setup

Api: TypeAlias = Literal["v1", "v2"]
BusinessType: TypeAlias = Literal["individual", "company", "non_profit", "government_entity"]
LinkType: TypeAlias = Literal["account_onboarding", "account_update"]


_NOTHING: Final = AccountDetails()


@frozen(kw_only=True)
class Profile:
    """What is said of an account, when it is made or later.

    Attributes:
        country: Upper case.
        email: The seller's.
        capabilities: What it asks to be able to do, by the names of v1.
        business_type: What kind of seller it is.
        details: Who it is.
        metadata: The platform's own notes.
    """

    country: str | None = None
    email: str | None = None
    capabilities: tuple[str, ...] = ()
    business_type: BusinessType | None = None
    details: AccountDetails = _NOTHING
    metadata: Mapping[str, str] = Factory(dict[str, str])

    def given(self) -> dict[str, Any]:
        """Give what was said as a tree of plain values."""
        return asdict(self, filter=lambda _, value: value not in (None, (), {}, _NOTHING))


class Dialect(Protocol):
    """One of the two APIs."""

    @property
    def personal(self) -> tuple[str, ...]:
        """The paths of the parameters that hold personal data."""
        ...

    def create(self, setup: Setup, profile: Profile) -> Request:
        """Make an account."""
        ...

    def retrieve(self, account_id: str) -> Request:
        """Read an account."""
        ...

    def update(self, account_id: str, profile: Profile) -> Request:
        """Tell more of an account."""
        ...

    def link(self, account_id: str, kind: LinkType, return_url: str, refresh_url: str) -> Request:
        """Make a link to the onboarding form."""
        ...


class V1:
    """Accounts v1."""

    personal = ("email", "individual", "company", "tos_acceptance")

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

    def link(self, account_id: str, kind: LinkType, return_url: str, refresh_url: str) -> Request:
        """Make a link to the onboarding form."""
        params = {"account": account_id, "type": kind, "return_url": return_url, "refresh_url": refresh_url}
        return Request("post", "/v1/account_links", params)

    def _said(self, profile: Profile) -> dict[str, Any]:
        details = profile.details
        return _given(
            country=profile.country,
            email=profile.email,
            capabilities={name: {"requested": True} for name in profile.capabilities},
            business_type=profile.business_type,
            individual=details.individual and _individual_v1(details.individual),
            company=details.company and _company_v1(details.company),
            business_profile=details.business_profile and _business_v1(details.business_profile),
            tos_acceptance=details.terms and _terms(details.terms, int(details.terms.date.timestamp())),
            metadata=profile.metadata,
        )


class V2:
    """Accounts v2. What is not asked to be included comes back as null, so that every request asks."""

    personal = ("contact_email", "identity.individual", "identity.business_details", "identity.attestations")

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

    def link(self, account_id: str, kind: LinkType, return_url: str, refresh_url: str) -> Request:
        """Make a link to the onboarding form."""
        use_case = {"type": kind, kind: {"return_url": return_url, "refresh_url": refresh_url}}
        return Request("post", "/v2/core/account_links", {"account": account_id, "use_case": use_case})

    def _said(self, profile: Profile) -> dict[str, Any]:
        details = profile.details
        business = details.business_profile or BusinessProfile()
        return {
            "include": list(self._INCLUDE),
            **_given(
                contact_email=profile.email,
                configuration=_configuration_v2(profile.capabilities, business.mcc),
                defaults=_given(
                    profile=_given(
                        doing_business_as=business.name,
                        business_url=business.url,
                        product_description=business.product_description,
                    )
                ),
                identity=_given(
                    country=profile.country and profile.country.lower(),
                    entity_type=profile.business_type,
                    individual=details.individual and _individual_v2(details.individual),
                    business_details=details.company and _company_v2(details.company),
                    attestations=details.terms and _attestations_v2(details.terms),
                ),
                metadata=profile.metadata,
            ),
        }


DIALECTS: Final[Mapping[Api, Dialect]] = {"v1": V1(), "v2": V2()}


def _given(**values: Any) -> dict[str, Any]:  # noqa: ANN401  # any JSON value
    """Leave out what was not said."""
    return {name: value for name, value in values.items() if value not in (None, {})}


def _address(address: Address | None) -> dict[str, Any] | None:
    if address is None:
        return None
    return _given(
        line1=address.line1,
        line2=address.line2,
        city=address.city,
        state=address.state,
        postal_code=address.postal_code,
        country=address.country,
    )


def _day(individual: Individual) -> dict[str, int] | None:
    day = individual.date_of_birth
    return None if day is None else {"day": day.day, "month": day.month, "year": day.year}


def _terms(terms: TermsAcceptance, date: int | str) -> dict[str, Any]:
    return _given(date=date, ip=terms.ip, user_agent=terms.user_agent)


def _individual_v1(individual: Individual) -> dict[str, Any]:
    return _given(
        first_name=individual.first_name,
        last_name=individual.last_name,
        email=individual.email,
        phone=individual.phone,
        dob=_day(individual),
        address=_address(individual.address),
        id_number=individual.id_number,
        ssn_last_4=individual.ssn_last_4,
    )


def _company_v1(company: Company) -> dict[str, Any]:
    return _given(
        name=company.name,
        phone=company.phone,
        address=_address(company.address),
        tax_id=company.tax_id,
        structure=company.structure,
    )


def _business_v1(business: BusinessProfile) -> dict[str, Any]:
    return _given(
        name=business.name,
        url=business.url,
        product_description=business.product_description,
        mcc=business.mcc,
    )


def _configuration_v2(capabilities: tuple[str, ...], mcc: str | None) -> dict[str, Any]:
    """Sort capabilities under what they need: a merchant is paid by customers, a recipient by us."""
    asked = {"requested": True}
    merchant = {_MERCHANT_V2.get(name, name): asked for name in capabilities if name != "transfers"}
    transfers = {"stripe_balance": {"stripe_transfers": asked}} if "transfers" in capabilities else {}
    return _given(
        merchant=_given(capabilities=merchant, mcc=mcc),
        recipient=_given(capabilities=transfers),
    )


_MERCHANT_V2: Final = {"us_bank_account_ach_payments": "ach_debit_payments"}


def _individual_v2(individual: Individual) -> dict[str, Any]:
    numbers = ((individual.id_number_type, individual.id_number), ("us_ssn_last_4", individual.ssn_last_4))
    return _given(
        given_name=individual.first_name,
        surname=individual.last_name,
        email=individual.email,
        phone=individual.phone,
        date_of_birth=_day(individual),
        address=_address(individual.address),
        id_numbers=[{"type": kind, "value": number} for kind, number in numbers if number] or None,
    )


def _company_v2(company: Company) -> dict[str, Any]:
    return _given(
        registered_name=company.name,
        phone=company.phone,
        address=_address(company.address),
        id_numbers=company.tax_id and [{"type": company.tax_id_type, "value": company.tax_id}],
        structure=company.structure,
    )


def _attestations_v2(terms: TermsAcceptance) -> dict[str, Any]:
    date = terms.date.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"terms_of_service": {"account": _terms(terms, date)}}
