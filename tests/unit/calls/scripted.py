"""A Stripe that answers from a script, and a world whose clock is moved by hand: the edge of the world, mocked."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ParamSpec, TypeVar

from attrs import evolve

from connectkit.calls.caller import Caller, Intent, Owner
from connectkit.calls.gatekeeper import Gatekeeper
from connectkit.calls.limits import RateGate
from connectkit.calls.lookup import Lookup
from connectkit.calls.performer import Performer
from connectkit.calls.retries import Retries
from connectkit.calls.sender import Sender
from connectkit.drive import run
from connectkit.errors import Unreachable
from connectkit.journal import Journal
from connectkit.ports import Job, Untold
from connectkit.requests import Request, Response
from connectkit.sdk import Unanswered
from connectkit.storage.bridges import Inline
from connectkit.storage.memory import MemoryStore
from connectkit.storage.records import Identity, Operation, Realm, Stored
from connectkit.testing.samples import UNSETTLED

P = ParamSpec("P")
T = TypeVar("T")

START = datetime(2026, 11, 23, 12, tzinfo=UTC)


class HandWorld:
    """A world in which time passes only when somebody sleeps, or when a test says so."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.slept: list[float] = []

    async def call(
        self, plain: Callable[P, T], awaited: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        del awaited
        return plain(*args, **kwargs)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += seconds

    async def each(self, jobs: AsyncIterator[Job], limit: int) -> None:
        del limit
        async for job in jobs:
            await job()

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed)

    def boot(self) -> float:
        return 1_000.0 + self.passed


Reaction = Response | Unanswered | Callable[[Request], Response]


class ScriptedStripe:
    """Answers one reaction after the other, and remembers what it was sent."""

    api_version = "2026-10-28.endive"

    def __init__(self, *reactions: Reaction) -> None:
        self._reactions = list(reactions)
        self.sent: list[Request] = []

    @property
    def reactions(self) -> list[Reaction]:
        return self._reactions

    @reactions.setter
    def reactions(self, reactions: Sequence[Reaction]) -> None:
        self._reactions = list(reactions)

    def send(self, request: Request, deadline: float) -> Response:
        assert deadline > 0
        self.sent.append(request)
        reaction = self.reactions.pop(0)
        if isinstance(reaction, Unanswered):
            raise reaction
        return reaction if isinstance(reaction, Response) else reaction(request)

    async def asend(self, request: Request, deadline: float) -> Response:
        return self.send(request, deadline)

    def posted(self) -> list[Request]:
        """Give the requests that change something."""
        return [request for request in self.sent if request.method == "post"]


class Bench:
    """A caller over a scripted Stripe and a store in memory."""

    def __init__(
        self, *reactions: Reaction, retries: Retries | None = None, gate: RateGate | None = None, owned: bool = True
    ) -> None:
        self.world = HandWorld()
        self.stripe = ScriptedStripe(*reactions)
        self.store = MemoryStore(self.world.now)
        self.unrecorded: list[Operation] = []
        self.gate = gate
        self.retries = retries or Retries()
        self.epoch: int | None = None
        self.platform = "acct_platform" if owned else None
        self.caller = self.another()

    def another(self, store: Any = None) -> Caller:
        """Make another process's caller over the same store and the same Stripe."""
        sender = Sender(
            self.stripe, self.world, gate=self.gate, retries=self.retries, deadline=30.0, telemetry=Untold()
        )
        journal = Journal(Inline(store or self.store), self.world, lease=75.0)
        gatekeeper = Gatekeeper(journal, self.epoch)
        performer = Performer(sender, journal, Lookup(sender, self.world), gatekeeper, self.unrecorded.append)
        owner = Owner(sender, tenant="", platform=self.platform, livemode=False, site="https://connect.stripe.com")
        return Caller(performer, self.world, owner, version=self.stripe.api_version)

    def row_of_a_holder_who_is_not_silent_yet(self, intent: Intent) -> Operation:
        """Leave a row that is free to claim, although its last holder may send for another minute."""
        self.stripe.reactions.insert(0, UNSENT)
        patient, self.retries = self.retries, Retries(attempts=1)
        with contextlib.suppress(Unreachable):
            run(self.another().perform(intent))
        self.retries = patient
        row = evolve(self.row(intent.key), quiet_from=self.world.now() + timedelta(minutes=1))
        self.store.swap(row, None, durable=True)
        return row

    def unsettled(self) -> Sequence[Stored]:
        """Give the rows of the journal that have not ended."""
        return self.store.listed(Realm("", "acct_platform", livemode=False), UNSETTLED, 10)

    def row(self, key: str = "payout-1", step: str = "") -> Operation:
        """Give the journal's row."""
        stored = self.store.get(Identity("", "acct_platform", livemode=False, key=key, step=step))
        assert stored is not None
        return stored.operation


def payout(amount: int = 1000, key: str = "payout-1") -> Intent:
    """Intend a payout."""
    request = Request("post", "/v1/payouts", {"amount": amount, "currency": "usd"}, account="acct_2")
    return Intent("payouts.create", key, request, {"amount": f"{amount} usd"}, ("id", "amount"))


def ok(object_id: str = "po_1", **more: object) -> Response:
    """Answer with an object."""
    return Response(200, {"request-id": "req_1"}, {"id": object_id, "amount": 1000, "method": "standard", **more})


def failed(status: int, *, remembered: bool = False, **error: object) -> Response:
    """Answer with an error."""
    headers = {"request-id": "req_2"} | ({"stripe-should-retry": "false"} if remembered else {})
    return Response(status, headers, {"error": error})


def page(*items: dict[str, object], more: bool = False) -> Response:
    """Answer with a page of a list."""
    return Response(200, {}, {"object": "list", "data": list(items), "has_more": more})


def marked(
    stripe: ScriptedStripe, object_id: str = "po_1", sends: Sequence[int] = (0,)
) -> Callable[[Request], Response]:
    """Answer with a list in which an object carries the mark of each of these sends."""

    def answer(_: Request) -> Response:
        marks = [stripe.posted()[send].params["metadata"] for send in sends]
        items: list[dict[str, object]] = [{"id": "po_other", "metadata": {}}]
        items.extend(
            {"id": f"{object_id}{'' if n == 0 else n}", "metadata": m, "amount": 1000} for n, m in enumerate(marks)
        )
        return page(*items)

    return answer


LOST = Unanswered("the answer was lost", sent=True)
UNSENT = Unanswered("no connection", sent=False)
