"""The command line, in this process."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from pathlib import Path

import httpx
import pytest

from connectkit.cli import main
from connectkit.cli.demo import demo
from connectkit.cli.scenes import SCENES
from connectkit.cli.stage import Receiver, Stage
from connectkit.connect import Connect
from connectkit.errors import Refused
from connectkit.simulator import Simulator


@pytest.mark.parametrize("colour", [[], ["--asyncio"]], ids=["blocking", "asyncio"])
def test_the_demonstration_ends_with_a_balanced_ledger(capsys: pytest.CaptureFixture[str], colour: list[str]) -> None:
    assert main(["demo", "--json", *colour]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["step"] for line in lines[:-1]] == [scene.name for scene in SCENES]
    assert all(line["ok"] for line in lines[:-1])
    summary = lines[-1]["summary"]
    assert summary["ledger_balanced"] is True
    assert summary["requests"] == sum(line["requests"] for line in lines[:-1])


def test_it_is_shown_to_people_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    assert "the ledger sums to zero" in capsys.readouterr().out.replace("\n", " ")


def test_a_check_that_fails_ends_it_with_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise Refused("No.", status=400)  # noqa: EM101  # what Stripe says

    monkeypatch.setattr("connectkit.resources.settings.AsyncSettings.set_payouts", broken)
    assert demo(as_json=True, over_asyncio=True, base_url=None, store=None) == 1
    first, last = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["ok"] is False
    assert first["failed"] == ["Refused: No."]
    assert last["summary"]["steps"] == 1


def test_an_earlier_run_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = tmp_path / "journal.db"
    store.touch()
    assert main(["demo", "--store", str(store)]) == 2
    assert "--resume" in capsys.readouterr().err


def test_a_run_is_resumed_only_where_its_world_still_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--resume"]) == 2
    assert "pass --base-url" in capsys.readouterr().err


def test_a_server_that_is_not_there_is_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(SystemExit, match="start one with `connectkit simulator`"):
            main(["demo", "--json", "--base-url", f"http://127.0.0.1:{free.getsockname()[1]}"])


def test_the_simulator_serves_until_it_is_told_to_stop(capsys: pytest.CaptureFixture[str]) -> None:
    stop = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    stop.start()
    try:
        assert main(["simulator", "--port", "0"]) == 0
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    assert capsys.readouterr().out.startswith("listening on http://127.0.0.1:")


def test_a_port_in_use_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["simulator", "--port", str(taken.getsockname()[1])]) == 1
    assert "pass another --port" in capsys.readouterr().err


def test_nobody_listening_answers_503() -> None:
    with Receiver() as receiver:
        assert not receiver.received()
        assert receiver.again() == 503
        assert receiver.received()
        receiver.listen(lambda body, _: 200 if body else 400)
        assert httpx.post(receiver.url, content=b"x", trust_env=False).status_code == 200
        assert receiver.again() == 200


def test_only_endpoints_of_ours_are_removed() -> None:
    with Simulator().serve() as server:
        connect = Connect("sk_test_demo", base_url=server.url)
        other = connect.stripe.v1.webhook_endpoints.create({"url": "http://127.0.0.1:1", "enabled_events": ["*"]})
        stage = Stage(server.url, "sk_test_demo")
        assert stage.endpoint("http://127.0.0.1:2", connect=True).startswith("whsec_")
        stage.forget_endpoints()
        stage.close()
        assert [one.id for one in connect.stripe.v1.webhook_endpoints.list().data] == [other.id]
        connect.close()
