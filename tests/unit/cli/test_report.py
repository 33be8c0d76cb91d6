"""What a run prints, for programs and for people."""

from __future__ import annotations

import json
import sys

import pytest

from connectkit.cli.report import JsonReport, Report, RichReport, StepResult, Summary

GOOD = StepResult(step="payouts", ok=True, requests=2, shows="Money leaves.", rows=[("paid", "10.00 usd")])
BAD = StepResult(step="refunds", ok=False, requests=1, shows="Money comes back.", failed=["the sum is zero"])
BARE = StepResult(step="ledger", ok=True, requests=0, shows="It sums to zero.")
TOTALS = {"platform": {"usd": 100}, "world": {"usd": -100}}


def told(report: Report, *, balanced: bool) -> None:
    for result in (GOOD, BAD, BARE):
        report.step(result)
    report.summary(Summary(steps=3, requests=3, seconds=0.5, ledger_balanced=balanced, ledger=TOTALS))


def test_programs_get_an_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    told(JsonReport(), balanced=True)
    good, bad, bare, last = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert good == {"step": "payouts", "ok": True, "requests": 2}
    assert bad == {"step": "refunds", "ok": False, "requests": 1, "failed": ["the sum is zero"]}
    assert bare == {"step": "ledger", "ok": True, "requests": 0}
    assert last["summary"] == {
        "steps": 3,
        "requests": 3,
        "seconds": 0.5,
        "ledger_balanced": True,
        "ledger": TOTALS,
    }


@pytest.mark.parametrize(("balanced", "verdict"), [(True, "sums to zero"), (False, "does not sum to zero")])
def test_people_get_tables(capsys: pytest.CaptureFixture[str], verdict: str, *, balanced: bool) -> None:
    told(RichReport(), balanced=balanced)
    printed = capsys.readouterr().out
    for expected in (
        "✓ payouts (2 requests)",
        "paid",
        "10.00 usd",
        "✗ refunds",
        "not true",
        "the sum is zero",
        verdict,
    ):
        assert expected in printed


def test_without_rich_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    with pytest.raises(SystemExit, match="or pass --json"):
        RichReport()
