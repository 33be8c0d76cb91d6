"""What to do about an error of a requirement, by Stripe's code of it.

The grouping is ours. Codes are an open set: one that no group knows is left to its English reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final


class Remedy(Enum):
    """What helps against an error of a requirement."""

    CORRECT_ADDRESS = "correct_address"
    CORRECT_PERSON = "correct_person"
    CORRECT_BUSINESS = "correct_business"
    CORRECT_DESCRIPTOR = "correct_descriptor"
    CORRECT_WEBSITE = "correct_website"
    UPLOAD_AGAIN = "upload_again"
    MATCH_DOCUMENT = "match_document"
    CORRECT_PEOPLE = "correct_people"
    PROVIDE_PAPERS = "provide_papers"
    ACCEPT_TERMS = "accept_terms"
    CONTACT_STRIPE = "contact_stripe"
    READ_REASON = "read_reason"

    @property
    def advice(self) -> str:
        """The same as a sentence for the seller."""
        return _ADVICE[self]

    @classmethod
    def of(cls, code: str) -> Remedy:
        """Give the remedy for one of Stripe's codes; `READ_REASON` for one that is not known."""
        if code in _BY_CODE:
            return _BY_CODE[code]
        return next((remedy for start, remedy in _BY_START.items() if code.startswith(start)), cls.READ_REASON)


_ADVICE: Final[Mapping[Remedy, str]] = {
    Remedy.CORRECT_ADDRESS: "Give the address where you live or work, not a post office box or an agent's address.",
    Remedy.CORRECT_PERSON: "Correct the person's details; they have to be as in the identity document.",
    Remedy.CORRECT_BUSINESS: "Correct what you told of the business; it has to be as in the public register.",
    Remedy.CORRECT_DESCRIPTOR: "Choose a statement descriptor of five letters or more that resembles your name.",
    Remedy.CORRECT_WEBSITE: "Put the website right; afterwards change its address to another one and back.",
    Remedy.UPLOAD_AGAIN: "Upload another picture of the document: in colour, whole, readable, both sides, not expired.",
    Remedy.MATCH_DOCUMENT: "Correct the details, or upload a document that says the same as they do.",
    Remedy.CORRECT_PEOPLE: "Correct the list of owners, directors or executives; it has to be complete.",
    Remedy.PROVIDE_PAPERS: "Provide the further papers that are asked for.",
    Remedy.ACCEPT_TERMS: "Accept Stripe's terms of service once more.",
    Remedy.CONTACT_STRIPE: "Ask Stripe's support: sending it again would not help.",
    Remedy.READ_REASON: "Do what the reason says.",
}

_CODES: Final[Mapping[Remedy, str]] = {
    Remedy.CORRECT_PERSON: (
        "invalid_dob_age_over_maximum invalid_dob_age_under_18 invalid_dob_age_under_minimum "
        "invalid_representative_country invalid_signator verification_failed_address_match "
        "verification_failed_id_number_match verification_failed_keyed_identity verification_failed_name_match "
        "verification_failed_residential_address"
    ),
    Remedy.CORRECT_BUSINESS: (
        "invalid_business_profile_name invalid_business_profile_name_denylisted invalid_company_name_denylisted "
        "invalid_product_description_length invalid_product_description_url_match invalid_tax_id "
        "invalid_tax_id_format unsupported_business_type verification_failed_business_iec_number "
        "verification_failed_keyed_match verification_failed_tax_id_match verification_failed_tax_id_not_issued "
        "verification_legal_entity_structure_mismatch"
    ),
    Remedy.MATCH_DOCUMENT: (
        "verification_document_address_mismatch verification_document_address_missing "
        "verification_document_directors_mismatch verification_document_dob_mismatch "
        "verification_document_id_number_mismatch verification_document_id_number_missing "
        "verification_document_name_mismatch verification_document_name_missing "
        "verification_document_nationality_mismatch verification_document_photo_mismatch "
        "verification_failed_document_match"
    ),
    Remedy.CORRECT_PEOPLE: (
        "verification_directors_mismatch verification_extraneous_directors verification_failed_authorizer_authority "
        "verification_failed_representative_authority verification_missing_directors verification_missing_executives "
        "verification_missing_owners verification_rejected_ownership_exemption_reason"
    ),
    Remedy.PROVIDE_PAPERS: (
        "external_request information_missing verification_requires_additional_memorandum_of_associations "
        "verification_requires_additional_proof_of_registration"
    ),
    Remedy.ACCEPT_TERMS: "invalid_tos_acceptance",
    Remedy.CONTACT_STRIPE: (
        "verification_document_failed_other verification_document_failed_test_mode verification_document_fraudulent "
        "verification_document_manipulated verification_failed_other verification_supportability"
    ),
    Remedy.READ_REASON: "invalid_value_other",
}
_BY_CODE: Final = {code: remedy for remedy, codes in _CODES.items() for code in codes.split()}
_BY_START: Final = {
    "invalid_address_": Remedy.CORRECT_ADDRESS,
    "invalid_street_address": Remedy.CORRECT_ADDRESS,
    "unresolvable_": Remedy.CORRECT_ADDRESS,
    "invalid_statement_descriptor_": Remedy.CORRECT_DESCRIPTOR,
    "invalid_url_": Remedy.CORRECT_WEBSITE,
    "verification_document_": Remedy.UPLOAD_AGAIN,
    "verification_selfie_": Remedy.UPLOAD_AGAIN,
}
