"""A worker: it runs the functions of the events that are due, until it is asked to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from threading import Event as Flag
from typing import Final

from connectkit.errors import InvalidRequest, StoreUnavailable
from connectkit.webhooks.router import AsyncWebhookRouter, WebhookRouter

_BATCH: Final = 50  # events between two looks at whether it is to stop


def found(path: str) -> WebhookRouter | AsyncWebhookRouter:
    """Give the router that a text names, as `shop.events:router` or `shop.events.router`.

    Raises:
        InvalidRequest: There is no router of this name.
    """
    router = named(path)
    if not isinstance(router, WebhookRouter | AsyncWebhookRouter):
        message = f"{path!r} names no router."
        raise InvalidRequest(message, param="router", next_step="Name one as 'shop.events:router'.")
    return router


def named(path: str) -> object:
    """Give what a text names, as `shop.events:router`; `None` where there is nothing of this name."""
    module, _, name = path.replace(":", ".").rpartition(".")
    return getattr(import_module(module), name, None) if module else None


def work(router: WebhookRouter | AsyncWebhookRouter, *, idle: float = 1.0, once: bool = False) -> int:
    """Run what is due until SIGTERM or SIGINT, and give how many events there were.

    It stops between two events. A store that cannot be reached is tried again after a pause.

    Args:
        router: Whose functions.
        idle: The seconds between two looks when nothing is due.
        once: Whether to stop as soon as nothing is due.
    """
    stop = Flag()

    def stop_soon(number: int, frame: object) -> None:  # noqa: ARG001  # the system's own
        stop.set()

    before = {number: signal.signal(number, stop_soon) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with _stepping(router) as step:
            return _until(stop, step, idle=idle, once=once)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _until(stop: Flag, step: Callable[[], int], *, idle: float, once: bool) -> int:
    total = 0
    while not stop.is_set():
        done = step()
        total += done
        if not done and once:
            break
        if not done:
            stop.wait(idle)
    return total


@contextmanager
def _stepping(router: WebhookRouter | AsyncWebhookRouter) -> Generator[Callable[[], int]]:
    """Give what runs some of what is due, in either colour."""
    if isinstance(router, WebhookRouter):
        yield partial(_patiently, partial(router.work, _BATCH))
        return
    with asyncio.Runner() as runner:
        yield partial(_patiently, lambda: runner.run(router.work(_BATCH)))


def _patiently(step: Callable[[], int]) -> int:
    try:
        return step()
    except StoreUnavailable:
        return 0
