"""What the flows need of the world, in both colours: to call out, to wait, to know the time, to do things side by side.

This is the only module of the core that knows `time`, `asyncio` and `threading`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Any, Final, ParamSpec, Protocol, TypeAlias, TypeVar

from .drive import run

P = ParamSpec("P")
T = TypeVar("T")

Job: TypeAlias = Callable[[], Coroutine[Any, Any, None]]
"""Something to do, beside others."""

_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # counts the time that the machine was asleep


def mutex() -> threading.Lock:
    """Give a lock for a few instructions that never suspend, so that it serves threads and tasks alike."""
    return threading.Lock()


class Telemetry(Protocol):
    """Told of what happens, for traces and metrics; it must not raise, and nothing that it is told is personal."""

    def span(self, name: str, **attributes: str | int) -> AbstractContextManager[None]:
        """Give what is entered when something begins and left when it ends."""
        ...

    def count(self, name: str, **attributes: str) -> None:
        """Count something."""
        ...

    def record(self, name: str, value: float, **attributes: str) -> None:
        """Note a measured value, in seconds."""
        ...


class Untold:
    """Telemetry that nobody listens to."""

    def span(self, name: str, **attributes: str | int) -> AbstractContextManager[None]:  # noqa: ARG002  # nobody listens
        """Give nothing to enter."""
        return _NOTHING

    def count(self, name: str, **attributes: str) -> None:
        """Count nothing."""

    def record(self, name: str, value: float, **attributes: str) -> None:
        """Note nothing."""


_NOTHING: Final = nullcontext()


class World(Protocol):
    """The outside, as one colour sees it."""

    async def call(
        self,
        plain: Callable[P, T],
        awaited: Callable[P, Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Call the twin of this colour; both take the same arguments and give the same result."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...

    async def each(self, jobs: AsyncIterator[Job], limit: int) -> None:
        """Do jobs side by side, at most *limit* at once; the next one is taken when there is room for it.

        After the first that fails none is begun, those that are under way end, and its error is raised. So it is when
        whoever waits is interrupted or cancelled; a second time, those that are under way are not waited for.
        """
        ...

    def now(self) -> datetime:
        """Give this process's wall clock, aware, in UTC."""
        ...

    def boot(self) -> float:
        """Give the seconds since the machine was started, its sleep included; it never goes back."""
        ...


class _Clocks:
    def now(self) -> datetime:
        """Give this process's wall clock, aware, in UTC."""
        return datetime.now(tz=UTC)

    def boot(self) -> float:
        """Give the seconds since the machine was started, its sleep included; it never goes back."""
        return time.clock_gettime(_BOOT)


class BlockingWorld(_Clocks):
    """The world of threads: every port blocks, so that a flow never suspends."""

    async def call(
        self,
        plain: Callable[P, T],
        awaited: Callable[P, Awaitable[T]],  # noqa: ARG002  # the other colour's twin
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Call the blocking twin."""
        return plain(*args, **kwargs)

    async def sleep(self, seconds: float) -> None:
        """Block the thread."""
        time.sleep(seconds)  # noqa: ASYNC251  # blocking is this world's way to wait

    async def each(self, jobs: AsyncIterator[Job], limit: int) -> None:
        """Do jobs in so many threads, each of which drives its own coroutine."""
        taking, failures = threading.Lock(), list[BaseException]()

        def take_jobs() -> None:
            try:
                while not failures:
                    with taking:
                        job = run(_following(jobs))
                    if job is None:
                        return
                    run(job())
            except BaseException as error:  # noqa: BLE001  # it is raised where all of them were begun
                failures.append(error)

        threads = [threading.Thread(target=take_jobs, name="connectkit-each", daemon=True) for _ in range(limit)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except BaseException as interrupt:
            failures.append(interrupt)
            for thread in threads:
                thread.join()
            raise
        if failures:
            raise failures[0]


class AsyncioWorld(_Clocks):
    """The world of an asyncio event loop."""

    async def call(
        self,
        plain: Callable[P, T],  # noqa: ARG002  # the other colour's twin
        awaited: Callable[P, Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Await the asynchronous twin."""
        return await awaited(*args, **kwargs)

    async def sleep(self, seconds: float) -> None:
        """Suspend the task."""
        from asyncio import sleep  # noqa: PLC0415  # asyncio costs more to import than all the rest of connectkit

        await sleep(seconds)

    async def each(self, jobs: AsyncIterator[Job], limit: int) -> None:
        """Do jobs in so many tasks of a group."""
        from asyncio import CancelledError, Lock, TaskGroup, create_task, shield  # noqa: PLC0415  # as above

        taking, failures = Lock(), list[BaseException]()

        async def take_jobs() -> None:
            try:
                while not failures:
                    async with taking:
                        job = await _following(jobs)
                    if job is None:
                        return
                    await job()
            except Exception as error:  # noqa: BLE001  # it is raised where all of them were begun
                failures.append(error)

        async def take_all() -> None:
            async with TaskGroup() as group:
                for _ in range(limit):
                    group.create_task(take_jobs())

        whole = create_task(take_all())
        try:
            await shield(whole)
        except CancelledError as cancelled:
            failures.append(cancelled)
            await whole
            raise
        if failures:
            raise failures[0]


async def _following(jobs: AsyncIterator[Job]) -> Job | None:
    return await anext(jobs, None)
