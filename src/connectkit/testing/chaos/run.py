"""A run: stage, crew, storm, and the judge at its end."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Any, Final, cast

from attrs import asdict, evolve, frozen

from connectkit.drive import run as run_now
from connectkit.errors import ConnectKitError
from connectkit.storage.base import Store
from connectkit.storage.records import Realm, State

from .crew import Crew
from .intents import Intent, carry_out, planned
from .judge import Judge, Verdict, existing
from .sites import SITES, Site
from .stage import Stage
from .storm import HELD, WEATHER, Storm
from .worker import Orders, connected

_DAY_AND_AN_HOUR: Final = 25 * 3600
_ROUNDS: Final = 60
_LOOKS: Final = ("/v1/transfers", "/v1/payouts", "/v1/refunds", "/v1/topups")
_POLL: Final = 0.02
_ARRIVED: Final = HELD + 3.0  # seconds after which what was under way has arrived, on a machine that is busy as well


@frozen
class Options:
    """What a run is to be.

    Attributes:
        store: `sqlite`, `postgres` or `redis`.
        workers: How many processes.
        operations: How many intents.
        kills: How many workers are killed with SIGKILL on the way, beside those of the jumps.
        seed: Of every chance.
        jumps: How often the fleet is down for more than a day.
        restarts: How often the store is taken away.
        stops: How often a worker is suspended until its leases have ended.
        dawdling: How probable a pause before recording a success is.
        weather: How likely each fault is, beside one another; `None` for all of them.
        setup: `module:function` that every worker calls first; for tests of this harness.
    """

    store: str
    workers: int = 8
    operations: int = 2000
    kills: int = 40
    seed: int = 0
    jumps: int = 2
    restarts: int = 3
    stops: int = 6
    dawdling: float = 0.003
    weather: Mapping[str, int] | None = None
    setup: str = ""


def play(options: Options) -> dict[str, Any]:
    """Make a run, and give its report; `details` says what was found in words."""
    with closing(SITES[options.store]()) as site, Stage(options.operations) as stage:
        intents = planned(options.operations, stage.material, options.seed)
        before = frozenset(str(item["id"]) for item in existing(stage.test, stage.material))
        looks = len(stage.test.asked("requests")["data"])
        crew = Crew(_orders(options, site, stage, intents), options.seed)
        weather = options.weather or WEATHER
        with Storm(stage.test, options.seed, weather), Storm(stage.live, options.seed + 1, weather):
            _direct(options, site, stage, crew, intents)
        requests = stage.test.asked("requests")["data"][looks:]
        with closing(site.blocking()) as store:
            _resume(options, site, stage, intents)
            judge = Judge(stage, store, before)
            verdict = judge.judge(intents, crew.told)
            for status in crew.failed():
                verdict.disagree(f"a worker ended with {status}")
            return _counted(stage, store, requests) | _report(options, stage, crew, verdict)


def _orders(options: Options, site: Site, stage: Stage, intents: Sequence[Intent]) -> Sequence[Orders]:
    """Tell each worker what to do; every intent has two who see to it."""
    second = max(1, options.workers // 2)
    orders: list[Orders] = []
    for number in range(options.workers):
        own = [
            intent
            for place, intent in enumerate(intents)
            if number in {place % options.workers, (place + second) % options.workers}
        ]
        blocking = number % 2 == 0
        orders.append(
            Orders(
                intents=own,
                open=site.blocking if blocking else site.asynchronous,
                blocking=blocking,
                urls={False: stage.test.url, True: stage.live.url},
                platform=stage.platform,
                seed=options.seed * 1000 + number,
                dawdling=options.dawdling,
                setup=options.setup,
            )
        )
    return orders


def _direct(options: Options, site: Site, stage: Stage, crew: Crew, intents: Sequence[Intent]) -> None:
    """Have things happen to the workers, evenly over what they have to do, until they are done."""
    chance = random.Random(options.seed)  # noqa: S311  # no secret
    ends = len(intents) * min(2, options.workers)

    def jump() -> None:
        time.sleep(_ARRIVED)
        site.set_back(_DAY_AND_AN_HOUR)
        for simulation in (stage.test, stage.live):
            simulation.steer("advance", hours=_DAY_AND_AN_HOUR / 3600)

    happenings = [crew.kill_one] * options.kills + [crew.stop_one] * options.stops + [site.restart] * options.restarts
    chance.shuffle(happenings)
    step = max(1, options.jumps + 1)
    for number in range(options.jumps):
        happenings.insert((number + 1) * len(happenings) // step, lambda: crew.replace_all(jump))
    for number, happen in enumerate(happenings, 1):
        _wait_until(partial(crew.reached, number * ends // (len(happenings) + 1)))
        happen()
    crew.end()


def _wait_until(condition: Callable[[], bool]) -> None:
    while not condition():
        time.sleep(_POLL)


def _resume(options: Options, site: Site, stage: Stage, intents: Sequence[Intent]) -> None:
    """Undisturbed, call for everything once more, and bring what was left to its end."""
    time.sleep(_ARRIVED)
    orders = evolve(_orders(evolve(options, workers=1), site, stage, intents)[0], dawdling=0.0)
    store: Any = orders.open()
    with closing(store):
        connects = {live: connected(orders, store, live=live) for live in (False, True)}
        left = [intent for intent in intents if intent.possible]
        for _ in range(_ROUNDS):
            left = [intent for intent in left if not _done(connects[intent.live], intent)]
        for connect in connects.values():
            _finish(connect)
            cast("Any", connect).close()


def _finish(connect: Any) -> int:  # noqa: ANN401  # a client of either colour
    """Bring to an end what is unfinished, and give how much that was."""
    left = run_now(connect.operations.unfinished(limit=1_000_000))
    return sum(_quietly(partial(connect.operations.resume, operation)) for operation in left)


def _done(connect: Any, intent: Intent) -> bool:  # noqa: ANN401  # a client of either colour
    return _quietly(partial(carry_out, connect, intent))


def _quietly(call: Callable[[], Any]) -> bool:
    try:
        run_now(call())
    except ConnectKitError:
        return False
    return True


def _counted(stage: Stage, store: Store, requests: Sequence[dict[str, Any]]) -> dict[str, Any]:
    realms = [Realm("", stage.platform, livemode=live) for live in (False, True)]
    rows = [found.operation for realm in realms for found in store.listed(realm, tuple(State), 1_000_000)]
    posts = [seen for seen in requests if seen["key"] and seen["status"] == 200]  # noqa: PLR2004  # HTTP's own
    return {
        "takeovers": sum(max(0, row.token - 1) for row in rows),
        "replays": sum(not seen["effect"] for seen in posts),
        "lookups": sum(seen["method"] == "GET" and seen["path"] in _LOOKS for seen in requests),
    }


def _report(options: Options, stage: Stage, crew: Crew, verdict: Verdict) -> dict[str, Any]:
    faults = [stage.at(live=live).asked("faults")["happened"] for live in (False, True)]
    counted = asdict(verdict)
    details = counted.pop("found")
    return {
        "store": options.store,
        "operations": options.operations,
        "kills": crew.kills,
        "faults": sum(sum(one.values()) for one in faults),
        **counted,
        "ledger_balanced": all(stage.at(live=live).asked("ledger")["balanced"] for live in (False, True)),
        "seed": options.seed,
        "details": details,
    }
