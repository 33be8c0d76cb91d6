"""What goes over the wire in a test is held against the SDK's own types, on its way.

So is every request that the library sends, and every answer that a simulator in the test's process gives; answers are
also held against the members of Stripe's published sample objects.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from connectkit import sdk
from connectkit.requests import Request
from connectkit.simulator.answers import Answer
from connectkit.simulator.engine import Engine

from .answers import answer_complaints
from .checker import complaints, params_type
from .endpoints import params_name


@pytest.fixture(autouse=True)
def watched(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Fail the test that sends what the SDK's types do not allow; `off_contract` marks those that mean to."""
    wrong: list[str] = []
    arguments = sdk._arguments

    def watching(sent: Request) -> dict[str, Any]:
        expected = params_type(params_name(sent.method, sent.path))
        wrong.extend(f"{sent.method} {sent.path}{complaint}" for complaint in complaints(sent.params, expected))
        return arguments(sent)

    if request.node.get_closest_marker("off_contract") is None:
        monkeypatch.setattr(sdk, "_arguments", watching)
    yield wrong
    assert wrong == []


@pytest.fixture(autouse=True)
def answered(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Fail the test to which a simulator gives an answer that Stripe would not give."""
    wrong: list[str] = []
    seen: set[tuple[str, str, bool]] = set()
    run = Engine.run

    def watching(
        engine: Engine, method: str, target: str, headers: Mapping[str, str], body: bytes, left: int
    ) -> Answer:
        answer = run(engine, method, target, headers, body, left)
        place = (method, _template(target), len(answer.body) > _FULL)
        if answer.status == _OK and target.startswith(("/v1/", "/v2/")) and place not in seen:
            seen.add(place)  # a test that does a thing a thousand times need not wait for each
            wrong.extend(f"{method} {target}: {complaint}" for complaint in answer_complaints(json.loads(answer.body)))
        return answer

    if request.node.get_closest_marker("off_contract") is None:
        monkeypatch.setattr(Engine, "run", watching)
    yield wrong
    assert not wrong, "\n".join(wrong)


def _template(target: str) -> str:
    return _ID.sub("/:id", target.partition("?")[0])


_ID: Final = re.compile(r"/[a-z]+_[A-Za-z0-9]+")
_OK: Final = 200
_FULL: Final = 2_000
