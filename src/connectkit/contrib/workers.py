"""A worker: it runs the functions of the events that are due, until it is asked to stop."""

from __future__ import annotations

import asyncio
import inspect
import signal
from collections.abc import Callable
from importlib import import_module
from threading import Event as Flag
from typing import Any, Final, cast

from connectkit.errors import InvalidRequest, StoreUnavailable
from connectkit.webhooks.router import AsyncWebhookRouter, WebhookRouter

_BATCH: Final = 50  # events between two looks at whether it is to stop


def found(path: str) -> WebhookRouter | AsyncWebhookRouter:
    """Give the router that a text names, as `shop.events:router` or `shop.events.router`.

    Raises:
        InvalidRequest: There is no router of this name.
    """
    module, _, name = path.replace(":", ".").rpartition(".")
    router = getattr(import_module(module), name, None) if module else None
    if not isinstance(router, WebhookRouter | AsyncWebhookRouter):
        message = f"{path!r} names no router."
        raise InvalidRequest(message, param="router", next_step="Name one as 'shop.events:router'.")
    return router


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
        return _until(stop, _step(router), idle=idle, once=once)
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


def _step(router: WebhookRouter | AsyncWebhookRouter) -> Callable[[], int]:
    """Give what runs some of what is due, in either colour."""
    runner: Any = asyncio.Runner() if inspect.iscoroutinefunction(router.work) else None

    def step() -> int:
        try:
            if runner is None:
                return cast("WebhookRouter", router).work(_BATCH)
            return int(runner.run(cast("AsyncWebhookRouter", router).work(_BATCH)))
        except StoreUnavailable:
            return 0

    return step
