"""`connectkit runs`: runs looked at, stopped and resumed from a shell."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

from connectkit.connect import Connect
from connectkit.models.runs import RunProgress, RunReport

from .operations import KEY, add_store_to, answered, written


def add_to(commands: Any) -> None:  # noqa: ANN401  # argparse does not name the type
    """Add the command to a parser."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "runs", help=f"look at runs, stop and resume them; the API key is in {KEY}"
    )
    add_store_to(parser)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="list the runs, and how each stands")
    for verb, says in (
        ("report", "tell what became of each row"),
        ("resume", "go on with a run that was stopped, killed, or left rows refused"),
        ("stop", "have whoever carries it out begin no other row"),
    ):
        one = verbs.add_parser(verb, help=says)
        one.add_argument("key", help="your own name of it")
        if verb == "report":
            one.add_argument("--csv", action="store_true", help="print CSV")


def runs(options: argparse.Namespace) -> int:
    """Do what was asked for, and give the exit status."""
    return answered(options, lambda connect: _asked(connect, options))


def _asked(connect: Connect, options: argparse.Namespace) -> str:
    if options.verb == "report" and options.csv:
        return connect.runs.report(options.key).to_csv()
    return written(_VERBS[options.verb](connect, options), options)


def _list(connect: Connect, _: argparse.Namespace) -> Sequence[Mapping[str, Any]]:
    return [
        {"key": run.key, "state": run.state.value, "since": run.since.isoformat(), "why": run.why}
        for run in connect.runs.list()
    ]


def _report(connect: Connect, options: argparse.Namespace) -> Sequence[Mapping[str, Any]]:
    return connect.runs.report(options.key).records()


def _resume(connect: Connect, options: argparse.Namespace) -> Sequence[Mapping[str, Any]]:
    with _bar(options.key, shown=not options.json) as progress:
        report = connect.runs.resume(options.key, progress=progress)
    return [_counted(report), *(outcome.record() for outcome in (*report.refused, *report.unfinished))]


def _stop(connect: Connect, options: argparse.Namespace) -> Sequence[Mapping[str, Any]]:
    connect.runs.stop(options.key)
    return [{"stopped": options.key}]


_VERBS: Final[Mapping[str, Callable[[Connect, argparse.Namespace], Sequence[Mapping[str, Any]]]]] = {
    "list": _list,
    "report": _report,
    "resume": _resume,
    "stop": _stop,
}


def _counted(report: RunReport) -> Mapping[str, Any]:
    return {"run": report.key, "state": report.state.value} | {
        state.value: count for state, count in report.counts.items()
    }


def _bar(title: str, *, shown: bool) -> AbstractContextManager[Callable[[RunProgress], None] | None]:
    """Give a progress bar where there is somebody to see it, and rich to show it."""
    if not shown or not sys.stderr.isatty():
        return nullcontext()
    try:
        from rich.console import Console  # noqa: PLC0415  # an extra

        from connectkit.contrib.progress import bar  # noqa: PLC0415  # as above
    except ModuleNotFoundError:
        return nullcontext()
    return bar(title, console=Console(stderr=True))
