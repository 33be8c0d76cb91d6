"""What a pending operation says of itself, and what cannot be deferred."""

from __future__ import annotations

import inspect
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from connectkit import AsyncConnect, AsyncPending, Connect, Money, Pending, TopUp
from connectkit.later.pending import Room, deferred
from connectkit.resources.topups import AsyncTopUps


def test_a_pending_operation_is_told_by_its_name() -> None:
    pending = Connect.sandbox().later().topups.create(key="topup-1", amount=Money.of("5.00", "usd"))
    assert repr(pending) == "<Pending topups.create topup-1>"
    assert (pending.identity.key, pending.operation.verb) == ("topup-1", "topups.create")


def test_a_verb_that_writes_nothing_down_cannot_be_deferred() -> None:
    later = Connect.sandbox().later()

    class Idle(Room[AsyncTopUps]):
        nothing = deferred(_nothing)

    room = Idle(AsyncTopUps, later.topups._planning, later.topups._watching)
    with pytest.raises(TypeError, match="nothing that could be deferred"):
        room.nothing()


def _nothing(_: AsyncTopUps) -> Coroutine[Any, Any, None]:
    async def nothing() -> None: ...

    return nothing()


def test_a_deferred_verb_shows_what_it_gives() -> None:
    rooms = (Connect.sandbox().later().topups, AsyncConnect.sandbox().later().topups)
    shown = [inspect.signature(type(room).create).return_annotation for room in rooms]
    assert shown == [Pending[TopUp], AsyncPending[TopUp]]


NEVER = {
    "charges.separate.settle_funded",
    "checkout.set_up",
    "checkout.destination.create",
    "checkout.destination.subscribe",
    "checkout.direct.create",
    "checkout.direct.subscribe",
    "checkout.expire",
    "checkout.separate.create",
    "customers.create",
    "customers.share",
    "disputes.stage",
    "disputes.submit",
    "external_accounts.replace",
    "operations.result",  # sends nothing
    "persons.create",
    "setup_intents.create",
}
"""The verbs with a key that have no twin; the guide of `later` says why."""


def named(room: object, module: str, beginning: str = "") -> Iterator[str]:
    """Name the verbs of rooms that wait for an operation by its key, or that write one down."""
    for name in dir(type(room)):
        verb = getattr(type(room), name)
        told = set(inspect.signature(verb).parameters) if not name.startswith("_") and callable(verb) else set[str]()
        if "key" in told and (module.endswith("later") or "wait" in told):
            yield f"{beginning}{name}"
    for name, inner in vars(room).items():
        if not name.startswith("_") and type(inner).__module__.startswith(module):
            yield from named(inner, module, f"{beginning}{name}.")


@pytest.mark.parametrize("connect", [Connect.sandbox(), AsyncConnect.sandbox()])
def test_every_verb_with_a_key_has_a_twin_or_a_reason(connect: Connect | AsyncConnect) -> None:
    verbs = set(named(connect, "connectkit.resources"))
    twins = set(named(connect.later(), "connectkit.later"))
    assert (twins | NEVER, twins & NEVER) == (verbs, set())
