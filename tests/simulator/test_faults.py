from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.simulator.driver import Driver

from connectkit import AsyncConnect, Connect, Money
from connectkit.simulator import ConnectionLost, Simulator

ENDPOINT = {"url": "https://example.com/hook", "enabled_events": ["*"]}
PATH = "/v1/webhook_endpoints"


def endpoints(driver: Driver) -> int:
    return len(driver.get(PATH, {"limit": 100}).body["data"])


def test_a_lost_request_was_never_executed(driver: Driver, simulator: Simulator) -> None:
    simulator.faults.next("lose_request")
    with pytest.raises(ConnectionLost, match="The connection broke before an answer came"):
        driver.post(PATH, ENDPOINT, key="k")
    assert endpoints(driver) == 0
    assert (simulator.requests[0].status, simulator.requests[0].effect) == (None, False)
    assert "Idempotent-Replayed" not in driver.post(PATH, ENDPOINT, key="k").headers


def test_a_lost_answer_is_remembered(driver: Driver, simulator: Simulator) -> None:
    simulator.faults.next("lose_answer", count=2)
    for _ in range(2):
        with pytest.raises(ConnectionLost):
            driver.post(PATH, ENDPOINT, key="k")
    assert endpoints(driver) == 1
    assert [(seen.status, seen.effect) for seen in simulator.requests[:2]] == [(None, True), (None, False)]
    again = driver.post(PATH, ENDPOINT, key="k")
    assert (again.status, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert simulator.faults.happened == {"lose_answer": 2}


@pytest.mark.parametrize(("fault", "made"), [("error_before", 0), ("error_after", 1)])
def test_v1_remembers_an_error_of_the_server(driver: Driver, simulator: Simulator, fault: str, made: int) -> None:
    simulator.faults.next(fault)
    for _ in range(2):
        reply = driver.post(PATH, ENDPOINT, key="k")
        assert (reply.status, reply.error["type"]) == (500, "api_error")
        assert reply.headers["Stripe-Should-Retry"] == "false"
    assert endpoints(driver) == made
    assert simulator.requests[0].effect is bool(made)


@pytest.mark.parametrize(
    ("fault", "status", "code", "header"),
    [
        ("conflict", 409, "idempotency_key_in_use", ("Stripe-Should-Retry", "true")),
        ("lock_timeout", 429, "lock_timeout", ("Stripe-Should-Retry", "true")),
        ("rate_limit", 429, "rate_limit", ("Stripe-Rate-Limited-Reason", "global-rate")),
    ],
)
def test_what_is_turned_away_may_come_again_with_its_key(
    driver: Driver, simulator: Simulator, fault: str, status: int, code: str, header: tuple[str, str]
) -> None:
    simulator.faults.next(fault)
    reply = driver.post(PATH, ENDPOINT, key="k")
    assert (reply.status, reply.error["code"]) == (status, code)
    assert header in reply.headers.items()
    assert "Idempotent-Replayed" not in driver.post(PATH, ENDPOINT, key="k").headers


def test_a_slow_answer_without_a_key_arrives(driver: Driver, simulator: Simulator) -> None:
    simulator.faults.next("slow", seconds=0.001)
    assert driver.post(PATH, ENDPOINT).status == 200


def test_a_slow_refusal_arrives(driver: Driver, simulator: Simulator) -> None:
    simulator.faults.next("slow", seconds=0.001)
    assert driver.post(PATH, {}, key="k").status == 400
    assert driver.post(PATH, ENDPOINT, key="k").status == 200


def test_a_fault_waits_for_the_request_that_fits(driver: Driver, simulator: Simulator) -> None:
    simulator.faults.next("rate_limit", "/v1/accounts/*", method="GET")
    assert driver.post(PATH, ENDPOINT).status == 200
    assert driver.get("/v1/events").status == 200
    assert driver.get("/v1/accounts/acct_1").status == 429
    assert driver.get("/v1/accounts/acct_1").status == 404


def test_a_fault_may_take_any_method(driver: Driver, simulator: Simulator) -> None:
    simulator.faults.next("rate_limit", method="*")
    assert driver.get("/v1/events").status == 429


def test_a_fault_happens_at_least_once(simulator: Simulator) -> None:
    with pytest.raises(ValueError, match="A fault happens at least once, not 0 times"):
        simulator.faults.next("rate_limit", count=0)


@pytest.mark.parametrize("seconds", [0.0, 0.9])
def test_an_event_is_delayed_by_a_second_at_least(simulator: Simulator, seconds: float) -> None:
    with pytest.raises(ValueError, match="An event is delayed by one simulated second at least, not by 0"):
        simulator.faults.next("delay_event", seconds=seconds)
    assert not simulator.faults.planned
    simulator.faults.next("delay_event", seconds=1)
    assert simulator.faults.planned


def test_there_is_no_such_fault(simulator: Simulator) -> None:
    with pytest.raises(ValueError, match="There is no fault 'earthquake'; there are lose_request"):
        simulator.faults.next("earthquake")


def test_a_forbidden_request_was_not_looked_at_and_is_not_remembered(driver: Driver, simulator: Simulator) -> None:
    simulator.faults.next("forbidden")
    refused = driver.post(PATH, ENDPOINT, key="k")
    assert (refused.status, "permission" in refused.body["error"]["message"]) == (403, True)
    assert "Stripe-Should-Retry" not in refused.headers
    assert driver.post(PATH, ENDPOINT, key="k").status == 200
    assert endpoints(driver) == 1


def test_a_request_that_is_held_arrives_after_those_that_were_sent_later(simulator: Simulator) -> None:
    simulator.faults.next("hold", seconds=0.05)
    headers = {"Authorization": "Bearer sk_test_1"}

    def post(key: str) -> int:
        return simulator.handle(
            "POST", PATH, headers | {"Idempotency-Key": key}, b"url=https%3A%2F%2Fe.org&enabled_events[]=*"
        )[0]

    with ThreadPoolExecutor() as pool:
        held = pool.submit(post, "held")
        while not simulator.faults.happened:
            pass
        assert post("quick") == 200
        assert held.result() == 200
    assert [(seen.key, seen.left) for seen in simulator.requests] == [("quick", 2), ("held", 1)]


@pytest.mark.parametrize("colour", ["blocking", "asyncio"])
def test_the_clients_in_this_process_are_held_too(colour: str) -> None:
    simulator = Simulator()
    simulator.faults.next("hold", "/v1/topups", seconds=0.001)
    client = simulator.http_client()
    if colour == "blocking":
        made = Connect("sk_test_1", http_client=client).topups.create(key="t", amount=Money.of("5.00", "usd"))
    else:
        source = AsyncConnect("sk_test_1", http_client=client)
        made = asyncio.run(source.topups.create(key="t", amount=Money.of("5.00", "usd")))
    assert made.amount == Money.of("5.00", "usd")
    assert simulator.faults.happened == {"hold": 1}
