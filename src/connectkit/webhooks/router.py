"""The router of webhooks: verify, remember, answer; then hand events to their handlers."""

from __future__ import annotations

import inspect
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from connectkit.drive import Blocking, blocking
from connectkit.errors import ConnectKitError, InvalidRequest, StoreUnavailable
from connectkit.ports import World, mutex
from connectkit.storage.base import AsyncEventStore
from connectkit.storage.records import Delivery

from .events import Event, parse
from .handlers import Handler, Handlers, Registering
from .inbox import ATTEMPTS, LEASE, Inbox
from .replies import ACCEPTED, Outcome, Reason, Reply
from .signatures import HEADER, MAX_BYTES, TOLERANCE, Secret, as_secret, verify

OnError: TypeAlias = Callable[[Event[object], Exception, Outcome], None]
"""Told of an event, of what one of its handlers raised, and of whether it is tried again."""

_log = logging.getLogger("connectkit")


class _Tally:
    def __init__(self) -> None:
        self._mutex = mutex()
        self._counted = Counter[str]()

    def add(self, name: str) -> None:
        with self._mutex:
            self._counted[name] += 1

    def copied(self) -> dict[str, int]:
        with self._mutex:
            return dict(self._counted)


class AsyncWebhookRouter(Registering):
    """Takes in Stripe's events and hands them to their handlers.

    The two are apart: `handle` answers Stripe as soon as an event is durably stored, `work` runs the handlers, in the
    same process or another. A handler that is a plain function blocks the event loop while it runs.
    """

    _awaits = True

    def __init__(
        self,
        store: AsyncEventStore,
        world: World,
        *,
        secrets: Sequence[str | Secret],
        livemode: bool,
        tolerance: float = TOLERANCE,
        max_bytes: int = MAX_BYTES,
        inline: bool = False,
        on_error: OnError | None = None,
    ) -> None:
        """Check the secrets and join the parts.

        Args:
            store: Where events are remembered. Test and live events need a store each.
            world: The clock.
            secrets: Those of every endpoint that leads here, and while one is rolled the old and the new.
            livemode: Which events are handled; those of the other mode are answered and left alone.
            tolerance: How far the time of a signature may be from ours, in seconds and in both directions.
            max_bytes: The longest body that is looked at.
            inline: Whether `handle` runs what is due before it answers, for an application without workers.
            on_error: Told what a handler raised; logged where it is not given, by the error's type alone.

        Raises:
            InvalidRequest: There is no secret, one is not a signing secret, or the tolerance is not above zero.
        """
        if isinstance(secrets, str) or not secrets:
            message = "A webhook router needs at least one signing secret, in a tuple or list."
            raise InvalidRequest(message, param="secrets", next_step="Pass secrets=('whsec_…',).")
        if not tolerance > 0:
            message = "The tolerance is a number of seconds above zero: with none, no delivery would be in time."
            raise InvalidRequest(message, param="tolerance")
        self._inbox = Inbox(store)
        self._world = world
        self._secrets = tuple(as_secret(secret) for secret in secrets)
        self._livemode = livemode
        self._tolerance = tolerance
        self._max_bytes = max_bytes
        self._inline = inline
        self._on_error = on_error or _log_error
        self._handlers = Handlers()
        self._tally = _Tally()

    @property
    def counts(self) -> Mapping[str, int]:
        """How often each `Reason` and each `Outcome` came about since this router was made."""
        return self._tally.copied()

    async def handle(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Take in one request, and give what to answer.

        Whatever came from outside is answered, never raised. A new event is durably stored before it is answered with
        200; one that is known, is of the other mode or has a type that nobody handles is answered with 200 as well, or
        Stripe would send it for days.

        Args:
            body: The raw bytes of the request, as they came: decoded and encoded again they no longer match.
            headers: The request's headers, in any case.

        Raises:
            InvalidRequest: *body* is not bytes; nothing of that kind comes from outside.
        """
        if not isinstance(body, bytes):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without a checker
            message = f"The body is a {type(body).__name__}; signed are the raw bytes."  # type: ignore[unreachable]
            raise InvalidRequest(message, param="body", next_step="Pass the bytes that your framework received.")
        try:
            reply = await self._received(body, headers)
            if self._inline and reply.reason in ACCEPTED:
                await self.work()
        except StoreUnavailable:
            reply = Reply(Reason.STORE_UNAVAILABLE)
        self._tally.add(reply.reason)
        return reply

    async def _received(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        header = next((value for name, value in headers.items() if name.lower() == HEADER), None)
        now = self._world.now()
        secret = verify(body, header, self._secrets, now, tolerance=self._tolerance, max_bytes=self._max_bytes)
        if isinstance(secret, Reason):
            return Reply(secret)
        event = parse(body)
        if isinstance(event, Reason):
            return Reply(event)
        if not _belongs(event, secret):
            return Reply(Reason.WRONG_ENDPOINT, event.id)
        if event.livemode is not self._livemode:
            return Reply(Reason.OTHER_MODE, event.id)
        new = await self._inbox.remember(event, body)
        return Reply(Reason.REMEMBERED if new else Reason.DUPLICATE, event.id)

    async def work(self, limit: int | None = None) -> int:
        """Run the handlers of the events that are due, and give how many events there were.

        What a handler raises goes to `on_error`; its event is tried again after a pause that grows from half a minute
        to six hours, and given up after three days. Any number of workers may do this at once. Events of one object are
        handled one at a time. One event has five minutes; if its handlers take longer, another worker takes it too.

        Args:
            limit: How many events at most; all that are due where it is not given.

        Raises:
            StoreUnavailable: The store could not be reached; what was taken will be taken again.
        """
        worked = 0
        while limit is None or worked < limit:
            delivery = await self._inbox.take()
            if delivery is None:
                break
            self._tally.add(await self._work_on(delivery))
            worked += 1
        return worked

    async def _work_on(self, delivery: Delivery) -> Outcome | Reason:
        event = parse(delivery.body)
        if isinstance(event, Reason):
            return await self._inbox.fail(delivery, event)
        if event.livemode is not self._livemode:  # another router's, on the same store
            await self._inbox.put_back(delivery, Reason.OTHER_MODE, LEASE)
            return Reason.OTHER_MODE
        handlers = self._handlers.of(event.type)
        if not handlers:
            return await self._inbox.finish(delivery, Outcome.UNHANDLED)
        errors = [_abandoned()] if delivery.attempts > ATTEMPTS else await _run(handlers, event)
        if not errors:
            return await self._inbox.finish(delivery, Outcome.HANDLED)
        outcome = await self._inbox.fail(delivery, ", ".join(type(error).__name__ for error in errors))
        for error in errors:
            self._on_error(event, error, outcome)
        return outcome


class WebhookRouter(Registering, Blocking[AsyncWebhookRouter]):
    """Takes in Stripe's events and hands them to their handlers; blocking.

    The two are apart: `handle` answers Stripe as soon as an event is durably stored, `work` runs the handlers, in the
    same process or another.
    """

    _awaits = False

    def __init__(self, source: AsyncWebhookRouter) -> None:
        super().__init__(source)
        self._handlers = source._handlers  # noqa: SLF001  # the face's own source

    @property
    def counts(self) -> Mapping[str, int]:
        """How often each `Reason` and each `Outcome` came about since this router was made."""
        return self._source.counts

    handle: Final = blocking(AsyncWebhookRouter.handle)
    work: Final = blocking(AsyncWebhookRouter.work)


def _belongs(event: Event[object], secret: Secret) -> bool:
    """Tell whether the endpoint of *secret* is sent such events; what a thin one says of its account tells nothing."""
    if secret.events_from is None or event.thin:
        return True
    return (secret.events_from == "accounts") == (event.account is not None)


async def _run(handlers: Sequence[Handler], event: Event[object]) -> list[Exception]:
    errors: list[Exception] = []
    for handler in handlers:
        try:
            ending = handler(event)
            if inspect.isawaitable(ending):
                await ending
        except Exception as error:  # noqa: BLE001  # whatever it is, the other handlers run and the event stays
            errors.append(error)
    return errors


def _abandoned() -> Exception:
    message = "Its handlers never came to an end: each time the process died, or they took longer than five minutes."
    return ConnectKitError(message)


def _log_error(event: Event[object], error: Exception, outcome: Outcome) -> None:
    _log.error("A handler of event %s (%s) raised %s: %s.", event.id, event.type, type(error).__name__, outcome)
