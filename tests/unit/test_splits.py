"""Rules that say who gets what, by example."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from connectkit import Connect, Division, InvalidRequest, Money, Split, Tier
from connectkit.money import Rounding


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


def by_weight(rounding: Rounding, total: str, *weights: int | Decimal | Fraction) -> list[int]:
    rule = Split(rounding=rounding)
    for number, weight in enumerate(weights):
        rule = rule.ratio(f"acct_{number}", weight)
    return [share.amount for share in rule.of(usd(total)).shares.values()]


def test_a_reusable_rule_is_applied_to_any_total() -> None:
    rule = Split().fixed("acct_courier", usd("5.00")).percent("acct_seller", "80").rest("acct_charity")
    assert rule.of(usd("100.00")).shares == {
        "acct_courier": usd("5.00"),
        "acct_seller": usd("80.00"),
        "acct_charity": usd("15.00"),
    }
    assert rule.of(usd("50.00")).shares["acct_charity"] == usd("5.00")
    assert rule.of(usd("50.00")).kept == usd("0.00")


def test_units_that_are_left_go_to_the_first_or_to_whoever_lost_most() -> None:
    assert by_weight("first", "10.00", 1, 1, 1) == [334, 333, 333]
    assert by_weight("largest", "10.00", 1, 1, 1) == [334, 333, 333]
    assert by_weight("first", "0.19", Fraction(1, 10), Decimal("0.9")) == [2, 17]
    assert by_weight("largest", "0.14", Fraction(1, 10), Decimal("0.9")) == [1, 13]


def test_bounds_move_what_they_cut_to_the_rest() -> None:
    rule = Split().percent("acct_a", 10, minimum=usd("2.00"), maximum=usd("8.00"))
    shares = [str(rule.of(usd(total)).shares["acct_a"]) for total in ("5.00", "50.00", "500.00")]
    assert shares == ["2.00 usd", "5.00 usd", "8.00 usd"]
    assert rule.of(usd("500.00")).kept == usd("492.00")


def test_a_fee_has_tiers() -> None:
    fee = (
        Tier(up_to=usd("10.00"), fixed=usd("1.00")),
        Tier(up_to=usd("100.00"), percent="10", minimum=usd("1.50"), maximum=usd("8.00")),
        Tier(percent="5", fixed=usd("0.30")),
    )
    rule = Split().rest("acct_seller").fee(*fee)
    kept = [str(rule.of(usd(total)).kept) for total in ("0.50", "10.00", "10.01", "90.00", "100.00", "1000.00")]
    assert kept == ["0.50 usd", "1.00 usd", "1.50 usd", "8.00 usd", "8.00 usd", "50.30 usd"]
    assert rule.of(usd("0.50")).left_out[0].account == "acct_seller"
    with pytest.raises(InvalidRequest, match="over the threshold"):
        Split().fee(Tier(up_to=usd("10.00"))).of(usd("10.01"))


def test_a_share_of_zero_is_left_out_with_a_reason() -> None:
    division = Split().percent("acct_a", 1).percent("acct_b", 99).of(usd("0.01"))
    assert division.shares == {"acct_a": usd("0.01")}
    (out,) = division.left_out
    assert (out.account, out.why) == ("acct_b", "its share of 0.01 usd is zero")


WRONG: dict[str, Callable[[], Any]] = {
    "no account": lambda: Split().fixed("po_1", usd("1.00")),
    "negative": lambda: Split().fixed("acct_1", -usd("1.00")),
    "above a hundred": lambda: Split().percent("acct_1", 60).percent("acct_2", "40.01"),
    "a float": lambda: Split().percent("acct_1", 0.5),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    "no number": lambda: Split().percent("acct_1", "many"),
    "out of range": lambda: Split().percent("acct_1", 101),
    "endless": lambda: Split().percent("acct_1", "NaN"),
    "no weight": lambda: Split().ratio("acct_1", 0),
    "rest after ratio": lambda: Split().ratio("acct_1", 1).rest("acct_2"),
    "ratio after rest": lambda: Split().rest("acct_1").ratio("acct_2", 1),
    "two rests": lambda: Split().rest("acct_1").rest("acct_2"),
    "no tier": lambda: Split().fee(),
    "falling tiers": lambda: Split().fee(Tier(up_to=usd("2.00")), Tier(up_to=usd("1.00"))),
    "an open tier first": lambda: Split().fee(Tier(), Tier(up_to=usd("1.00"))),
    "no total": lambda: Split().of(usd("0.00")),
    "too much": lambda: Split().fixed("acct_1", usd("2.00")).of(usd("1.00")),
    "another currency": lambda: Split().fixed("acct_1", Money.of("1.00", "eur")).of(usd("2.00")),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_rule_that_is_wrong_is_refused(case: str) -> None:
    with pytest.raises(InvalidRequest):
        WRONG[case]()


def test_what_is_not_enough_says_by_how_much() -> None:
    with pytest.raises(InvalidRequest, match=r"are 1\.00 usd more than 1\.00 usd"):
        Split().fixed("acct_1", usd("2.00")).of(usd("1.00"))


def test_a_division_is_shown() -> None:
    division = Split().percent("acct_seller", 80).fixed("acct_none", usd("0.00")).of(usd("10.00"))
    assert division.table().splitlines() == [
        "acct_seller   8.00 usd",
        "platform      2.00 usd",
        "acct_none     0.00 usd",
        "total        10.00 usd",
    ]
    assert division.diagram().splitlines() == [
        "flowchart LR",
        '  buyer["buyer"] -->|10.00 usd| platform["platform keeps 2.00 usd"]',
        '  platform -->|8.00 usd| acct_seller["acct_seller"]',
    ]


def test_a_division_is_remembered_however_many_share() -> None:
    rule = Split()
    for number in range(60):
        rule = rule.ratio(f"acct_{number:016}", 1)
    division = rule.of(usd("1000.00"))
    notes = division.notes()
    assert list(notes)[:2] == ["connectkit_split", "connectkit_split_2"]
    read = Division.read(notes)
    assert read is not None
    assert read.shares == division.shares
    assert Division.read({"order": "7"}) is None


@pytest.mark.parametrize("note", ["", "2 usd 100", "1 usd", "1 usd x", "1 usd 100 acct_1", "1 usd 100 acct_1=x"])
def test_a_damaged_note_is_told(note: str) -> None:
    with pytest.raises(InvalidRequest, match="cannot be read"):
        Division.read({"connectkit_split": note})


def test_refunds_are_planned_from_it() -> None:
    division = Split().percent("acct_a", "33.33").percent("acct_b", "33.33").of(usd("10.00"))
    first = division.give_back(usd("5.00"))
    last = division.give_back(usd("5.00"), before=usd("5.00"))
    assert {name: first[name] + last[name] for name in last} == division.shares
    assert division.give_back(usd("0.00")) == {}
    for amount, before in ((usd("5.01"), usd("5.00")), (-usd("1.00"), None), (usd("1.00"), -usd("1.00"))):
        with pytest.raises(InvalidRequest, match="cannot be"):
            division.give_back(amount, before=before)


def test_a_payment_is_settled_and_remembered_by_it() -> None:
    with Connect.sandbox() as connect:
        sellers: list[str] = []
        for number in range(2):
            account = connect.onboarding.create(key=f"seller-{number}", country="US", type="express")
            connect.simulator.onboard(account.id)
            sellers.append(account.id)
        division = Split().percent(sellers[0], "70").percent(sellers[1], "12.5").of(usd("99.99"))
        payment = connect.charges.separate.create(
            key="order", amount=division.total, payment_method="pm_card_visa", metadata=division.notes()
        )
        connect.charges.separate.settle(payment.id, key="order/settle", shares=division.shares)
        remembered = Division.read(connect.charges.retrieve(payment.id).metadata)
        assert remembered is not None
        assert remembered.shares == division.shares
        connect.simulator.check()


@pytest.mark.parametrize("kind", ["percent", "ratio", "rest"])
def test_bounds_that_contradict_each_other(kind: str) -> None:
    told: list[Any] = ["acct_1"] if kind == "rest" else ["acct_1", 1]
    add = getattr(Split(), kind)
    with pytest.raises(InvalidRequest, match="at least the minimum"):
        add(*told, minimum=Money(2, "usd"), maximum=Money(1, "usd"))
    with pytest.raises(InvalidRequest, match="A minimum is not negative"):
        add(*told, minimum=Money(-1, "usd"))
    with pytest.raises(InvalidRequest, match="not negative"):
        add(*told, maximum=Money(-1, "usd"))
    with pytest.raises(InvalidRequest, match="different currencies"):
        add(*told, minimum=Money(1, "eur")).of(Money(100, "usd"))


def test_a_document_of_a_rest_names_its_bounds_where_it_has_them() -> None:
    assert Split().rest("acct_1").document()["rest"] == "acct_1"
    bounded = Split().rest("acct_1", maximum=Money(100, "usd"))
    assert bounded.document()["rest"] == {"to": "acct_1", "maximum": "1.00 usd"}
    assert bounded.document() != Split().rest("acct_1").document()
