"""Fulfilment where several want to deliver at once, where somebody dies over it, and in the shop's own database."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from tests.simulator.driver import Driver

from connectkit import (
    AsyncConnect,
    Connect,
    FulfilmentState,
    InvalidRequest,
    LineItem,
    Money,
    OperationInProgress,
    PaidOrder,
    PaidPayment,
    SQLiteStore,
)
from connectkit.storage.records import Note, Realm

from .stages import COLOURS, seller, travel
from .test_webhooks import Mailbox

CHAIR = [LineItem(name="Chair", price=Money.of("25.00", "usd"))]
BACK = "https://shop.example/thanks"


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Connect]:
    with SQLiteStore(str(tmp_path / "shop.db")) as store, Connect.sandbox(store=store) as connect:
        yield connect


@pytest.fixture
def paid(connect: Connect) -> str:
    session = connect.checkout.separate.create(key="order-1", line_items=CHAIR, success_url=BACK)
    connect.simulator.pay(session.id)
    return session.id


def note_of(connect: Connect, session: str) -> Note:
    platform = connect.simulator.world.platform
    found: Any = connect.store.note(Realm("", platform, livemode=False), "fulfilment", session)
    assert isinstance(found, Note)
    return found


def test_of_several_at_once_one_delivers(connect: Connect, paid: str) -> None:
    entered, leave = threading.Event(), threading.Event()
    delivered: list[str] = []
    seen: list[Any] = []

    def slowly(order: PaidOrder) -> None:
        entered.set()
        assert leave.wait(30)
        delivered.append(order.session.id)

    first = threading.Thread(target=lambda: seen.append(connect.checkout.fulfil(paid, slowly)))
    first.start()
    assert entered.wait(30)
    assert connect.checkout.fulfil(paid, slowly).state is FulfilmentState.BUSY
    patient = threading.Thread(target=lambda: seen.append(connect.checkout.fulfil(paid, slowly, wait=30.0)))
    patient.start()
    leave.set()
    first.join()
    patient.join()
    assert delivered == [paid]
    assert sorted(one.now for one in seen) == [False, True]


def test_a_webhook_comes_back_while_the_landing_page_delivers(connect: Connect, paid: str) -> None:
    refused: list[Exception] = []
    router = connect.webhooks(secrets=["whsec_simulator"], on_error=lambda _, error, __: refused.append(error))
    inner: list[PaidOrder] = []
    router.fulfil(inner.append)
    box: list[tuple[bytes, Any]] = []

    def post(body: bytes, headers: Any) -> int:
        box.append((body, headers))
        return 200

    connect.simulator.subscribe(post, events=("checkout.session.completed",))
    other = connect.checkout.separate.create(key="order-2", line_items=CHAIR, success_url=BACK)
    connect.simulator.pay(other.id)

    def deliver(order: PaidOrder) -> None:
        router.handle(*box[0])
        router.work()
        assert order.session.id == other.id

    assert connect.checkout.fulfil(other.id, deliver).now
    assert [type(error) for error in refused] == [OperationInProgress]
    assert inner == []


def test_whoever_dies_over_it_is_succeeded_when_his_time_is_up(connect: Connect, paid: str) -> None:
    delivered: list[PaidOrder] = []

    def dies(order: PaidOrder) -> None:
        del order
        raise SystemExit

    with pytest.raises(SystemExit):
        connect.checkout.fulfil(paid, dies)
    note = note_of(connect, paid)
    long_ago = (connect._parts.caller.world.now() - timedelta(minutes=1)).isoformat()
    assert connect.store.set_note(evolve(note, text=f'{{"until":"{long_ago}"}}'))
    assert connect.checkout.fulfil(paid, delivered.append).now
    assert [order.session.id for order in delivered] == [paid]


def test_who_was_taken_over_meanwhile_does_not_undo_it(connect: Connect, paid: str) -> None:
    def overtaken(order: PaidOrder) -> None:
        assert connect.store.set_note(evolve(note_of(connect, order.session.id), text='{"done":true}'))

    assert connect.checkout.fulfil(paid, overtaken).now
    assert not connect.checkout.fulfil(paid, overtaken).now


def test_who_loses_the_claim_looks_again(connect: Connect, paid: str, monkeypatch: pytest.MonkeyPatch) -> None:
    delivered: list[PaidOrder] = []
    caller = connect.checkout._source._caller
    set_note, lost = caller.set_note, [True]

    async def losing(note: Note) -> bool:
        return False if lost and lost.pop() else await set_note(note)

    monkeypatch.setattr(caller, "set_note", losing)
    assert connect.checkout.fulfil(paid, delivered.append).now
    assert len(delivered) == 1


@pytest.mark.parametrize("colour", COLOURS)
def test_an_effect_in_the_shops_own_transaction_is_written_once(colour: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as shop:
        shop.execute("CREATE TABLE shipped (session TEXT)")
        shop.commit()

    async def ship(order: PaidOrder) -> None:
        with closing(sqlite3.connect(path)) as shop, shop:
            first = order.once(shop) if colour == "blocking" else await order.aonce(shop)
            if first:
                shop.execute("INSERT INTO shipped VALUES (?)", (order.session.id,))

    async def ships_and_dies(order: PaidOrder) -> None:
        await ship(order)
        message = "It died after its own commit, before ours."
        raise RuntimeError(message)

    async def journey(connect: AsyncConnect) -> None:
        session = await connect.checkout.separate.create(key="order-1", line_items=CHAIR, success_url=BACK)
        connect.simulator.pay(session.id)
        with pytest.raises(RuntimeError):
            await connect.checkout.fulfil(session.id, ships_and_dies)
        assert (await connect.checkout.fulfil(session.id, ship)).now
        with closing(sqlite3.connect(path)) as shop:
            assert shop.execute("SELECT session FROM shipped").fetchall() == [(session.id,)]

    with SQLiteStore(path) as store:
        travel(colour, journey, store)


def test_a_store_without_transactions_says_so() -> None:
    def deliver(order: PaidOrder) -> None:
        order.once(object())

    with Connect.sandbox() as connect:
        session = connect.checkout.separate.create(key="order-1", line_items=CHAIR, success_url=BACK)
        connect.simulator.pay(session.id)
        with pytest.raises(InvalidRequest, match="MemoryStore cannot write"):
            connect.checkout.fulfil(session.id, deliver)


def test_a_blocking_router_takes_no_async_function(connect: Connect) -> None:
    async def deliver(order: PaidOrder) -> None:
        del order

    with pytest.raises(InvalidRequest, match="async function"):
        connect.webhooks(secrets=["whsec_simulator"]).fulfil(deliver)


SLOW = "pm_usBankAccount_success"
BOTH = pytest.mark.parametrize("colour", COLOURS)


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


@BOTH
def test_a_payment_without_checkout_is_delivered_once_from_webhook_and_landing_page(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        box, shipped = Mailbox(connect), list[PaidPayment]()
        box.router.fulfil_payments(shipped.append)
        ana = await seller(connect)
        direct = await connect.charges.direct.create(
            key="o-1", amount=usd("9.00"), account=ana, payment_method="pm_card_visa", metadata={"order": "1"}
        )
        plain = await connect.charges.separate.create(key="o-2", amount=usd("9.00"), payment_method="pm_card_visa")
        landed = await connect.charges.fulfil(plain.id, shipped.append)
        assert (landed.now, landed.delivered, landed.payment, landed.session) == (True, True, plain.id, "")
        await box.hand_in()
        await box.work()
        await box.hand_in(backwards=True)
        await box.work()
        assert sorted(one.payment.id for one in shipped) == sorted([direct.id, plain.id])
        (of_ana,) = [one for one in shipped if one.account == ana]
        assert (of_ana.payment.metadata["order"], of_ana.key) == ("1", f"fulfil/{direct.id}")
        late = await connect.charges.fulfil(direct.id, shipped.append, account=ana)
        assert (late.now, late.delivered, len(shipped)) == (False, True, 2)

    travel(colour, journey)


@BOTH
def test_a_delayed_payment_is_delivered_when_the_bank_has_paid(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        box, shipped = Mailbox(connect), list[PaidPayment]()
        box.router.fulfil_payments(shipped.append)
        slow = await connect.charges.separate.create(key="o-1", amount=usd("9.00"), payment_method=SLOW)
        early = await connect.charges.fulfil(slow.id, shipped.append)
        assert (early.state, early.now) == (FulfilmentState.AWAITING_PAYMENT, False)
        await box.hand_in()
        await box.work()
        assert shipped == []
        connect.simulator.advance(days=7)
        await box.hand_in()
        await box.work()
        assert [one.payment.id for one in shipped] == [slow.id]
        assert not (await connect.charges.fulfil(slow.id, shipped.append)).now

    travel(colour, journey)


@BOTH
def test_what_is_not_paid_tells_what_to_do(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        def deliver(order: PaidPayment) -> None:
            raise AssertionError(order)

        async def state(payment: str) -> FulfilmentState:
            return (await connect.charges.fulfil(payment, deliver)).state

        separate = connect.charges.separate
        unpaid = await separate.create(key="o-1", amount=usd("9.00"))
        assert await state(unpaid.id) is FulfilmentState.OPEN
        held = await separate.create(key="o-2", amount=usd("9.00"), payment_method="pm_card_visa", capture_later=True)
        assert await state(held.id) is FulfilmentState.RESERVED
        assert "Capture" in (await connect.charges.fulfil(held.id, deliver)).next_step
        await connect.charges.cancel(held.id, key="c")
        assert await state(held.id) is FulfilmentState.CANCELED
        failed = await separate.create(
            key="o-3", amount=usd("9.00"), payment_method="pm_usBankAccount_insufficientFunds"
        )
        connect.simulator.advance(days=7)
        assert await state(failed.id) is FulfilmentState.FAILED
        with pytest.raises(InvalidRequest, match="payment_id"):
            await connect.charges.fulfil("ch_1", deliver)

    travel(colour, journey)


@BOTH
def test_what_checkout_or_somebody_else_sells_is_left_alone(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        box, shipped = Mailbox(connect), list[PaidPayment]()
        box.router.fulfil_payments(shipped.append)
        session = await connect.checkout.separate.create(key="order-1", line_items=CHAIR, success_url=BACK)
        connect.simulator.pay(session.id)
        payment = (await connect.checkout.retrieve(session.id)).payment
        told = {"amount": 900, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
        foreign = Driver(connect.simulator).made("/v1/payment_intents", told)["id"]
        await box.hand_in()
        await box.work()
        assert shipped == []
        assert (await connect.charges.fulfil(payment, shipped.append)).state is FulfilmentState.ELSEWHERE
        assert (await connect.charges.fulfil(foreign, shipped.append)).now

    travel(colour, journey)


def test_a_blocking_router_takes_no_async_function_for_payments(connect: Connect) -> None:
    async def deliver(order: PaidPayment) -> None:
        del order

    with pytest.raises(InvalidRequest, match="async function"):
        connect.webhooks(secrets=["whsec_simulator"]).fulfil_payments(deliver)
