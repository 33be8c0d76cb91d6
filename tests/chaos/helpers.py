"""What the processes of these tests do; each says a line when it has come to a certain place."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing

from connectkit import Connect, Money, OperationInProgress, SQLiteStore


def connected(path: str, url: str) -> Connect:
    return Connect("sk_test_1", store=SQLiteStore(path), base_url=url)


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


if __name__ == "__main__":
    {"pay_once": pay_once, "order": order}[sys.argv[1]](sys.argv[2], sys.argv[3])
