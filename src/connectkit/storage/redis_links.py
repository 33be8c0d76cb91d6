"""Connections to Redis, in both colours: a script is run once, and whatever keeps it from it is `StoreUnavailable`.

Nothing is sent a second time by itself: a script whose answer was lost may have run, and the journal knows what to do
about that.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import Any, Final, Protocol, TypeAlias, cast

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError
from redis.retry import Retry

from connectkit.errors import StoreUnavailable

Argument: TypeAlias = str | int | bytes

VERSION: Final = 1
"""The version of the layout of the keys."""


class Link(Protocol):
    """What the verbs of the store need of a server."""

    async def run(self, script: str, arguments: Sequence[Argument]) -> Any:  # noqa: ANN401  # whatever the script returns
        """Run a script, and give what it returns.

        Raises:
            StoreUnavailable: The server cannot be used, for any reason.
        """
        ...

    async def close(self) -> None:
        """Give the connections back; idempotent."""
        ...


class Options:
    """How to reach a server.

    Attributes:
        url: As redis-py takes it. It may hold a password, and appears nowhere.
        tag: How all keys begin: a hash tag, so that a cluster keeps them together.
        timeout: For how many seconds to wait for a connection or an answer.
        durable: Whether a server that acknowledges what is not on its disk is refused.
    """

    def __init__(self, url: str, *, prefix: str, timeout: float, durable: bool) -> None:
        self.url = url
        self.tag: str = f"{{{prefix}}}"
        self.durable = durable
        self.connecting: Mapping[str, Any] = {
            "socket_timeout": timeout,
            "socket_connect_timeout": timeout,
        }


@lru_cache(maxsize=64)
def digest(script: str) -> str:
    """Give the name under which the server remembers a script."""
    return hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()


class BlockingLink:
    """Connections for threads; no verb ever suspends."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._lock = Lock()
        self._client: redis.Redis | None = None
        self._pid = 0

    async def run(self, script: str, arguments: Sequence[Argument]) -> Any:  # noqa: ANN401  # see Link
        """Run a script; see `Link.run`."""
        with answering():
            client: Any = self._opened()
            given = (1, self._options.tag, self._options.tag, *arguments)
            try:
                return client.evalsha(digest(script), *given)
            except NoScriptError:  # the server was restarted: it has not begun
                return client.eval(script, *given)

    def _opened(self) -> redis.Redis:
        with self._lock:
            if self._client is None or self._pid != os.getpid():
                retry = Retry(NoBackoff(), 0)
                client: redis.Redis = redis.Redis.from_url(self._options.url, retry=retry, **self._options.connecting)  # pyright: ignore[reportUnknownMemberType]  # untyped there
                check_server(client, self._options)
                self._client, self._pid = client, os.getpid()
            return self._client

    async def close(self) -> None:
        """Give the connections back; idempotent."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()


class AsyncLink:
    """Connections for an event loop; another loop gets connections of its own."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._client: redis.asyncio.Redis | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self, script: str, arguments: Sequence[Argument]) -> Any:  # noqa: ANN401  # see Link
        """Run a script; see `Link.run`."""
        with answering():
            client: Any = await self._opened()
            given = (1, self._options.tag, self._options.tag, *arguments)
            try:
                return await client.evalsha(digest(script), *given)
            except NoScriptError:  # the server was restarted: it has not begun
                return await client.eval(script, *given)

    async def _opened(self) -> redis.asyncio.Redis:
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            await asyncio.to_thread(_check_once, self._options)
            retry = AsyncRetry(NoBackoff(), 0)
            client: redis.asyncio.Redis = redis.asyncio.Redis.from_url(  # pyright: ignore[reportUnknownMemberType]  # untyped there
                self._options.url, retry=retry, **self._options.connecting
            )
            self._client, self._loop = client, loop
        return self._client

    async def close(self) -> None:
        """Give the connections back; idempotent."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


def _check_once(options: Options) -> None:
    link = BlockingLink(options)
    client = link._opened()  # noqa: SLF001  # our own
    client.close()


def check_server(client: redis.Redis, options: Options) -> None:
    """Refuse a server that may forget, or whose keys are laid out by a newer connectkit.

    Raises:
        StoreUnavailable: It is such a server.
    """
    if _setting(client, "maxmemory-policy") != "noeviction":
        message = "This Redis may evict what it was given, and so forget payments."
        raise StoreUnavailable(message, next_step="Set maxmemory-policy to noeviction.")
    if options.durable and (_setting(client, "appendonly"), _setting(client, "appendfsync")) != ("yes", "always"):
        message = "This Redis acknowledges what is not on its disk, so that it would forget payments."
        raise StoreUnavailable(
            message, next_step="Set appendonly yes and appendfsync always, or durable=False in tests."
        )
    key = f"{options.tag}:version"
    client.set(key, VERSION, nx=True)
    version = int(_text(client.get(key)))
    if version > VERSION:
        message = f"The layout of the keys has version {version}, this connectkit knows {VERSION}."
        raise StoreUnavailable(message, next_step="Upgrade connectkit.")


def _setting(client: redis.Redis, name: str) -> str:
    found: Mapping[object, object] = cast("Any", client).config_get(name)
    return next((_text(value) for value in found.values()), "")


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@contextmanager
def answering() -> Generator[None]:
    """Turn whatever the driver raises into ours; none of it repeats what the connection was made with."""
    try:
        yield
    except StoreUnavailable:
        raise
    except (RedisError, OSError, ValueError) as error:
        message = f"Redis could not be used: {type(error).__name__}."
        raise StoreUnavailable(message, next_step="See to it that the server answers, then call again.") from None
