"""Brakes are checked when they are made, and survive being written down."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectkit.errors import InvalidRequest
from connectkit.money import Money
from connectkit.policies import OUTGOING, Brakes, Gap, Limit, Policy

LIMITS = st.builds(
    Limit,
    amount=st.builds(Money, st.integers(1, 99_999_999), st.sampled_from(["usd", "jpy", "kwd"])),
    per=st.sampled_from(["call", "day"]),
    account=st.sampled_from(["", "*", "acct_1"]),
    verbs=st.lists(st.sampled_from(OUTGOING), min_size=1).map(tuple),
)
TIMES = st.datetimes(timezones=st.just(UTC))
POLICIES = st.builds(
    Policy,
    epoch=st.integers(1),
    gaps=st.lists(st.builds(Gap, since=TIMES, until=TIMES)).map(tuple),
    brakes=st.builds(
        Brakes,
        limits=st.lists(LIMITS),
        destinations=st.none() | st.lists(st.sampled_from(["acct_1", "acct_2"])),
        dry_run=st.booleans(),
        stopped=st.text(),
    ),
)


@given(POLICIES)
def test_any_policy_comes_back_as_it_was(policy: Policy) -> None:
    assert Policy.loads(policy.dumps()) == policy


def test_where_nothing_was_written_nothing_is_forbidden() -> None:
    assert Policy.loads("") == Policy(epoch=1, gaps=(), brakes=Brakes())


@pytest.mark.parametrize(
    ("param", "wrong"),
    [
        ("amount", {"amount": Money(0, "usd")}),
        ("amount", {"amount": 100}),
        ("per", {"amount": Money(1, "usd"), "per": "week"}),
        ("verbs", {"amount": Money(1, "usd"), "verbs": ()}),
    ],
)
def test_a_limit_that_says_nothing_is_refused(param: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        Limit(**wrong)
    assert caught.value.param == param


def test_destinations_are_accounts() -> None:
    with pytest.raises(InvalidRequest, match="destinations"):
        Brakes(destinations=["ba_1"])


def test_whom_a_limit_concerns() -> None:
    def concerns(account: str, **more: Any) -> list[bool]:
        limit = Limit(amount=Money(1, "usd"), account=account, **more)
        return [limit.concerns("payouts.create", own, "usd") for own in ("", "acct_1", "acct_2")]

    assert concerns("") == [True, True, True]
    assert concerns("*") == [False, True, True]
    assert concerns("acct_1") == [False, True, False]
    assert concerns("", verbs=("transfers.create",)) == [False] * 3
    assert not Limit(amount=Money(1, "eur")).concerns("payouts.create", "", "usd")
