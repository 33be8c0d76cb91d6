"""The laws that speak of processes, for stores that are durable and shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from typing import ClassVar, Final

import pytest
from attrs import evolve

from connectkit.errors import StoreUnavailable
from connectkit.storage.base import Movements, Store, Successes
from connectkit.storage.records import NEVER, Note, State

from .processes import Child, claim_in_passing, claim_one, insert_one, take_one, work_without_end
from .samples import ANSWER, ENDED, HELD, REALM, UNSETTLED, draft, event, identity, planned
from .stores import StoreSuite

_PROCESSES: Final = 4

VERBS: Final[Mapping[str, Callable[[Store], object]]] = {
    "insert": lambda store: store.insert(draft(), HELD),
    "swap": lambda store: store.swap(draft(), HELD, durable=True),
    "get": lambda store: store.get(identity("order-1")),
    "due": lambda store: store.due(REALM, HELD),
    "listed": lambda store: store.listed(REALM, UNSETTLED, 1),
    "related": lambda store: store.related(REALM, ["po_1"]),
    "succeeded": lambda store: store.succeeded(Successes(realm=REALM, since=NEVER, until=NEVER), 1),
    "moved": lambda store: store.moved(Movements(realm=REALM, currency="usd", verbs=(), since=NEVER)),
    "purge": lambda store: store.purge(REALM, NEVER),
    "policy": lambda store: store.policy(REALM),
    "set_policy": lambda store: store.set_policy(REALM, "", "{}"),
    "note": lambda store: store.note(REALM, "requirements", "acct_1"),
    "set_note": lambda store: store.set_note(Note(REALM, "requirements", "acct_1", "")),
    "notes": lambda store: store.notes(REALM, "requirements", "", 1),
    "remember": lambda store: store.remember(event()),
    "take": lambda store: store.take(HELD),
    "finish": lambda store: store.finish(event()),
    "fail": lambda store: store.fail(event(), "", HELD),
    "forget": lambda store: store.forget(NEVER),
    "known": lambda store: store.known("test/acct_1", "evt_1"),
    "following": lambda store: store.following(event(ordering="po_1")),
    "given_up": lambda store: store.given_up(1),
    "revive": lambda store: store.revive(event()),
}
"""Each verb of a store, by its name."""


class SharedStoreSuite(StoreSuite):
    """The laws of a store that is durable and shared.

    Its author gives two fixtures instead of `store`. `reopen` is a picklable function that opens one store again and
    again, in this process and in others. `unusable` is a store that cannot be used; it is best parametrised with all
    ways in which that can be, a schema newer than the code among them. Written out, that is::

        class TestMyStore(SharedStoreSuite):
            @pytest.fixture
            def reopen(self, tmp_path: Path) -> Callable[[], Store]:
                return partial(MyStore, tmp_path / "journal")

            @pytest.fixture
            def unusable(self) -> Store:
                return MyStore("/nowhere/journal")
    """

    processes: ClassVar[bool] = True

    @pytest.fixture
    def store(self, reopen: Callable[[], Store]) -> Iterator[Store]:
        """Give the store that the laws are tried on."""
        store = reopen()
        yield store
        store.close()

    def test_one_of_many_processes_inserts(self, reopen: Callable[[], Store]) -> None:
        """Also when all of them open the store for the first time."""
        with ExitStack() as stack:
            children = [stack.enter_context(Child(reopen, insert_one)) for _ in range(_PROCESSES)]
            for child in children:
                child.begin()
            said = [child.hear() for child in children]
        assert sorted(said) == ["False"] * (_PROCESSES - 1) + ["True"]

    @pytest.mark.parametrize("heard", [1, 2, 3, 4, 7, 17])
    def test_what_was_acknowledged_survives_a_kill(self, reopen: Callable[[], Store], store: Store, heard: int) -> None:
        """Whenever the process is killed; and the store goes on."""
        with Child(reopen, work_without_end) as child:
            child.begin()
            said = [child.hear() for _ in range(heard)] + child.kill()
        assert [line for line in said if not _survived(store, *line.split())] == []
        assert store.insert(draft("after the kill"), HELD).inserted

    def test_what_a_killed_process_had_taken_comes_back(self, reopen: Callable[[], Store], store: Store) -> None:
        """When its lease has ended, with a higher token."""
        store.remember(event())
        with Child(reopen, take_one) as child:
            child.begin()
            token = int(child.hear())
            child.kill()
        again = store.take(HELD)
        assert again is not None
        assert again.token > token

    def test_what_a_killed_worker_was_sending_comes_back(self, reopen: Callable[[], Store], store: Store) -> None:
        """When its lease has ended, with a higher token, and in doubt."""
        store.insert(planned(account="acct_1"), HELD)
        store.insert(planned("order-2", account="acct_1"), HELD)
        with Child(reopen, claim_in_passing) as child:
            child.begin()
            token = int(child.hear())
            child.kill()
        again = store.due(REALM, HELD)
        assert again is not None
        assert (again.operation.identity.key, again.operation.doubt) == ("order-1", True)
        assert again.operation.token > token
        assert store.due(REALM, HELD) is None

    @pytest.mark.parametrize("account", ["", "acct_1"])
    def test_of_many_processes_each_sends_another(
        self, reopen: Callable[[], Store], store: Store, account: str
    ) -> None:
        """And for one account only one of them sends."""
        for number in range(_PROCESSES // 2):
            store.insert(planned(f"order-{number}", account=account), HELD)
        with ExitStack() as stack:
            children = [stack.enter_context(Child(reopen, claim_one)) for _ in range(_PROCESSES)]
            for child in children:
                child.begin()
            said = [child.hear() for child in children]
        assert len([line for line in said if line != "none"]) == (1 if account else _PROCESSES // 2)

    def test_a_store_that_is_opened_again_has_everything(self, reopen: Callable[[], Store], store: Store) -> None:
        """To the byte."""
        inserted = store.insert(draft(), HELD).operation
        swapped = store.swap(evolve(inserted, state=State.SUCCEEDED, answer=ANSWER), None, durable=False)
        store.remember(event())
        store.close()
        with closing(reopen()) as again:
            found = again.get(identity("order-1"))
            assert found is not None
            assert swapped is not None
            assert found.operation == swapped.operation
            assert not again.remember(event())

    def test_what_is_opened_twice_is_one_store(self, reopen: Callable[[], Store], store: Store) -> None:
        """Each sees at once what the other did."""
        with closing(reopen()) as other:
            inserted = store.insert(draft(), HELD).operation
            assert other.insert(draft(), HELD).operation == inserted
            assert other.swap(inserted, ENDED, durable=False) is not None
            assert store.swap(inserted, HELD, durable=True) is None
            assert store.remember(event())
            assert not other.remember(event())
            taken = other.take(HELD)
            assert taken is not None
            assert store.take(HELD) is None
            assert store.finish(taken)

    @pytest.mark.parametrize("verb", VERBS)
    def test_a_store_that_cannot_be_used_says_so(self, unusable: Store, verb: str) -> None:
        """It never answers by guess."""
        with pytest.raises(StoreUnavailable):
            VERBS[verb](unusable)


def _survived(store: Store, acknowledged: str, number: str) -> bool:
    found = store.get(identity(f"order-{number}"))
    match acknowledged:
        case "inserted":
            return found is not None
        case "settled":
            return found is not None and found.operation.answer == ANSWER
        case "remembered":
            return not store.remember(event(f"evt_{number}"))
        case _:  # finished: only the one that was being worked on can be taken
            taken = store.take(ENDED)
            return taken is None or taken.event_id != f"evt_{number}"
