from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectkit.simulator.forms import decode
from connectkit.simulator.refusals import Refusal
from connectkit.simulator.validation import read_params

TRANSFER = {"currency": "usd", "destination": "acct_1"}


def read(name: str, /, **sent: Any) -> dict[str, Any]:
    return read_params(name, sent, form=True)


def read_json(name: str, /, **sent: Any) -> dict[str, Any]:
    return read_params(f"v2.core.{name}", sent, form=False)


def refused(name: str, sent: dict[str, Any], *, form: bool = True) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_params(name, sent, form=form)
    assert caught.value.status == 400
    assert not caught.value.executed
    return caught.value


def test_gives_every_value_its_own_type() -> None:
    assert read("TransferCreateParams", **TRANSFER, amount="100", metadata={"order": "7"}, expand=["destination"]) == {
        **TRANSFER,
        "amount": 100,
        "metadata": {"order": "7"},
        "expand": ["destination"],
    }
    assert read("RefundCreateParams", reverse_transfer="true", refund_application_fee="false") == {
        "reverse_transfer": True,
        "refund_application_fee": False,
    }


def test_names_what_is_unknown() -> None:
    error = refused("TransferCreateParams", {**TRANSFER, "amuont": "1"})
    assert (error.message, error.code, error.param) == (
        "Received unknown parameter: amuont",
        "parameter_unknown",
        "amuont",
    )
    several = refused("AccountCreateParams", {"individual": {"a": "1", "b": "2"}})
    assert several.message == "Received unknown parameters: individual[a], individual[b]"


def test_the_sdks_own_options_are_no_parameters() -> None:
    assert refused("TransferCreateParams", {**TRANSFER, "stripe_account": "acct_1"}).code == "parameter_unknown"


def test_names_what_is_missing() -> None:
    error = refused("TransferCreateParams", {"currency": "usd"})
    assert (error.message, error.code, error.param) == (
        "Missing required param: destination.",
        "parameter_missing",
        "destination",
    )


def test_takes_nothing_where_an_endpoint_has_no_parameters() -> None:
    assert read_params("", {}, form=True) == {}
    assert refused("", {"a": "1"}).code == "parameter_unknown"


@pytest.mark.parametrize(
    ("name", "sent", "message", "param"),
    [
        ("TransferCreateParams", {**TRANSFER, "amount": "12.5"}, "Invalid integer: 12.5", "amount"),
        ("TransferCreateParams", {**TRANSFER, "amount": {"a": "1"}}, "Invalid integer: {...}", "amount"),
        ("TransferCreateParams", {**TRANSFER, "amount": ["1"]}, "Invalid integer: [...]", "amount"),
        ("TransferCreateParams", {**TRANSFER, "amount": ""}, "You passed an empty string for 'amount'", "amount"),
        ("TransferCreateParams", {**TRANSFER, "currency": ""}, "You passed an empty string", "currency"),
        ("TransferCreateParams", {**TRANSFER, "currency": ["usd"]}, "Invalid string: [...]", "currency"),
        ("TransferCreateParams", {**TRANSFER, "expand": "balance"}, "Invalid array", "expand"),
        ("TransferCreateParams", {**TRANSFER, "metadata": "x"}, "Invalid object", "metadata"),
        ("RefundCreateParams", {"reverse_transfer": "yes"}, "Invalid boolean: yes", "reverse_transfer"),
        ("RefundCreateParams", {"origin": "x"}, "Invalid origin: must be customer_balance", "origin"),
        ("AccountCreateParams", {"individual": "x"}, "Invalid object", "individual"),
        (
            "AccountCreateParams",
            {"individual": {"dob": {"day": "x", "month": "1", "year": "1901"}}},
            "Invalid integer: x",
            "individual[dob][day]",
        ),
        ("AccountCreateParams", {"individual": {"dob": {"day": "1"}}}, "Missing required", "individual[dob][month]"),
        ("PayoutListParams", {"created": {"gt": "x"}}, "Invalid integer: x", "created[gt]"),
        ("PayoutListParams", {"created": "x"}, "Invalid integer: x", "created"),
    ],
)
def test_refuses_wrong_types_in_stripes_words(name: str, sent: dict[str, Any], message: str, param: str) -> None:
    error = refused(name, sent)
    assert message in error.message
    assert error.param == param


def test_words_that_the_sdk_leaves_open_are_open() -> None:
    assert read("RefundCreateParams", reason="something_new") == {"reason": "something_new"}


def test_an_empty_value_unsets_where_stripe_allows_it() -> None:
    assert read("RefundCreateParams", metadata="") == {"metadata": ""}
    assert read("AccountUpdateParams", individual={"dob": ""}) == {"individual": {"dob": ""}}


def test_a_choice_of_shapes_is_made_by_what_was_sent() -> None:
    assert read("PayoutListParams", created="5") == {"created": 5}
    assert read("PayoutListParams", created={"gte": "5"}) == {"created": {"gte": 5}}
    assert read("AccountUpdateParams", external_account="btok_1") == {"external_account": "btok_1"}
    delays = {"settings": {"payouts": {"schedule": {"delay_days": "minimum"}}}}
    assert read("AccountUpdateParams", **delays) == delays


def test_one_of_few_words_is_asked_for() -> None:
    error = refused("v2.core.AccountCreateParams", {"dashboard": "big"}, form=False)
    assert error.message == "Invalid dashboard: must be one of express, full, or none"


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({str(number): "x" for number in range(51)}, "Metadata can have up to 50 keys, but you've set 51."),
        ({"k" * 41: "x"}, "up to 40 characters, but you passed in a key that is 41 characters. Invalid key: kkk"),
        ({"k": "v" * 501}, "up to 500 characters, but you passed in a value that is 501 characters. Invalid value: v"),
        ({"a[b": "v"}, "cannot contain square brackets"),
        ({"a]b": "v"}, "cannot contain square brackets"),
        ({"k": {"inner": "v"}}, "Invalid string: {...}"),
    ],
)
def test_metadata_keeps_within_stripes_limits(metadata: dict[str, Any], message: str) -> None:
    assert message in refused("TransferCreateParams", {**TRANSFER, "metadata": metadata}).message


def test_the_largest_metadata_passes() -> None:
    metadata = {f"{number:040}": "v" * 500 for number in range(50)}
    assert read("TransferCreateParams", **TRANSFER, metadata=metadata)["metadata"] == metadata


def test_json_has_types_of_its_own() -> None:
    sent = {
        "configuration": {"merchant": {"capabilities": {"card_payments": {"requested": True}}}},
        "identity": {"individual": {"date_of_birth": {"day": 1, "month": 1, "year": 1901}}},
        "metadata": {"gone": None},
    }
    assert read_json("AccountUpdateParams", **sent) == sent
    relationship = {"identity": {"individual": {"relationship": {"percent_ownership": "12.5"}}}}
    assert read_json("AccountUpdateParams", **relationship) == relationship


def test_json_takes_whole_numbers_as_strings_as_well() -> None:
    sent = {"identity": {"individual": {"date_of_birth": {"day": "1", "month": 2, "year": "1901"}}}}
    born = {"day": 1, "month": 2, "year": 1901}
    assert read_json("AccountUpdateParams", **sent) == {"identity": {"individual": {"date_of_birth": born}}}


def test_json_null_and_empty_are_values() -> None:
    assert read_json("AccountUpdateParams", display_name="", identity=None) == {"display_name": "", "identity": None}
    assert read_json("AccountUpdateParams", display_name=None) == {"display_name": None}


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (
            {"identity": {"individual": {"date_of_birth": {"day": "one", "month": 1, "year": 1}}}},
            "Invalid integer: one",
        ),
        ({"identity": {"individual": {"date_of_birth": {"day": True, "month": 1, "year": 1}}}}, "Invalid integer"),
        ({"identity": {"individual": {"relationship": {"percent_ownership": 12.5}}}}, "Invalid decimal: 12.5"),
        (
            {"configuration": {"merchant": {"capabilities": {"card_payments": {"requested": "true"}}}}},
            "Invalid boolean: true",
        ),
        ({"display_name": 7}, "Invalid string: 7"),
        ({"include": "identity"}, "Invalid array"),
    ],
)
def test_json_takes_no_types_of_forms(sent: dict[str, Any], message: str) -> None:
    assert message in refused("v2.core.AccountUpdateParams", sent, form=False).message


def test_free_names_lead_to_values_of_one_type() -> None:
    sent = {"defaults": {"payout_methods": {"usd": "ba_1"}}}
    assert read_json("AccountUpdateParams", **sent) == sent
    wrong = refused("v2.core.AccountUpdateParams", {"defaults": {"payout_methods": "x"}}, form=False)
    assert wrong.message == "Invalid object"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", {}),
        ("a=1&b=", {"a": "1", "b": ""}),
        ("a[b][c]=1&a[d]=2", {"a": {"b": {"c": "1"}, "d": "2"}}),
        ("a[0]=x&a[1]=y", {"a": ["x", "y"]}),
        ("a[10]=y&a[9]=x", {"a": ["x", "y"]}),
        ("a[]=x&a[]=y", {"a": ["x", "y"]}),
        ("a[0][b]=1&a[1][b]=2", {"a": [{"b": "1"}, {"b": "2"}]}),
        ("a%5Bb%5D=%26", {"a": {"b": "&"}}),
        ("a[x][0]=1", {"a": {"x": ["1"]}}),
    ],
)
def test_reads_form_notation(text: str, tree: dict[str, Any]) -> None:
    assert decode(text) == tree


@pytest.mark.parametrize("text", ["a[b=1", "[a]=1", "a]b[=1"])
def test_refuses_what_is_no_form_notation(text: str) -> None:
    with pytest.raises(Refusal, match="Invalid parameter name"):
        decode(text)


def test_refuses_a_value_that_is_a_hash_as_well() -> None:
    with pytest.raises(Refusal, match="Invalid hash"):
        decode("a=1&a[b]=2")


@given(st.text(), st.text())
def test_any_text_comes_through(name: str, value: str) -> None:
    if "[" not in name:
        assert decode(urlencode({name: value})) == {name: value}
