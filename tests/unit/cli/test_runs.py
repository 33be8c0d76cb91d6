"""`connectkit runs`, in this process, over a simulator on a port."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from connectkit import Connect, Money, RunProgress, SQLiteStore, State
from connectkit.cli import main
from connectkit.contrib.progress import bar
from connectkit.simulator import Simulator


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[str]]:
    """Leave a run of which a row was refused."""
    monkeypatch.setenv("STRIPE_API_KEY", "sk_test_1")
    path = str(tmp_path / "connect.db")
    simulator = Simulator()
    with simulator.serve() as server, Connect("sk_test_1", store=SQLiteStore(path), base_url=server.url) as connect:
        rows = [{"name": f"row-{number}", "amount": Money.of("5.00", "usd")} for number in range(2)]
        plan = connect.runs.plan(key="fill", verb="topups.create", rows=rows)
        simulator.faults.next("forbidden", "/v1/topups")
        connect.runs.execute(plan)
        yield ["runs", "--store", path, "--base-url", server.url, "--json"]


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> list[dict[str, Any]]:
    assert main(arguments) == status
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_runs_are_listed_reported_stopped_and_resumed(address: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    (run,) = said(capsys, *address, "list")
    assert (run["key"], run["state"], run["why"]) == ("fill", "refused", "It was not done. 1 of 2 rows were refused.")
    rows = said(capsys, *address, "report", "fill")
    assert [row["state"] for row in rows] == ["refused", "succeeded"]
    assert said(capsys, *address, "stop", "fill") == [{"stopped": "fill"}]
    assert said(capsys, *address, "resume", "fill") == [{"run": "fill", "state": "succeeded", "succeeded": 2}]
    assert main([*address, "report", "fill", "--csv"]) == 0
    assert capsys.readouterr().out.startswith("row,name,verb")


def test_a_person_sees_lines_and_a_bar(
    address: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address.remove("--json")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert main([*address, "resume", "fill"]) == 0
    heard = capsys.readouterr()
    assert heard.out == "run: fill  state: succeeded  succeeded: 2\n"
    assert "2/2" in heard.err
    monkeypatch.setitem(sys.modules, "connectkit.contrib.progress", None)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert main([*address, "resume", "fill"]) == 0
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    assert main([*address, "resume", "fill"]) == 0
    assert capsys.readouterr().err == ""


def test_what_is_wrong_is_said(
    address: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main([*address, "report", "none"]) == 1
    assert "No run of this name" in capsys.readouterr().err
    monkeypatch.delenv("STRIPE_API_KEY")
    assert main([*address, "list"]) == 2


def test_the_bar_tells_what_was_refused() -> None:
    text = StringIO()
    with bar("payday", console=Console(file=text, force_terminal=True)) as shown:
        shown(RunProgress(total=2, done=1, states={State.SUCCEEDED: 1}))
        shown(RunProgress(total=2, done=2, states={State.SUCCEEDED: 1, State.REFUSED: 1}))
    assert "payday, 1 refused" in text.getvalue()
    assert "2/2" in text.getvalue()
