"""What the journal keeps of a request and of an answer."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from connectkit.calls.frozen import Frozen, differing, projected, revealed, sealed
from connectkit.errors import InvalidRequest
from connectkit.requests import Request

PERSONAL = ("contact_email", "identity.individual", "absent", "identity.absent.deeper")
PARAMS = {"contact_email": "ana@example.com", "identity": {"country": "us", "individual": {"given_name": "Ana"}}}
REQUEST = Request("post", "/v2/core/accounts", PARAMS, version="2026-10-28.endive", idempotency_key="ck1_a")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(params=st.dictionaries(st.text(max_size=5), json_values, max_size=4))
def test_a_frozen_request_is_read_as_it_was_written(params: dict[str, object]) -> None:
    frozen = Frozen(evolve(REQUEST, params=params), ("id", "status"))
    assert Frozen.loads(frozen.dumps()) == frozen


def test_nothing_personal_is_kept() -> None:
    text = Frozen(sealed(REQUEST, PERSONAL), ("id",)).dumps()
    assert "ana@example.com" not in text
    assert "Ana" not in text
    assert '"us"' in text


def test_the_same_values_fill_the_seals() -> None:
    stored = Frozen.loads(Frozen(sealed(REQUEST, PERSONAL), ()).dumps()).request
    assert revealed(stored, PARAMS) == REQUEST


def test_without_the_values_the_seals_stay_shut() -> None:
    stored = sealed(REQUEST, PERSONAL)
    assert revealed(stored, {}) is None
    assert revealed(stored, {"contact_email": "ana@example.com", "identity": {}}) is None
    assert revealed(Request("post", "/v1/payouts", {"amount": 1}), {}) == Request("post", "/v1/payouts", {"amount": 1})


def test_other_values_are_refused_without_being_told() -> None:
    with pytest.raises(InvalidRequest, match=r"^contact_email is not what it was") as caught:
        revealed(sealed(REQUEST, PERSONAL), {**PARAMS, "contact_email": "eve@example.com"})
    assert "example.com" not in str(caught.value)


def test_the_callers_own_parameters_stay_as_they_were() -> None:
    sealed(REQUEST, PERSONAL)
    assert PARAMS["contact_email"] == "ana@example.com"
    assert REQUEST.params == PARAMS


def test_an_answer_is_kept_in_part_and_without_secrets() -> None:
    data = {
        "id": "pi_1",
        "client_secret": "pi_1_secret_x",
        "receipt_email": "ana@example.com",
        "next_action": {"client_secret": "s", "list": [{"client_secret": "s", "type": "a"}]},
    }
    kept = projected(data, ("id", "next_action", "missing"))
    assert kept == {"id": "pi_1", "next_action": {"list": [{"type": "a"}]}}


def test_an_answer_is_kept_by_path() -> None:
    data = {"id": "acct_1", "identity": {"country": "us", "individual": {"given_name": "Ana"}}, "defaults": None}
    kept = projected(data, ("id", "identity.country", "identity.missing", "defaults.currency"))
    assert kept == {"id": "acct_1", "identity": {"country": "us"}}


def test_what_differs_is_named_by_path() -> None:
    other = Request("post", "/v2/core/accounts", {"identity": {"country": "de"}, "extra": 1}, account="acct_1")
    assert differing(REQUEST, other) == ("account", "contact_email", "extra", "identity.country", "identity.individual")
    assert differing(REQUEST, REQUEST) == ()


def test_a_request_of_a_newer_connectkit_is_refused() -> None:
    text = Frozen(REQUEST, ()).dumps().replace('"encoder":1', '"encoder":2')
    with pytest.raises(InvalidRequest, match="newer connectkit"):
        Frozen.loads(text)
