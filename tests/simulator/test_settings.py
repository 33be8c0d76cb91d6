"""What stays in a balance when Stripe pays out by itself."""

from __future__ import annotations

from tests.simulator.till import Till

from connectkit.simulator import Simulator


def test_a_minimum_balance_stays(simulator: Simulator) -> None:
    till = Till(simulator)
    seller, driver = till.seller(), till.driver
    minimum = {"payouts": {"minimum_balance_by_currency": {"usd": 5000}}}
    driver.made("/v1/balance_settings", {"payments": minimum}, account=seller)
    for _ in range(3):
        till.pay(4000, account=seller, payment_method="pm_card_bypassPending")
    simulator.advance(days=2)
    (payout,) = driver.get("/v1/payouts", account=seller).body["data"]
    left = driver.get("/v1/balance", account=seller).body["available"][0]["amount"]
    members = driver.get(f"/v1/balance_transactions?payout={payout['id']}", account=seller).body["data"]
    assert 5000 <= left < 9000
    assert sum(row["net"] for row in members) == 0


def test_a_minimum_of_nothing_much_lets_everything_go(simulator: Simulator) -> None:
    till = Till(simulator)
    seller, driver = till.seller(), till.driver
    minimum = {"payouts": {"minimum_balance_by_currency": {"usd": 1}}}
    driver.made("/v1/balance_settings", {"payments": minimum}, account=seller)
    till.pay(4000, account=seller, payment_method="pm_card_bypassPending")
    lifted = {"payouts": {"minimum_balance_by_currency": {"usd": ""}}}
    driver.made("/v1/balance_settings", {"payments": lifted}, account=seller)
    simulator.advance(days=2)
    assert driver.get("/v1/balance", account=seller).body["available"][0]["amount"] == 0
