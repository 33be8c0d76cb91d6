"""Requirements in plain language."""

from __future__ import annotations

import pytest

from connectkit.models.remedies import Remedy
from connectkit.models.requirements import Actor, Requirement, RequirementError
from connectkit.sellers.wording import line_of, worded


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("external_account", "A bank account to be paid out to"),
        ("individual.dob.day", "The date of birth of the seller"),
        ("individual.address.state", "The state or province of the seller"),
        ("company.owners_provided", "A confirmation that all owners are named"),
        ("owners.first_name", "The first name of an owner"),
        ("person_1.verification.document", "An identity document of Ana Silva"),
        ("person_2.email", "The e-mail address of a person"),
        ("company.some_new_thing", "Some new thing of the company"),
        ("something.else_entirely", "Something, else entirely"),
        ("interv_1.credit_review.form", "An inquiry about credit review: answered in Stripe's form"),
        ("interv_1.legal_hold.notice", "An inquiry about legal hold: somebody else has to act"),
        ("interv_1.new_kind.new_way", "An inquiry about new kind: answered in Stripe's form"),
        ("interv_1.new_kind", "An inquiry about new kind: answered in Stripe's form"),
    ],
)
def test_a_name_is_read_from_its_parts(name: str, text: str) -> None:
    assert worded(name, {"person_1": "Ana Silva"}) == text


def test_a_line_names_the_person_that_v2_refers_to_and_shows_nobody() -> None:
    errors = (RequirementError("verification_document_expired", "Expired."), RequirementError("new_code", "New."))
    wanted = Requirement(
        name="representative.verification.document",
        stage="past_due",
        actor=Actor.PLATFORM,
        reference="person_1",
        errors=errors,
    )
    line = line_of(wanted, {"person_1": "Ana Silva"})
    assert line.text == "An identity document of Ana Silva"
    assert "Ana" not in repr(line)
    assert line.remedies == (Remedy.UPLOAD_AGAIN.advice, Remedy.READ_REASON.advice)


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("invalid_address_private_mailbox", Remedy.CORRECT_ADDRESS),
        ("invalid_street_address", Remedy.CORRECT_ADDRESS),
        ("unresolvable_postal_code", Remedy.CORRECT_ADDRESS),
        ("verification_failed_keyed_identity", Remedy.CORRECT_PERSON),
        ("invalid_tax_id_format", Remedy.CORRECT_BUSINESS),
        ("invalid_statement_descriptor_denylisted", Remedy.CORRECT_DESCRIPTOR),
        ("invalid_url_website_empty", Remedy.CORRECT_WEBSITE),
        ("verification_document_expired", Remedy.UPLOAD_AGAIN),
        ("verification_selfie_face_mismatch", Remedy.UPLOAD_AGAIN),
        ("verification_document_dob_mismatch", Remedy.MATCH_DOCUMENT),
        ("verification_missing_owners", Remedy.CORRECT_PEOPLE),
        ("information_missing", Remedy.PROVIDE_PAPERS),
        ("invalid_tos_acceptance", Remedy.ACCEPT_TERMS),
        ("verification_document_fraudulent", Remedy.CONTACT_STRIPE),
        ("invalid_value_other", Remedy.READ_REASON),
        ("never_heard_of", Remedy.READ_REASON),
    ],
)
def test_codes_are_grouped_by_what_helps(code: str, remedy: Remedy) -> None:
    assert Remedy.of(code) is remedy
