"""Who does what for an account."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from attrs import asdict

from connectkit.errors import InvalidRequest
from connectkit.resources.onboarding.presets import FORBIDDEN, PRESETS, Setup, check, chosen

LEGAL = {
    Setup("full", "stripe", "stripe", "stripe"),
    Setup("express", "application", "application", "stripe"),
    Setup("none", "application", "application", "application"),
    Setup("none", "stripe", "stripe", "stripe"),
    Setup("none", "application", "stripe", "stripe"),
}
WHO = ("stripe", "application")
ALL = [Setup(*axes) for axes in product(("full", "express", "none"), WHO, WHO, WHO)]  # type: ignore[arg-type]  # product forgets literals


@pytest.mark.parametrize("setup", ALL, ids=str)
def test_the_rules_leave_what_stripe_allows(setup: Setup) -> None:
    if setup in LEGAL:
        check(setup)
    else:
        with pytest.raises(InvalidRequest, match="No account can have"):
            check(setup)


def test_the_rule_that_is_broken_is_named() -> None:
    with pytest.raises(InvalidRequest) as caught:
        check(Setup("express", "application", "stripe", "stripe"))
    assert "the Express dashboard leaves the losses with the platform" in str(caught.value)
    assert "dashboard='express' with losses_collector='stripe'" in str(caught.value)
    assert caught.value.param == "dashboard"


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_every_rule_speaks_of_axes(rule: str) -> None:
    assert any(FORBIDDEN[rule].items() <= asdict(setup).items() for setup in ALL)


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
