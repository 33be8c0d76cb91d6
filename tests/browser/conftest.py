"""A real browser, and a simulator for it to look at.

Playwright drives it, because it can answer for one address of the web and leave all others alone, waits for what a test
asks for, and finds fields as a person does, by their labels.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import stripe
from playwright.sync_api import BrowserContext, Page, Playwright, Route, sync_playwright
from tests.browser.serving import served

from connectkit import Connect
from connectkit.simulator import Simulator

NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
STRIPE_JS = "https://js.stripe.com/**"


@pytest.fixture(scope="session")
def chromium() -> str:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found, f"None of {', '.join(NAMES)} is there: install one, on Debian with `apt-get install chromium`."
    return found


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def context(
    playwright: Playwright, chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """Start the browser as nobody's, with an empty profile."""
    profile = tmp_path_factory.mktemp("profile")
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=chromium, headless=True, args=list(OPTIONS), viewport={"width": 1000, "height": 800}
    )
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    simulator = Simulator(check_always=True)
    with simulator.serve():
        yield simulator
    simulator.check()


@pytest.fixture
def connect(simulator: Simulator) -> Iterator[Connect]:
    with Connect.sandbox(simulator=simulator) as connect:
        yield connect


@pytest.fixture
def client(simulator: Simulator) -> stripe.StripeClient:
    return stripe.StripeClient("sk_test_1", http_client=simulator.http_client())


class _Elsewhere(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b'<!doctype html><link rel="icon" href="data:,"><h1>The shop</h1>')

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[str]:
    """Give the address of somebody's site, to which hosted pages lead back."""
    with served(ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere)) as url:
        yield url


@pytest.fixture
def page(context: BrowserContext, simulator: Simulator, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open a tab, in which Stripe.js comes from the simulator; whatever goes wrong in a script fails the test."""
    page = context.new_page()
    wrong: list[str] = []

    def stripe_js(route: Route) -> None:
        status, headers, body = simulator.handle("GET", "/v3/", {})
        route.fulfill(status=status, headers=headers, body=body)

    page.route(STRIPE_JS, stripe_js)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    shots = Path(request.config.rootpath, ".cache", "browser")
    shots.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=shots / f"{request.node.name}.png", full_page=True)
    page.close()
    assert wrong == []
