"""Ledgers that are worked out by hand, to the cent, over the official client."""

from __future__ import annotations

from typing import Any

import pytest
import stripe
from tests.simulator.till import APPLICATION_PAYS, Till

from connectkit.simulator import Simulator, Switches


@pytest.fixture
def till(simulator: Simulator) -> Till:
    return Till(simulator)


def direct(till: Till, seller: str) -> str:
    intent = till.v1.payment_intents.create(
        {
            "amount": 1000,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "application_fee_amount": 123,
        },
        {"stripe_account": seller},
    )
    return str(intent.latest_charge)


def destination(till: Till, seller: str) -> str:
    intent = till.v1.payment_intents.create(
        {
            "amount": 1000,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "application_fee_amount": 123,
            "transfer_data": {"destination": seller},
        }
    )
    return str(intent.latest_charge)


def test_a_direct_charge_with_a_fee(till: Till) -> None:
    seller = till.seller()
    direct(till, seller)
    assert till.rows(seller) == [("charge", 1000, 182, 818)]
    assert till.rows() == [("application_fee", 123, 0, 123)]
    (row,) = till.listed("/v1/balance_transactions", seller)
    assert {part["type"]: part["amount"] for part in row["fee_details"]} == {"application_fee": 123, "stripe_fee": 59}


def test_a_direct_charge_refunded_with_its_fee(till: Till) -> None:
    seller = till.seller()
    charge = direct(till, seller)
    till.v1.refunds.create({"charge": charge, "refund_application_fee": True}, {"stripe_account": seller})
    assert till.rows(seller)[1:] == [("refund", -1000, 0, -1000), ("adjustment", 123, 0, 123)]
    assert till.rows()[1:] == [("application_fee_refund", -123, 0, -123)]
    assert (till.held(seller), till.held()) == (-59, 0)


def test_a_direct_charge_refunded_without_its_fee(till: Till) -> None:
    seller = till.seller()
    charge = direct(till, seller)
    till.v1.refunds.create({"charge": charge}, {"stripe_account": seller})
    assert (till.held(seller), till.held()) == (-182, 123)


def test_a_part_of_a_direct_charge_refunded_with_its_fee(till: Till) -> None:
    seller = till.seller()
    charge = direct(till, seller)
    till.v1.refunds.create(
        {"charge": charge, "amount": 400, "refund_application_fee": True}, {"stripe_account": seller}
    )
    assert till.rows(seller)[1:] == [("refund", -400, 0, -400), ("adjustment", 49, 0, 49)]
    assert (till.held(seller), till.held()) == (467, 74)


def test_a_direct_charge_whose_costs_the_platform_pays(till: Till) -> None:
    seller = till.seller(**APPLICATION_PAYS)
    direct(till, seller)
    assert till.rows(seller) == [("charge", 1000, 123, 877)]
    assert till.rows() == [("stripe_fee", -59, 0, -59), ("application_fee", 123, 0, 123)]


def test_a_destination_charge_with_a_fee(till: Till) -> None:
    seller = till.seller()
    destination(till, seller)
    assert till.rows() == [
        ("charge", 1000, 59, 941),
        ("transfer", -1000, 0, -1000),
        ("application_fee", 123, 0, 123),
    ]
    assert till.rows(seller) == [("payment", 1000, 123, 877)]
    assert (till.held(), till.held(seller)) == (64, 877)


@pytest.mark.parametrize(
    ("flags", "platform", "connected"),
    [
        ({}, 64 - 1000, 877),
        ({"reverse_transfer": True}, 64, -123),
        ({"reverse_transfer": True, "refund_application_fee": True}, -59, 0),
    ],
)
def test_a_destination_charge_refunded(till: Till, flags: dict[str, bool], platform: int, connected: int) -> None:
    seller = till.seller()
    till.refund(destination(till, seller), **flags)
    assert (till.held(), till.held(seller)) == (platform, connected)


def test_the_rows_of_a_destination_charge_refunded_with_both_flags(till: Till) -> None:
    seller = till.seller()
    till.refund(destination(till, seller), reverse_transfer=True, refund_application_fee=True)
    assert till.rows()[3:] == [
        ("refund", -1000, 0, -1000),
        ("transfer_refund", 1000, 0, 1000),
        ("application_fee_refund", -123, 0, -123),
    ]
    assert till.rows(seller)[1:] == [("payment_refund", -1000, 0, -1000), ("adjustment", 123, 0, 123)]


def test_a_part_of_a_destination_charge_refunded_with_both_flags(till: Till) -> None:
    seller = till.seller()
    till.refund(destination(till, seller), 400, reverse_transfer=True, refund_application_fee=True)
    assert (till.held(), till.held(seller)) == (15, 526)


def test_a_destination_charge_taken_back_by_hand(till: Till) -> None:
    seller = till.seller()
    destination(till, seller)
    (transfer,) = till.listed("/v1/transfers")
    till.v1.transfers.reversals.create(transfer["id"], {"refund_application_fee": True})
    assert (till.held(), till.held(seller)) == (64 + 1000 - 123, 0)


def test_to_take_back_less_without_the_fee_comes_to_the_same(till: Till) -> None:
    seller = till.seller()
    destination(till, seller)
    (transfer,) = till.listed("/v1/transfers")
    till.v1.transfers.reversals.create(transfer["id"], {"amount": 877})
    assert (till.held(), till.held(seller)) == (64 + 1000 - 123, 0)


def test_a_destination_charge_with_an_amount_to_transfer(till: Till) -> None:
    seller = till.seller()
    charge = till.pay(1000, transfer_data={"destination": seller, "amount": 877})
    assert till.rows() == [("charge", 1000, 59, 941), ("transfer", -877, 0, -877)]
    assert till.rows(seller) == [("payment", 877, 0, 877)]
    till.refund(charge, 400, reverse_transfer=True)
    assert (till.held(), till.held(seller)) == (15, 526)
    till.refund(charge, 600, reverse_transfer=True)
    assert (till.held(), till.held(seller)) == (-59, 0)


def test_a_residue_is_left_by_a_refund_without_the_flag_and_closed_by_hand(till: Till) -> None:
    seller = till.seller()
    charge = till.pay(1000, transfer_data={"destination": seller, "amount": 877})
    till.refund(charge, 400)
    till.refund(charge, reverse_transfer=True)
    (transfer,) = till.listed("/v1/transfers")
    assert (till.held(), till.held(seller)) == (-410, 351)
    assert till.charge(charge)["refunded"]
    assert not transfer["reversed"]
    till.v1.transfers.reversals.create(transfer["id"])
    assert (till.held(), till.held(seller)) == (-59, 0)


def test_a_separate_charge_and_two_transfers(till: Till) -> None:
    ana, ben = till.seller(), till.seller()
    charge = till.pay(10_000)
    shares = {ana: 7000, ben: 2000}
    made = [
        till.v1.transfers.create(
            {"amount": amount, "currency": "usd", "destination": seller, "source_transaction": charge}
        )
        for seller, amount in shares.items()
    ]
    assert (till.held(), till.held(ana), till.held(ben)) == (680, 7000, 2000)
    assert till.available() == 0
    till.refund(charge)
    assert till.held() == -9320
    for transfer in made:
        till.v1.transfers.reversals.create(transfer.id)
    assert (till.held(), till.held(ana), till.held(ben)) == (-320, 0, 0)


def test_the_documented_refund_of_400_and_600(till: Till) -> None:
    charge = till.pay(1000, transfer_data={"destination": till.seller(), "amount": 800})
    for amount in (400, 600):
        till.refund(charge, amount, reverse_transfer=True)
    (transfer,) = till.listed("/v1/transfers")
    assert [reversal["amount"] for reversal in transfer["reversals"]["data"]] == [480, 320]
    assert transfer["reversed"]


def test_the_same_numbers_over_loopback_http(simulator: Simulator) -> None:
    with simulator.serve() as server:
        client = stripe.StripeClient("sk_test_till", base_addresses={"api": server.url}, max_network_retries=0)
        till = Till(simulator, client)
        seller = till.seller()
        charge = destination(till, seller)
        till.v1.refunds.create(
            {"charge": charge, "amount": 400, "reverse_transfer": True, "refund_application_fee": True}
        )
        seen = till.v1.balance_transactions.list(options={"stripe_account": seller})
    assert [(row.type, row.net) for row in seen.data] == [
        ("adjustment", 49),
        ("payment_refund", -400),
        ("payment", 877),
    ]
    assert (till.held(), till.held(seller)) == (15, 526)


WON = {"evidence": {"uncategorized_text": "winning_evidence"}}
DISPUTED = "pm_card_createDispute"


def won(till: Till, account: str | None = None) -> None:
    (dispute,) = till.listed("/v1/disputes", account)
    till.driver.made(f"/v1/disputes/{dispute['id']}", WON, account=account)
    till.simulator.advance(hours=1)


@pytest.mark.parametrize(
    ("returned", "row", "left"), [(False, (1000, 0, 1000), -682), (True, (1000, -1500, 2500), 818)]
)
def test_a_direct_charge_that_is_disputed_and_won(returned: bool, row: tuple[int, int, int], left: int) -> None:
    till = Till(Simulator(switches=Switches(dispute_win_returns_fee=returned)))
    seller = till.seller()
    till.pay(1000, account=seller, payment_method=DISPUTED, application_fee_amount=123)
    assert till.rows(seller)[1:] == [("adjustment", -1000, 1500, -2500)]
    assert (till.held(seller), till.held()) == (-1682, 123)
    won(till, seller)
    assert till.rows(seller)[2:] == [("adjustment", *row)]
    assert (till.held(seller), till.held()) == (left, 123)
    (fee,) = till.listed("/v1/application_fees")
    assert fee["amount_refunded"] == 0


def test_a_direct_charge_whose_dispute_is_lost_stays_taken() -> None:
    till = Till(Simulator())
    seller = till.seller()
    till.pay(1000, account=seller, payment_method=DISPUTED, application_fee_amount=123)
    (dispute,) = till.listed("/v1/disputes", seller)
    till.driver.made(f"/v1/disputes/{dispute['id']}/close", account=seller)
    assert len(till.rows(seller)) == 2
    assert (till.held(seller), till.held()) == (-1682, 123)


@pytest.mark.parametrize(("returned", "after", "repaid"), [(False, -559, -1436), (True, 941, 64)])
def test_a_destination_charge_disputed_recovered_won_and_repaid(returned: bool, after: int, repaid: int) -> None:
    till = Till(Simulator(switches=Switches(dispute_win_returns_fee=returned)))
    seller = till.seller()
    data = {"destination": seller}
    till.pay(1000, payment_method=DISPUTED, application_fee_amount=123, transfer_data=data)
    assert till.rows()[3:] == [("adjustment", -1000, 1500, -2500)]
    assert (till.held(), till.held(seller)) == (-2436, 877)
    (transfer,) = till.listed("/v1/transfers")
    till.driver.made(f"/v1/transfers/{transfer['id']}/reversals", {"refund_application_fee": True})
    assert till.rows()[4:] == [("transfer_refund", 1000, 0, 1000), ("application_fee_refund", -123, 0, -123)]
    assert till.rows(seller)[1:] == [("payment_refund", -1000, 0, -1000), ("adjustment", 123, 0, 123)]
    assert (till.held(), till.held(seller)) == (-1559, 0)
    won(till)
    assert till.rows()[6:] == [("adjustment", 1000, -1500 if returned else 0, 2500 if returned else 1000)]
    assert till.held() == after
    till.driver.made("/v1/topups", {"amount": 5000, "currency": "usd"})
    till.simulator.advance(days=9)
    till.driver.made("/v1/transfers", {"amount": 877, "currency": "usd", "destination": seller})
    assert till.rows()[-1] == ("transfer", -877, 0, -877)
    assert till.rows(seller)[-1] == ("payment", 877, 0, 877)
    assert (till.held() - 5000, till.held(seller)) == (repaid, 877)


def test_the_rows_of_an_amount_to_transfer_refunded_in_parts(till: Till) -> None:
    seller = till.seller()
    charge = till.pay(1000, transfer_data={"destination": seller, "amount": 877})
    till.refund(charge, 400, reverse_transfer=True)
    till.refund(charge, 600, reverse_transfer=True)
    assert till.rows()[2:] == [
        ("refund", -400, 0, -400),
        ("transfer_refund", 351, 0, 351),
        ("refund", -600, 0, -600),
        ("transfer_refund", 526, 0, 526),
    ]
    assert till.rows(seller)[1:] == [("payment_refund", -351, 0, -351), ("payment_refund", -526, 0, -526)]


def test_the_rows_of_an_amount_to_transfer_refunded_whole(till: Till) -> None:
    seller = till.seller()
    till.refund(till.pay(1000, transfer_data={"destination": seller, "amount": 877}), reverse_transfer=True)
    assert till.rows()[2:] == [("refund", -1000, 0, -1000), ("transfer_refund", 877, 0, 877)]
    assert (till.held(), till.held(seller)) == (-59, 0)


def test_a_separate_charge_disputed_recovered_won_and_repaid(till: Till) -> None:
    ana, ben = till.seller(), till.seller()
    charge = till.pay(10_000, payment_method=DISPUTED)
    shares = {ana: 7000, ben: 2000}
    for seller, amount in shares.items():
        told = {"amount": amount, "currency": "usd", "destination": seller, "source_transaction": charge}
        till.driver.made("/v1/transfers", told)
    assert till.rows() == [
        ("charge", 10_000, 320, 9680),
        ("adjustment", -10_000, 1500, -11_500),
        ("transfer", -7000, 0, -7000),
        ("transfer", -2000, 0, -2000),
    ]
    assert till.held() == -10_820
    for transfer in till.listed("/v1/transfers"):
        till.driver.made(f"/v1/transfers/{transfer['id']}/reversals")
    assert till.rows()[4:] == [("transfer_refund", 2000, 0, 2000), ("transfer_refund", 7000, 0, 7000)]
    assert (till.held(), till.held(ana), till.held(ben)) == (-1820, 0, 0)
    won(till)
    assert till.held() == 8180
    till.driver.made("/v1/topups", {"amount": 9000, "currency": "usd"})
    till.simulator.advance(days=9)
    for seller, amount in shares.items():
        till.driver.made("/v1/transfers", {"amount": amount, "currency": "usd", "destination": seller})
    assert (till.held() - 9000, till.held(ana), till.held(ben)) == (-820, 7000, 2000)


def by_hand(till: Till, **changes: Any) -> str:
    """Give a seller whose losses the platform bears, with 2000 to pay out by hand."""
    seller = till.seller(**APPLICATION_PAYS, **changes)
    told = {"settings": {"payouts": {"schedule": {"interval": "manual"}}}}
    till.driver.made(f"/v1/accounts/{seller}", told)
    till.pay(2000, payment_method="pm_card_bypassPending", transfer_data={"destination": seller})
    return seller


def test_an_account_that_is_debited(till: Till) -> None:
    seller = by_hand(till)
    before = till.held(), till.held(seller)
    till.driver.made("/v1/charges", {"amount": 1500, "currency": "usd", "source": seller})
    assert till.rows(seller)[-1] == ("transfer", -1500, 0, -1500)
    assert till.rows()[-1] == ("payment", 1500, 0, 1500)
    assert (till.held(), till.held(seller)) == (before[0] + 1500, before[1] - 1500)


@pytest.mark.parametrize("closed", [False, True])
def test_a_payout_that_comes_back(till: Till, closed: bool) -> None:
    seller = by_hand(till)
    told: dict[str, Any] = {"amount": 877, "currency": "usd"}
    if closed:
        path = f"/v1/accounts/{seller}/external_accounts"
        added = {"external_account": "btok_us_verified_accountClosed"}
        told["destination"] = till.driver.made(path, added)["id"]
    payout = till.driver.made("/v1/payouts", told, account=seller)["id"]
    assert till.rows(seller)[-1] == ("payout", -877, 0, -877)
    if closed:
        till.simulator.advance(days=3)
    else:
        till.driver.made(f"/v1/payouts/{payout}/cancel", account=seller)
    assert till.rows(seller)[-1] == ("payout_failure" if closed else "payout_cancel", 877, 0, 877)
    back = till.driver.get(f"/v1/payouts/{payout}", account=seller).body["failure_balance_transaction"]
    assert back == till.listed("/v1/balance_transactions", seller)[0]["id"]
    assert till.held(seller) == 2000


def test_a_top_up_that_bounces(till: Till) -> None:
    till.driver.made("/v1/topups", {"amount": 2000, "currency": "usd", "source": "btok_us_verified_reversed"})
    till.simulator.advance(days=9)
    assert till.rows() == [("topup", 2000, 0, 2000)]
    till.simulator.advance(days=20)
    assert till.rows()[1:] == [("topup_reversal", -2000, 0, -2000)]


def test_what_an_account_is_below_zero_is_held_back_and_let_go() -> None:
    till = Till(Simulator(switches=Switches(connect_reserves=True)))
    seller = by_hand(till)
    till.driver.made("/v1/topups", {"amount": 5000, "currency": "usd"})
    till.simulator.advance(days=9)
    till.driver.made("/v1/payouts", {"amount": 300, "currency": "usd"}, account=seller)
    (charge,) = till.listed("/v1/charges")
    till.refund(charge["id"], reverse_transfer=True)
    assert till.held(seller) == -300
    assert till.rows()[-1] == ("reserve_transaction", -300, 0, -300)
    till.driver.made("/v1/transfers", {"amount": 100, "currency": "usd", "destination": seller})
    assert till.rows()[-1] == ("reserve_transaction", 100, 0, 100)
    reserved = till.driver.get("/v1/balance").body["connect_reserved"]
    assert [each["amount"] for each in reserved if each["currency"] == "usd"] == [200]
