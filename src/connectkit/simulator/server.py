"""What needs threads, sockets or real time: a port, a courier for events, a lock."""

from __future__ import annotations

import json
import queue
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.utils import formatdate
from functools import lru_cache, partial
from http.client import responses
from socketserver import StreamRequestHandler, ThreadingTCPServer
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol, Self, TypeAlias, cast

from .answers import ConnectionLost

if TYPE_CHECKING:
    import httpx

Letter: TypeAlias = Callable[[], tuple[bytes, dict[str, str]]]
"""Gives body and headers of a delivery; the headers are signed anew for each attempt."""

SUCCESS: Final = range(200, 300)
"""The statuses that take a delivery off Stripe's hands."""

_PAUSES: Final = (0.05, 0.1, 0.2, 0.4)
"""Real seconds between the attempts of a delivery, where Stripe waits for hours."""

_POLL: Final = 0.02
"""Real seconds that closing a server takes at most."""

_METHODS: Final = frozenset({b"GET", b"POST", b"DELETE"})
_LONGEST_LINE: Final = 65536

_PATIENCE: Final = 10.0
"""Real seconds that a receiver has."""


class Handle(Protocol):
    """Answers a request."""

    def __call__(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, dict[str, str], bytes]:
        """Give status, headers and body."""
        ...


def new_lock() -> threading.RLock:
    """Give a lock that its holder may take again."""
    return threading.RLock()


def pause(seconds: float) -> None:
    """Wait in real time; for nothing not at all, for the kernel would hand the processor to others."""
    if seconds:
        time.sleep(seconds)


def ticks() -> float:
    """Give real seconds that never go back."""
    return time.monotonic()


_Letters: TypeAlias = "queue.Queue[tuple[Letter, Callable[[int], None]]]"


async def suspend(seconds: float) -> None:
    """Wait in real time, in an event loop."""
    import asyncio  # noqa: PLC0415  # there is an event loop, so it is loaded

    await asyncio.sleep(seconds)


class Courier:
    """Delivers events to URLs: to each one after another, in a thread of its own, so that none delays another."""

    def __init__(self) -> None:
        self._routes: dict[str, _Letters] = {}

    def send(self, url: str, letter: Letter, delivered: Callable[[int], None]) -> None:
        """Deliver *letter* in the background, and tell *delivered* the status; 0 is no answer at all."""
        if url not in self._routes:
            self._routes[url] = queue.Queue()
            threading.Thread(target=self._work, args=(url,), name="connectkit-courier", daemon=True).start()
        self._routes[url].put((letter, delivered))

    def wait(self) -> None:
        """Wait until everything is delivered or given up."""
        for letters in list(self._routes.values()):
            letters.join()

    def _work(self, url: str) -> None:
        import httpx  # noqa: PLC0415  # only who delivers to URLs pays for it

        letters = self._routes[url]
        with httpx.Client(timeout=_PATIENCE, trust_env=False) as client:
            while True:
                letter, delivered = letters.get()
                delivered(_deliver(client, url, letter))
                letters.task_done()


def _deliver(client: httpx.Client, url: str, letter: Letter) -> int:
    status = _attempt(client, url, letter)
    for wait in _PAUSES:
        if status in SUCCESS:
            break
        pause(wait)
        status = _attempt(client, url, letter)
    return status


class Server:
    """A port of the loopback interface, served until it is closed.

    Args:
        handle: Answers the requests.
        port: Which port; 0 for any free one.

    Raises:
        OSError: The port cannot be used.
    """

    def __init__(self, handle: Handle, port: int) -> None:
        self._listener = _Listener(handle, port)
        serve = partial(self._listener.serve_forever, poll_interval=_POLL)
        self._thread = threading.Thread(target=serve, name="connectkit-simulator", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port."""
        return int(self._listener.server_address[1])

    @property
    def url(self) -> str:
        """The address to give to a client."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stop listening and hang up."""
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _attempt(client: httpx.Client, url: str, letter: Letter) -> int:
    import httpx  # noqa: PLC0415  # see above

    body, headers = letter()
    try:
        return client.post(url, content=body, headers=headers).status_code
    except httpx.HTTPError:
        return 0


class _Listener(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handle: Handle, port: int) -> None:
        self.handle = handle
        self.connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Connection)

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: whoever hung up before the answer knows."""

    def server_close(self) -> None:
        super().server_close()
        for connection in list(self.connections):
            with suppress(OSError):  # its client hung up first
                connection.shutdown(socket.SHUT_RDWR)


class _Connection(StreamRequestHandler):
    """One client, as long as it stays: as much of HTTP as clients of Stripe speak, faster than the standard one."""

    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self._listener.connections.add(self.connection)

    def finish(self) -> None:
        self._listener.connections.discard(self.connection)
        super().finish()

    @property
    def _listener(self) -> _Listener:
        return cast("_Listener", self.server)

    def handle(self) -> None:
        """Answer one request after another, until somebody hangs up."""
        while self._answered():
            pass

    def _answered(self) -> bool:
        """Answer a request, and tell whether another may follow."""
        first = self.rfile.readline(_LONGEST_LINE).split()
        if not first:
            return False
        headers = self._headers()
        if len(first) != len(("method", "target", "version")) or first[0] not in _METHODS:
            self.wfile.write(b"HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return False
        length = int(headers.get("content-length") or 0)
        if "expect" in headers:
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self.rfile.read(length)
        if len(body) < length:  # its client hung up half way: it never came whole, so it is not worked on
            return False
        try:
            answer = self._answer(first[0].decode(), first[1].decode("latin-1"), headers, body)
        except ConnectionLost:
            return False
        self.wfile.write(answer)
        return headers.get("connection", "").lower() != "close" and first[2] != b"HTTP/1.0"

    def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        while (line := self.rfile.readline(_LONGEST_LINE)).strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return headers

    def _answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
        try:
            status, said, content = self._listener.handle(method, target, headers, body)
        except ConnectionLost:
            raise
        except Exception as error:  # noqa: BLE001  # a defect of the simulator: the caller has to hear of it
            told = {"error": {"type": "simulator", "message": repr(error)}}
            status, said, content = 500, {}, json.dumps(told).encode()
        lines = [f"HTTP/1.1 {status} {responses[status]}", f"Date: {_date(int(time.time()))}"]
        lines += [f"{name}: {value}" for name, value in said.items()]
        lines += [f"Content-Length: {len(content)}", "", ""]
        return "\r\n".join(lines).encode("latin-1", "replace") + content


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)
