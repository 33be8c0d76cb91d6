"""Receive here, handle there: a router whose functions are run by the workers of Celery."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from connectkit.webhooks.replies import Reason, Reply
from connectkit.webhooks.router import WebhookRouter

_log = logging.getLogger("connectkit")

TASK: Final = "connectkit.events"
"""The name of the task."""


class Queued:
    """Takes requests in, and calls a worker of Celery for each new event; every adapter takes it for a router.

    The event is durably stored before the broker is told of it, and a worker runs whatever is due. So nothing is lost
    with the broker: what it was not told of is handled with the next event, or when the task runs by a schedule, which
    is what also brings failed events back: `app.conf.beat_schedule` with the task `connectkit.events` every minute.

    Args:
        app: Your `Celery` application.
        router: The router, over a store that the workers reach as well.
        name: The name of the task.
    """

    def __init__(self, app: Any, router: WebhookRouter, *, name: str = TASK) -> None:  # noqa: ANN401  # a Celery
        self._router = router

        def work() -> int:
            return router.work()

        self.task: Any = app.task(name=name, ignore_result=True)(work)

    def handle(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Take in one request, call a worker, and give what to answer; see `WebhookRouter.handle`."""
        reply = self._router.handle(body, headers)
        if reply.reason is Reason.REMEMBERED:
            self._call()
        return reply

    def _call(self) -> None:
        try:
            self.task.delay()
        except Exception as error:  # noqa: BLE001  # the event is stored: whatever the broker says, it will be handled
            _log.warning("No worker could be called for an event that was stored: %s.", type(error).__name__)
