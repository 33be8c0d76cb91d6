from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import MappingProxyType
from typing import Any, cast

import pytest

from connectkit.errors import ConnectKitError, InvalidRequest, StoreUnavailable
from connectkit.models.payouts import Payout
from connectkit.money import Money
from connectkit.ports import AsyncioWorld
from connectkit.storage.memory import MemoryStore
from connectkit.storage.records import Delivery
from connectkit.webhooks.events import Event
from connectkit.webhooks.inbox import ATTEMPTS, LEASE
from connectkit.webhooks.replies import Outcome, Reason, Reply
from connectkit.webhooks.signatures import Secret

from .samples import OTHER, SECRET, Bench, about, encoded, in_a_loop, signed, snapshot, thin


class Lost(MemoryStore):
    """A store that cannot be reached while it is told so."""

    def __init__(self, *verbs: str) -> None:
        super().__init__()
        self.verbs = verbs

    def remember(self, delivery: Delivery) -> bool:
        return self._reached("remember") and super().remember(delivery)

    def take(self, lease: float) -> Delivery | None:
        self._reached("take")
        return super().take(lease)

    def _reached(self, verb: str) -> bool:
        if verb in self.verbs:
            message = "The store is away."
            raise StoreUnavailable(message)
        return True


def test_a_new_event_is_stored_before_it_is_answered() -> None:
    bench = Bench()
    body = encoded(snapshot())
    assert bench.router.handle(body, signed(body)) == Reply(Reason.REMEMBERED, "evt_1")
    stored = bench.store.take(LEASE)
    assert stored is not None
    assert stored.body == body


def test_an_event_is_handled_once_however_often_it_comes() -> None:
    bench = Bench()
    seen = list[str]()

    @bench.router.on("mandate.updated")
    def note(event: Event[Mapping[str, Any]]) -> None:
        seen.append(f"{event.id} {event.account} {event.data['status']}")

    assert [bench.deliver(snapshot()) for _ in range(2)] == [(200, "remembered"), (200, "duplicate")]
    assert bench.router.work() == 1
    assert bench.deliver(snapshot()) == (200, "duplicate")
    assert bench.router.work() == 0
    assert seen == ["evt_1 acct_1 active"]
    assert bench.router.counts == {"remembered": 1, "duplicate": 2, "handled": 1}


def test_a_handler_is_given_the_model() -> None:
    bench = Bench()
    seen = list[Money]()

    @bench.router.on("payout.failed")
    def note(event: Event[Payout]) -> None:
        seen.append(event.data.amount)

    bench.deliver(snapshot(type="payout.failed", data=about("payout", amount=100, currency="usd", status="failed")))
    bench.router.work()
    assert seen == [Money(100, "usd")]


def test_a_thin_event_is_handled_like_a_whole_one() -> None:
    bench = Bench()
    seen = list[str]()

    @bench.router.on("v2.core.*")
    def note(event: Event[object]) -> None:
        assert event.related is not None
        seen.append(event.related.url)

    assert bench.deliver(thin()) == (200, "remembered")
    bench.router.work()
    assert seen == ["/v2/core/accounts/acct_1"]


def test_a_type_that_nobody_handles_is_counted() -> None:
    bench = Bench()
    assert bench.deliver(snapshot(type="moon.landed")) == (200, "remembered")
    assert bench.router.work() == 1
    assert bench.router.counts == {"remembered": 1, "unhandled": 1}


@pytest.mark.parametrize("livemode", [True, False])
def test_an_event_of_the_other_mode_is_answered_and_left_alone(livemode: bool) -> None:  # a parameter
    bench = Bench(livemode=livemode)
    assert bench.deliver(snapshot(livemode=not livemode)) == (200, "other_mode")
    assert bench.deliver(snapshot(livemode=livemode)) == (200, "remembered")
    assert bench.router.work() == 1


def test_events_of_the_other_mode_are_kept_apart() -> None:
    bench = Bench()

    @bench.router.on("*")
    def fail(event: Event[object]) -> None:
        raise KeyError

    for number in range(20):
        bench.deliver(snapshot(id=f"evt_{number}", livemode=True))
        bench.deliver(snapshot(id=f"evt_{number}", livemode=True))
    bench.deliver(snapshot(id="evt_own"))
    for _ in range(ATTEMPTS):
        bench.router.work()
        bench.world.advance(6 * 3600)

    first, *others = bench.router.quarantined()
    assert (first.event_id, first.scope, first.error) == ("evt_0", "quarantine/live/acct_1", "other_mode")
    assert (len(others), len(bench.router.quarantined(2))) == (19, 2)
    assert [letter.event_id for letter in bench.router.dead_letters(1)] == ["evt_own"]
    assert not bench.router.revive(first)
    assert bench.router.work() == 0


def test_an_event_of_the_other_mode_in_a_shared_store_is_left_to_its_own_router() -> None:
    test = Bench()
    live = Bench(test.store, livemode=True)
    ran = list[str]()

    def note(name: str, _event: Event[object]) -> None:
        ran.append(name)

    for name, bench in (("test", test), ("live", live)):
        bench.router.on("*")(partial(note, name))
    live.deliver(snapshot(livemode=True))
    assert test.router.work() == 1
    assert ran == []
    assert test.router.counts == {"other_mode": 1}
    test.world.advance(LEASE)
    assert live.router.work() == 1
    assert ran == ["live"]


@pytest.mark.parametrize(
    ("secret", "envelope", "answer"),
    [
        (SECRET, snapshot(account=None), (200, "remembered")),
        (SECRET, snapshot(), (400, "wrong_endpoint")),
        (OTHER, snapshot(), (200, "remembered")),
        (OTHER, snapshot(account=None), (400, "wrong_endpoint")),
        (SECRET, thin(), (200, "remembered")),
        (OTHER, thin(context=None), (200, "remembered")),
    ],
)
def test_one_url_may_serve_both_endpoints(secret: str, envelope: object, answer: tuple[int, str]) -> None:
    bench = Bench(secrets=[Secret(SECRET, events_from="platform"), Secret(OTHER, events_from="accounts")])
    assert bench.deliver(envelope, secret=secret) == answer


def test_a_secret_may_be_for_both_kinds_of_events() -> None:
    bench = Bench()
    assert bench.deliver(snapshot()) == (200, "remembered")
    assert bench.deliver(snapshot(account=None)) == (200, "remembered")


@pytest.mark.parametrize("name", ["Stripe-Signature", "stripe-signature", "STRIPE-SIGNATURE"])
def test_headers_may_be_any_mapping_in_any_case(name: str) -> None:
    bench = Bench()
    body = encoded(snapshot())
    headers = MappingProxyType({"Host": "example.com", name: signed(body)["Stripe-Signature"]})
    assert bench.router.handle(body, headers).reason is Reason.REMEMBERED


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"payload=1", Reason.NOT_JSON),
        (b"\xff\xfe", Reason.NOT_JSON),
        (b"[]", Reason.NOT_AN_EVENT),
        (b'{"object": "v2.core.event"}', Reason.NOT_AN_EVENT),
        (encoded({"detail": snapshot()}), Reason.NOT_AN_EVENT),
        (b" " * 2048, Reason.TOO_LARGE),
    ],
)
def test_a_signed_body_that_is_no_event_is_answered_400(body: bytes, reason: Reason) -> None:
    bench = Bench(max_bytes=2047)
    reply = bench.router.handle(body, signed(body))
    assert (reply.status, reply.reason, reply.event_id) == (400, reason, "")
    assert bench.router.counts == {reason: 1}
    assert bench.router.work() == 0


def test_an_unsigned_body_is_answered_400() -> None:
    bench = Bench()
    assert bench.router.handle(encoded(snapshot()), {}).reason is Reason.MISSING_HEADER
    assert bench.deliver(snapshot(), secret=OTHER) == (400, "no_secret_matched")
    body = encoded(snapshot())
    again = json.dumps(json.loads(body), indent=1).encode()
    assert bench.router.handle(again, signed(body)).status == 400
    assert bench.router.work() == 0


def test_the_clock_and_the_tolerance_are_the_routers() -> None:
    bench = Bench(tolerance=60)
    body = encoded(snapshot())
    headers = signed(body)
    bench.world.advance(61)
    assert bench.router.handle(body, headers).reason is Reason.TOO_OLD
    bench.world.advance(-122)
    assert bench.router.handle(body, headers).reason is Reason.FROM_THE_FUTURE


def test_a_store_that_is_away_makes_stripe_deliver_again() -> None:
    bench = Bench(Lost("remember"))
    assert bench.deliver(snapshot()) == (503, "store_unavailable")
    assert bench.router.counts == {"store_unavailable": 1}


def test_a_worker_says_that_the_store_is_away() -> None:
    with pytest.raises(StoreUnavailable):
        Bench(Lost("take")).router.work()


def test_a_handler_that_fails_runs_again_later(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    ran = list[str]()

    @bench.router.on("*")
    def fails_once(_event: Event[object]) -> None:
        ran.append("first")
        if ran == ["first"]:
            message = "ana@example.com has no account"
            raise KeyError(message)

    @bench.router.on("*")
    def runs_all_the_same(_event: Event[object]) -> None:
        ran.append("second")

    bench.deliver(snapshot())
    with caplog.at_level(logging.ERROR, "connectkit"):
        assert bench.router.work() == 1
    assert bench.router.work() == 0
    assert caplog.messages == ["A handler of event evt_1 (mandate.updated) raised KeyError: failed."]
    kept = bench.store._deliveries["test/acct_1", "evt_1"].error
    assert kept.startswith("builtins.KeyError\n")
    assert "ana" not in kept
    bench.world.advance(30)
    assert bench.router.work() == 1
    assert ran == ["first", "second"] * 2
    assert bench.router.counts == {"remembered": 1, "failed": 1, "handled": 1}


def test_the_hook_is_told_each_error_and_whether_it_was_the_last() -> None:
    told = list[tuple[str, str, Outcome]]()

    def tell(event: Event[object], error: Exception, outcome: Outcome) -> None:
        told.append((event.id, repr(error), outcome))

    bench = Bench(on_error=tell)

    @bench.router.on("*")
    def one(_event: Event[object]) -> None:
        raise KeyError(1)

    @bench.router.on("*")
    def two(_event: Event[object]) -> None:
        raise ValueError(2)

    bench.deliver(snapshot())
    while not bench.router.counts.get("given_up"):
        bench.world.advance(6 * 3600)
        assert bench.router.work() == 1
    assert told[:2] == [("evt_1", "KeyError(1)", Outcome.FAILED), ("evt_1", "ValueError(2)", Outcome.FAILED)]
    assert [outcome for _, _, outcome in told[-4:]] == [Outcome.FAILED] * 2 + [Outcome.GIVEN_UP] * 2
    assert len(told) == 2 * ATTEMPTS
    kept = bench.store._deliveries["test/acct_1", "evt_1"].error.splitlines()
    assert [line for line in kept if not line.startswith("  ")] == ["builtins.KeyError", "builtins.ValueError"]
    assert [line.split()[-1] for line in kept if "test_router" in line] == ["one", "two"]


def test_an_event_that_no_worker_survives_is_given_up_unseen() -> None:
    told = list[Exception]()

    def tell(_event: Event[object], error: Exception, _outcome: Outcome) -> None:
        told.append(error)

    bench = Bench(on_error=tell)

    @bench.router.on("*")
    def ends_the_process(_event: Event[object]) -> None:
        raise KeyboardInterrupt

    bench.deliver(snapshot())
    for _ in range(ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            bench.router.work()
        assert bench.router.work() == 0
        bench.world.advance(LEASE)
    assert bench.router.work() == 1
    assert bench.router.counts == {"remembered": 1, "given_up": 1}
    assert [type(error) for error in told] == [ConnectKitError]


def test_handlers_that_outlast_the_lease_are_counted() -> None:
    bench = Bench()

    @bench.router.on("*")
    def long(_event: Event[object]) -> None:
        bench.world.advance(LEASE)
        assert bench.store.take(LEASE) is not None

    bench.deliver(snapshot())
    assert bench.router.work() == 1
    assert bench.router.counts == {"remembered": 1, "overtaken": 1}


def test_a_stored_body_that_cannot_be_read_is_kept_and_reported() -> None:
    bench = Bench()
    bench.store.remember(Delivery("test/acct_1", "evt_1", "mandate.updated", b"{}"))
    assert bench.router.work() == 1
    assert bench.router.counts == {"failed": 1}
    assert bench.store._deliveries["test/acct_1", "evt_1"].error == "not_an_event"


def test_a_worker_can_stop_after_some_events() -> None:
    bench = Bench()
    for number in range(3):
        bench.deliver(snapshot(id=f"evt_{number}"))
    assert [bench.router.work(2), bench.router.work(2), bench.router.work(2)] == [2, 1, 0]
    assert bench.router.work(0) == 0


def test_a_small_application_needs_no_worker() -> None:
    bench = Bench(inline=True)
    ran = list[str]()

    @bench.router.on("*")
    def fails_once(event: Event[object]) -> None:
        ran.append(event.id)
        if len(ran) == 1:
            raise ValueError

    assert bench.deliver(snapshot()) == (200, "remembered")
    bench.world.advance(30)
    assert bench.deliver(snapshot()) == (200, "duplicate")
    assert bench.deliver(snapshot(), secret=OTHER) == (400, "no_secret_matched")
    assert ran == ["evt_1", "evt_1"]


def test_without_workers_a_store_that_goes_away_makes_stripe_deliver_again() -> None:
    assert Bench(Lost("take"), inline=True).deliver(snapshot()) == (503, "store_unavailable")


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"secrets": []}, "secrets"),
        ({"secrets": SECRET}, "secrets"),
        ({"secrets": [""]}, "secrets"),
        ({"secrets": [SECRET, "sk_test_x"]}, "secrets"),
        ({"tolerance": 0}, "tolerance"),
        ({"tolerance": -1}, "tolerance"),
        ({"tolerance": float("nan")}, "tolerance"),
    ],
)
def test_a_router_that_could_accept_nothing_is_refused(options: dict[str, Any], param: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        Bench(**options)
    assert refused.value.param == param


def test_text_instead_of_bytes_is_a_mistake_of_ours() -> None:
    with pytest.raises(InvalidRequest, match="raw bytes"):
        Bench().router.handle(cast("bytes", "{}"), {})


def test_counting_is_exact_among_threads() -> None:
    bench = Bench()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(bench.router.handle, [b""] * 800, [dict[str, str]()] * 800))
    assert bench.router.counts == {"missing_header": 800}


@pytest.mark.parametrize("fails", [False, True])
def test_an_async_router_takes_both_kinds_of_functions(fails: bool) -> None:  # a parameter
    bench = Bench()
    router = in_a_loop(bench.store)
    ran = list[str]()

    @router.on("*")
    async def later(event: Event[object]) -> None:
        await asyncio.sleep(0)
        ran.append(f"later {event.id}")
        if fails:
            raise ValueError

    @router.on("*")
    def now(event: Event[object]) -> None:
        ran.append(f"now {event.id}")

    async def deliver_and_work() -> int:
        body = encoded(snapshot())
        reply = await router.handle(body, signed(body, at=AsyncioWorld().now()))
        assert reply.status == 200
        return await router.work()

    assert asyncio.run(deliver_and_work()) == 1
    assert ran == ["later evt_1", "now evt_1"]
    assert router.counts == {"remembered": 1, "failed" if fails else "handled": 1}


def test_many_tasks_handle_each_event_once() -> None:
    router = in_a_loop()
    ran = list[str]()

    @router.on("*")
    async def note(event: Event[object]) -> None:
        await asyncio.sleep(0)
        ran.append(event.id)

    async def deliver(number: int) -> None:
        body = encoded(snapshot(id=f"evt_{number % 5}", data=about("moon", id=f"moon_{number % 2}")))
        await router.handle(body, signed(body, at=AsyncioWorld().now()))

    async def everything() -> None:
        async with asyncio.TaskGroup() as tasks:
            for number in range(20):
                tasks.create_task(deliver(number))
        while len(ran) < 5:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(4):
                    tasks.create_task(router.work())

    asyncio.run(everything())
    assert sorted(ran) == [f"evt_{number}" for number in range(5)]
