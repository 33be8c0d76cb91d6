"""Takes payments on a simulator with the official client, and tells what every balance did."""

from __future__ import annotations

from typing import Any

import stripe
from tests.simulator.driver import Driver

from connectkit.simulator import Simulator

Row = tuple[str, int, int, int]

APPLICATION_PAYS = {
    "controller": {
        "fees": {"payer": "application"},
        "losses": {"payments": "application"},
        "requirement_collection": "application",
        "stripe_dashboard": {"type": "none"},
    },
    "type": None,
}

CANADA = {
    "country": "CA",
    "external_account": {
        "object": "bank_account",
        "country": "CA",
        "currency": "cad",
        "account_number": "000123456789",
        "routing_number": "11000-000",
    },
}


class Till:
    def __init__(self, simulator: Simulator, client: stripe.StripeClient | None = None) -> None:
        self.simulator = simulator
        self.driver = Driver(simulator)
        self.v1 = (client or stripe.StripeClient("sk_test_till", http_client=simulator.http_client())).v1

    def seller(self, **changes: Any) -> str:
        account: str = self.driver.seller(**changes)["id"]
        return account

    def pay(self, amount: int, currency: str = "usd", *, account: str | None = None, **more: Any) -> str:
        """Take a payment, and give its charge."""
        told = {"amount": amount, "currency": currency, "payment_method": "pm_card_visa", "confirm": True, **more}
        intent = self.driver.made("/v1/payment_intents", told, account=account)
        charge: str = intent["latest_charge"]
        return charge

    def refund(self, charge: str, amount: int | None = None, **more: Any) -> dict[str, Any]:
        told = {"charge": charge, **more} if amount is None else {"charge": charge, "amount": amount, **more}
        return self.driver.made("/v1/refunds", told)

    def charge(self, id: str, account: str | None = None) -> dict[str, Any]:
        found: dict[str, Any] = self.driver.get(f"/v1/charges/{id}", account=account).body
        return found

    def listed(self, path: str, account: str | None = None, **filters: Any) -> list[dict[str, Any]]:
        data: list[dict[str, Any]] = self.driver.get(path, {"limit": 100, **filters}, account=account).body["data"]
        return data

    def rows(self, account: str | None = None) -> list[Row]:
        """Give type, amount, fee and net of every row, oldest first."""
        listed = self.listed("/v1/balance_transactions", account)
        return [(row["type"], row["amount"], row["fee"], row["net"]) for row in reversed(listed)]

    def held(self, account: str | None = None, currency: str = "usd") -> int:
        return self.available(account, currency) + self._part("pending", account, currency)

    def available(self, account: str | None = None, currency: str = "usd") -> int:
        return self._part("available", account, currency)

    def _part(self, part: str, account: str | None, currency: str) -> int:
        balance = self.driver.get("/v1/balance", account=account).body
        return sum(each["amount"] for each in balance[part] if each["currency"] == currency)

    def events(self, account: str | None = None) -> list[str]:
        return [event["type"] for event in reversed(self.listed("/v1/events", account))]
