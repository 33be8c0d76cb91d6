from __future__ import annotations

import string
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.webhooks.samples import OTHER, START, Bench, about, encoded, signed, snapshot, thin

from connectkit.webhooks.events import Event, parse
from connectkit.webhooks.replies import ACCEPTED, Reason
from connectkit.webhooks.signatures import sign

NAMES: Final = st.text(string.ascii_lowercase + string.digits + "_.", min_size=1, max_size=40)
JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def envelopes(draw: st.DrawFn) -> dict[str, Any]:
    """Draw events, some of whose fields are anything."""
    like = draw(st.sampled_from([snapshot(), thin()]))
    changes = draw(st.dictionaries(st.sampled_from([*snapshot(), *thin()]), JSON, max_size=3))
    return {**draw(st.dictionaries(st.text(), JSON, max_size=3)), **like, **changes}


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """Draw events with all that an event has to have, and anything more."""
    account = draw(st.none() | NAMES)
    data = about(draw(NAMES), extra=draw(JSON))
    named = {"id": draw(NAMES), "type": draw(NAMES), "account": account, "context": account, "data": data}
    kind = draw(st.sampled_from([snapshot, thin]))
    return {**draw(st.dictionaries(st.text(), JSON, max_size=3)), **kind(**named)}


BODIES: Final = st.binary() | st.builds(encoded, JSON) | st.builds(encoded, envelopes())
PARTS: Final = st.sampled_from(["t", "v1", "v0", "=", ",", " ", "é", *sign(b"", OTHER, START).split(",")])
HEADERS: Final = st.dictionaries(
    st.sampled_from(["Stripe-Signature", "stripe-signature", "Host"]) | st.text(),
    st.text() | st.lists(PARTS | st.text(max_size=4)).map("".join),
)


@given(body=BODIES, headers=HEADERS)
def test_whatever_comes_is_answered_and_what_is_unsigned_is_never_accepted(
    body: bytes, headers: Mapping[str, str]
) -> None:
    bench = Bench()
    reply = bench.router.handle(body, headers)
    assert (reply.status, reply.event_id) == (400, "")
    assert bench.store.take(0) is None


@given(body=BODIES, headers=HEADERS)
def test_a_signature_of_another_body_or_secret_is_never_accepted(body: bytes, headers: Mapping[str, str]) -> None:
    bench = Bench()
    for forged in (signed(body, secret=OTHER), signed(body + b" ")):
        assert bench.router.handle(body, {**headers, **forged}).reason not in ACCEPTED
    assert bench.store.take(0) is None


@given(body=BODIES)
def test_what_is_signed_is_accepted_if_it_is_an_event(body: bytes) -> None:
    bench = Bench()
    reply = bench.router.handle(body, signed(body))
    event = parse(body)
    if isinstance(event, Reason):
        assert (reply.status, reply.reason) == (400, event)
    else:
        assert (reply.status, reply.event_id) == (200, event.id)
        assert bench.router.work() == (0 if reply.reason is Reason.OTHER_MODE else 1)


@given(envelope=events())
def test_a_signed_event_is_accepted_once(envelope: Mapping[str, Any]) -> None:
    bench = Bench()
    assert [bench.deliver(envelope) for _ in range(3)] == [(200, "remembered")] + 2 * [(200, "duplicate")]
    assert [bench.router.work(), bench.router.work()] == [1, 0]


@given(
    steps=st.lists(st.integers(0, 8) | st.sampled_from(["work", "wait"]), max_size=40),
    failing=st.lists(st.tuples(st.integers(0, 8), st.integers(1, 3)), max_size=4),
)
def test_however_often_events_come_each_is_handled_once_and_in_order(
    steps: Sequence[int | str], failing: Sequence[tuple[int, int]]
) -> None:
    """Of three objects, three events each, some of which fail a few times."""
    bench = Bench()
    failures = Counter({f"evt_{number}": times for number, times in failing})
    received = list[str]()
    handled = list[str]()

    @bench.router.on("*")
    def handle(event: Event[object]) -> None:
        if failures[event.id]:
            failures[event.id] -= 1
            raise ValueError
        handled.append(event.id)

    for step in [*steps, *["wait", "work"] * 4 * len(failing), "work"]:
        if step == "work":
            bench.router.work()
        elif step == "wait":
            bench.world.advance(240)
        elif (
            bench.deliver(snapshot(id=f"evt_{step}", data=about("moon", id=f"moon_{int(step) % 3}")))[1] == "remembered"
        ):
            received.append(f"evt_{step}")

    assert sorted(handled) == sorted(received)
    for moon in range(3):
        ours = {f"evt_{number}" for number in range(moon, 9, 3)}
        assert [name for name in handled if name in ours] == [name for name in received if name in ours]
