"""Journeys of payments, of each type, and of the transfers behind them."""

from __future__ import annotations

from typing import Final

from .steps import INTENT, PAID, Journeys, Step, opened, paid

_CUT: Final = {"application_fee_amount": "1230", "transfer_data[destination]": "{seller}"}
_BACK: Final = {"reverse_transfer": "true", "refund_application_fee": "true"}

JOURNEYS: Final[Journeys] = {
    "a destination charge": (
        *opened(),
        Step("POST", "/v1/payment_intents", paid(10000, **_CUT), INTENT),
        Step("GET", "/v1/payment_intents/{intent}"),
        Step("POST", "/v1/refunds", {"payment_intent": "{intent}", "amount": "4000", **_BACK}),
        Step("GET", "/v1/transfers", {"destination": "{seller}"}),
        Step("GET", "/v1/charges", {"payment_intent": "{intent}"}),
    ),
    "a direct charge": (
        *opened(),
        Step("POST", "/v1/payment_intents", paid(5000, application_fee_amount="500"), INTENT, account="seller"),
        Step("GET", "/v1/application_fees", {"charge": "{charge}"}, {"fee": "data.0.id"}),
        Step("POST", "/v1/application_fees/{fee}/refunds", {"amount": "100"}),
        Step(
            "POST",
            "/v1/refunds",
            {"charge": "{charge}", "amount": "2000", "refund_application_fee": "true"},
            account="seller",
        ),
        Step("GET", "/v1/payment_intents/{intent}", account="seller"),
        Step("GET", "/v1/balance", account="seller"),
    ),
    "separate charges and transfers": (
        *opened(),
        Step("POST", "/v1/payment_intents", paid(9000, transfer_group="order-7"), INTENT),
        Step(
            "POST",
            "/v1/transfers",
            {"amount": "5000", "currency": "usd", "destination": "{seller}", "source_transaction": "{charge}"},
            {"transfer": "id"},
        ),
        Step(
            "POST",
            "/v1/transfers",
            {"amount": "5000", "currency": "usd", "destination": "{seller}", "source_transaction": "{charge}"},
        ),
        Step("POST", "/v1/transfers/{transfer}/reversals", {"amount": "1500"}, {"reversal": "id"}),
        Step("GET", "/v1/transfers/{transfer}/reversals/{reversal}", {"expand[0]": "balance_transaction"}),
        Step("POST", "/v1/transfers/{transfer}/reversals", {"amount": "4000"}),
        Step("GET", "/v1/transfers/{transfer}"),
    ),
    "an account debit": (
        *opened(),
        Step("POST", "/v1/payment_intents", paid(5000), INTENT, account="seller"),
        Step("POST", "/v1/charges", {"amount": "1000", "currency": "usd", "source": "{seller}"}),
        Step("GET", "/v1/balance", account="seller"),
    ),
    "authorized, and captured later": (
        Step("POST", "/v1/payment_intents", {**paid(4000), "capture_method": "manual"}, INTENT),
        Step("POST", "/v1/payment_intents/{intent}/capture", {"amount_to_capture": "5000"}),
        Step("POST", "/v1/payment_intents/{intent}/capture", {"amount_to_capture": "3000"}),
        Step("POST", "/v1/payment_intents", {**paid(4000), "capture_method": "manual"}, INTENT),
        Step("POST", "/v1/payment_intents/{intent}/cancel", {"cancellation_reason": "abandoned"}),
        Step("POST", "/v1/payment_intents/{intent}/confirm"),
    ),
    "a buyer who is asked by her bank": (
        Step(
            "POST",
            "/v1/payment_intents",
            {
                **{name: value for name, value in PAID.items() if "allow_redirects" not in name},
                "amount": "2000",
                "payment_method": "pm_card_authenticationRequired",
                "return_url": "https://example.com/return",
            },
            INTENT,
        ),
        Step("POST", "/v1/payment_intents/{intent}/cancel"),
    ),
}
"""Each is followed by a look at the rows and events that it made."""
