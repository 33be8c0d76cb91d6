"""The laws of an operation, one by one, and their application to a store."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve

from connectkit.drive import run
from connectkit.errors import StoreUnavailable
from connectkit.journal import (
    Contradiction,
    Doubt,
    Held,
    Journal,
    Refusal,
    Report,
    Success,
    claimable,
    claimed,
    settled,
)
from connectkit.storage.bridges import Inline
from connectkit.storage.memory import MemoryStore
from connectkit.storage.records import NEVER, Delivery, Identity, Operation, Realm, State, Stored

from .calls.scripted import START, HandWorld

NAME = Identity("", "acct_1", livemode=False, key="payout-1")
DRAFT = Operation(NAME, "payouts.create", "fingerprint", "frozen")
SENDING = evolve(DRAFT, lease_until=START + timedelta(seconds=75), first_sent=START, created=START)
LATER = START + timedelta(minutes=5)
DONE = Success("po_1", '{"id":"po_1"}')
NO = Refusal(LATER, spent=True, object_id="", why="{}")


def following(operation: Operation) -> str:
    return f"{operation.request}+"


@pytest.mark.parametrize(
    ("operation", "free"),
    [
        (SENDING, False),
        (evolve(SENDING, lease_until=START), True),
        (evolve(SENDING, state=State.UNKNOWN), True),
        (evolve(SENDING, state=State.REFUSED), True),
        (evolve(SENDING, state=State.SUCCEEDED), False),
        (evolve(SENDING, state=State.REVIEW), False),
    ],
)
def test_who_may_take_an_operation_up(operation: Operation, *, free: bool) -> None:
    assert claimable(operation, START) is free


def test_taking_over_from_a_vanished_holder_leaves_doubt() -> None:
    taken = claimed(SENDING, LATER, following)
    assert (taken.token, taken.doubt, taken.quiet_from) == (2, True, SENDING.lease_until)
    assert (taken.request, taken.generation) == ("frozen", 0)


def test_taking_up_what_was_given_up_without_a_byte_sent_leaves_none() -> None:
    given_up = settled(SENDING, 1, Doubt(START, possible=False))
    assert not claimed(given_up, LATER, following).doubt


def test_a_spent_key_opens_a_generation() -> None:
    refused = settled(SENDING, 1, NO)
    taken = claimed(refused, LATER, following)
    assert (taken.generation, taken.request, taken.first_sent) == (1, "frozen+", LATER)
    assert (taken.spent, taken.doubt, taken.refusal) == (False, False, "")


def test_a_key_that_is_not_spent_is_kept() -> None:
    refused = settled(SENDING, 1, evolve(NO, spent=False))
    taken = claimed(refused, LATER, following)
    assert (taken.generation, taken.request, taken.first_sent) == (0, "frozen", START)


@pytest.mark.parametrize("state", [state for state in State if state is not State.SUCCEEDED])
@pytest.mark.parametrize("token", [1, 7])
def test_success_is_accepted_from_anybody_over_any_state(state: State, token: int) -> None:
    after = settled(evolve(SENDING, state=state), token, DONE)
    assert (after.state, after.object_id, after.answer) == (State.SUCCEEDED, "po_1", '{"id":"po_1"}')


def test_the_same_success_twice_changes_nothing() -> None:
    after = settled(SENDING, 1, DONE)
    assert settled(after, 2, DONE) is after


def test_a_second_object_is_an_alarm_and_stays_one() -> None:
    alarm = settled(settled(SENDING, 1, DONE), 2, Success("po_2", "{}"))
    assert (alarm.state, alarm.object_id) == (State.REVIEW, "po_1")
    assert "po_1" in alarm.refusal
    assert "po_2" in alarm.refusal
    assert settled(alarm, 1, DONE) is alarm


@pytest.mark.parametrize("report", [NO, Doubt(LATER, possible=True), Contradiction("{}")])
def test_an_old_token_guards_everything_but_success(report: Report) -> None:
    taken = evolve(SENDING, token=2)
    assert settled(taken, 1, report) is taken


@pytest.mark.parametrize("report", [NO, Doubt(LATER, possible=True), Contradiction("{}")])
def test_nothing_takes_a_success_back(report: Report) -> None:
    done = settled(SENDING, 1, DONE)
    assert settled(done, 1, report) is done


def test_a_refusal_from_before_the_silence_is_not_believed() -> None:
    taken = evolve(SENDING, token=2, quiet_from=LATER)
    early = evolve(NO, sent_at=LATER - timedelta(seconds=1))
    after = settled(taken, 2, early)
    assert (after.state, after.doubt) == (State.UNKNOWN, True)
    assert settled(taken, 2, NO).state is State.REFUSED


def test_doubt_is_never_forgotten_by_giving_up() -> None:
    after = settled(evolve(SENDING, doubt=True), 1, Doubt(LATER, possible=False))
    assert (after.state, after.doubt, after.quiet_from) == (State.UNKNOWN, True, LATER)


def test_a_contradiction_is_kept_for_a_person() -> None:
    after = settled(SENDING, 1, Contradiction('{"a":1}'))
    assert (after.state, after.refusal) == (State.REVIEW, '{"a":1}')


@pytest.fixture
def world() -> HandWorld:
    return HandWorld()


@pytest.fixture
def store(world: HandWorld) -> MemoryStore:
    return MemoryStore(world.now)


@pytest.fixture
def journal(store: MemoryStore, world: HandWorld) -> Journal:
    return Journal(Inline(store), world, lease=75.0)


def begin(journal: Journal) -> Held:
    held = run(journal.begin(DRAFT, following))
    assert isinstance(held, Held)
    return held


def test_the_first_is_given_the_claim_and_the_second_the_row(journal: Journal) -> None:
    held = begin(journal)
    second = run(journal.begin(DRAFT, following))
    assert isinstance(second, Stored)
    assert second.operation == held.operation


def test_another_fingerprint_is_never_given_a_claim(journal: Journal, world: HandWorld) -> None:
    begin(journal)
    world.passed += 100
    assert isinstance(run(journal.begin(evolve(DRAFT, fingerprint="other"), following)), Stored)


def test_a_suspended_process_wakes_up_without_a_claim(journal: Journal, world: HandWorld) -> None:
    held = begin(journal)
    assert journal.remaining(held) == 75.0
    world.passed += 100
    assert journal.remaining(held) == -25.0
    assert journal.store_time(held) == START + timedelta(seconds=100)


def test_a_renewal_extends_the_claim_unless_it_was_lost(journal: Journal, world: HandWorld) -> None:
    held = begin(journal)
    world.passed += 70
    renewed = run(journal.renew(held))
    assert renewed is not None
    assert journal.remaining(renewed) == 75.0
    assert run(journal.renew(held)) is None


def test_a_report_is_applied_to_the_latest_row(journal: Journal, world: HandWorld) -> None:
    held = begin(journal)
    world.passed += 100
    taken = run(journal.begin(DRAFT, following))
    assert isinstance(taken, Held)
    assert run(journal.settle(held, NO)).state is State.STARTED
    assert run(journal.settle(held, DONE)).state is State.SUCCEEDED
    assert run(journal.settle(taken, NO)).state is State.SUCCEEDED


def test_what_nobody_finished_is_listed(journal: Journal) -> None:
    begin(journal)
    assert [stored.operation.identity for stored in run(journal.listed(NAME.realm, [State.STARTED], 10))] == [NAME]
    assert run(journal.get(NAME)) is not None


class Contested(Inline):
    """A store in which somebody else is always a moment faster, or that forgets."""

    def __init__(self, *, forgets: bool) -> None:
        super().__init__(MemoryStore())
        self.forgets = forgets

    async def insert(self, draft: Operation, lease: float) -> Stored:
        return Stored(evolve(draft, lease_until=NEVER), START + timedelta(seconds=lease))

    async def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        return None

    async def get(self, identity: Identity) -> Stored | None:
        return None if self.forgets else Stored(DRAFT, START)


class Unsettled(Inline):
    """A store in which somebody else always changes the row and the policy first."""

    async def get(self, identity: Identity) -> Stored | None:
        return Stored(evolve(DRAFT, state=State.UNKNOWN), START)

    async def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        return None

    async def set_policy(self, realm: Realm, before: str, after: str) -> bool:
        return False


def test_decisions_and_policies_that_never_come_through_are_reported(world: HandWorld) -> None:
    journal = Journal(Unsettled(MemoryStore()), world, lease=75.0)
    with pytest.raises(StoreUnavailable, match="no stable row"):
        run(journal.decide(NAME, lambda row: row))
    with pytest.raises(StoreUnavailable, match="no stable row"):
        run(journal.set_policy(NAME.realm, lambda text: text))


@pytest.mark.parametrize(("forgets", "complaint"), [(True, "lost an operation"), (False, "no stable row")])
def test_a_store_that_breaks_its_law_is_named(world: HandWorld, complaint: str, *, forgets: bool) -> None:
    journal = Journal(Contested(forgets=forgets), world, lease=75.0)
    with pytest.raises(StoreUnavailable, match=complaint):
        run(journal.begin(DRAFT, following))
    with pytest.raises(StoreUnavailable, match=complaint):
        run(journal.settle(Held(DRAFT, START, 0.0, START), DONE))


def test_a_delivery_starts_unhandled() -> None:
    assert not Delivery("test", "evt_1", "payout.paid", b"{}").done
