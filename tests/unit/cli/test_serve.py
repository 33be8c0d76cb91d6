"""`connectkit simulator`."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import httpx
import pytest

from connectkit.cli import main, serve

DAY = 86_400


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    yield
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Run(Protocol):
    def __call__(self, *arguments: str, do: Callable[[str], object]) -> object: ...


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command, have something done as soon as it listens, stop it, and give what was done."""

    def runs(*arguments: str, do: Callable[[str], object]) -> object:
        done: list[object] = []
        waiter = threading.get_ident()  # no other thread of the process blocks the signal

        def outside() -> None:
            try:
                while not (said := capsys.readouterr().out):
                    time.sleep(0.01)
                done.append(do(said.split()[-1]))
            finally:
                signal.pthread_kill(waiter, signal.SIGTERM)

        thread = threading.Thread(target=outside)
        thread.start()
        assert main(["simulator", "--port", "0", *arguments]) == 0
        thread.join()
        return done[0]

    monkeypatch.setattr(serve, "_TICK", 0.01)
    return runs


def topups(url: str) -> int:
    key = {"Authorization": "Bearer sk_test_1"}
    with httpx.Client(base_url=url, headers=key, trust_env=False) as client:
        client.post("/v1/topups", data={"amount": "500", "currency": "usd"})
        return len(client.get("/v1/topups").json()["data"])


def now(url: str) -> int:
    seconds: int = httpx.get(f"{url}/_simulator/clock", trust_env=False).json()["now"]
    return seconds


def until(url: str, moment: float) -> int:
    while (there := now(url)) < moment:
        time.sleep(0.01)
    return there


def test_a_world_outlives_its_process(run: Run, tmp_path: Path) -> None:
    state = str(tmp_path / "world.json")
    assert run("--state", state, "--seed", "5", do=topups) == 1
    assert run("--state", state, do=topups) == 2


def test_time_goes_on_where_it_was_when_it_was_stopped(run: Run, tmp_path: Path) -> None:
    state, began = str(tmp_path / "world.json"), int(time.time())
    run("--state", state, "--clock", "10000000", do=lambda url: until(url, began + 10 * DAY))
    assert int(str(run("--state", state, do=now))) >= began + 10 * DAY


def test_the_front_page_is_served(run: Run) -> None:
    assert "connectkit simulator" in str(run(do=lambda url: httpx.get(url, trust_env=False).text))


def test_time_runs_as_fast_as_it_is_told(run: Run) -> None:
    began = int(time.time())
    run("--clock", "10000000", do=lambda url: until(url, began + 10 * DAY))


def test_real_time_is_caught_up_with(run: Run, tmp_path: Path) -> None:
    state = tmp_path / "world.json"
    state.write_text('{"seed": 0, "start": 1000000000, "livemode": false}\n')
    began = time.time()
    run("--clock", "real", "--state", str(state), do=lambda url: until(url, began + 1))


def test_time_that_is_ahead_goes_on_from_there(run: Run, tmp_path: Path) -> None:
    state = tmp_path / "world.json"
    state.write_text('{"seed": 0, "start": 4000000000, "livemode": false}\n')
    run("--clock", "real", "--state", str(state), do=lambda url: until(url, 4_000_000_001))


def test_a_state_that_cannot_be_had_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    state = tmp_path / "world.json"
    state.write_text("no")
    assert main(["simulator", "--state", str(state)]) == 1
    assert "no state of a simulator" in capsys.readouterr().err


def test_a_state_that_cannot_be_written_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["simulator", "--state", str(tmp_path / "nowhere" / "world.json")]) == 1
    assert "world.json cannot be used (No such file or directory)" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_is_none_is_told(capsys: pytest.CaptureFixture[str], port: str) -> None:
    with pytest.raises(SystemExit):
        main(["simulator", f"--port={port}"])
    assert "argument --port" in capsys.readouterr().err


@pytest.mark.parametrize("clock", ["-1", "nan", "inf", "soon"])
def test_a_clock_that_is_none_is_told(capsys: pytest.CaptureFixture[str], clock: str) -> None:
    with pytest.raises(SystemExit):
        main(["simulator", f"--clock={clock}"])
    assert "neither real nor manual" in capsys.readouterr().err
