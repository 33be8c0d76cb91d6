"""Any store beside the reference, verb for verb."""

from __future__ import annotations

from abc import abstractmethod
from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import evolve, frozen
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, multiple, rule

from connectkit.storage.base import Movements, Store, Successes
from connectkit.storage.memory import MemoryStore
from connectkit.storage.records import NEVER, Delivery, Identity, Note, Operation, State, Stored

from .samples import ENDED, HELD, REALM, draft, event, identity, planned

_PAST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_FUTURE: Final = datetime(3000, 1, 1, tzinfo=UTC)


@frozen
class _Rows:
    """What both stores answered to one call."""

    expected: Stored
    found: Stored


@frozen
class _Deliveries:
    expected: Delivery
    found: Delivery


_leases: Final = st.sampled_from([ENDED, HELD])
_keys: Final = st.sampled_from(["order-1", "order-2", "order-3"])
_events: Final = st.sampled_from(["evt_1", "evt_2", "evt_3", "evt_4"])
_accounts: Final = st.sampled_from(["", "acct_1"])
_changes: Final = st.sampled_from(["", "paid", "failed"])
_objects: Final = st.sampled_from(["", "po_1", "po_2"])
_orderings: Final = st.sampled_from(["", "po_1", "po_2"])


class StoreMachine(RuleBasedStateMachine):
    """Compares a store with `MemoryStore`: after any calls in any order both have to answer the same.

    An author gives the store, new and empty each time::

        class MyStoreMachine(StoreMachine):
            def make(self) -> Store:
                return MyStore(tempfile.mkdtemp() + "/journal")

        TestMyStoreMachine = MyStoreMachine.TestCase
    """

    rows: Bundle[_Rows] = Bundle("rows")
    taken: Bundle[_Deliveries] = Bundle("taken")

    def __init__(self) -> None:
        super().__init__()
        self._model = MemoryStore()
        self._store = self.make()

    @abstractmethod
    def make(self) -> Store:
        """Give a store that is new and empty."""

    def teardown(self) -> None:
        """Close the store after each run."""
        self._store.close()

    @rule(target=rows, key=_keys, fingerprint=st.text(), lease=_leases)
    def insert(self, key: str, fingerprint: str, lease: float) -> _Rows:
        """Both insert, or both have it."""
        drawn = draft(key, fingerprint=fingerprint)
        return _same(self._model.insert(drawn, lease), self._store.insert(drawn, lease))

    @rule(target=rows, key=_keys, account=_accounts, priority=st.integers(0, 2))
    def plan(self, key: str, account: str, priority: int) -> _Rows:
        """Both plan it, or both have it."""
        drawn = planned(key, account=account, priority=priority)
        return _same(self._model.insert(drawn, HELD), self._store.insert(drawn, HELD))

    @rule(target=rows, lease=_leases)
    def due(self, lease: float) -> _Rows | MultipleResults[_Rows]:
        """Both hand out the same operation, or none."""
        expected, found = self._model.due(REALM, lease), self._store.due(REALM, lease)
        if expected is None or found is None:
            assert expected is found
            return multiple()
        return _same(expected, found)

    @rule(
        target=rows,
        rows=rows,
        state=st.sampled_from(State),
        answer=st.text(),
        lease=st.none() | _leases,
        amount=st.integers(0, 3),
        ids=st.tuples(_objects, _objects),
        durable=st.booleans(),
        tell=st.none() | st.builds(event, _events),
    )
    def swap(
        self,
        rows: _Rows,
        state: State,
        answer: str,
        lease: float | None,
        amount: int,
        *,
        ids: tuple[str, str],
        durable: bool,
        tell: Delivery | None,
    ) -> _Rows | MultipleResults[_Rows]:
        """Both swap the row that was seen, however old, and tell of it, or both refuse."""
        made, related = ids
        expected, found = (
            store.swap(
                evolve(
                    seen.operation,
                    state=state,
                    object_id=made,
                    related_id=related,
                    answer=answer,
                    amount=amount,
                    currency="usd",
                ),
                lease,
                durable=durable,
                tell=tell,
            )
            for store, seen in ((self._model, rows.expected), (self._store, rows.found))
        )
        if expected is None or found is None:
            assert expected is found
            return multiple()
        return _same(expected, found)

    @rule(key=_keys)
    def get(self, key: str) -> None:
        """Both know it, or none."""
        expected, found = (store.get(identity(key)) for store in (self._model, self._store))
        if expected is None or found is None:
            assert expected is found
        else:
            _same(expected, found)

    @rule(
        states=st.sets(st.sampled_from(State)),
        limit=st.integers(1, 4),
        account=_accounts,
        after=st.none() | st.builds(identity, _keys),
    )
    def listed(self, states: set[State], limit: int, account: str, after: Identity | None) -> None:
        """Both list the same rows in the same order."""
        expected, found = (store.listed(REALM, states, limit, account, after) for store in (self._model, self._store))
        for one, other in zip(expected, found, strict=True):
            _same(one, other)

    @rule(objects=st.sets(_objects))
    def related(self, objects: set[str]) -> None:
        """Both find the same rows in the same order."""
        expected, found = (store.related(REALM, objects) for store in (self._model, self._store))
        for one, other in zip(expected, found, strict=True):
            _same(one, other)

    @rule(limit=st.integers(1, 4), account=_accounts, after=st.none() | st.builds(identity, _keys))
    def succeeded(self, limit: int, account: str, after: Identity | None) -> None:
        """Both list the same rows in the same order, from the beginning or behind a row."""
        expected, found = (
            store.succeeded(_behind(store, account, after), limit) for store in (self._model, self._store)
        )
        for one, other in zip(expected, found, strict=True):
            _same(one, other)

    @rule(account=_accounts)
    def moved(self, account: str) -> None:
        """Both give the same sum."""
        movements = Movements(realm=REALM, currency="usd", verbs=["payouts.create"], since=_PAST, account=account)
        assert self._model.moved(movements) == self._store.moved(movements)

    @rule(before=st.sampled_from([_PAST, _FUTURE]), account=_accounts)
    def purge(self, before: datetime, account: str) -> None:
        """Both forget as much."""
        assert self._model.purge(REALM, before, account) == self._store.purge(REALM, before, account)
        assert self._model.forget(before, account) == self._store.forget(before, account)

    @rule(before=st.sampled_from(["", "one"]), after=st.sampled_from(["", "one", "two"]))
    def set_policy(self, before: str, after: str) -> None:
        """Both replace the policy, or none."""
        assert self._model.set_policy(REALM, before, after) == self._store.set_policy(REALM, before, after)
        assert self._model.policy(REALM) == self._store.policy(REALM)

    @rule(name=st.sampled_from(["acct_a", "acct_B"]), version=st.integers(0, 2))
    def set_note(self, name: str, version: int) -> None:
        """Both replace the note, or neither."""
        note = Note(REALM, "requirements", name, f"after {version}", version)
        assert self._model.set_note(note) == self._store.set_note(note)
        expected, found = (store.notes(REALM, "requirements", "", 9) for store in (self._model, self._store))
        assert list(expected) == list(found)

    @rule(event_id=_events, ordering=_orderings, change=_changes, hours=st.integers(0, 2))
    def remember(self, event_id: str, ordering: str, change: str, hours: int) -> None:
        """It is new to both or to none, and both know what happened later."""
        delivery = evolve(
            event(event_id, ordering=ordering), change=change, happened=_PAST + timedelta(hours=hours), type=event_id
        )
        assert self._model.remember(delivery) == self._store.remember(delivery)
        assert set(self._model.following(delivery)) == set(self._store.following(delivery))

    @rule(event_id=_events)
    def known(self, event_id: str) -> None:
        """Both know it, or none."""
        scope = event().scope
        expected, found = (store.known(scope, event_id) for store in (self._model, self._store))
        if expected is None or found is None:
            assert expected is found
        else:
            assert _timeless_delivery(expected) == _timeless_delivery(found)

    @rule(limit=st.integers(1, 3))
    def given_up(self, limit: int) -> None:
        """Both gave up the same, in the same order."""
        expected, found = (
            [_timeless_delivery(one) for one in store.given_up(limit)] for store in (self._model, self._store)
        )
        assert expected == found

    @rule(event_id=_events)
    def revive(self, event_id: str) -> None:
        """Both queue it once more, or none."""
        assert self._model.revive(event(event_id)) == self._store.revive(event(event_id))

    @rule(target=taken, lease=_leases)
    def take(self, lease: float) -> _Deliveries | MultipleResults[_Deliveries]:
        """Both hand out the same delivery, or none."""
        expected, found = self._model.take(lease), self._store.take(lease)
        if expected is None or found is None:
            assert expected is found
            return multiple()
        assert _timeless_delivery(expected) == _timeless_delivery(found)
        return _Deliveries(expected, found)

    @rule(taken=taken, error=st.text())
    def finish(self, taken: _Deliveries, error: str) -> None:
        """Both accept it, well or badly, or both are somebody else's by now."""
        assert self._model.finish(taken.expected, error) == self._store.finish(taken.found, error)

    @rule(taken=taken, error=st.text(), delay=_leases)
    def fail(self, taken: _Deliveries, error: str, delay: float) -> None:
        """Both take it back, or both are somebody else's by now."""
        assert self._model.fail(taken.expected, error, delay) == self._store.fail(taken.found, error, delay)


def _behind(store: Store, account: str, after: Identity | None) -> Successes:
    known = None if after is None else store.get(after)
    since = NEVER if known is None else known.operation.updated
    return Successes(realm=REALM, since=since, until=_FUTURE, account=account, after=after)


def _same(expected: Stored, found: Stored) -> _Rows:
    assert _timeless(expected.operation) == _timeless(found.operation)
    assert expected.inserted == found.inserted
    assert expected.policy == found.policy
    assert (expected.operation.lease_until <= expected.now) == (found.operation.lease_until <= found.now)
    return _Rows(expected, found)


def _timeless(operation: Operation) -> Operation:
    return evolve(operation, first_sent=NEVER, quiet_from=NEVER, lease_until=NEVER, created=NEVER, updated=NEVER)


def _timeless_delivery(delivery: Delivery) -> Delivery:
    return evolve(delivery, received=NEVER, lease_until=NEVER)
