"""A router as an ASGI application, to be mounted in another one or served by itself."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from attrs import frozen

from .reading import LIMIT, AsyncReceiver, limited

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


def application(router: AsyncReceiver) -> Application:
    """Give the application that answers Stripe at whatever path it is mounted.

    Args:
        router: Takes the requests in.
    """
    return Answering(router)


@frozen
class Answering:
    """The application; an object and no function, so that Starlette calls it as it is."""

    _router: AsyncReceiver

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or begin and end with the server."""
        if scope["type"] == "http":
            await _respond(send, await _status(self._router, scope, receive))
        elif scope["type"] == "lifespan":
            await _live(receive, send)
        else:
            message = f"A webhook speaks HTTP, not {scope['type']}."
            raise ValueError(message)


async def _status(router: AsyncReceiver, scope: Scope, receive: Receive) -> int:
    if scope["method"] != "POST":
        return 405
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return (await router.handle(await _body(receive), headers)).status


async def _body(receive: Receive) -> bytes:
    """Read a body, to the limit; most come in one piece."""
    message = await receive()
    first: bytes = message.get("body", b"")
    return await limited(_chunks(first, receive)) if message.get("more_body") else first[:LIMIT]


async def _chunks(first: bytes, receive: Receive) -> AsyncGenerator[bytes, None]:
    yield first
    more = True
    while more:
        message = await receive()
        more = bool(message.get("more_body"))
        yield message.get("body", b"")


async def _respond(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def _live(receive: Receive, send: Send) -> None:
    """Begin and end with the server, where nothing else does."""
    for event in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{event}.complete"})
