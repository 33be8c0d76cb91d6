"""Events on their way to those who want them: signed, in order, again after a failure."""

from __future__ import annotations

import hmac
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Final

from .clock import HOUR, real_now
from .faults import Fault, Faults
from .server import SUCCESS, Courier
from .shapes import Object
from .state import World
from .subscribers import Subscriber, Target

_RETRIES: Final = (1 * HOUR, 3 * HOUR, 6 * HOUR)
"""Simulated seconds after which a function that failed gets an event again: a sandbox tries three times more."""


_DELIVERED: Final = 200


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver an event, for tests to look at.

    Attributes:
        event: The event's id.
        type: Its type.
        subscriber: The endpoint's id.
        status: What the endpoint answered; 0 if it did not.
        problem: What a function raised.
    """

    event: str
    type: str
    subscriber: str
    status: int
    problem: str = ""


def signature(body: bytes, secret: str, timestamp: int) -> str:
    """Give the header `Stripe-Signature`."""
    digest = hmac.digest(secret.encode(), str(timestamp).encode() + b"." + body, "sha256").hex()
    return f"t={timestamp},v1={digest}"


class PostOffice:
    """Hands events out.

    Args:
        world: Whose events.
        faults: What goes wrong on the way.
        courier: Carries them to URLs.
        lock: Guards the world.

    Attributes:
        log: Every attempt.
        replaying: Whether what is posted was delivered in an earlier life.
    """

    def __init__(self, world: World, faults: Faults, courier: Courier, lock: AbstractContextManager[object]) -> None:
        self._world = world
        self._faults = faults
        self._courier = courier
        self._lock = lock
        self._waiting: deque[Callable[[], None]] = deque()
        self._busy = False
        self.log: list[Delivery] = []
        self.replaying = False

    def collect(self) -> bool:
        """Take what has happened, under the lock, and tell whether anything is to be delivered without it."""
        if not self._world.subscribers and not self._waiting:
            self._world.outbox.clear()
            return False
        self._sort()
        if self._busy:  # a receiver called the simulator: whoever delivers to it goes on afterwards
            return False
        self._busy = True
        return True

    def deliver(self) -> None:
        """Deliver what was collected, without holding the lock: a receiver may call the simulator back."""
        try:
            while (delivery := self._next()) is not None:
                delivery()
        except BaseException:  # whoever waits for a receiver may be interrupted
            self._busy = False
            raise

    def _next(self) -> Callable[[], None] | None:
        with self._lock:
            self._busy = bool(self._waiting)
            return self._waiting.popleft() if self._waiting else None

    def _sort(self) -> None:
        events, self._world.outbox = self._world.outbox, []
        late: list[Callable[[], None]] = []
        for event in events:
            wanted = [subscriber for subscriber in self._world.subscribers.values() if subscriber.wants(event)]
            if wanted:
                self._post(event, wanted, late, self._faults.for_event(event["type"]))
        self._waiting.extend(late)

    def _post(
        self, event: Object, wanted: list[Subscriber], late: list[Callable[[], None]], fault: Fault | None
    ) -> None:
        name = "" if fault is None else fault.name
        body = self._world.written(event).encode()
        deliveries = [partial(self._hand_over, subscriber, event, body, 0) for subscriber in wanted]
        if name == "late_event":
            late.extend(deliveries)
        elif fault is not None and name == "delay_event":
            self._world.clock.after(round(fault.seconds), partial(self._waiting.extend, deliveries))
        elif name != "drop_event":
            self._waiting.extend(deliveries * (2 if name == "repeat_event" else 1))

    def _hand_over(self, subscriber: Subscriber, event: Object, body: bytes, attempt: int) -> None:
        target = subscriber.target
        if self.replaying:
            self._delivered(subscriber, event, _DELIVERED)
            return
        if isinstance(target, str):
            letter = partial(_letter, body, subscriber.secret)
            self._courier.send(target, letter, partial(self._delivered, subscriber, event))
            return
        status, problem = _call(target, *_letter(body, subscriber.secret))
        self._delivered(subscriber, event, status, problem)
        if status not in SUCCESS and attempt < len(_RETRIES):
            again = partial(self._hand_over, subscriber, event, body, attempt + 1)
            with self._lock:
                self._world.clock.after(_RETRIES[attempt], partial(self._waiting.append, again))

    def _delivered(self, subscriber: Subscriber, event: Object, status: int, problem: str = "") -> None:
        with self._lock:
            self.log.append(Delivery(event["id"], event["type"], subscriber.id, status, problem))
            if status in SUCCESS and event.get("pending_webhooks", 0) > 0:
                event["pending_webhooks"] -= 1


def _letter(body: bytes, secret: str) -> tuple[bytes, dict[str, str]]:
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": signature(body, secret, real_now()),
    }
    return body, headers


def _call(target: Target, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    try:
        given = target(body, headers)
    except Exception as error:  # noqa: BLE001  # a receiver that breaks is a web server that answers 500
        return 500, repr(error)
    return (given if isinstance(given, int) and not isinstance(given, bool) else 200), ""
