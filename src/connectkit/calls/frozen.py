"""What the journal keeps of a request: enough for anybody to send it again, and nothing personal.

A request is frozen at its first dispatch. Values at personal paths are left out and *sealed*: only a hash stays, so
that a later caller who brings the same values can have them filled in, byte for byte as they were, while the store
never holds them. Whoever does not bring them can still settle the operation by looking for its mark.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final

from attrs import evolve, frozen

from connectkit.errors import InvalidRequest
from connectkit.requests import Params, Request, compact

_SEAL: Final = "$sealed"


@frozen
class Frozen:
    """A request as it is written down.

    Attributes:
        request: What is sent, wire key and mark included; personal values are replaced by seals.
        keep: The dotted paths of the fields of the answer that the journal stores.
    """

    request: Request
    keep: tuple[str, ...]

    @property
    def has_seals(self) -> bool:
        """Whether something in it was left out, so that only its caller can have it sent."""
        return _has_seals(self.request.params)

    def dumps(self) -> str:
        """Write it down."""
        return compact({"request": self.request.document(), "keep": self.keep})

    @classmethod
    def loads(cls, text: str) -> Frozen:
        """Read what `dumps` wrote."""
        document = json.loads(text)
        return cls(Request.of(document["request"]), tuple(document["keep"]))


def sealed(request: Request, personal: Sequence[str]) -> Request:
    """Replace the values at *personal* paths (`identity.individual`) by seals."""
    if not personal:
        return request
    params = copy.deepcopy(dict(request.params))
    for path in personal:
        *parents, last = path.split(".")
        place: Any = params
        for name in parents:
            place = place.get(name, {})
        if last in place:
            place[last] = {_SEAL: _digest(place[last])}
    return evolve(request, params=params)


def revealed(stored: Request, brought: Params) -> Request | None:
    """Fill the seals of *stored* with the values of *brought*; `None` if one is missing.

    Raises:
        InvalidRequest: A value is there and is not the one that was sealed.
    """
    if not _has_seals(stored.params):
        return stored
    params = copy.deepcopy(dict(stored.params))
    return evolve(stored, params=params) if _reveal(params, brought) else None


def _has_seals(params: Params) -> bool:
    return any(isinstance(value, dict) and (_SEAL in value or _has_seals(value)) for value in params.values())  # pyright: ignore[reportUnknownArgumentType]  # decoded JSON


def _reveal(place: dict[str, Any], brought: Params) -> bool:
    for name, value in place.items():
        if not isinstance(value, dict):
            continue
        if _SEAL not in value:
            if not _reveal(value, brought.get(name, {})):  # pyright: ignore[reportUnknownArgumentType]  # decoded JSON
                return False
        elif name not in brought:
            return False
        elif _digest(brought[name]) != value[_SEAL]:
            message = f"{name} is not what it was when this key was first used."
            raise InvalidRequest(message, param=name, next_step="Pass the same value again, or use a new key.")
        else:
            place[name] = brought[name]
    return True


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def projected(data: Params, keep: Sequence[str]) -> dict[str, Any]:
    """Give the part of an answer that may be stored: what is at the paths *keep*, without any secret inside it."""
    part: dict[str, Any] = {}
    for path in keep:
        _keep(data, path.split("."), part)
    return part


def _keep(place: Params, path: Sequence[str], part: dict[str, Any]) -> None:
    name, *rest = path
    if name not in place:
        return
    if not rest:
        part[name] = _without_secrets(place[name])
    elif isinstance(place[name], dict):
        _keep(place[name], rest, part.setdefault(name, {}))


def _without_secrets(value: Any) -> Any:  # noqa: ANN401  # any JSON value
    if isinstance(value, dict):
        return {name: _without_secrets(inner) for name, inner in value.items() if name != "client_secret"}  # pyright: ignore[reportUnknownVariableType]  # decoded JSON
    if isinstance(value, list):
        return [_without_secrets(inner) for inner in value]  # pyright: ignore[reportUnknownVariableType]  # decoded JSON
    return value


def differing(known: Request, asked: Request) -> tuple[str, ...]:
    """Name what differs between two requests, and never a value, for it may be personal."""
    names = [name for name in ("method", "path", "account") if getattr(known, name) != getattr(asked, name)]
    return (*names, *_differing(known.params, asked.params, ""))


def _differing(known: Params, asked: Params, prefix: str) -> tuple[str, ...]:
    names: list[str] = []
    for name in sorted({*known, *asked}):
        one, other = known.get(name), asked.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            names += _differing(one, other, f"{prefix}{name}.")  # pyright: ignore[reportUnknownArgumentType]  # decoded JSON
        elif one != other:
            names.append(f"{prefix}{name}")
    return tuple(names)
