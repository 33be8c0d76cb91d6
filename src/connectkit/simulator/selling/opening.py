"""A new Checkout session."""

from __future__ import annotations

from typing import Any, Final

from connectkit.simulator.clock import DAY
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

_HOSTED: Final = "hosted_page"
_WORDS: Final = (
    *("allow_promotion_codes", "allowed_payment_method_types", "billing_address_collection", "cancel_url"),
    *("client_reference_id", "consent_collection", "customer", "customer_email", "excluded_payment_method_types"),
    *("integration_identifier", "locale", "name_collection", "origin_context", "payment_method_collection"),
    *("permissions", "return_url", "saved_payment_method_options", "shipping_address_collection", "submit_type"),
    *("success_url", "wallet_options"),
)
_NOTHING: Final = (
    *("after_expiration", "amount_subtotal", "amount_total", "client_secret", "collected_information", "consent"),
    *("currency_conversion", "customer_account", "customer_details", "discounts", "invoice", "invoice_creation"),
    *("managed_payments", "optional_items", "payment_intent", "payment_link", "recovered_from", "setup_intent"),
    *("payment_method_configuration_details", "shipping_cost", "subscription", "url"),
)


def new_session(world: World, params: dict[str, Any]) -> Object:
    """Give a session as it is at first, without its amount."""
    id = f"cs_{'live' if world.livemode else 'test'}_{world.ids.token(58)}"
    mode, place = params["mode"], params["ui_mode"]
    hosted = place == _HOSTED
    redirect = None if hosted or place != "embedded_page" else params.get("redirect_on_completion", "always")
    return {
        "id": id,
        "object": "checkout.session",
        **dict.fromkeys(_NOTHING),
        **{name: params.get(name) for name in _WORDS},
        "adaptive_pricing": params.get("adaptive_pricing") or {"enabled": False},
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "branding_settings": params.get("branding_settings"),
        "client_secret": None if hosted else f"{id}_secret_{world.ids.token(40)}",
        "created": world.clock.now,
        "currency": params.get("currency"),
        "custom_fields": params.get("custom_fields", []),
        "custom_text": {
            **dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
            **params.get("custom_text", {}),
        },
        "customer_creation": _creation(params),
        "expires_at": params.get("expires_at", world.clock.now + DAY),
        "livemode": world.livemode,
        "metadata": {},
        "mode": mode,
        "payment_method_options": params.get("payment_method_options") or {},
        "payment_method_types": params.get("allowed_payment_method_types") or ["card"],
        "payment_status": "no_payment_required" if mode == "setup" else "unpaid",
        "phone_number_collection": params.get("phone_number_collection") or {"enabled": False},
        "redirect_on_completion": redirect,
        "shipping_options": [],
        "status": "open",
        "tax_id_collection": params.get("tax_id_collection") or {"enabled": False, "required": "never"},
        "total_details": None if mode == "setup" else {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": place,
        "url": f"{world.site}/c/pay/{id}" if hosted else None,
        "_intent": None,
        "_data": params.get("payment_intent_data", {}),
        "_subscription": params.get("subscription_data", {}),
    }


def _creation(params: dict[str, Any]) -> str | None:
    """Tell whether the buyer is kept as a customer."""
    if params.get("customer"):
        return None
    creation: str = params.get("customer_creation") or ("always" if params["mode"] == "subscription" else "if_required")
    return creation
