"""Where deeds are kept: in memory and in a file alike, and never more than so many of them in memory."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from connectkit.drive import run
from connectkit.errors import StoreUnavailable
from connectkit.resources.reconciliation import causes as causes_module
from connectkit.resources.reconciliation import shelves
from connectkit.resources.reconciliation.causes import Causes
from connectkit.resources.reconciliation.deeds import Deed, Seen, Span
from connectkit.resources.reconciliation.shelves import File, Memory, Shelf
from connectkit.storage.records import Identity, State, Stored
from connectkit.storage.sqlite import SQLiteStore
from connectkit.testing.samples import HELD, REALM, draft

MADE: Mapping[str, Collection[str]] = {"pi_1": ("ch_1",), "pi_2": ("ch_2",), "tr_1": ("py_1",), "po_1": ()}
NAMES = ("pi_1", "ch_1", "pi_2", "ch_2", "tr_1", "py_1", "po_1", "re_0", "re_1", "xx_1")
SPANS = (Span("", 0.0, float("inf")), Span("acct_1", 1.0, 3.0))


def deeds(ids: st.SearchStrategy[str]) -> st.SearchStrategy[Deed]:
    return st.builds(
        Deed,
        key=st.text(max_size=3),
        step=st.sampled_from(("", "transfer/0")),
        account=st.sampled_from(("", "acct_1")),
        kind=st.sampled_from(("", "transfer")),
        id=ids,
        amount=st.none() | st.integers(-(10**12), 10**12),
        currency=st.sampled_from(("", "usd")),
        parent=st.sampled_from(("", "ch_1")),
        created=st.integers(0, 4),
        done=st.booleans(),
        under_way=st.booleans(),
        notes=st.sampled_from(("", '{"connectkit_split":"1 usd 5"}')),
    )


@frozen
class Told:
    """What a journal told, in order."""

    done: Sequence[Deed]
    refunds: Sequence[tuple[str, Deed]]
    open: Sequence[Deed]


TOLD = st.builds(
    Told,
    done=st.lists(deeds(st.sampled_from(tuple(MADE))), max_size=8),
    refunds=st.lists(st.tuples(st.sampled_from(("ch_1", "ch_2")), deeds(st.just(""))), max_size=4),
    open=st.lists(deeds(st.just("")), max_size=3),
)


def filled(told: Told, move: int) -> Shelf:
    """Fill a shelf, and move what is on it into a file after so many things were put there."""
    shelf: Shelf = Memory()
    numbers = iter(range(100))

    def moved() -> Shelf:
        return shelf.spilled() if next(numbers) == move else shelf

    for deed in told.done:
        shelf.put(deed, MADE[deed.id])
        shelf = moved()
    for number, (charge, deed) in enumerate(told.refunds):
        refund = evolve(deed, id=f"re_{number}")
        shelf.put(refund, ())
        shelf.put_refund(charge, refund)
        shelf = moved()
    for number, deed in enumerate(told.open):
        shelf.put_open(evolve(deed, key=f"order-{number}", done=False), [f"{number}-0", f"{number}-1"])
        shelf = moved()
    return shelf if move < 0 else shelf.spilled()


def seen(shelf: Shelf, met: AbstractSet[str]) -> str:
    """Give what anybody can see of a shelf, where some of it is met in a ledger; truth is 0 or 1."""
    made = shelf.among(NAMES)
    told = (
        [shelf.get(name) for name in NAMES],
        [_compared(made.get(name)) for name in NAMES],
        [shelf.refund_of(charge, moment) for charge in ("ch_1", "ch_2", "ch_3") for moment in range(5)],
        [shelf.marked(f"{number}-{generation}") for number in range(4) for generation in range(2)],
        sorted(map(repr, shelf.unsettled())),
    )
    expected = [shelf.expect(span) for span in SPANS]
    before = [[name in made and made[name].id in one.among(made) for name in NAMES] for one in expected]
    for one in expected:
        for id in met & made.keys():
            if made[id].id in one.among(made):
                one.meet(made[id])
    after = [[name in made and made[name].id in one.among(made) for name in NAMES] for one in expected]
    left = [sorted(map(repr, one.left())) for one in expected]
    return repr((told, before, after, left)).replace("True", "1").replace("False", "0")


def _compared(seen: Seen | None) -> object:
    return seen and (seen.account, seen.created, seen.done, seen.kind, seen.amount, seen.currency)


@given(told=TOLD, move=st.integers(0, 20), met=st.sets(st.sampled_from(NAMES)), at_once=st.sampled_from((1, 2, 500)))
def test_a_file_holds_what_memory_holds(told: Told, move: int, met: set[str], at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(shelves, "_AT_ONCE", at_once)
        memory, file = filled(told, -1), filled(told, move)
        assert isinstance(file, File)
        assert seen(memory, met) == seen(file, met)
        memory.close()
        file.close()


def test_a_file_that_has_no_room_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "_SETTINGS", (*shelves._SETTINGS, "PRAGMA max_page_count = 8"))
    memory = Memory()
    for number in range(1_000):
        memory.put(Deed("order", "", "", "transfer", f"tr_{number}"), ())
    memory.put_open(Deed("order", "", "", "", ""), ["mark"])
    with pytest.raises(StoreUnavailable, match="no room for a file") as caught:
        memory.spilled()
    assert "TMPDIR" in caught.value.next_step


class Journal:
    """A store, as reconciliation reads it."""

    def __init__(self, path: Path) -> None:
        self.store = SQLiteStore(path)
        self.count = 0

    def grow(self, count: int) -> None:
        """Have so many more operations done."""
        numbers = range(self.count, self.count + count)
        self.store.together([partial(self._done, number) for number in numbers])
        self.count += count

    def _done(self, number: int) -> None:
        answer = {"id": f"tr_{number}", "object": "transfer", "amount": 100, "currency": "usd", "created": number}
        more = {"destination_payment": f"py_{number}", "metadata": {"connectkit": "0" * 24, "order": f"{number}"}}
        row = self.store.insert(draft(f"order-{number}"), HELD).operation
        done = evolve(row, state=State.SUCCEEDED, object_id=f"tr_{number}", answer=json.dumps({**answer, **more}))
        self.store.swap(done, None, durable=False)

    async def listed(
        self, states: Collection[State], limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        return self.store.listed(REALM, states, limit, account, after)


def test_a_journal_of_any_length_takes_the_same_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "_MOST", 100)
    monkeypatch.setattr(causes_module, "PAGE", 100)
    journal = Journal(tmp_path / "connect.db")
    peaks: list[int] = []
    for growth in (600, 600):
        journal.grow(growth)
        causes: Any = Causes()
        tracemalloc.start()
        run(causes.read(journal))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        expected = causes.expected("", None, None)
        last = f"tr_{journal.count - 1}"
        (glimpse,) = causes.among([last]).values()
        expected.meet(glimpse)
        assert causes.deed(f"py_{journal.count - 1}").key == f"order-{journal.count - 1}"
        assert sum(1 for _ in expected.left()) == journal.count - 1
        causes.close()
    assert peaks[1] < 1.1 * peaks[0]
    journal.store.close()


def test_a_journal_that_is_empty_expects_nothing() -> None:
    causes = Causes()
    assert list(chain(causes.unsettled(""), causes.expected("", None, None).left())) == []
    assert (causes.deed(""), causes.marked("")) == (None, None)
    causes.close()


def test_the_newest_detours_to_deeds_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(causes_module, "_REMEMBERED", 1)
    causes, one = Causes(), Deed("order", "", "", "payment_intent", "pi_1")
    causes.also("py_1", one)
    causes.also("py_2", one)
    assert (causes.deed("py_1"), causes.deed("py_2")) == (None, one)
    causes.close()
