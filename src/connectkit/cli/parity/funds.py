"""Journeys of balances: payouts, top-ups, schedules."""

from __future__ import annotations

from typing import Final

from .steps import INTENT, Journeys, Step, opened, paid

JOURNEYS: Final[Journeys] = {
    "payouts": (
        *opened(),
        Step("POST", "/v1/payment_intents", paid(5000), INTENT, account="seller"),
        Step("POST", "/v1/payouts", {"amount": "1000", "currency": "usd"}, {"payout": "id"}, account="seller"),
        Step("GET", "/v1/payouts/{payout}", {"expand[0]": "balance_transaction"}, account="seller"),
        Step("POST", "/v1/payouts/{payout}", {"metadata[week]": "7"}, account="seller"),
        Step("POST", "/v1/payouts/{payout}/cancel", account="seller"),
        Step("POST", "/v1/payouts", {"amount": "900000", "currency": "usd"}, account="seller"),
        Step("POST", "/v1/payouts", {"amount": "1000", "currency": "eur"}, account="seller"),
        Step("GET", "/v1/payouts", account="seller"),
        Step("GET", "/v1/balance", account="seller"),
    ),
    "payout schedules": (
        *opened(),
        Step("GET", "/v1/balance_settings", account="seller"),
        Step(
            "POST",
            "/v1/balance_settings",
            {"payments[payouts][schedule][interval]": "manual"},
            account="seller",
        ),
        Step("GET", "/v1/accounts/{seller}"),
    ),
    "top-ups": (
        Step("POST", "/v1/topups", {"amount": "2000", "currency": "usd", "description": "Parity"}, {"topup": "id"}),
        Step("GET", "/v1/topups/{topup}"),
        Step("POST", "/v1/topups/{topup}/cancel"),
        Step("POST", "/v1/topups", {"amount": "0", "currency": "usd"}),
    ),
}
"""Each is followed by a look at the rows and events that it made."""
