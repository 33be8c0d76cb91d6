"""The router of webhooks: verify, remember, answer; then hand events to their handlers."""

from __future__ import annotations

import inspect
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias, TypeVar

from attrs import frozen

from connectkit import fulfilling, paying, tracking
from connectkit.calls.caller import Caller
from connectkit.drive import Blocking, blocking
from connectkit.errors import ConnectKitError, InvalidRequest, Refused, StoreUnavailable, Unreachable
from connectkit.fulfilling import Deliver, DeliverPayment, Fulfiller
from connectkit.models.base import Answer
from connectkit.ports import Telemetry, mutex
from connectkit.requests import Request
from connectkit.storage.base import AsyncEventStore
from connectkit.storage.records import Delivery

from .backfill import Backfill, Replay, Silence
from .diagnosis import hint
from .envelopes import unwrapped
from .events import Context, Event, parse
from .handlers import Handlers, Registering, Registration
from .inbox import ATTEMPTS, LEASE, Inbox
from .letters import DeadLetter
from .replies import ACCEPTED, Outcome, Reason, Reply
from .running import Run, Runner
from .settling import TYPES, Settler
from .signatures import HEADER, MAX_BYTES, TOLERANCE, Secret, as_secret, verify
from .tracing import traced
from .watching import Deliverer, Follower, Watcher

OnError: TypeAlias = Callable[[Event[object], Exception, Outcome], None]
"""Told of an event, of what one of its handlers raised, and of whether it is tried again."""

OfOrder = TypeVar("OfOrder", bound=Deliver)
OfPayment = TypeVar("OfPayment", bound=DeliverPayment)

_log = logging.getLogger("connectkit")


@frozen(kw_only=True)
class Surroundings:
    """What a router stands on.

    Attributes:
        memory: Where events are remembered.
        caller: Reads from Stripe.
        context: What the events that it hands out reach for.
        livemode: Which events are handled; those of the other mode are answered and kept apart.
        telemetry: Told of what happens.
    """

    memory: AsyncEventStore
    caller: Caller
    context: Context
    livemode: bool
    telemetry: Telemetry


class _Tally:
    def __init__(self, telemetry: Telemetry) -> None:
        self._mutex = mutex()
        self._telemetry = telemetry
        self._counted = Counter[str]()

    def add(self, name: str) -> None:
        with self._mutex:
            self._counted[name] += 1
        self._telemetry.count("connectkit.events", outcome=str(name))

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
        surroundings: Surroundings,
        *,
        secrets: Sequence[str | Secret],
        tolerance: float = TOLERANCE,
        max_bytes: int = MAX_BYTES,
        inline: bool = False,
        twins: bool = False,
        on_error: OnError | None = None,
    ) -> None:
        """Check the secrets and join the parts.

        Args:
            surroundings: The store, the clock and the client. Test and live events need a store each.
            secrets: Those of every endpoint that leads here, and while one is rolled the old and the new.
            tolerance: How far the time of a signature may be from ours, in seconds and in both directions.
            max_bytes: The longest body that is looked at.
            inline: Whether `handle` runs what is due before it answers, for an application without workers.
            twins: Whether thin events `v1.…` and whole ones both come here, as while one moves to the other: each
                change is then handled once, at the price of one read for each thin event.
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
        self._caller = surroundings.caller
        self._memory = surroundings.memory
        self._inbox = Inbox(surroundings.memory)
        self._runner = Runner(surroundings.memory, self._read, surroundings.context)
        self._backfill = Backfill(self._inbox, surroundings.caller.pages, surroundings.livemode)
        self._secrets = tuple(as_secret(secret) for secret in secrets)
        self._livemode = surroundings.livemode
        self._telemetry = surroundings.telemetry
        self._tolerance = tolerance
        self._max_bytes = max_bytes
        self._inline = inline
        self._twins = twins
        self._on_error = on_error or _log_error
        self._handlers = Handlers()
        self._tally = _Tally(surroundings.telemetry)

    @property
    def counts(self) -> Mapping[str, int]:
        """How often each `Reason` and each `Outcome` came about since this router was made."""
        return self._tally.copied()

    @property
    def types(self) -> Sequence[str]:
        """The types of events, and patterns of them, that some function wants, sorted."""
        return self._handlers.patterns

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
        header = headers.get(HEADER) or next((headers[name] for name in headers if name.lower() == HEADER), None)
        now = self._caller.world.now()
        found = verify(body, header, self._secrets, now, tolerance=self._tolerance, max_bytes=self._max_bytes)
        if isinstance(found, Reason):
            return self._refused(found, hint(found, body, header, self._secrets))
        return await self._received(body, found)

    async def handle_envelope(self, body: bytes) -> Reply:
        """Take in one envelope of Amazon EventBridge or Azure Event Grid, and give what became of it.

        Nothing in it proves that it comes from Stripe. Call this for what came over a bus that only Stripe can write
        to, as a partner event source, and never for what a public address received.

        Args:
            body: The envelope, with the whole event inside.
        """
        event = unwrapped(body)
        return self._refused(Reason.NO_ENVELOPE) if event is None else await self._received(event, None)

    def _refused(self, reason: Reason, why: str = "", event_id: str = "") -> Reply:
        if why:
            _log.warning("A request to the webhook's URL was refused (%s). %s", reason, why)
        self._tally.add(reason)
        return Reply(reason, event_id, why)

    async def _received(self, body: bytes, secret: Secret | None) -> Reply:
        event = parse(body)
        if isinstance(event, Reason):
            return self._refused(event)
        if secret is not None and not _belongs(event, secret):
            return self._refused(Reason.WRONG_ENDPOINT, event_id=event.id)
        with self._telemetry.span("connectkit.event.receive", **_attributes(event)):
            try:
                reason = await self._remembered(event, body)
                if self._inline and reason in ACCEPTED:
                    await self.work()
            except StoreUnavailable:
                reason = Reason.STORE_UNAVAILABLE
        self._tally.add(reason)
        return Reply(reason, event.id)

    async def _remembered(self, event: Event[object], body: bytes) -> Reason:
        if event.livemode is not self._livemode:
            await self._inbox.quarantine(event, body)
            return Reason.OTHER_MODE
        return Reason.REMEMBERED if await self._inbox.remember(event, body) else Reason.DUPLICATE

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
        with self._telemetry.span("connectkit.event.handle", **_attributes(event)):
            lag = (self._caller.world.now() - delivery.received).total_seconds()
            self._telemetry.record("connectkit.event.lag", lag, type=event.type)
            return await self._handled(event, delivery)

    async def _handled(self, event: Event[object], delivery: Delivery) -> Outcome:
        registrations = self._handlers.of(event)
        if not registrations:
            return await self._inbox.finish(delivery, Outcome.UNHANDLED)
        run = await self._run(registrations, event, delivery)
        if not run.errors:
            return await self._inbox.finish(delivery, run.outcome)
        outcome = await self._inbox.fail(delivery, "\n".join(traced(error) for error in run.errors))
        for error in run.errors:
            self._on_error(event, error, outcome)
        return outcome

    async def _run(self, registrations: Sequence[Registration], event: Event[object], delivery: Delivery) -> Run:
        if delivery.attempts > ATTEMPTS:
            return Run(errors=[_abandoned()])
        try:
            if self._twins and await self._runner.is_twin(event, delivery):
                return Run(Outcome.TWIN)
        except (Refused, Unreachable) as unread:
            return Run(errors=[unread])
        return await self._runner.run(registrations, event, delivery)

    def settle_operations(self) -> None:
        """Bring operations to their end as soon as an event tells of them, with no waiting for somebody to ask.

        An event names the wire key of the request that caused it. An operation whose answer was lost is found by it,
        and resumed as `operations.resume` does.
        """
        settler = Settler(self._caller)
        for pattern in TYPES:
            self._handlers.registered.append(Registration(pattern=pattern, handler=settler.settle))

    def track_accounts(self) -> None:
        """Look at an account after each event about it, and remember how it is, for `connect.tracker`.

        The account is read from Stripe each time, for events come late and out of order. What changed is told by an
        event of our own, `connectkit.account.changed`, whose `data` is an `AccountChange`.
        """
        watcher = Watcher(tracking.Tracker(self._caller, self._memory))
        for pattern in tracking.TYPES:
            self._handlers.registered.append(Registration(pattern=pattern, handler=watcher.watch))

    def follow_payouts(self) -> None:
        """Look at a payout that `payouts.intend` has made after each event about it, and remember how it is.

        What changed is told by an event of our own, `connectkit.payout.paid`, `….failed`, `….sent` or `….canceled`,
        whose `data` is a `PayoutIntention`.
        """
        follower = Follower(paying.Paymaster(self._caller, self._memory))
        for pattern in paying.TYPES:
            self._handlers.registered.append(Registration(pattern=pattern, handler=follower.follow))

    def fulfil(self, deliver: OfOrder) -> OfOrder:
        """Have every order of Checkout delivered by a function, once it is paid; see `checkout.fulfil`.

        It can be used as a decorator. Events about an order that the buyer's landing page has delivered change nothing.

        Args:
            deliver: Given a `PaidOrder`.
        """
        fulfiller = Fulfiller(self._caller, self._runner.context.store)
        deliverer = Deliverer(lambda session, account: fulfiller.fulfil(session, deliver, account, 0.0))
        for pattern in fulfilling.TYPES:
            self._handlers.registered.append(Registration(pattern=pattern, handler=deliverer.handle))
        return deliver

    def fulfil_payments(self, deliver: OfPayment) -> OfPayment:
        """Have what every payment of `charges` was for delivered by a function, once it is paid; see `charges.fulfil`.

        It can be used as a decorator. What is sold by Checkout, or by an invoice, is left alone. Events about a payment
        that the buyer's landing page has delivered change nothing.

        Args:
            deliver: Given a `PaidPayment`.
        """
        fulfiller = Fulfiller(self._caller, self._runner.context.store)
        deliverer = Deliverer(
            lambda payment, account: fulfiller.fulfil_payment(payment, deliver, account, 0.0, ours=True)
        )
        for pattern in fulfilling.PAYMENT_TYPES:
            self._handlers.registered.append(Registration(pattern=pattern, handler=deliverer.handle))
        return deliver

    async def dead_letters(self, limit: int = 100) -> Sequence[DeadLetter]:
        """List the events that were given up, those that came first first.

        Args:
            limit: How many at most.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        return [DeadLetter.of(delivery) for delivery in await self._inbox.dead(limit)]

    async def quarantined(self, limit: int = 100) -> Sequence[DeadLetter]:
        """List the events of the other mode that came here, those that came first first; no function gets them.

        A live endpoint for connected accounts is sent test events as well. Live events at a router with a test key are
        a mistake: correct it, then `replay_missing` of a router with a live key brings them back.

        Args:
            limit: How many at most.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        return [DeadLetter.of(delivery) for delivery in await self._inbox.dead(limit, apart=True)]

    async def revive(self, letter: DeadLetter) -> bool:
        """Have an event handled once more, as if it had come just now; `False` if it was not given up any more.

        What is of the other mode was not given up.

        Args:
            letter: As `dead_letters` listed it.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        return await self._inbox.revive(letter.scope, letter.event_id)

    async def replay_missing(self, *, since: datetime, accounts: Sequence[str | None] = (None,)) -> Replay:
        """Ask Stripe for its events, and remember those that never came in, in the order in which they happened.

        It can be broken off and called again at any time: what is known stays as it is. Stripe keeps events for 30
        days, and lists those of one account at a time.

        Args:
            since: From when on, aware.
            accounts: The connected accounts whose events are wanted; `None` stands for the platform itself.

        Raises:
            InvalidRequest: The time has no zone, or is longer ago than Stripe remembers.
            Refused: Stripe does not give the events of an account.
            Unreachable: There was no usable answer.
            StoreUnavailable: The store could not be reached.
        """
        return await self._backfill.replay(since, accounts, self._caller.world.now())

    async def silences(self, *, since: datetime, accounts: Sequence[str | None] = (None,)) -> Sequence[Silence]:
        """Tell of which accounts and types Stripe has events that never came in; nothing is remembered by asking.

        Args:
            since: From when on, aware.
            accounts: The connected accounts that are looked at; `None` stands for the platform itself.

        Raises:
            InvalidRequest: The time has no zone, or is longer ago than Stripe remembers.
            Refused: Stripe does not give the events of an account.
            Unreachable: There was no usable answer.
            StoreUnavailable: The store could not be reached.
        """
        return await self._backfill.silences(since, accounts, self._caller.world.now())

    async def _read(self, request: Request) -> Answer:
        return await self._caller.read(request, "to read what an event is about")


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

    @property
    def types(self) -> Sequence[str]:
        """The types of events, and patterns of them, that some function wants, sorted."""
        return self._source.types

    def settle_operations(self) -> None:
        """Bring operations to their end as soon as an event tells of them; see `AsyncWebhookRouter`."""
        self._source.settle_operations()

    def track_accounts(self) -> None:
        """Look at an account after each event about it; see `AsyncWebhookRouter`."""
        self._source.track_accounts()

    def follow_payouts(self) -> None:
        """Look at a payout that is meant after each event about it; see `AsyncWebhookRouter`."""
        self._source.follow_payouts()

    def fulfil(self, deliver: OfOrder) -> OfOrder:
        """Have every order of Checkout delivered by a function, once it is paid; see `AsyncWebhookRouter`.

        Raises:
            InvalidRequest: It is an `async def`.
        """
        _check_plain(deliver)
        return self._source.fulfil(deliver)

    def fulfil_payments(self, deliver: OfPayment) -> OfPayment:
        """Have what every payment of `charges` was for delivered, once it is paid; see `AsyncWebhookRouter`.

        Raises:
            InvalidRequest: It is an `async def`.
        """
        _check_plain(deliver)
        return self._source.fulfil_payments(deliver)

    handle: Final = blocking(AsyncWebhookRouter.handle)
    handle_envelope: Final = blocking(AsyncWebhookRouter.handle_envelope)
    work: Final = blocking(AsyncWebhookRouter.work)
    dead_letters: Final = blocking(AsyncWebhookRouter.dead_letters)
    quarantined: Final = blocking(AsyncWebhookRouter.quarantined)
    revive: Final = blocking(AsyncWebhookRouter.revive)
    replay_missing: Final = blocking(AsyncWebhookRouter.replay_missing)
    silences: Final = blocking(AsyncWebhookRouter.silences)


def _belongs(event: Event[object], secret: Secret) -> bool:
    """Tell whether the endpoint of *secret* is sent such events; what a thin one says of its account tells nothing."""
    if secret.payload not in {None, "thin" if event.thin else "snapshot"}:
        return False
    if secret.livemode is False and event.livemode:
        return False
    if secret.events_from is None or event.thin:
        return True
    return (secret.events_from == "accounts") == (event.account is not None)


def _attributes(event: Event[object]) -> dict[str, str]:
    return {"event_id": event.id, "type": event.type, "account": event.account or ""}


def _abandoned() -> Exception:
    message = "Its handlers never came to an end: each time the process died, or they took longer than five minutes."
    return ConnectKitError(message)


def _log_error(event: Event[object], error: Exception, outcome: Outcome) -> None:
    _log.error("A handler of event %s (%s) raised %s: %s.", event.id, event.type, type(error).__name__, outcome)


def _check_plain(deliver: object) -> None:
    if inspect.iscoroutinefunction(deliver):
        message = "This is an async function, and the router is a blocking one."
        raise InvalidRequest(message, param="deliver", next_step="Use AsyncConnect, or a plain function.")
