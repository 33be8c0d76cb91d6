"""How much traffic the simulator bears in real time, and how long its answers take.

Limits are counted as Stripe says it counts them: for the whole platform, and for each endpoint over all ids. A bucket
holds one second's worth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .server import ticks

_OPEN: Final = 1e9  # a second: any number


@dataclass(frozen=True, slots=True)
class Traffic:
    """How much traffic there may be.

    Attributes:
        total: How many requests a second of all kinds together; `None` for any number.
        endpoint: How many a second of each endpoint; `None` for any number.
        latency: How many real seconds each answer takes.
    """

    total: float | None = None
    endpoint: float | None = None
    latency: float = 0.0


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

    Attributes:
        paused: Whether everything passes for now, because it has passed before.
    """

    def __init__(self, traffic: Traffic) -> None:
        self.traffic: Traffic = traffic
        self.paused = False
        self._boundless = _boundless(traffic)
        self._buckets: dict[tuple[str, ...], _Bucket] = {}

    def change(self, traffic: Traffic) -> None:
        """Let there be so much from now on."""
        self.traffic = traffic
        self._boundless = _boundless(traffic)
        self._buckets.clear()

    def reason(self, endpoint: tuple[str, str], whose: str = "") -> str:
        """Count a request, or give Stripe's word for why it is turned away.

        Args:
            endpoint: The method, and the path with its variables.
            whose: Whose requests are counted apart from the others'.
        """
        if self.paused or self._boundless:
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


def _boundless(traffic: Traffic) -> bool:
    return traffic.total is None and traffic.endpoint is None
