"""A new account, as it is kept: API v1's shape, complete, and what else the simulator has to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from connectkit.simulator.refusals import invalid, refused
from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import World

from .countries import CURRENCIES
from .delays import usual


class Axes(NamedTuple):
    """Who does what for an account; it never changes.

    Attributes:
        dashboard: `full`, `express` or `none`.
        losses: `stripe` or `application`.
        fees: `account` or `application`.
        collection: `stripe` or `application`.
    """

    dashboard: str
    losses: str
    fees: str
    collection: str


STANDARD: Final = Axes("full", "stripe", "account", "stripe")
"""What an account is if nothing is said."""

_LEGAL: Final = frozenset(
    {
        STANDARD,
        Axes("express", "application", "application", "stripe"),
        Axes("none", "application", "application", "application"),
        Axes("none", "stripe", "account", "stripe"),
        Axes("none", "stripe", "application", "stripe"),
    }
)
_TYPES: Final = {
    "standard": STANDARD,
    "express": Axes("express", "application", "application", "stripe"),
    "custom": Axes("none", "application", "application", "application"),
}


def axes_of(params: Mapping[str, Any], *, both: bool = False, listed: bool = True) -> tuple[Axes, str]:
    """Give the axes that v1's parameters ask for, and the type that results.

    Args:
        params: The parameters.
        both: Whether a type may be named beside a controller, which counts then.
        listed: Whether only the combinations that Stripe lists are accepted.

    Raises:
        Refusal: They are not allowed together, or no longer.
    """
    if "type" in params and not (both and "controller" in params):
        if "controller" in params:
            raise invalid("You may only specify one of `type` or `controller`.", param="controller")
        if params["type"] not in _TYPES:
            raise invalid("Invalid type: must be one of custom, express, or standard", param="type")
        return _TYPES[params["type"]], params["type"]
    controller = part(params, "controller")
    axes = Axes(
        part(controller, "stripe_dashboard").get("type", STANDARD.dashboard),
        part(controller, "losses").get("payments", STANDARD.losses),
        part(controller, "fees").get("payer", STANDARD.fees),
        controller.get("requirement_collection", STANDARD.collection),
    )
    return axes, legal(axes, listed=listed)


def legal(axes: Axes, *, listed: bool = True) -> str:
    """Give the type of an account with these axes: `standard`, or `none`.

    Args:
        axes: The axes.
        listed: Whether only the combinations that Stripe lists are accepted.

    Raises:
        Refusal: They are not allowed together.
    """
    if listed and axes not in _LEGAL:
        message = (
            f"The combination of dashboard `{axes.dashboard}`, losses `{axes.losses}`, fees `{axes.fees}` and "
            f"requirement collection `{axes.collection}` is not supported."
        )
        raise refused(message, param="controller")
    return "standard" if axes == STANDARD else "none"


def new_account(world: World, axes: Axes, type: str, country: str) -> Object:
    """Give an account about which nothing is known but its country and its axes.

    Raises:
        Refusal: There is no such country.
    """
    if country not in CURRENCIES:
        message = f"Country '{country}' is unknown. Try using a 2-character alphanumeric country code instead."
        raise invalid(message, param="country", code="country_unsupported")
    payer = f"application_{type}" if type in ("express", "custom") else axes.fees
    return {
        "id": world.ids.new("acct"),
        "object": "account",
        "business_profile": _business_profile(),
        "business_type": None,
        "capabilities": {},
        "charges_enabled": False,
        "company": None,
        "controller": {
            "fees": {"payer": payer},
            "is_controller": True,
            "losses": {"payments": axes.losses},
            "requirement_collection": axes.collection,
            "stripe_dashboard": {"type": axes.dashboard},
            "type": "application",
        },
        "country": country,
        "created": world.clock.now,
        "default_currency": CURRENCIES[country],
        "details_submitted": False,
        "email": None,
        "future_requirements": no_requirements(),
        "groups": {"payments_pricing": None},
        "individual": None,
        "metadata": {},
        "payouts_enabled": False,
        "requirements": no_requirements(),
        "settings": _settings(delay=usual(country), debit_negative=axes.collection == "stripe"),
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": type,
        **_private(),
    }


def no_requirements() -> Object:
    """Give requirements with nothing in them."""
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": [],
        "disabled_reason": None,
        "errors": [],
        "eventually_due": [],
        "past_due": [],
        "pending_verification": [],
    }


def _private() -> Object:
    return {
        "_requested": {},
        "_numbers": {},
        "_checked": None,
        "_pending": [],
        "_linked": False,
        "_submitted": False,
        "_rejected": None,
        "_still_paid": False,
        "_by_v1": False,
        "_closed": False,
        "_theirs": False,
        "_demanded": {},
        "_foreseen": {},
        "_answered": [],
        "_papers": {},
        "_disabled": None,
        "_stopped": None,
        "_unanswered": False,
        "_configurations": [],
        "_contact_phone": None,
        "_display_name": None,
        "_refused": [],
    }


def _business_profile() -> Object:
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {
        "annual_revenue": dict.fromkeys(("amount", "currency", "fiscal_year_end")),
        "estimated_worker_count": None,
        "mcc": None,
        "minority_owned_business_designation": None,
        "name": None,
        "product_description": None,
        "support_address": address,
        "support_email": None,
        "support_phone": None,
        "support_url": None,
        "url": None,
    }


def _settings(*, delay: int, debit_negative: bool) -> Object:
    return {
        "bacs_debit_payments": {"display_name": None, "service_user_number": None},
        "branding": dict.fromkeys(("icon", "logo", "primary_color", "secondary_color")),
        "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
        "card_payments": {
            "decline_on": {"avs_failure": False, "cvc_failure": False},
            "statement_descriptor_prefix": None,
            "statement_descriptor_prefix_kana": None,
            "statement_descriptor_prefix_kanji": None,
        },
        "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
        "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": None},
        "payments": dict.fromkeys(
            (
                "statement_descriptor",
                "statement_descriptor_kana",
                "statement_descriptor_kanji",
                "statement_descriptor_prefix_kana",
                "statement_descriptor_prefix_kanji",
            )
        ),
        "payouts": {
            "debit_negative_balances": debit_negative,
            "schedule": {"delay_days": delay, "interval": "daily"},
            "statement_descriptor": None,
        },
        "sepa_debit_payments": {},
    }
