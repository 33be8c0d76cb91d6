"""The bar of a run where people see it, and the run that they interrupt and go on with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

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


PREPARED = """
from connectkit import AsyncConnect, Connect, Money
from connectkit.contrib.progress import bar
from connectkit.testing.colours import awaited

async def rows(connect):
    seller = await connect.onboarding.create(key="seller", country="US", type="express")
    connect.simulator.onboard(seller.id)
    await connect.topups.create(key="topup", amount=Money.of("2.50", "usd"))
    connect.simulator.advance(days=7)
    return [{"name": f"row-{n}", "destination": seller.id, "amount": Money(100, "usd")} for n in range(3)]
"""
BLOCKING = """
connect = Connect.sandbox()
plan = connect.runs.plan(key="payday", verb="transfers.create", rows=await rows(awaited(connect)))
with bar("<payday>") as shown:
    connect.runs.execute(plan, progress=shown)
"""
AWAITED = """
async with AsyncConnect.sandbox() as connect:
    plan = await connect.runs.plan(key="payday", verb="transfers.create", rows=await rows(connect))
    with bar("<payday>") as shown:
        await connect.runs.execute(plan, progress=shown)
"""


def executed(folder: Path, *cells: str) -> list[list[dict[str, Any]]]:
    """Execute a notebook in a kernel of its own, and give what each cell shows in the end."""
    path = folder / "runs.ipynb"
    code: dict[str, Any] = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": []}
    written = [{**code, "id": f"cell-{number}", "source": cell} for number, cell in enumerate(cells)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.write_text(json.dumps({"cells": written, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))
    places = ("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    command = [str(Path(sys.executable).with_name("jupyter-execute")), "--inplace", str(path)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **dict.fromkeys(places, str(folder))})
    return [cell["outputs"] for cell in json.loads(path.read_text())["cells"]]


def test_a_notebook_shows_the_bar_in_both_colours(tmp_path: Path) -> None:
    _, *shown = executed(tmp_path, PREPARED, BLOCKING, AWAITED)
    for outputs in shown:
        (picture,) = outputs
        html = "".join(picture["data"]["text/html"])
        assert html == '<progress value="3" max="3"></progress> &lt;payday&gt;, 1 refused: 3 of 3'
        assert "".join(picture["data"]["text/plain"]) == "<payday>, 1 refused: 3 of 3"
