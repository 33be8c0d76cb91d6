"""Journeys of money that goes back: refunds, disputes, warnings of fraud."""

from __future__ import annotations

from typing import Final

from .steps import INTENT, Journeys, Step, paid

_DISPUTED: Final = Step(
    "GET", "/v1/disputes", {"payment_intent": "{intent}"}, {"dispute": "data.0.id"}, until=("data.0.object", "dispute")
)

JOURNEYS: Final[Journeys] = {
    "refunds": (
        Step("POST", "/v1/payment_intents", paid(3000), INTENT),
        Step("POST", "/v1/refunds", {"charge": "{charge}", "amount": "1000", "reason": "requested_by_customer"}),
        Step("POST", "/v1/refunds", {"charge": "{charge}", "amount": "2500"}),
        Step("POST", "/v1/refunds", {"payment_intent": "{intent}"}, {"refund": "id"}),
        Step("POST", "/v1/refunds", {"payment_intent": "{intent}"}),
        Step("GET", "/v1/refunds/{refund}", {"expand[0]": "balance_transaction"}),
        Step("GET", "/v1/refunds", {"charge": "{charge}"}),
        Step("GET", "/v1/charges/{charge}"),
    ),
    "refunds that take their time": (
        Step("POST", "/v1/payment_intents", paid(3000, "pm_card_pendingRefund"), INTENT),
        Step("POST", "/v1/refunds", {"payment_intent": "{intent}"}, {"refund": "id"}),
        Step("POST", "/v1/payment_intents", paid(3000, "pm_card_refundFail"), INTENT),
        Step("POST", "/v1/refunds", {"payment_intent": "{intent}"}, {"refund": "id"}),
    ),
    "a dispute that is won": (
        Step("POST", "/v1/payment_intents", paid(3000, "pm_card_createDispute"), INTENT),
        _DISPUTED,
        Step(
            "POST",
            "/v1/disputes/{dispute}",
            {"evidence[uncategorized_text]": "winning_evidence", "submit": "true"},
        ),
        Step("GET", "/v1/disputes/{dispute}", until=("status", "won")),
        Step("POST", "/v1/disputes/{dispute}/close"),
    ),
    "a dispute that is accepted": (
        Step("POST", "/v1/payment_intents", paid(3000, "pm_card_createDisputeProductNotReceived"), INTENT),
        _DISPUTED,
        Step("POST", "/v1/disputes/{dispute}/close"),
        Step("GET", "/v1/disputes/{dispute}", {"expand[0]": "charge"}),
        Step("POST", "/v1/refunds", {"payment_intent": "{intent}"}),
    ),
    "a warning of fraud": (
        Step("POST", "/v1/payment_intents", paid(3000, "pm_card_createIssuerFraudRecord"), INTENT),
        Step(
            "GET",
            "/v1/radar/early_fraud_warnings",
            {"charge": "{charge}"},
            until=("data.0.object", "radar.early_fraud_warning"),
        ),
    ),
}
"""Each is followed by a look at the rows and events that it made."""
