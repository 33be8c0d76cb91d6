"""Every request that a test sends through the SDK is held against the SDK's own types, on its way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectkit import sdk
from connectkit.requests import Request

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
