"""How much traffic the simulator bears in real time, and how long its answers take.

Limits are counted as Stripe says it counts them: for the whole platform, and for each endpoint over all ids. A bucket
holds one second's worth.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Final

from .server import ticks

_HUNDREDTH: Final = 2.3263478740408408  # standard deviations above the middle, where the last hundredth begins
_OPEN: Final = 1e9  # a second: any number


@dataclass(frozen=True, slots=True)
class Traffic:
    """How much traffic there may be.

    Attributes:
        total: How many requests a second of all kinds together; `None` for any number.
        endpoint: How many a second of each endpoint; `None` for any number.
        latency: How many real seconds each answer takes; half of them take less, if `slowest` is given.
        slowest: How many seconds one answer in a hundred takes, or more: the times are spread as those of servers are,
            in the logarithm. `None` for the same time for each.

    Raises:
        ValueError: The slowest is not slower.
    """

    total: float | None = None
    endpoint: float | None = None
    latency: float = 0.0
    slowest: float | None = None

    def __post_init__(self) -> None:
        if self.slowest is not None and not 0 < self.latency <= self.slowest:
            message = f"The slowest answer takes at least as long as most do, and not {self.slowest} of {self.latency}."
            raise ValueError(message)


@dataclass(slots=True)
class _Bucket:
    limit: float
    tokens: float
    at: float

    def fill(self, now: float) -> None:
        self.tokens = min(self.limit, self.tokens + (now - self.at) * self.limit)
        self.at = now


class Limiter:
    """Turns away what is too much.

    Args:
        traffic: How much there may be.
        seed: The same one gives the same times of answers, in the order of requests.

    Attributes:
        bounded: Whether there may be too much at all.
        slow: Whether answers take time at all.
        paused: Whether everything passes for now, because it has passed before.
    """

    def __init__(self, traffic: Traffic, seed: int) -> None:
        self.change(traffic)
        self._random = random.Random(seed)  # noqa: S311  # no secret, and to be had again
        self.paused = False

    def change(self, traffic: Traffic) -> None:
        """Let there be so much from now on."""
        self.traffic = traffic
        self.bounded: bool = traffic.total is not None or traffic.endpoint is not None
        self.slow: bool = traffic.latency > 0
        self._buckets: dict[tuple[str, ...], _Bucket] = {}

    def delay(self) -> float:
        """Give how many seconds the next answer takes."""
        traffic = self.traffic
        if traffic.slowest is None:
            return traffic.latency
        spread = math.log(traffic.slowest / traffic.latency) / _HUNDREDTH
        return traffic.latency * math.exp(self._random.gauss(0.0, spread))

    def reason(self, endpoint: tuple[str, str], whose: str = "") -> str:
        """Count a request, or give Stripe's word for why it is turned away.

        Args:
            endpoint: The method, and the path with its variables.
            whose: Whose requests are counted apart from the others'.
        """
        if self.paused:
            return ""
        now = ticks()
        total = self._bucket((whose,), self.traffic.total, now)
        one = self._bucket((whose, *endpoint), self.traffic.endpoint, now)
        for bucket, reason in ((total, "global-rate"), (one, "endpoint-rate")):
            if bucket.tokens < 1:
                return reason
        total.tokens -= 1
        one.tokens -= 1
        return ""

    def _bucket(self, name: tuple[str, ...], limit: float | None, now: float) -> _Bucket:
        most = _OPEN if limit is None else limit
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = _Bucket(most, most, now)
        bucket.fill(now)
        return bucket
