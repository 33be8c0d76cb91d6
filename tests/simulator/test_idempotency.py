from __future__ import annotations

import pytest
from tests.simulator.driver import CUSTOM, Driver, Reply

from connectkit.simulator import Simulator, Switches

ENDPOINT = {"url": "https://example.com/hook", "enabled_events": ["*"]}
PATH = "/v1/webhook_endpoints"
V2 = {"contact_email": "ana@example.com"}


def endpoints(driver: Driver) -> int:
    return len(driver.get(PATH, {"limit": 100}).body["data"])


def test_the_same_request_is_answered_with_the_first_answer(driver: Driver) -> None:
    first = driver.post(PATH, ENDPOINT, key="k")
    again = driver.post(PATH, ENDPOINT, key="k")
    assert again.body == first.body
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Original-Request"] == first.headers["Request-Id"] != again.headers["Request-Id"]
    assert "Idempotent-Replayed" not in first.headers
    assert endpoints(driver) == 1


def test_another_request_with_the_key_is_an_error(driver: Driver) -> None:
    driver.made(PATH, ENDPOINT, key="k")
    other = driver.post(PATH, {**ENDPOINT, "description": "other"}, key="k")
    elsewhere = driver.post("/v1/accounts", {}, key="k")
    for reply in (other, elsewhere):
        assert (reply.status, reply.error["type"]) == (400, "idempotency_error")
        assert "Stripe-Should-Retry" not in reply.headers
    assert driver.post(PATH, ENDPOINT, key="k").status == 200


def test_a_key_counts_for_one_account(driver: Driver) -> None:
    seller = driver.seller()["id"]
    own = driver.made(PATH, ENDPOINT, key="k")
    other = driver.made(PATH, ENDPOINT, key="k", account=seller)
    assert own["id"] != other["id"]


def test_wrong_parameters_do_not_use_up_a_key(driver: Driver) -> None:
    assert driver.post(PATH, {}, key="k").status == 400
    assert driver.post(PATH, ENDPOINT, key="k").status == 200


def test_what_is_missing_does_not_use_up_a_key(driver: Driver) -> None:
    assert driver.post(f"{PATH}/we_nothing", {}, key="k").status == 404
    assert driver.post(PATH, ENDPOINT, key="k").status == 200


def test_a_refusal_in_execution_stays_under_its_key(driver: Driver) -> None:
    platform = driver.get("/v1/account").body["id"]
    first = driver.post(f"/v1/accounts/{platform}", {}, key="k")
    again = driver.post(f"/v1/accounts/{platform}", {}, key="k")
    assert (first.status, again.body) == (400, first.body)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_v1_forgets_after_24_hours(driver: Driver, simulator: Simulator) -> None:
    driver.made(PATH, ENDPOINT, key="k")
    simulator.advance(hours=24, to=None)
    assert "Idempotent-Replayed" not in driver.post(PATH, ENDPOINT, key="k").headers
    assert endpoints(driver) == 2
    simulator.advance(hours=23.99)
    assert "Idempotent-Replayed" in driver.post(PATH, ENDPOINT, key="k").headers


def test_an_unexecuted_key_may_be_forgotten_twice(driver: Driver, simulator: Simulator) -> None:
    assert driver.post(PATH, {}, key="k").status == 400
    simulator.advance(days=2)
    assert driver.post(PATH, ENDPOINT, key="k").status == 200


def test_v1_does_not_count_keys_of_deletes(driver: Driver) -> None:
    id_ = driver.made(PATH, ENDPOINT)["id"]
    assert driver.delete(f"{PATH}/{id_}", key="k").status == 200
    assert driver.delete(f"{PATH}/{id_}", key="k").status == 404


def test_a_key_has_at_most_255_characters(driver: Driver) -> None:
    assert driver.post(PATH, ENDPOINT, key="k" * 255).status == 200
    reply = driver.post(PATH, ENDPOINT, key="k" * 256)
    assert (reply.status, reply.error["param"]) == (400, "idempotency_key")


def test_v2_answers_with_the_object_as_it_is_by_then(driver: Driver, simulator: Simulator) -> None:
    first = driver.made("/v2/core/accounts", V2, key="k")
    driver.made(f"/v2/core/accounts/{first['id']}", {"display_name": "Ana's"})
    simulator.advance(days=29)
    again = driver.post("/v2/core/accounts", V2, key="k")
    assert again.body == {**first, "display_name": "Ana's"}
    assert again.headers["Idempotent-Replayed"] == "true"
    simulator.advance(days=1)
    assert driver.made("/v2/core/accounts", V2, key="k")["id"] != first["id"]


def test_v2_executes_again_what_was_refused(driver: Driver, simulator: Simulator) -> None:
    id_ = driver.made("/v2/core/accounts", V2)["id"]
    path = f"/v2/core/accounts/{id_}/close"
    assert driver.post(path, {"applied_configurations": ["merchant"]}, key="k").status == 400
    simulator.faults.next("error_before")
    assert driver.post(path, {"applied_configurations": []}, key="l").status == 500
    reply = driver.post(path, {"applied_configurations": []}, key="l")
    assert (reply.status, reply.body["closed"]) == (200, True)
    assert "Idempotent-Replayed" not in reply.headers


def test_v2_remembers_success_although_it_answered_500(driver: Driver, simulator: Simulator) -> None:
    simulator.faults.next("error_after")
    broken = driver.post("/v2/core/accounts", V2, key="k")
    assert broken.status == 500
    assert "Stripe-Should-Retry" not in broken.headers
    assert driver.post("/v2/core/accounts", V2, key="k").status == 200
    assert len(driver.get("/v2/core/accounts").body["data"]) == 1


def test_a_key_that_is_being_worked_on_conflicts(driver: Driver, simulator: Simulator) -> None:
    busy: list[Reply] = []

    def meanwhile(*_: object) -> None:
        busy.append(driver.post("/v1/accounts", CUSTOM, key="k"))

    simulator.subscribe(meanwhile, connect=True, events=["account.external_account.created"])
    simulator.faults.next("slow", "/v1/accounts")
    first = driver.post("/v1/accounts", CUSTOM, key="k")
    assert [(reply.status, reply.error["code"]) for reply in busy] == [(409, "idempotency_key_in_use")]
    assert busy[0].headers["Stripe-Should-Retry"] == "true"
    assert driver.post("/v1/accounts", CUSTOM, key="k").body == first.body


def test_whether_a_conflict_is_to_be_tried_again_is_a_switch() -> None:
    simulator = Simulator(switches=Switches(conflict_should_retry=False))
    simulator.faults.next("conflict")
    reply = Driver(simulator).post(PATH, ENDPOINT, key="k")
    assert (reply.status, reply.error["code"]) == (409, "idempotency_key_in_use")
    assert "Stripe-Should-Retry" not in reply.headers


def test_a_defect_of_the_simulator_does_not_use_up_a_key(
    driver: Driver, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(simulator.world, "add", None)
        with pytest.raises(TypeError):
            driver.post(PATH, ENDPOINT, key="k")
    assert driver.post(PATH, ENDPOINT, key="k").status == 200
