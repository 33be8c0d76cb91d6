"""Numbers that Stripe was seen to answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, TypeAlias

import pytest
from tests.simulator.test_payouts import fund
from tests.simulator.till import CANADA, Till

from connectkit.simulator import Pricing, Rates, Simulator, Switches
from connectkit.simulator.money.fx import convert, printed

Open: TypeAlias = Callable[..., Till]


@pytest.fixture
def open_till() -> Iterator[Open]:
    """Give a till on a simulator of its own, and check that afterwards."""
    opened: list[Simulator] = []

    def open_(**switches: Any) -> Till:
        simulator = Simulator(start=1_800_000_000, check_always=True, switches=Switches(**switches))
        opened.append(simulator)
        return Till(simulator)

    yield open_
    for simulator in opened:
        simulator.check()


def worth(**per_cent: str) -> Rates:
    return Rates({"usd": "1", **per_cent})


@pytest.mark.parametrize(
    ("basis_points", "fixed", "fees"),
    [
        (290, 30, {2500: 103, 22_500: 683, 950: 58, 15_500: 480, 1000: 59, 10_000: 320, 5000: 175}),
        (500, 5, {97: 10, 127: 11, 153: 13, 233: 17, 450: 28, 655: 38, 599: 35}),
        (200, 30, {919: 48, 1103: 52, 1198: 54, 1276: 56, 16_856: 367, 499_845: 10_027}),
        (390, 50, {130: 55, 259: 60, 777: 80, 1297: 101, 1583: 112}),
        (290, 30, {1356: 69, 1342: 69}),
    ],
)
def test_stripes_fee(basis_points: int, fixed: int, fees: dict[int, int]) -> None:
    pricing = Pricing(basis_points, fixed)
    assert {amount: pricing.fee(amount) for amount in fees} == fees


@pytest.mark.parametrize(("last", "reversal"), [(500, 367), (None, 733)])
def test_a_refund_is_shared_out_by_itself(open_till: Open, last: int | None, reversal: int) -> None:
    till = open_till()
    charge = till.pay(1200, transfer_data={"destination": till.seller(), "amount": 880})
    till.refund(charge, 200)
    till.refund(charge, last, reverse_transfer=True)
    (transfer,) = till.listed("/v1/transfers")
    assert transfer["amount_reversed"] == reversal
    assert not transfer["reversed"]
    assert till.charge(charge)["refunded"] is (last is None)


def test_a_share_is_rounded_to_the_nearest(open_till: Open) -> None:
    till = open_till()
    till.refund(till.pay(153, transfer_data={"destination": till.seller(), "amount": 109}), 50, reverse_transfer=True)
    assert till.listed("/v1/transfers")[0]["amount_reversed"] == 36


def test_a_charge_on_behalf_of_a_seller_settles_in_the_sellers_currency(open_till: Open) -> None:
    till = open_till(rates=worth(cad="1.38343"))
    seller = till.seller(**CANADA)
    data = {"destination": seller}
    charge = till.pay(1000, on_behalf_of=seller, transfer_data=data, application_fee_amount=30)
    assert till.rows() == [
        ("charge", 1356, 69, 1287),
        ("transfer", -1356, 0, -1356),
        ("application_fee", 30, 0, 30),
    ]
    assert till.rows(seller) == [("payment", 1356, 41, 1315)]
    assert (till.held(currency="cad"), till.held()) == (-69, 30)
    shown = till.listed("/v1/balance_transactions", source=charge)[0]
    assert (shown["currency"], shown["exchange_rate"]) == ("cad", 1.35576)
    for refund, reversal, fee in ((500, 678, 15), (100, 136, 3)):
        till.refund(charge, refund, reverse_transfer=True, refund_application_fee=True)
        (transfer,) = till.listed("/v1/transfers")
        (held,) = till.listed("/v1/application_fees")
        assert transfer["reversals"]["data"][0]["amount"] == reversal
        assert (held["currency"], held["refunds"]["data"][0]["currency"]) == ("usd", "cad")
        assert till.listed("/v1/balance_transactions", type="application_fee_refund")[0]["amount"] == -fee
    assert till.listed("/v1/transfers")[0]["amount_reversed"] == 814
    assert till.listed("/v1/application_fees")[0]["amount_refunded"] == 18


def test_the_parts_of_a_converted_fee_need_not_sum_to_it(open_till: Open) -> None:
    till = open_till(rates=worth(cad="1.38343"))
    seller = till.seller(**CANADA)
    charge = till.pay(1000, on_behalf_of=seller, transfer_data={"destination": seller}, application_fee_amount=30)
    for _ in range(2):
        till.refund(charge, 500, reverse_transfer=True, refund_application_fee=True)
    (fee,) = till.listed("/v1/application_fees")
    assert [refund["amount"] for refund in fee["refunds"]["data"]] == [20, 20]
    assert fee["refunded"]


@pytest.mark.parametrize(
    ("fee", "rate", "view"), [(30, "1.35576", 41), (100, "1.35576", 136), (13, "1.29726", 17), (24, "1.29278", 31)]
)
def test_a_fee_as_the_connected_account_sees_it(fee: int, rate: str, view: int) -> None:
    assert convert(fee, Fraction(rate)) == view


@pytest.mark.parametrize(
    ("mid", "sent", "arrived", "rate", "back", "gone"),
    [
        ("1.38656", 61, 83, 1.35883, 61, -85),
        ("1.38656", 109, 148, 1.35883, 36, -50),
        ("1.36314", 880, 1176, 1.33588, 733, -999),
        ("1.36314", 880, 1176, 1.33588, 54, -74),
        ("1.36314", 880, 1176, 1.33588, 27, -37),
    ],
)
def test_a_transfer_is_converted_less_a_fee_and_comes_back_at_mid(
    open_till: Open, mid: str, sent: int, arrived: int, rate: float, back: int, gone: int
) -> None:
    till = open_till(rates=worth(cad=mid))
    seller = till.seller(**CANADA)
    till.pay(2000, payment_method="pm_card_bypassPending")
    for amount in (sent, 500):
        till.driver.made("/v1/transfers", {"amount": amount, "currency": "usd", "destination": seller})
    first = till.listed("/v1/transfers")[-1]["id"]
    till.driver.made(f"/v1/transfers/{first}/reversals", {"amount": back})
    received, *_, returned = reversed(till.listed("/v1/balance_transactions", seller))
    assert (received["amount"], received["exchange_rate"]) == (arrived, rate)
    assert (returned["amount"], returned["currency"]) == (gone, "cad")


def test_a_rate_goes_from_minor_units_to_minor_units() -> None:
    assert convert(200, Fraction("13.2136")) == 2643
    assert printed(Fraction("1.3557614")) == 1.35576


def test_a_refund_of_a_pending_charge_waits_as_long_as_it(open_till: Open) -> None:
    till = open_till()
    till.refund(till.pay(1000), 400)
    refund, charge = till.listed("/v1/balance_transactions")
    assert refund["status"] == charge["status"] == "pending"
    assert refund["available_on"] == charge["available_on"]


@pytest.mark.parametrize(
    ("pricing", "amount", "refunds", "returned"),
    [
        (Pricing(500, 5), 100, (10, 90), (0, -10)),
        (Pricing(200, 30, small=Pricing(500, 5)), 1200, (200, 500), (-4, -20)),
        (Pricing(200, 30, small=Pricing(500, 5)), 1000, (500, 500), (-20, -30)),
    ],
)
def test_a_fee_that_comes_back(
    open_till: Open, pricing: Pricing, amount: int, refunds: tuple[int, ...], returned: tuple[int, ...]
) -> None:
    till = open_till(pricing=pricing, refund_returns_fee=True)
    charge = till.pay(amount)
    for refund in refunds:
        till.refund(charge, refund)
    assert tuple(fee for type, _, fee, _ in till.rows() if type == "refund") == returned


@pytest.mark.parametrize(
    ("switches", "returned"), [({"refund_fx_rate": "charge_rate"}, -1356), ({"refund_fx_rate": "mid_now"}, -1383)]
)
def test_a_converted_refund(open_till: Open, switches: dict[str, str], returned: int) -> None:
    till = open_till(rates=worth(cad="1.38343"), **switches)
    seller = till.seller(**CANADA)
    till.refund(till.pay(1000, on_behalf_of=seller))
    assert till.rows()[-1] == ("refund", returned, 0, returned)


def test_a_descriptor_of_prefix_and_suffix(open_till: Open) -> None:
    till = open_till()
    profile = {"name": "SHOPX.COM/C", "url": "https://accessible.stripe.com", "product_description": "Furniture"}
    seller = till.seller(
        business_profile=profile, settings={"card_payments": {"statement_descriptor_prefix": "SHOPX.COM"}}
    )
    charge = till.pay(1000, account=seller, statement_descriptor_suffix="seven3a12e89")
    shown = till.charge(charge, seller)
    assert shown["calculated_statement_descriptor"] == "SHOPX.COM* SEVEN3A12E8"
    assert shown["statement_descriptor_suffix"] == "seven3a12e89"


@pytest.fixture
def abroad() -> dict[str, Any]:
    """Mid rates that make 1.10 of eur to usd, and 0.80 of usd to gbp, once Stripe's two percent are taken off."""
    return {"rates": Rates({"usd": "1", "eur": "49/55", "gbp": "40/49"})}


BRITAIN = {
    "country": "GB",
    "external_account": {
        "object": "bank_account",
        "country": "GB",
        "currency": "gbp",
        "account_number": "GB82WEST12345698765432",
    },
}


def test_a_fee_across_three_currencies(open_till: Open, abroad: dict[str, Any]) -> None:
    till = open_till(**abroad)
    seller = till.seller(**BRITAIN)
    charge = till.pay(10_000, "eur", transfer_data={"destination": seller}, application_fee_amount=1000)
    assert till.rows() == [
        ("charge", 11_000, 349, 10_651),
        ("transfer", -11_000, 0, -11_000),
        ("application_fee", 1100, 0, 1100),
    ]
    assert till.rows(seller) == [("payment", 8800, 880, 7920)]
    assert [fee["amount"] for fee in till.listed("/v1/application_fees")] == [1000]
    till.refund(charge, reverse_transfer=True, refund_application_fee=True)
    assert till.rows()[3:] == [
        ("refund", -11_224, 0, -11_224),
        ("transfer_refund", 11_000, 0, 11_000),
        ("application_fee_refund", -1100, 0, -1100),
    ]
    assert (till.held(), till.held(seller, "gbp")) == (-573, -180)


def test_a_fee_on_behalf_of_a_seller_across_three_currencies(open_till: Open) -> None:
    """The rows are the platform's, in the seller's currency; the fee comes in its own, and Stripe's cost stays."""
    till = open_till(rates=Rates({"usd": "1", "eur": "49/55", "gbp": "4/5"}))
    seller = till.seller(**BRITAIN)
    data = {"destination": seller}
    charge = till.pay(10_000, "eur", on_behalf_of=seller, transfer_data=data, application_fee_amount=1000)
    assert till.rows() == [
        ("charge", 8800, 285, 8515),
        ("transfer", -8800, 0, -8800),
        ("application_fee", 1100, 0, 1100),
    ]
    assert till.rows(seller) == [("payment", 8800, 880, 7920)]
    assert (till.held(currency="gbp"), till.held()) == (-285, 1100)
    (fee,) = till.listed("/v1/application_fees")
    assert (fee["amount"], fee["currency"], fee["originating_transaction"]) == (1000, "eur", charge)
    (received,) = till.listed("/v1/balance_transactions", seller)
    assert received["exchange_rate"] is None


def test_an_amount_to_transfer_across_three_currencies(open_till: Open, abroad: dict[str, Any]) -> None:
    till = open_till(**abroad)
    seller = till.seller(**BRITAIN)
    till.pay(10_000, "eur", transfer_data={"destination": seller, "amount": 9000})
    assert till.rows() == [("charge", 11_000, 349, 10_651), ("transfer", -9900, 0, -9900)]
    assert till.rows(seller) == [("payment", 7920, 0, 7920)]


def test_a_fee_kept_in_the_sellers_currency(open_till: Open, abroad: dict[str, Any]) -> None:
    till = open_till(**abroad, application_fee_currency="connected_settlement")
    seller = till.seller(**BRITAIN)
    till.pay(10_000, "eur", transfer_data={"destination": seller}, application_fee_amount=1000)
    (fee,) = till.listed("/v1/application_fees")
    assert (fee["amount"], fee["currency"], till.held(currency="gbp")) == (880, "gbp", 880)


def test_a_transfer_from_a_converted_charge_is_in_what_that_settled_in(open_till: Open, abroad: dict[str, Any]) -> None:
    till = open_till(**abroad)
    seller = till.seller(**BRITAIN)
    told = {"destination": seller, "source_transaction": till.pay(10_000, "eur")}
    wrong = till.driver.post("/v1/transfers", {"amount": 100, "currency": "eur", **told})
    assert wrong.error["param"] == "currency"
    till.driver.made("/v1/transfers", {"amount": 11_000, "currency": "usd", **told})
    assert till.held(seller, "gbp") == 8800


def test_a_direct_charge_in_a_foreign_currency(open_till: Open, abroad: dict[str, Any]) -> None:
    till = open_till(**abroad)
    seller = till.seller(**BRITAIN)
    till.pay(1000, account=seller, application_fee_amount=100)
    assert till.rows(seller) == [("charge", 800, 80 + 53, 667)]
    (earned,) = till.listed("/v1/balance_transactions")
    assert (earned["amount"], earned["currency"], earned["exchange_rate"]) == (100, "usd", 0.8)


def test_a_charge_must_settle_at_the_least_of_its_merchants_currency(open_till: Open) -> None:
    till = open_till(rates=worth(eur="2"))
    told = {"amount": 90, "currency": "eur"}
    assert till.driver.post("/v1/payment_intents", told).error["param"] == "amount"


def test_a_currency_without_a_rate_is_refused_as_not_simulated(open_till: Open) -> None:
    assert open_till().driver.post("/v1/payment_intents", {"amount": 5000, "currency": "xpf"}).status == 501


@pytest.mark.parametrize(
    ("amount", "fee"),
    [
        (97_087, 2913),
        (58_252, 1748),
        (58_446, 1753),
        (970_776, 29_123),
        (495_145, 14_854),
        (825_242, 24_757),
        (582_524, 17_476),
    ],
)
def test_what_a_platform_takes_of_an_instant_payout(open_till: Open, amount: int, fee: int) -> None:
    till = open_till(instant_fee=300)
    seller = fund(till, till.seller(), amount + fee)
    told = {"amount": amount, "currency": "usd", "method": "instant"}
    payout = till.driver.made("/v1/payouts", told, account=seller)
    assert (payout["application_fee_amount"], till.available(seller)) == (fee, 0)
    earned = till.driver.get(f"/v1/application_fees/{payout['application_fee']}").body
    assert (earned["amount"], earned["fee_source"]["payout"]) == (fee, payout["id"])
    assert till.rows()[-1] == ("application_fee", fee, 0, fee)
    assert till.driver.post("/v1/payouts", {**told, "amount": 100}, account=seller).error["code"] == (
        "balance_insufficient"
    )


def test_an_instant_payout_that_is_called_back_costs_nothing(open_till: Open) -> None:
    till = open_till(instant_fee=300)
    seller = fund(till, till.seller(), 60_000)
    told = {"amount": 58_252, "currency": "usd", "method": "instant"}
    payout = till.driver.made("/v1/payouts", told, account=seller)
    before = till.available()
    till.driver.made(f"/v1/payouts/{payout['id']}/cancel", account=seller)
    assert (till.available(seller), till.available()) == (60_000, before - 1748)


def test_a_descriptor_and_a_prefix_of_a_name(open_till: Open) -> None:
    till = open_till()
    seller = till.seller(business_profile={"name": "Jenny Rosenbaum", "product_description": "Furniture"})
    settings = till.driver.get(f"/v1/accounts/{seller}").body["settings"]
    assert settings["payments"]["statement_descriptor"] == "JENNY ROSENBAUM"
    assert settings["card_payments"]["statement_descriptor_prefix"] == "JENNY ROSE"
