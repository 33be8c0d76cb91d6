"""The checker notices what it is there to notice, and knows every endpoint."""

from __future__ import annotations

from typing import Any

import pytest

from connectkit.calls.settling import ENDPOINTS

from .checker import complaints, params_type
from .endpoints import PARAMS, params_name

PAYOUT = {"amount": 100, "currency": "usd", "method": "instant", "metadata": {"connectkit": "a"}}


def wrong(name: str, params: Any) -> list[str]:
    return list(complaints(params, params_type(name)))


@pytest.mark.parametrize("name", sorted(set(PARAMS.values())))
def test_every_type_exists(name: str) -> None:
    assert params_type(name).__name__ == name.rpartition(".")[2]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: str(endpoint.template))
def test_every_endpoint_that_is_settled_is_checked(endpoint: Any) -> None:
    if endpoint.template != "/v1/accounts/:id/capabilities/:id":
        assert params_name("post", endpoint.template.replace(":id", "x"))


def test_an_endpoint_that_is_not_listed_fails() -> None:
    with pytest.raises(LookupError, match="/v1/quotes"):
        params_name("post", "/v1/quotes")


def test_good_parameters_pass() -> None:
    assert wrong("PayoutCreateParams", PAYOUT) == []
    assert wrong("PaymentIntentListParams", {"created": {"gte": 1}, "limit": 100}) == []


@pytest.mark.parametrize(
    ("params", "complaint"),
    [
        ({**PAYOUT, "colour": "red"}, ".colour is not known"),
        ({"amount": 100}, ".currency is missing"),
        ({**PAYOUT, "amount": "100"}, ".amount: '100' is no int"),
        ({**PAYOUT, "amount": True}, ".amount: True is no int"),
        ({**PAYOUT, "method": "tomorrow"}, ".method: 'tomorrow' is none of ('instant', 'standard')"),
        ({**PAYOUT, "metadata": {"a": 1}}, ".metadata[a]: 1 is no str"),
        ({**PAYOUT, "metadata": 7}, ".metadata: 7 is no mapping"),
        ({**PAYOUT, "expand": "all"}, ".expand: 'all' is no list"),
        ({**PAYOUT, "expand": [1]}, ".expand[0]: 1 is no str"),
        (7, ": 7 is no mapping"),
    ],
)
def test_bad_parameters_are_named(params: Any, complaint: str) -> None:
    assert complaint in wrong("PayoutCreateParams", params)
