"""An answer on its way out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .shapes import Object, write


class ConnectionLost(Exception):
    """The connection broke before an answer came: nobody knows what happened."""


@dataclass(slots=True)
class Answer:
    """What the server says.

    Attributes:
        status: The HTTP status.
        headers: The headers.
        body: The body.
        executed: Whether it is the outcome of execution, and so is stored under the request's key.
        effect: Whether the request changed anything.
        delay: How many real seconds it takes.
        lost: Whether it never arrives.
        turned_away: Whether it came when there was too much traffic, or with a key that may not do this.
        refresh: Gives the body anew, with the objects as they are by then.
        release: Says that the key is no longer being worked on.
    """

    status: int
    headers: dict[str, str]
    body: bytes = b""
    executed: bool = False
    effect: bool = False
    delay: float = 0.0
    lost: bool = False
    turned_away: bool = False
    refresh: Callable[[], bytes] | None = None
    release: Callable[[], None] | None = None


def encode(value: Object) -> bytes:
    """Write JSON."""
    return write(value).encode()
