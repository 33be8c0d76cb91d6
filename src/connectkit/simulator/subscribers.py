"""Who wants which events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeAlias

from .shapes import Object

Target: TypeAlias = Callable[[bytes, Mapping[str, str]], object]
"""A function of body and headers of a delivery; a number that it gives back is an HTTP status, nothing is 200."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Somebody who wants events.

    Attributes:
        id: The id of the endpoint.
        target: A function, or a URL.
        secret: What deliveries are signed with.
        connect: Whether it wants the events of connected accounts, or the platform's own.
        events: The types that it wants; `*` stands for anything.
        thin: Whether it wants thin events of API v2, or snapshots.
    """

    id: str
    target: Target | str
    secret: str
    connect: bool = False
    events: tuple[str, ...] = ("*",)
    thin: bool = False

    def wants(self, event: Object) -> bool:
        """Tell whether *event* is for it."""
        if (event["object"] == "v2.core.event") is not self.thin or ("account" in event) is not self.connect:
            return False
        return any(fnmatchcase(event["type"], pattern) for pattern in self.events)
