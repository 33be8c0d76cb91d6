"""A run of transfers against a limit that it is not told, and answers that take a tenth of a second.

The simulator is a process of its own; so is each runner. What is stated is measured at the runners: how many answers
were 429, and how fast the run was after the first of them, beside the limit itself. With `--full` there are 5,000 rows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import httpx

from connectkit import AsyncConnect, Connect, Money, RateGate, SQLiteStore, State

LATENCY = 0.1
SELLERS = 60
REGIMES: dict[str, tuple[dict[str, float], int]] = {
    "25 a second of an endpoint": ({"endpoint": 25.0}, 1),
    "100 a second of all": ({"total": 100.0}, 1),
    "100 a second, shared by four processes": ({"total": 100.0}, 4),
}
ESTABLISHED = "01"


class Heard:
    """Telemetry that notes when each answer came, and what it was."""

    def __init__(self) -> None:
        self.answers: list[tuple[float, str]] = []

    def span(self, name: str, **_: str | int) -> AbstractContextManager[None]:  # noqa: ARG002  # nobody looks at spans
        """Note nothing."""
        return nullcontext()

    def count(self, name: str, **attributes: str) -> None:
        """Note an answer."""
        if name == "connectkit.calls":
            self.answers.append((time.time(), attributes["outcome"]))

    def record(self, name: str, value: float, **_: str) -> None:
        """Note nothing."""


def rows(part: int, count: int, sellers: list[str]) -> list[dict[str, Any]]:
    """Give the rows of one runner."""
    return [
        {"name": f"{part}-{number}", "destination": sellers[number % len(sellers)], "amount": Money(100, "usd")}
        for number in range(count)
    ]


def runner(url: str, colour: str, part: int, count: int, sellers: list[str]) -> None:
    """Carry one run out, and say what was heard."""
    heard = Heard()
    with tempfile.TemporaryDirectory() as folder:
        options: dict[str, Any] = {
            "store": SQLiteStore(Path(folder, "connect.db")),
            "base_url": url,
            "rates": RateGate(),
            "telemetry": heard,
        }
        wanted = rows(part, count, sellers)
        chosen: dict[str, Any] = {"key": f"run-{part}", "verb": "transfers.create", "rows": wanted, "look": False}
        if colour == "blocking":
            with Connect("sk_test_bench", **options) as connect:
                report = connect.runs.execute(connect.runs.plan(**chosen))
        else:

            async def whole() -> Any:  # noqa: ANN401  # a report
                async with AsyncConnect("sk_test_bench", **options) as connect:
                    return await connect.runs.execute(await connect.runs.plan(**chosen))

            report = asyncio.run(whole())
    done = len(report.in_state(State.SUCCEEDED))
    said = {"answers": heard.answers, "done": done, "cpu": time.process_time()}
    sys.stdout.write(json.dumps(said) + "\n")


def connections(port: int) -> int:
    """Count the connections to a port of this machine that are open now."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(line[3] == ESTABLISHED and line[2].endswith(f":{port:04X}") for line in lines)


def prepared(url: str) -> list[str]:
    """Make sellers, and fill the platform's balance."""
    sellers: list[str] = []
    with Connect("sk_test_bench", base_url=url) as connect, httpx.Client(base_url=url) as control:
        for number in range(SELLERS):
            seller = connect.onboarding.create(key=f"seller-{number}", country="US", type="express").id
            control.post("/_simulator/onboard", json={"account": seller}).raise_for_status()
            sellers.append(seller)
        connect.topups.create(key="topup", amount=Money.of("500000.00", "usd"))
        control.post("/_simulator/advance", json={"days": 7}).raise_for_status()
    return sellers


def measured(regime: str, colour: str, count: int) -> str:
    """Run one regime in one colour, and give a line about it."""
    bears, processes = REGIMES[regime]
    limit = max(bears.values())
    command = [sys.executable, "-c", "from connectkit.cli import main; main()", "simulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None  # noqa: S101  # it was asked for
        url = server.stdout.readline().split()[-1]
        sellers = prepared(url)
        httpx.post(f"{url}/_simulator/bear", json={**bears, "latency": LATENCY}).raise_for_status()
        share = count // processes
        arguments = [[url, colour, str(part), str(share), json.dumps(sellers)] for part in range(processes)]
        with tempfile.TemporaryFile("w+") as out:
            running = [subprocess.Popen([sys.executable, __file__, "--runner", *one], stdout=out) for one in arguments]
            most = 0
            while any(process.poll() is None for process in running):
                most = max(most, connections(int(url.rpartition(":")[2])))
                time.sleep(0.2)
            out.seek(0)
            said = [json.loads(line) for line in out]
        httpx.post(f"{url}/_simulator/bear", json={})
        with Connect("sk_test_bench", base_url=url) as connect:
            made = [transfer.id for transfer in connect.transfers.list()]
            exact = len(made) == len(set(made)) == share * processes == sum(one["done"] for one in said)
        server.terminate()
    answers = sorted((when, what) for one in said for when, what in one["answers"])
    away = [when for when, what in answers if what == "429"]
    begun, together = answers[0][0], min(one["answers"][-1][0] for one in said)
    found = away[0] if away else begun
    after = sum(what == "200" and found < when <= together for when, what in answers)
    pace = after / (together - found) / limit
    cpu = sum(one["cpu"] for one in said) / (share * processes)
    ends = ", ".join(f"{one['answers'][-1][0] - begun:.0f}" for one in said)
    line = f"{regime:40} {colour:9} exact: {exact}  pace after it was found at {found - begun:4.1f} s: {pace:.3f}"
    line += f"  429: {100 * len(away) / len(answers):.2f} %  connections: {most}"
    return f"{line}  ends: {ends} s  CPU a row: {1e3 * cpu:.1f} ms"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--runner"]:
        runner(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), json.loads(sys.argv[6]))
        sys.exit()
    parser = argparse.ArgumentParser()
    parser.add_argument("--full", action="store_true", help="5,000 rows instead of 1,000")
    parser.add_argument("--colour", choices=("blocking", "asyncio"), action="append")
    parser.add_argument("--regime", type=int, choices=range(len(REGIMES)), action="append")
    options = parser.parse_args()
    for number, name in enumerate(REGIMES):
        for colour in options.colour or ("blocking", "asyncio"):
            if options.regime is None or number in options.regime:
                print(measured(name, colour, 5000 if options.full else 1000), flush=True)
