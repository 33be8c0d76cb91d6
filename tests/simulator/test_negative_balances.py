"""Balances below zero: what Stripe takes from banks, holds back from the platform, and collects in the end."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.till import CANADA, Till

from connectkit.simulator import Simulator, Switches

AT_ONCE = "pm_card_bypassPending"


def switched(**switches: Any) -> Till:
    return Till(Simulator(start=1_800_000_000, switches=Switches(**switches), check_always=True))


def below(till: Till, *, allow: bool = True, amount: int = 1000, **changes: Any) -> str:
    """Make an account that is below zero by what Stripe took of a payment that was refunded."""
    return sunk(till, till.seller(**changes), allow=allow, amount=amount)


def sunk(till: Till, seller: str, *, allow: bool, amount: int = 1000) -> str:
    till.simulator.onboard(seller)
    told = {"payments": {"debit_negative_balances": allow}}
    till.driver.made("/v1/balance_settings", told, account=seller)
    sink(till, seller, amount)
    return seller


def sink(till: Till, seller: str, amount: int = 1000) -> None:
    charge = till.pay(amount, account=seller, payment_method=AT_ONCE)
    till.driver.made("/v1/refunds", {"charge": charge}, account=seller)


def payouts(till: Till, seller: str) -> list[dict[str, Any]]:
    return till.listed("/v1/payouts", seller)


@pytest.fixture
def till(simulator: Simulator) -> Till:
    return Till(simulator)


def test_what_is_missing_is_taken_from_the_bank_by_a_negative_payout(till: Till) -> None:
    seller = below(till)
    till.simulator.advance(days=1)
    (payout,) = payouts(till, seller)
    assert (payout["amount"], payout["automatic"], payout["status"]) == (-59, True, "pending")
    row = till.listed("/v1/balance_transactions", seller)[0]
    assert (row["type"], row["amount"], row["fee"], row["net"]) == ("payout", 59, 0, 59)
    assert (row["description"], row["reporting_category"], row["status"]) == ("STRIPE PAYOUT", "payout", "pending")
    assert (till.available(seller), till.held(seller)) == (-59, 0)
    members = till.listed("/v1/balance_transactions", seller, payout=payout["id"])
    assert sum(each["net"] for each in members if each["id"] != row["id"]) == -59
    till.simulator.advance(days=3)
    (paid,) = payouts(till, seller)
    assert (paid["status"], paid["reconciliation_status"]) == ("paid", "completed")
    assert (till.available(seller), till.held(seller)) == (0, 0)
    assert "payout.paid" in till.events(seller)


def test_a_debit_can_be_available_at_once() -> None:
    till = switched(debits_available="at_once")
    seller = below(till)
    till.simulator.advance(days=1)
    assert (till.available(seller), len(payouts(till, seller))) == (0, 1)


def test_a_manual_schedule_is_no_protection_and_a_setting_is(till: Till) -> None:
    open_, shut = below(till), below(till, allow=False)
    manual = {"payments": {"payouts": {"schedule": {"interval": "manual"}}}}
    for seller in (open_, shut):
        till.driver.made("/v1/balance_settings", manual, account=seller)
    till.simulator.advance(days=1)
    assert (len(payouts(till, open_)), len(payouts(till, shut))) == (1, 0)


def test_stripe_does_not_debit_where_that_is_decided_otherwise() -> None:
    till = switched(negative_debits="never")
    seller = below(till)
    till.simulator.advance(days=3)
    assert payouts(till, seller) == []


@pytest.mark.parametrize(("decided", "debits"), [("available", 1), ("total", 0)])
def test_what_is_pending_may_spare_a_debit(decided: str, debits: int) -> None:
    till = switched(negative_debits=decided)
    seller = below(till)
    till.pay(1000, account=seller)
    till.simulator.advance(days=1)
    assert len(payouts(till, seller)) == debits


def test_neither_a_card_nor_a_bank_elsewhere_is_debited(till: Till) -> None:
    card = below(till, external_account="tok_visa_debit_us_transferSuccess")
    assert till.held(card) < 0
    bank = {"object": "bank_account", "country": "BR", "currency": "brl", "account_number": "0001234"}
    brazil = below(till, country="BR", external_account={**bank, "routing_number": "110-0000"})
    assert till.held(brazil, "brl") < 0
    till.simulator.advance(days=3)
    assert payouts(till, card) == payouts(till, brazil) == []


def test_a_bank_can_refuse_a_debit_and_is_not_asked_again(till: Till) -> None:
    seller = below(till, external_account="btok_us_verified_insufficientFunds")
    till.simulator.advance(days=10)
    (payout,) = payouts(till, seller)
    assert (payout["status"], payout["failure_code"]) == ("failed", "insufficient_funds")
    assert till.rows(seller)[-1] == ("payout_failure", -59, 0, -59)
    assert till.held(seller) == -59


def test_what_goes_missing_while_a_debit_is_on_its_way_is_taken_by_itself(till: Till) -> None:
    seller = below(till)
    till.simulator.advance(days=1)
    sink(till, seller, 2000)
    till.simulator.advance(days=1)
    assert [payout["amount"] for payout in payouts(till, seller)] == [-88, -59]
    till.simulator.advance(days=5)
    assert till.held(seller) == 0


def test_what_is_no_whole_unit_of_a_currency_is_not_debited(till: Till) -> None:
    bank = {
        "object": "bank_account",
        "country": "HU",
        "currency": "huf",
        "account_number": "HU42117730161111101800000000",
    }
    seller = below(till, country="HU", external_account=bank)
    missing = till.held(seller, "huf")
    assert missing % 100
    till.simulator.advance(days=3)
    assert payouts(till, seller) == []


def test_the_reserve_stays_three_business_days_longer() -> None:
    till = switched(connect_reserves=True)
    seller = below(till)

    def reserved() -> int:
        (held,) = till.driver.get("/v1/balance").body["connect_reserved"]
        amount: int = held["amount"]
        return amount

    assert reserved() == 59
    till.simulator.advance(days=3)  # Saturday's midnight took it, and Monday's has it
    assert (till.held(seller), reserved()) == (0, 59)
    till.simulator.advance(days=3)
    assert reserved() == 0
    assert switched(connect_reserves=False).simulator.advance(days=1)


def test_the_platform_pays_for_what_is_below_zero_for_half_a_year(till: Till) -> None:
    ours = below(till, allow=False)
    hers = sunk(till, till.driver.made("/v1/accounts", {"type": "standard", "country": "US"})["id"], allow=False)
    better = below(till, allow=False)
    till.simulator.advance(days=100)
    till.pay(10_000, payment_method=AT_ONCE)
    transfer = {"amount": 59, "currency": "usd", "destination": better}
    till.driver.made("/v1/transfers", transfer)
    till.simulator.advance(days=1)
    sink(till, better)
    till.simulator.advance(days=79)
    assert till.held(ours) == till.held(better) == -59
    till.simulator.advance(days=1)
    assert (till.held(ours), till.held(hers), till.held(better)) == (0, -59, -59)
    assert till.rows(ours)[-1] == ("connect_collection_transfer", 59, 0, 59)
    assert till.rows()[-1] == ("connect_collection_transfer", -59, 0, -59)
    row = till.listed("/v1/balance_transactions")[0]
    found = till.driver.get(f"/v1/balance_transactions/{row['id']}", {"expand": ["source"]}).body["source"]
    assert (found["object"], found["destination"], found["amount"]) == ("connect_collection_transfer", ours, 59)
    assert till.driver.get("/v1/balance", account=till.seller(**CANADA)).status == 200
