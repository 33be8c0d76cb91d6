"""Who does what for an account: the three classic kinds, and which other combinations Stripe allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, get_args

from attrs import asdict, frozen

from connectkit.errors import InvalidRequest
from connectkit.resources.arguments import check_word

AccountType: TypeAlias = Literal["standard", "express", "custom"]
Dashboard: TypeAlias = Literal["full", "express", "none"]
Collector: TypeAlias = Literal["stripe", "application"]


@frozen
class Setup:
    """The four axes of an account, which can't be changed once it is made.

    Attributes:
        dashboard: What of Stripe's the seller can open.
        fees_collector: Who takes Stripe's fees from the account.
        losses_collector: Who bears what the account cannot pay back.
        requirements_collector: Who collects what Stripe has to know.
    """

    dashboard: Dashboard
    fees_collector: Collector
    losses_collector: Collector
    requirements_collector: Collector


PRESETS: Final[Mapping[AccountType, Setup]] = {
    "standard": Setup("full", "stripe", "stripe", "stripe"),
    "express": Setup("express", "application", "application", "stripe"),
    "custom": Setup("none", "application", "application", "application"),
}

FORBIDDEN: Final[Mapping[str, Mapping[str, str]]] = {
    "the full dashboard leaves the losses with Stripe": {"dashboard": "full", "losses_collector": "application"},
    "the full dashboard leaves the fees with Stripe": {"dashboard": "full", "fees_collector": "application"},
    "the full dashboard leaves the requirements with Stripe": {
        "dashboard": "full",
        "requirements_collector": "application",
    },
    "the Express dashboard leaves the losses with the platform": {
        "dashboard": "express",
        "losses_collector": "stripe",
    },
    "the Express dashboard leaves the fees with the platform": {"dashboard": "express", "fees_collector": "stripe"},
    "the Express dashboard leaves the requirements with Stripe": {
        "dashboard": "express",
        "requirements_collector": "application",
    },
    "a platform that bears the losses takes the fees": {
        "losses_collector": "application",
        "fees_collector": "stripe",
    },
    "a platform that collects the requirements bears the losses": {
        "requirements_collector": "application",
        "losses_collector": "stripe",
    },
    "without a dashboard, a platform that bears the losses collects the requirements": {
        "dashboard": "none",
        "losses_collector": "application",
        "requirements_collector": "stripe",
    },
}
"""What Stripe refuses, by the rule that it breaks, in the version of its API that this release speaks."""


def chosen(
    kind: AccountType | None,
    dashboard: Dashboard | None,
    fees_collector: Collector | None,
    losses_collector: Collector | None,
    requirements_collector: Collector | None,
) -> Setup:
    """Give the setup that a preset or its axes name.

    Raises:
        InvalidRequest: Neither or both were given, a word is not known, or an axis is missing.
    """
    axes = (dashboard, fees_collector, losses_collector, requirements_collector)
    if kind is not None:
        check_word(kind, "type", PRESETS)
        if any(axes):
            message = "type is a preset of dashboard and collectors; both were given."
            raise InvalidRequest(message, param="type", next_step="Give one or the other.")
        return PRESETS[kind]
    _check_words(axes)
    if dashboard is None or fees_collector is None or losses_collector is None:
        message = "It was not said who does what for this account."
        raise InvalidRequest(
            message,
            param="type",
            next_step="Pass type='express', or dashboard, fees_collector and losses_collector.",
        )
    derived: Collector = "application" if (dashboard, losses_collector) == ("none", "application") else "stripe"
    return Setup(dashboard, fees_collector, losses_collector, requirements_collector or derived)


def _check_words(axes: tuple[str | None, ...]) -> None:
    dashboard, *collectors = axes
    if dashboard is not None:
        check_word(dashboard, "dashboard", get_args(Dashboard))
    for name, word in zip(("fees_collector", "losses_collector", "requirements_collector"), collectors, strict=True):
        if word is not None:
            check_word(word, name, get_args(Collector))


def check(setup: Setup) -> None:
    """Refuse what Stripe would refuse.

    Raises:
        InvalidRequest: The setup breaks a rule, which the error names.
    """
    axes = asdict(setup)
    for rule, combination in FORBIDDEN.items():
        if combination.items() <= axes.items():
            words = " with ".join(f"{axis}={word!r}" for axis, word in combination.items())
            message = f"No account can have {words}: {rule}."
            raise InvalidRequest(
                message,
                param=next(iter(combination)),
                next_step="Choose another combination, or pass check_rules=False where Stripe allows it to you.",
            )
