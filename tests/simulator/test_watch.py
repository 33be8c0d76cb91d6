"""The watch that both machines keep: a world that breaks a law of time is found out."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.till import Till
from tests.simulator.watch import Watch

from connectkit.simulator import Simulator, Switches
from connectkit.simulator.money.rows import reserved


@pytest.fixture
def till() -> Till:
    return Till(Simulator(start=1_800_000_000))


@pytest.fixture
def watch(till: Till) -> Watch:
    return Watch(till.simulator)


def object_of(till: Till, path: str, account: str | None = None) -> dict[str, Any]:
    thing = till.simulator.world.find(till.listed(path, account)[0]["id"])
    assert thing is not None
    return thing


def test_03_what_a_payment_lost_on_the_way_is_found(till: Till, watch: Watch) -> None:
    """A share that comes back as less than was passed on, though every row is posted, is no share of that payment."""
    charge = till.pay(1000, transfer_data={"destination": till.seller()}, application_fee_amount=100)
    till.refund(charge, 400, reverse_transfer=True, refund_application_fee=True)
    watch.look()
    (lost,) = till.listed("/v1/balance_transactions", type="transfer_refund")
    row = till.simulator.world.find(lost["id"])
    assert row is not None
    row["source"] = None
    with pytest.raises(AssertionError, match=charge):
        watch.look()


@pytest.mark.parametrize(("path", "status"), [("/v1/topups", "canceled"), ("/v1/disputes", "won")])
def test_19_what_ended_and_goes_on_is_found(till: Till, watch: Watch, path: str, status: str) -> None:
    till.driver.made("/v1/topups", {"amount": 500, "currency": "usd"})
    till.pay(1000, payment_method="pm_card_createDispute")
    till.simulator.advance(days=9)
    watch.look()
    thing = object_of(till, path)
    if path == "/v1/disputes":
        till.driver.made(f"{path}/{thing['id']}", {"evidence": {"uncategorized_text": "winning_evidence"}})
        watch.look()
        thing["status"] = "needs_response"
        thing["_rows"] = thing["_rows"][:1]
    else:
        thing["status"] = status
        thing["balance_transaction"] = None
    with pytest.raises(AssertionError, match=thing["id"]):
        watch.look()


def test_25_what_is_held_back_of_nobody_is_found() -> None:
    till = Till(Simulator(switches=Switches(connect_reserves=True)))
    seller = till.seller()
    till.pay(1000, transfer_data={"destination": seller})
    watch = Watch(till.simulator)
    watch.look()
    reserved(till.simulator.world)["usd"] = {seller: 5}
    with pytest.raises(AssertionError):
        watch.look()


def test_31_what_is_told_twice_is_found(till: Till, watch: Watch) -> None:
    till.pay(1000)
    watch.look()
    till.simulator.world.emit("charge.succeeded", object_of(till, "/v1/charges"))
    with pytest.raises(AssertionError, match=r"charge\.succeeded"):
        watch.look()
