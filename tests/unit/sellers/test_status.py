"""Where an account stands, and what to do about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.unit.models.account_samples import account, capability, entry, v1, v2

from connectkit.models.requirements import Actor
from connectkit.models.standing import AccountState, AccountStatus, NextAction
from connectkit.sellers.status import status_of

THEN = 1_790_000_000
STRIPES: dict[str, Any] = {"controller": {"requirement_collection": "stripe", "stripe_dashboard": {"type": "express"}}}
OFF: dict[str, Any] = {"charges_enabled": False, "payouts_enabled": False}
APPEAL = "interv_1.rejection_appeal.form"


def status(data: dict[str, Any]) -> AccountStatus:
    return status_of(account(data))


def disabled(reason: str, **requirements: Any) -> dict[str, Any]:
    return v1(requirements={"disabled_reason": reason, **requirements}, **OFF)


@pytest.mark.parametrize(
    ("data", "state", "action", "actor"),
    [
        (v1(), "COMPLETE", "NOTHING", None),
        (v1(requirements={"eventually_due": ["individual.id_number"]}), "ENABLED", "NOTHING", None),
        (v1(future_requirements={"currently_due": ["company.tax_id"]}), "ENABLED", "NOTHING", None),
        (v1(requirements={"pending_verification": ["company.tax_id"]}), "ENABLED_PENDING", "NOTHING", None),
        (disabled("rejected.platform_fraud"), "REJECTED_BY_PLATFORM", "UNREJECT", Actor.PLATFORM),
        (disabled("rejected.fraud"), "REJECTED_BY_STRIPE", "CONTACT_STRIPE", Actor.PLATFORM),
        (disabled("rejected.other", currently_due=[APPEAL]), "REJECTED_BY_STRIPE", "APPEAL", Actor.SELLER),
        (disabled("platform_paused"), "PAUSED", "UNPAUSE", Actor.PLATFORM),
        (
            disabled("action_required.requested_capabilities"),
            "NEEDS_CAPABILITIES",
            "REQUEST_CAPABILITIES",
            Actor.PLATFORM,
        ),
        (v1(capabilities={}, **OFF), "NEEDS_CAPABILITIES", "REQUEST_CAPABILITIES", Actor.PLATFORM),
        (v1(details_submitted=False, **STRIPES, **OFF), "ONBOARDING_NOT_FINISHED", "SEND_LINK", Actor.SELLER),
        (
            v1(details_submitted=False, capabilities={}, controller={"stripe_dashboard": {"type": "full"}}, **OFF),
            "ONBOARDING_NOT_FINISHED",
            "SEND_LINK",
            Actor.SELLER,
        ),
        (
            disabled("requirements.past_due", past_due=["external_account"], currently_due=["external_account"]),
            "RESTRICTED_PAST_DUE",
            "PROVIDE_DETAILS",
            Actor.PLATFORM,
        ),
        (
            v1(requirements={"currently_due": ["individual.id_number"]}, **STRIPES),
            "ENABLED_WITH_DEADLINE",
            "SEND_LINK",
            Actor.SELLER,
        ),
        (
            v1(requirements={"currently_due": ["interv_1.credit_review.underwriting_case"]}, **OFF),
            "RESTRICTED_NEEDS_INFO",
            "OPEN_DASHBOARD",
            Actor.PLATFORM,
        ),
        (
            v1(requirements={"pending_verification": ["individual.id_number"]}, **OFF),
            "PENDING_VERIFICATION",
            "WAIT",
            Actor.STRIPE,
        ),
        (
            v1(requirements={"disabled_reason": "requirements.pending_verification"}, payouts_enabled=False),
            "PENDING_VERIFICATION",
            "WAIT",
            Actor.STRIPE,
        ),
        (v1(capabilities={"transfers": "pending"}, **OFF), "PENDING_VERIFICATION", "WAIT", Actor.STRIPE),
        (disabled("under_review"), "UNDER_REVIEW", "WAIT", Actor.STRIPE),
        (disabled("listed"), "UNDER_REVIEW", "WAIT", Actor.STRIPE),
        (v1(payouts_enabled=False), "RESTRICTED_PAYOUTS_OFF", "CHECK_BANK_ACCOUNT", Actor.PLATFORM),
        (v1(charges_enabled=False), "RESTRICTED_CHARGES_OFF", "CHECK_CAPABILITIES", Actor.PLATFORM),
        (disabled("other"), "RESTRICTED", "CONTACT_STRIPE", Actor.PLATFORM),
        (disabled("a.new.reason"), "RESTRICTED", "CONTACT_STRIPE", Actor.PLATFORM),
    ],
)
def test_what_v1_tells(data: dict[str, Any], state: str, action: str, actor: Actor | None) -> None:
    told = status(data)
    assert told.state is AccountState[state]
    assert told.next_action is NextAction[action]
    assert told.actor is actor


def off(code: str) -> dict[str, Any]:
    blocked = capability("restricted", code)
    return {"cards": blocked, "transfers": blocked, "payouts": capability("restricted")}


@pytest.mark.parametrize(
    ("data", "state", "action"),
    [
        (v2(), "COMPLETE", "NOTHING"),
        (v2(closed=True), "CLOSED", "NOTHING"),
        (v2(**off("rejected_platform_fraud")), "REJECTED_BY_PLATFORM", "UNREJECT"),
        (v2(**off("rejected_listed")), "REJECTED_BY_STRIPE", "CONTACT_STRIPE"),
        (v2(**off("determining_status")), "PENDING_VERIFICATION", "WAIT"),
        (v2(**off("unsupported_country")), "RESTRICTED", "CONTACT_STRIPE"),
        (v2(configuration=None), "NEEDS_CAPABILITIES", "REQUEST_CAPABILITIES"),
        (
            v2(
                entries=(entry("name", requested_reasons=[{"code": "routine_onboarding"}]),),
                collector="stripe",
                **off("requirements_past_due"),
            ),
            "ONBOARDING_NOT_FINISHED",
            "SEND_LINK",
        ),
        (
            v2(entries=(entry("name"),), collector="stripe", **off("requirements_past_due")),
            "RESTRICTED_NEEDS_INFO",
            "SEND_LINK",
        ),
        (
            v2(entries=(entry("name", requested_reasons=[{"code": "routine_onboarding"}]),), collector="stripe"),
            "ENABLED_WITH_DEADLINE",
            "SEND_LINK",
        ),
        (
            v2(entries=(entry("name", "past_due"),), **off("requirements_past_due")),
            "RESTRICTED_PAST_DUE",
            "PROVIDE_DETAILS",
        ),
        (v2(entries=(entry("name", awaiting_action_from="stripe"),)), "ENABLED_PENDING", "NOTHING"),
        (v2(payouts=capability("restricted")), "RESTRICTED_PAYOUTS_OFF", "CHECK_BANK_ACCOUNT"),
    ],
)
def test_what_v2_tells(data: dict[str, Any], state: str, action: str) -> None:
    told = status(data)
    assert told.state is AccountState[state]
    assert told.next_action is NextAction[action]


def test_one_dead_capability_of_v2_does_not_disable_an_account() -> None:
    told = status(v2(cards=capability("rejected", "rejected_other", "contact_stripe")))
    assert told.state is AccountState.COMPLETE
    assert told.disabled_reason == ""
    assert told.restrictions[0].code == "rejected_other"
    assert not told.can_charge
    assert told.can_receive_transfers


def test_a_rejection_says_more_than_what_is_missing() -> None:
    told = status(
        v2(
            cards=capability("restricted", "requirements_past_due"),
            transfers=capability("rejected", "rejected_platform_other"),
        )
    )
    assert told.disabled_reason == "rejected_platform_other"


def test_a_missing_bank_leaves_the_charges_on() -> None:
    told = status(
        v1(
            requirements={
                "disabled_reason": "requirements.past_due",
                "past_due": ["external_account"],
                "currently_due": ["external_account", "individual.phone"],
                "current_deadline": THEN,
            },
            payouts_enabled=False,
        )
    )
    assert told.state is AccountState.RESTRICTED_PAST_DUE
    assert told.can_charge
    assert told.can_receive_transfers
    assert not told.can_be_paid_out
    assert [requirement.name for requirement in told.due] == ["external_account", "individual.phone"]
    assert told.deadline == datetime.fromtimestamp(THEN, tz=UTC)
    assert told.disabled_reason == "requirements.past_due"
    assert told.account == "acct_1"
    assert told.next_step.startswith("Collect what is due")


@pytest.mark.parametrize(
    ("capabilities", "can"),
    [
        ({"card_payments": "inactive", "transfers": "active"}, (False, True)),
        ({"card_payments": "active", "transfers": "pending"}, (True, False)),
        ({"klarna_payments": "active"}, (True, False)),
        ({"tax_reporting_us_1099_k": "active"}, (False, False)),
    ],
)
def test_each_movement_asks_for_its_own_capability(capabilities: dict[str, str], can: tuple[bool, bool]) -> None:
    told = status(v1(capabilities=capabilities))
    assert (told.can_charge, told.can_receive_transfers) == can
    assert told.capabilities == capabilities


def test_charges_that_are_off_are_off_whatever_the_capabilities_say() -> None:
    assert not status(v1(charges_enabled=False)).can_charge


def test_what_comes_later_is_named_once() -> None:
    told = status(
        v1(
            requirements={"eventually_due": ["company.tax_id"], "pending_verification": ["company.name"]},
            future_requirements={"currently_due": ["company.tax_id", "company.name", "company.phone"]},
        )
    )
    assert [requirement.name for requirement in told.later] == ["company.tax_id", "company.phone"]
    assert [requirement.name for requirement in told.pending] == ["company.name"]


def test_the_link_serves_where_the_seller_has_to_act_on_one_thing() -> None:
    told = status(v1(requirements={"currently_due": ["individual.phone", "interv_1.url_inquiry.form"]}, **OFF))
    assert told.next_action is NextAction.SEND_LINK


def test_what_the_platform_can_send_comes_before_its_dashboard() -> None:
    due = ["individual.phone", "interv_1.credit_review.underwriting_case"]
    assert status(v1(requirements={"currently_due": due}, **OFF)).next_action is NextAction.PROVIDE_DETAILS
