"""Requirements in plain language, for the people who have to meet them.

Names of requirements are paths in a grammar, and the set is open: a path is read from its parts, and a part that is not
known is written out as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

from connectkit.models.requirements import Requirement

from .fields import in_v1

_PEOPLE: Final[Mapping[str, str]] = {
    "authorizer": "the authorizer",
    "company": "the company",
    "directors": "a director",
    "executives": "an executive",
    "individual": "the seller",
    "legal_guardian": "the legal guardian",
    "owners": "an owner",
    "relationship": "the people",
    "representative": "the representative",
}
_WHOLE: Final[Mapping[str, str]] = {
    "business_profile.mcc": "The industry that the business is in",
    "business_profile.name": "The name that customers know",
    "business_profile.product_description": "A description of what is sold",
    "business_profile.support_phone": "The telephone number that customers can call",
    "business_profile.url": "The address of the website",
    "business_type": "Whether the seller is a person or a company",
    "company.directors_provided": "A confirmation that all directors are named",
    "company.executives_provided": "A confirmation that all executives are named",
    "company.owners_provided": "A confirmation that all owners are named",
    "external_account": "A bank account to be paid out to",
    "settings.payments.statement_descriptor": "The text on customers' statements",
    "tos_acceptance.date": "The acceptance of Stripe's terms of service",
    "tos_acceptance.ip": "The acceptance of Stripe's terms of service",
}
_FIELDS: Final[Mapping[str, str]] = {
    "additional_document": "a proof of address",
    "address.city": "the city",
    "address.line1": "the street and number",
    "address.postal_code": "the postal code",
    "address.state": "the state or province",
    "address_kana": "the address in kana",
    "address_kanji": "the address in kanji",
    "dob.day": "the date of birth",
    "dob.month": "the date of birth",
    "dob.year": "the date of birth",
    "document": "an identity document",
    "email": "the e-mail address",
    "directorship_declaration": "a declaration of who the directors are",
    "first_name": "the first name",
    "first_name_kana": "the first name in kana",
    "first_name_kanji": "the first name in kanji",
    "full_name_aliases": "other names that they go by, or that there are none",
    "gender": "the gender",
    "id_number": "the identity number",
    "last_name": "the last name",
    "last_name_kana": "the last name in kana",
    "last_name_kanji": "the last name in kanji",
    "name": "the legal name",
    "name_kana": "the legal name in kana",
    "name_kanji": "the legal name in kanji",
    "nationality": "the nationality",
    "ownership_declaration": "a declaration of who the owners are",
    "phone": "the telephone number",
    "political_exposure": "whether they hold a public office",
    "proof_of_liveness": "a picture taken of them now",
    "registration_number": "the number in the public register",
    "relationship.title": "the job title",
    "ssn_last_4": "the last four digits of the social security number",
    "structure": "the legal structure",
    "tax_id": "the tax number",
    "vat_id": "the VAT number",
    "verification.additional_document": "a proof of address",
    "verification.document": "an identity document",
    "verification.proof_of_liveness": "a picture taken of them now",
}
_RISK: Final = re.compile(r"interv_[^.]+\.(?P<about>[^.]+)(?:\.(?P<way>[^.]+))?")
_WAYS: Final[Mapping[str, str]] = {
    "challenge": "the owner answers in Stripe's form",
    "form": "answered in Stripe's form",
    "notice": "somebody else has to act",
    "support": "ask Stripe's support",
    "underwriting_case": "answered in the platform's Dashboard",
}
_PERSON: Final = "person_"


@frozen(kw_only=True)
class RequirementLine:
    """A requirement in plain language.

    Attributes:
        requirement: As Stripe tells it.
        text: What is wanted, in English; it may name a person, so that no repr shows it.
        remedies: What helps against its errors, a sentence each.
    """

    requirement: Requirement
    text: str = field(repr=lambda _: "'…'")
    remedies: tuple[str, ...] = ()


def line_of(requirement: Requirement, people: Mapping[str, str] | None = None) -> RequirementLine:
    """Say what a requirement wants.

    Args:
        requirement: As Stripe tells it.
        people: The names of the account's people, by their ids.
    """
    remedies = tuple(dict.fromkeys(error.remedy.advice for error in requirement.errors))
    about = requirement.reference if requirement.reference.startswith(_PERSON) else ""
    return RequirementLine(
        requirement=requirement, text=worded(requirement.name, people, about=about), remedies=remedies
    )


def worded(name: str, people: Mapping[str, str] | None = None, *, about: str = "") -> str:
    """Say what a requirement of this name wants.

    Args:
        name: Stripe's name of it, in either API.
        people: The names of the account's people, by their ids.
        about: The id of the person that it is about, where the name itself does not tell.
    """
    return _worded(in_v1(name), people or {}, about)


def _worded(name: str, people: Mapping[str, str], about: str) -> str:
    if name in _WHOLE:
        return _WHOLE[name]
    risk = _RISK.fullmatch(name)
    if risk is not None:
        way = _WAYS.get(risk["way"] or "", "answered in Stripe's form")
        return f"An inquiry about {_plain(risk['about'])}: {way}"
    first, _, rest = name.partition(".")
    who = people.get(about or first) or _PEOPLE.get(first) or ("a person" if first.startswith(_PERSON) else "")
    wanted = _FIELDS.get(rest) or _plain(rest)
    if who and wanted:
        return f"{wanted[0].upper()}{wanted[1:]} of {who}"
    text = _plain(name) or name
    return text[:1].upper() + text[1:]


def _plain(path: str) -> str:
    return path.replace(".", ", ").replace("_", " ").strip()
