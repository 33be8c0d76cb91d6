"""Journeys of buyers: customers, saved cards, Checkout, payment links, subscriptions."""

from __future__ import annotations

from typing import Final

from .steps import INTENT, Journeys, Step, paid

_BUYER: Final = Step("POST", "/v1/customers", {"email": "ana@example.com", "name": "Ana"}, {"buyer": "id"})
_ATTACHED: Final = Step("POST", "/v1/payment_methods/pm_card_visa/attach", {"customer": "{buyer}"}, {"method": "id"})
_PRODUCT: Final = {"currency": "usd", "unit_amount": "1500", "product_data[name]": "Chair"}
_PRICE: Final = Step("POST", "/v1/prices", _PRODUCT, {"price": "id"})
_ITEMS: Final = {"line_items[0][price]": "{price}", "line_items[0][quantity]": "2"}
_DONE: Final = {"success_url": "https://example.com/done"}

JOURNEYS: Final[Journeys] = {
    "customers and payment methods": (
        _BUYER,
        _ATTACHED,
        Step("GET", "/v1/customers/{buyer}/payment_methods"),
        Step("POST", "/v1/customers/{buyer}", {"invoice_settings[default_payment_method]": "{method}"}),
        Step("POST", "/v1/payment_methods/{method}", {"billing_details[name]": "Ana Lima"}),
        Step("POST", "/v1/payment_methods/pm_card_chargeDeclined/attach", {"customer": "{buyer}"}),
        Step("POST", "/v1/payment_methods/{method}/detach"),
        Step("POST", "/v1/payment_methods/{method}/detach"),
        Step("DELETE", "/v1/customers/{buyer}"),
        Step("GET", "/v1/customers/{buyer}"),
    ),
    "a card that is set up": (
        _BUYER,
        Step(
            "POST",
            "/v1/setup_intents",
            {
                "customer": "{buyer}",
                "payment_method": "pm_card_visa",
                "confirm": "true",
                "automatic_payment_methods[enabled]": "true",
                "automatic_payment_methods[allow_redirects]": "never",
            },
            {"setup": "id", "method": "payment_method"},
        ),
        Step("GET", "/v1/setup_intents/{setup}"),
        Step(
            "POST",
            "/v1/payment_intents",
            {**paid(2000, "{method}"), "customer": "{buyer}", "off_session": "true"},
            INTENT,
        ),
        Step("POST", "/v1/setup_intents/{setup}/cancel"),
        Step(
            "POST",
            "/v1/setup_intents",
            {
                "payment_method": "pm_card_chargeDeclined",
                "confirm": "true",
                "automatic_payment_methods[enabled]": "true",
                "automatic_payment_methods[allow_redirects]": "never",
            },
        ),
    ),
    "Checkout": (
        _PRICE,
        Step("POST", "/v1/checkout/sessions", {**_ITEMS, **_DONE, "mode": "payment"}, {"session": "id"}),
        Step("GET", "/v1/checkout/sessions/{session}", {"expand[0]": "line_items"}),
        Step("GET", "/v1/checkout/sessions/{session}/line_items"),
        Step("POST", "/v1/checkout/sessions/{session}/expire"),
        Step("POST", "/v1/checkout/sessions/{session}/expire"),
        Step("POST", "/v1/checkout/sessions", {**_DONE, "mode": "payment"}),
        Step("POST", "/v1/checkout/sessions", {**_DONE, "mode": "setup", "currency": "usd"}),
    ),
    "payment links": (
        _PRICE,
        Step("POST", "/v1/payment_links", _ITEMS, {"link": "id"}),
        Step("GET", "/v1/payment_links/{link}/line_items"),
        Step("POST", "/v1/payment_links/{link}", {"active": "false"}),
        Step("POST", "/v1/prices/{price}", {"active": "false"}),
    ),
    "a subscription": (
        _BUYER,
        _ATTACHED,
        Step("POST", "/v1/customers/{buyer}", {"invoice_settings[default_payment_method]": "{method}"}),
        Step("POST", "/v1/prices", {**_PRODUCT, "recurring[interval]": "month"}, {"price": "id"}),
        Step(
            "POST",
            "/v1/subscriptions",
            {"customer": "{buyer}", "items[0][price]": "{price}"},
            {"subscription": "id"},
        ),
        Step("GET", "/v1/invoices", {"subscription": "{subscription}"}),
        Step("DELETE", "/v1/subscriptions/{subscription}"),
    ),
}
"""Each is followed by a look at the rows and events that it made."""
