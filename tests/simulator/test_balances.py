from __future__ import annotations

import pytest
from tests.simulator.till import Till

from connectkit.simulator import Simulator


@pytest.fixture
def till(simulator: Simulator) -> Till:
    return Till(simulator)


def test_a_balance_of_nothing_names_the_home_currency(till: Till) -> None:
    own = till.driver.get("/v1/balance").body
    assert own["available"] == [{"amount": 0, "currency": "usd", "source_types": {"card": 0}}]
    assert own["connect_reserved"] == [{"amount": 0, "currency": "usd"}]
    assert "connect_reserved" not in till.driver.get("/v1/balance", account=till.seller()).body


def test_pending_available_and_instant(till: Till) -> None:
    till.pay(1000)
    till.pay(10_000, payment_method="pm_card_bypassPending")
    parts = ("available", "pending", "instant_available")
    balance = till.driver.get("/v1/balance").body
    assert [balance[part][0]["amount"] for part in parts] == [9680, 941, 9680 + 941]


def test_settings_are_read_and_changed(till: Till) -> None:
    seller = till.seller()
    told = {
        "payments": {
            "debit_negative_balances": True,
            "payouts": {
                "schedule": {"interval": "monthly", "monthly_payout_days": [1]},
                "statement_descriptor": "ANA",
            },
        }
    }
    changed = till.driver.made("/v1/balance_settings", told, account=seller)
    assert till.driver.get("/v1/balance_settings", account=seller).body == changed
    payments = changed["payments"]
    assert payments["debit_negative_balances"]
    assert payments["payouts"]["schedule"] == {"interval": "monthly", "monthly_payout_days": [1]}
    assert (payments["payouts"]["statement_descriptor"], payments["payouts"]["status"]) == ("ANA", "enabled")
    assert till.events(seller)[-1] == "balance_settings.updated"


def test_rows_are_found_by_what_they_are(till: Till) -> None:
    charge = till.pay(1000)
    refund = till.refund(charge)
    newest, oldest = till.listed("/v1/balance_transactions")
    assert (newest["source"], oldest["source"]) == (refund["id"], charge)
    assert (newest["reporting_category"], oldest["balance_type"]) == ("refund", "payments")
    assert till.listed("/v1/balance_transactions", source=charge) == [oldest]
    assert till.listed("/v1/balance_transactions", type="charge", created={"lte": oldest["created"]}) == [oldest]
    assert till.listed("/v1/balance_transactions", currency="eur") == []
    path = f"/v1/balance_transactions/{oldest['id']}"
    assert till.driver.get(path, {"expand": ["source"]}).body["source"]["id"] == charge


def test_the_world_sums_to_zero_and_stripe_has_its_fees(till: Till) -> None:
    till.pay(1000, "eur", transfer_data={"destination": till.seller()}, application_fee_amount=123)
    told = till.simulator.ledger()
    assert told["balanced"]
    (row,) = till.listed("/v1/balance_transactions", type="charge")
    assert told["accounts"]["stripe"] == {"usd": row["fee"]}
