from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.till import Till

from connectkit.simulator import Simulator

USD = {"amount": 500, "currency": "usd"}


@pytest.fixture
def till(simulator: Simulator) -> Till:
    return Till(simulator)


def funded(till: Till, amount: int = 1000, **changes: Any) -> str:
    """Make a seller with money that is available, whom nothing pays out but the seller."""
    return fund(till, till.seller(**changes), amount)


def standard_seller(till: Till) -> str:
    """Make a seller whose losses are Stripe's."""
    seller: str = till.driver.made("/v1/accounts", {"type": "standard", "country": "US"})["id"]
    till.simulator.onboard(seller)
    return seller


def fund(till: Till, seller: str, amount: int = 1000) -> str:
    by_hand(till, seller)
    till.pay(amount * 2, payment_method="pm_card_bypassPending")
    till.driver.made("/v1/transfers", {"amount": amount, "currency": "usd", "destination": seller})
    return seller


def by_hand(till: Till, account: str, **schedule: Any) -> None:
    told = {"payments": {"payouts": {"schedule": schedule or {"interval": "manual"}}}}
    till.driver.made("/v1/balance_settings", told, account=account)


def bank(number: str) -> dict[str, str]:
    return {
        "object": "bank_account",
        "country": "US",
        "currency": "usd",
        "account_number": number,
        "routing_number": "110000000",
    }


def test_a_payout_leaves_and_arrives(till: Till) -> None:
    seller = funded(till)
    payout = till.driver.made("/v1/payouts", {**USD, "metadata": {"a": "b"}, "description": "d"}, account=seller)
    assert (payout["status"], payout["automatic"], payout["reconciliation_status"]) == (
        "pending",
        False,
        "not_applicable",
    )
    assert (payout["metadata"], payout["arrival_date"] % 86_400) == ({"a": "b"}, 0)
    assert (till.available(seller), till.rows(seller)[-1]) == (500, ("payout", -500, 0, -500))
    path = f"/v1/payouts/{payout['id']}"
    seen: list[str] = []
    for _ in range(2):
        till.simulator.advance(days=1)
        seen.append(till.driver.get(path, account=seller).body["status"])
    assert seen == ["in_transit", "paid"]
    assert till.events(seller)[-3:] == ["payout.created", "payout.updated", "payout.paid"]
    assert till.driver.made(path, {"metadata": {"a": ""}}, account=seller)["metadata"] == {}


def test_an_instant_payout_arrives_within_the_hour(till: Till) -> None:
    seller = funded(till)
    payout = till.driver.made("/v1/payouts", {**USD, "method": "instant"}, account=seller)
    assert payout["arrival_date"] == payout["created"]
    till.simulator.advance(hours=1)
    assert till.listed("/v1/payouts", seller)[0]["status"] == "paid"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("000111111116", "no_account"),
        ("000111111113", "account_closed"),
        ("000222222227", "insufficient_funds"),
        ("000333333335", "debit_not_authorized"),
        ("000444444440", "invalid_currency"),
    ],
)
def test_a_payout_that_fails_comes_back(till: Till, number: str, code: str) -> None:
    seller = funded(till, external_account=bank(number))
    payout = till.driver.made("/v1/payouts", USD, account=seller)
    till.simulator.advance(days=2)
    failed = till.driver.get(f"/v1/payouts/{payout['id']}", account=seller).body
    assert (failed["status"], failed["failure_code"], till.available(seller)) == ("failed", code, 1000)
    assert failed["failure_message"]
    row = till.driver.get(f"/v1/balance_transactions/{failed['failure_balance_transaction']}", account=seller).body
    assert (row["type"], row["amount"], row["reporting_category"]) == ("payout_failure", 500, "payout_reversal")
    (held,) = till.driver.get(f"/v1/accounts/{seller}").body["external_accounts"]["data"]
    assert held["status"] == "errored"
    assert {"payout.failed", "account.external_account.updated"} <= set(till.events(seller))
    assert till.driver.post("/v1/payouts", USD, account=seller).error["code"] == "payouts_not_allowed"


def test_a_bank_account_that_failed_is_refused_where_another_one_works(till: Till) -> None:
    seller = funded(till, external_account=bank("000111111113"))
    bad = till.driver.get(f"/v1/accounts/{seller}").body["external_accounts"]["data"][0]["id"]
    told = {"external_account": "btok_us_verified", "default_for_currency": True}
    good = till.driver.made(f"/v1/accounts/{seller}/external_accounts", told)["id"]
    till.driver.made("/v1/payouts", {**USD, "destination": bad}, account=seller)
    till.simulator.advance(days=2)
    error = till.driver.post("/v1/payouts", {**USD, "destination": bad}, account=seller).error
    assert (error["code"], error["param"]) == ("payouts_not_allowed", "destination")
    assert till.driver.made("/v1/payouts", USD, account=seller)["destination"] == good


def test_canceling_while_it_is_pending(till: Till) -> None:
    seller = funded(till)
    payout = till.driver.made("/v1/payouts", USD, account=seller)
    path = f"/v1/payouts/{payout['id']}/cancel"
    assert till.driver.made(path, account=seller)["status"] == "canceled"
    assert (till.available(seller), till.rows(seller)[-1][0]) == (1000, "payout_cancel")
    assert till.driver.post(path, account=seller).error["code"] == "status_transition_invalid"
    till.simulator.advance(days=3)
    assert till.listed("/v1/payouts", seller, status="canceled")[0]["id"] == payout["id"]
    assert till.listed("/v1/payouts", seller, status="paid") == []
    assert till.events(seller)[-1] == "payout.canceled"


def test_a_payout_that_has_left_is_taken_back_once(till: Till) -> None:
    seller = funded(till)
    payout = till.driver.made("/v1/payouts", USD, account=seller)
    path = f"/v1/payouts/{payout['id']}/reverse"
    assert till.driver.post(path, account=seller).error["code"] == "status_transition_invalid"
    till.simulator.advance(days=2)
    debit = till.driver.made(path, {"metadata": {"a": "b"}}, account=seller)
    assert (debit["amount"], debit["original_payout"], debit["metadata"]) == (-500, payout["id"], {"a": "b"})
    assert till.driver.get(f"/v1/payouts/{payout['id']}", account=seller).body["reversed_by"] == debit["id"]
    assert (till.available(seller), till.rows(seller)[-1]) == (500, ("payout", 500, 0, 500))
    for again in (path, f"/v1/payouts/{debit['id']}/reverse"):
        assert till.driver.post(again, account=seller).error["code"] == "status_transition_invalid"
    till.simulator.advance(days=2)
    assert till.available(seller) == 1000
    assert till.driver.get(f"/v1/payouts/{debit['id']}", account=seller).body["status"] == "paid"


def test_a_reversal_of_what_came_back_by_itself_is_given_up(till: Till) -> None:
    seller = funded(till, external_account=bank("000111111113"))
    payout = till.driver.made("/v1/payouts", USD, account=seller)
    till.simulator.advance(days=1)
    debit = till.driver.made(f"/v1/payouts/{payout['id']}/reverse", account=seller)
    till.simulator.advance(days=3)
    assert till.driver.get(f"/v1/payouts/{debit['id']}", account=seller).body["status"] == "canceled"
    assert till.available(seller) == 1000


CASES = {"instant": "Only standard payouts", "late": "within 90 days", "liable": "liable"}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_taken_back(till: Till, case: str) -> None:
    seller = fund(till, standard_seller(till) if case == "liable" else till.seller())
    method = "instant" if case == "instant" else "standard"
    payout = till.driver.made("/v1/payouts", {**USD, "method": method}, account=seller)
    till.simulator.advance(days=100 if case == "late" else 3)
    refusal = till.driver.post(f"/v1/payouts/{payout['id']}/reverse", account=seller)
    assert (refusal.status, CASES[case] in refusal.error["message"]) == (400, True)


@pytest.mark.parametrize(
    ("more", "code", "param"),
    [
        ({"amount": 1001}, "balance_insufficient", None),
        ({"amount": 0}, "parameter_invalid_integer", "amount"),
        ({"currency": "eur"}, "payouts_not_allowed", "currency"),
        ({"destination": "ba_nothing"}, "resource_missing", "destination"),
        ({"method": "instant", "amount": 999_901}, None, "amount"),
    ],
)
def test_what_cannot_be_paid_out(till: Till, more: dict[str, Any], code: str | None, param: str | None) -> None:
    seller = funded(till)
    error = till.driver.post("/v1/payouts", {**USD, **more}, account=seller).error
    assert (error.get("code"), error.get("param")) == (code, param)
    assert till.available(seller) == 1000


def test_a_bank_that_knows_no_instant_payouts(till: Till) -> None:
    seller = funded(till, external_account=bank("000888888883"))
    error = till.driver.post("/v1/payouts", {**USD, "method": "instant"}, account=seller).error
    assert error["code"] == "instant_payouts_unsupported"


def test_who_may_not_be_paid_out(till: Till) -> None:
    seller = till.seller(external_account=None)
    assert till.driver.post("/v1/payouts", USD, account=seller).error["code"] == "payouts_not_allowed"


def test_the_platform_pays_itself_out(till: Till) -> None:
    till.pay(1000, payment_method="pm_card_bypassPending")
    payout = till.driver.made("/v1/payouts", USD)
    assert till.listed("/v1/payouts", destination=payout["destination"])[0]["id"] == payout["id"]
    till.simulator.advance(days=2)
    assert (till.available(), till.events()[-1]) == (441, "payout.paid")


def test_the_platform_keeps_its_money_until_it_has_a_schedule(till: Till) -> None:
    till.pay(1000, payment_method="pm_card_bypassPending")
    assert till.driver.get("/v1/balance_settings").body["payments"]["payouts"]["schedule"] == {"interval": "manual"}
    till.simulator.advance(days=3)
    assert till.available() == 941
    told = {"payments": {"payouts": {"schedule": {"interval": "daily"}}}}
    till.driver.made("/v1/balance_settings", told)
    till.simulator.advance(days=1)
    assert (till.available(), till.listed("/v1/payouts")[0]["automatic"]) == (0, True)


def test_a_schedule_pays_out_what_is_available_and_names_its_rows(till: Till) -> None:
    seller = funded(till)
    till.driver.made("/v1/payouts", {"amount": 100, "currency": "usd"}, account=seller)
    by_hand(till, seller, interval="daily")
    till.pay(1000, transfer_data={"destination": seller})
    till.simulator.advance(days=1)
    automatic = till.listed("/v1/payouts", seller)[0]
    assert (automatic["automatic"], automatic["amount"], automatic["description"]) == (True, 900, "STRIPE PAYOUT")
    members = till.listed("/v1/balance_transactions", seller, payout=automatic["id"])
    assert sorted(row["net"] for row in members) == [-900, -100, 1000]
    path = f"/v1/payouts/{automatic['id']}"
    assert till.driver.post(f"{path}/cancel", account=seller).error["code"] == "status_transition_invalid"
    till.simulator.advance(days=2)
    done = till.driver.get(path, account=seller).body
    assert (done["status"], done["reconciliation_status"]) == ("paid", "completed")
    assert "payout.reconciliation_completed" in till.events(seller)
    missing = till.driver.get("/v1/balance_transactions", {"payout": "po_nothing"}, account=seller)
    assert (missing.status, missing.error["param"]) == (400, "payout")


def test_a_schedule_leaves_a_bank_alone_that_failed(till: Till) -> None:
    seller = funded(till, external_account=bank("000111111113"))
    by_hand(till, seller, interval="daily")
    till.simulator.advance(days=6)
    assert [payout["status"] for payout in till.listed("/v1/payouts", seller)] == ["failed"]


@pytest.mark.parametrize(
    ("schedule", "days"),
    [
        ({"interval": "weekly", "weekly_payout_days": ["monday"]}, [18, 25]),
        ({"interval": "monthly", "monthly_payout_days": [17, 31]}, [17, 31]),
        ({"interval": "manual"}, []),
    ],
)
def test_days_of_a_schedule(till: Till, schedule: dict[str, Any], days: list[int]) -> None:
    seller = funded(till)
    by_hand(till, seller, **schedule)
    seen: list[int] = []
    for day in range(16, 32):  # the clock starts on Friday the 15th of January 2027
        till.simulator.advance(days=1)
        if till.available(seller) == 0:
            seen.append(day)
            till.pay(2000, payment_method="pm_card_bypassPending")
            till.driver.made("/v1/transfers", {"amount": 1000, "currency": "usd", "destination": seller})
    assert seen == days


def test_a_weekly_schedule_names_its_days(till: Till) -> None:
    told = {"payments": {"payouts": {"schedule": {"interval": "weekly"}}}}
    error = till.driver.post("/v1/balance_settings", told, account=till.seller()).error
    assert error["param"] == "payments[payouts][schedule][weekly_payout_days]"
