"""`connectkit simulator`: the simulator on a port, until it is interrupted."""

from __future__ import annotations

import signal
import sys

from connectkit.simulator import Simulator


def serve(port: int, *, live: bool) -> int:
    """Serve until SIGINT or SIGTERM, and give the exit status."""
    try:
        server = Simulator(livemode=live).serve(port)
    except OSError as error:
        sys.stderr.write(
            f"Port {port} cannot be used ({error.strerror}): pass another --port, or 0 for any free one.\n"
        )
        return 1
    with server:
        signals = (signal.SIGINT, signal.SIGTERM)
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        sys.stdout.write(f"listening on {server.url}\n")
        sys.stdout.flush()
        signal.sigwait(signals)
    return 0
