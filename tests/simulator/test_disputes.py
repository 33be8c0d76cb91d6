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


MULTIPLE = "pm_card_createMultipleDisputes"
COMPLIANCE = "pm_card_createComplianceDispute"


def submitted(till: Till, dispute: str, text: str, **more: Any) -> dict[str, Any]:
    till.driver.made(f"/v1/disputes/{dispute}", {"evidence": {"uncategorized_text": text, **more}})
    found: dict[str, Any] = till.driver.get(f"/v1/disputes/{dispute}").body
    return found


def switched(**switches: Any) -> Till:
    return Till(Simulator(switches=Switches(**switches), check_always=True))


def test_several_disputes_share_a_payment(till: Till) -> None:
    charge = till.pay(1001, payment_method=MULTIPLE)
    second, first = till.listed("/v1/disputes", charge=charge)
    assert (first["amount"], second["amount"]) == (500, 501)
    assert till.rows()[-2:] == [("adjustment", -500, 1500, -2000), ("adjustment", -501, 1500, -2001)]
    assert submitted(till, first["id"], "winning_evidence")["status"] == "won"
    assert till.driver.post("/v1/refunds", {"charge": charge, "amount": 1}).error["code"] == "charge_disputed"
    assert submitted(till, second["id"], "winning_evidence")["status"] == "won"
    assert till.refund(charge, 1)["status"] == "succeeded"
    assert till.events().count("charge.dispute.closed") == 2


def test_several_disputes_of_a_converted_payment_take_what_it_settled_at() -> None:
    till = switched(rates=Rates({"usd": "1", "cad": "1.38343"}))
    till.pay(1001, on_behalf_of=till.seller(**CANADA), payment_method=MULTIPLE)
    (charged,) = till.listed("/v1/balance_transactions", type="charge")
    taken = till.listed("/v1/balance_transactions", type="adjustment")
    assert sum(row["amount"] for row in taken) == -charged["amount"]


def test_a_payment_is_disputed_again_once_the_first_dispute_is_won() -> None:
    till = switched(multiple_disputes="one_by_one")
    charge = till.pay(1000, payment_method=MULTIPLE)
    (first,) = till.listed("/v1/disputes", charge=charge)
    assert submitted(till, first["id"], "winning_evidence")["status"] == "won"
    second, _ = till.listed("/v1/disputes", charge=charge)
    assert (second["amount"], second["status"], till.held()) == (1000, "needs_response", 941 - 1000 - 1500 - 1500)
    assert submitted(till, second["id"], "winning_evidence")["status"] == "won"
    assert len(till.listed("/v1/disputes", charge=charge)) == 2


def test_disputes_that_take_more_than_was_paid_are_found(till: Till) -> None:
    charge = till.pay(1000, payment_method=MULTIPLE)
    till.pay(1000, payment_method=DISPUTED)
    other = till.listed("/v1/disputes")[0]["id"]
    found = till.simulator.world.find(charge)
    assert found is not None
    kept = found["_disputes"]
    found["_disputes"] = [*kept, other]
    with pytest.raises(InvariantBroken):
        till.simulator.check()
    found["_disputes"] = kept


@pytest.mark.parametrize(
    ("card", "program", "brand"),
    [
        (COMPLIANCE, "visa_compliance", "visa"),
        ("pm_card_createMastercardComplianceDispute", "mastercard_compliance", "mastercard"),
    ],
)
def test_a_compliance_dispute_is_answered_once_its_fee_is_acknowledged(
    till: Till, card: str, program: str, brand: str
) -> None:
    till.pay(1000, payment_method=card)
    (dispute,) = till.listed("/v1/disputes")
    shown = dispute["payment_method_details"]["card"]
    assert (shown["case_type"], shown["brand"], dispute["reason"]) == ("compliance", brand, "noncompliant")
    assert dispute["enhanced_eligibility_types"] == [program]
    path, before = f"/v1/disputes/{dispute['id']}", till.held()
    refused = till.driver.post(path, {"evidence": {"uncategorized_text": "winning_evidence"}})
    assert refused.error["param"] == f"evidence[enhanced_evidence][{program}][fee_acknowledged]"
    assert till.driver.get(path).body == dispute
    acknowledged = {"enhanced_evidence": {program: {"fee_acknowledged": True}}}
    staged = till.driver.made(path, {"evidence": acknowledged, "submit": False})
    assert staged["evidence_details"]["enhanced_eligibility"] == {program: {"status": "fee_acknowledged"}}
    assert staged["evidence_details"]["submission_method"] == "not_submitted"
    till.driver.made(path, {"evidence": {"uncategorized_text": "winning_evidence"}})
    won = till.driver.get(path).body
    assert (won["status"], won["evidence_details"]["submission_method"]) == ("won", "manual")
    assert till.rows()[-3:] == [
        ("stripe_fee", -50_000, 0, -50_000),
        ("adjustment", 1000, 0, 1000),
        ("stripe_fee", 50_000, 0, 50_000),
    ]
    assert till.held() == before + 1000


def test_an_answer_costs_what_the_contract_says() -> None:
    till = switched(counter_fee=1500, dispute_fee=2000)
    till.pay(1000, payment_method=DISPUTED)
    (dispute,) = till.listed("/v1/disputes")
    assert submitted(till, dispute["id"], "losing_evidence")["status"] == "lost"
    assert till.rows()[-2:] == [("adjustment", -1000, 2000, -3000), ("stripe_fee", -1500, 0, -1500)]
    free = switched(dispute_fee=0)
    seller = free.seller(**APPLICATION_PAYS)
    for account in (None, seller):
        free.pay(1000, account=account, payment_method=DISPUTED)
        assert free.rows(account)[-1] == ("adjustment", -1000, 0, -1000)


def test_who_pays_fees_pays_for_the_answer_of_a_direct_charge() -> None:
    till = switched(counter_fee=1500)
    seller = till.seller(**APPLICATION_PAYS)
    till.pay(1000, account=seller, payment_method=DISPUTED)
    answered(till, "winning_evidence", seller)
    assert till.rows()[-2:] == [("stripe_fee", -1500, 0, -1500), ("stripe_fee", 1500, 0, 1500)]


def test_a_dispute_that_is_lost_may_be_corrected() -> None:
    till = switched(lost_dispute_adjustment=50)
    charge = till.pay(1000, payment_method=DISPUTED)
    answered(till, "losing_evidence")
    (dispute,) = till.listed("/v1/disputes")
    assert [row["amount"] for row in dispute["balance_transactions"]] == [-1000, 50]
    last = till.listed("/v1/balance_transactions")[0]
    assert (last["reporting_category"], last["fee"]) == ("dispute_reversal", 0)
    assert last["description"] == f"Adjustment of lost dispute for {charge}"


def test_compelling_evidence_says_what_is_missing(till: Till) -> None:
    prior = [till.pay(500), till.pay(600)]
    till.pay(1000, payment_method="pm_card_createCe3EligibleDispute")
    path = f"/v1/disputes/{till.listed('/v1/disputes')[0]['id']}"

    def missing(**told: Any) -> Any:
        evidence = {"enhanced_evidence": {"visa_compelling_evidence_3": told}}
        details = till.driver.made(path, {"evidence": evidence, "submit": False})["evidence_details"]
        return details["enhanced_eligibility"]["visa_compelling_evidence_3"]

    assert len(missing(disputed_transaction={"customer_purchase_ip": "1.2.3.4"})["required_actions"]) == 5
    buyer = {"customer_purchase_ip": "1.2.3.4", "customer_account_id": "ana", "product_description": "A chair"}
    half = missing(
        disputed_transaction={**buyer, "merchandise_or_services": "merchandise"},
        prior_undisputed_transactions=[{**buyer, "charge": prior[0]}],
    )
    assert half == {"required_actions": ["missing_prior_undisputed_transactions"], "status": "requires_action"}
    whole = missing(
        disputed_transaction={**buyer, "merchandise_or_services": "merchandise"},
        prior_undisputed_transactions=[{**buyer, "charge": charge} for charge in prior],
    )
    assert whole == {"required_actions": [], "status": "qualified"}


def test_what_was_refunded_during_an_inquiry_fails_when_that_escalates(till: Till) -> None:
    charge = till.pay(1000, payment_method="pm_card_createDisputeInquiry")
    refund = till.refund(charge, 400)
    assert till.charge(charge)["amount_refunded"] == 400
    answered(till, "escalate_inquiry_evidence")
    failed = till.driver.get(f"/v1/refunds/{refund['id']}").body
    assert (failed["status"], failed["failure_reason"]) == ("failed", "charge_for_pending_refund_disputed")
    assert (till.charge(charge)["amount_refunded"], till.held()) == (0, 941 - 2500)
    assert till.events()[-1] == "refund.failed"
