"""The laws of the rate gate, against a hidden limit and with a clock of its own."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import count
from random import Random

from attrs import field, frozen, mutable
from hypothesis import given, settings
from hypothesis import strategies as st

from connectkit.calls.limits import Place, Queue, RateGate
from connectkit.requests import Request

EXAMPLES = settings.default.max_examples // 20 if settings.default else 5  # each of them is a minute of traffic
REQUEST = Request("post", "/v1/transfers")


@mutable
class Limiter:
    """Counts to a limit, as Stripe does: a bucket that holds so many seconds' worth."""

    limit: float
    seconds: float
    at: float = 0.0
    tokens: float = field(init=False)
    passed: list[float] = field(factory=list[float])
    turned_away: list[float] = field(factory=list[float])

    def __attrs_post_init__(self) -> None:
        self.tokens = max(1.0, self.limit * self.seconds)

    def takes(self, now: float) -> bool:
        self.tokens = min(max(1.0, self.limit * self.seconds), self.tokens + (now - self.at) * self.limit)
        self.at = now
        fits = self.tokens >= 1
        self.tokens -= fits
        (self.passed if fits else self.turned_away).append(now)
        return fits


@frozen
class Walker:
    """One request on its way through the queues of a process's gate."""

    gate: RateGate
    queues: Sequence[Queue]
    place: Place | None = None


def played(limiter: Limiter, reason: str, *, gates: int, walkers: int, seconds: float, seed: int) -> list[RateGate]:
    """Let so many walkers of each gate send one request after the other, each answered after a tenth of a second."""
    random, order = Random(seed), count()
    all_gates = [RateGate() for _ in range(gates)]
    due: list[tuple[float, int, Walker]] = []
    for gate in all_gates * walkers:
        heapq.heappush(due, (random.random() / 100, next(order), Walker(gate, gate.queues(REQUEST))))
    while due[0][0] < seconds:
        now, _, walker = heapq.heappop(due)
        if not walker.queues:
            fits = limiter.takes(now)
            if not fits:
                walker.gate.throttled(REQUEST, reason, now + 0.05)
            wait = 0.05 if fits else random.uniform(0.55, 1.05)
            heapq.heappush(due, (now + wait, next(order), Walker(walker.gate, walker.gate.queues(REQUEST))))
            continue
        queue, *others = walker.queues
        place = walker.place or queue.join(now)
        delay = queue.delay(place, now)
        if delay:
            heapq.heappush(due, (now + delay, next(order), Walker(walker.gate, walker.queues, place)))
        else:
            travel = 0.0 if others else 0.05
            heapq.heappush(due, (now + travel, next(order), Walker(walker.gate, others)))
    return all_gates


@given(
    limit=st.integers(10, 100),
    seconds=st.sampled_from([0.25, 0.5, 1.0]),
    reason=st.sampled_from(["endpoint-rate", "global-rate"]),
    gates=st.sampled_from([1, 1, 4]),
    seed=st.integers(0, 99),
)
@settings(max_examples=EXAMPLES)
def test_a_hidden_limit_is_found_and_kept_to(limit: int, seconds: float, reason: str, gates: int, seed: int) -> None:
    limiter = Limiter(limit, seconds)
    played(limiter, reason, gates=gates, walkers=12, seconds=70.0, seed=seed)
    settled = 40.0
    late = [now for now in limiter.passed if now > settled]
    away = [now for now in limiter.turned_away if now > settled]
    assert len(late) > 0.85 * limit * 30
    assert len(away) < 0.05 * len(late)


@given(
    joins=st.lists(st.floats(0, 3), min_size=1, max_size=60),
    rate=st.floats(0.5, 200),
    cuts=st.lists(st.floats(0, 60), max_size=5),
)
def test_nobody_passes_before_the_rate_allows_and_everybody_passes(
    joins: list[float], rate: float, cuts: list[float]
) -> None:
    queue = Queue(rate, most=rate)
    due: list[tuple[float, int, Place | None]] = []
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
            queue.slow_down(slowing.pop(0))
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
