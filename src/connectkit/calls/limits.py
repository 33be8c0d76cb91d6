"""The rate gate: how fast requests may leave, learnt from Stripe's answers.

Stripe counts requests a second for the whole account and for each endpoint over all ids, and publishes what it counts
to. The gate starts below that, lets a short burst pass, halves a rate that was too high, and lets it grow back. It
never waits itself: it says how long to, so that one gate serves threads and event loops alike.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final

from attrs import frozen, mutable

from connectkit.ports import mutex
from connectkit.requests import Request

_ID: Final = re.compile(r"(?<=/)(?:[a-z]+_)+[A-Za-z0-9]+(?=/|$)")
_RECOVERY: Final = 10.0  # seconds until a halved rate has grown back
_BURST: Final = 1.0  # seconds' worth of requests that may leave at once


@frozen
class Rates:
    """How many requests a second may leave.

    Attributes:
        total: Of all kinds together. Stripe's limit is 100 in live mode and 25 in a sandbox.
        endpoint: Of one endpoint, counted over all ids. Stripe's limit is 25.
        payouts: Of the creation of payouts. Stripe's limit is 15, by several agreeing accounts.
    """

    total: float = 80.0
    endpoint: float = 20.0
    payouts: float = 10.0


@mutable
class _Bucket:
    """One limit: when the request after those that were let pass is due."""

    rate: float
    due: float = float("-inf")
    halved: float = float("-inf")

    def at(self, now: float) -> float:
        """Give the rate of this moment: half of it after a refusal, growing back from there."""
        healed = min(1.0, (now - self.halved) / _RECOVERY)
        return self.rate * (0.5 + 0.5 * healed)

    def delay(self, now: float) -> float:
        return max(0.0, self.due - _BURST - now)

    def let_pass(self, now: float) -> None:
        self.due = max(self.due, now) + 1.0 / self.at(now)


class RateGate:
    """How fast requests may leave; share one among all clients of a platform.

    Args:
        rates: What to start with.
    """

    def __init__(self, rates: Rates | None = None) -> None:
        self._rates = rates or Rates()
        self._total = _Bucket(self._rates.total)
        self._endpoints: dict[tuple[str, str], _Bucket] = defaultdict(lambda: _Bucket(self._rates.endpoint))
        self._endpoints["post", "/v1/payouts"] = _Bucket(self._rates.payouts)
        self._mutex = mutex()

    def reserve(self, request: Request, now: float) -> float:
        """Let one request pass, and give the seconds to wait before it is sent.

        Args:
            request: What will be sent.
            now: The caller's clock, in seconds; always the same clock.
        """
        with self._mutex:
            buckets = (self._total, self._endpoint(request))
            delay = max(bucket.delay(now) for bucket in buckets)
            for bucket in buckets:
                bucket.let_pass(now + delay)
            return delay

    def throttled(self, request: Request, reason: str, now: float) -> None:
        """Slow down: Stripe answered that the request came too soon.

        Args:
            request: What was sent.
            reason: Stripe's `Stripe-Rate-Limited-Reason`, as `endpoint-rate`; `""` where it gave none.
            now: The caller's clock, in seconds.
        """
        with self._mutex:
            bucket = self._total if reason.startswith("global") else self._endpoint(request)
            bucket.halved = now

    def _endpoint(self, request: Request) -> _Bucket:
        return self._endpoints[request.method, _ID.sub(":id", request.path)]
