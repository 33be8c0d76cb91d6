"""The laws of money are held: a world that breaks one is found out."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.till import Till

from connectkit.simulator import InvariantBroken, Simulator


def full(simulator: Simulator) -> Till:
    """Give a world in which there is one of everything."""
    till = Till(simulator)
    seller = till.seller()
    till.pay(10_000, payment_method="pm_card_bypassPending")
    charge = till.pay(1000, transfer_data={"destination": seller}, application_fee_amount=123)
    till.refund(charge, 400, reverse_transfer=True, refund_application_fee=True)
    told = {"amount": 500, "currency": "usd", "destination": seller}
    till.driver.made("/v1/transfers", {**told, "source_transaction": till.pay(1000)})
    till.driver.made("/v1/topups", {"amount": 2000, "currency": "usd"})
    till.pay(1000, payment_method="pm_card_bypassPending", account=seller)
    simulator.advance(days=10)
    return till


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("balance_transaction", {"net": 1}),
        ("balance_transaction", {"_posting": None}),
        ("balance_transaction", {"amount": 5, "fee": 0, "net": 5}),
        ("transfer", {"amount_reversed": 1}),
        ("transfer", {"reversed": True}),
        ("transfer", {"currency": "eur"}),
        ("transfer", {"amount": 7}),
        ("transfer_reversal", {"currency": "eur"}),
        ("charge", {"amount_refunded": 1}),
        ("charge", {"refunded": True}),
        ("application_fee", {"amount_refunded": 1}),
        ("application_fee", {"refunded": True}),
        ("payment_intent", {"amount_received": 1}),
        ("payment_intent", {"status": "canceled"}),
        ("refund", {"failure_balance_transaction": "txn_1"}),
        ("refund", {"pending_reason": "insufficient_funds"}),
        ("payout", {"status": "failed"}),
        ("payout", {"amount": 1}),
        ("payout", {"automatic": False}),
        ("topup", {"status": "pending"}),
    ],
)
def test_damage_is_found(kind: str, changes: dict[str, Any]) -> None:
    simulator = Simulator(start=1_800_000_000)
    full(simulator)
    simulator.check()
    world = simulator.world
    accounts = (world.platform, *(account["id"] for account in world.table(world.platform, "account")))
    thing = next(thing for account in accounts for thing in world.table(account, kind))
    thing |= changes
    with pytest.raises(InvariantBroken):
        simulator.check()


def test_a_transfer_that_is_not_what_its_charge_passes_on_is_found() -> None:
    simulator = Simulator(start=1_800_000_000)
    till = full(simulator)
    (charge,) = (charge for charge in simulator.world.table(simulator.world.platform, "charge") if charge["_transfer"])
    charge["transfer_data"]["amount"] = 999
    with pytest.raises(InvariantBroken, match=till.listed("/v1/transfers")[-1]["id"]):
        simulator.check()


def test_transfers_beyond_their_charge_are_found() -> None:
    simulator = Simulator(start=1_800_000_000)
    full(simulator)
    world = simulator.world
    newest = list(world.table(world.platform, "transfer"))[-1]
    payment = world.find(newest["destination_payment"])
    assert payment is not None
    newest["amount"] = payment["amount"] = 1001
    with pytest.raises(InvariantBroken, match="not covered"):
        simulator.check()


def test_a_request_is_checked_for_what_it_touches() -> None:
    simulator = Simulator(start=1_800_000_000)
    till = full(simulator)
    (transfer, *_) = simulator.world.table(simulator.world.platform, "transfer")
    transfer["reversed"] = True
    till.pay(1000)
    with pytest.raises(InvariantBroken):
        till.driver.post(f"/v1/transfers/{transfer['id']}", {"metadata": {"a": "b"}})
