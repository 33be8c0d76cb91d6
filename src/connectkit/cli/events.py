"""`connectkit events`: a router of yours, looked after from a shell."""

from __future__ import annotations

import argparse
import inspect
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connectkit.contrib.workers import found, named, work
from connectkit.errors import ConnectKitError
from connectkit.webhooks.letters import DeadLetter


def add_to(commands: Any) -> None:  # noqa: ANN401  # argparse does not name the type
    """Add the command to a parser."""
    parser: argparse.ArgumentParser = commands.add_parser("events", help="run, look after and check a router of yours")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, says in (
        ("work", "run the functions of the events that are due, until it is told to stop"),
        ("dead", "list the events that were given up, and why"),
        ("revive", "have events handled once more that were given up"),
        ("replay", "fetch from Stripe what never came"),
        ("check", "compare what the router wants with what the endpoints are sent"),
    ):
        one = verbs.add_parser(verb, help=says)
        one.add_argument("router", help="where your router is, as shop.events:router")
        if verb == "work":
            one.add_argument("--once", action="store_true", help="stop as soon as nothing is due")
        if verb == "revive":
            one.add_argument("event", nargs="*", help="the ids of events; all that were given up if none is named")
        if verb == "replay":
            one.add_argument("--hours", type=float, default=24.0, help="how far back, up to 30 days")
            one.add_argument("--account", action="append", help="a connected account; the platform if none is named")
        if verb == "check":
            one.add_argument("--connect", required=True, help="where your client is, as shop.events:connect")


def events(options: argparse.Namespace) -> int:
    """Do what was asked for, and give the exit status."""
    try:
        status, rows = _VERBS[options.verb](options)
    except ConnectKitError as error:
        sys.stderr.write(f"{error.message} {error.next_step}\n")
        return 1
    for row in rows:
        line = json.dumps(row) if options.json else "  ".join(f"{name}: {value}" for name, value in row.items())
        sys.stdout.write(line + "\n")
    return status


_Told = tuple[int, Sequence[Mapping[str, Any]]]


def _work(options: argparse.Namespace) -> _Told:
    return 0, [{"events": work(found(options.router), once=options.once)}]


def _dead(options: argparse.Namespace) -> _Told:
    return 0, [_letter(letter) for letter in _letters(options)]


def _revive(options: argparse.Namespace) -> _Told:
    router = found(options.router)
    chosen = [letter for letter in _letters(options) if not options.event or letter.event_id in options.event]
    return 0, [{"event": letter.event_id, "revived": _now(router.revive(letter))} for letter in chosen]


def _replay(options: argparse.Namespace) -> _Told:
    since = datetime.now(tz=UTC) - timedelta(hours=options.hours)
    replayed = _now(found(options.router).replay_missing(since=since, accounts=options.account or [None]))
    return 0, [{"seen": replayed.seen, "remembered": replayed.remembered}]


def _check(options: argparse.Namespace) -> _Told:
    connect: Any = named(options.connect)
    check = _now(connect.endpoints.check(found(options.router).types))
    told = {
        "missing": check.missing,
        "missing_thin": check.missing_thin,
        "unheard": check.unheard,
        "disabled": check.disabled,
        "outdated": check.outdated,
    }
    return 0 if check.complete else 1, [{name: " ".join(values) for name, values in told.items()}]


def _letters(options: argparse.Namespace) -> Sequence[DeadLetter]:
    letters: Sequence[DeadLetter] = _now(found(options.router).dead_letters(limit=1000))
    return letters


def _letter(letter: DeadLetter) -> Mapping[str, Any]:
    return {
        "event": letter.event_id,
        "scope": letter.scope,
        "type": letter.type,
        "received": letter.received.isoformat(),
        "attempts": letter.attempts,
        "error": letter.error,
    }


def _now(ending: Any) -> Any:  # noqa: ANN401  # a result of either colour
    if not inspect.iscoroutine(ending):
        return ending
    from asyncio import run  # noqa: PLC0415  # only for an asynchronous router

    return run(ending)


_VERBS: Final[Mapping[str, Callable[[argparse.Namespace], _Told]]] = {
    "work": _work,
    "dead": _dead,
    "revive": _revive,
    "replay": _replay,
    "check": _check,
}
