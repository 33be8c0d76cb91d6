"""What is decided in the simulator where nobody outside Stripe can know, as it is documented."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from tests.simulator.till import APPLICATION_PAYS, Till

from connectkit.simulator import Simulator, traffic
from connectkit.simulator.money.switches import Switch, Switches, described

AT_ONCE = "pm_card_bypassPending"
RESTS_ON = ("a contract", "a setting", "docs.stripe.com", "inferred")


def switched(**switches: Any) -> Till:
    return Till(Simulator(start=1_800_000_000, switches=Switches(**switches), check_always=True))


def test_every_switch_is_described() -> None:
    assert [switch.name for switch in described()] == [field.name for field in fields(Switches)]
    assert all(switch.about.endswith(".") for switch in described())


def test_every_switch_says_what_it_rests_on() -> None:
    assert all(switch.source.startswith(RESTS_ON) for switch in described())
    reasons = [switch.source for switch in described() if switch.source.startswith("inferred")]
    assert all(len(reason) > len("inferred: because") for reason in reasons)


def test_a_switch_tells_how_it_stands_and_how_else_it_can() -> None:
    found = {switch.name: switch for switch in described()}
    assert found["fees_in_rows"].default == "`True`"
    assert found["fees_in_rows"].others == "`False`"
    assert found["fx_fee"].others == "another number"
    assert found["pricing"][1:3] == ("`Pricing()`", "another `Pricing`")
    about = "How half a minor unit is rounded in a share."
    seen = "inferred: no half was ever seen"
    assert found["reversal_tie"] == Switch("reversal_tie", "`half_up`", "`half_even`", about, seen)
    assert found["platform_mcc"].others == "another text"


def test_an_application_fee_of_a_plain_charge_is_refused_or_ignored() -> None:
    told = {"amount": 1000, "currency": "usd", "payment_method": AT_ONCE, "confirm": True}
    refused = switched().driver.post("/v1/payment_intents", {**told, "application_fee_amount": 100})
    assert refused.error["param"] == "application_fee_amount"
    till = switched(fee_on_platform_charge="ignore")
    charge = till.pay(1000, payment_method=AT_ONCE, application_fee_amount=100)
    assert till.rows() == [("charge", 1000, 59, 941)]
    assert till.charge(charge)["application_fee"] is None


@pytest.mark.parametrize(("decided", "billed"), [("rows", [-59, -1500]), ("outside", [])])
def test_fees_that_the_platform_pays_are_rows_or_billed_outside(decided: str, billed: list[int]) -> None:
    till = switched(platform_billed_fees=decided)
    seller = till.seller(**APPLICATION_PAYS)
    till.pay(1000, account=seller, payment_method="pm_card_createDispute", application_fee_amount=123)
    assert till.rows(seller) == [("charge", 1000, 123, 877), ("adjustment", -1000, 0, -1000)]
    assert [net for type, _, _, net in till.rows() if type == "stripe_fee"] == billed
    assert till.simulator.ledger()["balanced"]


@pytest.mark.parametrize(("decided", "status"), [("unrefunded", 400), ("whole", 200)])
def test_what_was_refunded_can_be_transferred_or_not(decided: str, status: int) -> None:
    till = switched(source_after_refund=decided)
    charge = till.pay(1000, payment_method=AT_ONCE)
    till.refund(charge, 400)
    told = {"amount": 700, "currency": "usd", "destination": till.seller(), "source_transaction": charge}
    assert till.driver.post("/v1/transfers", told).status == status


@pytest.mark.parametrize("decided", ["at_once", "on_success"])
def test_a_refund_that_a_bank_works_on_moves_at_once_or_later(decided: str) -> None:
    till = switched(pending_refund_moves=decided)
    seller = till.seller()
    charge = till.pay(1000, payment_method="pm_card_pendingRefund", transfer_data={"destination": seller})
    refund = till.refund(charge, 500, reverse_transfer=True)
    at_once = decided == "at_once"
    assert (refund["status"], refund["balance_transaction"] is not None) == ("pending", at_once)
    assert till.held(seller) == (500 if at_once else 1000)
    till.simulator.advance(hours=2)
    after = till.driver.get(f"/v1/refunds/{refund['id']}").body
    assert (after["status"], after["balance_transaction"] is not None, till.held(seller)) == ("succeeded", True, 500)
    assert till.events().count("refund.updated") == 1


def paid_out(till: Till) -> tuple[str, str]:
    """Have a schedule pay a seller out."""
    seller = till.seller()
    till.pay(1000, account=seller, payment_method=AT_ONCE)
    till.simulator.advance(days=1)
    return seller, till.listed("/v1/payouts", seller)[0]["id"]


@pytest.mark.parametrize(("days", "status"), [(2, "paid"), (5, "in_transit")])
def test_a_payout_is_under_way_for_days(days: int, status: str) -> None:
    till = switched(payout_days=days)
    seller, payout = paid_out(till)
    till.simulator.advance(days=2)
    assert till.driver.get(f"/v1/payouts/{payout}", account=seller).body["status"] == status


@pytest.mark.parametrize(("days", "status"), [(3, "failed"), (7, "paid")])
def test_a_bank_returns_a_payout_days_after_it_was_paid(days: int, status: str) -> None:
    till = switched(payout_returned_after=days)
    seller = till.seller()
    bank = next(iter(till.simulator.world.table(seller, "bank_account")))
    bank["_late"] = "account_closed"
    till.pay(1000, account=seller, payment_method=AT_ONCE)
    till.simulator.advance(days=7)
    assert till.listed("/v1/payouts", seller)[0]["status"] == status


@pytest.mark.parametrize("decided", [True, False])
def test_a_payout_is_one_of_its_own_rows_or_not(decided: bool) -> None:  # a parameter of the test
    till = switched(payout_lists_itself=decided)
    seller, payout = paid_out(till)
    rows = till.listed("/v1/balance_transactions", seller, payout=payout)
    assert ("payout" in {row["type"] for row in rows}) is decided


@pytest.mark.parametrize("early", [True, False])
def test_a_top_up_is_a_row_from_the_beginning_or_in_the_end(early: bool) -> None:  # as above
    till = switched(topup_row="at_once" if early else "on_success")
    told = {"amount": 2000, "currency": "usd"}
    good, bad, gone = (
        till.driver.made("/v1/topups", {**told, "source": f"btok_us_verified{name}"})
        for name in ("", "_noAccount", "_reversed")
    )
    assert (good["balance_transaction"] is not None) is early
    assert (till.available(), till.held()) == (0, 6000 if early else 0)
    third = till.driver.made("/v1/topups", told)
    till.driver.made(f"/v1/topups/{third['id']}/cancel")
    till.simulator.advance(days=8)
    assert (till.available(), till.held()) == (4000, 4000)
    assert till.driver.get(f"/v1/topups/{bad['id']}").body["status"] == "failed"
    till.simulator.advance(days=8)
    assert till.driver.get(f"/v1/topups/{gone['id']}").body["status"] == "reversed"
    assert till.held() == 2000


@pytest.mark.parametrize(("decided", "status"), [("account", 200), ("platform", 400)])
def test_a_key_is_one_of_an_account_or_of_all(decided: str, status: int) -> None:
    till = switched(key_scope=decided)
    seller = till.seller()
    till.driver.made("/v1/customers", {"name": "Ana"}, key="k")
    reply = till.driver.post("/v1/customers", {"name": "Ana"}, key="k", account=seller)
    assert reply.status == status
    assert till.driver.post("/v1/customers", {"name": "Ana"}, key="k").headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(("kept", "status"), [(True, 400), (False, 200)])
def test_a_refusal_is_kept_under_its_key_or_not(kept: bool, status: int) -> None:  # as above
    till = switched(refusals_kept=kept)
    told = {"amount": 500, "currency": "usd", "destination": till.seller()}
    assert till.driver.post("/v1/transfers", told, key="k").error["code"] == "balance_insufficient"
    till.pay(1000, payment_method=AT_ONCE)
    assert till.driver.post("/v1/transfers", told, key="k").status == status


@pytest.mark.parametrize(("decided", "status"), [("platform", 429), ("account", 200)])
def test_requests_for_accounts_count_with_the_platforms_or_apart(
    decided: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traffic, "ticks", lambda: 0.0)
    till = switched(traffic_counts=decided)
    seller = till.seller()
    till.simulator.bear(total=1.0)
    assert till.driver.get("/v1/balance").status == 200
    assert till.driver.get("/v1/balance", account=seller).status == status


LOPSIDED = {
    "fees": {"payer": "account"},
    "losses": {"payments": "application"},
    "requirement_collection": "stripe",
    "stripe_dashboard": {"type": "full"},
}


@pytest.mark.parametrize(("decided", "status"), [("listed", 400), ("any", 200)])
def test_only_listed_controllers_or_all(decided: str, status: int) -> None:
    driver = switched(controller_combinations=decided).driver
    assert driver.post("/v1/accounts", {"controller": LOPSIDED}).status == status
    told = {
        "contact_email": "ana@example.com",
        "dashboard": "full",
        "defaults": {"responsibilities": {"fees_collector": "stripe", "losses_collector": "application"}},
        "identity": {"country": "us"},
    }
    assert driver.post("/v2/core/accounts", told).status == status


@pytest.mark.parametrize(("decided", "status"), [("reject", 400), ("accept", 200)])
def test_a_type_beside_a_controller(decided: str, status: int) -> None:
    controller = {"requirement_collection": "application", "stripe_dashboard": {"type": "none"}}
    owed = {"fees": {"payer": "application"}, "losses": {"payments": "application"}}
    told = {
        "type": "standard",
        "controller": {**controller, **owed},
        "capabilities": {"transfers": {"requested": True}},
    }
    reply = switched(type_with_controller=decided).driver.post("/v1/accounts", told)
    assert reply.status == status
    if status == 200:
        assert reply.body["type"] == "none"


@pytest.mark.parametrize("code", ["5192", "7372"])
def test_the_platforms_own_category_is_its_sellers(code: str) -> None:
    till = switched(platform_mcc=code)
    assert till.driver.get(f"/v1/accounts/{till.seller()}").body["business_profile"]["mcc"] == code


@pytest.mark.parametrize(("decided", "due"), [("wanted", ["external_account"]), ("unpaid", [])])
def test_a_bank_that_failed_is_wanted_anew_or_not(decided: str, due: list[str]) -> None:
    till = switched(errored_bank=decided)
    seller = till.seller(external_account="btok_us_verified_noAccount")
    till.pay(1000, account=seller, payment_method=AT_ONCE)
    till.simulator.advance(days=4)
    account = till.driver.get(f"/v1/accounts/{seller}").body
    assert (account["requirements"]["currently_due"], account["payouts_enabled"]) == (due, False)


@pytest.mark.parametrize(("days", "charges"), [(30, True), (2, False)])
def test_charges_are_disabled_days_after_payouts(days: int, charges: bool) -> None:  # as above
    till = switched(charges_off_after=days)
    seller = till.seller()
    till.simulator.demand(seller, "individual.verification.document", days=1)
    till.simulator.advance(days=5)
    account = till.driver.get(f"/v1/accounts/{seller}").body
    assert (account["payouts_enabled"], account["charges_enabled"]) == (False, charges)


@pytest.mark.parametrize(("days", "paid"), [(14, True), (2, False)])
def test_what_was_announced_has_days_of_grace(days: int, paid: bool) -> None:  # as above
    till = switched(foreseen_grace=days)
    seller = till.seller()
    till.simulator.foresee(seller, "individual.verification.document", days=1)
    till.simulator.advance(days=5)
    assert till.driver.get(f"/v1/accounts/{seller}").body["payouts_enabled"] is paid


@pytest.mark.parametrize(("decided", "net"), [("floor", 4), ("nearest", 5)])
def test_what_reaches_a_bank_at_once_is_rounded(decided: str, net: int) -> None:
    till = switched(instant_fee=300, net_available_rounding=decided)
    seller = till.seller()
    till.pay(1000, payment_method=AT_ONCE)
    till.driver.made("/v1/transfers", {"amount": 5, "currency": "usd", "destination": seller})
    balance = till.driver.get("/v1/balance", {"expand": ["instant_available.net_available"]}, account=seller).body
    (entry,) = balance["instant_available"][0]["net_available"]
    assert (entry["amount"], entry["source_types"]) == (net, {"card": net})
    assert entry["destination"].startswith("ba_")


@pytest.mark.parametrize(("decided", "status"), [(True, 200), (False, 400)])
def test_what_is_pending_can_be_paid_out_at_once_or_not(decided: bool, status: int) -> None:  # as above
    till = switched(instant_from_pending=decided)
    seller = till.seller()
    till.pay(1000, account=seller, payment_method=AT_ONCE)
    till.pay(2000, account=seller)
    told = {"amount": 2500, "currency": "usd", "method": "instant"}
    assert till.driver.post("/v1/payouts", told, account=seller).status == status


def test_an_advance_is_paid_back_by_what_is_pending() -> None:
    till = switched()
    seller = till.seller()
    till.pay(1000, account=seller, payment_method=AT_ONCE)
    till.pay(2000, account=seller)
    available = till.available(seller)
    till.driver.made("/v1/payouts", {"amount": 2500, "currency": "usd", "method": "instant"}, account=seller)
    missing = 2500 - available
    assert sorted(till.rows(seller)[-3:]) == [
        ("advance", missing, 0, missing),
        ("advance_funding", -missing, 0, -missing),
        ("payout", -2500, 0, -2500),
    ]
    assert till.available(seller) == 0
    over = {"amount": 400, "currency": "usd", "method": "instant"}
    assert till.driver.post("/v1/payouts", over, account=seller).error["code"] == "balance_insufficient"
    platform = till.driver.get("/v1/balance", {"expand": ["instant_available.net_available"]})
    assert (platform.status, platform.error["param"]) == (400, "expand")


def test_a_fee_beside_an_amount_is_refused_or_taken_of_it() -> None:
    told = {"amount": 1000, "currency": "usd", "application_fee_amount": 100}
    strict, lax = switched(), switched(fee_with_amount="accept")
    asked = {**told, "transfer_data": {"destination": strict.seller(), "amount": 900}}
    assert strict.driver.post("/v1/payment_intents", asked).error["code"] == "parameters_exclusive"
    seller = lax.seller()
    data = {"destination": seller, "amount": 900}
    lax.pay(1000, payment_method=AT_ONCE, application_fee_amount=100, transfer_data=data)
    assert lax.rows(seller) == [("payment", 900, 100, 800)]
    assert lax.rows() == [("charge", 1000, 59, 941), ("transfer", -900, 0, -900), ("application_fee", 100, 0, 100)]


@pytest.mark.parametrize(("copied", "notes"), [(False, {"b": "2"}), (True, {"a": "1", "b": "2"})])
def test_the_metadata_of_a_page_are_its_payments_or_not(copied: bool, notes: dict[str, str]) -> None:
    till = switched(session_metadata_copied=copied)
    item = {"price_data": {"currency": "usd", "unit_amount": 1000, "product_data": {"name": "Vase"}}, "quantity": 1}
    told = {
        "mode": "payment",
        "line_items": [item],
        "success_url": "https://example.com/thanks",
        "metadata": {"a": "1"},
        "payment_intent_data": {"metadata": {"b": "2"}},
    }
    session = till.driver.made("/v1/checkout/sessions", told)["id"]
    till.simulator.pay(session)
    paid = till.driver.get(f"/v1/checkout/sessions/{session}", {"expand": ["payment_intent"]}).body["payment_intent"]
    assert paid["metadata"] == notes
