"""The harness itself: it passes what is right on every store, and catches what is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.chaos import mutants

from connectkit.testing.chaos.run import Options, play

pytestmark = pytest.mark.long
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "chaos"
ROOT = Path(__file__).parents[2]
STORES = ("sqlite", "postgres", "redis")
COUNTED = ("duplicates", "lost", "unfinished", "disagreements")

# What brings each mistake to light: the weather, and how often a worker sleeps over its lease.
SCENES: dict[Callable[[], None], dict[str, Any]] = {
    mutants.wire_key_changed_on_retry: {"weather": {"lose_answer": 1}},
    mutants.look_up_skipped: {"weather": {"error_after": 1}},
    mutants.late_success_dropped: {"weather": {"hold": 1}, "dawdling": 0.3},
    mutants.refusal_believed_too_early: {"weather": {"hold": 1, "forbidden": 1, "lose_answer": 1}},
    mutants.identity_without_the_mode: {"weather": {"rate_limit": 1}},
    mutants.plan_not_frozen: {"weather": {"lose_answer": 1, "lose_request": 1}, "kills": 4},
}
QUICK = (mutants.wire_key_changed_on_retry, mutants.identity_without_the_mode)


def command(store: str, operations: int, kills: int) -> list[str]:
    run = ["--store", store, "--workers", "3", "--operations", str(operations), "--kills", str(kills), "--json"]
    return [sys.executable, "-m", "connectkit.testing.chaos", *run]


@pytest.fixture(scope="module")
def runs() -> Iterator[dict[str, subprocess.Popen[str]]]:
    """Begin a run on each store at once: most of a run is waiting for leases to end."""
    with ExitStack() as stack:
        yield {
            store: stack.enter_context(
                subprocess.Popen(
                    command(store, 30, 1), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
                )
            )
            for store in STORES
        }


@pytest.mark.timeout(300)
@pytest.mark.parametrize("store", STORES)
def test_nothing_is_lost_and_nothing_is_done_twice(store: str, runs: dict[str, subprocess.Popen[str]]) -> None:
    told, errors = runs[store].communicate()
    report = json.loads(told.splitlines()[-1])
    assert runs[store].returncode == 0, (errors, report)
    assert {report[name] for name in COUNTED} == {0}
    assert (report["operations"], report["ledger_balanced"]) == (30, True)
    assert report["kills"] >= 1


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutant", mutants.MUTANTS if LONG else QUICK, ids=lambda mutant: mutant.__name__)
def test_a_mistake_in_the_journal_is_caught(mutant: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    scene: dict[str, Any] = {"kills": 1, "dawdling": 0.0, **SCENES[mutant]}
    setup = f"tests.chaos.mutants:{mutant.__name__}"
    options = Options("sqlite", workers=4, operations=40, seed=1, jumps=0, restarts=0, stops=0, setup=setup, **scene)
    report = play(options)
    assert any(report[name] for name in COUNTED), report
