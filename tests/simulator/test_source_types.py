"""Money is kept apart in a balance by the way that it came, and leaves it apart."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.test_payouts import by_hand
from tests.simulator.till import Till

from connectkit.simulator import Simulator

FPX: dict[str, Any] = {
    "payment_method": None,
    "payment_method_data": {"type": "fpx", "fpx": {"bank": "maybank2u"}},
    "allowed_payment_method_types": ["fpx"],
}
LEGACY: dict[str, Any] = {
    "payment_method": "pm_usBankAccount_legacy",
    "allowed_payment_method_types": ["us_bank_account"],
}


@pytest.fixture
def till(simulator: Simulator) -> Till:
    return Till(simulator)


def parts(till: Till, account: str | None = None, part: str = "available") -> dict[str, int]:
    balance = till.driver.get("/v1/balance", account=account).body
    for each in balance[part]:
        assert sum(each["source_types"].values()) == each["amount"]
    found: dict[str, int] = next(each["source_types"] for each in balance[part] if each["currency"] == "usd")
    return found


def mixed(till: Till) -> str:
    """Make a seller with money by card and by bank account."""
    seller = till.seller()
    by_hand(till, seller)
    till.pay(10_000, transfer_data={"destination": seller})
    till.pay(5_000, transfer_data={"destination": seller}, **LEGACY)
    till.simulator.advance(days=14)
    assert parts(till, seller) == {"bank_account": 5_000, "card": 10_000}
    return seller


def test_fpx_has_the_buyer_authenticate_and_is_kept_apart(till: Till) -> None:
    told = {"amount": 10_000, "currency": "myr", "confirm": True, "return_url": "https://shop.example", **FPX}
    intent = till.driver.made("/v1/payment_intents", {name: value for name, value in told.items() if value})
    assert intent["status"] == "requires_action"
    till.simulator.authenticate(intent["id"])
    charge = till.driver.get("/v1/charges", {"payment_intent": intent["id"]}).body["data"][0]
    assert (charge["payment_method_details"]["type"], charge["id"][:3]) == ("fpx", "py_")
    waiting = parts(till, part="pending")
    assert waiting["fpx"] > 0 == waiting["card"]
    till.refund(charge["id"])
    assert parts(till, part="pending")["fpx"] < waiting["fpx"] // 10


def test_a_balance_of_several_sources_is_paid_out_apart(till: Till) -> None:
    seller = mixed(till)
    usd: dict[str, Any] = {"amount": 5_001, "currency": "usd"}
    unnamed = till.driver.post("/v1/payouts", usd, account=seller).error
    assert (unnamed["param"], unnamed["code"]) == ("source_type", "parameter_missing")
    short = till.driver.post("/v1/payouts", {**usd, "source_type": "bank_account"}, account=seller).error
    assert short["code"] == "balance_insufficient"
    none = till.driver.post("/v1/payouts", {**usd, "source_type": "fpx"}, account=seller).error
    assert none["code"] == "balance_insufficient"
    payout = till.driver.made("/v1/payouts", {**usd, "amount": 5_000, "source_type": "bank_account"}, account=seller)
    assert payout["source_type"] == "bank_account"
    assert parts(till, seller) == {"bank_account": 0, "card": 10_000}
    till.driver.made(f"/v1/payouts/{payout['id']}/cancel", account=seller)
    assert parts(till, seller) == {"bank_account": 5_000, "card": 10_000}
    last = till.driver.made("/v1/payouts", {**usd, "amount": 10_000, "source_type": "card"}, account=seller)
    assert till.driver.made("/v1/payouts", {**usd, "amount": 5_000}, account=seller)["source_type"] == "bank_account"
    till.simulator.advance(days=3)
    till.driver.made(f"/v1/payouts/{last['id']}/reverse", account=seller)
    assert parts(till, seller, "pending") == {"bank_account": 0, "card": 10_000}


def test_a_schedule_pays_each_source_out_by_itself(till: Till) -> None:
    seller = mixed(till)
    by_hand(till, seller, interval="daily")
    till.simulator.advance(days=1)
    made = {(one["source_type"], one["amount"]) for one in till.listed("/v1/payouts", seller)}
    assert made == {("card", 10_000), ("bank_account", 5_000)}
    till.simulator.check()


def test_a_part_below_zero_is_made_up_for_by_the_other(till: Till) -> None:
    seller = till.seller()
    by_hand(till, seller)
    till.pay(10_000, transfer_data={"destination": seller})
    charge = till.pay(5_000, transfer_data={"destination": seller}, **LEGACY)
    till.simulator.advance(days=14)
    till.driver.made("/v1/payouts", {"amount": 5_000, "currency": "usd", "source_type": "bank_account"}, account=seller)
    till.refund(charge, 2_000, reverse_transfer=True)
    assert parts(till, seller) == {"bank_account": -2_000, "card": 10_000}
    usd = {"amount": 8_001, "currency": "usd", "source_type": "card"}
    assert till.driver.post("/v1/payouts", usd, account=seller).error["code"] == "balance_insufficient"
    by_hand(till, seller, interval="daily")
    till.simulator.advance(days=1)
    automatic = [one for one in till.listed("/v1/payouts", seller) if one["automatic"]]
    assert [(one["source_type"], one["amount"]) for one in automatic] == [("card", 8_000)]
    till.simulator.check()


def test_a_transfer_says_from_which_part_it_comes(till: Till) -> None:
    seller = till.seller()
    by_hand(till, seller)
    paid = till.pay(5_000, **LEGACY)
    till.pay(5_000, payment_method="pm_card_bypassPending")
    till.simulator.advance(days=14)
    usd = {"amount": 1_000, "currency": "usd", "destination": seller}
    assert till.driver.made("/v1/transfers", usd)["source_type"] == "card"
    transfer = till.driver.made("/v1/transfers", {**usd, "source_type": "bank_account"})
    assert transfer["source_type"] == "bank_account"
    assert till.driver.made("/v1/transfers", {**usd, "source_transaction": paid})["source_type"] == "bank_account"
    assert parts(till, seller) == {"bank_account": 2_000, "card": 1_000}
    error = till.driver.post("/v1/transfers", {**usd, "amount": 3_500, "source_type": "bank_account"}).error
    assert error["code"] == "balance_insufficient"
    till.driver.made(f"/v1/transfers/{transfer['id']}/reversals")
    assert parts(till, seller) == {"bank_account": 1_000, "card": 1_000}
