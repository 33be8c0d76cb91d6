"""`python -m connectkit.testing.chaos`: a run, and its report."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from typing import Final

from .run import Options, play
from .sites import SITES

_COUNTED: Final = ("duplicates", "lost", "unfinished", "disagreements")


def main(arguments: Sequence[str] | None = None) -> int:
    """Make a run; the exit status is 0 if nothing was found."""
    parser = argparse.ArgumentParser(prog="connectkit.testing.chaos", description="Prove the journal under chaos.")
    parser.add_argument("--store", choices=SITES, default="sqlite", help="what remembers operations")
    parser.add_argument("--workers", type=int, default=8, help="how many processes work")
    parser.add_argument("--operations", type=int, default=2000, help="how many operations they have to do")
    parser.add_argument("--kills", type=int, default=40, help="how many of them are killed on the way")
    parser.add_argument("--seed", type=int, default=0, help="of every chance")
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    report = play(Options(options.store, options.workers, options.operations, options.kills, options.seed))
    details: list[str] = report.pop("details")
    for line in details:
        sys.stderr.write(f"{line}\n")
    report["seconds"] = round(time.monotonic() - began)
    text = json.dumps(report) if options.json else "\n".join(f"{name:16} {value}" for name, value in report.items())
    sys.stdout.write(f"{text}\n")
    return int(not report["ledger_balanced"] or any(report[name] for name in _COUNTED))


if __name__ == "__main__":
    sys.exit(main())
