from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.till import APPLICATION_PAYS, CANADA, Till

from connectkit.simulator import InvariantBroken, Rates, Simulator, Switches

DISPUTED = "pm_card_createDispute"


@pytest.fixture
def till(simulator: Simulator) -> Till:
    return Till(simulator)


def answered(till: Till, text: str, account: str | None = None) -> dict[str, Any]:
    (dispute,) = till.listed("/v1/disputes", account)
    told = {"evidence": {"uncategorized_text": text}}
    return till.driver.made(f"/v1/disputes/{dispute['id']}", told, account=account)


def test_a_dispute_takes_the_payment_and_a_fee(till: Till) -> None:
    charge = till.pay(1000, payment_method=DISPUTED)
    (dispute,) = till.listed("/v1/disputes", charge=charge)
    assert (dispute["status"], dispute["reason"], dispute["amount"]) == ("needs_response", "fraudulent", 1000)
    assert dispute["evidence_details"]["due_by"] % 86_400 == 86_399
    assert till.rows()[-1] == ("adjustment", -1000, 1500, -2500)
    (row,) = dispute["balance_transactions"]
    assert (row["reporting_category"], row["description"]) == ("dispute", f"Chargeback withdrawal for {charge}")
    shown = till.charge(charge)
    assert (shown["disputed"], shown["refunded"], shown["status"]) == (True, False, "succeeded")
    assert till.driver.post("/v1/refunds", {"charge": charge}).error["code"] == "charge_disputed"
    assert till.events()[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]


def test_won_the_money_comes_back_and_the_fee_does_not(till: Till) -> None:
    seller = till.seller()
    data = {"destination": seller}
    charge = till.pay(1000, payment_method=DISPUTED, transfer_data=data, application_fee_amount=123)
    assert (till.held(), till.held(seller)) == (-2436, 877)
    (transfer,) = till.listed("/v1/transfers")
    till.driver.made(f"/v1/transfers/{transfer['id']}/reversals", {"refund_application_fee": True})
    assert (till.held(), till.held(seller)) == (-1559, 0)
    submitted = answered(till, "winning_evidence")
    assert (submitted["status"], submitted["evidence_details"]["submission_count"]) == ("under_review", 1)
    (won,) = till.listed("/v1/disputes")
    assert (won["status"], won["is_charge_refundable"], till.held()) == ("won", True, -559)
    assert [row["net"] for row in won["balance_transactions"]] == [-2500, 1000]
    assert till.events()[-2:] == ["charge.dispute.funds_reinstated", "charge.dispute.closed"]
    assert till.refund(charge, 100)["status"] == "succeeded"


def test_won_with_the_fee_by_contract() -> None:
    till = Till(Simulator(switches=Switches(dispute_win_returns_fee=True), check_always=True))
    till.pay(1000, payment_method=DISPUTED)
    answered(till, "winning_evidence")
    assert till.rows()[-1] == ("adjustment", 1000, -1500, 2500)


def test_lost(till: Till) -> None:
    seller = till.seller()
    till.pay(1000, account=seller, payment_method=DISPUTED, application_fee_amount=123)
    assert (till.held(seller), till.held()) == (-1682, 123)
    assert answered(till, "losing_evidence", seller)["status"] == "under_review"
    (lost,) = till.listed("/v1/disputes", seller)
    assert (lost["status"], lost["is_charge_refundable"], till.held(seller)) == ("lost", False, -1682)
    path = f"/v1/disputes/{lost['id']}"
    assert till.driver.post(f"{path}/close", account=seller).error["code"] == "status_transition_invalid"
    more = {"evidence": {"uncategorized_text": "more"}}
    assert till.driver.post(path, more, account=seller).error["param"] == "evidence"


def test_staged_submitted_and_accepted(till: Till) -> None:
    till.pay(1000, payment_method="pm_card_createDisputeProductNotReceived")
    path = f"/v1/disputes/{till.listed('/v1/disputes')[0]['id']}"
    staged = till.driver.made(path, {"evidence": {"product_description": "A chair"}, "submit": False})
    assert (staged["status"], staged["evidence_details"]["has_evidence"]) == ("needs_response", True)
    assert len(staged["evidence"]) == 28
    submitted = till.driver.made(path, {"metadata": {"a": "b"}})
    assert (submitted["status"], submitted["metadata"]) == ("under_review", {"a": "b"})
    assert till.driver.made(f"{path}/close")["status"] == "lost"
    assert till.driver.get(path).body["status"] == "lost"


def test_a_disputed_charge_on_behalf_of_a_seller_is_taken_at_what_it_settled_at() -> None:
    till = Till(Simulator(switches=Switches(rates=Rates({"usd": "1", "cad": "1.38343"})), check_always=True))
    till.pay(1000, on_behalf_of=till.seller(**CANADA), payment_method=DISPUTED)
    (dispute,) = till.listed("/v1/disputes")
    (row,) = dispute["balance_transactions"]
    assert (row["amount"], row["fee"], row["net"]) == (-1356, 1500, -2856)
    assert (row["currency"], row["exchange_rate"]) == ("cad", None)
    assert (dispute["amount"], dispute["currency"]) == (1000, "usd")


def test_the_platform_pays_the_fee_where_it_pays_fees(till: Till) -> None:
    seller = till.seller(**APPLICATION_PAYS)
    till.pay(1000, account=seller, payment_method=DISPUTED)
    assert till.rows(seller)[-1] == ("adjustment", -1000, 0, -1000)
    assert till.rows()[-1] == ("stripe_fee", -1500, 0, -1500)


def test_a_dispute_whose_money_is_elsewhere_is_found() -> None:
    simulator = Simulator()
    till = Till(simulator)
    till.pay(1000, payment_method=DISPUTED)
    dispute = simulator.world.find(till.listed("/v1/disputes")[0]["id"])
    assert dispute is not None
    dispute["status"] = "won"
    with pytest.raises(InvariantBroken):
        simulator.check()
