"""Everything put together: keys checked, stores fitted, colours opened and closed."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
import stripe

from connectkit import AsyncConnect, Connect, InvalidRequest, MemoryStore, SQLiteStore
from connectkit.assembly import log_unrecorded
from connectkit.calls.limits import RateGate
from connectkit.storage.bridges import Inline
from connectkit.storage.records import Identity, Operation

LIVE = "sk_live_51HeaUVLYmSecret"


@pytest.mark.parametrize("kind", [Connect, AsyncConnect])
@pytest.mark.parametrize(
    ("key", "options", "param"),
    [
        ("", {}, "api_key"),
        ("sk test", {}, "api_key"),
        (None, {}, "api_key"),
        ("sk_test_\r\nX: y", {}, "api_key"),
        ("pk_test_51HeaUVLYmSecret", {}, "api_key"),
        (LIVE, {}, "livemode"),
        ("rk_unknown_51HeaUVLYmSecret", {}, "livemode"),
        ("sk_test_51HeaUVLYmSecret", {"livemode": True}, "livemode"),
        (LIVE, {"livemode": True}, "store"),
        ("sk_test_51HeaUVLYmSecret", {"platform": "me"}, "platform"),
    ],
)
def test_what_does_not_fit_is_refused_and_no_key_is_repeated(
    kind: Any, key: Any, options: dict[str, Any], param: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        kind(key, **options)
    assert caught.value.param == param
    assert "Secret" not in str(caught.value)


def test_a_live_key_works_with_a_durable_store(tmp_path: Path) -> None:
    with Connect(LIVE, livemode=True, store=SQLiteStore(tmp_path / "connect.db"), platform="acct_1") as connect:
        assert repr(connect) == "<Connect live 2026-10-28.endive SQLiteStore>"
        assert connect.api_version == "2026-10-28.endive"


def test_an_asynchronous_store_serves_only_its_colour() -> None:
    store: Any = Inline(MemoryStore())
    with pytest.raises(InvalidRequest, match="cannot serve the blocking Connect"):
        Connect("sk_test_x", store=store)
    assert AsyncConnect("sk_test_x", store=store).store is store


def test_only_a_sandbox_has_a_simulator() -> None:
    with pytest.raises(InvalidRequest, match="no sandbox"):
        _ = Connect("sk_test_x").simulator
    assert Connect.sandbox(seed=7).simulator.ledger()["balanced"]


def test_the_official_client_is_there_with_the_same_key_and_version() -> None:
    connect = Connect.sandbox()
    assert isinstance(connect.stripe, stripe.StripeClient)
    assert connect.stripe is connect.stripe
    assert connect.stripe.v1.balance.retrieve().object == "balance"


def test_only_stripe_itself_is_asked_slowly() -> None:
    def gate(connect: Connect) -> RateGate | None:
        return connect._parts.caller._sender.gate

    assert isinstance(gate(Connect("sk_test_x")), RateGate)
    assert gate(Connect("sk_test_x", base_url="http://127.0.0.1:1")) is None
    own = RateGate()
    assert gate(Connect("sk_test_x", rates=own)) is own


def test_both_colours_open_and_close() -> None:
    with Connect("sk_test_x", platform="acct_1") as connect:
        assert connect.operations.unfinished() == []

    async def inside() -> None:
        async with AsyncConnect("sk_test_x", platform="acct_1") as connect:
            assert await connect.operations.unfinished() == []

    asyncio.run(inside())


def test_both_colours_make_a_router_of_theirs() -> None:
    secrets = ("whsec_a", "whsec_b")
    assert Connect.sandbox().webhooks(secrets=secrets).work() == 0
    assert asyncio.run(AsyncConnect.sandbox().webhooks(secrets=secrets).work()) == 0


def test_what_could_not_be_recorded_is_logged_without_its_key(caplog: pytest.LogCaptureFixture) -> None:
    operation = Operation(Identity("", "acct_1", livemode=False, key="ana@example.com"), "payouts.create", "f" * 64, "")
    with caplog.at_level(logging.ERROR, "connectkit"):
        log_unrecorded(operation)
    assert caplog.messages == ["payouts.create was done and could not be recorded (ffffffffffff)"]
