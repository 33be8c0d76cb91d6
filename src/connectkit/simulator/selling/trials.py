"""Trials: a subscription that is not paid for a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectkit.simulator.clock import DAY
from connectkit.simulator.refusals import exclusive, invalid, not_simulated_param
from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import World

PARAMS: Final = frozenset({"trial_end", "trial_period_days", "trial_settings"})
"""What tells of a trial."""

WARNED: Final = 3 * DAY
"""How long before its end Stripe tells of it; at once, where it is shorter."""

_LONGEST: Final = 730
_DEFAULT: Final = "create_invoice"


def trial_of(world: World, params: Mapping[str, Any]) -> Object:
    """Give what a subscription says of its trial; nothing where it has none.

    Raises:
        Refusal: It ends in the past, is too long, is told twice, or would pause the subscription.
    """
    if "trial_end" in params and "trial_period_days" in params:
        raise exclusive("trial_end", "trial_period_days")
    now = world.clock.now
    end = params.get("trial_end")
    days = params.get("trial_period_days")
    if days is not None:
        if not 1 <= days <= _LONGEST:
            raise invalid(f"A trial has between 1 and {_LONGEST} days.", param="trial_period_days")
        end = now + days * DAY
    if end is None or end == "now":
        return {}
    if not now < end <= now + _LONGEST * DAY:
        raise invalid("The trial_end has to be in the future, and within two years.", param="trial_end")
    behaviour = part(params, "trial_settings", "end_behavior").get("missing_payment_method", _DEFAULT)
    if behaviour == "pause":
        name = "trial_settings[end_behavior][missing_payment_method]"
        raise not_simulated_param("trial_settings", "subscriptions that pause", name=name)
    return {
        "billing_cycle_anchor": end,
        "status": "trialing",
        "trial_end": end,
        "trial_settings": {"end_behavior": {"missing_payment_method": behaviour}},
        "trial_start": now,
        "_period": -1,
    }


def is_trial(subscription: Object) -> bool:
    """Tell whether a subscription is not to be paid yet."""
    return bool(subscription["status"] == "trialing")


def missing_ends(subscription: Object) -> str:
    """Give what becomes of a subscription whose trial ends without a way to pay."""
    behaviour: str = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    return behaviour
