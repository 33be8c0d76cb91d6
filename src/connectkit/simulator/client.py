"""The simulator as an HTTP client of the official SDK, without any network."""

from __future__ import annotations

from collections.abc import Mapping
from sys import intern
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from .answers import Answer, ConnectionLost
from .server import pause, suspend

if TYPE_CHECKING:
    import stripe


class Headers(dict[str, str]):
    """Headers whose names may be asked for in any case; they are kept as Stripe writes them, such as `Request-Id`."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.title())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.title())

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401  # as dict has it
        """Give a header."""
        return super().get(name.title(), default)


class Answering(Protocol):
    """What answers requests, with time for a delay between their effect and their answer."""

    def leave(self, method: str, path: str) -> tuple[int, float]:
        """Give a request its number, and the seconds that it is under way."""
        ...

    def begin(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"", left: int = 0) -> Answer:
        """Do what a request asks for."""
        ...

    def end(self, answer: Answer) -> tuple[int, dict[str, str], bytes]:
        """Give status, headers and body."""
        ...


def new_client(answering: Answering) -> stripe.HTTPClient:
    """Give a client of the SDK's own kind, for both colours: a slow answer suspends a task as it blocks a thread."""
    import stripe  # noqa: PLC0415  # the simulator can be served without the SDK being loaded

    class InProcess(stripe.HTTPClient):
        name = "connectkit.simulator"

        def request(
            self,
            method: str,
            url: str,
            headers: Mapping[str, str] | None,
            post_data: Any = None,  # noqa: ANN401  # the SDK's own signature
            *,
            _usage: list[str] | None = None,
        ) -> tuple[str, int, Mapping[str, str]]:
            verb, path, given, body = _request(method, url, headers, post_data)
            left, delay = answering.leave(verb, path)
            pause(delay)
            answer = answering.begin(verb, path, given, body, left)
            pause(answer.delay)
            content, status, answered = self._end(answer)
            return content.decode(), status, answered

        async def request_async(
            self,
            method: str,
            url: str,
            headers: Mapping[str, str],
            post_data: Any = None,  # noqa: ANN401  # the SDK's own signature
        ) -> tuple[bytes, int, Mapping[str, str]]:
            verb, path, given, body = _request(method, url, headers, post_data)
            left, delay = answering.leave(verb, path)
            if delay:
                await suspend(delay)
            answer = answering.begin(verb, path, given, body, left)
            if answer.delay:
                await suspend(answer.delay)
            return self._end(answer)

        def close(self) -> None:
            """Close nothing: there is no connection."""

        async def close_async(self) -> None:
            """Close nothing: there is no connection."""

        def _end(self, answer: Answer) -> tuple[bytes, int, Mapping[str, str]]:
            try:
                status, headers, content = answering.end(answer)
            except ConnectionLost as lost:
                raise stripe.APIConnectionError(str(lost), should_retry=True) from lost  # type: ignore[no-untyped-call]
            return content, status, Headers(headers)

    return InProcess()


def _request(
    method: str, url: str, headers: Mapping[str, str] | None, post_data: str | bytes | None
) -> tuple[str, str, Mapping[str, str], bytes]:
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    body = post_data.encode() if isinstance(post_data, str) else post_data or b""
    return intern(method.upper()), path, headers or {}, body
