"""Rows, wherever they come from, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import polars as pl
import pytest
from attrs import frozen

from connectkit import Connect, InvalidRequest, Money
from connectkit.resources.runs.rows import arguments, read


class Named(NamedTuple):
    name: str
    amount: Money
    currency: str


@frozen
class Pay:
    name: str
    amount: Money


@dataclass
class Paid:
    name: str
    amount: Money


TEN = Money.of("10.00", "usd")


@pytest.mark.parametrize(
    "row",
    [
        {"amount": TEN},
        {"amount": TEN, "currency": "usd", "description": "", "metadata": None},
        {"amount": "10.00", "currency": "usd"},
        {"amount": Decimal("10.00"), "currency": "USD"},
        {"amount": 10, "currency": "usd"},
        {"amount_minor": 1000, "currency": "usd"},
        {"amount_minor": "1000", "currency": "usd"},
        {"amount_minor": np.int64(1000), "currency": "usd", "amount": float("nan")},
        {"amount_minor": 1000.0, "currency": "usd", "amount": pd.NA, "note": pd.NaT, "other": Decimal("NaN")},
    ],
)
def test_an_amount_is_told_in_several_ways(row: dict[str, Any]) -> None:
    assert arguments(row) == {"amount": TEN}


@pytest.mark.parametrize(
    ("row", "match"),
    [
        ({"amount": 10.5, "currency": "usd"}, "which is not exact"),
        ({"amount": "ten", "currency": "usd"}, "is no number"),
        ({"amount": "10.00"}, "not a currency"),
        ({"amount": TEN, "currency": "eur"}, "of the row is another"),
        ({"amount": TEN, "amount_minor": 1000}, "and not both"),
        ({"amount_minor": "10.5", "currency": "usd"}, "whole number of minor units"),
        ({"amount_minor": 10.5, "currency": "usd"}, "whole number of minor units"),
        ({"currency": "usd"}, "has an amount"),
    ],
)
def test_an_amount_that_is_not_exact_is_refused(row: dict[str, Any], match: str) -> None:
    with pytest.raises(InvalidRequest, match=match):
        arguments(row)


def test_no_amount_is_needed() -> None:
    assert arguments({"payment_id": "pi_1"}) == {"payment_id": "pi_1"}


def test_rows_are_of_several_kinds() -> None:
    kinds = [{"name": "a", "amount": TEN}, Pay("a", TEN), Paid("a", TEN), Named("a", TEN, "usd")]
    for row in read(iter(kinds)):
        assert {**row}.pop("name") == "a"
        assert row["amount"] == TEN
    with pytest.raises(InvalidRequest, match="A row is a mapping, not a int"):
        list(read([1]))
    with pytest.raises(InvalidRequest, match="A row is a mapping, not a tuple"):
        list(read([("a", TEN)]))


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])
def test_rows_come_from_a_data_frame(frame: Any) -> None:
    table = {
        "name": ["a", "b"],
        "amount_minor": [1000, 2000],
        "currency": ["usd", "usd"],
        "source_transaction": ["ch_1", None],
    }
    rows = [arguments(row) for row in read(frame(table))]
    assert rows == [
        {"name": "a", "source_transaction": "ch_1", "amount": TEN},
        {"name": "b", "amount": TEN * 2},
    ]


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("transfers.create", {"destination": "acct_1", "amount": TEN}, "It lacks a name."),
    ("transfers.create", {"name": "a", "amount": TEN}, "It lacks destination."),
    (
        "transfers.create",
        {"name": "a", "color": "red", "amount": TEN},
        "It has no use for color and it lacks destination.",
    ),
    ("transfers.create", {"name": "a", "destination": "po_1", "amount": TEN}, "destination has to be an id"),
    ("transfers.create", {"name": "a", "destination": "acct_1", "amount": -TEN}, "amount has to be above zero"),
    ("transfers.create", {"name": "a ", "destination": "acct_1", "amount": TEN}, "A key is 1 to 255"),
    ("transfers.reverse", {"name": "a", "transfer_id": "tr_1", "refund_fee": "maybe"}, "refund_fee is one of"),
    ("payouts.create", {"name": "a", "account": "acct_1", "amount": TEN, "method": "fast"}, "method is one of"),
]


@pytest.mark.parametrize(("verb", "row", "why"), BAD)
def test_a_bad_row_is_reported_with_its_number_and_reason(verb: str, row: dict[str, Any], why: str) -> None:
    connect = Connect.sandbox()
    good = {"name": "good", "verb": "topups.create", "amount": TEN}
    plan = connect.runs.plan(key="run", verb=verb, rows=[good, row], look=False)
    (bad,) = plan.bad
    assert bad.number == 2
    assert bad.why.startswith(why)
    assert f"row 2 {bad.name}".rstrip() in plan.table()
    assert [one.name for one in plan.rows] == ["good"]


def test_a_name_is_had_once() -> None:
    rows = [{"name": "a", "destination": "acct_1", "amount": TEN}] * 2
    (bad,) = Connect.sandbox().runs.plan(key="run", verb="transfers.create", rows=rows, look=False).bad
    assert (bad.number, bad.why) == (2, "Row 1 has the same name.")


def test_a_word_of_a_file_is_a_truth_value() -> None:
    rows = [
        {"name": "a", "transfer_id": "tr_1", "refund_fee": "TRUE"},
        {"name": "b", "transfer_id": "tr_1", "refund_fee": "false"},
    ]
    plan = Connect.sandbox().runs.plan(key="run", verb="transfers.reverse", rows=rows, look=False)
    first, second = (row.operation.request for row in plan.rows)
    assert "refund_application_fee" in first
    assert "refund_application_fee" not in second
