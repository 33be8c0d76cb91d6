"""What carries requests to Stripe: httpx by default, bounded, with one hard deadline a send.

One transport serves any number of clients, threads and event loops. A send waits for its turn, connects, writes and
reads within ONE deadline. Turns and connections are given out here, because httpx degrades quadratically with those
that wait inside its own pool, and looks at each connection of it for every request. Of every failure it is known
whether any byte can have left, for that decides whether an effect is possible.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar
from weakref import WeakKeyDictionary

from attrs import define, field, frozen

if TYPE_CHECKING:
    import ssl

    import httpx

_Client = TypeVar("_Client")

_CONNECT: Final = 5.0  # seconds: a connection that takes longer is better tried again than waited for
_IDLE: Final = 30.0  # seconds that a connection is kept for the next request
_HOSTS: Final = 3  # of Stripe's, to each of which a client keeps a connection: api, connect, files


@frozen
class Answer:
    """What came back.

    Attributes:
        status: The HTTP status.
        headers: By lower-case name.
        body: The bytes.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class TransportFailure(Exception):
    """A request was not answered.

    Attributes:
        reason: Why, in a few words.
        sent: `False` only if it is certain that no byte of it has left.
    """

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent


class Transport(Protocol):
    """Carries requests, in both colours."""

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes, deadline: float) -> Answer:
        """Send and read the whole answer within *deadline* seconds, blocking.

        Raises:
            TransportFailure: There was no answer.
        """
        ...

    async def asend(self, method: str, url: str, headers: Mapping[str, str], body: bytes, deadline: float) -> Answer:
        """Send and read the whole answer within *deadline* seconds, in an event loop; as `send`."""
        ...

    def close(self) -> None:
        """Close its connections; idempotent."""
        ...

    async def aclose(self) -> None:
        """Close its connections, those of the running loop included; idempotent."""
        ...


@define
class _Spare(Generic[_Client]):
    """Clients that nobody uses now; a client has one send at a time, and so a single connection to a host.

    What was used last is taken first, so that the others of a burst fall idle and can be closed.
    """

    _clients: deque[tuple[_Client, float]] = field(factory=deque[tuple[_Client, float]], init=False)
    _closed: bool = field(default=False, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def take(self) -> _Client | None:
        """Take one, where there is one."""
        with self._lock:
            return self._clients.pop()[0] if self._clients else None

    def give(self, client: _Client) -> Sequence[_Client]:
        """Put one by, and get what is to be closed by now."""
        now = time.monotonic()
        with self._lock:
            if self._closed:
                return (client,)
            self._clients.append((client, now))
            return (self._clients.popleft()[0],) if now - self._clients[0][1] > _IDLE else ()

    def close(self) -> Sequence[_Client]:
        """Put none by from now on, and get all that are to be closed."""
        with self._lock:
            self._closed = True
            clients = [client for client, _ in self._clients]
            self._clients.clear()
            return clients


@frozen
class _OfLoop:
    """What belongs to one event loop."""

    turns: asyncio.Semaphore
    spare: _Spare[httpx.AsyncClient]


class HttpxTransport:
    """Requests by httpx, which is imported at the first send.

    Args:
        max_in_flight: How many requests are under way at once, for the threads together and for each event loop.
        trust_env: Whether proxies are taken from the environment, which costs a scan of it for every client made.
    """

    def __init__(self, *, max_in_flight: int = 20, trust_env: bool = False) -> None:
        self._max_in_flight = max_in_flight
        self._trust_env = trust_env
        self._turns = threading.BoundedSemaphore(max_in_flight)
        self._lock = threading.Lock()
        self._spare: _Spare[httpx.Client] = _Spare()
        self._context: ssl.SSLContext | None = None
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, _OfLoop] = WeakKeyDictionary()

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes, deadline: float) -> Answer:
        """Send and read the whole answer within *deadline* seconds, blocking.

        Raises:
            TransportFailure: There was no answer.
        """
        left = _countdown(deadline)
        if not self._turns.acquire(timeout=deadline):
            raise _no_turn()
        try:
            return self._carried(method, url, headers, body, left)
        finally:
            self._turns.release()

    async def asend(self, method: str, url: str, headers: Mapping[str, str], body: bytes, deadline: float) -> Answer:
        """Send and read the whole answer within *deadline* seconds, in an event loop; as `send`.

        Raises:
            TransportFailure: There was no answer.
        """
        of_loop = self._of_running_loop()
        left = _countdown(deadline)
        async with _turn(of_loop.turns, deadline):
            client = of_loop.spare.take() or self._async_client()
            try:
                with _translated():
                    async with asyncio.timeout(left()):
                        response = await client.request(
                            method, url, headers=headers, content=body, timeout=_timeouts(left())
                        )
            finally:
                for old in of_loop.spare.give(client):
                    await old.aclose()
        return Answer(response.status_code, _lowered(response), response.content)

    def close(self) -> None:
        """Close the connections of the threads; idempotent."""
        with self._lock:
            spare, self._spare = self._spare, _Spare()
        for client in spare.close():
            client.close()

    async def aclose(self) -> None:
        """Close the connections of the running loop, and those of the threads; idempotent."""
        of_loop = self._loops.pop(asyncio.get_running_loop(), None)
        for client in of_loop.spare.close() if of_loop is not None else ():
            await client.aclose()
        self.close()

    def _carried(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, left: Callable[[], float]
    ) -> Answer:
        spare = self._spare
        client = spare.take() or self._blocking_client()
        try:
            with (
                _translated(),
                client.stream(method, url, headers=headers, content=body, timeout=_timeouts(left())) as response,
            ):
                chunks: list[bytes] = []
                for chunk in response.iter_bytes():
                    chunks.append(chunk)
                    if left() <= 0:
                        raise _too_late()
        finally:
            for old in spare.give(client):
                old.close()
        return Answer(response.status_code, _lowered(response), b"".join(chunks))

    def _of_running_loop(self) -> _OfLoop:
        loop = asyncio.get_running_loop()
        if loop not in self._loops:
            self._loops[loop] = _OfLoop(asyncio.Semaphore(self._max_in_flight), _Spare())
        return self._loops[loop]

    def _blocking_client(self) -> httpx.Client:
        import httpx  # noqa: PLC0415  # at the first send: it costs more than all of connectkit

        return httpx.Client(verify=self._verified(), limits=_limits(), trust_env=self._trust_env)

    def _async_client(self) -> httpx.AsyncClient:
        import httpx  # noqa: PLC0415  # at the first send: it costs more than all of connectkit

        return httpx.AsyncClient(verify=self._verified(), limits=_limits(), trust_env=self._trust_env)

    def _verified(self) -> ssl.SSLContext:
        """Give what verifies Stripe's certificates, which takes long to make."""
        import httpx  # noqa: PLC0415  # loaded already

        with self._lock:
            if self._context is None:
                self._context = httpx.create_ssl_context(trust_env=self._trust_env)
            return self._context


def _limits() -> httpx.Limits:
    import httpx  # noqa: PLC0415  # loaded already

    return httpx.Limits(max_connections=_HOSTS, max_keepalive_connections=_HOSTS, keepalive_expiry=_IDLE)


def _countdown(seconds: float) -> Callable[[], float]:
    end = time.monotonic() + seconds
    return lambda: end - time.monotonic()


def _timeouts(left: float) -> httpx.Timeout:
    """Divide what is left, so that all phases together end in time and no byte leaves after the deadline."""
    import httpx  # noqa: PLC0415  # loaded already

    left = max(left, 0.001)
    return httpx.Timeout(connect=min(_CONNECT, 0.2 * left), write=0.2 * left, read=0.6 * left, pool=0.2 * left)


def _lowered(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _no_turn() -> TransportFailure:
    return TransportFailure("no turn to send came within the deadline", sent=False)


def _too_late() -> TransportFailure:
    return TransportFailure("the answer was not whole within the deadline", sent=True)


@contextlib.contextmanager
def _translated() -> Generator[None, None, None]:
    """Turn httpx's failures into ours; what is a mistake in a program stays what it is."""
    import httpx  # noqa: PLC0415  # loaded already

    try:
        yield
    except TimeoutError:
        raise _too_late() from None
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
        reason = f"no connection ({type(error).__name__})"
        raise TransportFailure(reason, sent=False) from None
    except (httpx.TransportError, httpx.DecodingError) as error:
        reason = f"the connection failed ({type(error).__name__})"
        raise TransportFailure(reason, sent=True) from None


@contextlib.asynccontextmanager
async def _turn(turns: asyncio.Semaphore, deadline: float) -> AsyncGenerator[None, None]:
    try:
        await asyncio.wait_for(turns.acquire(), deadline)
    except TimeoutError:
        raise _no_turn() from None
    try:
        yield
    finally:
        turns.release()
