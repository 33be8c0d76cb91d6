"""The watch over answers sees what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.contract import publish
from tests.contract.answers import answer_complaints
from tests.simulator.driver import Driver

from connectkit.simulator import Simulator
from connectkit.simulator.money import topups


def a_topup() -> dict[str, Any]:
    return Driver(Simulator()).made("/v1/topups", {"amount": 500, "currency": "usd"})


def test_a_true_answer_passes() -> None:
    assert list(answer_complaints({"object": "list", "data": [a_topup()]})) == []


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("amount", "500", "topup.amount is '500'"),
        ("amount", True, "topup.amount is True"),
        ("colour", "red", "topup.colour is unknown"),
        ("balance_transaction", 7, "topup.balance_transaction is 7"),
        ("object", "topup", ""),
    ],
)
def test_what_is_wrong_is_seen(name: str, value: object, complaint: str) -> None:
    assert list(answer_complaints(a_topup() | {name: value})) == ([complaint] if complaint else [])


def test_what_is_null_and_has_a_value_in_the_sample_is_seen() -> None:
    assert list(answer_complaints(a_topup() | {"amount": None})) == ["topup.amount is null", "topup.amount is None"]
    # the SDK calls it optional, and Stripe's samples have it
    assert list(answer_complaints(a_topup() | {"expected_availability_date": None})) == [
        "topup.expected_availability_date is null"
    ]
    assert list(answer_complaints(a_topup() | {"description": None, "failure_code": None})) == []


def test_what_is_missing_is_seen() -> None:
    topup = a_topup()
    del topup["failure_code"]
    assert list(answer_complaints({"data": {"object": topup}})) == ["topup.failure_code is missing"]


def test_a_simulator_that_goes_wrong_is_seen(answered: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def paint(held: dict[str, Any], _: object) -> None:
        held["colour"] = "red"

    monkeypatch.setattr(topups, "merge_metadata", paint)
    a_topup()
    assert answered == ["POST /v1/topups: topup.colour is unknown"]
    answered.clear()


def test_what_is_wrong_with_an_answer_of_api_v2_is_seen() -> None:
    driver = Driver(Simulator())
    account = driver.made("/v2/core/accounts", {"contact_email": "ana@example.com", "identity": {"country": "us"}})
    assert list(answer_complaints(account)) == []
    wrong = account | {"closed": "no", "colour": "red"}
    assert list(answer_complaints(wrong)) == ["v2.core.account.closed is 'no'", "v2.core.account.colour is unknown"]


def test_the_table_is_made_of_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "TABLE", tmp_path / "table.json")
    inner: dict[str, Any] = {"url": None, "links": {"object": "list", "data": []}, "empty": {}}
    samples: dict[str, Any] = {
        "resources": {"b": {"id": "b_1", "inner": inner}, "a.b": {}, "checkout.session": {"id": None}}
    }
    file = tmp_path / "samples.json"
    file.write_text(json.dumps(samples))
    assert publish.main([str(file)]) == 0
    assert json.loads((tmp_path / "table.json").read_text())["resources"] == {
        "b": {"id": False, "inner": {"empty": False, "links": False, "url": True}},
        "checkout.session": {"id": True},
    }
    assert publish.main([]) == 2
