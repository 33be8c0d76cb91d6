"""Processes killed at the worst moments of an order, and many that pay at once."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest
from tests.chaos.helpers import connected

from connectkit import Money, OperationInProgress
from connectkit.simulator import Simulator

HELPERS = Path(__file__).with_name("helpers.py")


@pytest.fixture
def simulator() -> Simulator:
    return Simulator()


@pytest.fixture
def url(simulator: Simulator) -> Iterator[str]:
    with simulator.serve() as server:
        yield server.url


def started(job: str, path: Path, url: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(HELPERS), job, str(path), url]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def told(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go on\n")
    process.stdin.flush()


@pytest.mark.parametrize(("place", "ordered"), [("ordered", 0), ("written", 0), ("committed", 1)])
def test_an_order_and_its_payment_end_together(
    simulator: Simulator, url: str, tmp_path: Path, place: str, ordered: int
) -> None:
    path = tmp_path / "shop.db"
    with started("order", path, url) as process:
        while heard(process) != place:
            told(process)
        process.kill()
    with connected(str(path), url) as connect:
        assert connect.operations.work() == ordered
        assert connect.operations.work() == 0
        assert len(list(connect.topups.list())) == ordered
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM orders").fetchone() == (ordered,)
    assert simulator.ledger()["balanced"]


def test_one_of_eight_processes_pays(simulator: Simulator, url: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    processes = [started("pay_once", path, url) for _ in range(8)]
    assert [heard(process) for process in processes] == ["ready"] * 8
    for process in processes:
        told(process)
    answers = {heard(process) for process in processes}
    for process in processes:
        process.communicate()
    check(simulator, answers)


def test_one_of_fifty_threads_pays(simulator: Simulator, url: str, tmp_path: Path) -> None:
    start = Barrier(50)
    with connected(str(tmp_path / "shop.db"), url) as connect:

        def pay(_: int) -> str:
            start.wait()
            try:
                return connect.topups.create(key="topup-1", amount=Money.of("5.00", "usd")).id
            except OperationInProgress:
                return "in progress"

        with ThreadPoolExecutor(50) as pool:
            answers = set(pool.map(pay, range(50)))
        last = connect.topups.create(key="topup-1", amount=Money.of("5.00", "usd")).id
    check(simulator, answers | {last})


def check(simulator: Simulator, answers: set[str]) -> None:
    """One request was sent, and all answers are equal but for those that came too early."""
    assert len([seen for seen in simulator.requests if seen.path == "/v1/topups"]) == 1
    (made,) = answers - {"in progress"}
    assert made.startswith("tu_")
