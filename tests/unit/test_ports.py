"""The world, in both colours."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from connectkit.drive import run
from connectkit.ports import AsyncioWorld, BlockingWorld, Job, World


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


class Crew:
    """Jobs that meet: each waits until so many are under way."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.done: list[int] = []
        self.most = self.now = 0
        self.lock = threading.Lock()

    async def job(self, number: int) -> None:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        await self.world.sleep(0.002)
        with self.lock:
            self.now -= 1
            self.done.append(number)

    async def jobs(self, count: int, spoil: Callable[[int], None] = lambda _: None) -> AsyncGenerator[Job, None]:
        for number in range(count):
            spoil(number)
            yield lambda number=number: self.job(number)  # type: ignore[misc]

    def each(self, jobs: AsyncGenerator[Job, None], limit: int) -> None:
        whole = self.world.each(jobs, limit)
        run(whole) if isinstance(self.world, BlockingWorld) else asyncio.run(whole)


@pytest.mark.parametrize("world", [BlockingWorld(), AsyncioWorld()])
def test_jobs_are_done_side_by_side_within_the_limit(world: World) -> None:
    crew = Crew(world)
    crew.each(crew.jobs(12), 3)
    assert sorted(crew.done) == list(range(12))
    assert crew.most <= 3
    crew.each(crew.jobs(0), 3)


@pytest.mark.parametrize("world", [BlockingWorld(), AsyncioWorld()])
def test_after_a_failure_none_is_begun_and_its_error_is_raised(world: World) -> None:
    crew = Crew(world)

    def spoil(number: int) -> None:
        if number == 4:
            raise LookupError(number)

    with pytest.raises(LookupError):
        crew.each(crew.jobs(12, spoil), 2)
    assert sorted(crew.done) == list(range(4))

    async def broken() -> AsyncGenerator[Job, None]:
        yield _raise
        await asyncio.sleep(0)
        raise AssertionError  # nobody asks for another

    with pytest.raises(ZeroDivisionError):
        crew.each(broken(), 1)


async def _raise() -> None:
    raise ZeroDivisionError


def test_a_cancellation_lets_tasks_end_what_they_are_at() -> None:
    async def story() -> None:
        crew, both = Crew(AsyncioWorld()), asyncio.Event()

        def seen(number: int) -> None:
            if number == 1:
                both.set()

        whole = asyncio.create_task(crew.world.each(crew.jobs(10_000, seen), 2))
        await both.wait()
        whole.cancel()
        with pytest.raises(asyncio.CancelledError):
            await whole
        assert (crew.now, sorted(crew.done)) == (0, [0, 1])

    asyncio.run(story())


def test_a_second_cancellation_is_not_kept_waiting() -> None:
    async def story() -> None:
        begun, never = asyncio.Event(), asyncio.Event()

        async def stuck() -> None:
            begun.set()
            await never.wait()

        async def jobs() -> AsyncGenerator[Job, None]:
            yield stuck

        whole = asyncio.create_task(AsyncioWorld().each(jobs(), 1))
        await begun.wait()
        whole.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not whole.done()
        whole.cancel()
        with pytest.raises(asyncio.CancelledError):
            await whole

    asyncio.run(story())


def test_an_interrupt_lets_threads_end_what_they_are_at(monkeypatch: pytest.MonkeyPatch) -> None:
    crew = Crew(BlockingWorld())
    join, joined = threading.Thread.join, list[threading.Thread]()

    def interrupted(self: threading.Thread, timeout: float | None = None) -> None:
        joined.append(self)
        if len(joined) == 1:
            raise KeyboardInterrupt
        join(self, timeout)

    monkeypatch.setattr(threading.Thread, "join", interrupted)
    with pytest.raises(KeyboardInterrupt):
        crew.each(crew.jobs(10_000), 2)
    assert crew.now == 0
    assert len(crew.done) < 10_000
