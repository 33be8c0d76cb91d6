"""The transport: real HTTP on loopback, and httpx mocked where a failure has to come at will."""

from __future__ import annotations

import asyncio
import http.server
import json
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Self

import httpx
import pytest
import respx

from connectkit.transport import HttpxTransport, Transport, TransportFailure

URL = "https://api.example.test/v1/payouts"
HEADERS = {"Authorization": "Bearer sk_test_1", "Stripe-Account": "acct_1"}


class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    most = 0
    now = 0
    opened = 0
    closed = 0
    going = threading.Event()
    lock = threading.Lock()

    def setup(self) -> None:
        super().setup()
        with Echo.lock:
            Echo.opened += 1

    def finish(self) -> None:
        super().finish()
        with Echo.lock:
            Echo.closed += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with Echo.lock:
            Echo.now += 1
            Echo.most = max(Echo.most, Echo.now)
        if body == b"held":
            Echo.going.wait(10)
        if body == b"slow":
            time.sleep(0.05)
        with Echo.lock:
            Echo.now -= 1
        answer = json.dumps({"body": body.decode(), "account": self.headers["Stripe-Account"]}).encode()
        self.send_response(200)
        self.send_header("Request-Id", "req_1")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None: ...


class Trickle(socketserver.BaseRequestHandler):
    """Sends a byte now and then, for ever."""

    def handle(self) -> None:
        self.request.recv(65536)
        self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        try:
            while True:
                self.request.sendall(b"x")
                time.sleep(0.02)
        except OSError:
            return


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


def serve(handler: type[socketserver.BaseRequestHandler]) -> Iterator[str]:
    server = Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def echo() -> Iterator[str]:
    Echo.most = Echo.opened = Echo.closed = 0
    Echo.going.clear()
    yield from serve(Echo)


@pytest.fixture
def trickle() -> Iterator[str]:
    yield from serve(Trickle)


@pytest.fixture(params=["blocking", "asyncio"])
def colour(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def carried(transport: Transport, colour: str, url: str, body: bytes = b"a=1", deadline: float = 5.0) -> bytes:
    """Send once, in a colour, and close."""

    async def send() -> bytes:
        try:
            return (await transport.asend("post", url, HEADERS, body, deadline)).body
        finally:
            await transport.aclose()

    if colour == "asyncio":
        return asyncio.run(send())
    try:
        return transport.send("post", url, HEADERS, body, deadline).body
    finally:
        transport.close()


def failure(colour: str, url: str, deadline: float = 5.0) -> TransportFailure:
    with pytest.raises(TransportFailure) as caught:
        carried(HttpxTransport(), colour, url, deadline=deadline)
    return caught.value


def test_a_request_is_carried_as_it_is(echo: str, colour: str) -> None:
    answer = json.loads(carried(HttpxTransport(), colour, echo, b"amount=1"))
    assert answer == {"body": "amount=1", "account": "acct_1"}


def test_headers_are_given_by_lower_case_name(echo: str) -> None:
    transport = HttpxTransport()
    answer = transport.send("post", echo, HEADERS, b"", 5.0)
    transport.close()
    transport.close()
    assert (answer.status, answer.headers["request-id"]) == (200, "req_1")


def test_what_was_never_opened_can_be_closed() -> None:
    asyncio.run(HttpxTransport().aclose())
    HttpxTransport().close()


def test_one_transport_serves_one_loop_after_the_other(echo: str) -> None:
    transport = HttpxTransport()
    for _ in range(3):
        assert carried(transport, "asyncio", echo)


def test_where_nobody_listens_nothing_was_sent(colour: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        error = failure(colour, f"http://127.0.0.1:{free.getsockname()[1]}")
    assert not error.sent
    assert error.reason == "no connection (ConnectError)"


def test_an_answer_that_trickles_ends_at_the_deadline(trickle: str, colour: str) -> None:
    error = failure(colour, trickle, deadline=0.3)
    assert error.sent
    assert "within the deadline" in error.reason


@pytest.mark.parametrize(
    ("raised", "sent"),
    [
        (httpx.ConnectTimeout("no"), False),
        (httpx.PoolTimeout("no"), False),
        (httpx.ReadTimeout("no"), True),
        (httpx.WriteError("no"), True),
        (httpx.RemoteProtocolError("no"), True),
    ],
)
@respx.mock
def test_every_failure_tells_whether_a_byte_can_have_left(raised: Exception, colour: str, *, sent: bool) -> None:
    respx.post(URL).mock(side_effect=raised)
    assert failure(colour, URL).sent is sent


@pytest.mark.parametrize("raised", [TypeError("a mistake"), AssertionError("a mistake")])
@respx.mock
def test_a_mistake_in_a_program_stays_what_it_is(raised: Exception, colour: str) -> None:
    respx.post(URL).mock(side_effect=raised)
    with pytest.raises(type(raised), match="a mistake"):
        carried(HttpxTransport(), colour, URL)


@respx.mock
def test_no_secret_of_the_request_is_in_a_failure(colour: str) -> None:
    respx.post(URL).mock(side_effect=httpx.ReadError("Bearer sk_test_1"))
    error = failure(colour, URL)
    assert "sk_test" not in f"{error!r} {error.__cause__!r}"
    assert error.__suppress_context__


def test_turns_are_bounded_in_threads(echo: str) -> None:
    transport = HttpxTransport(max_in_flight=3)
    threads = [threading.Thread(target=transport.send, args=("post", echo, HEADERS, b"slow", 10.0)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    transport.close()
    assert Echo.most == 3


def test_turns_are_bounded_in_a_loop(echo: str) -> None:
    async def crowd() -> int:
        transport = HttpxTransport(max_in_flight=3)
        answers = await asyncio.gather(*[transport.asend("post", echo, HEADERS, b"slow", 10.0) for _ in range(12)])
        await transport.aclose()
        return len(answers)

    assert asyncio.run(crowd()) == 12
    assert Echo.most == 3


class Crowd:
    """Sends several at once, one after another, and both, in a colour; closed at the end."""

    def __init__(self, colour: str, url: str) -> None:
        self.transport = HttpxTransport(max_in_flight=3)
        self.send = self.threads if colour == "blocking" else self.tasks
        self.url = url
        self.runner = asyncio.Runner()

    def threads(self, *bodies: bytes) -> None:
        def send(body: bytes) -> None:
            self.transport.send("post", self.url, HEADERS, body, 10.0)

        with ThreadPoolExecutor(len(bodies)) as pool:
            list(pool.map(send, bodies))

    def tasks(self, *bodies: bytes) -> None:
        async def all_of_them() -> None:
            sends = [self.transport.asend("post", self.url, HEADERS, body, 10.0) for body in bodies]
            await asyncio.gather(*sends)

        self.runner.run(all_of_them())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.runner.run(self.transport.aclose())
        self.runner.close()


def gone(count: int) -> bool:
    """Wait until the server has seen connections close."""
    end = time.monotonic() + 10
    while Echo.closed < count and time.monotonic() < end:
        time.sleep(0.005)
    return Echo.closed == count


def test_a_connection_is_used_again(echo: str, colour: str) -> None:
    with Crowd(colour, echo) as crowd:
        for _ in range(5):
            crowd.send(b"a=1")
    assert Echo.opened == 1
    assert gone(1)


def test_the_connections_of_a_burst_are_closed_when_they_fall_idle(
    echo: str, colour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Crowd(colour, echo) as crowd:
        crowd.send(b"slow", b"slow", b"slow")
        assert (Echo.opened, Echo.closed) == (3, 0)
        monkeypatch.setattr("connectkit.transport._IDLE", -1.0)
        crowd.send(b"a=1")
        assert gone(1)
        crowd.send(b"a=1")
        assert gone(2)
    assert Echo.opened == 3
    assert gone(3)


def test_a_transport_closed_while_it_sends_leaves_no_connection(echo: str) -> None:
    transport = HttpxTransport()
    sending = threading.Thread(target=transport.send, args=("post", echo, HEADERS, b"held", 10.0))
    sending.start()
    while not Echo.now:
        time.sleep(0.001)
    transport.close()
    Echo.going.set()
    sending.join()
    assert gone(1)


def test_a_transport_closed_while_it_sends_leaves_no_connection_in_a_loop(echo: str) -> None:
    async def closed_early() -> None:
        transport = HttpxTransport()
        sending = asyncio.create_task(transport.asend("post", echo, HEADERS, b"held", 10.0))
        while not Echo.now:  # noqa: ASYNC110  # the server is a thread
            await asyncio.sleep(0.001)
        await transport.aclose()
        Echo.going.set()
        await sending

    asyncio.run(closed_early())
    assert gone(1)


def test_waiting_for_a_turn_counts_against_the_deadline(trickle: str) -> None:
    transport = HttpxTransport(max_in_flight=1)
    first = threading.Thread(target=lambda: _swallowed(transport, trickle))
    first.start()
    while transport._turns._value:
        time.sleep(0.001)
    with pytest.raises(TransportFailure, match="no turn") as caught:
        transport.send("post", trickle, HEADERS, b"", 0.05)
    first.join()
    transport.close()
    assert not caught.value.sent


def test_waiting_for_a_turn_counts_against_the_deadline_in_a_loop(trickle: str) -> None:
    async def crowd() -> list[TransportFailure]:
        transport = HttpxTransport(max_in_flight=1)
        sends = [transport.asend("post", trickle, HEADERS, b"", deadline) for deadline in (1.0, 0.1)]
        failures = await asyncio.gather(*sends, return_exceptions=True)
        await transport.aclose()
        return [error for error in failures if isinstance(error, TransportFailure)]

    first, second = asyncio.run(crowd())
    assert (first.sent, second.sent) == (True, False)


def _swallowed(transport: HttpxTransport, url: str) -> None:
    with pytest.raises(TransportFailure):
        transport.send("post", url, HEADERS, b"", 0.5)
