"""What one facade call costs: CPU time against the SDK's own typed service, on the same null transport.

The answer is a payout of realistic size; the journal is in memory. Everything is measured in one interleaved run, so
that the ratios hold on a noisy machine.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

import stripe

from connectkit import Connect, Money

ROUNDS, CALLS = 9, 200
PAYOUT: dict[str, Any] = {
    "id": "po_1Pgc79B7WZ01zgkWu1KToYf4",
    "object": "payout",
    "amount": 1100,
    "arrival_date": 1795446000,
    "automatic": False,
    "balance_transaction": "txn_1PgaxNB7WZ01zgkWEV3TLf40",
    "created": 1795446000,
    "currency": "usd",
    "description": None,
    "destination": "ba_1Pgc79B7WZ01zgkWoU5vBiXt",
    "failure_balance_transaction": None,
    "failure_code": None,
    "failure_message": None,
    "livemode": False,
    "metadata": {"connectkit": "0" * 24},
    "method": "standard",
    "original_payout": None,
    "reconciliation_status": "not_applicable",
    "reversed_by": None,
    "source_type": "card",
    "statement_descriptor": None,
    "status": "pending",
    "trace_id": {"status": "pending", "value": None},
    "type": "bank_account",
}
INTENT: dict[str, Any] = {
    "id": "pi_1PgafyB7WZ01zgkWSjxsAJo3",
    "object": "payment_intent",
    "amount": 1099,
    "amount_capturable": 0,
    "amount_details": {"tip": {}},
    "amount_received": 1099,
    "application_fee_amount": 123,
    "automatic_payment_methods": {"allow_redirects": "never", "enabled": True},
    "canceled_at": None,
    "capture_method": "automatic_async",
    "client_secret": "pi_1PgafyB7WZ01zgkWSjxsAJo3_secret_Dm43xiq1k0ywrRRjDoi8y1gkM",
    "confirmation_method": "automatic",
    "created": 1795446000,
    "currency": "usd",
    "customer": None,
    "description": "A pot",
    "last_payment_error": None,
    "latest_charge": "ch_1PgafuB7WZ01zgkWXYmPNZs8",
    "livemode": False,
    "metadata": {"connectkit": "0" * 24},
    "next_action": None,
    "on_behalf_of": None,
    "payment_method": "pm_1Pgc75B7WZ01zgkWlHVgdEGJ",
    "payment_method_options": {"card": {"installments": None, "request_three_d_secure": "automatic"}},
    "payment_method_types": ["card"],
    "status": "succeeded",
    "transfer_data": None,
    "transfer_group": None,
}


class Null(stripe.HTTPClient):
    """Answers without any network."""

    name = "null"

    def __init__(self, answer: Mapping[str, Any]) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType]  # untyped there
        self._answer = json.dumps(answer)

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,  # noqa: ANN401  # the SDK's own signature
        *,
        _usage: list[str] | None = None,
    ) -> Any:  # noqa: ANN401  # the SDK's own signature
        """Give the answer, whatever was asked."""
        del method, url, headers, post_data
        return self._answer, 200, {"Request-Id": "req_1"}


def payouts() -> dict[str, Callable[[int], object]]:
    """Give the two ways to make a payout."""
    client = stripe.StripeClient("sk_test_x", http_client=Null(PAYOUT))
    connect = Connect("sk_test_x", http_client=Null(PAYOUT), platform="acct_1")
    amount = Money.minor(1100, "usd")
    return {
        "stripe: client.v1.payouts.create": lambda number: client.v1.payouts.create(
            {"amount": 1100, "currency": "usd", "metadata": {"connectkit": "0" * 24}},
            {"stripe_account": "acct_2", "idempotency_key": f"payout-{number}"},
        ),
        "connectkit: connect.payouts.create": lambda number: connect.payouts.create(
            key=f"payout-{number}", amount=amount, account="acct_2"
        ),
    }


def charges() -> dict[str, Callable[[int], object]]:
    """Give the two ways to take a direct charge."""
    client = stripe.StripeClient("sk_test_x", http_client=Null(INTENT))
    connect = Connect("sk_test_x", http_client=Null(INTENT), platform="acct_1")
    amount, fee = Money.minor(1099, "usd"), Money.minor(123, "usd")
    return {
        "stripe: client.v1.payment_intents.create": lambda number: client.v1.payment_intents.create(
            {
                "amount": 1099,
                "currency": "usd",
                "application_fee_amount": 123,
                "confirm": True,
                "payment_method": "pm_card_visa",
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                "metadata": {"connectkit": "0" * 24},
            },
            {"stripe_account": "acct_2", "idempotency_key": f"order-{number}"},
        ),
        "connectkit: connect.charges.direct.create": lambda number: connect.charges.direct.create(
            key=f"order-{number}", amount=amount, account="acct_2", fee=fee, payment_method="pm_card_visa"
        ),
    }


def measured(ways: Mapping[str, Callable[[int], object]]) -> dict[str, float]:
    """Give the CPU microseconds of a call of each way, the median of interleaved rounds."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for call in ways.values():
        call(-1)
    for turn in range(ROUNDS):
        for name, call in ways.items():
            began = time.process_time()
            for number in range(CALLS):
                call(turn * CALLS + number)
            times[name].append((time.process_time() - began) / CALLS * 1e6)
    return {name: median(taken) for name, taken in times.items()}


def main() -> None:
    """Print a table."""
    stripe.enable_telemetry = False
    for ways in (payouts(), charges()):
        result = measured(ways)
        theirs = next(iter(result.values()))
        for name, taken in result.items():
            print(f"{name:45} {taken:8.0f} µs CPU   {taken / theirs:5.2f}")


if __name__ == "__main__":
    main()
