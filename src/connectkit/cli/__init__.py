"""The command line: `connectkit demo`, `simulator`, `parity`, `operations`, `runs` and `events`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit status."""
    options = _parser().parse_args(arguments)
    if options.command != "demo":
        return _run(options)
    if options.resume and options.base_url is None:
        sys.stderr.write("--resume needs the simulator of the earlier run, which has to outlive it: pass --base-url.\n")
        return 2
    if options.store is not None and options.store.exists() and not options.resume:
        sys.stderr.write(f"{options.store} holds an earlier run: pass --resume to go on with it, or another --store.\n")
        return 2
    from .demo import demo  # noqa: PLC0415  # each command pays for its own imports

    return demo(
        as_json=options.json,
        over_asyncio=options.asyncio,
        base_url=options.base_url,
        store=options.store,
    )


def _run(options: argparse.Namespace) -> int:
    """Run any command but the demonstration; each pays for its own imports."""
    if options.command == "simulator":
        from .serve import serve as command  # noqa: PLC0415  # see above
    elif options.command == "parity":
        from .parity.command import parity as command  # noqa: PLC0415  # see above
    elif options.command == "operations":
        from .operations import operations as command  # noqa: PLC0415  # see above
    elif options.command == "runs":
        from .runs import runs as command  # noqa: PLC0415  # see above
    else:
        from .events import events as command  # noqa: PLC0415  # see above
    return command(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="connectkit", description="The money-safe way to run a platform on Stripe Connect."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="walk a marketplace from its first seller to a balanced ledger")
    demo.add_argument("--json", action="store_true", help="print one JSON object a line")
    demo.add_argument("--asyncio", action="store_true", help="run over AsyncConnect")
    demo.add_argument(
        "--base-url", metavar="URL", help="use the simulator that listens there, instead of one of its own"
    )
    demo.add_argument("--store", metavar="PATH", type=Path, help="keep the journal in this SQLite file")
    demo.add_argument("--resume", action="store_true", help="go on with the run whose journal --store holds")
    from .serve import add_to as add_simulator_to  # noqa: PLC0415  # it knows its own arguments

    add_simulator_to(commands)
    from .parity.options import add_to as add_parity_to  # noqa: PLC0415  # as above

    add_parity_to(commands)
    from .operations import add_to  # noqa: PLC0415  # it knows its own arguments

    add_to(commands)
    from .runs import add_to as add_runs_to  # noqa: PLC0415  # as above

    add_runs_to(commands)
    from .events import add_to as add_events_to  # noqa: PLC0415  # as above

    add_events_to(commands)
    return parser
