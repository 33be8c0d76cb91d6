"""Who does what for an account: the three classic kinds, and which other combinations Stripe allows."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
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

Rules: TypeAlias = Mapping[str, Mapping[str, str]]
"""What Stripe refuses: the combination of axes, by the rule that it breaks."""

_UNTIL_ENDIVE: Final[Rules] = {
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
_EXPRESS_PRICED_BY_STRIPE: Final = frozenset(
    {
        "the Express dashboard leaves the losses with the platform",
        "the Express dashboard leaves the fees with the platform",
    }
)

RULES: Final[Mapping[str, Rules]] = {
    "2026-10-28.endive": _UNTIL_ENDIVE,
    "2026-11-18.endive": {
        rule: combination for rule, combination in _UNTIL_ENDIVE.items() if rule not in _EXPRESS_PRICED_BY_STRIPE
    },
}
"""What Stripe refuses, by the version of its API from which on it holds; its page on controller properties."""


class AccountRuleWarning(UserWarning):
    """An account is asked for in a way that breaks a rule of Stripe's as connectkit knows it."""


def rules_of(version: str) -> Rules:
    """Give the rules that hold in a version of the API; the earliest ones are those of everything before."""
    known = sorted(RULES)
    return RULES[max((since for since in known if since <= version), default=known[0])]


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


def broken(setup: Setup, rules: Rules) -> list[InvalidRequest]:
    """Give one error for each rule that a setup breaks."""
    axes = asdict(setup)
    return [_error(rule, combination) for rule, combination in rules.items() if combination.items() <= axes.items()]


def report(errors: Iterable[InvalidRequest], *, strict: bool) -> None:
    """Warn of broken rules, or refuse.

    Raises:
        InvalidRequest: A rule is broken, and *strict* says that nothing is to be sent then.
    """
    for error in errors:
        if strict:
            raise error
        warnings.warn(str(error), AccountRuleWarning, stacklevel=2)


def _error(rule: str, combination: Mapping[str, str]) -> InvalidRequest:
    words = " with ".join(f"{axis}={word!r}" for axis, word in combination.items())
    message = f"No account can have {words}: {rule}."
    step = "Choose another combination, unless Stripe has told you that it allows this one."
    return InvalidRequest(message, param=next(iter(combination)), next_step=step)
