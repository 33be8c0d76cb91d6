"""The world, in both colours."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from connectkit.drive import run
from connectkit.ports import AsyncioWorld, BlockingWorld, World


def plain(value: int) -> str:
    return f"plain {value}"


async def awaited(value: int) -> str:
    await asyncio.sleep(0)
    return f"awaited {value}"


def test_each_colour_calls_its_own_twin() -> None:
    assert run(BlockingWorld().call(plain, awaited, 1)) == "plain 1"
    assert asyncio.run(AsyncioWorld().call(plain, awaited, 1)) == "awaited 1"


@pytest.mark.parametrize("world", [BlockingWorld(), AsyncioWorld()])
def test_the_clocks_tell_the_time(world: World) -> None:
    assert world.now().tzinfo is UTC
    assert abs(world.now() - datetime.now(tz=UTC)) < timedelta(minutes=1)
    assert world.boot() <= world.boot()


def test_sleeping_lets_time_pass() -> None:
    blocking, suspending = BlockingWorld(), AsyncioWorld()
    before = blocking.boot()
    run(blocking.sleep(0.01))
    between = blocking.boot()
    asyncio.run(suspending.sleep(0.01))
    assert before + 0.009 < between
    assert between + 0.009 < suspending.boot()
