"""The rate gate: how fast requests may leave, learnt from Stripe's answers.

Stripe counts requests a second for the whole account and for each endpoint over all ids; what it counts to depends on
the account and changes. So the gate is not told. It looks at the answers window by window. While all are taken and the
rate is made use of, it grows: soon before anybody was ever turned away, and up to a little below where that happened;
gently from there. When some are turned away, the share of those that are taken tells the limit, or this process's part
of it: the rate becomes a little less than that. Only what left after the last change is looked at, so that a burst is
cut once. What a few departures tell is coarse; so the way back begins at once, and is quick. Those turned away soon
after a cut tell less still, because the burst before it used up what they might have had.

Nothing is shared between processes. Each is turned away in proportion to what it sends, and so several share a limit
without knowing of one another. The gate never waits itself: it says how long to, and so serves threads and event loops
alike.
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
_GROWTH: Final = 0.05  # a second, while nobody was ever turned away
_PROBE: Final = 0.002  # a second, afterwards
_CALM: Final = 20.0  # seconds of growth after which it probes faster, in proportion: the limit is elsewhere by now
_MARGIN: Final = 0.05  # below the pace that was taken
_DOUBT: Final = 0.3  # of what was tried beyond that: so much higher the limit may be
_NEAR: Final = 0.95  # of where the limit may be: up to it the rate comes back soon,
_RETURN: Final = 0.25  # a second, by so much of what is missing
_USED: Final = 0.9  # of the rate: who sends less is held back by something else
_WINDOW: Final = 1.0  # seconds of departures that are looked at together
_TELLING: Final = 3  # requests turned away that tell enough before a window is over,
_SOONEST: Final = 0.15  # and the seconds that it lasts at least
_GAP: Final = 3.0  # seconds without a departure, after which what left before tells no pace
_LEAST: Final = 0.5  # requests a second
_BURST: Final = 0.2  # seconds' worth of requests that may leave at once after a pause
_TICK: Final = 0.001  # seconds that nobody waits for
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


@define
class _Window:
    """What became of those that left after some time: of the first, and of those since."""

    since: float = -math.inf
    first: float = math.inf
    last: float = math.inf
    taken: int = 0
    turned_away: int = 0

    def note(self, left: float, *, taken: bool) -> None:
        """Count an answer; what is turned away first begins the window anew, because until then the limit was far."""
        if left - self.last > _GAP or self.first == math.inf or not (taken or self.turned_away):
            self.first, self.last, self.taken, self.turned_away = left, left, 0, int(not taken)
        else:
            self.last = max(left, self.last)
            self.taken += taken
            self.turned_away += not taken

    @property
    def length(self) -> float:
        return self.last - self.first

    @property
    def tells(self) -> bool:
        """Whether it has seen enough."""
        return self.length >= (_SOONEST if self.turned_away >= _TELLING else _WINDOW)

    @property
    def pace(self) -> float:
        """How many left a second."""
        return (self.taken + self.turned_away) / self.length

    @property
    def share(self) -> float:
        """Which part was taken of those that left after the first, which is there because it was turned away."""
        return self.taken / (self.taken + self.turned_away - 1)


@define(eq=False)
class Queue:
    """One limit: who may pass when, in the order of joining.

    The time of a place follows from the rate of the moment: where that falls, those who wait already wait longer.

    Attributes:
        rate: How many may pass a second, now.
        most: What the rate never exceeds.
    """

    rate: float
    most: float = math.inf
    _joined: int = field(default=0, init=False)
    _level: float = field(default=0.0, init=False)  # how many might have passed until `_at`
    _at: float = field(default=-math.inf, init=False)
    _pace: float = field(default=0.0, init=False)  # of those who left, while nobody was turned away
    _met: float = field(default=math.inf, init=False)  # where the limit may be
    _calm: float = field(default=0.0, init=False)  # seconds of growth since somebody was turned away
    _window: _Window = field(factory=_Window, init=False)
    _mutex: AbstractContextManager[bool] = field(factory=mutex, init=False, repr=False)

    def join(self, now: float) -> int:
        """Take the next place, and give its number.

        Args:
            now: The caller's clock, in seconds; always the same clock.
        """
        with self._mutex:
            self._anchor(now)
            self._joined += 1
            return self._joined

    def delay(self, place: int, now: float) -> float:
        """Give the seconds until a place may pass; once they are over, ask again: the rate may have changed."""
        with self._mutex:
            left = self._at - now + (place - self._level) / self.rate
            return left if left > _TICK else 0.0

    def answered(self, *, left: float, now: float, taken: bool) -> None:
        """Learn from an answer.

        Args:
            left: When the request left, by the caller's clock.
            now: The caller's clock.
            taken: Whether it was not turned away.
        """
        with self._mutex:
            window = self._window
            if left < window.since:
                return
            window.note(left, taken=taken)
            if window.tells:
                self._learn(window, now)
                self._window = _Window(since=now)

    def _learn(self, window: _Window, now: float) -> None:
        """Pass fewer where some were turned away, and more where the rate is used."""
        if window.turned_away:
            self._cut(window, now)
            return
        self._pace = window.pace
        if window.pace >= _USED * self.rate:
            seconds = min(now - window.first, 2 * _WINDOW)
            self._calm += seconds
            self._change(self.rate * math.exp(self._growth() * seconds), now)

    def _cut(self, window: _Window, now: float) -> None:
        """Pass nearly as many as were taken, at least half of what was tried."""
        tried = min(self.rate, max(window.pace, self._pace))
        taken = min(tried, max(tried * window.share, window.taken / window.length, tried / 2))
        if self._calm or self._met == math.inf:
            self._met = taken + _DOUBT * (tried - taken)
        self._calm = 0.0
        self._change(taken * (1 - _MARGIN), now)
        self._pace = self.rate

    def _growth(self) -> float:
        """Give how fast the rate grows, a second."""
        back = _RETURN * (1 - self.rate / (_NEAR * self._met))
        probing = _PROBE * max(1.0, self._calm / _CALM)
        return min(_GROWTH, max(back, probing))

    def _anchor(self, now: float) -> None:
        """Reckon from now on; what was not made use of is kept for a short burst only."""
        passed = self._level + (now - self._at) * self.rate if self._joined else self._burst
        self._level = min(passed, self._joined + self._burst)
        self._at = now

    @property
    def _burst(self) -> float:
        return max(1.0, self.rate * _BURST)

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

    def answered(self, request: Request, *, left: float, now: float, turned_away: str | None) -> None:
        """Learn from an answer.

        Args:
            request: What was sent.
            left: When it left, by the caller's clock, in seconds.
            now: The caller's clock.
            turned_away: Stripe's `Stripe-Rate-Limited-Reason`, where it answered that the request came too soon, or
                `""` if it gave none: `global-…` slows everything, `resource-specific` the account that the request
                acts for, anything else the endpoint. `None` where it took the request.
        """
        if turned_away is None:
            for queue in self.queues(request):
                queue.answered(left=left, now=now, taken=True)
        else:
            self._limited(request, turned_away).answered(left=left, now=now, taken=False)

    def _limited(self, request: Request, reason: str) -> Queue:
        with self._mutex:
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
