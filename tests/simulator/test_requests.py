"""What a request has to bring, and what an answer carries."""

from __future__ import annotations

import base64
import json

import pytest
from tests.simulator.driver import CUSTOM, VERSION, Driver

from connectkit.simulator import Simulator

MISSING = (
    "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth "
    "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
)
ENDPOINT = {"url": "https://example.com/hook", "enabled_events": ["*"]}


@pytest.mark.parametrize("key", ["sk_test_x", "rk_test_x"])
def test_test_keys_are_let_in(simulator: Simulator, key: str) -> None:
    assert Driver(simulator, key).get("/v1/events").status == 200


@pytest.mark.parametrize("key", ["sk_live_secret", "nonsense"])
def test_other_keys_are_not(simulator: Simulator, key: str) -> None:
    reply = Driver(simulator, key).get("/v1/events")
    assert reply.status == 401
    assert reply.headers["WWW-Authenticate"] == 'Bearer realm="Stripe"'
    assert "Request-Id" not in reply.headers
    assert "code" not in reply.error
    assert key not in reply.error["message"] or len(key) <= 8


def test_live_keys_are_let_in_where_the_simulator_is_told() -> None:
    simulator = Simulator(livemode=True)
    assert Driver(simulator, "sk_live_x").made("/v1/webhook_endpoints", ENDPOINT)["livemode"] is True
    assert Driver(simulator, "sk_test_x").get("/v1/events").status == 401


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("Basic " + base64.b64encode(b"sk_test_x:").decode(), 200),
        ("Basic !", 401),
        ("Basic abc", 401),
        ("Digest sk_test_x", 401),
        ("bearer sk_test_x", 200),
    ],
)
def test_keys_may_come_by_basic_authentication(simulator: Simulator, authorization: str, status: int) -> None:
    assert simulator.handle("GET", "/v1/events", {"AUTHORIZATION": authorization})[0] == status


def test_no_key_is_said_to_be_missing(simulator: Simulator) -> None:
    status, _, body = simulator.handle("GET", "/v1/events", {})
    assert (status, json.loads(body)["error"]["message"]) == (401, MISSING)


def test_a_key_for_browsers_is_told(simulator: Simulator) -> None:
    reply = Driver(simulator, "pk_test_x").get("/v1/events")
    assert (reply.status, reply.error["code"]) == (401, "secret_key_required")


def test_an_account_is_named_in_one_way(driver: Driver, simulator: Simulator) -> None:
    seller = driver.seller()["id"]
    headers = {"Authorization": "Bearer sk_test_x", "Stripe-Context": seller, "Stripe-Account": seller}
    status, _, body = simulator.handle("GET", "/v1/account", headers)
    assert (status, json.loads(body)["error"]["code"]) == (400, "parameters_exclusive")


@pytest.mark.parametrize("version", ["2026-10-28.endive", "2023-10-16", "2026-10-28.endive; feature_beta=v1"])
def test_a_version_is_echoed(driver: Driver, version: str) -> None:
    assert driver.get("/v1/events", version=version).headers["Stripe-Version"] == version


@pytest.mark.parametrize("version", ["latest", "2026", "2026-10-28.endive\n", "2026-10-28.1"])
def test_a_version_that_is_none_is_told(driver: Driver, version: str) -> None:
    reply = driver.get("/v1/events", version=version)
    assert (reply.status, reply.error["message"]) == (400, f"Invalid Stripe API version: {version}")


def test_v1_speaks_no_json(simulator: Simulator) -> None:
    headers = {"Authorization": "Bearer sk_test_x", "Content-Type": "application/json; charset=utf-8"}
    status, _, body = simulator.handle("POST", "/v1/topups", headers, b'{"amount": 500, "currency": "usd"}')
    assert status == 400
    assert "application/x-www-form-urlencoded" in json.loads(body)["error"]["message"]
    assert simulator.handle("GET", "/v1/topups", headers)[0] == 200


def test_a_list_has_one_cursor(driver: Driver) -> None:
    reply = driver.get("/v1/topups", {"starting_after": "tu_1", "ending_before": "tu_2"})
    assert (reply.status, reply.error["code"], reply.error["param"]) == (400, "parameters_exclusive", "ending_before")


@pytest.mark.parametrize(
    ("path", "message", "param"),
    [
        ("payment_intents", "No such payment_intent: 'x'", "intent"),
        ("payment_methods", "No such PaymentMethod: 'x'", "payment_method"),
        ("charges", "No such charge: 'x'", "id"),
    ],
)
def test_what_the_path_names_is_missing_in_stripes_words(driver: Driver, path: str, message: str, param: str) -> None:
    error = driver.get(f"/v1/{path}/x").error
    assert (error["message"], error["param"], error["code"]) == (message, param, "resource_missing")


def test_metadata_that_is_empty_sets_nothing_and_has_a_limit_together(driver: Driver) -> None:
    few = {f"a{number}": "x" for number in range(30)}
    topup = driver.made("/v1/topups", {"amount": 500, "currency": "usd", "metadata": {**few, "empty": ""}})
    assert topup["metadata"] == few
    path = f"/v1/topups/{topup['id']}"
    more = {f"b{number}": "x" for number in range(21)}
    error = driver.post(path, {"metadata": more}).error
    assert (error["message"], error["param"]) == ("Metadata can have up to 50 keys, but you've set 51.", "metadata")
    assert driver.get(path).body["metadata"] == few
    assert len(driver.made(path, {"metadata": {**more, "a0": ""}})["metadata"]) == 50


def test_an_upload_does_not_echo_its_key(simulator: Simulator) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nidentity_document\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n\x89PNG\r\n--b--\r\n'
    )
    headers = {"Authorization": "Bearer sk_test_x", "Idempotency-Key": "upload"}
    status, answered, _ = simulator.handle("POST", "/v1/files", headers, body)
    assert status == 200
    assert "Idempotency-Key" not in answered
    assert answered["Original-Request"] == answered["Request-Id"]


def test_an_account_has_to_be_connected(driver: Driver) -> None:
    reply = driver.get("/v1/events", account="acct_nobody")
    assert (reply.status, reply.error["code"]) == (403, "account_invalid")
    assert reply.headers["Request-Id"].startswith("req_")


def test_the_account_is_echoed(driver: Driver) -> None:
    seller = driver.seller()["id"]
    reply = driver.get("/v1/account", account=seller)
    assert reply.headers["Stripe-Account"] == reply.body["id"] == seller
    assert "Stripe-Account" not in driver.get("/v1/account").headers


def test_the_platform_may_name_itself(driver: Driver) -> None:
    platform = driver.get("/v1/account").body["id"]
    assert driver.get("/v1/account", account=platform).body["id"] == platform


def test_a_context_names_an_account_in_v2(driver: Driver, simulator: Simulator) -> None:
    seller = driver.seller()["id"]
    headers = {"Authorization": "Bearer sk_test_x", "Stripe-Context": seller, "Stripe-Version": VERSION}
    assert json.loads(simulator.handle("GET", "/v1/account", headers)[2])["id"] == seller


def test_v2_wants_a_version_and_v1_has_one(driver: Driver) -> None:
    assert driver.get("/v2/core/accounts", version=None).status == 400
    assert driver.get("/v2/core/accounts").headers["Stripe-Version"] == VERSION
    assert driver.get("/v1/events", version=None).headers["Stripe-Version"] == VERSION


def test_stripe_has_no_such_address(driver: Driver) -> None:
    for path in ("/v1/nothing", "/v3/accounts", "/v1", "/v1/accounts//capabilities"):
        reply = driver.get(path)
        assert reply.status in (404, 501)
    unknown = driver.get("/v1/nothing")
    assert (unknown.status, unknown.error["message"]) == (404, "Unrecognized request URL (GET: /v1/nothing).")


def test_what_is_not_simulated_is_said_by_name(driver: Driver) -> None:
    reply = driver.post("/v1/quotes")
    assert (reply.status, reply.error["message"]) == (501, "The simulator does not have POST /v1/quotes yet.")
    assert driver.delete("/v1/events").status == 501
    assert driver.get("/v1/invoices/search", {"query": "status:'paid'"}).status == 501


def test_an_answer_names_its_request(driver: Driver) -> None:
    reply = driver.post("/v1/webhook_endpoints", ENDPOINT, key="k")
    assert reply.headers["Request-Id"].startswith("req_")
    assert reply.headers["Original-Request"] == reply.headers["Request-Id"]
    assert reply.headers["Idempotency-Key"] == "k"
    assert reply.headers["Stripe-Should-Retry"] == "false"
    assert reply.headers["Stripe-Version"] == VERSION


def test_without_a_key_nothing_is_said_of_retries(driver: Driver) -> None:
    reply = driver.post("/v1/webhook_endpoints", ENDPOINT)
    assert not {"Idempotency-Key", "Original-Request", "Stripe-Should-Retry"} & reply.headers.keys()


def test_a_get_does_not_echo_its_key(driver: Driver) -> None:
    assert "Idempotency-Key" not in driver.get("/v1/events", key="k").headers


def test_a_delete_echoes_its_key(driver: Driver) -> None:
    id_ = driver.made("/v1/webhook_endpoints", ENDPOINT)["id"]
    reply = driver.delete(f"/v1/webhook_endpoints/{id_}", key="k")
    assert reply.headers["Idempotency-Key"] == "k"
    assert "Original-Request" not in reply.headers


def test_wrong_parameters_say_nothing_of_retries(driver: Driver) -> None:
    reply = driver.post("/v1/webhook_endpoints", {"url": "https://example.com"}, key="k")
    assert (reply.status, reply.error["code"], reply.error["param"]) == (400, "parameter_missing", "enabled_events")
    assert reply.error["doc_url"].endswith("/parameter-missing")
    assert reply.error["request_log_url"].endswith(reply.headers["Request-Id"])
    assert "Stripe-Should-Retry" not in reply.headers
    assert reply.headers["Original-Request"] == reply.headers["Request-Id"]


def test_a_refusal_in_execution_says_not_to_retry(driver: Driver) -> None:
    account = driver.get("/v1/account").body["id"]
    reply = driver.post(f"/v1/accounts/{account}", {"email": "a@example.com"}, key="k")
    assert reply.status == 400
    assert reply.headers["Stripe-Should-Retry"] == "false"


@pytest.mark.parametrize(("path", "body"), [("/v2/core/accounts", b"{"), ("/v2/core/accounts", b"[]")])
def test_a_json_body_has_to_be_an_object(driver: Driver, path: str, body: bytes) -> None:
    assert driver.send("POST", path, body).error["message"] == "The request body is no JSON object."


def test_a_form_has_to_be_utf_8(driver: Driver) -> None:
    assert driver.send("POST", "/v1/accounts", b"\xff=1").error["message"] == "The request body is not UTF-8."


def test_what_the_path_names_is_missing_with_404_and_what_the_body_names_with_400(driver: Driver) -> None:
    by_path = driver.get("/v1/accounts/acct_nobody")
    assert (by_path.status, by_path.error["code"], by_path.error["message"]) == (
        404,
        "resource_missing",
        "No such account: 'acct_nobody'",
    )
    link = {"account": "acct_nobody", "type": "account_onboarding"}
    by_body = driver.post("/v1/account_links", link)
    assert (by_body.status, by_body.error["code"], by_body.error["param"]) == (400, "resource_missing", "account")


def test_requests_are_logged(driver: Driver, simulator: Simulator) -> None:
    driver.post("/v1/webhook_endpoints", ENDPOINT, key="k")
    driver.post("/v1/webhook_endpoints", ENDPOINT, key="k")
    driver.get("/v1/events?limit=1")
    driver.post("/v1/webhook_endpoints", {})
    seen = [(entry.method, entry.path, entry.key, entry.status, entry.effect) for entry in simulator.requests]
    assert seen == [
        ("POST", "/v1/webhook_endpoints", "k", 200, True),
        ("POST", "/v1/webhook_endpoints", "k", 200, False),
        ("GET", "/v1/events", None, 200, False),
        ("POST", "/v1/webhook_endpoints", None, 400, False),
    ]


def test_what_cannot_be_expanded_is_refused(driver: Driver) -> None:
    reply = driver.get("/v1/account", {"expand": ["nothing"]})
    assert (reply.status, reply.error["param"]) == (400, "expand")


def test_a_deed_stays_done_though_its_answer_cannot_be_expanded(driver: Driver, simulator: Simulator) -> None:
    for _ in range(2):
        reply = driver.post("/v1/webhook_endpoints", {**ENDPOINT, "expand": ["nothing"]}, key="k")
        assert (reply.status, reply.error["param"]) == (400, "expand")
        assert reply.headers["Stripe-Should-Retry"] == "false"
    assert [seen.effect for seen in simulator.requests] == [True, False]
    assert len(driver.get("/v1/webhook_endpoints").body["data"]) == 1


def test_reset_begins_anew(driver: Driver, simulator: Simulator) -> None:
    first = driver.made("/v1/accounts", CUSTOM)["id"]
    simulator.advance(days=3)
    simulator.reset()
    assert simulator.clock.now == 1_800_000_000
    assert driver.made("/v1/accounts", CUSTOM)["id"] == first
    assert len(driver.get("/v1/accounts").body["data"]) == 1


def test_parameters_may_stand_in_the_query_of_a_post(driver: Driver) -> None:
    assert driver.post("/v1/webhook_endpoints?url=https://example.com&enabled_events[]=*").status == 200
