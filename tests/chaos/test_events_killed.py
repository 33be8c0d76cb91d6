"""A storm of events: duplicated, shuffled, over HTTP, while servers and workers are killed and handlers break."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from typing import Any

import httpx
import pytest
from tests.chaos import event_players as players

from connectkit.testing.chaos.sites import SITES
from connectkit.webhooks.signatures import sign

CHAOS = os.environ.get("HYPOTHESIS_PROFILE") == "chaos"
EVENTS, COPIES, OBJECTS, KILLS = (5_000, 4, 500, 40) if CHAOS else (120, 3, 12, 3)
WORKERS, SERVERS = 4 if CHAOS else 2, (players.serve_starlette, players.serve_flask)
SPAWN = multiprocessing.get_context("spawn")
PATIENCE = 600 if CHAOS else 40


def body_of(number: int) -> bytes:
    payout = {"id": f"po_{number % OBJECTS}", "object": "payout", "amount": number, "currency": "usd"}
    event = {"id": f"evt_{number}", "object": "event", "type": "payout.updated", "created": 1_795_000_000}
    return json.dumps({**event, "livemode": False, "data": {"object": payout}}).encode()


class Crew:
    """Servers and workers, each replaced as soon as it is killed."""

    def __init__(self, place: players.Place) -> None:
        self._place = place
        self.over = threading.Event()
        self.ports = [0] * len(SERVERS)
        self.members: dict[str, BaseProcess] = {}
        for number in range(len(SERVERS)):
            self.serve(number)
        for number in range(WORKERS):
            self.work(number, number)

    def serve(self, number: int) -> None:
        here, there = SPAWN.Pipe()
        process = SPAWN.Process(target=SERVERS[number], args=(self._place, there), daemon=True)
        process.start()
        there.close()  # or the end of a server that never came up would not be noticed
        self.ports[number] = int(here.recv())
        self.members[f"server {number}"] = process

    def work(self, number: int, seed: int) -> None:
        process = SPAWN.Process(target=players.work, args=(self._place, seed), daemon=True)
        process.start()
        self.members[f"worker {number}"] = process

    def kill(self, chance: random.Random) -> None:
        name = chance.choice(sorted(self.members))
        kind, number = name.split()
        self.members[name].kill()
        self.members[name].join()
        if kind == "server":
            self.serve(int(number))
        else:
            self.work(int(number), chance.randrange(1_000_000))

    def close(self) -> None:
        self.over.set()
        for process in self.members.values():
            process.kill()
            process.join()


def deliver(client: httpx.Client, crew: Crew, number: int, turn: int, done: Callable[[], None]) -> None:
    """Deliver as Stripe does: again, until it is acknowledged."""
    body = body_of(number)
    while not crew.over.is_set():
        headers = {"Stripe-Signature": sign(body, players.SECRET, datetime.now(tz=UTC))}
        port = crew.ports[turn % len(SERVERS)]
        try:
            answer = client.post(f"http://127.0.0.1:{port}/webhooks", content=body, headers=headers)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            if answer.status_code == 200:
                done()
                return
            assert answer.status_code in {500, 503}


def place_of(kind: str, site: Any) -> players.Place:
    address = {"sqlite": "_path", "postgres": "_uri", "redis": "_url"}[kind]
    return players.Place(kind, str(getattr(site, address)), site.blocking, site.asynchronous)


@pytest.mark.timeout(PATIENCE * 2)
@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[] if kind == "sqlite" else pytest.mark.long) for kind in SITES]
)
def test_every_effect_happens_once_and_in_order(kind: str) -> None:
    chance = random.Random(kind)  # no secret
    site: Any = SITES[kind]()
    place = place_of(kind, site)
    players.prepare(place)
    crew = Crew(place)
    copies = [number for number in range(EVENTS) for _ in range(COPIES)]
    chance.shuffle(copies)
    delivered = iter(range(1, len(copies) + 1))
    progress = [0]

    def note() -> None:
        progress[0] = next(delivered)

    client = httpx.Client(timeout=20, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))
    with client, ThreadPoolExecutor(8) as pool, closing(crew):
        posts = [pool.submit(deliver, client, crew, number, turn, note) for turn, number in enumerate(copies)]
        for kill in range(KILLS):
            while progress[0] < len(copies) * (kill + 1) // (KILLS + 2):
                time.sleep(0.02)
            crew.kill(chance)
        for post in posts:
            post.result()
        until = time.monotonic() + PATIENCE
        while players.waiting(place) and time.monotonic() < until:
            time.sleep(0.1)
    effects, received = players.effects(place), players.received(place)
    site.close()
    assert sorted(effects) == sorted(f"evt_{number}" for number in range(EVENTS))
    assert len(received) == EVENTS
    for key in range(OBJECTS):
        own = {f"evt_{number}" for number in range(EVENTS) if number % OBJECTS == key}
        assert [one for one in effects if one in own] == [one for one in received if one in own]
