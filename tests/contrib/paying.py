"""What a process does that pays sellers as somebody would at a terminal, with a bar, until it is interrupted."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from typing import Any

from rich.console import Console

from connectkit import AsyncConnect, Connect, Money, RunProgress, SQLiteStore
from connectkit.contrib.progress import bar


def seen(show: Callable[[RunProgress], None]) -> Callable[[RunProgress], None]:
    """Show how far it has come, and after some rows wait for who interrupts."""

    def listen(now: RunProgress) -> None:
        show(now)
        if now.done == 3:
            os.write(1, b"under way\n")  # what is printed appears above the bar
            sys.stdin.readline()

    return listen


async def over_asyncio(options: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    async with AsyncConnect("sk_test_1", **options) as connect:
        plan = await connect.runs.plan(key="payday", verb="transfers.create", rows=rows)
        with bar("payday", console=Console(file=sys.stderr, force_terminal=True)) as show:
            await connect.runs.execute(plan, progress=seen(show))


def blocking(options: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    with Connect("sk_test_1", **options) as connect:
        plan = connect.runs.plan(key="payday", verb="transfers.create", rows=rows)
        with bar("payday", console=Console(file=sys.stderr, force_terminal=True)) as show:
            connect.runs.execute(plan, progress=seen(show))


def main(colour: str, path: str, url: str, *sellers: str) -> None:
    options = {"store": SQLiteStore(path), "base_url": url}
    rows = [
        {"name": f"row-{number}", "destination": sellers[number % len(sellers)], "amount": Money(100, "usd")}
        for number in range(40)
    ]
    if colour == "blocking":
        blocking(options, rows)
    else:
        asyncio.run(over_asyncio(options, rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
