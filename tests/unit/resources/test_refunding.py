"""What a refund takes back, worked out before it is sent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectkit.models.base import Answer
from connectkit.models.transfers import Transfer
from connectkit.money import Money
from connectkit.resources.charges.refunding import Refundable, refunded, reversals, share


def refundable(asked: int, *, refunded_before: int = 0, **more: Any) -> Refundable:
    charge = {
        "id": "ch_1",
        "amount": 1000,
        "amount_captured": 1000,
        "amount_refunded": refunded_before,
        "currency": "usd",
        "captured": True,
        **more,
    }
    return Refundable.read(Answer(data={"id": "pi_1", "latest_charge": charge}), Money(asked, "usd"))


@pytest.mark.parametrize(
    ("whole", "refund", "charge", "back"),
    [(109, 50, 153, 36), (880, 500, 1200, 367), (880, 1000, 1200, 733), (1356, 100, 1000, 136), (123, 400, 1000, 49)],
)
def test_shares_are_those_that_stripe_was_recorded_to_take(whole: int, refund: int, charge: int, back: int) -> None:
    assert share(whole, refund, charge, whole) == back


@given(whole=st.integers(0, 10**8), charge=st.integers(1, 10**8), data=st.data())
def test_a_share_is_nearest_and_never_more_than_is_left(whole: int, charge: int, data: st.DataObject) -> None:
    refund, left = data.draw(st.integers(1, charge)), data.draw(st.integers(0, whole))
    back = share(whole, refund, charge, left)
    assert 0 <= back <= left
    assert back == left or abs(2 * (back * charge - whole * refund)) <= charge


@given(parts=st.lists(st.integers(1, 300), min_size=2, max_size=6), whole=st.integers(1, 1000))
def test_refunds_and_their_residue_close_to_the_unit(parts: list[int], whole: int) -> None:
    charge, before, reversed_before = sum(parts), 0, 0
    for part in parts:
        transfer = {"id": "tr_1", "amount": whole, "amount_reversed": reversed_before, "currency": "usd"}
        one = refundable(part, refunded_before=before, amount=charge, amount_captured=charge, transfer=transfer)
        reversed_before += one.share_of(whole, whole - reversed_before)
        reversed_before += sum(step.request.params["amount"] for step in one.residues(transfer=True, fee=False))
        before += part
    assert reversed_before == whole


def test_a_fee_that_rounding_left_is_given_back_by_itself() -> None:
    fee = {"id": "fee_1", "amount": 10, "amount_refunded": 6}
    steps = refundable(330, refunded_before=670, application_fee=fee).residues(transfer=False, fee=True)
    assert [(step.request.path, step.request.params) for step in steps] == [
        ("/v1/application_fees/fee_1/refunds", {"amount": 1})
    ]


def test_what_stripe_has_not_made_yet_leaves_no_residue() -> None:
    late = refundable(1000, transfer=None, application_fee=None, application_fee_amount=10)
    assert late.has_fee
    assert late.residues(transfer=True, fee=True) == []


def test_a_seller_whose_share_rounds_to_nothing_gives_nothing_back() -> None:
    data = {"id": "tr_1", "amount": 1, "amount_reversed": 0, "currency": "usd", "destination": "acct_1"}
    transfer = Transfer.parse(Answer(data=data))
    assert reversals(refundable(100), [transfer], None, "stop") == []
    assert [step.request.params for step in reversals(refundable(1000), [transfer], None, "stop")] == [{"amount": 1}]


def test_only_reversals_are_told_of_what_else_a_flow_made() -> None:
    refund = {"id": "re_1", "amount": 1, "currency": "usd"}
    reversal = {"id": "trr_1", "object": "transfer_reversal", "amount": 1, "currency": "usd", "transfer": "tr_1"}
    told = refunded([Answer(data=refund), Answer(data=reversal), Answer(data={"id": "fr_1", "object": "fee_refund"})])
    assert [one.id for one in told.reversals] == ["trr_1"]


def test_a_share_that_is_taken_back_apart_leaves_the_fee_alone_where_it_is_kept() -> None:
    transfer = {"id": "tr_1", "amount": 800, "amount_reversed": 0, "currency": "usd", "destination": "acct_1"}
    (step,) = refundable(500, transfer=transfer).taken_from_destination(fee=False, if_short="bear")
    assert step.request.params == {"amount": 400}
    assert step.short is not None


def test_what_rounding_left_of_the_fee_comes_back_after_the_share() -> None:
    transfer = {"id": "tr_1", "amount": 1000, "amount_reversed": 670, "currency": "usd", "destination": "acct_1"}
    fee = {"id": "fee_1", "amount": 10, "amount_refunded": 6, "currency": "usd"}
    last = refundable(330, refunded_before=670, transfer=transfer, application_fee=fee)
    back, rest = last.taken_from_destination(fee=True, if_short="bear")
    assert back.request.params == {"amount": 330, "refund_application_fee": True}
    assert (rest.request.path, rest.request.params, rest.after) == (
        "/v1/application_fees/fee_1/refunds",
        {"amount": 1},
        back.name,
    )
    whole = {**transfer, "amount_reversed": 1000}
    (alone,) = refundable(330, refunded_before=670, transfer=whole, application_fee=fee).taken_from_destination(
        fee=True, if_short="bear"
    )
    assert (alone.request.params, alone.after) == ({"amount": 4}, "")
    partial = refundable(1, transfer={**transfer, "amount": 1, "amount_reversed": 0}, application_fee=fee)
    assert partial.taken_from_destination(fee=True, if_short="bear") == ()
