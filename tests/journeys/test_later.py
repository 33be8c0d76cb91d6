"""The transactional outbox: what is written in the caller's transaction is sent by workers, once, or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectkit import (
    AsyncConnect,
    Event,
    InvalidRequest,
    MemoryStore,
    Money,
    NotFound,
    OperationConflict,
    OperationEnd,
    OperationError,
    OperationInProgress,
    Retries,
    SQLiteStore,
    State,
)
from connectkit.models.details import AccountDetails, Individual

from .stages import COLOURS, seller, travel, twin

pytestmark = pytest.mark.parametrize("colour", COLOURS)

AT_ONCE = "pm_card_bypassPending"
SECRET = "whsec_of_a_test"


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.db"


async def funded(connect: AsyncConnect) -> str:
    """Give a seller, and the platform 100 dollars."""
    await connect.charges.separate.create(key="order-0", amount=usd("110.00"), payment_method=AT_ONCE)
    return await seller(connect)


def orders(path: Path) -> Any:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY)")
    return closing(connection)


async def ends(connect: AsyncConnect, colour: str) -> list[OperationEnd]:
    """Give what is told through the router."""
    told: list[OperationEnd] = []

    def note(event: Event[OperationEnd]) -> None:
        told.append(event.data)

    router: Any = connect.webhooks(secrets=(SECRET,))
    router.on("connectkit.operation.*")(note)
    worked = router.work()
    assert (await worked if colour == "asyncio" else worked) == len(told)
    return told


def test_an_order_and_its_transfer_are_committed_together(colour: str, path: Path) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        with orders(path) as connection:
            connection.execute("BEGIN")
            connection.execute("INSERT INTO orders VALUES ('order-1')")
            pending = await connect.later(connection).transfers.create(
                key="order-1", amount=usd("10.00"), destination=ana
            )
            with pytest.raises(OperationError, match="No operation of this name"):
                await pending.result()
            connection.execute("COMMIT")
        assert (pending.key, pending.operation.state) == ("order-1", State.PLANNED)
        with pytest.raises(OperationInProgress):
            await pending.result()
        assert await connect.operations.work() == 1
        transfer = await pending.result()
        assert (transfer.amount, transfer.destination) == (usd("10.00"), ana)
        assert [one.id async for one in connect.transfers.list()] == [transfer.id]
        assert (await connect.operations.result("order-1"))[0]["id"] == transfer.id
        (end,) = await ends(connect, colour)
        assert (end.key, end.state, end.object_id, end.amount) == (
            "order-1",
            State.SUCCEEDED,
            transfer.id,
            usd("10.00"),
        )
        assert await ends(connect, colour) == []

    travel(colour, journey, SQLiteStore(path))


def test_what_is_rolled_back_is_never_sent(colour: str, path: Path) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        with orders(path) as connection:
            connection.execute("BEGIN")
            await connect.later(connection).transfers.create(key="order-1", amount=usd("10.00"), destination=ana)
            connection.execute("ROLLBACK")
        assert await connect.operations.work() == 0
        assert [one async for one in connect.transfers.list()] == []

    travel(colour, journey, SQLiteStore(path))


def test_a_second_one_of_the_same_key_does_not_spoil_the_transaction(colour: str, path: Path) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        with orders(path) as connection:
            for number in range(2):
                connection.execute("BEGIN")
                connection.execute("INSERT INTO orders VALUES (?)", (f"order-{number}",))
                await connect.later(connection).transfers.create(key="one", amount=usd("10.00"), destination=ana)
                connection.execute("COMMIT")
            connection.execute("BEGIN")
            with pytest.raises(OperationConflict, match="amount"):
                await connect.later(connection).transfers.create(key="one", amount=usd("11.00"), destination=ana)
            connection.execute("INSERT INTO orders VALUES ('order-2')")
            connection.execute("COMMIT")
            assert connection.execute("SELECT count(*) FROM orders").fetchone() == (3,)
        assert await connect.operations.work() == 1

    travel(colour, journey, SQLiteStore(path))


def test_whoever_calls_at_once_sends_what_was_planned(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        pending = await connect.later().transfers.create(key="order-1", amount=usd("10.00"), destination=ana)
        made = await connect.transfers.create(key="order-1", amount=usd("10.00"), destination=ana)
        assert await connect.operations.work() == 0
        assert (await pending.result()).id == made.id

    travel(colour, journey)


def test_each_verb_can_be_deferred(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        later = connect.later()
        account = await later.onboarding.create(key="seller-2", country="US", type="standard")
        direct = await later.charges.direct.create(
            key="d", amount=usd("20.00"), account=ana, fee=usd("1.00"), payment_method=AT_ONCE
        )
        destination = await later.charges.destination.create(
            key="e", amount=usd("20.00"), destination=ana, payment_method=AT_ONCE
        )
        separate = await later.charges.separate.create(key="s", amount=usd("20.00"), payment_method=AT_ONCE)
        top_up = await later.topups.create(key="t", amount=usd("5.00"))
        assert await connect.operations.work() == 5
        assert (await account.result()).id.startswith("acct_")
        assert (await top_up.result()).amount == usd("5.00")
        payments = [(await pending.result()).id for pending in (direct, destination, separate)]
        settlement = await later.charges.separate.settle(payments[2], key="settle", shares={ana: usd("15.00")})
        refunds = [
            await later.charges.direct.refund(payments[0], key="rd", account=ana),
            await later.charges.destination.refund(payments[1], key="re"),
        ]
        assert await connect.operations.work() == 3
        assert [transfer.amount for transfer in (await settlement.result()).transfers] == [usd("15.00")]
        assert [(await refund.result()).amount for refund in refunds] == [usd("20.00")] * 2
        refund = await later.charges.separate.refund(payments[2], key="rs")
        transfer = (await settlement.result()).transfers[0]
        with pytest.raises(OperationInProgress):
            await refund.result(wait=0.15)
        assert await connect.operations.work(limit=1) == 1
        assert (await refund.result()).reversals[0].transfer == transfer.id
        again = await connect.transfers.create(key="x", amount=usd("9.00"), destination=ana)
        back = await later.transfers.reverse(again.id, key="back", amount=usd("4.00"))
        payout = await later.payouts.create(key="p", amount=usd("3.00"), account=ana)
        assert await connect.operations.work() == 2
        assert (await back.result()).amount == usd("4.00")
        assert (await payout.result()).amount == usd("3.00")

    travel(colour, journey)


def test_what_holds_personal_data_cannot_be_deferred(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        details = AccountDetails(individual=Individual(first_name="Ana", last_name="Lima"))
        with pytest.raises(InvalidRequest, match="personal data"):
            await connect.later().onboarding.create(key="seller-1", country="US", type="custom", prefill=details)
        assert await connect.operations.list() == []

    travel(colour, journey)


def test_the_urgent_go_first_and_the_early_wait(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        tomorrow = datetime.now(tz=UTC) + timedelta(days=1)
        for key, later in (
            ("tomorrow", connect.later(not_before=tomorrow, priority=9)),
            ("plain", connect.later()),
            ("urgent", connect.later(priority=5)),
        ):
            await later.transfers.create(key=key, amount=usd("1.00"), destination=ana, metadata={"name": key})
        assert await connect.operations.work() == 2
        assert [one.metadata["name"] async for one in connect.transfers.list()] == ["plain", "urgent"]
        (waiting,) = await connect.operations.unfinished()
        assert waiting.identity.key == "tomorrow"
        with pytest.raises(InvalidRequest, match="no zone"):
            connect.later(not_before=datetime(2026, 1, 1))  # noqa: DTZ001  # the mistake that is tried

    travel(colour, journey)


def test_a_refusal_is_told_and_what_got_no_answer_comes_again(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        later = connect.later()
        refused = await later.transfers.create(key="nobody", amount=usd("1.00"), destination="acct_nobody")
        lost = await later.transfers.create(key="lost", amount=usd("1.00"), destination=ana)
        assert await connect.operations.work(limit=1) == 1
        connect.simulator.faults.next("lose_answer", "/v1/transfers")
        assert await connect.operations.work() == 1
        with pytest.raises(NotFound):
            await refused.result()
        (end,) = [end for end in await ends(connect, colour) if end.key == "nobody"]
        assert (end.state, "No such destination" in end.refusal) == (State.REFUSED, True)
        assert (await lost.result()).amount == usd("1.00")

    travel(colour, journey)


def test_what_stays_unknown_is_due_after_a_pause(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        await connect.later().transfers.create(key="lost", amount=usd("1.00"), destination=ana)
        connect.simulator.faults.next("lose_answer", "/v1/transfers", count=1)
        impatient = twin(connect, retries=Retries(attempts=1))
        assert await impatient.operations.work() == 1
        assert await impatient.operations.work() == 0
        (row,) = await connect.operations.unfinished()
        assert (row.state, row.due > row.updated) == (State.UNKNOWN, True)
        assert len(await connect.operations.resume("lost")) == 1
        assert len([one async for one in connect.transfers.list()]) == 1

    travel(colour, journey)


def test_what_never_reached_stripe_stays_planned(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await funded(connect)
        await connect.later().transfers.create(key="early", amount=usd("1.00"), destination=ana)
        connect.simulator.faults.next("rate_limit", "/v1/transfers", count=1)
        assert await twin(connect, retries=Retries(attempts=1)).operations.work() == 1
        (row,) = await connect.operations.unfinished()
        assert (row.state, row.doubt, row.lane) == (State.PLANNED, False, "")

    travel(colour, journey)


def test_a_store_that_cannot_share_a_transaction_says_so(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        with pytest.raises(InvalidRequest, match="A MemoryStore cannot write in your transaction"):
            connect.later(object())

    travel(colour, journey, MemoryStore())


def test_what_is_there_is_changed_and_taken_back_later(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        later: Any = connect.later()

        async def done(pending: Any) -> Any:
            written = await pending
            while await connect.operations.work():
                pass
            return await written.result()

        ana = await funded(connect)
        held = [
            await connect.charges.separate.create(
                key=f"held-{one}", amount=usd("9.00"), payment_method="pm_card_visa", capture_later=True
            )
            for one in range(2)
        ]
        captured = await done(later.charges.capture(held[0].id, key="capture", amount=usd("5.00")))
        assert (captured.status, captured.received) == ("succeeded", usd("5.00"))
        assert (await done(later.charges.cancel(held[1].id, key="give-up"))).status == "canceled"
        await connect.settings.set_payouts(account=ana, interval="manual")
        await connect.transfers.create(key="t", amount=usd("20.00"), destination=ana)
        payout = await connect.payouts.create(key="p", account=ana, amount=usd("5.00"))
        assert (await done(later.payouts.cancel(payout.id, key="p/cancel", account=ana))).status == "canceled"
        topup = await connect.topups.create(key="top", amount=usd("5.00"))
        assert (await done(later.topups.cancel(topup.id, key="top/cancel"))).status == "canceled"
        disputed = await connect.charges.destination.create(
            key="d", amount=usd("10.00"), destination=ana, payment_method="pm_card_createDispute"
        )
        connect.simulator.advance(days=7)
        (dispute,) = [one async for one in connect.disputes.list()]
        assert dispute.payment == disputed.id
        recovery = await done(later.disputes.recover(dispute.id, key="d/recover"))
        assert [one.amount for one in recovery.reversals] == [usd("10.00")]
        assert (await done(later.disputes.close(dispute.id, key="d/close"))).status == "lost"

    travel(colour, journey)
