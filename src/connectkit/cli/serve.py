"""`connectkit simulator`: the simulator on a port, until it is interrupted."""

from __future__ import annotations

import argparse
import json
import math
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from connectkit.simulator import Simulator

_HIGHEST_PORT: Final = 65_535
_TICK: Final = 0.2
_CLOCKS: Final = {"manual": 0.0, "real": 1.0}
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def add_to(commands: Any) -> None:  # noqa: ANN401  # argparse has no public name for it
    """Add the command to a command line."""
    parser = commands.add_parser("simulator", help="serve the simulator to any Stripe SDK, in any language")
    parser.add_argument("--port", type=_port, default=12111, help="the port on 127.0.0.1; 0 for any free one")
    parser.add_argument("--live", action="store_true", help="accept live keys instead of test keys")
    parser.add_argument("--seed", type=int, help="where the ids of a new world begin; 0 if not given")
    parser.add_argument(
        "--state", metavar="FILE", type=Path, help="go on with the world in this file, and keep it there"
    )
    parser.add_argument(
        "--clock",
        metavar="real|manual|FACTOR",
        type=_factor,
        default=0.0,
        help="move time as it passes, by hand alone (the default), or so many times faster",
    )


def serve(options: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM, and give the exit status."""
    from connectkit.simulator import Simulator  # noqa: PLC0415  # no other command pays for it

    simulator = Simulator(seed=options.seed or 0, livemode=options.live)
    if options.state is not None:
        try:
            simulator.keep(options.state)
        except OSError as error:
            sys.stderr.write(
                f"{options.state} cannot be used ({error.strerror}): name a file in a directory of yours.\n"
            )
            return 1
        except ValueError as error:
            sys.stderr.write(f"{error}\n")
            return 1
    try:
        server = simulator.serve(options.port)
    except OSError as error:
        sys.stderr.write(
            f"Port {options.port} cannot be used ({error.strerror}): pass another --port, or 0 for any free one.\n"
        )
        return 1
    with server:
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        sys.stdout.write(f"listening on {server.url}\n")
        sys.stdout.flush()
        if options.clock:
            _tick(simulator, options.clock)
        else:
            signal.sigwait(_SIGNALS)
    return 0


def _tick(simulator: Simulator, factor: float) -> None:
    """Let time pass until a signal comes; in real time it begins with the present."""
    from connectkit.simulator.control import PREFIX  # noqa: PLC0415  # as above

    now = int(time.time())
    if factor == 1 and now > simulator.clock.now:
        simulator.advance(to=now)
    began, passed = time.monotonic(), 0
    while signal.sigtimedwait(_SIGNALS, _TICK) is None:
        due = int((time.monotonic() - began) * factor)
        simulator.advance(hours=(due - passed) / 3600)
        passed = due
    told = json.dumps({"to": simulator.clock.now}).encode()
    simulator.handle("POST", f"{PREFIX}advance", {}, told)  # so that its state knows what time it is


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= _HIGHEST_PORT:
        message = f"{port} is no port: there are 1 to {_HIGHEST_PORT}, and 0 stands for any free one"
        raise argparse.ArgumentTypeError(message)
    return port


def _factor(text: str) -> float:
    try:
        factor = _CLOCKS[text] if text in _CLOCKS else float(text)
    except ValueError:
        factor = math.nan
    if not 0 <= factor < math.inf:
        message = f"{text!r} is neither real nor manual, nor how many times faster time is to pass"
        raise argparse.ArgumentTypeError(message)
    return factor
