"""Every blocking face has the verbs of its source, with the same parameters."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, cast

import pytest

from connectkit.connect import AsyncConnect, Connect
from connectkit.drive import Blocking


def pairs(face: object, source: object, name: str = "connect") -> Iterator[Any]:
    for member, inner in vars(face).items():
        if isinstance(inner, Blocking):
            room = cast("object", inner)
            yield pytest.param(room, getattr(source, member), id=f"{name}.{member}")
            yield from pairs(room, getattr(source, member), f"{name}.{member}")


def verbs(room: object) -> dict[str, list[tuple[str, object, object]]]:
    found: dict[str, list[tuple[str, object, object]]] = {}
    for name in dir(type(room)):
        member = getattr(type(room), name)
        if not name.startswith("_") and callable(member):
            parameters = inspect.signature(member, eval_str=True).parameters.values()
            found[name] = [(one.name, one.kind, one.annotation) for one in parameters if one.name != "self"]
    return found


@pytest.mark.parametrize(("face", "source"), list(pairs(Connect("sk_test_x"), AsyncConnect("sk_test_x"))))
def test_the_face_is_the_whole_source(face: Blocking[object], source: object) -> None:
    assert verbs(face) == verbs(source)
    assert verbs(source)
    told, original = type(face).__doc__ or "", type(source).__doc__ or ""
    assert told.splitlines()[0] == original.splitlines()[0]
