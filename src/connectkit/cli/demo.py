"""`connectkit demo`: a marketplace from its first seller to a balanced ledger, over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Final

import httpx
from attrs import frozen

from connectkit.connect import AsyncConnect, Connect
from connectkit.drive import run
from connectkit.errors import ConnectKitError
from connectkit.ports import AsyncioWorld, BlockingWorld
from connectkit.simulator import Simulator
from connectkit.storage.sqlite import SQLiteStore
from connectkit.testing.colours import awaited
from connectkit.transport import HttpxTransport
from connectkit.webhooks.events import Event

from .counting import CountingTransport
from .play import Play
from .report import JsonReport, Report, RichReport, StepResult, Summary
from .scenes import SCENES, Scene
from .stage import Receiver, Stage

_KEY: Final = "sk_test_demo"
_DEADLINE: Final = 2.0  # seconds: the simulator is near, and what a killed run holds is free again after 2.5 times this


@frozen
class _Set:
    """What a run stands on, whatever its colour."""

    url: str
    store: SQLiteStore
    stage: Stage
    receiver: Receiver
    secrets: Sequence[str]
    transport: CountingTransport
    report: Report
    handled: Counter[tuple[str, str]]

    def count(self, event: Event[object]) -> None:
        """Handle an event: the demonstration's own handler."""
        self.handled[event.type, event.id] += 1


def demo(*, as_json: bool, over_asyncio: bool, base_url: str | None, store: Path | None) -> int:
    """Walk the marketplace and give the exit status: 0 when every check held and the ledger sums to zero."""
    report: Report = JsonReport() if as_json else RichReport()
    with contextlib.ExitStack() as closing:
        folder = closing.enter_context(tempfile.TemporaryDirectory(prefix="connectkit-demo-"))
        closing.enter_context(_settings_in(folder))
        journal = closing.enter_context(SQLiteStore(store or Path(folder, "journal.db")))
        url = base_url or closing.enter_context(Simulator().serve()).url
        stage = closing.enter_context(contextlib.closing(Stage(url, _KEY)))
        receiver = closing.enter_context(Receiver())
        secrets = closing.enter_context(_endpoints(stage, receiver.url))
        transport = CountingTransport(HttpxTransport())
        scenery = _Set(url, journal, stage, receiver, secrets, transport, report, Counter())
        return asyncio.run(_over_asyncio(scenery)) if over_asyncio else _blocking(scenery)


@contextlib.contextmanager
def _settings_in(folder: str) -> Generator[None, None, None]:
    """Let the SDK keep its settings in *folder*: it writes a file at its first request, and nothing is to be left."""
    before = os.environ.get("XDG_CONFIG_HOME")
    os.environ["XDG_CONFIG_HOME"] = folder
    try:
        yield
    finally:
        os.environ.pop("XDG_CONFIG_HOME")
        if before is not None:
            os.environ["XDG_CONFIG_HOME"] = before


@contextlib.contextmanager
def _endpoints(stage: Stage, url: str) -> Generator[Sequence[str], None, None]:
    try:
        stage.forget_endpoints()
    except httpx.ConnectError:
        message = f"No simulator listens at {stage.url}: start one with `connectkit simulator`."
        raise SystemExit(message) from None
    try:
        yield [stage.endpoint(url, connect=connect) for connect in (False, True)]
    finally:
        stage.forget_endpoints()


def _blocking(scenery: _Set) -> int:
    with contextlib.closing(scenery.transport):
        connect = Connect(
            _KEY,
            store=scenery.store,
            base_url=scenery.url,
            transport=scenery.transport,
            deadline=_DEADLINE,
            look_up_pause=0.1,
        )
        router = connect.webhooks(secrets=scenery.secrets)
        router.on("*")(scenery.count)

        def handle(body: bytes, headers: Mapping[str, str]) -> int:
            return router.handle(body, headers).status

        async def work() -> int:
            return router.work()

        async def again() -> int:
            return scenery.receiver.again()

        scenery.receiver.listen(handle)
        received = scenery.receiver.received
        play = Play(awaited(connect), scenery.stage, BlockingWorld().sleep, scenery.handled, received, again, work)
        try:
            return run(_walk(play, scenery))
        finally:
            scenery.receiver.listen(None)


async def _over_asyncio(scenery: _Set) -> int:
    connect = AsyncConnect(
        _KEY,
        store=scenery.store,
        base_url=scenery.url,
        transport=scenery.transport,
        deadline=_DEADLINE,
        look_up_pause=0.1,
    )
    router = connect.webhooks(secrets=scenery.secrets)
    router.on("*")(scenery.count)
    loop = asyncio.get_running_loop()

    def handle(body: bytes, headers: Mapping[str, str]) -> int:
        return asyncio.run_coroutine_threadsafe(router.handle(body, headers), loop).result().status

    async def again() -> int:
        return await asyncio.to_thread(scenery.receiver.again)

    scenery.receiver.listen(handle)
    received = scenery.receiver.received
    play = Play(connect, scenery.stage, AsyncioWorld().sleep, scenery.handled, received, again, router.work)
    try:
        return await _walk(play, scenery)
    finally:
        await asyncio.to_thread(scenery.receiver.listen, None)
        await scenery.transport.aclose()


async def _walk(play: Play, scenery: _Set) -> int:
    began, results = time.monotonic(), list[StepResult]()
    for scene in SCENES:
        result = await _played(scene, play, scenery.transport)
        scenery.report.step(result)
        results.append(result)
        if not result.ok:
            break
    ledger = scenery.stage.ledger()
    summary = Summary(
        steps=len(results),
        requests=scenery.transport.requests,
        seconds=round(time.monotonic() - began, 3),
        ledger_balanced=bool(ledger["balanced"]),
        ledger=ledger["accounts"],
    )
    scenery.report.summary(summary)
    return 0 if summary.ledger_balanced and all(result.ok for result in results) else 1


async def _played(scene: Scene, play: Play, transport: CountingTransport) -> StepResult:
    before = transport.requests
    play.rows, play.failed = [], []
    try:
        await scene.play(play)
    except ConnectKitError as error:
        play.failed.append(f"{type(error).__name__}: {error}")
    return StepResult(
        step=scene.name,
        ok=not play.failed,
        requests=transport.requests - before,
        shows=scene.shows,
        rows=play.rows,
        failed=play.failed,
    )
