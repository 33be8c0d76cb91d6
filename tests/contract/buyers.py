"""What is sent on behalf of buyers: Checkout, customers, their payment methods and what they set up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import stripe

OPTIONS: Any = {"stripe_account": "acct_9", "idempotency_key": "ck1_a"}
READING: Any = {"stripe_account": "acct_9"}

SESSION: Final[dict[str, Any]] = {
    "mode": "payment",
    "success_url": "https://a.b/c?session={CHECKOUT_SESSION_ID}",
    "line_items": [
        {
            "quantity": 2,
            "price_data": {"currency": "usd", "unit_amount": 1000, "product_data": {"name": "A bowl, blue"}},
        }
    ],
    "payment_intent_data": {"application_fee_amount": 12, "transfer_data": {"destination": "acct_1"}},
}
PAGE: Final[dict[str, Any]] = {"limit": 100, "created": {"gte": 1}}
BUYER: Final[dict[str, Any]] = {"email": "ana+b@example.com", "name": "Ana", "metadata": {"a": "b"}}
COPY: Final[dict[str, Any]] = {"customer": "cus_1", "payment_method": "pm_1"}
SETUP: Final[dict[str, Any]] = {"customer": "cus_1", "payment_method_types": ["card"], "metadata": {"a": "b"}}
DEBIT: Final[dict[str, Any]] = {"amount": 1000, "currency": "usd", "source": "acct_1"}

CALLS: Final[list[tuple[str, str, dict[str, Any], Callable[[stripe.StripeClient, Any], object]]]] = [
    ("post", "/v1/checkout/sessions", SESSION, lambda c, p: c.v1.checkout.sessions.create(p, OPTIONS)),
    ("get", "/v1/checkout/sessions", PAGE, lambda c, p: c.v1.checkout.sessions.list(p, READING)),
    ("get", "/v1/checkout/sessions/cs_1", {}, lambda c, p: c.v1.checkout.sessions.retrieve("cs_1", p, READING)),
    (
        "get",
        "/v1/checkout/sessions/cs_1/line_items",
        {"limit": 100},
        lambda c, p: c.v1.checkout.sessions.line_items.list("cs_1", p, READING),
    ),
    ("post", "/v1/checkout/sessions/cs_1/expire", {}, lambda c, p: c.v1.checkout.sessions.expire("cs_1", p, OPTIONS)),
    ("post", "/v1/customers", BUYER, lambda c, p: c.v1.customers.create(p, OPTIONS)),
    ("get", "/v1/customers", {"email": "ana+b@example.com"}, lambda c, p: c.v1.customers.list(p, READING)),
    ("get", "/v1/customers/cus_1", {}, lambda c, p: c.v1.customers.retrieve("cus_1", p, READING)),
    (
        "get",
        "/v1/customers/cus_1/payment_methods",
        {"type": "card"},
        lambda c, p: c.v1.customers.payment_methods.list("cus_1", p, READING),
    ),
    ("post", "/v1/payment_methods", COPY, lambda c, p: c.v1.payment_methods.create(p, OPTIONS)),
    ("get", "/v1/payment_methods/pm_1", {}, lambda c, p: c.v1.payment_methods.retrieve("pm_1", p, READING)),
    ("post", "/v1/payment_methods/pm_1/detach", {}, lambda c, p: c.v1.payment_methods.detach("pm_1", p, OPTIONS)),
    ("post", "/v1/setup_intents", SETUP, lambda c, p: c.v1.setup_intents.create(p, OPTIONS)),
    ("get", "/v1/setup_intents", PAGE, lambda c, p: c.v1.setup_intents.list(p, READING)),
    ("get", "/v1/setup_intents/seti_1", {}, lambda c, p: c.v1.setup_intents.retrieve("seti_1", p, READING)),
    (
        "post",
        "/v1/setup_intents/seti_1/confirm",
        {"payment_method": "pm_1"},
        lambda c, p: c.v1.setup_intents.confirm("seti_1", p, OPTIONS),
    ),
    ("post", "/v1/setup_intents/seti_1/cancel", {}, lambda c, p: c.v1.setup_intents.cancel("seti_1", p, OPTIONS)),
    (
        "post",
        "/v1/payment_intents/pi_1",
        {"metadata": {"a": "b"}},
        lambda c, p: c.v1.payment_intents.update("pi_1", p, OPTIONS),
    ),
    (
        "post",
        "/v1/payment_intents/pi_1/increment_authorization",
        {"amount": 1200, "application_fee_amount": 15},
        lambda c, p: c.v1.payment_intents.increment_authorization("pi_1", p, OPTIONS),
    ),
    ("post", "/v1/charges", DEBIT, lambda c, p: c.v1.charges.create(p, OPTIONS)),
    ("get", "/v1/radar/early_fraud_warnings", PAGE, lambda c, p: c.v1.radar.early_fraud_warnings.list(p, READING)),
    (
        "get",
        "/v1/radar/early_fraud_warnings/issfr_1",
        {},
        lambda c, p: c.v1.radar.early_fraud_warnings.retrieve("issfr_1", p, READING),
    ),
]
