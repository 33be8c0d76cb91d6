"""The bar of a run where people see it, and the run that they interrupt and go on with."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from connectkit import Connect, Money, SQLiteStore, State
from connectkit.cli import main
from connectkit.simulator import Simulator

PAYING = Path(__file__).with_name("paying.py")


@pytest.mark.parametrize("colour", ["blocking", "asyncio"])
def test_whoever_interrupts_a_run_goes_on_with_it_from_a_shell(
    colour: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STRIPE_API_KEY", "sk_test_1")
    simulator, path = Simulator(), str(tmp_path / "connect.db")
    with simulator.serve() as server, Connect("sk_test_1", store=SQLiteStore(path), base_url=server.url) as connect:
        sellers = [connect.onboarding.create(key=f"s-{n}", country="US", type="express").id for n in range(3)]
        for seller in sellers:
            simulator.onboard(seller)
        connect.topups.create(key="topup", amount=Money.of("100.00", "usd"))
        simulator.advance(days=7)
        command = [sys.executable, str(PAYING), colour, path, server.url, *sellers]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe, stderr=pipe) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "under way\n"
            process.send_signal(signal.SIGINT)
            shown = process.communicate("go on\n")[1]
        assert process.returncode != 0
        assert "KeyboardInterrupt" in shown
        assert "/40" in shown
        report = connect.runs.report("payday")
        assert set(report.counts) == {State.SUCCEEDED, State.PLANNED}, shown  # what was under way has ended
        assert main(["runs", "--store", path, "--base-url", server.url, "--json", "resume", "payday"]) == 0
        assert json.loads(capsys.readouterr().out)["succeeded"] == 40
        made = {transfer.id for transfer in connect.transfers.list()}
        assert made == {row.object_id for row in connect.runs.report("payday").rows}
        assert len(made) == 40
