"""The command itself: every journey on both sides, and a line for each difference."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Final

from attrs import asdict, frozen

from connectkit.simulator import Simulator

from .journeys import JOURNEYS
from .sides import Side

_KEY: Final = "STRIPE_API_KEY"


@frozen
class Difference:
    """Something that two sides do differently.

    Attributes:
        journey: In which journey.
        step: In which request.
        what: Of what: `HTTP status`, a header, or a member of the answer.
        here: What the simulator gives.
        there: What the other gives.
    """

    journey: str
    step: str
    what: str
    here: str
    there: str


def compared(here: Side, there: Side, names: list[str]) -> Iterator[Difference]:
    """Send journeys to both, and give what differs."""
    for name in names:
        steps = JOURNEYS[name]
        for (label, ours), (_, theirs) in zip(here.travel(steps), there.travel(steps), strict=True):
            for what in sorted(ours.keys() | theirs.keys()):
                if ours.get(what) != theirs.get(what):
                    yield Difference(name, label, what, ours.get(what, "nothing"), theirs.get(what, "nothing"))


def parity(options: argparse.Namespace) -> int:
    """Print what differs, and give the exit status: 1 if anything does, 2 if there is nothing to compare with."""
    key = os.environ.get(_KEY, "")
    if not key.startswith(("sk_test_", "rk_test_")):
        sys.stderr.write(f"{_KEY} holds no test key: parity makes accounts and payments, so it wants a sandbox.\n")
        return 2
    names = options.journey or list(JOURNEYS)
    found = 0
    with (
        Simulator(start=int(time.time())).serve() as server,
        closing(Side(server.url, "sk_test_here", 0)) as here,
        closing(Side(options.base_url, key, options.patience)) as there,
    ):
        refused = there.refuses()
        if refused:
            sys.stderr.write(f"{refused}\n")
            return 2
        for one in compared(here, there, names):
            told = f"{one.journey}: {one.step}: {one.what} is {one.here} here and {one.there} there"
            sys.stdout.write(f"{json.dumps(asdict(one)) if options.json else told}\n")
            found += 1
    sys.stderr.write(f"{found} differences in {len(names)} journeys.\n")
    return 1 if found else 0
