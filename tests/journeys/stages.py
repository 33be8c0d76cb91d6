"""One body for both colours: a journey over a sandbox, run here and now or in an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

from connectkit import AsyncConnect, Connect
from connectkit.drive import run
from connectkit.storage.base import Store
from connectkit.testing.colours import awaited

COLOURS = ("blocking", "asyncio")


def travel(colour: str, journey: Callable[[AsyncConnect], Awaitable[None]], store: Store | None = None) -> None:
    """Make a journey over a fresh sandbox, and hold the simulated world to its laws at the end."""
    if colour == "blocking":
        with Connect.sandbox(store=store) as connect:
            run(_coroutine(journey, awaited(connect)))
            connect.simulator.check()
            assert connect.simulator.ledger()["balanced"]
    else:
        asyncio.run(_in_loop(journey, store))


async def _coroutine(journey: Callable[[AsyncConnect], Awaitable[None]], connect: AsyncConnect) -> None:
    await journey(connect)


async def _in_loop(journey: Callable[[AsyncConnect], Awaitable[None]], store: Store | None) -> None:
    async with AsyncConnect.sandbox(store=store) as connect:
        await journey(connect)
        connect.simulator.check()
        assert connect.simulator.ledger()["balanced"]


async def seller(connect: AsyncConnect, key: str = "seller-1", type: str = "express") -> str:
    """Make a seller who can do everything."""
    account = await connect.onboarding.create(key=key, country="US", type=type, email="ana@example.com")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    connect.simulator.onboard(account.id)
    return account.id


def twin(connect: AsyncConnect, **options: Any) -> AsyncConnect:
    """Give another client of the same platform, over the same store if no other is given."""
    http_client = connect.simulator.http_client()
    chosen: Any = {"store": connect.store, "http_client": http_client, "look_up_pause": 0.0} | options
    blocking = not isinstance(cast("object", connect), AsyncConnect)
    return awaited(Connect("sk_test_twin", **chosen)) if blocking else AsyncConnect("sk_test_twin", **chosen)
