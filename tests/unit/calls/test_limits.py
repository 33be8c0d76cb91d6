"""Queues and the gate, by example; the laws are in the properties."""

from __future__ import annotations

import pytest

from connectkit.calls.limits import Queue, RateGate, Rates
from connectkit.requests import Request

TRANSFER = Request("post", "/v1/transfers")
PAYOUT = Request("post", "/v1/payouts", account="acct_1")


def answered(queue: Queue, now: float, *, pace: float, away: int = 0, of: int = 1) -> float:
    """Have answers at a pace, of which so many of so many are turned away, until they tell something; give its end."""
    began, number, rate = now, 0, queue.rate
    while queue.rate == rate and now - began < 1.1:
        queue.answered(left=now, now=now, taken=number % of >= away)
        now, number = now + 1 / pace, number + 1
    return now


def test_those_who_wait_are_held_back_when_the_rate_falls() -> None:
    queue = Queue(10.0)
    places = [queue.join(0.0) for _ in range(20)]
    assert (queue.delay(places[0], 0.0), queue.delay(places[1], 0.0)) == (0.0, 0.0)
    assert queue.delay(places[2], 0.0) == pytest.approx(0.1)
    assert queue.delay(places[19], 0.0) == pytest.approx(1.8)
    now = answered(queue, 0.0, pace=10.0, away=1, of=2)
    assert queue.rate < 6.0
    assert queue.delay(places[19], now) > 1.8


def test_it_grows_while_it_is_used() -> None:
    used, idle = Queue(20.0), Queue(20.0)
    answered(used, 0.0, pace=19.0)
    answered(idle, 0.0, pace=16.0)
    assert used.rate > 21.0
    assert idle.rate == 20.0


def test_it_never_exceeds_what_it_may_be_at_most() -> None:
    queue = Queue(20.0, most=21.0)
    answered(queue, 0.0, pace=20.0)
    assert queue.rate == 21.0


def test_it_becomes_a_little_less_than_what_is_taken() -> None:
    queue = Queue(40.0)
    answered(queue, 0.0, pace=40.0, away=1, of=4)
    assert 28.0 < queue.rate < 30.0


def test_it_asks_for_more_gently_once_it_was_turned_away_and_faster_after_a_long_calm() -> None:
    queue = Queue(40.0)
    now = answered(queue, 0.0, pace=40.0, away=1, of=2)
    rates = [queue.rate]
    for _ in range(80):
        now = answered(queue, now, pace=queue.rate)
        rates.append(queue.rate)
    assert 1.04 < rates[1] / rates[0] < 1.06
    assert 1.001 < rates[16] / rates[15] < 1.003
    assert rates[80] / rates[79] > 1.006


def test_a_part_of_what_was_cut_is_soon_tried_again() -> None:
    queue = Queue(40.0)
    now = answered(queue, 0.0, pace=40.0, away=1, of=2)
    cut = queue.rate
    for _ in range(12):
        now = answered(queue, now, pace=queue.rate)
    assert cut < 20.0
    assert 24.0 < queue.rate < 26.0


def test_who_is_turned_away_soon_after_a_cut_still_comes_back() -> None:
    queue = Queue(40.0)
    now = answered(queue, 0.0, pace=40.0, away=1, of=4)
    now = answered(queue, now, pace=queue.rate, away=1, of=2)
    cut = queue.rate
    for _ in range(20):
        now = answered(queue, now, pace=queue.rate)
    assert cut < 17.0
    assert 28.0 < queue.rate < 32.0


def test_standing_still_for_a_moment_does_not_hide_what_was_tried() -> None:
    queue = Queue(40.0)
    now = answered(queue, 0.0, pace=40.0)
    tried = queue.rate
    answered(queue, now, pace=8.0, away=1, of=4)
    assert 0.9 * 40.0 * 0.75 < queue.rate < tried * 0.75


def test_who_never_used_the_rate_is_cut_below_what_he_sent() -> None:
    queue = Queue(1000.0)
    answered(queue, 0.0, pace=40.0, away=1, of=4)
    assert queue.rate < 40.0


def test_what_left_before_the_last_change_is_not_counted_again() -> None:
    queue = Queue(40.0)
    now = answered(queue, 0.0, pace=40.0, away=1, of=4)
    cut = queue.rate
    answered(queue, now - 2.0, pace=40.0, away=1, of=1)
    assert queue.rate == cut


def test_a_pause_tells_no_pace() -> None:
    queue = Queue(40.0)
    queue.answered(left=0.0, now=0.0, taken=True)
    queue.answered(left=100.0, now=100.0, taken=False)
    queue.answered(left=100.1, now=100.1, taken=False)
    assert queue.rate == 40.0


def test_it_is_halved_at_most() -> None:
    queue = Queue(40.0)
    answered(queue, 0.0, pace=40.0, away=1, of=1)
    assert queue.rate == pytest.approx(19.0)


def test_it_never_stands_still() -> None:
    queue, now = Queue(1.0), 0.0
    for _ in range(50):
        now = answered(queue, now, pace=20.0, away=1, of=1)
    assert queue.rate == 0.5


def throttled(gate: RateGate, request: Request, reason: str) -> None:
    """Turn some away."""
    for part in range(6):
        gate.answered(request, left=part / 10, now=part / 10, turned_away=reason)


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
    throttled(gate, slowed, reason)
    assert gate.pace(slowed) < before[0]
    assert gate.pace(spared) == before[1]


def test_global_limits_slow_everything() -> None:
    gate = RateGate(Rates(total=10.0))
    throttled(gate, TRANSFER, "global-concurrency")
    assert gate.pace(TRANSFER) == gate.pace(PAYOUT) < 10.0


def test_an_account_that_was_too_busy_is_slowed_everywhere() -> None:
    gate = RateGate(Rates(payouts=20.0))
    throttled(gate, PAYOUT, "resource-specific")
    assert gate.pace(Request("get", "/v1/balance", account="acct_1")) < 20.0
    assert gate.pace(Request("get", "/v1/balance", account="acct_2")) == 20.0


def test_an_endpoint_is_counted_over_all_ids() -> None:
    gate = RateGate(most=Rates(total=50.0, endpoint=5.0, payouts=5.0))
    assert gate.pace(TRANSFER) == 5.0
    throttled(gate, Request("get", "/v1/transfers/tr_1"), "endpoint-rate")
    assert gate.pace(Request("get", "/v1/transfers/tr_2")) < 5.0
