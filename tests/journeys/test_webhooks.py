"""Events from a sandbox, through a router, to functions: in both colours."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from attrs import evolve

from connectkit import (
    AsyncConnect,
    Event,
    EventHandlers,
    InvalidRequest,
    Money,
    OutcomeUnknown,
    Payout,
    Retries,
    SQLiteStore,
    State,
)
from connectkit.drive import run
from connectkit.sdk import API_VERSION
from connectkit.storage.records import NEVER

from .stages import COLOURS, seller, travel, twin

pytestmark = pytest.mark.parametrize("colour", COLOURS)

SECRET = "whsec_journey"  # signs what is simulated
AT_ONCE = "pm_card_bypassPending"


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


def client(event: Event[Any], colour: str) -> Any:
    """Give the client that an event brings, with every verb to be awaited."""
    from connectkit.testing.colours import awaited  # noqa: PLC0415

    return awaited(event.connect) if colour == "blocking" else event.aconnect


def sellers(account: str | None) -> bool:
    return account is not None


def ignore(_event: Event[Any]) -> None:
    """Take anything."""


class Mailbox:
    """Keeps what the simulator delivers until it is handed in, so that a test chooses order and number."""

    def __init__(self, connect: AsyncConnect, **options: Any) -> None:
        self.bodies: list[tuple[bytes, Mapping[str, str]]] = []
        self.router: Any = router_of(connect, **options)
        for accounts in (False, True):
            connect.simulator.subscribe(self.keep, SECRET, connect=accounts)

    def keep(self, body: bytes, headers: Mapping[str, str]) -> None:
        self.bodies.append((body, headers))

    async def hand_in(self, *, backwards: bool = False) -> list[str]:
        bodies, self.bodies = self.bodies[:: -1 if backwards else 1], []
        return [str((await self.router.handle(body, headers)).reason) for body, headers in bodies]

    async def work(self) -> int:
        return int(await self.router.work())


def router_of(connect: AsyncConnect, **options: Any) -> Any:
    """Give a router whose verbs are awaited, of whatever colour it is."""
    return AwaitedRouter(connect.webhooks(secrets=[SECRET], **options))


class AwaitedRouter:
    def __init__(self, router: Any) -> None:
        self._router = router

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._router, name)
        if not callable(verb) or name in {
            "on",
            "include",
            "settle_operations",
            "track_accounts",
            "follow_payouts",
            "fulfil_payments",
        }:
            return verb

        async def awaited(*arguments: Any, **named: Any) -> Any:
            result = verb(*arguments, **named)
            return await result if asyncio.iscoroutine(result) else result

        return awaited


async def paid_out(connect: AsyncConnect, key: str = "po", amount: str = "5.00") -> tuple[str, str]:
    account = await seller(connect, key=f"seller-{key}")
    await connect.settings.set_payouts(account=account, interval="manual")
    await connect.charges.separate.create(key=f"f-{key}", amount=usd("90.00"), payment_method=AT_ONCE)
    await connect.transfers.create(key=f"t-{key}", amount=usd("9.00"), destination=account)
    payout = await connect.payouts.create(key=key, amount=usd(amount), account=account)
    return payout.id, account


def test_functions_of_parts_are_handed_the_events_of_their_accounts(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        seen: list[str] = []
        part, inner = EventHandlers(), EventHandlers()
        box = Mailbox(connect)

        @inner.on("payout.created")
        def note(event: Event[Payout]) -> None:
            seen.append(f"{event.account} {event.data.amount.amount}")

        _, first = await paid_out(connect, "a")
        _, second = await paid_out(connect, "b", "6.00")
        part.include(inner, accounts=sellers)
        box.router.include(part, accounts=[second])
        box.router.include(part, accounts=["acct_nobody"])
        other = EventHandlers()
        other.on("payout.canceled")(ignore)
        box.router.include(other)
        await box.hand_in()
        await box.work()
        assert seen == [f"{second} 600"]
        assert first != second
        assert box.router.types == ["payout.canceled", "payout.created"]

    travel(colour, journey)


def test_an_event_brings_the_client_of_its_account(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        box = Mailbox(connect)
        seen: list[Money] = []

        def look(event: Event[Payout]) -> Any:
            own = client(event, colour)

            async def read() -> None:
                seen.append((await own.balances.retrieve()).available_in("usd"))
                seen.append((await own.payouts.retrieve(event.object_id)).amount)

            return read() if colour == "asyncio" else run(read())

        box.router.on("payout.created")(look)
        await paid_out(connect)
        await box.hand_in()
        await box.work()
        assert seen == [usd("4.00"), usd("5.00")]
        assert box.router.counts["handled"] == 1
        assert connect.for_account(None) is not connect
        with pytest.raises(InvalidRequest):
            connect.for_account("po_1")

    travel(colour, journey)


def test_stale_events_are_passed_over_and_current_ones_are_read(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        box = Mailbox(connect)
        seen: list[str] = []

        @box.router.on("payout.*", skip_stale=True)  # type: ignore[untyped-decorator]
        def newest(event: Event[Payout]) -> None:
            seen.append(f"newest {event.type}")

        @box.router.on("payout.created", current=True)  # type: ignore[untyped-decorator]
        def present(event: Event[Payout]) -> None:
            seen.append(f"present {event.data.status}")

        await paid_out(connect)
        connect.simulator.advance(days=3)
        await box.hand_in(backwards=True)
        await box.work()
        assert seen == ["newest payout.paid", "present paid"]
        assert box.router.counts["stale"] == 1

    travel(colour, journey)


def test_an_effect_in_a_transaction_is_written_once(colour: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE effects (event TEXT)")
        connection.commit()
    fails = iter([True, False])

    async def journey(connect: AsyncConnect) -> None:
        box = Mailbox(connect)

        def book(event: Event[Payout]) -> Any:
            async def write() -> None:
                with closing(sqlite3.connect(path)) as connection, connection:
                    first = event.once(connection) if colour == "blocking" else await event.aonce(connection)
                    if first:
                        connection.execute("INSERT INTO effects VALUES (?)", (event.id,))

            return write() if colour == "asyncio" else run(write())

        def breaks(_event: Event[Payout]) -> None:
            if next(fails):
                raise ValueError

        box.router.on("payout.created")(book)
        box.router.on("payout.created")(breaks)
        await paid_out(connect)
        assert set(await box.hand_in()) == {"remembered"}
        await box.work()
        assert box.router.counts["failed"] == 1
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE connectkit_deliveries SET lease_until = 0")
        await box.work()
        assert box.router.counts["handled"] == 1

    with SQLiteStore(path) as store:
        travel(colour, journey, store)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM effects").fetchone() == (1,)


def test_what_an_event_reaches_for_is_there_in_a_handler_alone(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        box = Mailbox(connect)
        refused: list[str] = []
        kept: list[Event[Any]] = []

        @box.router.on("payout.created")  # type: ignore[untyped-decorator]
        def reach(event: Event[Payout]) -> None:
            attempts: list[Callable[[], object]] = [
                lambda: event.once(object()),
                (lambda: event.aconnect) if colour == "blocking" else (lambda: event.connect),
            ]
            for attempt in attempts:
                with pytest.raises(InvalidRequest) as error:
                    attempt()
                refused.append(str(error.value))
            kept.append(event)

        await paid_out(connect)
        await box.hand_in()
        await box.work()
        assert "cannot write in your transaction" in refused[0]
        assert "of the other colour" in refused[1]
        from connectkit.webhooks.events import parse  # noqa: PLC0415

        alone = parse(b'{"object":"event","id":"evt_1","type":"a","created":1,"livemode":false,"data":{"object":{}}}')
        assert isinstance(alone, Event)
        with pytest.raises(InvalidRequest, match="Only an event that a router hands"):
            _ = alone.connect
        assert kept[0].kind == "payout"

    travel(colour, journey)


def test_dead_letters_are_found_and_revived(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        box = Mailbox(connect)
        broken = True

        @box.router.on("payout.created")  # type: ignore[untyped-decorator]
        def breaks(_event: Event[Payout]) -> None:
            if broken:
                message = "ana@example.com"
                raise ValueError(message)

        await paid_out(connect)
        await box.hand_in()
        store = cast("Any", connect.store)
        for _ in range(22):
            await box.work()
            for name, row in store._deliveries.items():
                store._deliveries[name] = evolve(row, lease_until=NEVER)
        (letter,) = await box.router.dead_letters()
        assert (letter.type, letter.attempts) == ("payout.created", 22)
        assert "builtins.ValueError" in letter.error
        assert "in breaks" in letter.error
        assert "ana" not in letter.error + repr(letter)
        broken = False
        assert await box.router.revive(letter)
        assert not await box.router.revive(letter)
        await box.work()
        assert await box.router.dead_letters() == []
        assert box.router.counts["given_up"] == 1

    travel(colour, journey)


def test_what_never_came_is_fetched_in_order(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        router = router_of(connect)
        seen: list[str] = []

        @router.on("payout.*")  # type: ignore[untyped-decorator]
        def note(event: Event[Any]) -> None:
            seen.append(event.type)

        since = datetime.now(tz=UTC) - timedelta(days=2)
        _, account = await paid_out(connect)
        connect.simulator.advance(days=3)
        silences = await router.silences(since=since, accounts=[None, account])
        missing = {(one.account, one.type): one.missing for one in silences}
        assert missing[account, "payout.paid"] == 1
        assert (None, "payout.paid") not in missing
        found = await router.replay_missing(since=since, accounts=[account])
        assert found.seen == found.remembered > 0
        again = await router.replay_missing(since=since, accounts=[account])
        assert (again.seen, again.remembered) == (found.seen, 0)
        assert await router.silences(since=since, accounts=[account]) == []
        await router.work()
        assert seen == ["payout.created", "payout.updated", "payout.paid"]
        for wrong in (datetime.now(), since - timedelta(days=40)):  # noqa: DTZ005  # that is what is wrong
            with pytest.raises(InvalidRequest):
                await router.replay_missing(since=wrong)

    travel(colour, journey)


def test_a_change_that_comes_thin_and_whole_is_handled_once(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        box = Mailbox(connect, twins=True)
        connect.simulator.subscribe(box.keep, SECRET, connect=True, events=["v1.payout.*"], thin=True)
        seen: list[str] = []

        def note(event: Event[Any]) -> None:
            seen.append(f"{event.type} {event.account is not None}")

        for pattern in ("payout.*", "v1.payout.*"):
            box.router.on(pattern)(note)
        await paid_out(connect)
        thin = [one for one in box.bodies if b"v2.core.event" in one[0]]
        whole = [one for one in box.bodies if b"v2.core.event" not in one[0]]
        assert len(thin) == 1
        box.bodies = [*whole, *thin]
        await box.hand_in()
        await box.work()
        assert seen == ["payout.created True"]
        assert box.router.counts["twin"] == 1
        connect.simulator.advance(days=3)
        thin = [one for one in box.bodies if b"v2.core.event" in one[0]]
        whole = [one for one in box.bodies if b"v2.core.event" not in one[0]]
        box.bodies = thin
        await box.hand_in()
        await box.work()
        box.bodies = whole
        assert set(await box.hand_in()) >= {"duplicate"}
        await box.work()
        assert sorted(seen[1:]) == ["v1.payout.paid True", "v1.payout.updated True"]

    travel(colour, journey)


def test_an_operation_is_settled_by_the_event_that_tells_of_it(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        box = Mailbox(connect)
        box.router.settle_operations()
        account = await seller(connect)
        await connect.charges.separate.create(key="f", amount=usd("90.00"), payment_method=AT_ONCE)
        connect.simulator.faults.next("lose_answer")
        impatient = twin(connect, retries=Retries(attempts=1))
        with pytest.raises(OutcomeUnknown):
            await impatient.transfers.create(key="t", amount=usd("9.00"), destination=account)
        payment = await connect.charges.separate.create(
            key="o", amount=usd("20.00"), payment_method=AT_ONCE, transfer_group="o"
        )
        connect.simulator.faults.next("lose_answer")
        with pytest.raises(OutcomeUnknown):
            await impatient.charges.separate.settle(payment.id, key="s", shares={account: usd("8.00")})
        left = await connect.operations.unfinished()
        assert {(one.identity.key, one.identity.step == "") for one in left} >= {("t", True), ("s", True), ("s", False)}
        await box.hand_in()
        await box.work()
        assert await connect.operations.unfinished() == []
        for key in ("t", "s"):
            assert (await connect.operations.show(key)).state is State.SUCCEEDED
        assert "failed" not in box.router.counts

    travel(colour, journey)


def test_endpoints_are_made_rotated_and_compared(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        router = router_of(connect)
        router.on("payout.*")(ignore)
        router.on("account.updated")(ignore)
        router.on("connectkit.operation.*")(ignore)
        url = "https://shop.example/webhooks"
        made = await connect.endpoints.create(url=url, events=["payout.*", "topup.failed"], connected_accounts=True)
        assert made.secret.startswith("whsec_")
        assert made.secret not in repr(made)
        assert "payout.failed" in made.events
        compared = await connect.endpoints.check(router.types)
        assert (compared.missing, compared.unheard, compared.complete) == (
            ("account.updated",),
            ("topup.failed",),
            False,
        )
        changed = await connect.endpoints.update(made.id, events=["payout.*", "account.updated"])
        assert (changed.secret, changed.url) == ("", url)
        assert (await connect.endpoints.check(router.types)).complete
        rotated = await connect.endpoints.rotate(made.id, connected_accounts=True)
        assert (rotated.events, rotated.url) == (changed.events, url)
        assert rotated.secret not in {"", made.secret}
        await connect.endpoints.update(made.id, enabled=False)
        assert (await connect.endpoints.check(router.types)).disabled == (made.id,)
        for _ in range(2):
            await connect.endpoints.delete(made.id)
        assert [one.id async for one in connect.endpoints.list()] == [rotated.id]
        assert (await connect.endpoints.check(router.types)).outdated == ()
        old = connect.stripe.v1.webhook_endpoints.create(
            {"url": url, "enabled_events": ["payout.paid"], "api_version": "2025-09-30.clover"}
        )
        assert (await connect.endpoints.check(router.types)).outdated == (old.id,)
        await connect.endpoints.update(rotated.id, events=["*"], url="https://shop.example/hooks")
        assert (await connect.endpoints.check(["*"])).complete
        for wrong in ([], ["moon.*"]):
            with pytest.raises(InvalidRequest):
                await connect.endpoints.create(url=url, events=wrong)

    travel(colour, journey)


def test_thin_events_that_no_destination_is_sent_are_found(colour: str) -> None:
    wanted = ("v1.payout.paid", "v2.core.account.closed", "v2.core.account_person.*", "payout.paid")

    async def journey(connect: AsyncConnect) -> None:
        async def missing() -> tuple[str, ...]:
            return (await connect.endpoints.check(wanted)).missing_thin

        async def add(*events: str) -> str:
            made = await connect.destinations.create(name="shop", url="https://shop.example/webhooks", events=events)
            return made.id

        assert await missing() == wanted[:3]
        await add("v1.payout.paid", "v2.core.account_person.created")
        assert await missing() == ("v2.core.account.closed",)
        every = await add("*")
        assert await missing() == ()
        await connect.destinations.disable(every)
        assert await missing() == ("v2.core.account.closed",)
        await connect.destinations.enable(every)
        assert await missing() == ()
        assert (await connect.endpoints.check(["v1.payout.failed", "*"])).missing_thin == ("v1.payout.failed",)

    travel(colour, journey)


def test_destinations_are_made_changed_and_rotated(colour: str) -> None:
    url = "https://shop.example/webhooks"

    async def journey(connect: AsyncConnect) -> None:
        old = await connect.destinations.create(
            name="Shop",
            url=url,
            events=["v1.payout.paid", "payout.paid"],
            description="for payouts",
            metadata={"a": "b"},
        )
        assert (old.events, old.events_from, old.payload, old.url) == (("v1.payout.paid",), ("@self",), "thin", url)
        assert old.secret.startswith("whsec_")
        assert old.secret not in f"{old!r} {old.raw}"
        found = await connect.destinations.retrieve(old.id)
        assert (found.secret, found.name, found.description, found.api_version) == ("", "Shop", "for payouts", "")
        changed = await connect.destinations.update(old.id, events=["v2.core.account.closed"], name="Sellers")
        assert (changed.events, changed.name, changed.url) == (("v2.core.account.closed",), "Sellers", url)
        assert (await connect.destinations.update(old.id, url="https://shop.example/new")).url.endswith("/new")
        off = await connect.destinations.disable(old.id)
        assert (off.status, off.disabled_reason) == ("disabled", "user")
        on = await connect.destinations.enable(old.id)
        assert (on.status, on.disabled_reason) == ("enabled", "")
        new = await connect.destinations.rotate(old.id)
        assert new.secret not in {"", old.secret}
        assert (new.events, new.name, dict(new.metadata)) == (changed.events, "Sellers", {"a": "b"})
        for _ in range(2):
            await connect.destinations.delete(old.id)
        assert [one.id async for one in connect.destinations.list()] == [new.id]

    travel(colour, journey)


def test_a_destination_is_sent_whole_events_of_every_account_and_a_ping(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.destinations.create(
            name="whole",
            url="https://shop.example/webhooks",
            events=["payout.*"],
            payload="snapshot",
            events_from=["@self", "@accounts"],
        )
        assert (made.payload, made.api_version, made.events_from) == ("snapshot", API_VERSION, ("@self", "@accounts"))
        assert {"payout.paid", "payout.failed"} < set(made.events)
        twice = await connect.destinations.rotate(made.id)
        assert (twice.payload, twice.events, twice.events_from) == (made.payload, made.events, made.events_from)
        event_id = await connect.destinations.ping(made.id)
        assert connect.stripe.v2.core.events.retrieve(event_id).type == "v2.core.event_destination.ping"

    travel(colour, journey)


def test_what_no_destination_can_be_sent_is_refused_before_it_is_asked_for(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        wrong: list[dict[str, Any]] = [
            {"events": []},
            {"events": "v1.payout.paid"},
            {"events": ["payout.paid"]},
            {"events": ["v1.payout.paid"], "payload": "fat"},
            {"events": ["v1.payout.paid"], "events_from": "@self"},
        ]
        before = len(connect.simulator.requests)
        for arguments in wrong:
            with pytest.raises(InvalidRequest):
                await connect.destinations.create(name="x", url="https://shop.example/", **arguments)
        assert len(connect.simulator.requests) == before

    travel(colour, journey)


def test_an_envelope_comes_in_by_its_own_entrance(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        box = Mailbox(connect)
        await paid_out(connect)
        body = next(body for body, _ in box.bodies if b"payout.created" in body).decode()
        over_aws = f'{{"detail-type": "payout.created", "source": "aws.partner/stripe.com", "detail": {body}}}'
        over_azure = f'{{"specversion": "1.0", "source": "stripe", "type": "payout.created", "data": {body}}}'
        replies = [await box.router.handle_envelope(one.encode()) for one in (over_aws, over_azure, body, "no")]
        assert [str(reply.reason) for reply in replies] == ["remembered", "duplicate", "no_envelope", "no_envelope"]
        assert (await box.router.handle(over_aws.encode(), {})).status == 400

    travel(colour, journey)
