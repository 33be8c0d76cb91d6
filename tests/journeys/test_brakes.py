"""Brakes, epochs, purges and decisions: what a platform forbids itself, forgets, and settles by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from connectkit import (
    AnswerPurged,
    AsyncConnect,
    Braked,
    Brakes,
    InvalidRequest,
    Limit,
    MemoryStore,
    Money,
    NotFound,
    OperationError,
    OperationInProgress,
    OutcomeUnknown,
    Refused,
    Retries,
    ReviewNeeded,
    State,
    StoreRestored,
)
from connectkit.policies import Policy

from .stages import COLOURS, seller, travel, twin

pytestmark = pytest.mark.parametrize("colour", COLOURS)

AT_ONCE = "pm_card_bypassPending"


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


async def funded(connect: AsyncConnect, key: str = "seller-1") -> str:
    """Give a seller, and the platform some money."""
    await connect.charges.separate.create(key=f"order-{key}", amount=usd("110.00"), payment_method=AT_ONCE)
    return await seller(connect, key)


async def lost(connect: AsyncConnect, ana: str, key: str) -> None:
    """Make a transfer whose answer is lost."""
    connect.simulator.faults.next("lose_answer", "/v1/transfers")
    with pytest.raises(OutcomeUnknown):
        await twin(connect, retries=Retries(attempts=1)).transfers.create(key=key, amount=usd("1.00"), destination=ana)


def sent(connect: AsyncConnect, path: str = "/v1/transfers") -> int:
    return len([seen for seen in connect.simulator.requests if (seen.method, seen.path) == ("POST", path)])


def test_a_stop_holds_everybody_until_it_is_released(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        with pytest.raises(InvalidRequest, match="told why"):
            await connect.brakes.stop("")
        assert (await connect.brakes.stop("an audit")).stopped == "an audit"
        other = twin(connect)
        with pytest.raises(Braked, match="Everything is stopped: an audit") as caught:
            await other.transfers.create(key="t", amount=usd("1.00"), destination=ana)
        assert (caught.value.brake, sent(connect)) == ("stop", 0)
        await connect.later().transfers.create(key="later", amount=usd("1.00"), destination=ana)
        assert await connect.operations.work() == 0
        await connect.brakes.release()
        await other.transfers.create(key="t", amount=usd("1.00"), destination=ana)
        assert (await connect.operations.work(), sent(connect)) == (1, 2)

    travel(colour, journey)


def test_a_stop_ends_repetitions_too_and_leaves_the_doubt(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        await lost(connect, ana, "t")
        await connect.brakes.stop("an audit")
        with pytest.raises(Braked):
            await connect.operations.resume("t")
        standing = await connect.operations.show("t")
        assert standing.state is State.UNKNOWN
        await connect.brakes.release()
        assert len(await connect.operations.resume("t")) == 1
        assert len([one async for one in connect.transfers.list()]) == 1

    travel(colour, journey)


def test_a_stop_that_comes_between_two_sends_is_obeyed(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        platform = await connect.operations.epoch()
        assert platform == 1
        connect.simulator.faults.next("lose_request", "/v1/transfers")
        store: Any = connect.store
        swap = store.set_policy

        def stop_everything(*_: object) -> None:
            (realm,) = {row.identity.realm for row in store._operations.values()}
            assert swap(realm, "", Policy(brakes=Brakes(stopped="pulled")).dumps())

        connect.simulator.faults.next("rate_limit", "/v1/transfers", count=1)
        insert = store.insert

        def insert_and_stop(draft: Any, lease: float) -> Any:
            stored = insert(draft, lease)
            stop_everything()
            return stored

        store.insert = insert_and_stop
        with pytest.raises(Braked, match="pulled"):
            await connect.transfers.create(key="t", amount=usd("1.00"), destination=ana)
        assert sent(connect) == 1
        assert (await connect.operations.show("t")).state is State.UNKNOWN

    travel(colour, journey)


def test_limits_are_per_call_and_per_day_and_account(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana, ben = await funded(connect), await funded(connect, "seller-2")
        limits = (
            Limit(amount=usd("30.00")),
            Limit(amount=usd("40.00"), per="day", account="*"),
            Limit(amount=usd("50.00"), per="day"),
            Limit(amount=usd("5.00"), account=ben, verbs=("transfers.create",)),
        )
        assert (await connect.brakes.set(Brakes(limits=limits))).limits == limits
        assert (await connect.brakes.get()).limits == limits

        async def pay(key: str, amount: str, to: str = ana) -> str:
            try:
                await connect.transfers.create(key=key, amount=usd(amount), destination=to)
            except Braked as error:
                return error.message
            return "paid"

        assert await pay("1", "30.01") == "A limit allows 30.00 usd per call; with this it would be 30.01 usd."
        assert await pay("2", "30.00") == "paid"
        assert await pay("3", "10.01") == "A limit allows 40.00 usd per day; with this it would be 40.01 usd."
        assert await pay("4", "10.00") == "paid"
        assert await pay("5", "5.01", ben) == "A limit allows 5.00 usd per call; with this it would be 5.01 usd."
        assert await pay("6", "5.00", ben) == "paid"
        assert await pay("7", "5.00", ben) == "paid"
        assert await pay("8", "0.50", ben) == "A limit allows 50.00 usd per day; with this it would be 50.50 usd."
        await connect.brakes.set(Brakes())
        assert await pay("8", "0.50", ben) == "paid"

    travel(colour, journey)


def test_refunds_fall_under_limits_by_the_payments_currency(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        payment = await connect.charges.separate.create(key="o", amount=usd("20.00"), payment_method=AT_ONCE)
        await connect.brakes.set(Brakes(limits=(Limit(amount=usd("5.00")),)))
        with pytest.raises(Braked, match=r"it would be 20\.00 usd"):
            await connect.charges.separate.refund(payment.id, key="r")
        assert (await connect.charges.separate.refund(payment.id, key="s", amount=usd("5.00"))).amount == usd("5.00")

    travel(colour, journey)


def test_only_allowed_destinations_are_paid(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana, ben = await funded(connect), await funded(connect, "seller-2")
        await connect.brakes.set(Brakes(destinations=[ana]))
        await connect.transfers.create(key="1", amount=usd("1.00"), destination=ana)
        with pytest.raises(Braked, match="not among the allowed destinations") as caught:
            await connect.transfers.create(key="2", amount=usd("1.00"), destination=ben)
        assert caught.value.brake == "destination"
        with pytest.raises(Braked):
            await connect.payouts.create(key="3", amount=usd("1.00"), account=ben)
        await connect.later().transfers.create(key="4", amount=usd("1.00"), destination=ben)
        assert await connect.operations.work() == 1
        assert await connect.operations.work() == 0
        (waiting,) = await connect.operations.unfinished(account=ben)
        assert waiting.state is State.PLANNED

    travel(colour, journey)


def test_a_dry_run_says_what_it_would_send(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        await connect.brakes.set(Brakes(dry_run=True))
        with pytest.raises(Braked, match=r"dry run: POST /v1/transfers of 1.00 usd was not sent") as caught:
            await connect.transfers.create(key="1", amount=usd("1.00"), destination=ana)
        assert (caught.value.brake, sent(connect)) == ("dry_run", 0)
        with pytest.raises(Braked, match=r"POST /v2/core/accounts was not sent"):
            await connect.onboarding.create(key="2", country="US", type="express")
        await connect.brakes.set(Brakes())
        await connect.transfers.create(key="1", amount=usd("1.00"), destination=ana)

    travel(colour, journey)


def test_an_old_backup_refuses_until_it_is_rebuilt_and_pays_nothing_twice(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        backup = datetime.now(tz=UTC)
        first = await connect.transfers.create(key="known", amount=usd("1.00"), destination=ana)
        done = await connect.transfers.create(key="order-1", amount=usd("2.00"), destination=ana)
        connect.simulator.advance(hours=30)  # Stripe has forgotten the wire keys
        now = datetime.now(tz=UTC) + timedelta(hours=30)
        restored = MemoryStore(lambda: now)
        again = twin(connect, store=restored, epoch=2)
        for attempt in (
            lambda: again.transfers.create(key="order-1", amount=usd("2.00"), destination=ana),
            again.operations.work,
        ):
            with pytest.raises(StoreRestored, match="The store is of epoch 1, and the fleet agreed on 2"):
                await attempt()
        with pytest.raises(InvalidRequest, match="lies ahead"):
            await again.operations.rebuild(since=backup + timedelta(days=9), epoch=2)
        with pytest.raises(InvalidRequest, match="is of epoch 1 already"):
            await again.operations.rebuild(since=backup, epoch=1)
        policy = await again.operations.rebuild(since=backup, epoch=2)
        assert (policy.epoch, await again.operations.epoch(), len(policy.gaps)) == (2, 2, 1)
        found = await again.transfers.create(key="order-1", amount=usd("2.00"), destination=ana)
        assert found.id == done.id
        fresh = await again.transfers.create(key="order-2", amount=usd("2.00"), destination=ana)
        assert fresh.id not in {first.id, done.id}
        assert len([one async for one in connect.transfers.list()]) == 3

    travel(colour, journey)


def test_what_was_purged_is_not_done_again(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        made = await connect.transfers.create(key="t", amount=usd("1.00"), destination=ana)
        payment = await connect.charges.separate.create(key="o", amount=usd("9.00"), payment_method=AT_ONCE)
        await connect.charges.separate.settle(payment.id, key="s", shares={ana: usd("5.00")})
        with pytest.raises(NotFound):
            await connect.transfers.create(key="n", amount=usd("1.00"), destination="acct_nobody")
        with pytest.raises(InvalidRequest, match="no zone"):
            await connect.operations.purge(before=datetime(2026, 1, 1))  # noqa: DTZ001  # the mistake that is tried
        before = datetime.now(tz=UTC) + timedelta(hours=1)
        assert await connect.operations.purge(before=before, account="acct_other") == 0
        assert await connect.operations.purge(before=before, account=ana) > 0
        assert await connect.operations.purge(before=before) > 0
        again = await connect.transfers.create(key="t", amount=usd("1.00"), destination=ana)
        assert (again, again.receipt.replayed) == (made, True)
        with pytest.raises(AnswerPurged) as caught:
            await connect.charges.separate.settle(payment.id, key="s", shares={ana: usd("5.00")})
        assert caught.value.object_id.startswith("tr_")
        with pytest.raises(AnswerPurged):
            await connect.operations.result("t")
        with pytest.raises(NotFound):
            await connect.transfers.create(key="n", amount=usd("1.00"), destination="acct_nobody")
        refused = (await connect.operations.list(states=[State.REFUSED]))[0]
        await connect.operations.purge(before=before)
        with pytest.raises(InvalidRequest, match="purged"):
            await connect.operations.resume(evolve(refused, request=""))
        with pytest.raises(InvalidRequest, match="cannot be settled by one object"):
            await connect.operations.settle("n", "tr_1")
        assert len([one async for one in connect.transfers.list()]) == 2

    travel(colour, journey)


def test_a_refusal_that_spent_its_key_outlives_a_purge(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        for amount in ("500.00", "500.00"):
            with pytest.raises(Refused):
                await connect.transfers.create(key="big", amount=usd(amount), destination=ana)
        await connect.operations.purge(before=datetime.now(tz=UTC) + timedelta(hours=1))
        await connect.charges.separate.create(key="more", amount=usd("600.00"), payment_method=AT_ONCE)
        made = await connect.transfers.create(key="big", amount=usd("500.00"), destination=ana)
        assert made.amount == usd("500.00")
        keys = [seen.key for seen in connect.simulator.requests if seen.path == "/v1/transfers" and seen.key]
        assert len(keys) == len(set(keys)) == 3

    travel(colour, journey)


def test_how_an_operation_stands_is_told(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        await lost(connect, ana, "lost")
        await connect.later().transfers.create(key="planned", amount=usd("1.00"), destination=ana)
        with pytest.raises(NotFound):
            await connect.transfers.create(key="refused", amount=usd("1.00"), destination="acct_nobody")
        shown = [await connect.operations.show(key) for key in ("lost", "planned", "refused", "order-seller-1")]
        assert [one.state for one in shown] == [State.UNKNOWN, State.PLANNED, State.REFUSED, State.SUCCEEDED]
        assert (shown[0].amount, shown[0].account) == (usd("1.00"), ana)
        assert "resume" in shown[0].next_step
        assert "No such destination" in shown[2].why
        for attempt in (connect.operations.show, connect.operations.resume, connect.operations.result):
            with pytest.raises(OperationError, match="No operation of this name"):
                await attempt("unheard of")

    travel(colour, journey)


def test_a_person_settles_what_no_rule_can(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        await lost(connect, ana, "lost")
        (made,) = [one async for one in connect.transfers.list()]
        with pytest.raises(NotFound):
            await connect.operations.settle("lost", "tr_nowhere")
        settled = await connect.operations.settle("lost", made.id)
        assert (settled.state, settled.object_id) == (State.SUCCEEDED, made.id)
        again = await connect.transfers.create(key="lost", amount=usd("1.00"), destination=ana)
        assert (again.id, again.amount, sent(connect)) == (made.id, usd("1.00"), 1)

    travel(colour, journey)


def test_a_person_gives_up_and_the_doubt_stays(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        await lost(connect, ana, "lost")
        await connect.later().transfers.create(key="planned", amount=usd("1.00"), destination=ana)
        with pytest.raises(InvalidRequest, match="needs a reason"):
            await connect.operations.abandon("lost", why="")
        assert (await connect.operations.abandon("lost", why="nobody waits")).state is State.REFUSED
        await connect.operations.abandon("planned", why="the order was cancelled")
        assert (await connect.operations.work(), await connect.operations.unfinished()) == (0, [])
        assert "the order was cancelled" in (await connect.operations.show("planned")).why
        await connect.transfers.create(key="lost", amount=usd("1.00"), destination=ana)
        assert len([one async for one in connect.transfers.list()]) == 1
        with pytest.raises(InvalidRequest, match="has succeeded"):
            await connect.operations.abandon("lost", why="too late")

    travel(colour, journey)


def test_what_is_being_sent_is_not_decided_upon(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        await lost(connect, ana, "lost")
        (row,) = await connect.operations.unfinished()
        store: Any = connect.store
        held = store._operations[row.identity]
        until = datetime.now(tz=UTC) + timedelta(hours=1)
        store._operations[row.identity] = evolve(held, state=State.STARTED, lease_until=until)
        with pytest.raises(OperationInProgress):
            await connect.operations.abandon("lost", why="now")
        assert "Somebody is sending it" in (await connect.operations.show("lost")).why
        store._operations[row.identity] = evolve(held, state=State.REVIEW, refusal='{"duplicates": ["tr_1", "tr_2"]}')
        with pytest.raises(ReviewNeeded):
            await connect.operations.result("lost")

    travel(colour, journey)
