"""Which accounts and which charge fit a business."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from connectkit.resources.onboarding.presets import Setup, broken, rules_of
from connectkit.sellers.recommending import Business, recommended

QUESTIONS = (
    "customers_know_the_seller",
    "several_sellers",
    "pays_later",
    "bears_losses",
    "sets_prices",
    "own_forms",
    "sellers_have_stripe",
)
EVERY = [dict(zip(QUESTIONS, answers, strict=True)) for answers in product((False, True), repeat=len(QUESTIONS))]


@pytest.mark.parametrize(
    ("business", "expected"),
    [
        ({"customers_know_the_seller": True}, ("standard", "full", "direct")),
        ({"customers_know_the_seller": True, "sets_prices": True}, ("", "none", "direct")),
        ({"customers_know_the_seller": True, "bears_losses": True}, ("express", "express", "direct")),
        ({"customers_know_the_seller": False}, ("express", "express", "destination")),
        ({"customers_know_the_seller": False, "several_sellers": True}, ("express", "express", "separate")),
        ({"customers_know_the_seller": True, "pays_later": True}, ("express", "express", "separate")),
        ({"customers_know_the_seller": False, "own_forms": True}, ("custom", "none", "destination")),
    ],
)
def test_the_answers_decide(business: dict[str, bool], expected: tuple[str, str, str]) -> None:
    found = recommended(Business(**business))
    assert (found.account, found.dashboard, found.charge) == expected


@pytest.mark.parametrize("answers", EVERY, ids=str)
def test_every_recommendation_is_allowed(answers: dict[str, bool]) -> None:
    found = recommended(Business(**answers))
    collector: Any = "application" if (found.dashboard, found.losses_collector) == ("none", "application") else "stripe"
    axes: Any = (found.dashboard, found.fees_collector, found.losses_collector, collector)
    assert broken(Setup(*axes), rules_of("2026-10-28.endive")) == []
    assert found.charge == "direct" or found.losses_collector == "application"
    assert found.reasons


def test_a_platform_that_wishes_otherwise_is_told() -> None:
    told = " ".join(recommended(Business(customers_know_the_seller=False)).cautions)
    assert "bears the losses, whatever it wishes" in told
    assert "reverse the transfer" in told
    known = recommended(Business(customers_know_the_seller=True, sellers_have_stripe=True))
    assert "oauth.authorize" in " ".join(known.cautions)
    own = recommended(Business(customers_know_the_seller=False, own_forms=True, bears_losses=True))
    assert "six months" in " ".join(own.cautions)
