"""The rate gate: how fast requests may leave, learnt from Stripe's answers.

Stripe counts requests a second for the whole account and for each endpoint over all ids; what it counts to depends on
the account and changes. So the gate is not told. Each rate begins low and grows while it is made use of and nobody is
turned away. Each refusal slows it by a small part, so that many refusals slow it much and one slows it little. The rate
at which they began is remembered: up to near it the gate comes back soon, and beyond it it asks for more seldom and
carefully, the more so the shorter ago the last refusal is.

Nothing is shared between processes. Each learns from its own refusals, of which the quicker one gets more, and asks for
the same amount more as the others; so several come to share a limit evenly. The gate never waits itself: it says how
long to, and so serves threads and event loops alike.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Final

from attrs import define, field, frozen

from connectkit.ports import mutex
from connectkit.requests import Request

_ID: Final = re.compile(r"(?<=/)(?:[a-z]+_)+[A-Za-z0-9]+(?=/|$)")
_GROWTH: Final = 0.10  # a second, while no limit was met
_RETURN: Final = 0.015  # a second, while it is well below what was found
_NEAR: Final = 0.9  # of what was found: from there on it is near it
_CAUTION: Final = 0.0003  # growth a second near it, for each second since the last refusal
_CUT: Final = 0.08  # of the rate, for each refusal
_EPISODE: Final = 1.0  # seconds: refusals that follow each other so closely say the same
_LEAST: Final = 0.5  # requests a second
_BURST: Final = 0.2  # seconds' worth of requests that may leave at once after a pause
_TICK: Final = 0.001  # seconds that nobody waits for
_IDLE: Final = 1.0  # seconds without a request, after which there was no use made of the rate
_OPEN: Final = 1e6  # requests a second where nothing is known of a limit


@frozen
class Rates:
    """How many requests a second may leave.

    Attributes:
        total: Of all kinds together. Stripe's usual limit is 100 in live mode and 25 in a sandbox.
        endpoint: Of one endpoint, counted over all ids. Stripe's usual limit is 25.
        payouts: Of the creation of payouts. Stripe's usual limit is 15, by several agreeing accounts.
    """

    total: float = 80.0
    endpoint: float = 20.0
    payouts: float = 10.0


@frozen
class Place:
    """A place in a queue.

    Attributes:
        number: The how-manieth it is.
        waits: Whether it could not pass at once.
    """

    number: int
    waits: bool


@define(eq=False)
class Queue:
    """One limit: who may pass when, in the order of joining.

    The time of a place follows from the rate of the moment: where that falls, those who wait already wait longer.

    Attributes:
        rate: How many may pass a second, now.
        most: What the rate never exceeds.
        throttled: When somebody was turned away last, by the caller's clock; minus infinity before the first time.
    """

    rate: float
    most: float = math.inf
    throttled: float = -math.inf
    _joined: int = field(default=0, init=False)
    _level: float = field(default=0.0, init=False)  # how many might have passed until `_at`
    _at: float = field(default=-math.inf, init=False)
    _grown: float = field(default=-math.inf, init=False)
    _pace: float = field(default=0.0, init=False)  # how many passed a second lately, fading with the time since
    _passed: float = field(default=-math.inf, init=False)
    _first: float = field(default=math.inf, init=False)
    _found: float = field(default=math.inf, init=False)
    _scale: float = field(default=0.0, init=False)  # the first that was found
    _mutex: AbstractContextManager[bool] = field(factory=mutex, init=False, repr=False)

    def join(self, now: float) -> Place:
        """Take the next place.

        Args:
            now: The caller's clock, in seconds; always the same clock.
        """
        with self._mutex:
            self._anchor(now)
            self._joined += 1
            return Place(self._joined, waits=self._until(self._joined, now) > _TICK)

    def delay(self, place: Place, now: float) -> float:
        """Give the seconds until a place may pass; once they are over, ask again: the rate may have changed."""
        with self._mutex:
            left = self._until(place.number, now)
            if left > _TICK:
                return left
            self._pace, self._passed = self._faded(now) + 1.0, now
            self._first = min(self._first, now)
            if place.waits:
                self._grow(now)
            return 0.0

    def slow_down(self, now: float) -> None:
        """Pass fewer: somebody was turned away.

        What counts is how many have passed, where that is less than might have; then half of the rate at most is cut.
        """
        with self._mutex:
            reached = min(self.rate, max(self._recent(now), self.rate / 2))
            if now - self.throttled > _EPISODE:
                self._found = reached
                self._scale = self._scale or reached
            self.throttled = now
            self._change(reached * (1 - _CUT), now)

    def _recent(self, now: float) -> float:
        """Give how many have passed a second lately, where the first of them may have been lately as well."""
        return self._faded(now) / max(1 - math.exp(self._first - now), _BURST)

    def _faded(self, now: float) -> float:
        return self._pace * math.exp(self._passed - now)

    def _until(self, number: int, now: float) -> float:
        return self._at - now + (number - self._level) / self.rate

    def _anchor(self, now: float) -> None:
        """Reckon from now on; what was not made use of is kept for a short burst only."""
        passed = self._level + (now - self._at) * self.rate if self._joined else self._burst
        self._level = min(passed, self._joined + self._burst)
        self._at = now

    @property
    def _burst(self) -> float:
        return max(1.0, self.rate * _BURST)

    def _grow(self, now: float) -> None:
        """Pass more, for the time in which use was made of the rate."""
        used, self._grown = min(now - max(self._grown, self._first), _IDLE), now
        careful = min(_GROWTH, _CAUTION * (now - self.throttled))
        speed = careful if self.rate > _NEAR * self._found else max(careful, _RETURN)
        self._change(self.rate + (self._scale or self.rate) * math.expm1(speed * used), now)

    def _change(self, rate: float, now: float) -> None:
        self._anchor(now)
        self.rate = min(max(rate, _LEAST), self.most)


class RateGate:
    """How fast requests may leave; share one among all clients of a platform in one mode.

    Args:
        rates: What to begin with.
        most: What is never exceeded, as where other software uses a part of the platform's limit; nothing if it is not
            given.
    """

    def __init__(self, rates: Rates | None = None, *, most: Rates | None = None) -> None:
        self._rates = rates or Rates()
        self._most = most or Rates(math.inf, math.inf, math.inf)
        self._total = self._queue(self._rates.total, self._most.total)
        self._endpoints: dict[tuple[str, str], Queue] = {
            ("post", "/v1/payouts"): self._queue(self._rates.payouts, self._most.payouts)
        }
        self._accounts: dict[str, Queue] = {}
        self._mutex = mutex()

    def queues(self, request: Request) -> Sequence[Queue]:
        """Give the queues that a request has to pass, one after the other."""
        with self._mutex:
            account = self._accounts.get(request.account or "")
            return (*(() if account is None else (account,)), self._endpoint(request), self._total)

    def pace(self, request: Request) -> float:
        """Give how many requests of a kind may leave a second, as far as is known now."""
        return min(queue.rate for queue in self.queues(request))

    def throttled(self, request: Request, reason: str, now: float) -> None:
        """Slow down: Stripe answered that the request came too soon.

        Args:
            request: What was sent.
            reason: Stripe's `Stripe-Rate-Limited-Reason`: `global-…` slows everything, `resource-specific` the account
                that the request acts for, anything else the endpoint.
            now: The caller's clock, in seconds.
        """
        with self._mutex:
            slowed = self._slowed(request, reason)
        slowed.slow_down(now)

    def _slowed(self, request: Request, reason: str) -> Queue:
        if reason.startswith("global"):
            return self._total
        if reason == "resource-specific" and request.account:
            return self._accounts.setdefault(request.account, self._queue(self._rates.endpoint, _OPEN))
        return self._endpoint(request)

    def _endpoint(self, request: Request) -> Queue:
        kind = request.method, _ID.sub(":id", request.path)
        if kind not in self._endpoints:
            self._endpoints[kind] = self._queue(self._rates.endpoint, self._most.endpoint)
        return self._endpoints[kind]

    @staticmethod
    def _queue(rate: float, most: float) -> Queue:
        return Queue(min(rate, most), most)
