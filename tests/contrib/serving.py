"""Real servers on the loopback interface, for every kind of application."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx
import uvicorn
from aiohttp import web

from connectkit.webhooks.signatures import sign

SECRET = "whsec_served"  # signs what is simulated


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@contextmanager
def wsgi(application: Any) -> Generator[str]:
    """Serve a WSGI application, and give its address."""
    with make_server("127.0.0.1", 0, application, server_class=Threads, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def asgi(application: Any, *, lifespan: str = "off") -> Generator[str]:
    """Serve an ASGI application, and give its address."""
    options: Any = {"lifespan": lifespan}
    server = uvicorn.Server(
        uvicorn.Config(application, port=0, log_level="error", loop="asyncio", ws="none", http="h11", **options)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def of_aiohttp(make: Callable[[], web.Application]) -> Generator[str]:
    """Serve an application of aiohttp, and give its address."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    runner = web.AppRunner(make())

    async def start() -> int:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port: int = runner.addresses[0][1]
        return port

    try:
        port = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        yield f"http://127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def post(url: str, body: bytes, secret: str = SECRET) -> int:
    """Deliver a body as Stripe would, and give the status."""
    from datetime import UTC, datetime  # noqa: PLC0415

    headers = {"Stripe-Signature": sign(body, secret, datetime.now(tz=UTC)), "Content-Type": "application/json"}
    return httpx.post(url, content=body, headers=headers, trust_env=False).status_code


def streamed(url: str, body: bytes, secret: str = SECRET) -> int:
    """Deliver a body in pieces whose number is not said before."""
    from datetime import UTC, datetime  # noqa: PLC0415

    headers = {"Stripe-Signature": sign(body, secret, datetime.now(tz=UTC))}
    pieces = (body[start : start + 100] for start in range(0, len(body), 100))
    return httpx.post(url, content=pieces, headers=headers, trust_env=False).status_code
