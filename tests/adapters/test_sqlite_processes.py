"""What becomes of a file when the processes that work on it are killed or forked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from connectkit.storage.records import State
from connectkit.storage.sqlite import SQLiteStore
from connectkit.testing.samples import ANSWER, ENDED, HELD, draft, event, identity

HERE = Path(__file__).parent


def test_nothing_acknowledged_is_lost_between_any_two_statements(tmp_path: Path) -> None:
    command = [sys.executable, str(HERE / "killing.py"), str(tmp_path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    lives = [set[str](json.loads(line)) for line in done.stdout.splitlines()]
    assert lives[0] == set()
    assert lives[-1] == {"inserted", "settled", "remembered", "taken", "failed", "taken again", "finished"}
    for number, said in enumerate(lives):
        with SQLiteStore(tmp_path / str(number)) as store:
            check_operation(store, said)
            check_delivery(store, said)


def check_operation(store: SQLiteStore, said: set[str]) -> None:
    found = store.get(identity("order-1"))
    assert found is not None or "inserted" not in said
    if found is None:
        assert store.insert(draft(), HELD).inserted
    elif found.operation.version == 1:
        assert "settled" not in said
        assert found.operation.state is State.STARTED
        assert found.operation.answer == ""
    else:
        assert found.operation.state is State.SUCCEEDED
        assert found.operation.answer == ANSWER


def check_delivery(store: SQLiteStore, said: set[str]) -> None:
    new = store.remember(event())
    assert not (new and "remembered" in said)
    taken = store.take(ENDED)
    if taken is None:  # done, or held by the process that was killed
        assert not new
        assert "remembered" in said
    else:
        assert "finished" not in said
        assert taken.token == (2 if "failed" in said or taken.error else 1)


@pytest.mark.parametrize("way", ["outlived", "busy", "unseen"])
def test_a_store_that_is_open_when_its_process_forks(way: str, tmp_path: Path) -> None:
    quiet = "-Wignore::DeprecationWarning"  # newer Pythons advise against what is tried here: to fork beside threads
    command = [sys.executable, quiet, str(HERE / "forking.py"), way, str(tmp_path / "journal.db")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
