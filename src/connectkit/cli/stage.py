"""The stage of the demonstration: the simulator's controls over HTTP, and a receiver of its events."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeAlias

import httpx

Handle: TypeAlias = Callable[[bytes, Mapping[str, str]], int]


class Stage:
    """Steers a simulator, in this process or in another.

    Args:
        base_url: Where it listens.
    """

    def __init__(self, base_url: str) -> None:
        self._client = httpx.Client(base_url=base_url, timeout=30.0, trust_env=False)

    def advance(self, days: int, key: str) -> None:
        """Let simulated days pass, once for each *key*."""
        self._post("advance", {"days": days, "key": key})

    def onboard(self, account: str) -> None:
        """Fill in the hosted onboarding form, as the seller would."""
        self._post("onboard", {"account": account})

    def ledger(self) -> dict[str, Any]:
        """Give the totals of every account and currency."""
        answer = self._client.get("/_simulator/ledger").raise_for_status()
        document: dict[str, Any] = answer.json()
        return document

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _post(self, name: str, body: Mapping[str, object]) -> None:
        self._client.post(f"/_simulator/{name}", json=body).raise_for_status()


class Receiver:
    """A web server for events, on a free port of the loopback interface.

    Args:
        handle: Takes body and headers, and gives the HTTP status to answer with.
    """

    def __init__(self, handle: Handle) -> None:
        class Events(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(handle(body, dict(self.headers.items())))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Stay silent: the report is what a person reads."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Events)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where events are to be sent."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}/events"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
