"""Ledgers that are worked out by hand, to the cent, over the official client."""

from __future__ import annotations

import pytest
import stripe
from tests.simulator.till import APPLICATION_PAYS, Till

from connectkit.simulator import Simulator


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
