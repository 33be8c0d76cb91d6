"""Who does what for an account."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from attrs import asdict

from connectkit.errors import InvalidRequest
from connectkit.resources.onboarding.presets import (
    PRESETS,
    RULES,
    AccountRuleWarning,
    Setup,
    broken,
    chosen,
    report,
    rules_of,
)

LEGAL = {
    Setup("full", "stripe", "stripe", "stripe"),
    Setup("express", "application", "application", "stripe"),
    Setup("none", "application", "application", "application"),
    Setup("none", "stripe", "stripe", "stripe"),
    Setup("none", "application", "stripe", "stripe"),
}
WHO = ("stripe", "application")
ALL = [Setup(*axes) for axes in product(("full", "express", "none"), WHO, WHO, WHO)]  # type: ignore[arg-type]  # product forgets literals


PRESENT = rules_of("2026-10-28.endive")
LATER = {
    Setup("express", "stripe", "stripe", "stripe"),
    Setup("express", "application", "stripe", "stripe"),
}


@pytest.mark.parametrize("setup", ALL, ids=str)
def test_the_rules_leave_what_stripe_allows(setup: Setup) -> None:
    assert (broken(setup, PRESENT) == []) is (setup in LEGAL)
    assert (broken(setup, rules_of("2026-11-18.endive")) == []) is (setup in LEGAL | LATER)


@pytest.mark.parametrize(
    ("version", "rules"),
    [
        ("2025-01-27.acacia", "2026-10-28.endive"),
        ("2026-10-28.endive", "2026-10-28.endive"),
        ("2026-11-17.endive", "2026-10-28.endive"),
        ("2027-01-01.fir", "2026-11-18.endive"),
    ],
)
def test_the_rules_are_those_of_the_version(version: str, rules: str) -> None:
    assert rules_of(version) is RULES[rules]


def test_the_rule_that_is_broken_is_named() -> None:
    errors = broken(Setup("express", "application", "stripe", "stripe"), PRESENT)
    with pytest.raises(InvalidRequest) as caught:
        report(errors, strict=True)
    assert "the Express dashboard leaves the losses with the platform" in str(caught.value)
    assert "dashboard='express' with losses_collector='stripe'" in str(caught.value)
    assert caught.value.param == "dashboard"
    with pytest.warns(AccountRuleWarning, match="leaves the losses with the platform"):
        report(errors, strict=False)


@pytest.mark.parametrize("rule", PRESENT)
def test_every_rule_speaks_of_axes(rule: str) -> None:
    assert any(PRESENT[rule].items() <= asdict(setup).items() for setup in ALL)


@pytest.mark.parametrize("kind", PRESETS)
def test_a_preset_is_legal_and_the_same_as_its_axes(kind: Any) -> None:
    preset = chosen(kind, None, None, None, None)
    assert preset in LEGAL
    assert chosen(None, preset.dashboard, preset.fees_collector, preset.losses_collector, None) == preset


@pytest.mark.parametrize(
    "given",
    [
        (None, None, None, None, None),
        (None, "none", "stripe", None, None),
        (None, "none", None, "stripe", "stripe"),
        (None, None, "stripe", "stripe", "stripe"),
        ("express", "express", None, None, None),
        ("express", None, None, None, "stripe"),
        ("premium", None, None, None, None),
        (None, "half", "stripe", "stripe", None),
        (None, "full", "me", "stripe", None),
        (None, "full", "stripe", "me", None),
        (None, "full", "stripe", "stripe", "me"),
    ],
)
def test_neither_both_nor_half_nor_unknown(given: Any) -> None:
    with pytest.raises(InvalidRequest):
        chosen(*given)


def test_the_last_axis_can_be_said() -> None:
    assert chosen(None, "none", "application", "stripe", "application").requirements_collector == "application"
