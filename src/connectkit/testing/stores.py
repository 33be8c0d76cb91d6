"""The laws of the stores, as tests that anybody's adapter is held to."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import ClassVar, Final, TypeVar

import pytest
from attrs import evolve
from hypothesis import given

from connectkit.errors import InvalidRequest
from connectkit.storage.base import Movements, Store, Successes
from connectkit.storage.records import NEVER, Delivery, Identity, Note, Operation, Realm, State, Stored

from .samples import ANSWER, ENDED, HELD, REALM, UNSETTLED, draft, event, identity, planned
from .strategies import deliveries, operations

T = TypeVar("T")

_THREADS: Final = 16
_HALF_A_PAIR: Final = "half a surrogate pair: \ud800"
_NAMES: Final = (
    identity("order-1"),
    identity("Order-1"),
    identity("order-1 "),
    identity("order-1\0"),
    identity("caf\u00e9"),
    identity("cafe\u0301"),
    identity("order-\U0001f600"),
    evolve(identity("order-1"), tenant=""),
    evolve(identity("order-1"), tenant="tenantacct_platform", platform=""),
    evolve(identity("order-1"), platform="acct_other"),
    evolve(identity("order-1"), livemode=True),
    evolve(identity("order-1"), step="1"),
    evolve(identity("order-"), step="1"),
)


def at_once(call: Callable[[int], T]) -> list[T]:
    """Give what *call* answers in many threads that start together."""
    start: Future[None] = Future()

    def wait_and_call(number: int) -> T:
        start.result()
        return call(number)

    with ThreadPoolExecutor(_THREADS) as pool:
        waiting = [pool.submit(wait_and_call, number) for number in range(_THREADS)]
        start.set_result(None)
        return [future.result() for future in waiting]


class StoreSuite:
    """The laws of every store. An adapter's author inherits them, and gives a new and empty store.

    Written out, that is::

        class TestMyStore(StoreSuite):
            @pytest.fixture
            def store(self, tmp_path: Path) -> Iterator[Store]:
                store = MyStore(tmp_path / "journal")
                yield store
                store.close()

    A store that is durable and shared between processes inherits `SharedStoreSuite` instead.
    """

    processes: ClassVar[bool] = False
    """Whether the laws of several processes are among these."""

    def test_a_durable_and_shared_store_is_held_to_the_laws_of_processes(self, store: Store) -> None:
        """What a store promises is tested."""
        promised = store.powers.durable and store.powers.shared
        assert self.processes or not promised

    def test_insert_stamps_by_the_stores_clock(self, store: Store) -> None:
        """The store's time is in the row and beside it."""
        stored = store.insert(draft(), HELD)
        now = stored.now
        lease_until = now + timedelta(seconds=HELD)
        assert stored.inserted
        assert stored.operation == evolve(draft(), created=now, updated=now, first_sent=now, lease_until=lease_until)

    def test_one_of_many_threads_inserts(self, store: Store) -> None:
        """Exactly one call is given the identity; the others are given the row of that one."""
        found = at_once(lambda number: store.insert(draft(fingerprint=f"of {number}"), HELD))
        winners = [stored.operation for stored in found if stored.inserted]
        assert len(winners) == 1
        assert {stored.operation for stored in found} == set(winners)

    def test_a_second_insert_changes_nothing(self, store: Store) -> None:
        """Neither the row nor its lease."""
        first = store.insert(draft(), ENDED).operation
        again = store.insert(draft(fingerprint="of another request"), HELD)
        assert not again.inserted
        assert again.operation == first
        assert again.now >= first.lease_until

    def test_identities_are_compared_exactly(self, store: Store) -> None:
        """Nothing is folded, trimmed, normalised, cut off or run together."""
        stored = [store.insert(evolve(draft(), identity=name), HELD) for name in _NAMES]
        assert [one.inserted for one in stored] == [True] * len(_NAMES)
        found = [store.get(name) for name in _NAMES]
        assert [one and one.operation for one in found] == [one.operation for one in stored]

    def test_any_operation_comes_back_as_it_was(self, store: Store) -> None:
        """Each field, whatever its text, and each time to the microsecond."""
        numbers = count()

        @given(operations())
        def comes_back(drawn: Operation) -> None:
            name = evolve(drawn.identity, key=f"{next(numbers)} {drawn.identity.key}")
            inserted = store.insert(evolve(drawn, identity=name), HELD).operation
            changed = evolve(drawn, identity=name, created=inserted.created)
            swapped = store.swap(changed, None, durable=True)
            found = store.get(name)
            assert swapped is not None
            assert found is not None
            assert found.operation == swapped.operation
            assert found.operation == evolve(changed, version=drawn.version + 1, updated=swapped.now)

        comes_back()

    def test_what_is_no_text_is_refused(self, store: Store) -> None:
        """Half a surrogate pair is spelled by no encoding, so nothing is stored under a replacement."""
        with pytest.raises(InvalidRequest, match="key"):
            store.insert(draft(_HALF_A_PAIR), HELD)
        with pytest.raises(InvalidRequest, match="key"):
            store.get(identity(_HALF_A_PAIR))
        with pytest.raises(InvalidRequest, match="event_id"):
            store.remember(event(_HALF_A_PAIR))
        inserted = store.insert(draft(), HELD).operation
        with pytest.raises(InvalidRequest, match="answer"):
            store.swap(evolve(inserted, answer=_HALF_A_PAIR), None, durable=False)
        assert _known(store, "order-1") == inserted
        assert store.take(ENDED) is None

    def test_an_unknown_identity_is_unknown(self, store: Store) -> None:
        """There is nothing to get and nothing to swap."""
        assert store.get(identity("order-1")) is None
        assert store.swap(draft(), HELD, durable=True) is None
        assert store.get(identity("order-1")) is None

    @pytest.mark.parametrize("durable", [True, False])
    def test_a_swap_replaces_the_row_that_was_seen(self, store: Store, *, durable: bool) -> None:
        """The version grows, the time is stamped, the lease is kept."""
        inserted = store.insert(draft(), HELD).operation
        changed = evolve(inserted, state=State.SUCCEEDED, object_id="po_1", answer="{}")
        swapped = store.swap(changed, None, durable=durable)
        assert swapped is not None
        assert not swapped.inserted
        assert swapped.operation == evolve(changed, version=2, updated=swapped.now)
        assert _known(store, "order-1") == swapped.operation

    def test_a_swap_extends_the_lease_by_the_stores_clock(self, store: Store) -> None:
        """From the store's now on, however far the old lease reached."""
        inserted = store.insert(draft(), ENDED).operation
        swapped = store.swap(inserted, HELD, durable=True)
        assert swapped is not None
        assert swapped.operation.lease_until == swapped.now + timedelta(seconds=HELD)

    def test_a_swap_of_an_old_version_changes_nothing(self, store: Store) -> None:
        """Whoever saw less than the latest row has to look again."""
        inserted = store.insert(draft(), HELD).operation
        latest = store.swap(evolve(inserted, object_id="po_1"), None, durable=True)
        assert latest is not None
        assert store.swap(evolve(inserted, object_id="po_2"), HELD, durable=True) is None
        assert _known(store, "order-1") == latest.operation

    def test_one_of_many_threads_swaps(self, store: Store) -> None:
        """Exactly one of those who saw the same version succeeds."""
        inserted = store.insert(draft(), HELD).operation
        swaps = at_once(lambda number: store.swap(evolve(inserted, object_id=f"po_{number}"), None, durable=False))
        assert [swap.operation for swap in swaps if swap is not None] == [_known(store, "order-1")]

    def test_what_was_settled_is_returned_to_the_byte(self, store: Store) -> None:
        """An answer is text, not a document that may be written another way."""
        inserted = store.insert(draft(), HELD).operation
        store.swap(evolve(inserted, state=State.SUCCEEDED, answer=ANSWER), None, durable=False)
        assert store.insert(draft(), HELD).operation.answer == ANSWER

    def test_the_unfinished_are_listed_the_oldest_first(self, store: Store) -> None:
        """Changing a row does not move it; what succeeded or was refused is left out."""
        states = [State.STARTED, State.SUCCEEDED, State.UNKNOWN, State.REFUSED, State.REVIEW]
        inserted = [store.insert(draft(state.value), HELD).operation for state in states]
        for row, state in reversed([*zip(inserted, states, strict=True)]):
            store.swap(evolve(row, state=state), None, durable=False)
        listed = [_known(store, key) for key in ("started", "unknown", "review")]
        assert [stored.operation for stored in store.listed(REALM, UNSETTLED, 5)] == listed
        assert [stored.operation for stored in store.listed(REALM, UNSETTLED, 2)] == listed[:2]

    def test_a_list_is_of_one_realm_and_one_account(self, store: Store) -> None:
        """Whoever works for one tenant, platform or mode never sees another's operations."""
        others = [evolve(REALM, tenant="other"), evolve(REALM, platform="acct_other"), evolve(REALM, livemode=True)]
        mine = store.insert(evolve(draft(), account="acct_1"), HELD).operation
        for realm in others:
            store.insert(_of(realm, planned()), HELD)
        assert [stored.operation for stored in store.listed(REALM, [*State], 5)] == [mine]
        assert [stored.operation for stored in store.listed(REALM, [*State], 5, "acct_1")] == [mine]
        assert not store.listed(REALM, [*State], 5, "acct_2")
        assert not store.listed(REALM, [], 5)
        assert store.due(REALM, HELD) is None
        assert [len(store.listed(realm, [State.PLANNED], 5)) for realm in others] == [1, 1, 1]

    def test_a_list_goes_on_behind_a_row(self, store: Store) -> None:
        """Whatever has become of its rows since; nothing follows what nobody knows."""
        for number in range(5):
            store.insert(draft(f"order-{number}"), HELD)
            store.insert(_of(evolve(REALM, tenant="other"), draft(f"order-{number}")), HELD)
        for key, state in (("order-1", State.SUCCEEDED), ("order-2", State.UNKNOWN), ("order-4", State.REFUSED)):
            store.swap(evolve(_known(store, key), state=state), None, durable=False)

        def following(last: str, states: Collection[State], limit: int) -> list[str]:
            found = store.listed(REALM, states, limit, "", identity(last))
            return [stored.operation.identity.key for stored in found]

        assert following("order-0", [*State], 2) == ["order-1", "order-2"]
        assert following("order-1", UNSETTLED, 9) == ["order-2", "order-3"]
        assert following("order-2", [*State], 9) == ["order-3", "order-4"]
        assert following("order-4", [*State], 9) == following("order-9", [*State], 9) == []

    def test_what_is_planned_is_held_by_nobody(self, store: Store) -> None:
        """And was never sent."""
        stored = store.insert(planned(), HELD)
        row = evolve(planned(), created=stored.now, updated=stored.now, lease_until=stored.now)
        assert stored.operation == row
        assert _known(store, "order-1").first_sent == NEVER

    def test_what_is_due_is_claimed(self, store: Store) -> None:
        """It is sent for the first time, by one holder, in the lane of its account."""
        drawn = store.insert(planned(account="acct_1"), HELD).operation
        claimed = _due(store, HELD)
        now = claimed.now
        started = evolve(drawn, state=State.STARTED, token=1, version=2, lane="acct_1", first_sent=now, updated=now)
        assert claimed.operation == evolve(started, lease_until=now + timedelta(seconds=HELD))
        assert _known(store, "order-1") == claimed.operation
        assert store.due(REALM, HELD) is None

    def test_what_is_due_goes_by_priority_and_then_by_age(self, store: Store) -> None:
        """The highest first, and the oldest of these."""
        for key, priority in (("order-1", 0), ("order-2", 5), ("order-3", 5), ("order-4", -5)):
            store.insert(planned(key, priority=priority), HELD)
        order = [_due(store, HELD).operation.identity.key for _ in range(4)]
        assert order == ["order-2", "order-3", "order-1", "order-4"]

    def test_nothing_is_due_before_its_time(self, store: Store) -> None:
        """However high its priority; and what is not deferred, or has ended, is never due."""
        later = store.insert(evolve(planned(), due=_now(store) + timedelta(days=1)), HELD).operation
        store.insert(evolve(draft("order-2"), state=State.UNKNOWN), ENDED)
        for number, state in enumerate((State.SUCCEEDED, State.REFUSED, State.REVIEW)):
            store.insert(evolve(planned(f"ended-{number}"), state=state), ENDED)
        assert store.due(REALM, HELD) is None
        store.swap(evolve(later, due=later.created), None, durable=True)
        assert _due(store, HELD).operation.identity.key == "order-1"

    def test_an_account_has_one_operation_in_its_lane(self, store: Store) -> None:
        """Until that is swapped into another state; and no account blocks another."""
        for key, account in (("order-1", "acct_1"), ("order-2", "acct_1"), ("order-3", "acct_2"), ("order-4", "")):
            store.insert(planned(key, account=account), HELD)
        first, *others = (_due(store, HELD).operation for _ in range(3))
        assert [row.identity.key for row in (first, *others)] == ["order-1", "order-3", "order-4"]
        assert store.due(REALM, HELD) is None
        settled = store.swap(evolve(first, state=State.SUCCEEDED), None, durable=False)
        assert settled is not None
        assert settled.operation.lane == ""
        assert _due(store, HELD).operation.identity.key == "order-2"

    def test_a_lane_stays_occupied_by_a_vanished_worker(self, store: Store) -> None:
        """What it was sending comes first, in doubt, with a higher token and its old lease remembered."""
        store.insert(planned(account="acct_1"), HELD)
        store.insert(planned("order-2", account="acct_1", priority=9), HELD)
        urgent = _due(store, ENDED).operation
        again = _due(store, HELD).operation
        assert urgent.identity == again.identity
        assert (again.token, again.doubt, again.quiet_from) == (2, True, urgent.lease_until)
        assert again.first_sent == urgent.first_sent

    def test_each_of_many_threads_sends_another(self, store: Store) -> None:
        """An operation is claimed once, and an account has one of them."""
        for number in range(_THREADS):
            store.insert(planned(f"order-{number}", account="acct_1" if number % 2 else ""), HELD)
        claimed = [found.operation for found in at_once(lambda _: store.due(REALM, HELD)) if found is not None]
        assert len({row.identity for row in claimed}) == len(claimed) == _THREADS // 2 + 1
        assert len([row for row in claimed if row.account]) == 1

    def test_a_swap_tells_with_the_change_or_not_at_all(self, store: Store) -> None:
        """What was swapped is told once; what was not swapped is not told."""
        inserted = store.insert(draft(), HELD).operation
        assert store.swap(evolve(inserted, object_id="po_1"), None, durable=False, tell=event()) is not None
        assert store.swap(evolve(inserted, object_id="po_2"), None, durable=False, tell=event("evt_2")) is None
        assert not store.remember(event())
        taken = _taken(store, HELD)
        assert (taken.event_id, taken.body, taken.attempts) == (event().event_id, event().body, 1)
        assert store.take(HELD) is None

    def test_operations_are_found_by_their_objects(self, store: Store) -> None:
        """By what they made, and by what that belongs to or led to; the oldest first, each once, of one realm."""
        for key in ("order-1", "order-2", "order-3", "order-4"):
            store.insert(evolve(draft(key), related_id="ch_1" if key == "order-3" else ""), HELD)
        for key, made, related in (("order-2", "re_2", "ch_1"), ("order-1", "pi_1", "ch_1")):
            row = evolve(_known(store, key), state=State.SUCCEEDED, object_id=made, related_id=related)
            store.swap(row, None, durable=False)
        store.insert(_of(evolve(REALM, tenant="other"), evolve(draft(), related_id="ch_1")), HELD)

        def found(*objects: str) -> list[Operation]:
            return [stored.operation for stored in store.related(REALM, objects)]

        first, second, third = (_known(store, key) for key in ("order-1", "order-2", "order-3"))
        assert found("ch_1") == found("re_2", "ch_1", "pi_1", "pi_9") == [first, second, third]
        assert (found("re_2"), found("pi_1")) == ([second], [first])
        assert found() == found("") == found("ch_") == found("CH_1") == []
        store.swap(evolve(third, related_id="ch_2"), None, durable=False)
        assert found("ch_1") == [first, second]
        assert [row.identity for row in found("ch_2")] == [third.identity]
        with pytest.raises(InvalidRequest):
            found(_HALF_A_PAIR)

    def test_what_succeeded_is_listed_by_when_it_did(self, store: Store) -> None:
        """Whenever it was written down; what was refused, and other realms' and accounts', is left out."""
        keys = [f"order-{number}" for number in range(6)]
        for key in keys:
            store.insert(evolve(draft(key), account="acct_1" if key < "order-3" else "acct_2"), HELD)
        other = store.insert(_of(evolve(REALM, tenant="other"), draft()), HELD).operation
        store.swap(evolve(other, state=State.SUCCEEDED), None, durable=False)
        ends = {"order-4": State.SUCCEEDED, "order-1": State.SUCCEEDED, "order-3": State.REFUSED}
        ends |= {"order-0": State.SUCCEEDED, "order-2": State.UNKNOWN, "order-5": State.SUCCEEDED}
        for key, state in ends.items():
            store.swap(evolve(_known(store, key), state=state), None, durable=False)
        rows = {key: _known(store, key) for key in keys}
        succeeded = sorted((key for key in keys if ends[key] is State.SUCCEEDED), key=lambda key: rows[key].updated)
        every = Successes(realm=REALM, since=NEVER, until=_now(store))

        def found(successes: Successes, limit: int = 9) -> list[str]:
            listed = store.succeeded(successes, limit)
            assert [stored.operation for stored in listed] == [rows[stored.operation.identity.key] for stored in listed]
            return [stored.operation.identity.key for stored in listed]

        first, second, third, fourth = succeeded
        assert found(every) == succeeded
        assert found(every, 2) == [first, second]
        assert found(evolve(every, account="acct_2")) == [key for key in succeeded if key > "order-3"]
        assert found(evolve(every, until=rows["order-1"].created)) == [key for key in succeeded if key < "order-2"]
        assert found(evolve(every, since=rows[third].updated)) == [third, fourth]
        assert found(evolve(every, since=rows[second].updated, after=identity(second)), 1) == [third]
        assert found(evolve(every, since=rows[fourth].updated, after=identity(fourth))) == []
        assert found(evolve(every, since=rows[fourth].updated, after=identity("order-9"))) == []
        store.swap(evolve(rows[first], state=State.REVIEW), None, durable=False)
        assert found(every) == [second, third, fourth]
        for wrong in (evolve(every, account=_HALF_A_PAIR), evolve(every, after=identity(_HALF_A_PAIR))):
            with pytest.raises(InvalidRequest):
                found(wrong)

    def test_movements_are_summed(self, store: Store) -> None:
        """Those of a currency, verbs, time, account and realm; what was refused or never sent moved nothing."""
        began = _now(store)
        moves = [
            (draft("1"), 1, "acct_1"),
            (draft("2"), 20, "acct_2"),
            (evolve(draft("3"), state=State.REFUSED), 300, "acct_1"),
            (planned("4"), 4000, "acct_1"),
            (evolve(draft("5"), verb="transfers.create"), 50_000, "acct_1"),
            (_of(evolve(REALM, livemode=True), draft("6")), 600_000, "acct_1"),
        ]
        for row, amount, account in moves:
            store.insert(evolve(row, amount=amount, currency="usd", account=account), HELD)
        store.insert(evolve(draft("7"), amount=7_000_000, currency="eur"), HELD)
        sought = Movements(realm=REALM, currency="usd", verbs=["payouts.create"], since=began)
        others = [
            evolve(sought, verbs=["payouts.create", "transfers.create"]),
            evolve(sought, account="acct_2"),
            evolve(sought, since=_now(store) + timedelta(days=1)),
            evolve(sought, verbs=[]),
        ]
        assert [store.moved(movements) for movements in (sought, *others)] == [21, 50_021, 20, 0, 0]

    def test_a_purge_forgets_the_bodies_and_keeps_the_names(self, store: Store) -> None:
        """Of what has ended; so that nothing is done again."""
        settled = self._ended(store, "order-1", State.SUCCEEDED, "acct_1")
        self._ended(store, "order-2", State.REFUSED, "acct_2")
        waiting = store.insert(draft("order-3"), HELD).operation
        future = _now(store) + timedelta(days=1)
        assert store.purge(REALM, settled.created) == 0
        assert store.purge(evolve(REALM, tenant="other"), future) == 0
        assert store.purge(REALM, future, "acct_1") == 1
        kept = evolve(settled, request="", answer="", refusal="", version=settled.version + 1)
        assert _known(store, "order-1") == kept
        assert store.insert(draft(), HELD).operation == kept
        assert (store.purge(REALM, future), store.purge(REALM, future)) == (1, 0)
        assert _known(store, "order-3") == waiting

    @staticmethod
    def _ended(store: Store, key: str, state: State, account: str) -> Operation:
        inserted = store.insert(evolve(draft(key), account=account), HELD).operation
        ended = evolve(inserted, state=state, object_id="po_1", answer=ANSWER, refusal="{}")
        swapped = store.swap(ended, None, durable=True)
        assert swapped is not None
        return swapped.operation

    def test_old_deliveries_lose_their_bodies_and_stay_known(self, store: Store) -> None:
        """Only those that are done."""
        store.remember(event())
        store.remember(event("evt_2"))
        assert store.finish(_taken(store, HELD))
        future = _now(store) + timedelta(days=1)
        assert (store.forget(_now(store) - timedelta(days=1)), store.forget(future, "test/acct_other")) == (0, 0)
        assert (store.forget(future, event().scope), store.forget(future)) == (1, 0)
        assert not store.remember(event())
        assert _taken(store, HELD).body == event().body

    def test_a_policy_is_replaced_by_whoever_saw_it(self, store: Store) -> None:
        """And every row of its realm tells it from then on."""
        before = store.insert(draft(), HELD)
        assert (before.policy, store.policy(REALM)) == ("", "")
        assert store.set_policy(REALM, "", "one")
        assert not store.set_policy(REALM, "", "two")
        assert store.set_policy(REALM, "one", "three")
        assert store.policy(REALM) == "three"
        assert store.policy(evolve(REALM, livemode=True)) == ""
        store.insert(planned("order-2"), HELD)
        found = store.get(identity("order-1"))
        again = [store.insert(draft(), HELD), store.swap(before.operation, None, durable=False), _due(store, HELD)]
        assert [stored and stored.policy for stored in (found, *again)] == ["three"] * 4
        other = store.insert(_of(evolve(REALM, livemode=True), draft()), HELD)
        assert other.policy == ""

    def test_one_of_many_threads_sets_the_policy(self, store: Store) -> None:
        """Of those who saw the same one."""
        assert sorted(at_once(lambda number: store.set_policy(REALM, "", f"of {number}"))) == [False] * (
            _THREADS - 1
        ) + [True]

    def test_a_note_is_replaced_by_whoever_saw_it(self, store: Store) -> None:
        """It is its realm's, topic's and name's, and its version grows."""
        first = Note(REALM, "requirements", "acct_1", "one é \n")
        assert store.note(REALM, "requirements", "acct_1") is None
        assert (store.set_note(first), store.set_note(first)) == (True, False)
        found = store.note(REALM, "requirements", "acct_1")
        assert found == evolve(first, version=1)
        assert store.set_note(evolve(first, text="two", version=1))
        assert not store.set_note(evolve(first, text="three", version=1))
        assert store.note(REALM, "requirements", "acct_1") == evolve(first, text="two", version=2)
        assert not store.set_note(Note(REALM, "requirements", "acct_2", "late", 1))
        others = (evolve(REALM, livemode=True), "requirements", "acct_1"), (REALM, "other", "acct_1")
        assert [store.note(*other) for other in others] == [None, None]

    def test_notes_are_listed_by_name(self, store: Store) -> None:
        """Those of one topic of one realm, a page at a time."""
        for name in ("acct_b", "acct_ä", "acct_B", "acct_a"):
            assert store.set_note(Note(REALM, "requirements", name, "text"))
        store.set_note(Note(REALM, "other", "acct_c", ""))
        store.set_note(Note(evolve(REALM, livemode=True), "requirements", "acct_c", ""))
        page = store.notes(REALM, "requirements", "", 3)
        assert [note.name for note in page] == ["acct_B", "acct_a", "acct_b"]
        assert page[0] == Note(REALM, "requirements", "acct_B", "text", 1)
        assert [note.name for note in store.notes(REALM, "requirements", "acct_b", 3)] == ["acct_ä"]

    def test_one_of_many_threads_sets_a_note(self, store: Store) -> None:
        """Of those who saw the same one."""
        first = Note(REALM, "requirements", "acct_1", "")
        assert sorted(at_once(lambda _: store.set_note(first))) == [False] * (_THREADS - 1) + [True]
        assert sorted(at_once(lambda _: store.set_note(evolve(first, version=1)))) == [False] * (_THREADS - 1) + [True]

    def test_one_of_many_threads_remembers(self, store: Store) -> None:
        """Of any number of deliveries of one event exactly one is new."""
        assert sorted(at_once(lambda _: store.remember(event()))) == [False] * (_THREADS - 1) + [True]

    def test_an_event_is_known_by_scope_and_id(self, store: Store) -> None:
        """What came first is kept; another scope's event of the same id is another event."""
        assert store.remember(event())
        assert not store.remember(evolve(event(), body=b"another", ordering="another"))
        assert store.remember(evolve(event(), scope="test/acct_other"))
        assert [_taken(store, HELD).scope for _ in range(2)] == ["test/acct_platform", "test/acct_other"]

    def test_any_delivery_comes_back_as_it_was(self, store: Store) -> None:
        """Each field, whatever its text and bytes."""
        numbers = count()

        @given(deliveries())
        def comes_back(drawn: Delivery) -> None:
            number = next(numbers)
            delivery = evolve(drawn, event_id=f"{number} {drawn.event_id}", change=f"{number} {drawn.change}")
            assert store.remember(delivery)
            taken = _taken(store, ENDED)
            stamped = evolve(delivery, attempts=drawn.attempts + 1, token=drawn.token + 1)
            assert taken == evolve(stamped, received=taken.received, lease_until=taken.lease_until)
            assert store.finish(taken)
            assert store.known(delivery.scope, delivery.event_id) == evolve(taken, done=True, error="")

        comes_back()

    def test_two_events_of_one_change_are_one(self, store: Store) -> None:
        """Within a scope, and where the change is known at all."""
        told = evolve(event(), change="paid at noon")
        assert store.remember(told)
        assert not store.remember(evolve(told, event_id="evt_2"))
        assert store.remember(evolve(told, scope="test/acct_other"))
        assert all(store.remember(event(name)) for name in ("evt_3", "evt_4"))
        assert store.known(told.scope, "evt_2") is None

    def test_one_of_many_threads_remembers_a_change(self, store: Store) -> None:
        """Of any number of events of one change exactly one is new."""
        said = at_once(lambda number: store.remember(evolve(event(f"evt_{number}"), change="paid")))
        assert sorted(said) == [False] * (_THREADS - 1) + [True]

    def test_what_happened_later_is_known(self, store: Store) -> None:
        """By Stripe's clock and not by the order of reception, done or not, and of one object."""
        noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
        for name, type_, ordering, hours in (
            ("evt_1", "payout.failed", "po_1", 3),
            ("evt_2", "payout.paid", "po_1", 2),
            ("evt_3", "payout.failed", "po_1", 4),
            ("evt_4", "payout.canceled", "po_2", 5),
            ("evt_5", "payout.created", "", 5),
        ):
            happened = noon + timedelta(hours=hours)
            store.remember(evolve(event(name, ordering=ordering), type=type_, happened=happened))
        store.finish(_taken(store, HELD))
        assert sorted(store.following(evolve(event(ordering="po_1"), happened=noon))) == [
            "payout.failed",
            "payout.paid",
        ]
        assert store.following(evolve(event(ordering="po_1"), happened=noon + timedelta(hours=3))) == ["payout.failed"]
        assert store.following(evolve(event(ordering="po_1"), happened=noon + timedelta(hours=4))) == []
        assert store.following(evolve(event(), happened=noon)) == []

    def test_what_was_given_up_is_listed_and_queued_again(self, store: Store) -> None:
        """The oldest first; behind all others, as if it had never been tried, and once."""
        for name in ("evt_1", "evt_2", "evt_3", "evt_4"):
            store.remember(event(name, ordering="po_1"))
        for _ in range(2):
            assert store.finish(_taken(store, HELD), "it broke")
        assert store.finish(_taken(store, HELD))
        assert [one.event_id for one in store.given_up(10)] == ["evt_1", "evt_2"]
        (first,) = store.given_up(1)
        assert (first.event_id, first.error, first.body) == ("evt_1", "it broke", event().body)
        assert sorted(at_once(lambda _: store.revive(first))) == [False] * (_THREADS - 1) + [True]
        assert not any(store.revive(event(name)) for name in ("evt_3", "evt_4", "evt_5"))
        assert [one.event_id for one in store.given_up(10)] == ["evt_2"]
        waiting = _taken(store, HELD)
        assert (waiting.event_id, store.take(HELD)) == ("evt_4", None)
        assert not store.finish(first)
        assert store.finish(waiting)
        again = _taken(store, HELD)
        assert (again.event_id, again.attempts) == ("evt_1", 1)
        assert again.token > first.token + 1
        assert store.finish(again)
        assert [one.event_id for one in store.given_up(10)] == ["evt_2"]

    def test_taking_goes_by_the_order_of_reception(self, store: Store) -> None:
        """The oldest first, each to one worker, and nothing when all are held."""
        for name in ("evt_2", "evt_3", "evt_1"):
            store.remember(event(name))
        assert [_taken(store, HELD).event_id for _ in range(3)] == ["evt_2", "evt_3", "evt_1"]
        assert store.take(HELD) is None

    def test_a_taken_delivery_is_stamped_by_the_stores_clock(self, store: Store) -> None:
        """When it came, until when it is held, and that it was taken once."""
        now = _now(store)
        store.remember(event())
        taken = _taken(store, HELD)
        assert now <= taken.received <= taken.lease_until - timedelta(seconds=HELD) <= _now(store)
        assert (taken.attempts, taken.token, taken.done) == (1, 1, False)

    def test_each_of_many_threads_takes_another(self, store: Store) -> None:
        """A delivery belongs to one worker."""
        names = {f"evt_{number}" for number in range(_THREADS // 2)}
        for name in names:
            store.remember(event(name))
        taken = [delivery.event_id for delivery in at_once(lambda _: store.take(HELD)) if delivery is not None]
        assert sorted(taken) == sorted(names)

    def test_an_ordering_key_is_handled_one_at_a_time(self, store: Store) -> None:
        """The next of a key waits until the one before is done; other keys do not wait."""
        for name, ordering in (("evt_1", "po_1"), ("evt_2", "po_1"), ("evt_3", "po_2"), ("evt_4", "")):
            store.remember(event(name, ordering=ordering))
        first, other, free = (_taken(store, HELD) for _ in range(3))
        assert [first.event_id, other.event_id, free.event_id] == ["evt_1", "evt_3", "evt_4"]
        assert store.take(HELD) is None
        assert store.finish(first)
        assert _taken(store, HELD).event_id == "evt_2"

    def test_one_of_many_threads_takes_of_an_ordering_key(self, store: Store) -> None:
        """However many ask together."""
        for number in range(3):
            store.remember(event(f"evt_{number}", ordering="po_1"))
        taken = [delivery.event_id for delivery in at_once(lambda _: store.take(HELD)) if delivery is not None]
        assert taken == ["evt_0"]

    def test_a_lease_that_ended_gives_the_delivery_back(self, store: Store) -> None:
        """With a higher token; what the late worker reports does not count."""
        store.remember(event(ordering="po_1"))
        store.remember(event("evt_2", ordering="po_1"))
        late = _taken(store, ENDED)
        present = _taken(store, HELD)
        assert (present.event_id, present.attempts) == (late.event_id, 2)
        assert present.token > late.token
        assert not store.finish(late)
        assert not store.fail(late, "too late", ENDED)
        assert store.take(HELD) is None
        assert store.finish(present)

    def test_a_late_worker_may_finish_what_nobody_took(self, store: Store) -> None:
        """The work was done once, so it counts."""
        store.remember(event())
        assert store.finish(_taken(store, ENDED))
        assert store.take(HELD) is None

    def test_finishing_can_be_repeated(self, store: Store) -> None:
        """Its answer may have been lost; failing afterwards does not reopen it."""
        store.remember(event())
        taken = _taken(store, HELD)
        assert store.finish(taken)
        assert store.finish(taken)
        assert not store.fail(taken, "after all", ENDED)
        assert store.take(HELD) is None

    def test_a_failed_delivery_comes_back(self, store: Store) -> None:
        """It keeps its place and says why it failed, whatever characters that needs."""
        store.remember(event())
        store.remember(event("evt_2"))
        assert store.fail(_taken(store, HELD), _HALF_A_PAIR, ENDED)
        again = _taken(store, HELD)
        assert (again.event_id, again.attempts, again.token) == ("evt_1", 2, 2)
        assert again.error == "half a surrogate pair: \\ud800"

    def test_a_failed_delivery_waits_for_its_delay(self, store: Store) -> None:
        """What follows it under its ordering key waits with it, and nothing else does."""
        for name, ordering in (("evt_1", "po_1"), ("evt_2", "po_1"), ("evt_3", "po_2")):
            store.remember(event(name, ordering=ordering))
        assert store.fail(_taken(store, HELD), "not yet", HELD)
        assert _taken(store, HELD).event_id == "evt_3"
        assert store.take(HELD) is None

    def test_what_is_given_up_holds_up_no_other(self, store: Store) -> None:
        """It is not handed out again, and the next of its ordering key is."""
        store.remember(event(ordering="po_1"))
        store.remember(event("evt_2", ordering="po_1"))
        assert store.finish(_taken(store, HELD), _HALF_A_PAIR)
        assert _taken(store, HELD).event_id == "evt_2"
        assert store.take(HELD) is None
        assert not store.remember(event())

    def test_what_was_never_remembered_cannot_be_ended(self, store: Store) -> None:
        """Neither well nor badly."""
        assert store.known("test/acct_platform", "evt_1") is None
        assert not store.finish(event())
        assert not store.fail(event(), "unknown", ENDED)

    def test_closing_can_be_repeated(self, store: Store) -> None:
        """Whoever shares a store may close it."""
        store.insert(draft(), HELD)
        store.close()
        store.close()


def _of(realm: Realm, row: Operation) -> Operation:
    name = row.identity
    return evolve(
        row, identity=Identity(realm.tenant, realm.platform, livemode=realm.livemode, key=name.key, step=name.step)
    )


def _due(store: Store, lease: float) -> Stored:
    claimed = store.due(REALM, lease)
    assert claimed is not None
    return claimed


def _known(store: Store, key: str) -> Operation:
    found = store.get(identity(key))
    assert found is not None
    return found.operation


def _taken(store: Store, lease: float) -> Delivery:
    taken = store.take(lease)
    assert taken is not None
    return taken


def _now(store: Store) -> datetime:
    return store.insert(draft("the clock"), HELD).now
