"""How far a refund has come, and what to do then."""

from __future__ import annotations

import pytest

from connectkit import Refund, RefundState, Uncovered
from connectkit.models.base import Answer
from connectkit.models.plans import passed
from connectkit.money import Money


@pytest.mark.parametrize(
    ("status", "reason", "state", "words"),
    [
        ("pending", "processing", RefundState.PENDING, "Wait"),
        ("pending", "insufficient_funds", RefundState.WAITING_FOR_FUNDS, "Top the balance up"),
        ("requires_action", None, RefundState.NEEDS_BUYER, "Ask the buyer"),
        ("succeeded", None, RefundState.SUCCEEDED, "Nothing, unless refund.failed comes"),
        ("failed", None, RefundState.FAILED, "still owed"),
        ("canceled", None, RefundState.CANCELED, "refund again"),
        ("postponed", None, RefundState.UNKNOWN, "documentation"),
    ],
)
def test_each_status_has_a_next_step(status: str, reason: str | None, state: RefundState, words: str) -> None:
    data = {"id": "re_1", "amount": 1, "currency": "usd", "status": status, "pending_reason": reason}
    refund = Refund.parse(Answer(data=data))
    assert refund.state is state
    assert words in state.next_step


@pytest.mark.parametrize(
    ("charge", "paid", "returned", "state", "words"),
    [
        ("ch_1", "txn_1", None, RefundState.IN_CASH_BALANCE, "Neither refund again"),
        ("ch_1", "txn_1", "txn_2", RefundState.CANCELED, "refund again"),
        ("ch_1", None, None, RefundState.CANCELED, "refund again"),
        (None, "txn_1", None, RefundState.CANCELED, "refund again"),
    ],
)
def test_what_was_canceled_is_back_unless_the_buyer_has_it(
    charge: str | None, paid: str | None, returned: str | None, state: RefundState, words: str
) -> None:
    data = {"id": "re_1", "amount": 1, "currency": "usd", "status": "canceled", "charge": charge}
    moved = {"balance_transaction": paid, "failure_balance_transaction": returned and {"id": returned}}
    refund = Refund.parse(Answer(data=data | moved))
    assert (refund.state, refund.failure_balance_transaction) == (state, returned or "")
    assert words in state.next_step


def test_what_was_not_covered_is_read_as_it_was_written() -> None:
    one = Uncovered("reversal/tr_1", "acct_1", "tr_1", Money(5, "usd"))
    assert Uncovered.read(one.document()) == one


def test_nothing_passes_without_an_effect() -> None:
    assert passed("acct_1", Money(0, "usd"), "share") == ()
