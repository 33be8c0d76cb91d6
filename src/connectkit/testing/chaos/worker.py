"""One worker: it calls for each of its intents until it has seen the end of it, and says what it was told."""

from __future__ import annotations

import asyncio
import json
import pickle
import random
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, Final

from attrs import frozen

from connectkit.calls.retries import Retries
from connectkit.connect import AsyncConnect, Connect
from connectkit.drive import run
from connectkit.errors import (
    ClockSkewed,
    ConnectKitError,
    OperationInProgress,
    OutcomeUnknown,
    Refused,
    StoreUnavailable,
    Unreachable,
)
from connectkit.journal import Held, Journal, Report, Success
from connectkit.storage.base import AsyncStore, Store
from connectkit.storage.records import Operation, State
from connectkit.testing.colours import awaited

from .intents import Intent, carry_out
from .sites import Open
from .stage import KEYS

DEADLINE: Final = 1.5
"""Seconds of a send; a claim lasts two and a half times as long."""

LEASE: Final = 2.5 * DEADLINE
"""Seconds of a claim."""

_AGAIN: Final = (OperationInProgress, OutcomeUnknown, Unreachable, StoreUnavailable, ClockSkewed)
_PAUSE: Final = 0.05


@frozen
class Orders:
    """What a worker is told.

    Attributes:
        intents: What it has to see the end of.
        open: Opens the store.
        blocking: Of which colour it is.
        urls: Where the simulators are, by mode.
        platform: The platform's account.
        seed: Of its own chances.
        dawdling: How probable it is that it pauses for longer than its lease before it records a success.
        setup: `module:function` that is called first, or `""`.
    """

    intents: Sequence[Intent]
    open: Open
    blocking: bool
    urls: Mapping[bool, str]
    platform: str
    seed: int
    dawdling: float = 0.0
    setup: str = ""


def connected(orders: Orders, store: Store | AsyncStore, *, live: bool) -> AsyncConnect:
    """Give the client of one mode."""
    options: Any = {
        "store": store,
        "livemode": live,
        "platform": orders.platform,
        "base_url": orders.urls[live],
        "deadline": DEADLINE,
        "retries": Retries(attempts=3, seconds=3.0, longest=0.2),
        "look_up_pause": 0.3,
    }
    if orders.blocking:
        return awaited(Connect(KEYS[live], **options))
    return AsyncConnect(KEYS[live], **options)


async def work(orders: Orders) -> None:
    """See the end of every intent."""
    store = orders.open()
    connects = {live: connected(orders, store, live=live) for live in (False, True)}
    todo = list(orders.intents)
    random.Random(orders.seed).shuffle(todo)  # noqa: S311  # no secret
    while todo:
        todo = [intent for intent in todo if not await _ended(connects[intent.live], intent)]
        time.sleep(_PAUSE if todo else 0.0)  # noqa: ASYNC251  # nothing else runs in this loop


async def _ended(connect: AsyncConnect, intent: Intent) -> bool:
    try:
        made = await carry_out(connect, intent)
        with suppress(StoreUnavailable):
            standing = await connect.operations.show(intent.key)
            if made.receipt.recorded and standing.state is not State.SUCCEEDED:
                tell(intent, "odd", why=f"it was done, and the journal says {standing.state.value}")
        tell(intent, "done", object_id=made.id)
    except _AGAIN:
        return False
    except Refused as error:
        tell(intent, "refused", request_id=error.request_id)
    except ConnectKitError as error:
        tell(intent, "odd", why=f"{type(error).__name__}: {error.message}")
    return True


def tell(intent: Intent, outcome: str, **more: str) -> None:
    """Say what was told of an intent: one line of JSON."""
    line = json.dumps({"key": intent.key, "live": intent.live, "outcome": outcome, **more})
    print(line, flush=True)  # noqa: T201  # a line on a pipe


def dawdle(probability: float, seed: int) -> None:
    """Have this process pause for longer than its lease, now and then, before it records a success."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    settle = Journal.settle

    async def settle_late(self: Journal, held: Held, report: Report) -> Operation:
        if isinstance(report, Success) and chance.random() < probability:
            time.sleep(LEASE + 1.0)  # noqa: ASYNC251  # as if the machine had been asleep
        return await settle(self, held, report)

    Journal.settle = settle_late  # type: ignore[method-assign]


def main() -> None:
    """Be a worker."""
    orders: Orders = pickle.load(sys.stdin.buffer)  # noqa: S301  # written by whoever started this process
    if orders.setup:
        module, _, function = orders.setup.partition(":")
        getattr(import_module(module), function)()
    dawdle(orders.dawdling, orders.seed)
    run(work(orders)) if orders.blocking else asyncio.run(work(orders))
