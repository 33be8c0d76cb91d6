"""What the simulator costs: in process beside the SDK alone, over HTTP beside localstripe, and as objects accumulate.

    python benchmarks/bench_simulator.py [--objects 1000000] [--localstripe /path/to/bin/localstripe]

Ratios are of one interleaved run. localstripe is another stateful simulator of Stripe, by others; it needs an
environment of its own (`pip install localstripe`), and is left out where it is not found.
"""

from __future__ import annotations

import argparse
import gc
import http.client
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import mean, median
from typing import Any, Final
from urllib.parse import urlencode

import stripe

from connectkit.simulator import Simulator

ROUNDS: Final = 30
CALLS: Final = 100
FEW: Final = 1_000
SAMPLE: Final = 20_000
TICK: Final = 1 / os.sysconf("SC_CLK_TCK")
KEY: Final = {"Authorization": "Bearer sk_test_12345", "Stripe-Version": "2026-10-28.endive"}
FORM: Final = {**KEY, "Content-Type": "application/x-www-form-urlencoded"}

CREATE: Final[dict[str, Any]] = {
    "amount": 1099,
    "currency": "usd",
    "metadata": {"order": "1042"},
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
}
CONFIRM: Final[dict[str, Any]] = {**CREATE, "confirm": True, "payment_method": "pm_card_visa"}
CUSTOMER: Final = urlencode({"email": "ana@example.com", "name": "Ana"})
INTENT: Final = urlencode({"amount": 1099, "currency": "usd"})


class Null(stripe.HTTPClient):
    """Answers without any network, and without asking anybody."""

    name = "null"

    def __init__(self, answer: str, headers: Mapping[str, str]) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType]  # untyped there
        self._answer = answer
        self._headers = headers

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,  # noqa: ANN401  # the SDK's own signature
        *,
        _usage: list[str] | None = None,
    ) -> Any:  # noqa: ANN401  # the SDK's own signature
        """Give the answer, whatever was asked."""
        del method, url, headers, post_data
        return self._answer, 200, self._headers


def in_process(params: Any) -> dict[str, float]:  # noqa: ANN401  # the SDK's own parameters
    """Give the CPU microseconds of a payment intent through the SDK: answered by nothing, and by the simulator."""
    simulator = Simulator()
    simulated = stripe.StripeClient("sk_test_x", http_client=simulator.http_client())
    made = simulated.v1.payment_intents.create(params)
    answer = ask(simulator, "GET", f"/v1/payment_intents/{made.id}", "")
    headers: Mapping[str, str] = (
        {} if made.last_response is None else made.last_response.headers
    )  # as many as the simulator gives
    null = stripe.StripeClient("sk_test_x", http_client=Null(json.dumps(answer), headers))
    times: dict[str, list[float]] = {"the SDK alone": [], "with the simulator": []}
    for turn in range(ROUNDS):
        for name, client in zip(times, (null, simulated), strict=True):
            began = time.process_time()
            for number in range(CALLS):
                client.v1.payment_intents.create(params, {"idempotency_key": f"{turn}/{number}"})
            times[name].append((time.process_time() - began) / CALLS * 1e6)
    return {name: min(taken) for name, taken in times.items()}  # the quickest rounds were disturbed the least


@contextmanager
def served(command: list[str], port: int, cwd: str) -> Generator[tuple[http.client.HTTPConnection, int]]:
    """Give a connection to a server that runs in a process of its own, and the id of that."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=cwd) as process:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            while True:
                try:
                    connection.connect()
                    break
                except OSError:
                    time.sleep(0.05)
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield connection, process.pid
        finally:
            process.terminate()


def posted(connection: http.client.HTTPConnection, path: str, body: str) -> None:
    """Send one request, and wait for its answer."""
    connection.request("POST", path, body, FORM)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != http.client.OK:
        message = f"{path}: {answer.status} {said!r}"
        raise RuntimeError(message)


def over_http(localstripe: str | None) -> dict[str, dict[str, tuple[float, float]]]:
    """Give requests a second of one client, in real time and of the server's processor, by path and server."""
    paths = {"/v1/customers": CUSTOMER, "/v1/payment_intents": INTENT}
    ports = [free_port(), free_port()]
    simulator = [sys.executable, "-c", "from connectkit.cli import main; main()", "simulator", "--port", str(ports[0])]
    commands = {"connectkit": simulator}
    if localstripe is not None:
        commands["localstripe"] = [localstripe, "--port", str(ports[1]), "--from-scratch"]
    rates: dict[str, dict[str, tuple[float, float]]] = {path: {} for path in paths}
    with tempfile.TemporaryDirectory() as cwd:
        for (name, command), port in zip(commands.items(), ports, strict=False):
            with served(command, port, cwd) as (connection, pid):
                for path, body in paths.items():
                    for _ in range(FEW // len(paths)):
                        posted(connection, path, body)
                for path, body in paths.items():
                    rates[path][name] = rate(lambda: posted(connection, path, body), pid)  # noqa: B023  # called at once
    return rates


def rate(call: Callable[[], object], pid: int) -> tuple[float, float]:
    """Give how often a second something can be done: of real time, the median of some rounds; of a process's work."""
    rounds: list[float] = []
    worked, total = processor_seconds(pid), 0
    for _ in range(5):
        began, done = time.perf_counter(), 0
        while time.perf_counter() < began + 0.5:
            call()
            done += 1
        rounds.append(done / (time.perf_counter() - began))
        total += done
    return median(rounds), total / max(processor_seconds(pid) - worked, TICK)


def processor_seconds(pid: int) -> float:
    """Give how long a process has worked, in all its threads; others that work meanwhile do not change it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK


def accumulating(objects: int) -> tuple[dict[str, tuple[float, float]], float]:
    """Give the CPU microseconds of some requests with a thousand objects and with many, and the bytes of an object."""
    few = [cost(filled(FEW), SAMPLE // 10) for _ in range(10)]
    gc.collect()
    before = resident()
    simulator = filled(objects)
    size = (resident() - before) / len(simulator.world)
    many = cost(simulator, SAMPLE)
    return {name: (mean(costs[name] for costs in few), many[name]) for name in many}, size


def filled(objects: int) -> Simulator:
    """Give a simulator with so many objects: customers, payments, and what belongs to them."""
    simulator = Simulator()
    while len(simulator.world) < objects:
        ask(simulator, "POST", "/v1/customers", CUSTOMER)
        ask(simulator, "POST", "/v1/payment_intents", f"{INTENT}&confirm=true&payment_method=pm_card_visa")
    ask(simulator, "GET", "/v1/events?limit=1", "")  # what is added is filed when somebody looks
    return simulator


def cost(simulator: Simulator, calls: int) -> dict[str, float]:
    """Give the CPU microseconds of each of some requests, the collection of garbage included."""
    intent = ask(simulator, "POST", "/v1/payment_intents", INTENT)["id"]
    requests = {
        "create a customer": ("POST", "/v1/customers", CUSTOMER, calls),
        "create a payment intent": ("POST", "/v1/payment_intents", INTENT, calls),
        "retrieve it": ("GET", f"/v1/payment_intents/{intent}", "", calls),
        "list a hundred": ("GET", "/v1/payment_intents?limit=100", "", calls // 20),
    }
    taken: dict[str, float] = {}
    for name, (method, path, body, times) in requests.items():
        began = time.process_time()
        for _ in range(times):
            ask(simulator, method, path, body)
        taken[name] = (time.process_time() - began) / times * 1e6
    return taken


def ask(simulator: Simulator, method: str, path: str, body: str) -> dict[str, Any]:
    """Give the answer to one request."""
    answer: dict[str, Any] = json.loads(simulator.handle(method, path, FORM, body.encode())[2])
    return answer


def resident() -> int:
    """Give the bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def compared(title: str, figures: Mapping[str, float], unit: str) -> None:
    """Print figures, each with its ratio to the first."""
    first = next(iter(figures.values()))
    for name, figure in figures.items():
        print(f"{title:28} {name:20} {figure:9.0f} {unit:14} {figure / first:6.2f}")


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=1_000_000)
    parser.add_argument("--localstripe", default=shutil.which("localstripe"), help="its program")
    options = parser.parse_args()
    stripe.enable_telemetry = False
    compared("create a payment intent", in_process(CREATE), "µs CPU")
    compared("create and confirm one", in_process(CONFIRM), "µs CPU")
    for path, rates in over_http(options.localstripe).items():
        for place, unit in enumerate(("requests/s", "requests/s CPU")):
            compared(f"POST {path}", {name: rates[name][place] for name in reversed(rates)}, unit)
    costs, size = accumulating(options.objects)
    for name, (few, many) in costs.items():
        compared(name, {f"{FEW:,} objects": few, f"{options.objects:,} objects": many}, "µs CPU")
    print(f"{size:.0f} bytes an object, of {options.objects:,}")


if __name__ == "__main__":
    main()
