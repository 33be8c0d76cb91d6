"""Journeys of questions and of refusals: lists, expansions, events, errors, keys."""

from __future__ import annotations

from typing import Final

from .steps import INTENT, Journeys, Step, paid

_HEARD: Final = {"url": "https://example.com/webhooks", "enabled_events[0]": "payout.paid"}

JOURNEYS: Final[Journeys] = {
    "pages of a list": (
        *(Step("POST", "/v1/customers", {"name": name}, {name: "id"}) for name in ("ana", "ben", "eva")),
        Step("GET", "/v1/customers", {"limit": "1", "starting_after": "{eva}"}),
        Step("GET", "/v1/customers", {"limit": "2", "ending_before": "{ana}"}),
        Step("GET", "/v1/customers", {"limit": "0"}),
        Step("GET", "/v1/customers", {"limit": "101"}),
        Step("GET", "/v1/customers", {"starting_after": "cus_nothing"}),
        Step("GET", "/v1/customers", {"starting_after": "{eva}", "ending_before": "{ana}"}),
        Step("GET", "/v1/customers", {"created[gte]": "soon"}),
    ),
    "what is expanded": (
        Step("POST", "/v1/payment_intents", paid(2000), INTENT),
        Step(
            "GET",
            "/v1/payment_intents/{intent}",
            {"expand[0]": "latest_charge.balance_transaction", "expand[1]": "payment_method"},
        ),
        Step("GET", "/v1/charges", {"payment_intent": "{intent}", "expand[0]": "data.balance_transaction"}),
        Step("GET", "/v1/payment_intents/{intent}", {"expand[0]": "status"}),
        Step("GET", "/v1/payment_intents/{intent}", {"expand[0]": "colour"}),
        Step("GET", "/v1/payment_intents/{intent}", {"expand[0]": "latest_charge.a.b.c.d"}),
    ),
    "webhooks and events": (
        Step("POST", "/v1/webhook_endpoints", _HEARD, {"endpoint": "id"}),
        Step("GET", "/v1/webhook_endpoints/{endpoint}"),
        Step("POST", "/v1/webhook_endpoints/{endpoint}", {"enabled_events[0]": "*", "description": "All"}),
        Step("POST", "/v1/webhook_endpoints", {**_HEARD, "enabled_events[0]": "payout.blue"}),
        Step("DELETE", "/v1/webhook_endpoints/{endpoint}"),
        Step("POST", "/v1/customers", {"name": "ana"}, {"buyer": "id"}),
        Step(
            "GET",
            "/v1/events",
            {"type": "customer.created", "limit": "1"},
            {"event": "data.0.id"},
            until=("data.0.data.object.id", "{buyer}"),
        ),
        Step("GET", "/v1/events/{event}"),
    ),
    "what is refused": (
        Step("POST", "/v1/transfers", {"amount": "100", "currency": "usd"}),
        Step("POST", "/v1/transfers", {"amount": "x", "currency": "usd", "destination": "acct_1"}),
        Step("POST", "/v1/transfers", {"amount": "100", "currency": "usd", "destination": "acct_1"}),
        Step("POST", "/v1/topups", {"amount": "100", "currency": "usd", "colour": "red"}),
        Step("POST", "/v1/refunds", {"charge": "ch_nothing"}),
        Step("POST", "/v1/refunds", {"charge": "ch_nothing", "reason": "boredom"}),
        Step("GET", "/v1/charges/ch_nothing"),
        Step("GET", "/v1/payouts", {"limit": "1000"}),
        Step("GET", "/v1/nothing"),
        Step("POST", "/v1/payment_intents", {"amount": "10", "currency": "usd"}),
        Step("POST", "/v1/payment_intents", {"amount": "2000", "currency": "zzz"}),
        *(
            Step("POST", "/v1/payment_intents", paid(2000, f"pm_card_{card}"))
            for card in ("chargeDeclined", "chargeDeclinedInsufficientFunds", "chargeDeclinedExpiredCard")
        ),
    ),
    "a key that is used again": (
        Step("POST", "/v1/payment_intents", {"amount": "2000", "currency": "usd"}, key="one"),
        Step("POST", "/v1/payment_intents", {"amount": "2000", "currency": "usd"}, key="one"),
        Step("POST", "/v1/payment_intents", {"amount": "3000", "currency": "usd"}, key="one"),
        Step("POST", "/v1/customers", {"name": "ana"}, key="one"),
        Step("POST", "/v1/payment_intents", paid(2000, "pm_card_chargeDeclined"), key="two"),
        Step("POST", "/v1/payment_intents", paid(2000, "pm_card_chargeDeclined"), key="two"),
    ),
}
"""Each is followed by a look at the rows and events that it made."""
