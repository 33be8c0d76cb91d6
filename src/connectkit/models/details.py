"""What a platform tells Stripe about a seller. None of these values shows what it holds."""

from __future__ import annotations

from datetime import date, datetime
from ipaddress import ip_address

from attrs import fields, frozen

from connectkit.errors import InvalidRequest


class _Personal:
    """Shows the names of what was given, and no value."""

    def __repr__(self) -> str:
        given = (attribute.name for attribute in fields(type(self)) if getattr(self, attribute.name) is not None)  # type: ignore[arg-type]  # the subclasses are attrs'
        return f"{type(self).__name__}({', '.join(f'{name}=…' for name in given)})"

    def __attrs_post_init__(self) -> None:
        for attribute in fields(type(self)):  # type: ignore[arg-type]  # the subclasses are attrs'
            value = getattr(self, attribute.name)
            if isinstance(value, str) and not value.strip():
                message = f"{attribute.name} is empty."
                raise InvalidRequest(message, param=attribute.name, next_step="Leave out what is not known.")


@frozen(kw_only=True, repr=False)
class Address(_Personal):
    """Where somebody lives or works.

    Attributes:
        line1: Street and number. In test mode `address_full_match` passes verification.
        line2: More of it.
        city: The city.
        state: State or province, where the country has them.
        postal_code: The postal code.
        country: Two letters.
    """

    line1: str
    line2: str | None = None
    city: str
    state: str | None = None
    postal_code: str
    country: str


@frozen(kw_only=True, repr=False)
class Individual(_Personal):
    """The person behind a seller.

    Attributes:
        first_name: Given name.
        last_name: Surname.
        email: E-mail address.
        phone: Telephone number with its country code.
        date_of_birth: Day of birth. In test mode 1901-01-01 passes verification.
        address: Home.
        id_number: The whole identity number. In test mode `000000000` passes verification.
        id_number_type: What kind of number that is, which v2 wants to be told.
        ssn_last_4: The last four digits of the social security number, in the US.
    """

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    date_of_birth: date | None = None
    address: Address | None = None
    id_number: str | None = None
    id_number_type: str = "us_ssn"
    ssn_last_4: str | None = None


@frozen(kw_only=True, repr=False)
class Company(_Personal):
    """The company that sells.

    Attributes:
        name: Its legal name.
        phone: Telephone number with its country code.
        address: Its seat.
        tax_id: Its tax number. In test mode `000000000` passes verification.
        tax_id_type: What kind of number that is, which v2 wants to be told.
        structure: Its legal structure, as `multi_member_llc`; without it Stripe takes it for a private company.
    """

    name: str | None = None
    phone: str | None = None
    address: Address | None = None
    tax_id: str | None = None
    tax_id_type: str = "us_ein"
    structure: str | None = None


@frozen(kw_only=True, repr=False)
class BusinessProfile(_Personal):
    """What is sold, and under which name.

    Attributes:
        name: The name that customers know.
        url: The web site. In test mode `https://accessible.stripe.com` passes verification.
        product_description: What is sold, in at least ten characters.
        mcc: The merchant category code, four digits.
    """

    name: str | None = None
    url: str | None = None
    product_description: str | None = None
    mcc: str | None = None


@frozen(kw_only=True, repr=False)
class TermsAcceptance(_Personal):
    """That the seller accepted Stripe's terms of service, where the platform shows them itself.

    Attributes:
        date: When, aware.
        ip: From which address.
        user_agent: With which browser.
    """

    date: datetime
    ip: str
    user_agent: str | None = None

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.date.tzinfo is None:
            message = "The date of an acceptance needs a time zone."
            raise InvalidRequest(
                message, param="date", next_step="Pass datetime.now(tz=UTC), taken as the seller agreed."
            )
        try:
            ip_address(self.ip)
        except ValueError:
            message = "ip is not an IP address."
            raise InvalidRequest(message, param="ip", next_step="Pass the seller's address, not your own.") from None


@frozen(kw_only=True, repr=False)
class AccountDetails(_Personal):
    """All that a platform tells Stripe about a seller at once.

    Attributes:
        individual: The person, for an individual.
        company: The company, for anything else.
        business_profile: What is sold.
        terms: That Stripe's terms were accepted; only where the platform collects the requirements.
    """

    individual: Individual | None = None
    company: Company | None = None
    business_profile: BusinessProfile | None = None
    terms: TermsAcceptance | None = None
