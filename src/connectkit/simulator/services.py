"""Every call that the official SDK has, and whether the simulator answers it.

It reads the SDK's own source, where each method of a service names its endpoint, and is for the documentation and for
tests: no request comes here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from .refusals import Refusal
from .routing import Router
from .topics import TOPICS

_CALL: Final = re.compile(r'self\._request\(\s*"(\w+)",\s*"([^"]+)"')
_ID: Final = re.compile(r"\{(\w+)\}")
_SOME: Final = "some_1"  # an id, as good as any


@dataclass(frozen=True, slots=True, order=True)
class Endpoint:
    """One call of the SDK.

    Attributes:
        path: The path, with names in braces for what is variable.
        method: The HTTP method.
    """

    path: str
    method: str

    @property
    def sent(self) -> str:
        """The path with an id in every place for one."""
        return _ID.sub(_SOME, self.path)

    @property
    def resource(self) -> str:
        """What it is about: the path up to the first id."""
        return self.path.partition("/{")[0]


@dataclass(frozen=True, slots=True)
class Resource:
    """What can be done with one resource.

    Attributes:
        path: Its path.
        simulated: What of it is simulated: method and the rest of the path.
        missing: What is answered 501.
    """

    path: str
    simulated: tuple[str, ...]
    missing: tuple[str, ...]


def resources() -> list[Resource]:
    """Give every resource, with what is simulated of it and what is not."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for endpoint in endpoints():
        simulated, missing = found.setdefault(endpoint.resource, ([], []))
        rest = endpoint.path.removeprefix(endpoint.resource)
        (simulated if is_simulated(endpoint) else missing).append(f"{endpoint.method} {rest}".strip())
    return [Resource(path, tuple(simulated), tuple(missing)) for path, (simulated, missing) in found.items()]


def endpoints() -> list[Endpoint]:
    """Give every call of every service of the SDK, in order of their paths."""
    return sorted(set(_read()))


def is_simulated(endpoint: Endpoint) -> bool:
    """Tell whether the simulator answers a call otherwise than by saying that it cannot."""
    try:
        _ROUTER.find(endpoint.method, endpoint.sent)
    except Refusal:
        return False
    return True


def _read() -> Iterator[Endpoint]:
    spec = find_spec("stripe")
    for place in (spec and spec.submodule_search_locations) or ():
        for file in Path(place).rglob("*_service.py"):
            for method, path in _CALL.findall(file.read_text()):
                yield Endpoint(path, method.upper())


_ROUTER: Final = Router(TOPICS)
