"""A process that is killed in the middle of a run, and another one that goes on without its code, over each store."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.adapters import postgres_server, redis_server
from tests.chaos.helpers import hasty, until_free

from connectkit import Money, State
from connectkit.simulator import Simulator

HELPERS = Path(__file__).with_name("helpers.py")

PLACES: dict[str, Callable[[Path], str]] = {
    "sqlite": lambda folder: str(folder / "connect.db"),
    "postgres": lambda _: postgres_server.fresh(),
    "redis": lambda _: f"{redis_server.server().url}#{redis_server.fresh()}",
}


@pytest.mark.parametrize("kind", PLACES)
def test_a_killed_run_is_resumed_by_anybody(tmp_path: Path, kind: str) -> None:
    simulator = Simulator()
    place = PLACES[kind](tmp_path)
    with simulator.serve() as server:
        with hasty(place, server.url) as connect:
            sellers = [connect.onboarding.create(key=f"s-{n}", country="US", type="express").id for n in range(2)]
            for seller in sellers:
                simulator.onboard(seller)
            connect.topups.create(key="topup", amount=Money.of("100.00", "usd"))
            simulator.advance(days=7)
        command = [sys.executable, str(HELPERS), "pay_sellers", place, server.url, *sellers]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "half\n"
            process.kill()
        with hasty(place, server.url) as connect:
            report = connect.runs.report("payday")
            assert report.unfinished
            until_free(lambda: connect.operations.resume("payday"))
            report = connect.runs.report("payday")
            assert (report.state, report.counts) == (State.SUCCEEDED, {State.SUCCEEDED: 12})
            made = list(connect.transfers.list())
    assert len(made) == 12
    assert {transfer.id for transfer in made} == {row.object_id for row in report.rows}
    assert simulator.ledger()["balanced"]
