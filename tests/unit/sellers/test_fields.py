"""The names of what an account holds, in both of Stripe's APIs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectkit.sellers.fields import V2_NAMES, in_v1, in_v2
from connectkit.sellers.wording import worded

names = st.from_regex(r"[a-z_]{1,12}(\.[a-z_0-9]{1,12}){0,3}", fullmatch=True)


@given(st.sampled_from(sorted(V2_NAMES)), st.sampled_from(["", ".day", ".front", ".something.new"]))
def test_whatever_v1_knows_goes_there_and_back(name: str, below: str) -> None:
    assert in_v1(in_v2(name + below)) == name + below


@given(names.filter(lambda name: all(not f"{name}.".startswith(f"{known}.") for known in V2_NAMES)))
def test_a_name_that_is_new_stays(name: str) -> None:
    assert in_v2(name) == name


@pytest.mark.parametrize(
    ("v2", "v1"),
    [
        ("identity.individual.given_name", "individual.first_name"),
        ("identity.individual.date_of_birth.day", "individual.dob.day"),
        ("identity.individual.address.city", "individual.address.city"),
        ("identity.individual.id_numbers.us_ssn_last_4", "individual.ssn_last_4"),
        ("identity.individual.id_numbers.br_cpf", "individual.id_number"),
        ("identity.business_details.id_numbers", "company.tax_id"),
        ("identity.business_details.documents.primary_verification.front_back.front", ""),
        ("identity.attestations.terms_of_service.account.ip", "tos_acceptance.ip"),
        ("identity.attestations.persons_provided.owners", "company.owners_provided"),
        ("configuration.merchant.capabilities.card_payments", "capabilities.card_payments"),
        ("person_1.verification.document", "person_1.verification.document"),
        ("interv_1.credit_review.form", "interv_1.credit_review.form"),
        ("something.new", "something.new"),
    ],
)
def test_a_name_of_v2_is_that_of_v1(v2: str, v1: str) -> None:
    assert in_v1(v2) == (v1 or "company.verification.document.front_back.front")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("identity.individual.given_name", "The first name of the seller"),
        ("identity.individual.script_names.kana.surname", "The last name in kana of the seller"),
        ("identity.business_details.id_numbers.us_ein", "The tax number of the company"),
        ("configuration.merchant.mcc", "The industry that the business is in"),
        ("identity.attestations.persons_provided.directors", "A confirmation that all directors are named"),
    ],
)
def test_a_name_of_v2_is_worded_alike(name: str, text: str) -> None:
    assert worded(name) == text
