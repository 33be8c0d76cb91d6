from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import pytest
import stripe

from connectkit.errors import InvalidRequest
from connectkit.webhooks.events import Event, parse
from connectkit.webhooks.kinds import (
    AccountEvents,
    BalanceEvents,
    CapabilityEvents,
    DisputeEvents,
    ExternalEvents,
    FileEvents,
    PaymentEvents,
    PayoutEvents,
    PayoutSettingsEvents,
    PersonEvents,
    RefundEvents,
    TopUpEvents,
    TransferEvents,
)
from connectkit.webhooks.router import WebhookRouter

from .samples import Bench, encoded, in_a_loop, snapshot, thin

STRIPES = frozenset[str](get_args(stripe.Event.__annotations__["type"]))
"""The types of event that the SDK knows."""

OURS: Mapping[str, Any] = {
    "account": AccountEvents,
    "account.external_account": ExternalEvents,
    "balance": BalanceEvents,
    "balance_settings": PayoutSettingsEvents,
    "capability": CapabilityEvents,
    "charge.dispute": DisputeEvents,
    "file": FileEvents,
    "payment_intent": PaymentEvents,
    "payout": PayoutEvents,
    "person": PersonEvents,
    "refund": RefundEvents,
    "topup": TopUpEvents,
    "transfer": TransferEvents,
}


def wanting(router: WebhookRouter, type: str) -> list[Any]:
    event = parse(encoded(snapshot(type=type)))
    assert isinstance(event, Event)
    return [registration.handler for registration in router._handlers.of(event)]


def first(event: Event[Any]) -> None: ...
def second(event: Event[Any]) -> None: ...


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("payout.failed", True),
        ("payout.*", True),
        ("*", True),
        ("payout", False),
        ("payout.fail", False),
        ("payout.failed.*", False),
        ("pay.*", False),
        ("v1.payout.failed", False),
    ],
)
def test_a_pattern_names_one_type_or_all_that_begin_with_it(pattern: str, wanted: bool) -> None:  # a parameter
    router = Bench().router
    router.on(pattern)(first)
    assert wanting(router, "payout.failed") == ([first] if wanted else [])


@pytest.mark.parametrize("name", ["v2.core.account[configuration.recipient].updated", "v1.payout.failed"])
def test_types_of_thin_events_can_be_named(name: str) -> None:
    bench = Bench()
    bench.router.on(name)(first)
    bench.deliver(thin(type=name))
    bench.router.work()
    assert bench.router.counts == {"remembered": 1, "handled": 1}


def test_handlers_run_in_the_order_of_registration_and_each_once() -> None:
    router = Bench().router
    for pattern, handler in (("*", second), ("payout.*", first), ("payout.paid", second)):
        router.on(pattern)(handler)
    assert wanting(router, "payout.paid") == [second, first]
    assert router.types == ["*", "payout.*", "payout.paid"]


@pytest.mark.parametrize(
    "pattern", ["", "payout.", "payout*", "pay*.failed", "**", "Payout.failed", "payout failed", ".*"]
)
def test_what_names_no_type_is_refused_at_once(pattern: str) -> None:
    with pytest.raises(InvalidRequest, match="not a type of event") as refused:
        Bench().router.on(pattern)
    assert refused.value.param == "type"


@pytest.mark.parametrize("kind", OURS)
def test_the_types_that_checkers_know_are_those_of_stripe(kind: str) -> None:
    known = {name for name in get_args(OURS[kind]) if not name.endswith(".*")}
    kinds = tuple(name[:-1] for name in get_args(OURS[kind]) if name.endswith(".*"))
    assert known <= STRIPES
    assert {name for name in STRIPES if name.startswith(kinds)} <= known


def test_a_registered_function_stays_what_it_was() -> None:
    router = Bench().router
    assert router.on("payout.paid")(router.on("payout.failed")(first)) is first


def test_a_blocking_router_takes_no_async_function() -> None:
    async def later(event: Event[Any]) -> None: ...

    with pytest.raises(InvalidRequest, match="later is an async function"):
        Bench().router.on("payout.paid")(later)
    source = in_a_loop()
    assert source.on("payout.paid")(later) is later
