"""`connectkit events`, in this process, over routers of a shop."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attrs import evolve
from tests.unit.webhooks.samples import encoded, snapshot

from connectkit import AsyncConnect, Connect, Event, MemoryStore
from connectkit.cli import main
from connectkit.simulator import Simulator
from connectkit.storage.records import NEVER

SECRET = "whsec_shop"  # signs what is simulated
simulator = Simulator()
store: Any = MemoryStore()
connect = Connect("sk_test_1", store=store, http_client=simulator.http_client())
state = {"broken": True}


def ignore(*_: object) -> None:
    """It is expected."""


def handle(_event: Event[Any]) -> None:
    if state["broken"]:
        raise ValueError


router = connect.webhooks(secrets=[SECRET], on_error=ignore)
later = AsyncConnect("sk_test_1", store=store, http_client=simulator.http_client()).webhooks(secrets=[SECRET])
for one in (router, later):
    one.on("topup.*")(handle)


@pytest.fixture(autouse=True)
def _anew() -> None:
    state["broken"] = True
    simulator.reset()
    store.__init__()


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> list[dict[str, Any]]:
    assert main(["events", "--json", *arguments]) == status
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def give_up() -> None:
    router.handle_envelope(
        b'{"detail-type": "a", "source": "b", "detail": ' + encoded(snapshot(type="topup.failed")) + b"}"
    )
    for _ in range(22):
        router.work()
        for name, row in store._deliveries.items():
            store._deliveries[name] = evolve(row, lease_until=NEVER)


@pytest.mark.parametrize("name", ["router", "later"])
def test_what_was_given_up_is_listed_revived_and_handled(capsys: pytest.CaptureFixture[str], name: str) -> None:
    give_up()
    path = f"{__name__}:{name}"
    (letter,) = said(capsys, "dead", path)
    assert (letter["event"], letter["attempts"]) == ("evt_1", 22)
    assert "ValueError" in letter["error"]
    assert said(capsys, "revive", path, "evt_nobody") == []
    state["broken"] = False
    assert said(capsys, "revive", path) == [{"event": "evt_1", "revived": True}]
    assert said(capsys, "work", path, "--once") == [{"events": 1}]
    assert said(capsys, "dead", path) == []


def test_what_never_came_is_fetched(capsys: pytest.CaptureFixture[str]) -> None:
    from connectkit import Money  # noqa: PLC0415

    connect.topups.create(key="t", amount=Money.of("5.00", "usd"))
    path = f"{__name__}:router"
    (first,) = said(capsys, "replay", path, "--hours", "2")
    assert first["seen"] == first["remembered"] > 0
    assert said(capsys, "replay", path) == [{"seen": first["seen"], "remembered": 0}]
    assert main(["events", "replay", path, "--hours", "9000"]) == 1
    assert "30 days" in capsys.readouterr().err


def test_endpoints_are_compared_with_the_router(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("check", f"{__name__}:router", "--connect", f"{__name__}:connect")
    (told,) = said(capsys, *arguments, status=1)
    assert "topup.failed" in told["missing"].split()
    connect.endpoints.create(url="https://shop.example/webhooks", events=router.types)
    assert main(["events", *arguments]) == 0
    assert capsys.readouterr().out.startswith("missing: ")


def test_what_names_no_router_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["events", "dead", f"{__name__}:nobody"]) == 1
    assert "names no router" in capsys.readouterr().err
