"""One HTTP call as data."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectkit.errors import InvalidRequest
from connectkit.requests import Request, Response, checked_id, checked_key, compact, fingerprint


@given(key=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=255))
def test_printable_keys_pass_as_they_are(key: str) -> None:
    assert checked_key(key) == key


@given(key=st.text(max_size=300).filter(lambda key: not (key.isascii() and key.isprintable() and 0 < len(key) < 256)))
def test_other_keys_are_refused(key: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        checked_key(key)
    assert caught.value.param == "key"


@pytest.mark.parametrize("value", ["", "acct_1/../x", "acct_1\r\nStripe-Account: acct_2", "é", "a" * 256, None, 7])
def test_what_is_no_id_is_refused(value: Any) -> None:
    with pytest.raises(InvalidRequest, match="account is not an id of Stripe's") as caught:
        checked_id(value, "account", "acct_")
    assert caught.value.param == "account"


def test_an_id_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(InvalidRequest, match=r"account has to be an id that begins with acct_; this is 'po_1'"):
        checked_id("po_1", "account", "acct_")


def test_a_secret_passed_by_mistake_is_not_repeated() -> None:
    with pytest.raises(InvalidRequest) as caught:
        checked_id("sk_live_51HeaUVLYmSecret", "account", "acct_")
    assert "Secret" not in str(caught.value)


def test_an_id_of_any_kind_passes_where_none_is_asked_for() -> None:
    assert checked_id("anything_1", "id") == "anything_1"
    assert checked_id("re_1", "id", "re_", "pyr_") == "re_1"


@pytest.mark.parametrize(
    "path", ["", "/v3/x", "v1/payouts", "/v1/../v2", "/v1//x", "/v1/a?b=c", "https://evil.example/v1/x"]
)
def test_a_path_outside_the_api_is_refused(path: str) -> None:
    with pytest.raises(InvalidRequest, match="is not a path"):
        Request("get", path)


def test_which_api_is_told_by_the_path() -> None:
    assert Request("get", "/v1/payouts").api == "v1"
    assert Request("get", "/v2/core/accounts").api == "v2"


def test_a_request_is_written_down_and_read_again() -> None:
    request = Request("post", "/v1/payouts", {"amount": 1, "metadata": {"a": "b"}}, "acct_1", "v", "ck1_a")
    assert Request.of(json.loads(compact(request.document()))) == request
    assert request.with_params(amount=2).params == {"amount": 2, "metadata": {"a": "b"}}


def test_an_answer_knows_its_request_id() -> None:
    assert Response(200, {"request-id": "req_1"}, {}).request_id == "req_1"
    assert Response(401, {}, {}).request_id == ""


def test_the_fingerprint_is_over_what_was_asked() -> None:
    asked = fingerprint("payouts.create", {"amount": "1 usd", "method": "instant"}, "acct_1")
    assert asked == fingerprint("payouts.create", {"method": "instant", "amount": "1 usd"}, "acct_1")
    others = {
        fingerprint("topups.create", {"amount": "1 usd", "method": "instant"}, "acct_1"),
        fingerprint("payouts.create", {"amount": "2 usd", "method": "instant"}, "acct_1"),
        fingerprint("payouts.create", {"amount": "1 usd", "method": "instant"}, "acct_2"),
        fingerprint("payouts.create", {"amount": "1 usd", "method": "instant"}, None),
    }
    assert len(others | {asked}) == 5
