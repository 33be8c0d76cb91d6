"""Requirements of both APIs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connectkit.models.requirements import Actor, Requirement, RequirementError, Requirements

from .account_samples import entry

THEN = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)


def test_no_requirements_are_none() -> None:
    assert Requirements.parse(None, "stripe") == Requirements()
    assert Requirements.parse({"past_due": None}, "stripe") == Requirements()
    assert Requirements.parse({"entries": None}, "stripe") == Requirements()


def test_v1_names_each_thing_once_where_it_is_most_urgent() -> None:
    read = Requirements.parse(
        {
            "current_deadline": 1_790_000_000,
            "disabled_reason": "requirements.past_due",
            "past_due": ["external_account"],
            "currently_due": ["external_account", "individual.phone"],
            "pending_verification": ["individual.id_number"],
            "eventually_due": ["external_account", "individual.phone", "individual.id_number", "company.tax_id"],
        },
        "application",
    )
    assert [(item.name, item.stage, item.deadline) for item in read.entries] == [
        ("external_account", "past_due", None),
        ("individual.phone", "currently_due", THEN),
        ("individual.id_number", "pending_verification", None),
        ("company.tax_id", "eventually_due", None),
    ]
    assert read.deadline == THEN
    assert read.disabled_reason == "requirements.past_due"
    assert [item.name for item in read.past_due] == ["external_account"]
    assert [item.name for item in read.due] == ["external_account", "individual.phone"]
    assert [item.name for item in read.pending] == ["individual.id_number"]
    assert [item.name for item in read.later] == ["company.tax_id"]


def test_v2_sorts_by_urgency_and_waits_for_stripe() -> None:
    read = Requirements.parse(
        {
            "entries": [
                entry("a_new_stage", "someday"),
                entry("later", "eventually_due"),
                entry("checked", "past_due", awaiting_action_from="stripe"),
                entry("now", "currently_due"),
                entry("late", "past_due"),
                entry("undated", minimum_deadline=None),
            ],
            "summary": {"minimum_deadline": {"status": "currently_due", "time": "2026-09-21T14:13:20Z"}},
        },
        "application",
    )
    assert [(item.name, item.actor) for item in read.due] == [("late", Actor.PLATFORM), ("now", Actor.PLATFORM)]
    assert [item.deadline for item in read.due] == [None, THEN]
    assert [(item.name, item.actor) for item in read.pending] == [("checked", Actor.STRIPE)]
    assert [item.name for item in read.later] == ["later", "a_new_stage", "undated"]
    assert read.deadline == THEN


@pytest.mark.parametrize(
    ("name", "collector", "actor"),
    [
        ("individual.phone", "application", Actor.PLATFORM),
        ("individual.phone", "stripe", Actor.SELLER),
        ("individual.phone", "", Actor.SELLER),
        ("person_1.verification.proof_of_liveness", "application", Actor.SELLER),
        ("interv_1.identity_verification.challenge", "application", Actor.SELLER),
        ("interv_1.url_inquiry.form", "stripe", Actor.SELLER),
        ("interv_1.credit_review.underwriting_case", "stripe", Actor.PLATFORM),
        ("interv_1.other_business_inquiry.support", "application", Actor.PLATFORM),
    ],
)
def test_who_has_to_act(name: str, collector: str, actor: Actor) -> None:
    (requirement,) = Requirements.parse({"currently_due": [name]}, collector).due
    assert requirement.actor is actor
    assert requirement.risk is name.startswith("interv_")
    (pending,) = Requirements.parse({"pending_verification": [name]}, collector).pending
    assert pending.actor is Actor.STRIPE


def test_v1_tells_why_a_thing_is_wanted_again_and_what_does_as_well() -> None:
    read = Requirements.parse(
        {
            "currently_due": ["company.tax_id", "individual.phone"],
            "alternatives": [
                {
                    "original_fields_due": ["company.tax_id"],
                    "alternative_fields_due": ["company.verification.document"],
                },
                {"original_fields_due": ["elsewhere"], "alternative_fields_due": ["individual.phone"]},
            ],
            "errors": [
                {"code": "verification_failed_tax_id_match", "reason": "No match.", "requirement": "company.tax_id"},
                {"code": "new_code", "reason": None, "requirement": "company.verification.document"},
                {"code": "other", "reason": "Elsewhere.", "requirement": "somewhere.else"},
            ],
        },
        "application",
    )
    tax_id, phone = read.due
    assert tax_id.alternatives == (("company.verification.document",),)
    assert tax_id.errors == (
        RequirementError("verification_failed_tax_id_match", "No match."),
        RequirementError("new_code", ""),
    )
    assert phone.alternatives == ()
    assert phone.errors == ()


def test_v2_tells_why_for_whom_and_what_does_as_well() -> None:
    data: dict[str, Any] = {
        "entries": [
            entry(
                "person.surname",
                errors=[{"code": "verification_failed_name_match", "description": "No match."}],
                reference={"type": "person", "resource": "person_1"},
                requested_reasons=[{"code": "routine_onboarding"}],
            ),
            entry("inquiry", reference={"type": "inquiry", "inquiry": "interv_1"}),
        ],
        "alternatives": [
            {
                "original_entries": [{"description": "person.surname"}],
                "options": [{"entries": [{"description": "person.document"}, {"description": "person.alias"}]}],
            },
            {"original_entries": [{"description": "elsewhere"}], "options": []},
        ],
    }
    surname, inquiry = Requirements.parse(data, "application").due
    assert surname == Requirement(
        name="person.surname",
        stage="currently_due",
        actor=Actor.PLATFORM,
        errors=(RequirementError("verification_failed_name_match", "No match."),),
        alternatives=(("person.document", "person.alias"),),
        reasons=("routine_onboarding",),
        reference="person_1",
    )
    assert inquiry.risk
    assert inquiry.actor is Actor.SELLER
    assert inquiry.reference == "interv_1"
