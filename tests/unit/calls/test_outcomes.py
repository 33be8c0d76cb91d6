"""The table of outcomes, row by row."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectkit.calls.outcomes import Meaning, Sent, Silence, Verdict, error_of, judge
from connectkit.requests import Request, Response

V1 = Request("post", "/v1/payouts")
V2 = Request("post", "/v2/core/accounts")
REMEMBERED = {"stripe-should-retry": "false"}


def answer(status: int, headers: Mapping[str, str] | None = None, **error: object) -> Response:
    return Response(status, headers or {}, {"error": error})


@pytest.mark.parametrize(
    ("given_answer", "first", "repeated", "spent"),
    [
        (Response(200, {}, {"id": "po_1"}), Meaning.DONE, Meaning.DONE, False),
        (answer(402), Meaning.REFUSED, Meaning.REFUSED, True),
        (answer(400, REMEMBERED), Meaning.REFUSED, Meaning.REFUSED, True),
        (answer(400, {"idempotent-replayed": "true"}), Meaning.REFUSED, Meaning.REFUSED, True),
        (answer(400), Meaning.REFUSED, Meaning.SILENT, False),
        (answer(401), Meaning.REFUSED, Meaning.SILENT, False),
        (answer(403), Meaning.REFUSED, Meaning.SILENT, False),
        (answer(404), Meaning.REFUSED, Meaning.SILENT, False),
        (answer(400, type="idempotency_error"), Meaning.CONTRADICTED, Meaning.CONTRADICTED, False),
        (answer(409), Meaning.BUSY, Meaning.BUSY, False),
        (answer(429, code="lock_timeout"), Meaning.LOCKED, Meaning.LOCKED, False),
        (answer(429), Meaning.THROTTLED, Meaning.THROTTLED, False),
        (answer(400, code="rate_limit"), Meaning.THROTTLED, Meaning.THROTTLED, False),
        (answer(500, REMEMBERED), Meaning.STUCK, Meaning.STUCK, False),
        (answer(500), Meaning.UNKNOWN, Meaning.UNKNOWN, False),
        (answer(424), Meaning.UNKNOWN, Meaning.UNKNOWN, False),
        (answer(302), Meaning.UNKNOWN, Meaning.UNKNOWN, False),
        (Silence("timeout", sent=True), Meaning.UNKNOWN, Meaning.UNKNOWN, False),
        (Silence("no connection", sent=False), Meaning.UNSENT, Meaning.UNSENT, False),
    ],
)
def test_the_table_for_v1(given_answer: Response | Silence, first: Meaning, repeated: Meaning, *, spent: bool) -> None:
    assert judge(V1, given_answer, repetition=False) == Verdict(first, spent)
    assert judge(V1, given_answer, repetition=True).meaning is repeated


def test_v2_remembers_no_failure() -> None:
    assert judge(V2, answer(400, REMEMBERED), repetition=False) == Verdict(Meaning.REFUSED)
    assert judge(V2, answer(400, REMEMBERED), repetition=True) == Verdict(Meaning.SILENT)
    assert judge(V2, answer(500, REMEMBERED), repetition=True) == Verdict(Meaning.UNKNOWN)


@given(status=st.integers(300, 599), repetition=st.booleans(), code=st.text(max_size=8))
def test_no_failure_ever_counts_as_done(status: int, code: str, *, repetition: bool) -> None:
    assert judge(V1, answer(status, code=code), repetition=repetition).meaning is not Meaning.DONE


@given(status=st.integers(300, 599))
def test_a_repetition_is_refused_only_where_stripe_remembers(status: int) -> None:
    verdict = judge(V1, answer(status), repetition=True)
    assert verdict.meaning is not Meaning.REFUSED or verdict.spent


@pytest.mark.parametrize("data", [{}, {"error": ["a list"]}, {"error": None}])
def test_an_answer_without_an_error_object_has_an_empty_one(data: dict[str, object]) -> None:
    assert error_of(Response(500, {}, data)) == {}


def test_an_error_of_oauth_is_spread_over_two_members() -> None:
    told = {"error": "invalid_grant", "error_description": "This code was used."}
    assert error_of(Response(400, {}, told)) == {"code": "invalid_grant", "message": "This code was used."}


def test_a_send_knows_its_request_id() -> None:
    assert Sent(Response(200, {"request-id": "req_1"}, {}), Verdict(Meaning.DONE)).request_id == "req_1"
    assert Sent(Silence("timeout", sent=True), Verdict(Meaning.UNKNOWN)).request_id == ""
