"""One request, sent: the rate gate before it, the clocks checked, the answer judged after it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, Protocol
from urllib.parse import parse_qsl, urlsplit

from attrs import evolve

from connectkit.errors import ClockSkewed, Throttled, Unreachable
from connectkit.models.base import Answer, Data, Receipt
from connectkit.ports import Telemetry, World
from connectkit.requests import Request, Response
from connectkit.sdk import Unanswered

from .limits import RateGate
from .outcomes import REPEATABLE, Meaning, Sent, Silence, judge
from .refusals import refusal
from .retries import Retries, repeat

_TOLERABLE: Final = timedelta(seconds=61)  # a minute, and the second that a Date header is rounded by


class Sending(Protocol):
    """Sends one request, in both colours."""

    @property
    def api_version(self) -> str:
        """The version of Stripe's API that is asked for."""
        ...

    def send(self, request: Request, deadline: float) -> Response:
        """Send it, blocking, within *deadline* seconds."""
        ...

    async def asend(self, request: Request, deadline: float) -> Response:
        """Send it in an event loop, within *deadline* seconds."""
        ...


class Sender:
    """Sends requests and judges answers; what it knows of operations is nothing.

    Args:
        sdk: What sends.
        world: The colour.
        gate: The rate gate, `None` where nothing is limited (a simulator in this process).
        retries: How patiently a call is repeated.
        deadline: The hard limit of one send in seconds: waiting for a connection, connecting, writing and reading.
        telemetry: Told of every send.
    """

    def __init__(
        self,
        sdk: Sending,
        world: World,
        *,
        gate: RateGate | None,
        retries: Retries,
        deadline: float,
        telemetry: Telemetry,
    ) -> None:
        self._sdk = sdk
        self._world = world
        self._retries = retries
        self.deadline = deadline
        self.gate = gate
        self._telemetry = telemetry
        self._stripe_ahead: Callable[[], timedelta] = timedelta

    async def send(self, request: Request, *, repetition: bool) -> Sent:
        """Send *request* once and say what its answer means."""
        await self._pass_gate(request)
        left = self._world.boot()
        with self._telemetry.span("connectkit.call", **_attributes(request)):
            answer = await self._answer(request)
        self._telemetry.count("connectkit.calls", outcome=_ending(answer))
        verdict = judge(request, answer, repetition=repetition)
        if self.gate is not None and isinstance(answer, Response):
            throttled = verdict.meaning is Meaning.THROTTLED
            reason = answer.headers.get("stripe-rate-limited-reason", "") if throttled else None
            self.gate.answered(request, left=left, now=self._world.boot(), turned_away=reason)
        return Sent(answer, verdict)

    async def again(self, first: Sent, attempt: Callable[[], Awaitable[Sent]]) -> Sent:
        """Repeat a failed send as patiently as the policy allows."""
        return await repeat(first, attempt, self._retries, self._world.sleep)

    def check_clock(self, tried: str) -> None:
        """Refuse to send where this machine's clock is wrong.

        Raises:
            ClockSkewed: It is more than a minute away from the clock of Stripe's last answer.
        """
        ahead = self._stripe_ahead()
        if abs(ahead) > _TOLERABLE:
            message = f"This machine's clock is {abs(ahead).total_seconds():.0f} s away from Stripe's."
            raise ClockSkewed(message, tried=tried, next_step="Set the clock (NTP), then call again with the same key.")

    async def read(self, request: Request, tried: str) -> Answer:
        """Send what changes nothing that a repetition could change twice, as often as it takes.

        Raises:
            Refused: Stripe said no.
            Throttled: Stripe asked for patience more often than the policy has.
            Unreachable: There was no usable answer.
        """
        return _outcome(await self._patiently(request), tried)

    async def undecoded(self, request: Request, tried: str) -> bytes:
        """Read something as `read` does, and give the answer as it came.

        Raises:
            ConnectKitError: As in `read`.
        """
        sent = await self._patiently(evolve(request, undecoded=True))
        _outcome(sent, tried)
        return sent.answer.body if isinstance(sent.answer, Response) else b""

    async def once(self, request: Request, tried: str) -> Answer:
        """Send what a repetition would spoil, a single time.

        Raises:
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it may have happened.
        """
        return _outcome(await self.send(request, repetition=False), tried)

    async def pages(self, request: Request, tried: str) -> AsyncGenerator[Data, None]:
        """Go through every item of a list, page by page, in the order of Stripe's."""
        following: Request | None = request
        while following is not None:
            page = (await self.read(following, tried)).data
            for item in page["data"]:
                yield item
            following = _next_page(following, page)

    async def _patiently(self, request: Request) -> Sent:
        async def attempt() -> Sent:
            return await self.send(request, repetition=False)

        sent = await attempt()
        return await self.again(sent, attempt) if sent.verdict.meaning in REPEATABLE else sent

    async def _pass_gate(self, request: Request) -> None:
        for queue in () if self.gate is None else self.gate.queues(request):
            place = queue.join(self._world.boot())
            while (delay := queue.delay(place, self._world.boot())) > 0:
                await self._world.sleep(delay)

    async def _answer(self, request: Request) -> Response | Silence:
        try:
            answer = await self._world.call(self._sdk.send, self._sdk.asend, request, self.deadline)
        except Unanswered as silence:
            return Silence(silence.reason, silence.sent)
        self._note_clock(answer)
        return answer

    def _note_clock(self, answer: Response) -> None:
        stripe_then, boot_then = _date(answer), self._world.boot()
        if stripe_then is None:
            return

        def ahead() -> timedelta:
            stripe_now = stripe_then + timedelta(seconds=self._world.boot() - boot_then)
            return stripe_now - self._world.now()

        self._stripe_ahead = ahead


def _attributes(request: Request) -> dict[str, str]:
    """Give what a send may tell of itself; the wire key is a hash of the operation's name."""
    return {
        "method": request.method,
        "path": request.path,
        "account": request.account or "",
        "operation": request.idempotency_key or "",
    }


def _ending(answer: Response | Silence) -> str:
    return str(answer.status) if isinstance(answer, Response) else "silence"


def _date(answer: Response) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None


def _outcome(sent: Sent, tried: str) -> Answer:
    answer, meaning = sent.answer, sent.verdict.meaning
    if isinstance(answer, Response):
        if meaning is Meaning.DONE:
            return Answer(data=answer.data, receipt=Receipt(request_id=answer.request_id))
        if meaning is Meaning.REFUSED:
            raise refusal(answer, tried)
    reason = answer.reason if isinstance(answer, Silence) else f"Stripe answered {answer.status}"
    kind = Throttled if meaning in {Meaning.THROTTLED, Meaning.LOCKED} else Unreachable
    message = f"No usable answer: {reason}."
    raise kind(message, request_id=sent.request_id, tried=tried, next_step="Call again later; nothing was changed.")


def _next_page(request: Request, page: Data) -> Request | None:
    if request.api == "v2":
        url: str | None = page.get("next_page_url")
        return evolve(request, path=urlsplit(url).path, params=dict(parse_qsl(urlsplit(url).query))) if url else None
    if not page.get("has_more"):
        return None
    return request.with_params(starting_after=page["data"][-1]["id"])
