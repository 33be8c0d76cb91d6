"""What carries requests to Stripe: httpx by default, bounded, with one hard deadline a send.

One transport serves any number of clients, threads and event loops. A send waits for its turn, connects, writes and
reads within ONE deadline; turns are given out here, because httpx degrades quadratically with those that wait inside
its own pool. Of every failure it is known whether any byte can have left, for that decides whether an effect is
possible.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from typing import TYPE_CHECKING, Final, Protocol
from weakref import WeakKeyDictionary

from attrs import frozen

if TYPE_CHECKING:
    import httpx

_CONNECT: Final = 5.0  # seconds: a connection that takes longer is better tried again than waited for
_IDLE: Final = 30.0  # seconds that a connection is kept for the next request


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


@frozen
class _OfLoop:
    """What belongs to one event loop."""

    client: httpx.AsyncClient
    turns: asyncio.Semaphore


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
        self._client: httpx.Client | None = None
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
            with _translated():
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
            with _translated():
                async with asyncio.timeout(left()):
                    response = await of_loop.client.request(
                        method, url, headers=headers, content=body, timeout=_timeouts(left())
                    )
        return Answer(response.status_code, _lowered(response), response.content)

    def close(self) -> None:
        """Close the connections of the threads; idempotent."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    async def aclose(self) -> None:
        """Close the connections of the running loop, and those of the threads; idempotent."""
        of_loop = self._loops.pop(asyncio.get_running_loop(), None)
        if of_loop is not None:
            await of_loop.client.aclose()
        self.close()

    def _carried(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, left: Callable[[], float]
    ) -> Answer:
        client = self._blocking_client()
        with client.stream(method, url, headers=headers, content=body, timeout=_timeouts(left())) as response:
            chunks: list[bytes] = []
            for chunk in response.iter_bytes():
                chunks.append(chunk)
                if left() <= 0:
                    raise _too_late()
        return Answer(response.status_code, _lowered(response), b"".join(chunks))

    def _blocking_client(self) -> httpx.Client:
        import httpx  # noqa: PLC0415  # at the first send: it costs more than all of connectkit

        with self._lock:
            if self._client is None:
                self._client = httpx.Client(limits=self._limits(), trust_env=self._trust_env)
            return self._client

    def _of_running_loop(self) -> _OfLoop:
        import httpx  # noqa: PLC0415  # at the first send: it costs more than all of connectkit

        loop = asyncio.get_running_loop()
        if loop not in self._loops:
            client = httpx.AsyncClient(limits=self._limits(), trust_env=self._trust_env)
            self._loops[loop] = _OfLoop(client, asyncio.Semaphore(self._max_in_flight))
        return self._loops[loop]

    def _limits(self) -> httpx.Limits:
        import httpx  # noqa: PLC0415  # loaded already

        most = self._max_in_flight
        return httpx.Limits(max_connections=most, max_keepalive_connections=most, keepalive_expiry=_IDLE)


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
