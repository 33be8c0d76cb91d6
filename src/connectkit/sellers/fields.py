"""The names of what an account holds, in Accounts v1 and in Accounts v2.

Both maps leave a name that they do not know as it is, so that no new name of Stripe's is lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_PAIRS: Final = """
business_profile.mcc                           configuration.merchant.mcc
business_profile.name                          defaults.profile.doing_business_as
business_profile.product_description           defaults.profile.product_description
business_profile.support_address               configuration.merchant.support.address
business_profile.support_email                 configuration.merchant.support.email
business_profile.support_phone                 configuration.merchant.support.phone
business_profile.support_url                   configuration.merchant.support.url
business_profile.url                           defaults.profile.business_url
business_type                                  identity.entity_type
capabilities                                   configuration.merchant.capabilities
capabilities.transfers                         configuration.recipient.capabilities.stripe_balance.stripe_transfers
capabilities.us_bank_account_ach_payments      configuration.merchant.capabilities.ach_debit_payments
company                                        identity.business_details
company.address_kana                           identity.business_details.script_addresses.kana
company.address_kanji                          identity.business_details.script_addresses.kanji
company.directors_provided                     identity.attestations.persons_provided.directors
company.directorship_declaration               identity.attestations.directorship_declaration
company.executives_provided                    identity.attestations.persons_provided.executives
company.name                                   identity.business_details.registered_name
company.name_kana                              identity.business_details.script_names.kana.registered_name
company.name_kanji                             identity.business_details.script_names.kanji.registered_name
company.owners_provided                        identity.attestations.persons_provided.owners
company.ownership_declaration                  identity.attestations.ownership_declaration
company.ownership_exemption_reason             identity.attestations.persons_provided.ownership_exemption_reason
company.representative_declaration             identity.attestations.representative_declaration
company.tax_id                                 identity.business_details.id_numbers.us_ein
company.verification.document                  identity.business_details.documents.primary_verification
controller.fees.payer                          defaults.responsibilities.fees_collector
controller.losses.payments                     defaults.responsibilities.losses_collector
controller.requirement_collection              defaults.responsibilities.requirements_collector
controller.stripe_dashboard.type               dashboard
country                                        identity.country
default_currency                               defaults.currency
documents                                      identity.business_details.documents
email                                          contact_email
individual                                     identity.individual
individual.address_kana                        identity.individual.script_addresses.kana
individual.address_kanji                       identity.individual.script_addresses.kanji
individual.dob                                 identity.individual.date_of_birth
individual.first_name                          identity.individual.given_name
individual.first_name_kana                     identity.individual.script_names.kana.given_name
individual.first_name_kanji                    identity.individual.script_names.kanji.given_name
individual.gender                              identity.individual.legal_gender
individual.id_number                           identity.individual.id_numbers.us_ssn
individual.last_name                           identity.individual.surname
individual.last_name_kana                      identity.individual.script_names.kana.surname
individual.last_name_kanji                     identity.individual.script_names.kanji.surname
individual.nationality                         identity.individual.nationalities
individual.ssn_last_4                          identity.individual.id_numbers.us_ssn_last_4
individual.verification.additional_document    identity.individual.documents.secondary_verification
individual.verification.document               identity.individual.documents.primary_verification
settings.branding                              configuration.merchant.branding
settings.card_payments.decline_on              configuration.merchant.card_payments.decline_on
settings.card_payments.statement_descriptor_prefix    configuration.merchant.statement_descriptor.prefix
settings.payments.statement_descriptor         configuration.merchant.statement_descriptor.descriptor
tos_acceptance                                 identity.attestations.terms_of_service.account
"""

V2_NAMES: Final[Mapping[str, str]] = {line.split()[0]: line.split()[1] for line in _PAIRS.strip().splitlines()}
"""The names of v2 by those of v1; what stands below a name is called alike in both, unless it has a line of its own."""

_V1_NAMES: Final = {v2: v1 for v1, v2 in V2_NAMES.items()}
_NUMBER: Final = re.compile(r"identity\.(individual|business_details)\.id_numbers(?:\.[a-z0-9_]+)?")
_NUMBERS: Final = {"individual": "individual.id_number", "business_details": "company.tax_id"}


def in_v2(name: str) -> str:
    """Give the name of v2 for what v1 calls *name*, as `identity.individual.given_name` for `individual.first_name`.

    Numbers that identify somebody are named as those of the United States: v1 does not tell which number it means.
    """
    return _renamed(name, V2_NAMES)


def in_v1(name: str) -> str:
    """Give the name of v1 for what v2 calls *name*, as `individual.first_name` for `identity.individual.given_name`.

    v1 has one name for all kinds of numbers that identify somebody.
    """
    number = None if name in _V1_NAMES else _NUMBER.fullmatch(name)
    return _renamed(name, _V1_NAMES) if number is None else _NUMBERS[number[1]]


def _renamed(name: str, names: Mapping[str, str]) -> str:
    """Rename the longest beginning of *name* that has a line of its own."""
    known, rest = name, ""
    while known not in names:
        known, dot, last = known.rpartition(".")
        if not dot:
            return name
        rest = f".{last}{rest}"
    return names[known] + rest
