"""Queues and the gate, by example; the laws are in the properties."""

from __future__ import annotations

import pytest

from connectkit.calls.limits import Queue, RateGate, Rates
from connectkit.requests import Request

TRANSFER = Request("post", "/v1/transfers")
PAYOUT = Request("post", "/v1/payouts", account="acct_1")


def passed(queue: Queue, now: float, *, times: int) -> float:
    """Pass so many times as soon as it goes, and give when that was."""
    for _ in range(times):
        place = queue.join(now)
        while delay := queue.delay(place, now):
            now += delay
    return now


def test_those_who_wait_are_held_back_when_the_rate_falls() -> None:
    queue = Queue(10.0)
    first, second, third = (queue.join(0.0) for _ in range(3))
    assert (queue.delay(first, 0.0), queue.delay(second, 0.0)) == (0.0, 0.0)
    assert queue.delay(third, 0.0) == pytest.approx(0.1)
    queue.slow_down(0.05)
    assert queue.delay(third, 0.05) > 0.05


def test_it_grows_while_use_is_made_of_it() -> None:
    used, idle = Queue(20.0), Queue(20.0)
    passed(used, 0.0, times=100)
    for second in range(100):
        passed(idle, float(second), times=1)
    assert used.rate > 25.0
    assert idle.rate == 20.0


def test_it_never_exceeds_what_it_may_be_at_most() -> None:
    queue = Queue(20.0, most=21.0)
    passed(queue, 0.0, times=100)
    assert queue.rate == 21.0


def test_it_comes_back_soon_to_what_it_found_and_asks_for_more_seldom() -> None:
    queue = Queue(40.0)
    now = passed(queue, 0.0, times=40)
    found = queue.rate
    for _ in range(5):
        queue.slow_down(now)
    cut = queue.rate
    assert cut < 0.7 * found
    back = passed(queue, now, times=600)
    assert 0.8 * found < queue.rate < found
    assert back - now < 25.0


def test_where_less_has_passed_than_might_have_that_is_what_was_too_much() -> None:
    queue = Queue(100.0)
    now = 0.0
    for _ in range(100):
        now = passed(queue, now + 0.05, times=1)  # twenty a second
    queue.slow_down(now)
    assert 45.0 < queue.rate < 47.0
    queue.slow_down(now)
    assert queue.rate < 24.0


def test_it_never_stands_still() -> None:
    queue = Queue(1.0)
    for second in range(50):
        queue.slow_down(float(second))
    assert queue.rate == 0.5


@pytest.mark.parametrize(
    ("reason", "slowed", "spared"),
    [
        ("endpoint-rate", TRANSFER, PAYOUT),
        ("", TRANSFER, PAYOUT),
        ("endpoint-concurrency", TRANSFER, PAYOUT),
        ("resource-specific", PAYOUT, TRANSFER),
        ("resource-specific", TRANSFER, PAYOUT),
    ],
)
def test_the_reason_says_what_is_slowed(reason: str, slowed: Request, spared: Request) -> None:
    gate = RateGate(Rates(payouts=20.0))
    before = gate.pace(slowed), gate.pace(spared)
    gate.throttled(slowed, reason, 0.0)
    assert gate.pace(slowed) < before[0]
    assert gate.pace(spared) == before[1]


def test_global_limits_slow_everything() -> None:
    gate = RateGate(Rates(total=10.0))
    gate.throttled(TRANSFER, "global-concurrency", 0.0)
    assert gate.pace(TRANSFER) == gate.pace(PAYOUT) < 10.0


def test_an_account_that_was_too_busy_is_slowed_everywhere() -> None:
    gate = RateGate(Rates(payouts=20.0))
    gate.throttled(PAYOUT, "resource-specific", 0.0)
    assert gate.pace(Request("get", "/v1/balance", account="acct_1")) < 20.0
    assert gate.pace(Request("get", "/v1/balance", account="acct_2")) == 20.0


def test_an_endpoint_is_counted_over_all_ids() -> None:
    gate = RateGate(most=Rates(total=50.0, endpoint=5.0, payouts=5.0))
    assert gate.pace(TRANSFER) == 5.0
    gate.throttled(Request("get", "/v1/transfers/tr_1"), "endpoint-rate", 0.0)
    assert gate.pace(Request("get", "/v1/transfers/tr_2")) < 5.0
