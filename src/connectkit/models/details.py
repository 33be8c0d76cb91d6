"""What a platform tells Stripe about a seller. None of these values shows what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from ipaddress import ip_address
from typing import Final, Literal

from attrs import fields, frozen

from connectkit.errors import InvalidRequest

_ALL_OF_IT: Final = 100  # per cent
_MCC: Final = 4  # digits
_MONTHS: Final = 12
_DESCRIPTION: Final = 10  # characters that Stripe wants at least


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
class Document(_Personal):
    """Pictures of a document, by the ids that `files.upload` gave.

    In test mode `file_identity_document_success` passes verification.

    Attributes:
        front: The front, or the only page.
        back: The back, where there is one.
    """

    front: str
    back: str | None = None

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        for name, file in (("front", self.front), ("back", self.back)):
            if file is not None and not file.startswith("file_"):
                message = f"{name} is not the id of a file."
                raise InvalidRequest(message, param=name, next_step="Upload it with files.upload, and pass file.id.")


@frozen(kw_only=True, repr=False)
class Relationship(_Personal):
    """What a person is to a company. What is not said stays as it is.

    Attributes:
        representative: Whether the person acts for it towards Stripe; exactly one does.
        owner: Whether the person owns a quarter of it or more.
        director: Whether the person is on its board.
        executive: Whether the person leads it.
        authorizer: Whether the person allows the representative to act.
        legal_guardian: Whether the person stands for a seller who is under age.
        percent_ownership: How much of it the person owns, 0 to 100.
        title: The job title.
    """

    representative: bool | None = None
    owner: bool | None = None
    director: bool | None = None
    executive: bool | None = None
    authorizer: bool | None = None
    legal_guardian: bool | None = None
    percent_ownership: Decimal | None = None
    title: str | None = None

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.percent_ownership is not None and not 0 <= self.percent_ownership <= _ALL_OF_IT:
            message = "percent_ownership is between 0 and 100."
            raise InvalidRequest(message, param="percent_ownership")


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
        id_number_type: What kind of number that is, in the words of v2; where it is not said, the country tells.
        ssn_last_4: The last four digits of the social security number, in the US.
        nationality: Two letters, where Stripe asks.
        political_exposure: Whether the person holds a public office, or is close to somebody who does, where Stripe
            asks.
        document: Pictures of an identity document.
        additional_document: Pictures of a proof of address.
    """

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    date_of_birth: date | None = None
    address: Address | None = None
    id_number: str | None = None
    id_number_type: str | None = None
    ssn_last_4: str | None = None
    nationality: str | None = None
    political_exposure: Literal["none", "existing"] | None = None
    document: Document | None = None
    additional_document: Document | None = None


@frozen(kw_only=True, repr=False)
class PersonDetails(Individual):
    """A person behind a company: who it is, and what the person is to it.

    Attributes:
        relationship: What the person is to the company.
        token: A person token that the person's own browser has made with Stripe.js; it stands for everything else.
    """

    relationship: Relationship | None = None
    token: str | None = None


@frozen(kw_only=True, repr=False)
class Company(_Personal):
    """The company that sells.

    Attributes:
        name: Its legal name.
        phone: Telephone number with its country code.
        address: Its seat.
        tax_id: Its tax number. In test mode `000000000` passes verification.
        tax_id_type: What kind of number that is, in the words of v2; where it is not said, the country tells.
        structure: Its legal structure, as `multi_member_llc`; without it Stripe takes it for a private company.
        owners_provided: That all owners were told of as persons.
        directors_provided: That all directors were.
        executives_provided: That all executives were.
        document: Pictures of a document about it.
    """

    name: str | None = None
    phone: str | None = None
    address: Address | None = None
    tax_id: str | None = None
    tax_id_type: str | None = None
    structure: str | None = None
    owners_provided: bool | None = None
    directors_provided: bool | None = None
    executives_provided: bool | None = None
    document: Document | None = None


@frozen(kw_only=True, repr=False)
class BusinessProfile(_Personal):
    """What is sold, and under which name.

    Attributes:
        name: The name that customers know.
        url: The web site. In test mode `https://accessible.stripe.com` passes verification.
        product_description: What is sold, in at least ten characters.
        mcc: The merchant category code, four digits.
        support_email: Where customers can write to.
        support_phone: Where they can call.
        support_url: Where they can read on.
    """

    name: str | None = None
    url: str | None = None
    product_description: str | None = None
    mcc: str | None = None
    support_email: str | None = None
    support_phone: str | None = None
    support_url: str | None = None

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.mcc is not None and not (self.mcc.isascii() and self.mcc.isdigit() and len(self.mcc) == _MCC):
            message = "mcc is four digits, as '5734'."
            raise InvalidRequest(message, param="mcc", next_step="Pass the merchant category code as a string.")
        if self.product_description is not None and len(self.product_description) < _DESCRIPTION:
            message = f"product_description has at least {_DESCRIPTION} characters."
            raise InvalidRequest(message, param="product_description")


@frozen(kw_only=True, repr=False)
class TermsAcceptance(_Personal):
    """That the seller accepted Stripe's terms of service, where the platform shows them itself.

    Attributes:
        date: When, aware.
        ip: From which address.
        user_agent: With which browser.
        service_agreement: `recipient` for a seller who only receives transfers, under an agreement with you alone. It
            can't be changed later, and Accounts v2 has no such thing.
    """

    date: datetime
    ip: str
    user_agent: str | None = None
    service_agreement: Literal["full", "recipient"] | None = None

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
class BankDetails(_Personal):
    """A bank account by its number, where the platform collects it itself; nothing of it is kept here.

    Attributes:
        account_number: The number, or the IBAN.
        routing_number: The routing number, where the country has them apart; in the US that for ACH.
        country: Two letters.
        currency: Three letters.
        holder_name: Whose it is.
        holder_type: `individual` or `company`.
    """

    account_number: str
    routing_number: str | None = None
    country: str
    currency: str
    holder_name: str | None = None
    holder_type: Literal["individual", "company"] | None = None


@frozen(kw_only=True, repr=False)
class CardDetails(_Personal):
    """A debit card by its number, where Stripe lets the platform handle card numbers; nothing of it is kept here.

    A token from Stripe's own form is the better way.

    Attributes:
        number: The number.
        exp_month: The month in which it expires, 1 to 12.
        exp_year: The year in which it expires, four digits.
        currency: Three letters.
        cvc: The security code.
        holder_name: Whose it is.
    """

    number: str
    exp_month: int
    exp_year: int
    currency: str
    cvc: str | None = None
    holder_name: str | None = None

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if not (self.number.isascii() and self.number.isdigit()):
            message = "number is the digits of a card, without spaces."
            raise InvalidRequest(message, param="number", next_step="Better still, pass a token of Stripe's.")
        if not 1 <= self.exp_month <= _MONTHS:
            message = "exp_month is between 1 and 12."
            raise InvalidRequest(message, param="exp_month")


@frozen(kw_only=True, repr=False)
class AccountDetails(_Personal):
    """All that a platform tells Stripe about a seller at once.

    Attributes:
        individual: The person, for an individual.
        company: The company, for anything else.
        business_profile: What is sold.
        terms: That Stripe's terms were accepted; only where the platform collects the requirements.
        documents: Papers of the business, by Stripe's name of the kind, as
            `{"company_license": (file.id,)}`. An open set.
        token: An account token that the seller's own browser has made with Stripe.js, so that who it is never comes
            here: it stands for *individual* or *company*, and for *terms*. Stripe demands it of platforms in France.
    """

    individual: Individual | None = None
    company: Company | None = None
    business_profile: BusinessProfile | None = None
    terms: TermsAcceptance | None = None
    documents: Mapping[str, tuple[str, ...]] | None = None
    token: str | None = None

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.token is not None and (self.individual or self.company or self.terms):
            message = "An account token says who the seller is; individual, company or terms were given as well."
            raise InvalidRequest(message, param="token", next_step="Give one or the other.")
