"""Too much traffic, and answers that take their time."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.simulator.driver import VERSION, Driver

from connectkit.simulator import Simulator, Traffic
from connectkit.simulator import traffic as module

ENDPOINT = {"url": "https://example.com/hook", "enabled_events": ["*"]}
HOOKS = "/v1/webhook_endpoints"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give real time into the hands of the test."""
    now = [0.0]
    monkeypatch.setattr(module, "ticks", lambda: now[0])
    return now


def statuses(driver: Driver, times: int, path: str = "/v1/balance") -> list[int]:
    return [driver.get(path).status for _ in range(times)]


def test_an_endpoint_is_counted_over_all_ids_and_recovers(
    driver: Driver, simulator: Simulator, clock: list[float]
) -> None:
    simulator.bear(endpoint=2)
    assert [driver.get(f"/v1/transfers/tr_{number}").status for number in range(3)] == [404, 404, 429]
    reply = driver.get("/v1/transfers/tr_4")
    assert (reply.error["code"], reply.headers["Stripe-Rate-Limited-Reason"]) == ("rate_limit", "endpoint-rate")
    assert reply.headers["Request-Id"]
    assert statuses(driver, 1) == [200]
    clock[0] = 0.5
    assert [driver.get(f"/v1/transfers/tr_{number}").status for number in range(2)] == [404, 429]


def test_all_kinds_are_counted_together(driver: Driver, simulator: Simulator, clock: list[float]) -> None:
    simulator.bear(total=2)
    driver.get("/v1/transfers")
    assert statuses(driver, 2) == [200, 429]
    assert driver.get("/v1/transfers").headers["Stripe-Rate-Limited-Reason"] == "global-rate"
    simulator.bear()
    assert statuses(driver, 5) == [200] * 5


def test_what_is_turned_away_is_not_remembered_and_not_kept(clock: list[float], tmp_path: Path) -> None:
    simulator = Simulator(traffic=Traffic(endpoint=1))
    simulator.keep(tmp_path / "world")
    driver = Driver(simulator)
    assert [driver.post(HOOKS, ENDPOINT, key=key).status for key in ("a", "b")] == [200, 429]
    clock[0] = 1.0
    assert driver.post(HOOKS, ENDPOINT, key="b").status == 200
    again = Simulator(traffic=Traffic(endpoint=1))
    again.keep(tmp_path / "world")
    clock[0] = 2.0
    assert len(Driver(again).get(HOOKS).body["data"]) == 2
    assert [seen.status for seen in simulator.requests] == [200, 429, 200]


def test_what_fits_is_answered_in_real_time_as_well(driver: Driver, simulator: Simulator) -> None:
    simulator.bear(total=1, endpoint=1)
    assert statuses(driver, 1) == [200]


def test_answers_take_their_time(driver: Driver, simulator: Simulator) -> None:
    driver.send("POST", "/_simulator/bear", b'{"latency": 0.25}')
    headers = {"Authorization": "Bearer sk_test_driver", "Stripe-Version": VERSION}
    assert simulator.begin("GET", "/v1/balance", headers).delay == 0.25


def delays(seed: int, count: int = 2000) -> list[float]:
    simulator = Simulator(seed=seed, traffic=Traffic(latency=0.1, slowest=0.8))
    headers = {"Authorization": "Bearer sk_test_driver", "Stripe-Version": VERSION}
    return [simulator.begin("GET", "/v1/balance", headers).delay for _ in range(count)]


def test_answers_take_times_that_are_spread_as_servers_are() -> None:
    taken = sorted(delays(1))
    assert 0.09 < taken[len(taken) // 2] < 0.11
    assert 0.55 < taken[len(taken) * 99 // 100] < 1.2
    assert delays(1, 20) == delays(1, 20) != delays(2, 20)


@pytest.mark.parametrize("latency", [0.0, 0.3])
def test_the_slowest_answer_is_the_slowest(simulator: Simulator, latency: float) -> None:
    with pytest.raises(ValueError, match="The slowest answer takes at least as long as most do"):
        simulator.bear(latency=latency, slowest=0.2)
    reply = Driver(simulator).send("POST", "/_simulator/bear", b'{"latency": 0.1, "slowest": 0.01}')
    assert reply.status == 400
