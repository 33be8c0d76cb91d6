"""Brings one claimed operation to an end: sent, judged, sent again, looked up, settled."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from attrs import evolve, field, frozen, mutable

from connectkit.errors import (
    Braked,
    ConnectKitError,
    PaymentDeclined,
    Refused,
    StoreRestored,
    StoreUnavailable,
    Unreachable,
)
from connectkit.journal import Contradiction, Doubt, Held, Journal, Refusal, Report, Success
from connectkit.models.base import Answer, Data, Receipt
from connectkit.policies import Policy
from connectkit.requests import Params, Request, Response, compact
from connectkit.storage.records import Operation, State

from .endings import in_progress, replayed, review, tried, unknown, unsettled
from .frozen import Frozen, projected, revealed
from .gatekeeper import Gatekeeper
from .keys import named
from .lookup import Absent, Found, Lookup
from .moving import led_to
from .outcomes import CREATES_DOUBT, REPEATABLE, Meaning, Sent, Silence, Verdict
from .refusals import refusal, written
from .sender import Sender
from .settling import endpoint_of

WINDOW: Final[Mapping[str, timedelta]] = {"v1": timedelta(hours=23), "v2": timedelta(days=29)}
"""For how long from the first send Stripe is trusted to remember a wire key.

It promises 24 hours for v1 and 30 days for v2; the margin is for clocks and for a request that is under way.
"""

_GENERATIONS: Final = 3  # a call that got stuck under three wire keys in a row needs a person, not a fourth


def following(operation: Operation) -> str:
    """Freeze the request of the next generation.

    Where an object lives on after the refusal, the next generation goes on with it and never makes a second one.
    """
    frozen = Frozen.loads(operation.request)
    request = frozen.request
    onward = endpoint_of(request).onward
    if operation.object_id and onward is not None:
        request = onward(request, operation.object_id)
    marks = endpoint_of(request).marks
    generation = operation.generation + 1
    renamed = named(operation.identity, request, generation, version=frozen.request.version, marks=marks)
    return evolve(frozen, request=renamed).dumps()


def _stuck(reason: str) -> Sent:
    return Sent(Silence(reason, sent=False), Verdict(Meaning.STUCK))


@mutable
class _Course:
    """One holder's way through the sends of one wire key."""

    held: Held
    doubt: bool = field(init=False)
    sent_at: datetime = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.doubt = self.held.operation.doubt
        self.sent_at = self.held.now

    @property
    def operation(self) -> Operation:
        return self.held.operation

    @property
    def tried(self) -> str:
        return tried(self.held.operation)


@frozen
class Performer:
    """Brings claimed operations to an end.

    Attributes:
        sender: What sends and reads.
        journal: Where it is written down.
        lookup: What finds out after the window.
        gatekeeper: What lets pass.
        on_unrecorded: Told of an operation whose outcome could not be recorded.
    """

    sender: Sender
    journal: Journal
    lookup: Lookup
    gatekeeper: Gatekeeper
    on_unrecorded: Callable[[Operation], None]

    async def perform(self, held: Held, brought: Params) -> Answer:
        """Send what *held* has frozen, until it is settled or the patience ends.

        Args:
            held: The claim.
            brought: The parameters of the caller, from which personal values are filled in; empty on a resumption.

        Raises:
            Braked: A brake of the platform's own forbids it.
            StoreRestored: The store has forgotten what it knew.
            Refused: Stripe said no; the operation can be called again with the same key.
            Throttled: Nothing was done: Stripe asked for patience too often.
            Unreachable: Nothing was done: no byte reached Stripe.
            OutcomeUnknown: It may have happened; calling again with the same key finds out.
            ReviewNeeded: The facts contradict each other.
            OperationInProgress: The claim was lost to somebody else on the way.
        """
        course = _Course(held)
        try:
            policy = await self.gatekeeper.check(held, Frozen.loads(held.operation.request).request)
        except (Braked, StoreRestored) as error:
            return await self._braked(course, error)
        forgotten = await self._look_into_gaps(course, policy)
        if forgotten is not None:
            return forgotten
        for _ in range(_GENERATIONS):
            outcome = await self._generation(_Course(held), brought)
            if isinstance(outcome, Answer):
                return outcome
            held = outcome
        return await self._give_up(_Course(held), _stuck("Stripe failed under several wire keys in a row"))

    async def held_on(self, held: Held) -> Held:
        """Make sure that a claim outlasts the next send.

        Raises:
            OperationInProgress: It was lost to somebody else.
        """
        if self.journal.remaining(held) > self.sender.deadline:
            return held
        renewed = await self.journal.renew(held)
        if renewed is None:
            raise in_progress(held.operation)
        return renewed

    async def _generation(self, course: _Course, brought: Params) -> Answer | Held:
        """Carry one wire key as far as it goes: to an answer, or to a claim under the next key."""
        frozen = Frozen.loads(course.operation.request)
        if course.operation.generation:
            earlier = await self.lookup.look(course.operation, course.tried)
            if earlier is not Absent.ABSENT:
                return await self._found(course, earlier, frozen)
        request = revealed(frozen.request, brought)
        if request is None:
            return await self._without_body(course, frozen)
        try:
            sent = await self._send(course, request)
        except Braked as error:
            return await self._braked(course, error)
        return await self._judged(course, sent, frozen)

    async def _judged(self, course: _Course, sent: Sent, frozen: Frozen) -> Answer | Held:
        answer = sent.answer
        if isinstance(answer, Response):
            match sent.verdict.meaning:
                case Meaning.DONE:
                    return await self._done(course, answer.data, frozen.keep, answer.request_id)
                case Meaning.REFUSED:
                    error = refusal(answer, course.tried)
                    return await self._refused(course, error, spent=sent.verdict.spent)
                case Meaning.CONTRADICTED:
                    return await self._contradicted(course, {"idempotency_error": answer.request_id})
                case _:
                    pass
        if sent.verdict.meaning is Meaning.STUCK:
            return await self._look_up(course, frozen)
        return await self._give_up(course, sent)

    async def _send(self, course: _Course, request: Request) -> Sent:
        async def attempt_again() -> Sent:
            await self.gatekeeper.check_again(course.operation)
            return await attempt()

        async def attempt() -> Sent:
            if self.journal.store_time(course.held) - course.operation.first_sent >= WINDOW[request.api]:
                return _stuck("Stripe may have forgotten this wire key")
            await self._ready(course)
            course.sent_at = self.journal.store_time(course.held)
            sent = await self.sender.send(request, repetition=course.doubt)
            course.doubt = course.doubt or sent.verdict.meaning in CREATES_DOUBT
            return sent

        sent = await attempt()
        return await self.sender.again(sent, attempt_again) if sent.verdict.meaning in REPEATABLE else sent

    async def _ready(self, course: _Course) -> None:
        """Make sure that the clocks can be trusted and that the claim outlasts the next send."""
        self.sender.check_clock(course.tried)
        course.held = await self.held_on(course.held)

    async def _done(self, course: _Course, data: Data, keep: tuple[str, ...], request_id: str = "") -> Answer:
        success = Success(str(data["id"]), compact(projected(data, keep)), led_to(data))
        operation = await self._record(course, success)
        if operation is not None and operation.state is State.REVIEW:
            raise review(operation)
        as_of = self.journal.store_time(course.held)
        return Answer(data=data, receipt=Receipt(request_id=request_id, recorded=operation is not None, as_of=as_of))

    async def _refused(self, course: _Course, error: Refused, *, spent: bool) -> Answer:
        return await self._ended(course, Refusal(course.sent_at, spent, error.object_id, written(error)), error)

    async def _contradicted(self, course: _Course, why: Mapping[str, object]) -> Answer:
        report = Contradiction(json.dumps(why))
        return await self._ended(course, report, review(evolve(course.operation, refusal=report.why)))

    async def _give_up(self, course: _Course, sent: Sent) -> Answer:
        report = Doubt(self.journal.store_time(course.held), possible=course.doubt)
        return await self._ended(course, report, unsettled(course.operation, sent, doubt=course.doubt))

    async def _braked(self, course: _Course, error: Braked | StoreRestored) -> Answer:
        """End without a send: what may have happened before stays in doubt, and what workers send stays to be sent."""
        now = self.journal.store_time(course.held)
        if course.doubt or course.operation.deferred:
            return await self._ended(course, Doubt(now, possible=course.doubt), error)
        why = compact({"message": error.message})
        return await self._ended(
            course, Refusal(now, spent=False, object_id=course.operation.object_id, why=why), error
        )

    async def _look_into_gaps(self, course: _Course, policy: Policy) -> Answer | None:
        """Find what was done in a time of which the store remembers nothing; what is in doubt is looked for anyway."""
        if course.doubt:
            return None
        for gap in policy.gaps:
            finding = await self.lookup.look(course.operation, course.tried, gap)
            if finding is not Absent.ABSENT:
                return await self._found(course, finding, Frozen.loads(course.operation.request))
        return None

    async def _ended(self, course: _Course, report: Report, error: ConnectKitError) -> Answer:
        """Record an end that is no success, unless somebody's success stands there already."""
        operation = await self._record(course, report)
        if operation is not None and operation.state is State.SUCCEEDED:
            return replayed(operation)
        if operation is not None and isinstance(error, (Refused, Unreachable)):
            # Both say that nothing was done. That is true of this sender alone, if another has taken over meanwhile.
            if operation.state is State.STARTED:
                raise in_progress(operation)
            if operation.state is State.UNKNOWN and operation.doubt:
                raise unknown(operation, "an earlier request may still arrive", error.request_id)
        raise error

    async def _without_body(self, course: _Course, frozen: Frozen) -> Answer:
        """Settle an operation whose personal values nobody brought: it can be found, and not be sent."""
        finding = await self.lookup.find(course.operation, course.tried)
        if finding is not Absent.ABSENT:
            return await self._found(course, finding, frozen)
        course.doubt = True
        return await self._give_up(
            course, _stuck("its personal data was not kept, so only its caller can send it again")
        )

    async def _look_up(self, course: _Course, frozen: Frozen) -> Answer | Held:
        """Find out what a wire key did that can't be sent again; go on under the next one if it did nothing."""
        finding = await self.lookup.find(course.operation, course.tried)
        if finding is not Absent.ABSENT:
            return await self._found(course, finding, frozen)
        following_claim = await self.journal.regenerate(course.held, following)
        if following_claim is None:
            raise in_progress(course.operation)
        return following_claim

    async def _found(self, course: _Course, found: Found, frozen: Frozen) -> Answer:
        if len(found.objects) > 1:
            return await self._contradicted(course, {"duplicates": [str(item["id"]) for item in found.objects]})
        (data,) = found.objects
        if found.happened:
            return await self._done(course, data, frozen.keep)
        error = PaymentDeclined(
            "The payment was declined.",
            status=402,
            object_id=str(data["id"]),
            tried=course.tried,
            next_step="Ask the buyer for another way to pay; calling again with the same key tries once more.",
        )
        return await self._refused(course, error, spent=True)

    async def _record(self, course: _Course, report: Report) -> Operation | None:
        """Record a report; `None` if the store is gone, which changes nothing about what happened."""
        try:
            return await self.journal.settle(course.held, report)
        except StoreUnavailable:
            self.on_unrecorded(course.operation)
            return None
