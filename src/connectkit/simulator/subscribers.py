"""Who wants which events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, TypeAlias

from .shapes import Object

Target: TypeAlias = Callable[[bytes, Mapping[str, str]], object]
"""A function of body and headers of a delivery; a number that it gives back is an HTTP status, nothing is 200."""


TWIN: Final = "v1."
"""How the types of thin events begin that tell of the same change as a whole one."""


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
        account: The connected account whose own endpoint it is; the platform's has none.
    """

    id: str
    target: Target | str
    secret: str
    connect: bool = False
    events: tuple[str, ...] = ("*",)
    thin: bool = False
    account: str = ""

    def wants(self, event: Object) -> bool:
        """Tell whether *event* is for it."""
        if (event["object"] == "v2.core.event") is not self.thin:
            return False
        if not self._hears(event.get("account") or event.get("context") or ""):
            return False
        # What is a twin of a whole event has to be asked for by name: `*` alone does not mean it.
        twin = event["type"].startswith(TWIN)
        return any(fnmatchcase(event["type"], pattern) for pattern in self.events if not twin or pattern[:3] == TWIN)

    def _hears(self, account: str) -> bool:
        return account == self.account if not self.connect else account not in ("", self.account)
