"""The laws of the rate gate, against a hidden limit and with a clock of its own."""

from __future__ import annotations

import heapq
from itertools import count
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.properties.gated import SIDE_BY_SIDE, Bucket, Limiter, SlidingWindow, Told, Traffic, told

from connectkit.calls.limits import Queue

EXAMPLES = settings.default.max_examples // 20 if settings.default else 5  # each of them is a minute of traffic
ROWS = 5000


def ran(limiter: Limiter, limit: float, reason: str, processes: int, latency: float, seed: int) -> Told:
    """Tell of a run of 5,000 rows."""
    traffic = Traffic(limiter, reason, latency, Random(seed))
    traffic.play(processes, ROWS)
    return told(traffic.heard, limit)


def turned_away(queue: Queue, now: float) -> None:
    """Turn five away within a second."""
    for part in range(5):
        queue.answered(left=now + part / 4, now=now + part / 4, taken=False)


@pytest.mark.parametrize(
    ("limit", "reason", "processes"),
    [(25, "endpoint-rate", 1), (100, "global-rate", 1), (100, "global-rate", 4)],
    ids=["25 of an endpoint", "100 of all", "100 shared by four"],
)
@pytest.mark.parametrize("seed", range(2))
def test_a_run_finds_its_limit_and_keeps_to_it(limit: int, reason: str, processes: int, seed: int) -> None:
    run = ran(Bucket(limit), limit, reason, processes, 0.1, seed)
    assert run.done == ROWS
    assert run.pace >= 0.9
    assert run.turned_away <= 0.01


@given(
    limit=st.integers(10, 200),
    bucket=st.sampled_from([0.25, 0.5, 1.0, None]),
    reason=st.sampled_from(["endpoint-rate", "global-rate"]),
    processes=st.sampled_from([1, 2, 4, 8]),
    latency=st.floats(0.02, 0.4),
    seed=st.integers(0, 99),
)
@settings(max_examples=EXAMPLES, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # there is nothing to shrink
def test_whatever_the_limit_nobody_starves_and_little_is_turned_away(
    limit: int, bucket: float | None, reason: str, processes: int, latency: float, seed: int
) -> None:
    limiter = SlidingWindow(limit) if bucket is None else Bucket(limit, bucket)
    run = ran(limiter, limit, reason, processes, latency, seed)
    reachable = min(limit, 0.6 * SIDE_BY_SIDE * processes / latency)
    assert run.done == ROWS
    assert run.pace * limit >= 0.5 * reachable
    assert run.turned_away <= 0.05 * max(1.0, 20 * processes / limit)
    assert run.spread < 8


@given(
    joins=st.lists(st.floats(0, 3), min_size=1, max_size=60),
    rate=st.floats(0.5, 200),
    cuts=st.lists(st.floats(0, 60), max_size=5),
)
def test_nobody_passes_before_the_rate_allows_and_everybody_passes(
    joins: list[float], rate: float, cuts: list[float]
) -> None:
    queue = Queue(rate, most=rate)
    due: list[tuple[float, int, int | None]] = []
    now, order = 0.0, count()
    for pause in joins:
        now += pause
        due.append((now, next(order), None))
    slowing = sorted(cuts)
    heapq.heapify(due)
    passed: list[float] = []
    while due:
        now, _, place = heapq.heappop(due)
        while slowing and slowing[0] <= now:
            turned_away(queue, slowing.pop(0))
        place = place or queue.join(now)
        delay = queue.delay(place, now)
        if delay:
            heapq.heappush(due, (now + delay, next(order), place))
        else:
            passed.append(now)
    assert len(passed) == len(joins)
    burst = max(1.0, 0.2 * rate)
    for first, began in enumerate(passed):
        for last in range(first, len(passed)):
            assert last - first + 1 <= burst + (passed[last] - began + 0.002) * rate + 1
