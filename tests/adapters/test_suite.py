"""Stores that are wrong in one way each: the laws have to notice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from attrs import evolve
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

import connectkit.testing
from connectkit.storage.base import Movements, Powers, Store, Successes
from connectkit.storage.memory import MemoryStore
from connectkit.storage.records import NEVER, Delivery, Identity, Note, Operation, Realm, State, Stored
from connectkit.testing import SharedStoreSuite, StoreMachine, StoreSuite
from connectkit.testing.processes import claim_in_passing, claim_one, insert_one, take_one, work_without_end
from connectkit.testing.samples import draft, event, planned
from connectkit.testing.shared import VERBS


class Boastful(MemoryStore):
    @property
    def powers(self) -> Powers:
        return Powers(durable=True, shared=True)


class LooksAndThenInserts(MemoryStore):
    """Two threads look before either inserts; whoever comes alone goes on after a while."""

    def __init__(self) -> None:
        super().__init__()
        self._second = Event()
        self._waiting = False

    def insert(self, draft: Operation, lease: float) -> Stored:
        if self._operations.get(draft.identity) is None:
            if self._waiting:
                self._second.set()
            self._waiting = True
            self._second.wait(10)
            self._operations.pop(draft.identity, None)
        return super().insert(draft, lease)


class InsertsAgain(MemoryStore):
    def insert(self, draft: Operation, lease: float) -> Stored:
        self._operations.pop(draft.identity, None)
        return super().insert(draft, lease)


class KeepsItsOwnTime(MemoryStore):
    """Takes the lease from another clock than the one that it tells."""

    def insert(self, draft: Operation, lease: float) -> Stored:
        return evolve(super().insert(draft, lease), now=datetime.now(tz=UTC) + timedelta(seconds=1))


class FoldsCase(MemoryStore):
    def insert(self, draft: Operation, lease: float) -> Stored:
        return super().insert(evolve(draft, identity=evolve(draft.identity, key=draft.identity.key.lower())), lease)

    def get(self, identity: Identity) -> Stored | None:
        return super().get(evolve(identity, key=identity.key.lower()))


class CutsTimes(MemoryStore):
    def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        quiet_from = changed.quiet_from.replace(microsecond=0)
        return super().swap(evolve(changed, quiet_from=quiet_from), lease, durable=durable, tell=tell)


class ReplacesText(MemoryStore):
    def insert(self, draft: Operation, lease: float) -> Stored:
        key = draft.identity.key.encode(errors="replace").decode()
        return super().insert(evolve(draft, identity=evolve(draft.identity, key=key)), lease)


class IgnoresVersions(MemoryStore):
    def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        known = self._operations.get(changed.identity)
        version = changed.version if known is None else known.version
        return super().swap(evolve(changed, version=version), lease, durable=durable, tell=tell)


class KeepsTheVersion(MemoryStore):
    def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        swapped = super().swap(changed, lease, durable=durable, tell=tell)
        if swapped is not None:
            self._operations[changed.identity] = evolve(swapped.operation, version=changed.version)
        return swapped


class ExtendsNoLease(MemoryStore):
    def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        return super().swap(changed, None, durable=durable, tell=tell)


class TidiesAnswers(MemoryStore):
    def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        return super().swap(evolve(changed, answer=changed.answer.strip()), lease, durable=durable, tell=tell)


class ListsEverything(MemoryStore):
    def listed(
        self, realm: Realm, states: Collection[State], limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        return super().listed(realm, [*State], limit, account, after)


class StartsAgain(MemoryStore):
    def listed(
        self, realm: Realm, states: Collection[State], limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        known = {stored.operation.identity for stored in super().listed(realm, states, len(self._operations), account)}
        return super().listed(realm, states, limit, account, after if after in known else None)


class ForgetsRealms(MemoryStore):
    def listed(
        self, realm: Realm, states: Collection[State], limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        return [Stored(row, self._now()) for row in self._operations.values() if row.state in states][:limit]


class FindsOnlyWhatWasMade(MemoryStore):
    def related(self, realm: Realm, objects: Collection[str]) -> Sequence[Stored]:
        return [stored for stored in super().related(realm, objects) if stored.operation.object_id in objects]


class FindsTheNewestFirst(MemoryStore):
    def related(self, realm: Realm, objects: Collection[str]) -> Sequence[Stored]:
        return super().related(realm, objects)[::-1]


class ListsSuccessesAsTheyWereWrittenDown(MemoryStore):
    def succeeded(self, successes: Successes, limit: int) -> Sequence[Stored]:
        found = super().succeeded(successes, len(self._operations))
        return sorted(found, key=lambda stored: stored.operation.created)[:limit]


class ListsSuccessesAgain(MemoryStore):
    def succeeded(self, successes: Successes, limit: int) -> Sequence[Stored]:
        return super().succeeded(evolve(successes, after=None), limit)


class SendsWhatIsPlanned(MemoryStore):
    def insert(self, draft: Operation, lease: float) -> Stored:
        return super().insert(evolve(draft, state=State.STARTED), lease)


class ClaimsWithoutALease(MemoryStore):
    def due(self, realm: Realm, lease: float) -> Stored | None:
        return super().due(realm, 0.0)


class IgnoresPriorities(MemoryStore):
    def insert(self, draft: Operation, lease: float) -> Stored:
        return super().insert(evolve(draft, priority=0), lease)


class IsAlwaysDue(MemoryStore):
    def insert(self, draft: Operation, lease: float) -> Stored:
        return super().insert(evolve(draft, due=NEVER), lease)


class HasNoLanes(MemoryStore):
    def due(self, realm: Realm, lease: float) -> Stored | None:
        found = super().due(realm, lease)
        if found is not None:
            self._operations[found.operation.identity] = evolve(found.operation, lane="")
        return found


class TrustsTheVanished(MemoryStore):
    def due(self, realm: Realm, lease: float) -> Stored | None:
        found = super().due(realm, lease)
        return found and evolve(found, operation=evolve(found.operation, doubt=False))


class TellsNobody(MemoryStore):
    def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        return super().swap(changed, lease, durable=durable)


class CountsTheRefused(MemoryStore):
    def moved(self, movements: Movements) -> int:
        return sum(row.amount for row in self._operations.values() if row.currency == movements.currency)


class PurgesNames(MemoryStore):
    def purge(self, realm: Realm, before: datetime, account: str = "") -> int:
        purged = super().purge(realm, before, account)
        self._operations = {name: row for name, row in self._operations.items() if row.request}
        return purged


class ForgetsEverything(MemoryStore):
    def forget(self, before: datetime, scope: str = "") -> int:
        self._deliveries.clear()
        return super().forget(before, scope)


class SetsAnyPolicy(MemoryStore):
    def set_policy(self, realm: Realm, before: str, after: str) -> bool:
        return super().set_policy(realm, self._policies.get(realm, ""), after)


class SetsAnyNote(MemoryStore):
    def set_note(self, note: Note) -> bool:
        known = self.note(note.realm, note.topic, note.name)
        return super().set_note(evolve(note, version=known.version if known else 0))


class ListsNotesAsTheyCame(MemoryStore):
    def notes(self, realm: Realm, topic: str, after: str, limit: int) -> Sequence[Note]:
        return list(self._notes.values())[:limit]


class RemembersAgain(MemoryStore):
    def remember(self, delivery: Delivery) -> bool:
        super().remember(delivery)
        return True


class IgnoresScopes(MemoryStore):
    def remember(self, delivery: Delivery) -> bool:
        return super().remember(evolve(delivery, scope=""))


class TakesTheLast(MemoryStore):
    def take(self, lease: float) -> Delivery | None:
        self._deliveries = dict(reversed(self._deliveries.items()))
        return super().take(lease)


class IgnoresOrdering(MemoryStore):
    def remember(self, delivery: Delivery) -> bool:
        return super().remember(evolve(delivery, ordering=""))


class OneOrderForAll(MemoryStore):
    def remember(self, delivery: Delivery) -> bool:
        return super().remember(evolve(delivery, ordering="all"))


class HoldsNothing(MemoryStore):
    def take(self, lease: float) -> Delivery | None:
        return super().take(0.0)


class HoldsForEver(MemoryStore):
    def take(self, lease: float) -> Delivery | None:
        return super().take(3600.0)


class IgnoresTokens(MemoryStore):
    def _held(self, delivery: Delivery) -> Delivery | None:
        return self._deliveries.get((delivery.scope, delivery.event_id))


class HidesWhatWasGivenUp(MemoryStore):
    def finish(self, delivery: Delivery, error: str = "") -> bool:
        return not error and super().finish(delivery)


class Reopens(MemoryStore):
    def fail(self, delivery: Delivery, error: str, delay: float) -> bool:
        known = self._held(delivery)
        if known is not None:
            self._deliveries[known.scope, known.event_id] = evolve(known, done=False)
        return super().fail(delivery, error, delay)


class ForgetsWhy(MemoryStore):
    def fail(self, delivery: Delivery, error: str, delay: float) -> bool:
        return super().fail(delivery, "", delay)


class IgnoresDelays(MemoryStore):
    def fail(self, delivery: Delivery, error: str, delay: float) -> bool:
        return super().fail(delivery, error, 0.0)


class RefusesTheLate(MemoryStore):
    """Takes nothing from a worker whose lease has ended, although nobody else has come."""

    def _held(self, delivery: Delivery) -> Delivery | None:
        held = super()._held(delivery)
        return held if held is not None and held.lease_until > self._now() else None


class CutsBodies(MemoryStore):
    def remember(self, delivery: Delivery) -> bool:
        return super().remember(evolve(delivery, body=delivery.body[:1]))


class ClosesOnce(MemoryStore):
    def close(self) -> None:
        del self._operations


class EndsAnything(MemoryStore):
    def finish(self, delivery: Delivery, error: str = "") -> bool:
        super().finish(delivery, error)
        return True


class MakesUpRows(MemoryStore):
    def get(self, identity: Identity) -> Stored | None:
        return super().get(identity) or Stored(draft(identity.key), self._now())


class BelievesEveryEvent(MemoryStore):
    def remember(self, delivery: Delivery) -> bool:
        return super().remember(evolve(delivery, change=""))


class ForgetsWhatHappened(MemoryStore):
    def following(self, delivery: Delivery) -> Sequence[str]:
        known = self._deliveries.values()
        return [one.type for one in known if one.happened > delivery.happened and not one.done]


class RevivesInPlace(MemoryStore):
    def revive(self, delivery: Delivery) -> bool:
        known = self._deliveries.get((delivery.scope, delivery.event_id))
        if known is None or not known.error:
            return False
        self._deliveries[known.scope, known.event_id] = evolve(known, done=False, error="", attempts=0)
        return True


class DropsFields(MemoryStore):
    def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        return super().swap(evolve(changed, object_id=""), lease, durable=durable, tell=tell)


WRONG: tuple[tuple[type[MemoryStore], str], ...] = (
    (Boastful, "a_durable_and_shared_store_is_held_to_the_laws_of_processes"),
    (LooksAndThenInserts, "one_of_many_threads_inserts"),
    (InsertsAgain, "a_second_insert_changes_nothing"),
    (KeepsItsOwnTime, "insert_stamps_by_the_stores_clock"),
    (FoldsCase, "identities_are_compared_exactly"),
    (CutsTimes, "any_operation_comes_back_as_it_was"),
    (ReplacesText, "what_is_no_text_is_refused"),
    (IgnoresVersions, "one_of_many_threads_swaps"),
    (KeepsTheVersion, "a_swap_of_an_old_version_changes_nothing"),
    (ExtendsNoLease, "a_swap_extends_the_lease_by_the_stores_clock"),
    (TidiesAnswers, "what_was_settled_is_returned_to_the_byte"),
    (ListsEverything, "the_unfinished_are_listed_the_oldest_first"),
    (StartsAgain, "a_list_goes_on_behind_a_row"),
    (ForgetsRealms, "a_list_is_of_one_realm_and_one_account"),
    (FindsOnlyWhatWasMade, "operations_are_found_by_their_objects"),
    (FindsTheNewestFirst, "operations_are_found_by_their_objects"),
    (ListsSuccessesAsTheyWereWrittenDown, "what_succeeded_is_listed_by_when_it_did"),
    (ListsSuccessesAgain, "what_succeeded_is_listed_by_when_it_did"),
    (SendsWhatIsPlanned, "what_is_planned_is_held_by_nobody"),
    (ClaimsWithoutALease, "what_is_due_is_claimed"),
    (ClaimsWithoutALease, "each_of_many_threads_sends_another"),
    (IgnoresPriorities, "what_is_due_goes_by_priority_and_then_by_age"),
    (IsAlwaysDue, "nothing_is_due_before_its_time"),
    (HasNoLanes, "an_account_has_one_operation_in_its_lane"),
    (HasNoLanes, "each_of_many_threads_sends_another"),
    (TrustsTheVanished, "a_lane_stays_occupied_by_a_vanished_worker"),
    (TellsNobody, "a_swap_tells_with_the_change_or_not_at_all"),
    (CountsTheRefused, "movements_are_summed"),
    (PurgesNames, "a_purge_forgets_the_bodies_and_keeps_the_names"),
    (ForgetsEverything, "old_deliveries_lose_their_bodies_and_stay_known"),
    (SetsAnyPolicy, "a_policy_is_replaced_by_whoever_saw_it"),
    (SetsAnyPolicy, "one_of_many_threads_sets_the_policy"),
    (SetsAnyNote, "a_note_is_replaced_by_whoever_saw_it"),
    (SetsAnyNote, "one_of_many_threads_sets_a_note"),
    (ListsNotesAsTheyCame, "notes_are_listed_by_name"),
    (RemembersAgain, "one_of_many_threads_remembers"),
    (IgnoresScopes, "an_event_is_known_by_scope_and_id"),
    (TakesTheLast, "taking_goes_by_the_order_of_reception"),
    (IgnoresOrdering, "an_ordering_key_is_handled_one_at_a_time"),
    (IgnoresOrdering, "one_of_many_threads_takes_of_an_ordering_key"),
    (OneOrderForAll, "each_of_many_threads_takes_another"),
    (HoldsNothing, "each_of_many_threads_takes_another"),
    (HoldsNothing, "a_taken_delivery_is_stamped_by_the_stores_clock"),
    (HoldsForEver, "a_lease_that_ended_gives_the_delivery_back"),
    (IgnoresTokens, "a_lease_that_ended_gives_the_delivery_back"),
    (HidesWhatWasGivenUp, "what_is_given_up_holds_up_no_other"),
    (Reopens, "finishing_can_be_repeated"),
    (ForgetsWhy, "a_failed_delivery_comes_back"),
    (IgnoresDelays, "a_failed_delivery_waits_for_its_delay"),
    (RefusesTheLate, "a_late_worker_may_finish_what_nobody_took"),
    (CutsBodies, "any_delivery_comes_back_as_it_was"),
    (ClosesOnce, "closing_can_be_repeated"),
    (EndsAnything, "what_was_never_remembered_cannot_be_ended"),
    (MakesUpRows, "an_unknown_identity_is_unknown"),
    (DropsFields, "a_swap_replaces_the_row_that_was_seen"),
    (BelievesEveryEvent, "two_events_of_one_change_are_one"),
    (BelievesEveryEvent, "one_of_many_threads_remembers_a_change"),
    (ForgetsWhatHappened, "what_happened_later_is_known"),
    (RevivesInPlace, "what_was_given_up_is_listed_and_queued_again"),
)


@pytest.fixture
def one_is_enough() -> Iterator[settings]:
    """Have properties end at the first example that breaks them; the shortest one is for nobody to read."""
    usual = settings.get_current_profile_name()
    settings.register_profile(
        "one is enough",
        settings(),
        max_examples=100,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        database=None,
    )
    settings.load_profile("one is enough")
    yield settings()
    settings.load_profile(usual)


@pytest.mark.usefixtures("one_is_enough")
@pytest.mark.parametrize(("wrong", "law"), WRONG)
def test_a_wrong_store_breaks_its_law(wrong: type[MemoryStore], law: str) -> None:
    check: Callable[..., None] = getattr(StoreSuite(), f"test_{law}")
    durable = {"durable": True} if law == "a_swap_replaces_the_row_that_was_seen" else {}
    check(MemoryStore(), **durable)
    with pytest.raises((AssertionError, AttributeError, pytest.fail.Exception)):
        check(wrong(), **durable)


@pytest.mark.parametrize("wrong", [InsertsAgain, IgnoresVersions, RemembersAgain, TakesTheLast, IgnoresTokens])
def test_the_machine_notices_a_wrong_store(wrong: type[MemoryStore], one_is_enough: settings) -> None:
    class WrongMachine(StoreMachine):
        def make(self) -> Store:
            return wrong()

    with pytest.raises(AssertionError):
        run_state_machine_as_test(WrongMachine, settings=settings(one_is_enough, max_examples=1_000))


@pytest.mark.parametrize("verb", VERBS)
def test_a_store_that_answers_by_guess_breaks_the_law(verb: str) -> None:
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        SharedStoreSuite().test_a_store_that_cannot_be_used_says_so(MemoryStore(), verb)


def test_processes_that_share_nothing_break_the_law() -> None:
    with pytest.raises(AssertionError):
        SharedStoreSuite().test_one_of_many_processes_inserts(MemoryStore)
    with pytest.raises(AssertionError):
        SharedStoreSuite().test_what_was_acknowledged_survives_a_kill(MemoryStore, MemoryStore(), 1)


def test_the_jobs_say_what_was_acknowledged() -> None:
    said: list[str] = []
    store = MemoryStore()
    insert_one(store, said.append)
    insert_one(store, said.append)
    take_one(store, said.append)
    store.remember(event())
    take_one(store, said.append)
    claim_one(store, said.append)
    claim_in_passing(store, said.append)
    for number, job in enumerate((claim_one, claim_in_passing)):
        store.insert(planned(f"planned-{number}"), 60)
        job(store, said.append)
    assert said == ["True", "False", "none", "1", "none", "none", "1", "1"]


def test_the_job_without_end_works_until_its_process_ends() -> None:
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if line == "settled 1":
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        work_without_end(MemoryStore(), say)
    assert said == ["inserted 0", "settled 0", "remembered 0", "finished 0", "inserted 1", "settled 1"]


def test_the_kit_knows_its_names_alone() -> None:
    names: list[str] = vars(connectkit.testing)["__all__"]
    assert [getattr(connectkit.testing, name).__name__ for name in names] == names
    with pytest.raises(AttributeError, match=r"module 'connectkit.testing' has no attribute 'StoreSweet'"):
        getattr(connectkit.testing, "StoreSweet")  # noqa: B009  # a checker would refuse the plain spelling


def laws(suite: type[StoreSuite]) -> set[str]:
    return {name.removeprefix("test_") for name in dir(suite) if name.startswith("test_")}


def test_each_law_of_every_store_is_broken_by_a_wrong_one() -> None:
    assert laws(StoreSuite) - {law for _, law in WRONG} == set()
