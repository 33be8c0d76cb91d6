"""Payouts as they are meant: looked at, sent, followed to the bank, sent again; in both colours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve
from tests.journeys.stages import COLOURS, seller, travel, twin
from tests.journeys.test_accounts_whole import ANA, HOME, SHOP, TERMS
from tests.journeys.test_traps_of_onboarding import _custom as custom
from tests.journeys.test_webhooks import Mailbox

from connectkit import (
    AccountDetails,
    AccountNotReady,
    AsyncConnect,
    BankDetails,
    InvalidRequest,
    MemoryStore,
    Money,
    OperationError,
    OutcomeUnknown,
    PayoutIntention,
    PayoutRemedy,
    PayoutState,
    Retries,
    StoreUnavailable,
)
from connectkit.models.intentions import PayoutAttempt
from connectkit.storage.records import Note

BOTH = pytest.mark.parametrize("colour", COLOURS)
AT_ONCE = "pm_card_bypassPending"


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


async def earning(connect: AsyncConnect, amount: str = "90.00", token: str = "btok_us_verified") -> str:
    """Make a seller of the platform's own collecting, with money that is available."""
    account = await custom(connect)
    if token != "btok_us_verified":
        await connect.external_accounts.add(account, key=f"bank-{token}", token=token)
    await connect.settings.set_payouts(account=account, interval="manual")
    await connect.charges.separate.create(key="order-1", amount=usd("200.00"), payment_method=AT_ONCE)
    await connect.transfers.create(key="share-1", amount=usd(amount), destination=account)
    return account


@BOTH
def test_a_payout_is_meant_once_and_followed_to_the_bank(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        box = Mailbox(connect)
        box.router.follow_payouts()
        told: list[Any] = []
        box.router.on("connectkit.payout.*")(told.append)
        account = await earning(connect)
        able = await connect.payouts.eligibility(account=account, currency="usd")
        assert (able.payable, able.kept, bool(able)) == (usd("90.00"), usd("0.00"), True)

        meant = await connect.payouts.intend(key="week-47", account=account, amount=usd("40.00"))
        assert (meant.state, meant.amount, meant.kept) == (PayoutState.SENT, usd("40.00"), usd("50.00"))
        assert meant.next_step == "Wait for the bank."
        assert meant.provisional_until is None
        again = await connect.payouts.intend(key="week-47", account=account, amount=usd("40.00"))
        assert again == meant == await connect.payouts.intention("week-47")
        assert [one.id async for one in connect.payouts.list(account=account)] == [meant.last.payout]

        connect.simulator.advance(days=5)
        await box.hand_in(backwards=True)
        await box.work()
        paid = await connect.payouts.intention("week-47")
        assert paid.state is PayoutState.PAID
        assert paid.remedy is None
        assert paid.provisional_until is not None
        assert {event.type for event in told} == {"connectkit.payout.paid"}
        assert told[0].data == paid
        assert [one.key async for one in connect.payouts.intentions(account=account, state=PayoutState.PAID)] == [
            "week-47"
        ]
        assert [one async for one in connect.payouts.intentions(state=PayoutState.FAILED)] == []

    travel(colour, journey)


@BOTH
def test_a_payout_that_failed_is_sent_again_after_the_repair(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        box = Mailbox(connect)
        box.router.follow_payouts()
        account = await earning(connect, token="btok_us_verified_accountClosed")
        meant = await connect.payouts.intend(key="week-47", account=account, currency="usd")
        assert meant.amount == usd("90.00")
        with pytest.raises(InvalidRequest, match="is pending"):
            await connect.payouts.retry("week-47")
        connect.simulator.advance(days=5)
        await box.hand_in()
        await box.work()
        failed = await connect.payouts.intention("week-47")
        assert (failed.state, failed.last.failure_code) == (PayoutState.FAILED, "account_closed")
        assert failed.remedy is PayoutRemedy.REPLACE_BANK
        assert "Then call payouts.retry" in failed.next_step

        with pytest.raises(AccountNotReady, match="neither repaired nor replaced") as caught:
            await connect.payouts.retry("week-47")
        assert caught.value.status == 0
        assert not await connect.payouts.eligibility(account=account, currency="usd")
        bad = failed.last.destination
        good = await connect.external_accounts.replace(account, bad, key="good", token="btok_us_verified")
        second = await connect.payouts.retry("week-47", destination=good.id)
        assert [attempt.status for attempt in second.attempts] == ["failed", "pending"]
        assert second.last.destination == good.id
        connect.simulator.advance(days=5)
        await box.hand_in()
        await box.work()
        assert (await connect.payouts.intention("week-47")).state is PayoutState.PAID
        with pytest.raises(InvalidRequest, match="is paid"):
            await connect.payouts.retry("week-47")

    travel(colour, journey)


@BOTH
def test_what_no_event_told_of_is_missed(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await earning(connect, token="btok_us_verified_noAccount")
        await connect.payouts.intend(key="week-47", account=account, amount=usd("10.00"))
        assert await connect.payouts.missed() == []
        connect.simulator.advance(days=5)
        (missed,) = await connect.payouts.missed()
        assert (missed.key, missed.state) == ("week-47", PayoutState.FAILED)
        assert await connect.payouts.missed() == []

    travel(colour, journey)


@BOTH
def test_payouts_that_nobody_meant_here_are_let_pass(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        box = Mailbox(connect)
        box.router.follow_payouts()
        heard: list[Any] = []
        box.router.on("payout.created")(heard.append)
        account = await earning(connect)
        await connect.payouts.create(key="by-hand", account=account, amount=usd("10.00"))
        await connect.charges.separate.create(key="order-2", amount=usd("50.00"), payment_method=AT_ONCE)
        await connect.payouts.create(key="our-own", amount=usd("20.00"))
        await box.hand_in()
        await box.work()
        assert {event.account for event in heard} == {account, None}
        assert [one async for one in connect.payouts.intentions()] == []

    travel(colour, journey)


@BOTH
@pytest.mark.parametrize("fault", ["lose_request", "lose_answer"])
def test_a_lost_answer_pays_nobody_twice(colour: str, fault: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await earning(connect)
        impatient = twin(connect, retries=Retries(attempts=1))
        connect.simulator.faults.next(fault, path="/v1/payouts")
        with pytest.raises(OutcomeUnknown):
            await impatient.payouts.intend(key="week-47", account=account, amount=usd("10.00"))
        unknown = await connect.payouts.intention("week-47")
        assert unknown.state is PayoutState.PLANNED
        assert "intend again" in unknown.next_step
        resumed = connect.payouts.retry("week-47") if fault == "lose_answer" else _again(connect, account)
        assert (await resumed).state is PayoutState.SENT
        assert len([one async for one in connect.payouts.list(account=account)]) == 1

    travel(colour, journey)


async def _again(connect: AsyncConnect, account: str) -> PayoutIntention:
    return await connect.payouts.intend(key="week-47", account=account, amount=usd("10.00"))


@BOTH
def test_a_cancelled_payout_can_be_meant_again(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await earning(connect)
        meant = await connect.payouts.intend(key="week-47", account=account, amount=usd("10.00"))
        await connect.payouts.cancel(meant.last.payout, key="stop", account=account)
        (seen,) = await connect.payouts.missed()
        assert (seen.state, seen.next_step.startswith("Call payouts.retry")) == (PayoutState.CANCELED, True)
        assert (await connect.payouts.retry("week-47")).state is PayoutState.SENT

    travel(colour, journey)


@BOTH
@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({}, "amount"),
        ({"amount": usd("1.00"), "currency": "usd"}, "amount"),
        ({"amount": Money.of("10.50", "huf")}, "amount"),
        ({"amount": usd("10000.00"), "method": "instant"}, "amount"),
        ({"amount": usd("1.00"), "method": "fast"}, "method"),
        ({"amount": usd("1.00"), "account": "seller"}, "account"),
        ({"amount": usd("1.00"), "destination": "iban"}, "destination"),
        ({"currency": "dollars"}, "currency"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_asked(colour: str, wrong: dict[str, Any], param: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        given: dict[str, Any] = {"key": "k", "account": "acct_1", **wrong}
        with pytest.raises(InvalidRequest) as caught:
            await connect.payouts.intend(**given)
        assert caught.value.param == param
        assert connect.simulator.requests == []

    travel(colour, journey)


@BOTH
def test_one_key_is_one_payout(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await earning(connect)
        with pytest.raises(InvalidRequest, match="can be paid out now"):
            await connect.payouts.intend(key="week-47", account=account, amount=usd("91.00"))
        await connect.payouts.intend(key="week-47", account=account, amount=usd("10.00"))
        others: list[dict[str, Any]] = [{"amount": usd("11.00")}, {"amount": usd("10.00"), "method": "instant"}]
        for other in others:
            with pytest.raises(InvalidRequest, match="names another payout"):
                await connect.payouts.intend(key="week-47", account=account, **other)
        with pytest.raises(OperationError, match="No payout of this name"):
            await connect.payouts.intention("never")

    travel(colour, journey)


@BOTH
def test_whoever_cannot_be_paid_out_is_told_why(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        bare = await connect.onboarding.create(key="bare", country="US", type="custom")
        nothing = await connect.payouts.eligibility(account=bare.id, currency="usd")
        assert (nothing.payable, nothing.destination, len(nothing.obstacles)) == (usd("0.00"), "", 3)
        with pytest.raises(AccountNotReady, match="no bank account or card for usd"):
            await connect.payouts.intend(key="none", account=bare.id, currency="usd")
        account = await seller(connect)
        assert (
            "nothing can be paid out"
            in (await connect.payouts.eligibility(account=account, currency="usd")).obstacles[0]
        )

    travel(colour, journey)


@BOTH
def test_instant_payouts_have_limits_and_need_a_bank_that_takes_them(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await earning(connect, amount="0.40")
        small = await connect.payouts.eligibility(account=account, currency="usd", method="instant")
        assert small.obstacles == ("An instant payout is at least 0.50 usd.",)
        slow = await connect.external_accounts.add(
            account, key="slow", token="tok_visa_debit_us_instantPayoutUnsupported", default=False
        )
        chosen = await connect.payouts.eligibility(
            account=account, currency="usd", method="instant", destination=slow.id
        )
        assert chosen.obstacles[0] == "Instant payouts do not reach its bank account."
        await connect.transfers.create(key="share-2", amount=usd("20.00"), destination=account)
        meant = await connect.payouts.intend(key="now", account=account, amount=usd("20.00"), method="instant")
        assert (meant.method, meant.state) == ("instant", PayoutState.SENT)

    travel(colour, journey)


@BOTH
def test_what_is_no_whole_unit_is_kept(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        home = evolve(HOME, country="HU", state=None, city="Budapest", postal_code="1051")
        made = await connect.onboarding.create(
            key="seller-hu",
            country="HU",
            type="custom",
            business_type="individual",
            prefill=AccountDetails(individual=evolve(ANA, address=home), business_profile=SHOP, terms=TERMS),
        )
        forints = BankDetails(account_number="HU42117730161111101800000000", country="HU", currency="huf")
        await connect.external_accounts.add(made.id, key="forints", bank=forints)
        await connect.settings.set_payouts(account=made.id, interval="manual")
        await connect.charges.direct.create(
            key="order-1", account=made.id, amount=Money.of("10450.55", "huf"), payment_method=AT_ONCE
        )
        able = await connect.payouts.eligibility(account=made.id, currency="huf")
        there = (await connect.balances.retrieve(account=made.id)).available_in("huf")
        assert able.payable.amount % 100 == 0
        assert 0 < able.kept.amount < 100
        assert able.payable + able.kept == there
        meant = await connect.payouts.intend(key="all", account=made.id, currency="huf")
        assert (meant.amount, meant.kept) == (able.payable, able.kept)

    travel(colour, journey)


class Overtaken(MemoryStore):
    """A store in which somebody else writes a note just before."""

    def __init__(self, spoil: Callable[[Note], bool]) -> None:
        super().__init__()
        self._spoil = spoil

    def set_note(self, note: Note) -> bool:
        if self._spoil(note):
            return False
        return super().set_note(note)


@BOTH
@pytest.mark.parametrize("place", [0, 1])
def test_somebody_who_was_quicker_is_followed(colour: str, place: int) -> None:
    spoilt: list[int] = []

    def spoil(note: Note) -> bool:
        if note.topic == "payout" and note.version == place and len(spoilt) < 1:
            spoilt.append(note.version)
            return True
        return False

    async def journey(connect: AsyncConnect) -> None:
        account = await earning(connect)
        meant = await connect.payouts.intend(key="week-47", account=account, amount=usd("10.00"))
        assert meant.state is (PayoutState.SENT if place == 0 else PayoutState.PLANNED)
        again = await connect.payouts.intend(key="week-47", account=account, amount=usd("10.00"))
        assert again.state is PayoutState.SENT
        assert len([one async for one in connect.payouts.list(account=account)]) == 1

    travel(colour, journey, Overtaken(spoil))


@BOTH
def test_whoever_always_comes_second_says_so(colour: str) -> None:
    busy: list[bool] = []

    async def journey(connect: AsyncConnect) -> None:
        account = await earning(connect, token="btok_us_verified_accountClosed")
        meant = await connect.payouts.intend(key="week-47", account=account, amount=usd("10.00"))
        connect.simulator.advance(days=5)
        busy.append(True)
        with pytest.raises(StoreUnavailable, match="quicker every time"):
            await connect.payouts.missed()
        busy.clear()
        assert await connect.payouts.missed()
        await connect.external_accounts.replace(account, meant.last.destination, key="good", token="btok_us_verified")
        once: list[int] = []
        busy.append(False)
        assert (await connect.payouts.retry("week-47")).state is PayoutState.SENT
        assert once == []

    def spoil(note: Note) -> bool:
        if busy == [False] and note.topic == "payout":
            busy.clear()
            return True
        return bool(busy) and busy[0] and note.topic == "payout"

    travel(colour, journey, Overtaken(spoil))


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("no_account", PayoutRemedy.REPLACE_BANK),
        ("incorrect_account_holder_name", PayoutRemedy.CORRECT_HOLDER),
        ("invalid_currency", PayoutRemedy.ADD_BANK_IN_CURRENCY),
        ("could_not_process", PayoutRemedy.TRY_AGAIN),
        ("account_frozen", PayoutRemedy.ASK_BANK),
        ("never_heard_of", PayoutRemedy.ASK_BANK),
    ],
)
def test_a_failure_has_a_remedy(code: str, remedy: PayoutRemedy) -> None:
    attempt = PayoutAttempt(key="k#1", payout="po_1", status="failed", failure_code=code)
    meant = PayoutIntention(
        key="k",
        account="acct_1",
        amount=usd("1.00"),
        kept=usd("0.00"),
        method="standard",
        destination="",
        attempts=(attempt,),
    )
    assert meant.remedy is remedy
    assert remedy.advice in meant.next_step
    assert PayoutIntention.loads(meant.dumps()) == meant


@BOTH
def test_a_balance_of_several_sources_is_paid_out_by_the_one_that_is_chosen(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await earning(connect)
        await connect.charges.separate.create(
            key="order-2",
            amount=usd("70.00"),
            payment_method="pm_usBankAccount_legacy",
            allowed_payment_method_types=["us_bank_account"],
        )
        connect.simulator.advance(days=14)
        await connect.transfers.create(
            key="share-2", amount=usd("60.00"), destination=account, source_type="bank_account"
        )
        unsaid = await connect.payouts.eligibility(account=account, currency="usd")
        assert "choose one by source_type" in unsaid.obstacles[0]
        assert dict(unsaid.sources) == {"card": usd("90.00"), "bank_account": usd("60.00")}
        with pytest.raises(AccountNotReady, match="paid out apart"):
            await connect.payouts.intend(key="all", account=account, currency="usd")
        able = await connect.payouts.eligibility(account=account, currency="usd", source_type="bank_account")
        assert (able.payable, able.obstacles) == (usd("60.00"), ())
        wanted: Any = {"key": "banks", "account": account, "currency": "usd", "source_type": "bank_account"}
        plan = await connect.payouts.plan_intend(**wanted)
        assert (plan.steps[0].params["source_type"], plan.risks) == ("bank_account", ())
        meant = await connect.payouts.intend(**wanted)
        assert (meant.amount, meant.source_type) == (usd("60.00"), "bank_account")
        assert await connect.payouts.intend(**wanted) == meant
        with pytest.raises(InvalidRequest, match="names another payout"):
            await connect.payouts.intend(**(wanted | {"source_type": "card"}))
        sent = await connect.payouts.retrieve(meant.last.payout, account=account)
        assert (sent.source_type, sent.amount) == ("bank_account", usd("60.00"))
        left = await connect.payouts.create(key="cards", account=account, amount=usd("90.00"), source_type="card")
        assert left.source_type == "card"
        with pytest.raises(InvalidRequest, match="source_type is one of card, bank_account, fpx"):
            await connect.payouts.create(key="x", account=account, amount=usd("1.00"), source_type="gold")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

    travel(colour, journey)
