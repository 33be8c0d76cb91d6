"""A world that is kept in a file, and had again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.simulator.driver import Driver

from connectkit.simulator import ConnectionLost, Simulator

START = 1_800_000_000


def kept(path: Path, **options: Any) -> Driver:
    simulator = Simulator(**options)
    simulator.keep(path)
    return Driver(simulator)


def told(driver: Driver) -> object:
    """Give all that a world shows."""
    simulator = driver.simulator
    world = simulator.world
    tables = [table for tables in world._tables.values() for table in tables.values()]
    things = [*world._everything.values(), *(thing for table in tables for thing in table)]
    shown = [world.render(thing) | {"pending_webhooks": "…"} for thing in things]
    rest = (simulator.ledger(), simulator.clock.now, dict(simulator.faults.happened), world.ids.new("x"))
    return shown, rest, len(world)


def live(driver: Driver) -> None:
    """Let a world have some of everything."""
    simulator = driver.simulator
    seller = driver.seller()["id"]
    driver.post("/v1/webhook_endpoints", {"url": "http://127.0.0.1:9/", "enabled_events": ["*"], "connect": True})
    paid = {"amount": 5000, "currency": "usd", "confirm": True, "payment_method": "pm_card_bypassPending"}
    driver.made("/v1/payment_intents", {**paid, "transfer_data": {"destination": seller}}, key="order-1")
    driver.post("/v1/payment_intents", {**paid, "payment_method": "pm_card_visa_chargeDeclined"}, key="order-2")
    simulator.handle("POST", "/_simulator/faults", {}, b'{"name": "lose_answer", "path": "/v1/topups"}')
    with pytest.raises(ConnectionLost):
        driver.post("/v1/topups", {"amount": 700, "currency": "usd"}, key="top-up")
    simulator.handle("POST", "/_simulator/faults", {}, b'{"name": "forbidden", "path": "/v1/balance", "method": "GET"}')
    simulator.handle("POST", "/_simulator/faults", {}, b'{"name": "hold", "path": "/v1/payouts", "seconds": 0.01}')
    assert driver.get("/v1/balance").status == 403
    driver.get("/v1/balance")
    driver.post("/v1/payouts", {"amount": 4000, "currency": "usd"}, account=seller)
    simulator.handle("POST", "/_simulator/advance", {}, b'{"days": 9}')
    driver.post("/v1/topups", {"amount": 700, "currency": "usd"}, key="late")
    simulator.advance(hours=1)
    driver.send("POST", "/v1/files", b"--b\r\n\xff")
    link = {"account": seller, "type": "account_onboarding", "return_url": "https://a.b/", "refresh_url": "https://a.b"}
    url = driver.made("/v1/account_links", link)["url"]
    simulator.handle("GET", url.removeprefix("https://connect.stripe.com"), {})
    Driver(simulator, "sk_live_not_here").post("/v1/topups", {"amount": 1, "currency": "usd"})


def test_the_same_world_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    before = kept(path, seed=3, start=START)
    live(before)
    after = kept(path)
    assert told(after) == told(before)
    after.simulator.check()
    assert after.post("/v1/topups", {"amount": 701, "currency": "usd"}, key="late").error["type"] == "idempotency_error"


def test_events_are_not_delivered_again(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    before = kept(path)
    endpoint = {"url": "http://127.0.0.1:9/", "enabled_events": ["*"]}
    before.made("/v1/webhook_endpoints", endpoint)
    before.made("/v1/topups", {"amount": 700, "currency": "usd"})
    before.simulator.drain()
    assert [delivery.status for delivery in before.simulator.deliveries] == [0]
    after = kept(path)
    assert [delivery.status for delivery in after.simulator.deliveries] == [200]
    after.made("/v1/topups", {"amount": 700, "currency": "usd"})
    after.simulator.drain()
    assert [delivery.status for delivery in after.simulator.deliveries] == [200, 0]


def test_neither_keys_nor_others_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    driver = kept(path)
    driver.made("/v1/topups", {"amount": 700, "currency": "usd"})
    assert "sk_test" not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0


def test_what_was_torn_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    driver = kept(path)
    driver.made("/v1/topups", {"amount": 700, "currency": "usd"})
    with path.open("a") as file:
        file.write('{"at": 18000')
    again = kept(path)
    again.made("/v1/topups", {"amount": 800, "currency": "usd"})
    assert [topup["amount"] for topup in kept(path).get("/v1/topups").body["data"]] == [800, 700]


def test_a_world_that_begins_anew_forgets(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    driver = kept(path)
    driver.made("/v1/topups", {"amount": 700, "currency": "usd"})
    driver.simulator.handle("POST", "/_simulator/reset", {})
    assert kept(path).get("/v1/topups").body["data"] == []


@pytest.mark.parametrize("content", ["", "{}\n", "[1]\n", '{"seed": 0, "start": 1, "livemode": false}\n{"at": 1}\n'])
def test_another_file_is_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "world.json"
    path.write_text(content)
    with pytest.raises(ValueError, match="no state of a simulator"):
        kept(path)
    assert path.read_text() == content


def test_another_mode_is_told(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    kept(path)
    with pytest.raises(ValueError, match="test mode"):
        kept(path, livemode=True)


def test_a_world_that_would_be_another_is_told(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    kept(path).made("/v1/topups", {"amount": 700, "currency": "usd"})
    first, step = path.read_text().splitlines()
    path.write_text(f"{first}\n{json.dumps(json.loads(step) | {'body': 'amount=one&currency=usd'})}\n")
    with pytest.raises(ValueError, match=r"Line 2 \(POST /v1/topups\) was answered 200, and is answered 400 now"):
        kept(path)
