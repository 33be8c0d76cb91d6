"""Lets clients that nobody here wrote loose on the served simulator: Stripe's command-line client and its SDK for Node.

Each event of the topics that are simulated is triggered by `stripe trigger`, and has to arrive at a webhook endpoint.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).parent
KEY = "sk_test_0123456789abcdef01234567"
PATIENCE = 60.0
FASTER = "600"  # how much faster time passes than ours: a bank answers after minutes
TOPICS = (
    *("account", "balance", "transfer", "payout", "topup", "charge", "payment_intent", "payment_method"),
    *("setup_intent", "checkout", "product", "price", "payment_link", "cash_balance"),
    *("customer_cash_balance_transaction", "customer.created", "customer.updated", "customer.deleted"),
    *("customer.source.created", "customer.source.updated"),
)
FIRST = ("balance.available", "charge.succeeded")
"""What fills the platform's balance: the client's transfers need more than they bring."""


class Listener(BaseHTTPRequestHandler):
    """Writes down the types of the events that arrive."""

    heard: set[str] = set()  # noqa: RUF012  # of all that arrives

    def do_POST(self) -> None:
        """Take an event."""
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.heard.add(event["type"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@contextmanager
def serving() -> Generator[str, None, None]:
    """Serve the simulator in a process of its own, and give its address."""
    command = [str(Path(sys.executable).with_name("connectkit")), "simulator", "--port", "0", "--clock", FASTER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


@contextmanager
def listening(base: str) -> Generator[set[str], None, None]:
    """Hear every event of the platform and of its accounts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for connect in ("false", "true"):
        told = {"url": f"http://127.0.0.1:{server.server_port}/", "enabled_events[0]": "*", "connect": connect}
        request = urllib.request.Request(  # noqa: S310  # loopback
            f"{base}/v1/webhook_endpoints",
            urllib.parse.urlencode(told).encode(),
            {"Authorization": f"Bearer {KEY}"},
        )
        urllib.request.urlopen(request).read()  # noqa: S310  # loopback
    yield Listener.heard
    server.shutdown()


def run(directory: Path, *command: str) -> str:
    """Run a command, and give what it says; whatever goes wrong is loud."""
    environment = {**os.environ, "HOME": str(directory), "NO_UPDATE_NOTIFIER": "1"}
    done = subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, timeout=PATIENCE * 3, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def install(directory: Path) -> str:
    """Install the clients, and give the path of the one for the command line.

    Its program is in a package for this system; a system without one would have to download it from elsewhere.
    """
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        sys.exit("Node.js and npm are needed, and are not there: install them, or leave this session out.")
    for name in ("package.json", "guide.mjs", "fixtures.json"):
        shutil.copy(HERE / name, directory)
    run(directory, npm, "install", "--ignore-scripts", "--no-audit", "--no-fund")
    return str(directory / "node_modules" / ".bin" / "stripe")


def offered(directory: Path, stripe: str) -> list[str]:
    """Give the events that the client offers to trigger, of the topics that are simulated."""
    lines = re.findall(r"^  ([a-z_0-9.]+)$", run(directory, stripe, "trigger", "--help"), re.MULTILINE)
    ours = [line for line in lines if line.startswith(tuple(f"{topic}." for topic in TOPICS)) or line in TOPICS]
    assert ours, "The client offers nothing: its help has changed."
    return [*FIRST, *(event for event in ours if event not in FIRST)]


def triggered(directory: Path, stripe: str, base: str, event: str, heard: set[str]) -> str:
    """Trigger an event, and give what went wrong; nothing if it arrived."""
    heard.clear()
    said = run(directory, stripe, "trigger", event, "--api-base", base, "--api-key", KEY)
    until = time.monotonic() + PATIENCE
    while event not in heard and time.monotonic() < until:
        time.sleep(0.02)
    return "" if event in heard else f"{event} was not emitted; the client said:\n{said}"


def main() -> None:
    """Run every client, and exit with what went wrong."""
    with tempfile.TemporaryDirectory() as name, serving() as base:
        directory = Path(name)
        stripe = install(directory)
        with listening(base) as heard:
            events = offered(directory, stripe)
            wrong = [problem for event in events if (problem := triggered(directory, stripe, base, event, heard))]
            fixtures = run(directory, stripe, "fixtures", "fixtures.json", "--api-base", base, "--api-key", KEY)
    with tempfile.TemporaryDirectory() as name, serving() as base:
        directory = Path(name)
        install(directory)
        run(directory, "node", "guide.mjs", base)
    plain = HERE.parent / "simulator" / "plain_client.py"
    with serving() as base:
        run(HERE, sys.executable, str(plain), base)
    if wrong:
        sys.exit("\n".join(wrong))
    steps = fixtures.count("Running fixture for")
    told = (
        f"{len(events)} events triggered and heard, {steps} fixtures made, the guide run by the SDKs of Node and Python"
    )
    sys.stdout.write(f"{told}\n")


if __name__ == "__main__":
    main()
