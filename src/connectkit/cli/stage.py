"""The stage of the demonstration: the simulator's controls over HTTP, and a receiver of its events."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Final, Self, TypeAlias
from urllib.parse import parse_qsl, urlsplit

import httpx

Handle: TypeAlias = Callable[[bytes, Mapping[str, str]], int]

_OURS: Final = "connectkit demo"


class Stage:
    """Steers a simulator, in this process or in another.

    Args:
        base_url: Where it listens.
        api_key: The key that its webhook endpoints are registered with.
    """

    def __init__(self, base_url: str, api_key: str) -> None:
        self.url = base_url
        headers = {"Authorization": f"Bearer {api_key}"}
        self._client = httpx.Client(base_url=base_url, headers=headers, timeout=30.0, trust_env=False)

    def advance(self, days: int, key: str) -> None:
        """Let simulated days pass, once for each *key*."""
        self._steer("advance", {"days": days, "key": key})

    def onboard(self, account: str) -> None:
        """Fill in the hosted onboarding form, as the seller would."""
        self._steer("onboard", {"account": account})

    def demand(self, account: str, item: str, days: int) -> None:
        """Have Stripe want something of an account by a day."""
        self._steer("demand", {"account": account, "item": item, "days": days})

    def allow(self, url: str) -> dict[str, str]:
        """Say yes on the page where a seller connects an account, and give what the browser brings back."""
        answer = self._client.post(f"{url}&answer=allow")
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    def pay(self, session: str) -> None:
        """Pay a Checkout session, as the buyer would."""
        self._steer("pay", {"session": session})

    def ledger(self) -> dict[str, Any]:
        """Give the totals of every account and currency."""
        document: dict[str, Any] = self._client.get("/_simulator/ledger").raise_for_status().json()
        return document

    def endpoint(self, url: str, *, connect: bool) -> str:
        """Register a webhook endpoint, and give its secret."""
        form = {"url": url, "enabled_events[0]": "*", "connect": str(connect).lower(), "description": _OURS}
        answer = self._client.post("/v1/webhook_endpoints", data=form).raise_for_status().json()
        return str(answer["secret"])

    def forget_endpoints(self) -> None:
        """Remove the webhook endpoints of this run, and of runs that were killed; Stripe allows no more than 16."""
        listed = self._client.get("/v1/webhook_endpoints", params={"limit": 100}).raise_for_status().json()["data"]
        for endpoint in listed:
            if endpoint["description"] == _OURS:
                self._client.delete(f"/v1/webhook_endpoints/{endpoint['id']}").raise_for_status()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _steer(self, name: str, body: Mapping[str, object]) -> None:
        self._client.post(f"/_simulator/{name}", json=body).raise_for_status()


class Receiver:
    """A web server for events, on a free port of the loopback interface.

    What comes while nobody listens is answered with 503, as by an application that has not started yet.
    """

    def __init__(self) -> None:
        self._handle: Handle = _nobody
        self._handling = threading.Lock()
        self._last: tuple[bytes, Mapping[str, str]] | None = None
        receiver = self

        class Events(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = dict(self.headers.items())
                status = receiver.take(body, headers)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Stay silent: the report is what a person reads."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Events)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where events are to be sent."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/events"

    def listen(self, handle: Handle | None) -> None:
        """Hand what comes from now on to *handle*; `None` waits for what is being handled, and listens no more."""
        with self._handling:
            self._handle = handle or _nobody

    def take(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Hand a delivery on, one at a time, and give the status to answer with."""
        with self._handling:
            self._last = (body, headers)
            return self._handle(body, headers)

    def received(self) -> bool:
        """Tell whether anything has come yet."""
        return self._last is not None

    def again(self) -> int:
        """Deliver the last event once more, over HTTP, and give the status."""
        body, headers = self._last or (b"", {})
        return httpx.post(self.url, content=body, headers=headers, trust_env=False).status_code

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _nobody(_: bytes, __: Mapping[str, str]) -> int:
    return 503
