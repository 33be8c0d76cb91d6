"""The watch over requests sees them, in both colours."""

from __future__ import annotations

import asyncio

import pytest

from connectkit import AsyncConnect, Connect
from connectkit.requests import Request

BAD = Request("get", "/v1/payouts", {"colour": "red"})


@pytest.mark.parametrize("colour", ["blocking", "asyncio"])
def test_a_parameter_that_does_not_exist_is_seen(watched: list[str], colour: str) -> None:
    if colour == "blocking":
        Connect.sandbox()._parts.sdk.send(BAD, 5.0)
    else:
        asyncio.run(AsyncConnect.sandbox()._parts.sdk.asend(BAD, 5.0))
    assert watched == ["get /v1/payouts.colour is not known"]
    watched.clear()


def test_an_endpoint_that_is_not_listed_is_seen() -> None:
    with pytest.raises(LookupError, match="/v1/quotes"):
        Connect.sandbox()._parts.sdk.send(Request("get", "/v1/quotes"), 5.0)
