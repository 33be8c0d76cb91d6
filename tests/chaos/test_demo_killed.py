"""The demonstration, killed with SIGKILL at any moment and resumed, ends as if nothing had happened."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

CONNECTKIT = (sys.executable, "-c", "import sys; from connectkit.cli import main; sys.exit(main())")
FEW, MANY = (
    [8, 15],
    [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 18, 20],
)  # steps after which a run is killed, in the middle of the next
MOMENTS = MANY if os.environ.get("HYPOTHESIS_PROFILE") == "chaos" else FEW


@pytest.fixture
def simulator() -> Iterator[str]:
    command = [*CONNECTKIT, "simulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:")
        yield line.removeprefix("listening on ").strip()
        process.terminate()
        assert process.wait(10) == 0


def started(url: str, store: Path, *more: str) -> subprocess.Popen[str]:
    command = [*CONNECTKIT, "demo", "--json", "--base-url", url, "--store", str(store), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(process: subprocess.Popen[str]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    out, errors = process.communicate(timeout=100)
    lines = [json.loads(line) for line in out.splitlines()]
    assert process.returncode == 0, ([line for line in lines if not line.get("ok")], errors)
    return lines[:-1], lines[-1]["summary"]


def killed_after(url: str, store: Path, steps: int, *more: str) -> None:
    """Start a run and kill it some milliseconds after so many steps."""
    process = started(url, store, *more)
    assert process.stdout is not None
    for _ in range(steps):
        assert process.stdout.readline()
    time.sleep(0.002 * steps)
    process.kill()
    process.communicate()
    assert process.returncode == -9


def totals(summary: dict[str, Any]) -> list[str]:
    """Give what every account holds, whatever its id is."""
    assert summary["ledger_balanced"] is True
    return sorted(json.dumps(held) for held in summary["ledger"].values())


def effects(url: str) -> Sequence[dict[str, Any]]:
    """Give the requests that created or moved something: those that have a name of ours."""
    requests = httpx.get(f"{url}/_simulator/requests").json()["data"]
    return [seen for seen in requests if seen["effect"] and (seen["key"] or "").startswith("ck1_")]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "colour", [pytest.param([], id="blocking"), pytest.param(["--asyncio"], id="asyncio", marks=pytest.mark.long)]
)
def test_a_killed_run_is_resumed_to_the_same_ledger(simulator: str, tmp_path: Path, colour: list[str]) -> None:
    steps, undisturbed = finished(started(simulator, tmp_path / "first.db", *colour))
    assert all(step["ok"] for step in steps)
    once = Counter(seen["path"].split("/")[2] for seen in effects(simulator))
    httpx.post(f"{simulator}/_simulator/reset", json={}).raise_for_status()

    store = tmp_path / "killed.db"
    for steps_before in MOMENTS:
        killed_after(simulator, store, steps_before, "--resume", *colour)
    resumed_steps, resumed = finished(started(simulator, store, "--resume", *colour))

    assert all(step["ok"] for step in resumed_steps)
    assert totals(resumed) == totals(undisturbed)
    done = effects(simulator)
    assert max(Counter(seen["key"] for seen in done).values()) == 1
    assert Counter(seen["path"].split("/")[2] for seen in done) == once


def test_what_was_done_is_not_sent_again(simulator: str, tmp_path: Path) -> None:
    store = tmp_path / "journal.db"
    _, first = finished(started(simulator, store))
    before = len(effects(simulator))
    _, again = finished(started(simulator, store, "--resume"))
    assert len(effects(simulator)) == before
    assert totals(again) == totals(first)


def test_an_earlier_run_is_not_overwritten(simulator: str, tmp_path: Path) -> None:
    store = tmp_path / "journal.db"
    store.touch()
    process = started(simulator, store)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "--resume" in errors
