"""One request, read: what every endpoint is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Call:
    """A request that is let in.

    Attributes:
        method: The HTTP method, upper case.
        path: The path, without the query.
        account: Whose objects it acts on: the connected account that it names, else the platform.
        request_id: Its id, as the answer's headers and the events give it.
        key: Its idempotency key.
        version: The API version that it asks for.
        names_version: Whether it names that itself; the account's own is meant where it does not.
        is_v1: Whether it is of API v1.
        query: What stands behind the path.
        body: Its body, as it came; of an upload, what it is known again by.
        body_type: The type of that, as its header names it.
        params: Its parameters: validated, and in their own types.
        ids: What stands in the path for `:id` and the like.
        told: Whether its answer is the object as the last event shows it, which need not be written again.
    """

    method: str
    path: str
    account: str
    request_id: str
    key: str | None
    version: str
    names_version: bool = True
    is_v1: bool = True
    query: str = ""
    body: bytes = b""
    body_type: str = ""
    params: dict[str, Any] = field(default_factory=dict[str, Any])
    ids: dict[str, str] = field(default_factory=dict[str, str])
    told: bool = False

    @property
    def id(self) -> str:
        """What stands in the path for `:id`."""
        return self.ids["id"]
