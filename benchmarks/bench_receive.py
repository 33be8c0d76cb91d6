"""What receiving costs over HTTP: verify, insert durably, answer; beside FastAPI with the SDK's own verification.

Both servers run by turns in processes of their own, over uvicorn and one SQLite store, and are sent the same events, as
Stripe spells them, by the same client over some connections that stay open. What counts is the ratio of the events per
second within one run, of the quickest rounds, which were disturbed the least; and what a duplicate costs beside a first
delivery. Beside it stands the processor's time that the server took for an event, which a busy disk does not change.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import multiprocessing
import os
import sqlite3
import tempfile
import time
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import stripe
import uvicorn
from bench_webhooks import bodies
from fastapi import FastAPI, Request, Response
from starlette.applications import Starlette
from starlette.routing import Route

from connectkit import AsyncConnect, SQLiteStore
from connectkit.contrib.starlette import endpoint
from connectkit.webhooks.signatures import sign

SECRET = "whsec_benchmark"  # noqa: S105  # signs nothing but what is measured here
TABLE = """
    CREATE TABLE deliveries (
        scope TEXT, event_id TEXT, type TEXT, ordering TEXT, received INTEGER, attempts INTEGER, lease_until INTEGER,
        token INTEGER, done INTEGER, error TEXT, body BLOB, UNIQUE (scope, event_id)
    )
"""
EVENTS, ROUNDS, CONNECTIONS = 1000, 5, 16
NUMBERS = itertools.count()


def ours(path: str) -> Starlette:
    """Give a Starlette application over a router."""
    router = AsyncConnect("sk_test_1", store=SQLiteStore(path)).webhooks(secrets=[SECRET])
    return Starlette(routes=[Route("/webhooks", endpoint(router), methods=["POST"])])


def theirs(path: str) -> FastAPI:
    """Give a FastAPI application that does by hand what is usually done, with the same columns and as durable."""
    app = FastAPI()
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", TABLE):
        connection.execute(statement)

    @app.post("/webhooks")
    async def receive(request: Request) -> Response:
        body = await request.body()
        event: Any = stripe.Webhook.construct_event(body, request.headers["stripe-signature"], SECRET)
        row = (getattr(event, "account", ""), event.id, event.type, event.data.object.id, time.time_ns() // 1000, body)
        connection.execute("INSERT OR IGNORE INTO deliveries VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0, '', ?)", row)
        return Response()

    return app


def serve(kind: str, path: str, port: Connection) -> None:
    """Serve until killed."""
    app = ours(path) if kind == "connectkit" else theirs(path)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off", ws="none", http="httptools"))

    async def both() -> None:
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110  # the server tells nobody
            await asyncio.sleep(0.01)
        port.send(server.servers[0].sockets[0].getsockname()[1])
        await serving

    asyncio.run(both())


def requests(body: bytes) -> list[bytes]:
    """Give whole HTTP requests, signed now, of events like one: each has an id of its own, as long as the old one."""
    old: bytes = json.loads(body)["id"].encode()
    found: list[bytes] = []
    for _ in range(EVENTS):
        one = body.replace(old, b"evt_%0*d" % (len(old) - 4, next(NUMBERS)))
        head = (
            f"POST /webhooks HTTP/1.1\r\nHost: bench\r\nContent-Length: {len(one)}\r\n"
            f"Stripe-Signature: {sign(one, SECRET, datetime.now(tz=UTC))}\r\n\r\n"
        )
        found.append(head.encode() + one)
    return found


async def send(port: int, all_of_them: list[bytes]) -> float:
    """Send requests over a few connections, and give the seconds that it took."""

    async def over_one(own: list[bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in own:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head)
        writer.close()
        await writer.wait_closed()

    began = time.perf_counter()
    await asyncio.gather(*(over_one(all_of_them[number::CONNECTIONS]) for number in range(CONNECTIONS)))
    return time.perf_counter() - began


def processor_seconds(pid: int) -> float:
    """Give how long a process has worked, in all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(dir=".") as folder:
        ports: dict[str, int] = {}
        processes: list[Any] = []
        for kind in ("connectkit", "construct_event"):
            here, there = spawn.Pipe()
            process = spawn.Process(target=serve, args=(kind, str(Path(folder, f"{kind}.db")), there), daemon=True)
            process.start()
            processes.append(process)
            ports[kind] = here.recv()
        for name, body in bodies().items():
            taken: dict[str, list[tuple[float, float]]] = {}
            for _ in range(ROUNDS):
                batch = requests(body)
                for (kind, port), process in zip(ports.items(), processes, strict=True):
                    for turn in ("first", "again"):
                        before = processor_seconds(process.pid)
                        seconds = asyncio.run(send(port, batch))
                        worked = processor_seconds(process.pid) - before
                        taken.setdefault(f"{kind}, {turn}", []).append((seconds, worked))
            print(f"{name}, {len(body)} bytes")
            slow, busy = (min(figures) for figures in zip(*taken["construct_event, first"], strict=True))
            for title, rounds in taken.items():
                wall, worked = (min(figures) for figures in zip(*rounds, strict=True))
                each = 1_000_000 * worked / EVENTS
                print(f"  {title:26} {EVENTS / wall:8.0f} events/s {slow / wall:6.2f} x", end="")
                print(f" {each:8.0f} µs of the processor {busy / worked:6.2f} x")
        for process in processes:
            process.kill()
