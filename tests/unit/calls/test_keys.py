"""Wire keys and marks are pure functions of an operation's name."""

from __future__ import annotations

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from connectkit.calls.keys import mark, named
from connectkit.requests import Request
from connectkit.storage.records import Identity

NAME = Identity("", "acct_1", livemode=False, key="payout-1")
PAYOUT = Request("post", "/v1/payouts", {"amount": 1}, account="acct_2")


def wire_key(identity: Identity, request: Request, generation: int) -> str:
    key = named(identity, request, generation, version="", marks=False).idempotency_key
    assert key is not None
    return key


identities = st.builds(
    Identity,
    tenant=st.sampled_from(["", "a", "b"]),
    platform=st.sampled_from(["acct_1", "acct_2"]),
    livemode=st.booleans(),
    key=st.sampled_from(["a", "a/b", "b"]),
    step=st.sampled_from(["", "b", "a/b"]),
)


def test_a_wire_key_never_changes() -> None:
    """A journal that was lost must still meet Stripe's memory of the key that an earlier release sent."""
    assert wire_key(NAME, PAYOUT, 0) == "ck1_8410cfc63cc1acc0bafb7d469500076caeb499d10bfcd0dd91542a15bc27c092"


@given(one=identities, other=identities, generations=st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_different_names_have_different_keys(one: Identity, other: Identity, generations: tuple[int, int]) -> None:
    same = (one, generations[0]) == (other, generations[1])
    keys = wire_key(one, PAYOUT, generations[0]), wire_key(other, PAYOUT, generations[1])
    assert (keys[0] == keys[1]) is same
    assert all(len(key) <= 255 and key.isascii() for key in keys)


def test_account_and_api_are_part_of_the_name() -> None:
    elsewhere = evolve(PAYOUT, account=None)
    v2 = evolve(PAYOUT, path="/v2/core/accounts")
    assert len({wire_key(NAME, request, 0) for request in (PAYOUT, elsewhere, v2)}) == 3


def test_parameters_are_not_part_of_the_name() -> None:
    """A changed amount under the same key has to meet Stripe's refusal, not become a second payment."""
    assert wire_key(NAME, PAYOUT, 0) == wire_key(NAME, PAYOUT.with_params(amount=2), 0)


def test_the_mark_joins_the_callers_metadata() -> None:
    request = named(NAME, PAYOUT.with_params(metadata={"order": "7"}), 0, version="v", marks=True)
    assert request.params["metadata"] == {"order": "7", "connectkit": mark(NAME, PAYOUT, 0)}
    assert (request.idempotency_key, request.version) == (wire_key(NAME, PAYOUT, 0), "v")
    assert "payout-1" not in str(request.params)


def test_an_endpoint_without_metadata_gets_no_mark() -> None:
    assert named(NAME, PAYOUT, 0, version="v", marks=False).params == PAYOUT.params
