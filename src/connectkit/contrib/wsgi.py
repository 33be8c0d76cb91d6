"""A router as a WSGI application, to be mounted in another one or served by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, TypeAlias

from .reading import LIMIT, Receiver

Environ: TypeAlias = dict[str, Any]
Application: TypeAlias = Callable[[Environ, Callable[..., object]], Iterable[bytes]]


def application(router: Receiver) -> Application:
    """Give the application that answers Stripe at whatever path it is mounted.

    Args:
        router: Takes the requests in.
    """

    def answer(environ: Environ, start_response: Callable[..., object]) -> Iterable[bytes]:
        status = HTTPStatus(_status(router, environ))
        start_response(f"{status.value} {status.phrase}", [("Content-Length", "0")])
        return [b""]

    return answer


def _status(router: Receiver, environ: Environ) -> int:
    if environ["REQUEST_METHOD"] != "POST":
        return 405
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 400
    headers = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
    return router.handle(environ["wsgi.input"].read(max(0, min(length, LIMIT))), headers).status
