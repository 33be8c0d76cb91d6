"""`connectkit parity`, shown by two simulators, one of which was spoilt in ten ways."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from connectkit.cli import main
from connectkit.simulator import Simulator
from connectkit.simulator.server import Server

Answered = tuple[int, dict[str, str], bytes]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_API_KEY", "sk_test_there")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    status = main(["parity", *arguments])
    return status, capsys.readouterr().out.splitlines()


def spoilt(method: str, path: str, answer: Answered) -> Answered:
    """Plant ten differences."""
    status, headers, body = answer
    told: dict[str, Any] = json.loads(body)
    match method, path.partition("?")[0], status:
        case "POST", "/v1/accounts", 200:
            del told["settings"]["branding"]["icon"]  # 1: a member less
            told["country"] = None  # 2: null where there is a string
        case "GET", "/v1/balance", 200:
            told["surprise"] = True  # 3: a member more
        case "POST", "/v1/refunds", 200:
            told["status"] = "pending"  # 4: another outcome
        case "POST", "/v1/transfers", 400 if "destination" not in told["error"].get("param", ""):
            told["error"]["code"] = "parameter_missing"  # 5: another code
        case "GET", "/v1/charges/ch_nothing", 404:
            status = 400  # 6: another status
        case "POST", "/v1/topups", 400:
            told["error"]["param"] = "amount"  # 7: another parameter
        case "GET", "/v1/events", 200:
            told["data"] = [event for event in told["data"] if event["type"] != "transfer.created"]  # 8: an event less
        case "GET", "/v1/balance_transactions", 200:
            for row in told["data"]:
                row["fee"] += 1 if row["type"] == "charge" else 0  # 9: another fee
        case _:
            pass
    headers = {name: value for name, value in headers.items() if name != "Idempotent-Replayed"}  # 10: no replay
    return status, headers, json.dumps(told).encode()


def test_two_simulators_are_alike(capsys: pytest.CaptureFixture[str]) -> None:
    with Simulator(seed=7).serve() as other:
        assert run(capsys, "--base-url", other.url) == (0, [])


def a_spoilt_one() -> Server:
    simulator = Simulator(seed=7)

    def handle(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answered:
        return spoilt(method, path, simulator.handle(method, path, headers, body))

    return Server(handle, 0)


def test_ten_planted_differences_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    with a_spoilt_one() as other:
        status, lines = run(capsys, "--base-url", other.url, "--json")
    with a_spoilt_one() as other:
        plain = run(capsys, "--base-url", other.url)[1]
    found = {(one["step"], one["what"]) for one in map(json.loads, lines)}
    assert status == 1
    assert len(plain) == len(lines)
    assert "GET /v1/charges/ch_nothing: status is 404 here and 400 there" in " ".join(plain)
    assert found >= {
        ("POST /v1/accounts", "settings.branding.icon"),
        ("POST /v1/accounts", "country"),
        ("GET /v1/balance", "surprise"),
        ("POST /v1/refunds", "status"),
        ("POST /v1/transfers", "error.code"),
        ("GET /v1/charges/ch_nothing", "status"),
        ("POST /v1/topups", "error.param"),
        ("the platform's events", "transfer.created"),
        ("POST /v1/payment_intents", "header idempotent-replayed"),
    }
    assert any(step == "the platform's rows" and what.startswith("charge usd 10000 321") for step, what in found)


@pytest.mark.parametrize("key", ["", "sk_live_1"])
def test_a_key_that_moves_real_money_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("STRIPE_API_KEY", key)
    assert main(["parity"]) == 2
    assert "holds no test key" in capsys.readouterr().err
