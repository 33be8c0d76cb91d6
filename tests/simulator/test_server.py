"""The simulator as others reach it: over HTTP, in process through the official SDK, and by its own controls."""

from __future__ import annotations

import asyncio
import http.client
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import stripe
from stripe.params import WebhookEndpointCreateParams
from tests.simulator.driver import CUSTOM, Driver
from tests.simulator.till import Till
from tests.simulator.visitor import Visitor

from connectkit.simulator import Simulator
from connectkit.simulator.client import Headers
from connectkit.simulator.ledger import WORLD, Entry
from connectkit.simulator.server import Server

ENDPOINT: WebhookEndpointCreateParams = {"url": "https://example.com/hook", "enabled_events": ["*"]}


@pytest.fixture
def server(simulator: Simulator) -> Iterator[Server]:
    with simulator.serve() as server:
        yield server


@pytest.fixture
def remote(server: Server) -> stripe.StripeClient:
    return stripe.StripeClient("sk_test_x", base_addresses={"api": server.url})


@pytest.fixture
def local(simulator: Simulator) -> stripe.StripeClient:
    return stripe.StripeClient("sk_test_x", http_client=simulator.http_client())


@pytest.fixture
def web(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url) as client:
        yield client


@pytest.fixture(params=["remote", "local"])
def client(request: pytest.FixtureRequest) -> stripe.StripeClient:
    client: stripe.StripeClient = request.getfixturevalue(request.param)
    return client


def test_the_official_sdk_finds_a_stripe(client: stripe.StripeClient) -> None:
    endpoint = client.v1.webhook_endpoints.create(
        {"url": "https://example.com/ü", "enabled_events": ["payout.paid"], "metadata": {"order": "7"}}
    )
    found = client.v1.webhook_endpoints.retrieve(endpoint.id)
    assert (found.url, found.enabled_events) == ("https://example.com/ü", ["payout.paid"])
    assert found.metadata.to_dict() == {"order": "7"}
    assert [listed.id for listed in client.v1.webhook_endpoints.list({"limit": 1})] == [endpoint.id]
    assert client.v1.webhook_endpoints.delete(endpoint.id).deleted


def test_the_official_sdk_gets_stripes_errors(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as missing:
        client.v1.accounts.retrieve("acct_nobody")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    assert missing.value.request_id is not None
    with pytest.raises(stripe.PermissionError):
        client.v1.accounts.retrieve_current({}, {"stripe_account": "acct_nobody"})
    with pytest.raises(stripe.AuthenticationError):
        client.v1.accounts.retrieve_current({}, {"api_key": "sk_live_x"})


def test_the_official_sdk_speaks_v2(client: stripe.StripeClient) -> None:
    account = client.v2.core.accounts.create({"contact_email": "ana@example.com", "include": ["defaults"]})
    assert account.defaults is not None
    assert client.v2.core.accounts.retrieve(account.id).defaults is None
    assert [found.id for found in client.v2.core.accounts.list().data] == [account.id]


def test_the_official_sdk_pages(client: stripe.StripeClient) -> None:
    made = [client.v2.core.accounts.create({"contact_email": f"{number}@example.com"}).id for number in range(5)]
    listed = [account.id for account in client.v2.core.accounts.list({"limit": 2}).auto_paging_iter()]
    assert listed == made[::-1]


def test_the_official_sdk_is_blocking_and_not(local: stripe.StripeClient) -> None:
    account = asyncio.run(local.v1.accounts.retrieve_current_async())
    assert account.id == local.v1.accounts.retrieve_current().id


def test_a_slow_answer_lets_other_tasks_go_on(local: stripe.StripeClient, simulator: Simulator) -> None:
    simulator.faults.next("slow", seconds=0.05)

    async def ask(number: int) -> str:
        await local.v2.core.accounts.create_async({"metadata": {"number": str(number)}})
        return str(number)

    async def ask_both() -> list[str]:
        tasks = [asyncio.create_task(ask(1)), asyncio.create_task(ask(2))]
        return [await task for task in asyncio.as_completed(tasks)]

    assert asyncio.run(ask_both()) == ["2", "1"]


def test_a_slow_answer_reaches_the_blocking_client_too(local: stripe.StripeClient, simulator: Simulator) -> None:
    simulator.faults.next("slow", seconds=0.01)
    account = local.v2.core.accounts.create({})
    assert [found.id for found in local.v2.core.accounts.list().data] == [account.id]


def test_a_lost_answer_is_a_connection_error_of_the_sdk(client: stripe.StripeClient, simulator: Simulator) -> None:
    simulator.faults.next("lose_answer")
    with pytest.raises(stripe.APIConnectionError):
        client.v1.webhook_endpoints.create(ENDPOINT, {"idempotency_key": "k"})
    assert len(client.v1.webhook_endpoints.list().data) == 1


def test_the_sdk_retries_a_lost_request(local: stripe.StripeClient, simulator: Simulator) -> None:
    simulator.faults.next("lose_request")
    link = local.v2.core.accounts.create({}, {"max_network_retries": 1})
    assert link.id.startswith("acct_")


def test_the_in_process_client_closes_nothing(simulator: Simulator) -> None:
    client = simulator.http_client()
    client.close()  # type: ignore[no-untyped-call]
    asyncio.run(close(client))
    answer = client.request("get", "https://api.stripe.com/v1/account", {"Authorization": "Bearer sk_test_x"})
    assert answer[1] == 200


async def close(client: stripe.HTTPClient) -> None:
    await client.close_async()  # type: ignore[no-untyped-call]


def test_headers_go_by_any_case() -> None:
    headers = Headers({"Request-Id": "req_1"})
    assert headers["REQUEST-ID"] == headers["request-id"] == headers.get("Request-ID") == "req_1"
    assert "Request-Id" in headers
    assert not headers.__contains__(7)
    assert headers.get("Nothing", "else") == "else"


def test_one_connection_serves_many_requests(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    for _ in range(3):
        connection.request("GET", "/v1/account", headers={"Authorization": "Bearer sk_test_x"})
        response = connection.getresponse()
        assert (response.status, response.version) == (200, 11)
        response.read()
    connection.close()


def test_many_threads_may_ask_at_once(simulator: Simulator, remote: stripe.StripeClient) -> None:
    def make(number: int) -> str:
        return remote.v2.core.accounts.create({}, {"idempotency_key": f"k{number % 10}"}).id

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(make, range(40)))
    assert len(set(made)) == 10
    assert sum(seen.effect for seen in simulator.requests) == 10


def test_a_port_that_is_taken_is_refused(server: Server, simulator: Simulator) -> None:
    with pytest.raises(OSError, match="Address already in use"):
        simulator.serve(server.port)


def test_a_closed_server_hangs_up(simulator: Simulator) -> None:
    server = simulator.serve()
    idle = socket.create_connection(("127.0.0.1", server.port))
    gone = socket.create_connection(("127.0.0.1", server.port))
    gone.close()
    status = httpx.get(f"{server.url}/v1/account").status_code
    server.close()
    assert status == 401
    assert idle.recv(1) == b""
    idle.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url)


def test_who_hangs_up_before_the_answer_is_no_news(
    server: Server, simulator: Simulator, capfd: pytest.CaptureFixture[str]
) -> None:
    simulator.faults.next("slow", method="GET", seconds=0.05)
    others = set(threading.enumerate())
    impatient = socket.create_connection(("127.0.0.1", server.port))
    impatient.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # hang up with a reset
    impatient.sendall(b"GET /v1/account HTTP/1.1\r\nAuthorization: Bearer sk_test_x\r\n\r\n")
    while not simulator.requests:
        pass
    impatient.close()
    while any("process_request_thread" in thread.name for thread in set(threading.enumerate()) - others):
        pass
    assert capfd.readouterr() == ("", "")
    assert httpx.get(f"{server.url}/v1/account").status_code == 401


def test_a_defect_of_the_simulator_is_told(
    web: httpx.Client, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulator._engine, "run", None)
    response = web.get("/v1/account")
    assert response.status_code == 500
    assert response.json() == {
        "error": {"type": "simulator", "message": "TypeError(\"'NoneType' object is not callable\")"}
    }


class Receiver(ThreadingHTTPServer):
    """A web server that answers events with the statuses that it is given."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.got: list[tuple[bytes, Mapping[str, str]]] = []
        super().__init__(("127.0.0.1", 0), Receiving)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/events"


class Receiving(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver = self.server
        assert isinstance(receiver, Receiver)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        receiver.got.append((body, dict(self.headers.items())))
        self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


def test_events_are_posted_to_urls_until_they_are_taken(simulator: Simulator, driver: Driver) -> None:
    with Receiver(500, 302) as receiver:
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        params = {"url": receiver.url, "enabled_events": ["account.updated"], "connect": True}
        endpoint = driver.made("/v1/webhook_endpoints", params)
        sellers = [driver.seller()["id"] for _ in range(2)]
        simulator.drain()
        receiver.shutdown()
    events = [
        stripe.Webhook.construct_event(body, headers["Stripe-Signature"], endpoint["secret"])
        for body, headers in receiver.got
    ]
    assert [event.account for event in events] == [sellers[0], sellers[0], sellers[0], sellers[1]]
    assert [(seen.status, seen.subscriber) for seen in simulator.deliveries] == [(200, endpoint["id"])] * 2


def test_a_url_that_nobody_listens_at_is_given_up(simulator: Simulator, driver: Driver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    simulator.subscribe(f"http://127.0.0.1:{port}/", connect=True, events=["account.updated"])
    driver.seller()
    simulator.drain()
    assert [delivery.status for delivery in simulator.deliveries] == [0]


def test_hosted_pages_stand_on_the_server(web: httpx.Client, server: Server, driver: Driver) -> None:
    account = driver.made("/v1/accounts", {"type": "express", "capabilities": {"transfers": {"requested": True}}})
    urls = {"return_url": "https://example.com/return", "refresh_url": "https://example.com/refresh"}
    link = driver.made("/v1/account_links", {"account": account["id"], "type": "account_onboarding", **urls})
    assert link["url"].startswith(server.url)

    def fetch(method: str, path: str, body: bytes) -> tuple[int, httpx.Headers, bytes]:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        reply = web.request(method, f"{server.url}{path}", content=body, headers=form)
        return reply.status_code, reply.headers, reply.content

    assert Visitor(fetch, link["url"]).finish() == "https://example.com/return"
    assert driver.get(f"/v1/accounts/{account['id']}").body["payouts_enabled"] is True
    again = web.get(link["url"])
    assert (again.status_code, again.headers["Location"]) == (303, "https://example.com/refresh")


def test_a_reset_simulator_keeps_its_address(simulator: Simulator, server: Server, driver: Driver) -> None:
    simulator.reset()
    account = driver.made("/v1/accounts", CUSTOM)["id"]
    urls = {"return_url": "https://example.com/return", "refresh_url": "https://example.com/refresh"}
    link = driver.made("/v1/account_links", {"account": account, "type": "account_onboarding", **urls})
    assert link["url"].startswith(server.url)


def test_time_is_steered_over_http(web: httpx.Client, simulator: Simulator) -> None:
    assert web.post("/_simulator/advance", json={"days": 1, "hours": 1}).json() == {"now": 1_800_090_000}
    assert web.post("/_simulator/advance", json={"to": 1_800_100_000}).json() == {"now": 1_800_100_000}
    for _ in range(2):
        assert web.post("/_simulator/advance", json={"days": 1, "key": "step"}).json() == {"now": 1_800_186_400}
    assert simulator.clock.now == 1_800_186_400
    backwards = web.post("/_simulator/advance", json={"to": 1})
    assert (backwards.status_code, "Time runs forward" in backwards.json()["error"]) == (400, True)
    assert web.post("/_simulator/advance", json={"weeks": 1}).status_code == 400
    assert web.post("/_simulator/advance", content=b"[1]").status_code == 400
    assert web.post("/_simulator/advance", content=b"{").status_code == 400


def test_faults_are_planned_over_http(web: httpx.Client, simulator: Simulator) -> None:
    assert web.post("/_simulator/faults", json={"name": "lose_answer", "path": "/v1/accounts"}).status_code == 200
    with pytest.raises(httpx.RemoteProtocolError):
        web.post("/v1/accounts", headers={"Authorization": "Bearer sk_test_x"})
    assert simulator.faults.happened == {"lose_answer": 1}
    assert web.post("/_simulator/faults", json={"name": "nothing"}).status_code == 400


def test_accounts_are_onboarded_over_http(web: httpx.Client, driver: Driver) -> None:
    account = driver.made("/v1/accounts", {"type": "express", "capabilities": {"transfers": {"requested": True}}})
    assert web.post("/_simulator/onboard", json={"account": account["id"]}).status_code == 200
    assert driver.get(f"/v1/accounts/{account['id']}").body["charges_enabled"] is True
    missing = web.post("/_simulator/onboard", json={"account": "acct_nobody"})
    assert (missing.status_code, missing.json()) == (400, {"error": "No such account: 'acct_nobody'"})


def test_ledger_and_requests_are_seen_over_http(web: httpx.Client, driver: Driver) -> None:
    driver.made("/v1/accounts", CUSTOM, key="k")
    assert web.get("/_simulator/ledger").json() == {"balanced": True, "accounts": {}}
    (seen,) = web.get("/_simulator/requests").json()["data"]
    assert (seen["method"], seen["path"], seen["key"], seen["status"]) == ("POST", "/v1/accounts", "k", 200)
    assert seen["effect"] is True
    assert web.post("/_simulator/reset").json() == {}
    assert web.get("/_simulator/requests").json() == {"data": []}


def test_other_controls_are_not_there(web: httpx.Client) -> None:
    response = web.get("/_simulator/nothing")
    assert response.status_code == 404
    assert "POST /_simulator/advance" in response.json()["error"]


def test_the_platforms_money_is_under_its_name(simulator: Simulator) -> None:
    world = simulator.world
    world.ledger.post(Entry(WORLD, "usd", -5), Entry(world.platform, "usd", 5))
    assert simulator.ledger() == {"balanced": True, "accounts": {"platform": {"usd": 5}, "world": {"usd": -5}}}


@pytest.mark.parametrize("body", [b"", b"amount=1"], ids=["without its body", "cut off in its body"])
def test_a_request_that_never_came_whole_is_not_worked_on(driver: Driver, server: Server, body: bytes) -> None:
    till = Till(driver.simulator)
    charge = till.pay(10_000)
    transfer = driver.made(
        "/v1/transfers",
        {"amount": 1000, "currency": "usd", "destination": till.seller(), "source_transaction": charge},
    )
    path = f"/v1/transfers/{transfer['id']}/reversals"
    head = f"POST {path} HTTP/1.1\r\nHost: stripe\r\nAuthorization: Bearer sk_test_x\r\nIdempotency-Key: k\r\n"
    before = len(driver.simulator.requests)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(f"{head}Content-Length: {len('amount=100')}\r\n\r\n".encode() + body)
        client.shutdown(socket.SHUT_WR)  # as when its sender is killed between two writes
        assert client.recv(1024) == b""
    assert len(driver.simulator.requests) == before
    again = driver.post(path, {"amount": 100}, key="k")
    assert (again.status, again.body["amount"]) == (200, 100)


def test_it_names_what_steers_it_tells_the_time_and_checks_its_laws(web: httpx.Client, simulator: Simulator) -> None:
    index = web.get("/_simulator/").json()
    guide = Path(__file__).parents[2] / "docs" / "how-to" / "run-the-simulator.md"
    assert all(name in guide.read_text() for name in index)
    assert web.get("/_simulator/clock").json() == {"now": 1_800_000_000}
    assert web.post("/_simulator/check").json() == {"broken": None}
    simulator.world.ledger._pocket("acct_1", "usd").add(1, 0, 0)
    assert web.post("/_simulator/check").json() == {"broken": "The ledger does not sum to zero."}
    simulator.reset()


def spoken(server: Server, said: bytes) -> bytes:
    """Give all that a server answers until it hangs up."""
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(said)
        return b"".join(iter(lambda: client.recv(65536), b""))


@pytest.mark.parametrize("said", [b"PUT /v1/topups HTTP/1.1\r\n\r\n", b"nonsense\r\n\r\n"])
def test_what_is_not_spoken_is_told(server: Server, said: bytes) -> None:
    assert spoken(server, said).startswith(b"HTTP/1.1 501 Not Implemented\r\n")


def test_who_waits_for_leave_to_send_a_body_gets_it(server: Server) -> None:
    body = b"amount=500&currency=usd"
    head = b"POST /v1/topups HTTP/1.1\r\nAuthorization: Bearer sk_test_1\r\nExpect: 100-continue\r\n"
    said = spoken(server, head + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert said.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nDate: ")


def test_an_old_client_is_hung_up_on(server: Server) -> None:
    said = spoken(server, b"GET /v1/topups HTTP/1.0\r\nAuthorization: Bearer sk_test_1\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 200 OK\r\n")


def test_several_requests_go_over_one_connection(server: Server) -> None:
    request = b"GET /v1/topups HTTP/1.1\r\nAuthorization: Bearer sk_test_1\r\n"
    said = spoken(server, request + b"\r\n" + request + b"Connection: close\r\n\r\n")
    assert said.count(b"HTTP/1.1 200 OK\r\n") == 2
