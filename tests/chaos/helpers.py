"""What the processes of these tests do; each says a line when it has come to a certain place."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from threading import Event
from time import sleep

from connectkit import Connect, Money, OperationInProgress, PostgresStore, RedisStore, RunProgress, SQLiteStore
from connectkit.storage.base import Store


def connected(path: str, url: str) -> Connect:
    return Connect("sk_test_1", store=SQLiteStore(path), base_url=url)


def opened(place: str) -> Store:
    """Open the store in a file, a schema of PostgreSQL, or under a prefix of Redis, which stands after a `#`."""
    if place.startswith("postgresql://"):
        return PostgresStore(place)
    address, _, prefix = place.partition("#")
    return RedisStore(address, prefix=prefix) if prefix else SQLiteStore(place)


def hasty(place: str, url: str) -> Connect:
    """Give a client whose claims end soon."""
    return Connect("sk_test_1", store=opened(place), base_url=url, deadline=0.5, look_up_pause=0.0)


def until_free(call: Callable[[], object]) -> None:
    """Call as soon as a claim that was left behind has ended."""
    while True:
        try:
            call()
        except OperationInProgress:
            sleep(0.05)
        else:
            return


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  # a line on a pipe


def pay_once(path: str, url: str) -> None:
    """Call one operation, together with all others."""
    with connected(path, url) as connect:
        say("ready")
        sys.stdin.readline()
        try:
            say(connect.topups.create(key="topup-1", amount=Money.of("5.00", "usd")).id)
        except OperationInProgress:
            say("in progress")


def order(path: str, url: str) -> None:
    """Write an order and its top-up in one transaction, and stop before or after the commit."""
    with connected(path, url) as connect, closing(sqlite3.connect(path, isolation_level=None)) as database:
        connect.operations.unfinished()  # makes the tables
        database.execute("CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY)")
        database.execute("BEGIN")
        database.execute("INSERT INTO orders VALUES ('order-1')")
        say("ordered")
        sys.stdin.readline()
        connect.later(database).topups.create(key="order-1", amount=Money.of("5.00", "usd"))
        say("written")
        sys.stdin.readline()
        database.execute("COMMIT")
        say("committed")
        sys.stdin.readline()


def pay_sellers(path: str, url: str, *sellers: str) -> None:
    """Carry a run out, and stand still half way, with rows under way."""
    half = Event()

    def listen(now: RunProgress) -> None:
        if now.done == now.total // 2:
            say("half")
            half.wait()

    with hasty(path, url) as connect:
        rows = [
            {"name": f"row-{number}", "destination": sellers[number % len(sellers)], "amount": Money(100, "usd")}
            for number in range(12)
        ]
        connect.runs.execute(connect.runs.plan(key="payday", verb="transfers.create", rows=rows), progress=listen)


if __name__ == "__main__":
    jobs = {"pay_once": pay_once, "order": order, "pay_sellers": pay_sellers}
    jobs[sys.argv[1]](*sys.argv[2:])
