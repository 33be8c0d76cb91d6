"""The processes of the storm of events: servers that receive over real HTTP, and workers that handle and break."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any
from wsgiref.simple_server import make_server

import flask
import psycopg
import redis
import uvicorn
from attrs import frozen
from starlette.applications import Starlette
from starlette.routing import Route
from tests.contrib.serving import Quiet, Threads

from connectkit import AsyncConnect, Connect, Event
from connectkit.contrib import flask as for_flask
from connectkit.contrib import starlette as for_starlette
from connectkit.webhooks import inbox
from connectkit.webhooks.replies import Outcome

SECRET = "whsec_storm"  # signs what is simulated
KEY = "sk_test_1"
FAILING = 0.05  # of all runs of a handler, before and after its effect
LEASE = 2.0
PAUSE = 0.05

EFFECT = """
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 1 then redis.call('RPUSH', KEYS[2], ARGV[1]) end
"""
"""Writes an effect that bears being written again; Redis has no transaction to share."""


@frozen
class Place:
    """Where everything is.

    Attributes:
        kind: The store.
        address: Of the database: a path, a connection string or a URL.
        blocking: Opens the store for `Connect`.
        asynchronous: Opens the store for `AsyncConnect`.
    """

    kind: str
    address: str
    blocking: Callable[[], Any]
    asynchronous: Callable[[], Any]


def quicken() -> None:
    """Have failed and abandoned events come back within seconds."""
    inbox.LEASE = LEASE  # type: ignore[misc]
    inbox._FIRST_PAUSE = PAUSE  # type: ignore[misc]
    inbox._LONGEST_PAUSE = 4 * PAUSE  # type: ignore[misc]


def serve_starlette(place: Place, port: Connection) -> None:
    """Receive in an event loop."""
    quicken()
    router = AsyncConnect(KEY, store=place.asynchronous()).webhooks(secrets=[SECRET])
    app = Starlette(routes=[Route("/webhooks", for_starlette.endpoint(router), methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off", ws="none", http="h11"))

    async def tell() -> None:
        while not server.started:  # noqa: ASYNC110  # the server tells nobody
            await asyncio.sleep(0.01)
        port.send(server.servers[0].sockets[0].getsockname()[1])

    import asyncio  # noqa: PLC0415

    async def both() -> None:
        await asyncio.gather(server.serve(), tell())

    asyncio.run(both())


def serve_flask(place: Place, port: Connection) -> None:
    """Receive in threads."""
    quicken()
    router = Connect(KEY, store=place.blocking()).webhooks(secrets=[SECRET])
    app: Any = flask.Flask(__name__)
    app.add_url_rule("/webhooks", view_func=for_flask.view(router), methods=["POST"])
    with make_server("127.0.0.1", 0, app, server_class=Threads, handler_class=Quiet) as server:
        port.send(server.server_port)
        server.serve_forever(0.05)


def work(place: Place, seed: int) -> None:
    """Handle what is due, for ever; now and then a handler breaks before its effect, or after it."""
    quicken()
    chance = random.Random(seed)  # no secret
    router = Connect(KEY, store=place.blocking()).webhooks(secrets=[SECRET], on_error=ignore)
    write = WRITERS[place.kind]

    @router.on("*")
    def effect(event: Event[Any]) -> None:
        _break(chance)
        write(place.address, event)
        _break(chance)

    while True:
        with suppress(Exception):
            if not router.work(20):
                time.sleep(0.02)


def ignore(event: Event[object], error: Exception, outcome: Outcome) -> None:
    """Breaking is what the handlers are here for."""


def _break(chance: random.Random) -> None:
    if chance.random() < FAILING:
        message = "The handler breaks."
        raise RuntimeError(message)


def write_sqlite(path: str, event: Event[Any]) -> None:
    with closing(sqlite3.connect(path, timeout=20)) as connection, connection:
        if event.once(connection):
            connection.execute("INSERT INTO effects (event) VALUES (?)", (event.id,))


def write_postgres(address: str, event: Event[Any]) -> None:
    with psycopg.connect(address) as connection:
        if event.once(connection):
            connection.execute("INSERT INTO effects (event) VALUES (%s)", (event.id,))


def write_redis(url: str, event: Event[Any]) -> None:
    with _redis(url) as client:
        client.eval(EFFECT, 2, "effects", "order", event.id, "1")


WRITERS: dict[str, Callable[[str, Event[Any]], None]] = {
    "sqlite": write_sqlite,
    "postgres": write_postgres,
    "redis": write_redis,
}


@contextmanager
def _redis(url: str) -> Any:
    make: Any = redis.Redis
    with make.from_url(url, decode_responses=True) as client:
        yield client


def prepare(place: Place) -> None:
    """Make room for the effects."""
    with closing(place.blocking()) as store:
        store.take(0.0)
    if place.kind == "sqlite":
        with closing(sqlite3.connect(place.address)) as connection, connection:
            connection.execute("CREATE TABLE effects (id INTEGER PRIMARY KEY, event TEXT)")
    if place.kind == "postgres":
        with psycopg.connect(place.address) as server:
            server.execute("CREATE TABLE effects (id BIGSERIAL PRIMARY KEY, event TEXT)")


def effects(place: Place) -> list[str]:
    """Give the events whose effects are there, in the order in which these were written."""
    if place.kind == "redis":
        with _redis(place.address) as client:
            return list(client.lrange("order", 0, -1))
    return [str(row[0]) for row in _rows(place, "SELECT event FROM effects ORDER BY id")]


def received(place: Place) -> list[str]:
    """Give the events in the order in which they were remembered."""
    if place.kind == "redis":
        with _redis(place.address) as client:
            found = [client.hmget(key, "seq", "event_id") for key in client.scan_iter("{connectkit}:ev:*", count=1000)]
            return [event_id for _, event_id in sorted((int(seq), event_id) for seq, event_id in found)]
    return [
        str(row[0]) for row in _rows(place, "SELECT event_id FROM connectkit_deliveries WHERE change <> '' ORDER BY id")
    ]


def waiting(place: Place) -> int:
    """Give how many events are not done."""
    if place.kind == "redis":
        with _redis(place.address) as client:
            return int(client.zcard("{connectkit}:ready")) + int(client.zcard("{connectkit}:leased"))
    return int(_rows(place, "SELECT COUNT(*) FROM connectkit_deliveries WHERE done = 0")[0][0])


def _rows(place: Place, statement: str) -> list[Any]:
    if place.kind == "sqlite":
        with closing(sqlite3.connect(place.address, timeout=20)) as file:
            return file.execute(statement).fetchall()
    with psycopg.connect(place.address) as server:
        return server.execute(statement.encode()).fetchall()
