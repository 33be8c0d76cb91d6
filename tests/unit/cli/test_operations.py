"""`connectkit operations`, in this process, over a simulator behind a port."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectkit import Connect, Money, OutcomeUnknown, Retries, SQLiteStore
from connectkit.cli import main
from connectkit.cli.operations import opened
from connectkit.errors import InvalidRequest
from connectkit.simulator import Simulator


class Shop:
    """A platform whose process was left with something unknown and something planned."""

    def __init__(self, folder: Path, simulator: Simulator, url: str) -> None:
        self.url = url
        self.path = folder / "connect.db"
        self.simulator = simulator
        self.connect = Connect(
            "sk_test_1", store=SQLiteStore(self.path), base_url=url, retries=Retries(attempts=1), look_up_pause=0.0
        )
        simulator.faults.next("lose_answer", "/v1/topups")
        with pytest.raises(OutcomeUnknown):
            self.connect.topups.create(key="lost", amount=Money.of("5.00", "usd"))
        self.connect.later().topups.create(key="planned", amount=Money.of("5.00", "usd"))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setenv("STRIPE_API_KEY", "sk_test_1")
    simulator = Simulator()
    with simulator.serve() as server:
        shop = Shop(tmp_path, simulator, server.url)
        with shop.connect:
            yield shop


def said(shop: Shop, capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["operations", "--store", str(shop.path), "--base-url", shop.url, "--json", *arguments]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_what_was_left_is_listed_shown_and_finished(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    listed = said(shop, capsys, "list")
    assert [(row["key"], row["state"]) for row in listed] == [("lost", "unknown"), ("planned", "planned")]
    (shown,) = said(shop, capsys, "show", "lost")
    assert (shown["amount"], "resume" in shown["next"]) == ("5.00 usd", True)
    ((finished),) = said(shop, capsys, "resume")
    assert finished["key"] == "lost"
    assert said(shop, capsys, "work", "--limit", "5") == [{"sent": 1}]
    assert [row["state"] for row in said(shop, capsys, "list", "--all")] == ["succeeded"] * 2
    (again,) = said(shop, capsys, "resume", "unheard of")
    assert again["error"] == "OperationError"
    assert len(list(shop.connect.topups.list())) == 2


def test_a_person_decides(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    (made,) = shop.connect.topups.list()
    assert said(shop, capsys, "settle", "lost", made.id)[0]["object"] == made.id
    assert said(shop, capsys, "abandon", "planned", "--why", "cancelled")[0]["state"] == "refused"
    assert said(shop, capsys, "list") == []
    assert said(shop, capsys, "purge", "--days", "30") == [{"purged": 0}]


def test_a_fleet_is_stopped_released_and_rebuilt(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(shop, capsys, "stop", "--why", "an audit") == [{"stopped": "an audit"}]
    assert said(shop, capsys, "work") == [{"sent": 0}]
    assert said(shop, capsys, "release") == [{"stopped": ""}]
    assert said(shop, capsys, "epoch") == [{"epoch": 1}]
    since = "2026-01-01T00:00:00+00:00"
    assert said(shop, capsys, "rebuild", "--since", since, "--epoch", "2") == [{"epoch": 2}]


def test_people_read_lines(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["operations", "--store", str(shop.path), "--base-url", shop.url, "show", "planned"]) == 0
    assert "state: planned" in capsys.readouterr().out


def test_what_goes_wrong_is_said_and_ends_with_a_status(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["operations", "--store", str(shop.path), "--base-url", shop.url, "show", "unheard of"]) == 1
    assert "No operation of this name" in capsys.readouterr().err
    monkeypatch.delenv("STRIPE_API_KEY")
    assert main(["operations", "--store", str(shop.path), "list"]) == 2
    assert "STRIPE_API_KEY" in capsys.readouterr().err


def test_an_address_tells_its_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = ("postgresql://db/shop", "redis://cache/0", str(tmp_path / "connect.db"))
    assert [type(opened(address)).__name__ for address in addresses] == ["PostgresStore", "RedisStore", "SQLiteStore"]
    monkeypatch.setitem(sys.modules, "connectkit.storage.redis", None)
    with pytest.raises(InvalidRequest, match="not installed"):
        opened("redis://cache/0")
