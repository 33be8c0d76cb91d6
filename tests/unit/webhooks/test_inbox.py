from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from attrs import evolve

from connectkit.drive import run
from connectkit.storage.bridges import Inline
from connectkit.storage.memory import MemoryStore
from connectkit.storage.records import Delivery
from connectkit.storage.sqlite import SQLiteStore
from connectkit.webhooks.events import Event, parse
from connectkit.webhooks.inbox import ATTEMPTS, LEASE, Inbox
from connectkit.webhooks.replies import Outcome

from .samples import World, encoded, snapshot

HOUR = 3600.0


class Box:
    def __init__(self) -> None:
        self.world = World()
        self.store = MemoryStore(self.world.now)
        self.inbox = Inbox(Inline(self.store))

    def remember(self, **changes: object) -> bool:
        body = encoded(snapshot(**changes))
        event = parse(body)
        assert isinstance(event, Event)
        return run(self.inbox.remember(event, body))

    def take(self) -> Delivery | None:
        return run(self.inbox.take())

    def taken(self) -> Delivery:
        found = self.take()
        assert found is not None
        return found

    def stored(self) -> Delivery:
        return self.store._deliveries["test/acct_1", "evt_1"]

    def fail(self) -> Outcome:
        return run(self.inbox.fail(self.taken(), "KeyError"))


def test_an_event_is_remembered_once_in_its_mode_and_account() -> None:
    box = Box()
    assert box.remember()
    assert not box.remember(pending_webhooks=0)
    assert box.remember(account="acct_2")
    assert box.remember(account=None)
    assert box.remember(livemode=True)
    scopes = [box.taken().scope for _ in range(4)]
    assert scopes == ["test/acct_1", "test/acct_2", "test/platform", "live/acct_1"]


def test_the_body_is_kept_as_it_came() -> None:
    box = Box()
    box.remember()
    taken = box.taken()
    assert taken.body == encoded(snapshot())
    assert (taken.event_id, taken.type) == ("evt_1", "mandate.updated")


def test_events_of_one_object_are_handled_one_at_a_time() -> None:
    box = Box()
    box.remember(id="evt_1")
    box.remember(id="evt_2")
    box.remember(id="evt_3", account="acct_2")
    first = box.taken()
    assert box.taken().event_id == "evt_3"
    assert box.take() is None
    assert run(box.inbox.finish(first, Outcome.HANDLED)) is Outcome.HANDLED
    assert box.taken().event_id == "evt_2"


def test_events_about_nothing_that_has_an_id_hold_up_none() -> None:
    box = Box()
    box.remember(id="evt_1", data={"object": {"object": "balance"}})
    box.remember(id="evt_2", data={"object": {"object": "balance", "id": "\ud800"}})
    assert [box.taken().event_id for _ in range(2)] == ["evt_1", "evt_2"]


def test_a_failed_event_is_tried_for_three_days_and_then_given_up() -> None:
    box = Box()
    box.remember(id="evt_1")
    box.remember(id="evt_2")
    pauses = list[float]()
    while box.fail() is Outcome.FAILED:
        assert box.take() is None
        pauses.append((box.stored().lease_until - box.world.time).total_seconds())
        box.world.advance(pauses[-1])
    assert pauses[:3] == [30, 60, 120]
    assert pauses[-1] == 6 * HOUR
    assert 72 * HOUR < sum(pauses) < 78 * HOUR
    assert (box.stored().done, box.stored().error, box.stored().attempts) == (True, "KeyError", ATTEMPTS)
    assert box.taken().event_id == "evt_2"


def test_who_took_too_long_changes_nothing() -> None:
    box = Box()
    box.remember()
    late = box.taken()
    box.world.advance(LEASE)
    present = box.taken()
    assert run(box.inbox.finish(late, Outcome.HANDLED)) is Outcome.OVERTAKEN
    assert run(box.inbox.fail(late, "KeyError")) is Outcome.OVERTAKEN
    assert run(box.inbox.fail(evolve(late, attempts=ATTEMPTS), "KeyError")) is Outcome.OVERTAKEN
    assert run(box.inbox.put_back(late, "KeyError", 0)) is Outcome.OVERTAKEN
    assert run(box.inbox.finish(present, Outcome.UNHANDLED)) is Outcome.UNHANDLED


def test_a_file_keeps_why_an_event_was_given_up(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    with SQLiteStore(path) as store:
        inbox = Inbox(Inline(store))
        event = parse(encoded(snapshot()))
        assert isinstance(event, Event)
        run(inbox.remember(event, encoded(snapshot())))
        taken = run(inbox.take())
        assert taken is not None
        assert run(inbox.fail(evolve(taken, attempts=ATTEMPTS), "KeyError")) is Outcome.GIVEN_UP
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT event_id, done, error FROM connectkit_deliveries").fetchall() == [
            ("evt_1", 1, "KeyError")
        ]
