"""`connectkit parity`, shown by two simulators, one of which was spoilt."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from connectkit.cli import main
from connectkit.cli.parity.journeys import JOURNEYS
from connectkit.simulator import Simulator
from connectkit.simulator.server import Server

Answered = tuple[int, dict[str, str], bytes]
Told = dict[str, Any]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_API_KEY", "sk_test_there")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    status = main(["parity", *arguments])
    return status, capsys.readouterr().out.splitlines()


def spoilt(method: str, path: str, answer: Answered) -> Answered:
    """Plant ten differences."""
    status, headers, body = answer
    told: dict[str, Any] = json.loads(body)
    match method, path.partition("?")[0], status:
        case "POST", "/v1/accounts", 200:
            del told["settings"]["branding"]["icon"]  # 1: a member less
            told["country"] = None  # 2: null where there is a string
        case "GET", "/v1/balance", 200:
            told["surprise"] = True  # 3: a member more
        case "POST", "/v1/refunds", 200:
            told["status"] = "pending"  # 4: another outcome
        case "POST", "/v1/transfers", 400 if "destination" not in told["error"].get("param", ""):
            told["error"]["code"] = "parameter_missing"  # 5: another code
        case "GET", "/v1/charges/ch_nothing", 404:
            status = 400  # 6: another status
        case "POST", "/v1/topups", 400:
            told["error"]["param"] = "amount"  # 7: another parameter
        case "GET", "/v1/events", 200:
            told["data"] = [event for event in told["data"] if event["type"] != "transfer.created"]  # 8: an event less
        case "GET", "/v1/balance_transactions", 200:
            for row in told["data"]:
                row["fee"] += 1 if row["type"] == "charge" else 0  # 9: another fee
        case _:
            pass
    headers = {name: value for name, value in headers.items() if name != "Idempotent-Replayed"}  # 10: no replay
    return status, headers, json.dumps(told).encode()


def test_two_simulators_are_alike(capsys: pytest.CaptureFixture[str]) -> None:
    with Simulator(seed=7).serve() as other:
        assert run(capsys, "--base-url", other.url, "--patience", "0") == (0, [])


def serve(spoil: Callable[[str, str, Answered], Answered]) -> Server:
    simulator = Simulator(seed=7)

    def handle(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answered:
        return spoil(method, path, simulator.handle(method, path, headers, body))

    return Server(handle, 0)


def test_ten_planted_differences_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    with serve(spoilt) as other:
        status, lines = run(capsys, "--base-url", other.url, "--patience", "0", "--json")
    with serve(spoilt) as other:
        plain = run(capsys, "--base-url", other.url, "--patience", "0")[1]
    found = {(one["step"], one["what"]) for one in map(json.loads, lines)}
    assert status == 1
    assert len(plain) == len(lines)
    assert "GET /v1/charges/ch_nothing: HTTP status is 404 here and 400 there" in " ".join(plain)
    assert found >= {
        ("POST /v1/accounts", "settings.branding.icon"),
        ("POST /v1/accounts", "country"),
        ("GET /v1/balance", "surprise"),
        ("POST /v1/refunds", "status"),
        ("POST /v1/transfers", "error.code"),
        ("GET /v1/charges/ch_nothing", "HTTP status"),
        ("POST /v1/topups", "error.param"),
        ("the platform's events", "transfer.created"),
        ("POST /v1/payment_intents", "header idempotent-replayed"),
    }
    assert any(step == "the platform's rows" and what.startswith("charge usd 10000 321") for step, what in found)


def put(*way: str | int, value: Any) -> Callable[[Told], object]:
    """Put something else at a place of an answer."""

    def plant(told: Any) -> None:
        for step in way[:-1]:
            told = told[step]
        told[way[-1]] = value

    return plant


PLANTS: dict[str, tuple[str, Callable[[Told], object], str, str]] = {
    "a seller": (
        "POST /v1/account_sessions",
        put("components", "account_onboarding", "enabled", value=None),
        "POST /v1/account_sessions",
        "components.account_onboarding.enabled",
    ),
    "a company and its people": (
        "GET /v1/accounts/acct_[^/]+/persons",
        lambda told: told["data"].pop(),
        "GET /v1/accounts/{seller}/persons",
        "data",
    ),
    "a seller who fails": (
        "GET /v1/accounts/acct_[^/]+",
        put("requirements", "disabled_reason", value="listed"),
        "GET /v1/accounts/{seller}",
        "requirements.disabled_reason",
    ),
    "a seller on Stripe's form": (
        "POST /v1/account_links",
        lambda told: told.pop("url", None),
        "POST /v1/account_links",
        "url",
    ),
    "a merchant of API v2": (
        "GET /v2/core/accounts/.*",
        put("identity", "entity_type", value=None),
        "GET /v2/core/accounts/{seller}",
        "identity.entity_type",
    ),
    "a recipient of API v2": (
        "POST /v2/core/account_links",
        put("object", value="account_link"),
        "POST /v2/core/account_links",
        "object",
    ),
    "bank accounts": (
        "POST /v1/accounts/acct_[^/]+/external_accounts/.*",
        put("default_for_currency", value="yes"),
        "POST /v1/accounts/{seller}/external_accounts/{bank}",
        "default_for_currency",
    ),
    "an account that ends": (
        "DELETE /v1/accounts/.*",
        put("deleted", value=False),
        "DELETE /v1/accounts/{seller}",
        "deleted",
    ),
    "a destination charge": (
        "GET /v1/transfers",
        put("data", 0, "amount_reversed", value=1),
        "GET /v1/transfers",
        "data[0].amount_reversed",
    ),
    "a direct charge": (
        "POST /v1/application_fees/.*",
        put("id", value="xx_01234567890123456789"),
        "POST /v1/application_fees/{fee}/refunds",
        "id",
    ),
    "separate charges and transfers": (
        "POST /v1/transfers/.*/reversals",
        lambda told: told.get("error", {}).pop("param", None),
        "POST /v1/transfers/{transfer}/reversals",
        "error.param",
    ),
    "an account debit": ("POST /v1/charges", put("paid", value=False), "POST /v1/charges", "paid"),
    "authorized, and captured later": (
        "POST /v1/payment_intents/.*/cancel",
        put("cancellation_reason", value=7),
        "POST /v1/payment_intents/{intent}/cancel",
        "cancellation_reason",
    ),
    "a buyer who is asked by her bank": (
        "POST /v1/payment_intents",
        put("next_action", "type", value="use_stripe_sdk"),
        "POST /v1/payment_intents",
        "next_action.type",
    ),
    "refunds": (
        "GET /v1/balance_transactions",
        lambda told: [row.update(type="reversal") for row in told["data"]],
        "the platform's rows",
        "reversal usd -2000 0 -2000 refund",
    ),
    "refunds that take their time": ("POST /v1/refunds", put("status", value="failed"), "POST /v1/refunds", "status"),
    "a dispute that is won": (
        "GET /v1/disputes/du_.*",
        put("status", value="lost"),
        "GET /v1/disputes/{dispute}",
        "status",
    ),
    "a dispute that is accepted": (
        "GET /v1/events",
        lambda told: told["data"].pop(0),
        "the platform's events",
        "charge.dispute.closed",
    ),
    "a warning of fraud": (
        "GET /v1/radar/early_fraud_warnings",
        put("data", value=[]),
        "GET /v1/radar/early_fraud_warnings",
        "data",
    ),
    "payouts": (
        "GET /v1/payouts/.*",
        put("balance_transaction", value="txn_012345678901234567"),
        "GET /v1/payouts/{payout}",
        "balance_transaction",
    ),
    "payout schedules": (
        "POST /v1/balance_settings",
        put("payments", "payouts", "schedule", "interval", value="daily"),
        "POST /v1/balance_settings",
        "payments.payouts.schedule.interval",
    ),
    "top-ups": ("GET /v1/topups/.*", put("status", value="succeeded"), "GET /v1/topups/{topup}", "status"),
    "customers and payment methods": (
        "POST /v1/payment_methods/pm_card_chargeDeclined/attach",
        lambda told: told["error"].pop("decline_code"),
        "POST /v1/payment_methods/pm_card_chargeDeclined/attach",
        "error.decline_code",
    ),
    "a card that is set up": (
        "GET /v1/setup_intents/.*",
        put("latest_attempt", value=1),
        "GET /v1/setup_intents/{setup}",
        "latest_attempt",
    ),
    "Checkout": (
        "GET /v1/checkout/sessions/[^/]+/line_items",
        put("data", 0, "quantity", value=1),
        "GET /v1/checkout/sessions/{session}/line_items",
        "data[0].quantity",
    ),
    "payment links": (
        "POST /v1/payment_links/.*",
        put("active", value=True),
        "POST /v1/payment_links/{link}",
        "active",
    ),
    "a subscription": (
        "GET /v1/invoices",
        put("data", 0, "amount_paid", value=0),
        "GET /v1/invoices",
        "data[0].amount_paid",
    ),
    "pages of a list": ("GET /v1/customers", put("has_more", value=False), "GET /v1/customers", "has_more"),
    "what is expanded": (
        "GET /v1/charges",
        put("data", 0, "balance_transaction", value="txn_012345678901234567"),
        "GET /v1/charges",
        "data[0].balance_transaction",
    ),
    "webhooks and events": (
        "GET /v1/events/.*",
        put("data", "previous_attributes", value=None),
        "GET /v1/events/{event}",
        "data.previous_attributes",
    ),
    "what is refused": (
        "POST /v1/topups",
        put("error", "type", value="api_error"),
        "POST /v1/topups",
        "error.type",
    ),
    "a key that is used again": (
        "POST /v1/customers",
        put("error", "type", value="invalid_request_error"),
        "POST /v1/customers",
        "error.type",
    ),
}
"""A difference for each journey: where it is planted, how, and in which step and member it has to be found."""


def test_every_journey_has_a_plant() -> None:
    assert PLANTS.keys() == JOURNEYS.keys()


@pytest.mark.parametrize("journey", PLANTS)
def test_a_journey_finds_what_is_planted_on_its_way(capsys: pytest.CaptureFixture[str], journey: str) -> None:
    where, plant, step, what = PLANTS[journey]

    def spoil(method: str, path: str, answer: Answered) -> Answered:
        status, headers, body = answer
        told: Told = json.loads(body)
        if re.fullmatch(where, f"{method} {path.partition('?')[0]}") and "limit=1&" not in f"{path}&":
            plant(told)
        return status, headers, json.dumps(told).encode()

    with serve(spoil) as other:
        status, lines = run(capsys, "--base-url", other.url, "--journey", journey, "--patience", "0", "--json")
    found = [json.loads(line) for line in lines]
    assert status == 1
    assert {one["journey"] for one in found} == {journey}
    assert (step, what) in {(one["step"], one["what"]) for one in found}


@pytest.mark.parametrize(("patience", "differences"), [("60", 0), ("0", 1)])
def test_what_takes_its_time_is_waited_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, patience: str, differences: int
) -> None:
    monkeypatch.setattr("connectkit.cli.parity.sides._PAUSE", 0)
    early = ["pending"]

    def spoil(method: str, path: str, answer: Answered) -> Answered:
        status, headers, body = answer
        told: Told = json.loads(body)
        if method == "GET" and path.startswith("/v1/accounts/acct_") and early:
            told["capabilities"]["transfers"] = early.pop()
        return status, headers, json.dumps(told).encode()

    with serve(spoil) as other:
        _, lines = run(capsys, "--base-url", other.url, "--journey", "a destination charge", "--patience", patience)
    assert len(lines) == differences


@pytest.mark.parametrize("key", ["", "sk_live_1"])
def test_a_key_that_moves_real_money_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("STRIPE_API_KEY", key)
    assert main(["parity"]) == 2
    assert "holds no test key" in capsys.readouterr().err


def test_a_key_that_is_not_taken_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator(livemode=True).serve() as other:
        assert main(["parity", "--base-url", other.url]) == 2
    assert "does not take the key: Invalid API Key provided" in capsys.readouterr().err


def test_an_address_that_does_not_answer_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with Simulator().serve() as other:
        address = other.url
    assert main(["parity", "--base-url", address]) == 2
    assert f"{address} gives no answer" in capsys.readouterr().err
