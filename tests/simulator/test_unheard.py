"""A parameter of Stripe's is heard by the simulator, or answered 501 by name: none is passed over in silence."""

from __future__ import annotations

import inspect
import re
import sys
import types
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import pytest
from tests.simulator.driver import Driver
from tests.simulator.till import Till

from connectkit.simulator import Simulator
from connectkit.simulator.routing import Route
from connectkit.simulator.topics import TOPICS
from connectkit.simulator.validation import described

KERNEL: Final = frozenset(
    (
        *("answers", "calls", "clock", "control", "engine", "ids", "ledger", "lists", "page", "readers", "refusals"),
        *("routing", "services", "shapes", "state", "tables", "topics", "validation"),
    )
)
"""Modules that know of no topic."""

GENERAL: Final = frozenset({"created", "ending_before", "expand", "include", "limit", "page", "starting_after"})
"""What is heard for every endpoint in one place."""

WHOLE: Final = frozenset(
    (
        *("POST /v1/subscriptions", "POST /v1/subscriptions/:id", "DELETE /v1/subscriptions/:id"),
        *("POST /v1/invoices/:id/pay", "POST /v1/payment_methods"),
    )
)
"""Endpoints that answer 501 to whatever they do not know."""

UNHEARD: Final[Mapping[str, str]] = {
    "grant_type": "there is one kind of grant, and without its code nothing is granted",
    "radar_options": "the session of a browser, which changes how risky Stripe finds it and nothing else",
    **dict.fromkeys(
        ("first_name_kana", "first_name_kanji", "last_name_kana", "last_name_kanji"), "heard by how they end"
    ),
}
"""Parameters that no code names, with the reason."""

ROUTES: Final = [route for topic in TOPICS for route in topic.routes if route.params]


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


@cache
def words(module: str) -> frozenset[str]:
    """Give every word that a module and those below it name."""
    reached, ahead = {module}, [module]
    found: set[str] = set()
    while ahead:
        here = sys.modules[ahead.pop()]
        found.update(re.findall(r'["\']([a-z_0-9]+)["\']', inspect.getsource(here)))
        for thing in vars(here).values():
            other = thing.__name__ if isinstance(thing, types.ModuleType) else getattr(thing, "__module__", None)
            if isinstance(other, str) and other.startswith("connectkit.simulator.") and other not in reached:
                reached.add(other)
                ahead += [other] if other.rpartition(".")[2] not in KERNEL else []
    return frozenset(found)


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_every_parameter_is_heard_or_said_not_to_be(route: Route) -> None:
    known = described(route.params)
    assert route.apart <= known
    if name_of(route) not in WHOLE:
        assert known - GENERAL - route.apart - UNHEARD.keys() <= words(route.answer.__module__)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/v1/payment_intents", {"amount": 500, "currency": "usd", "statement_descriptor": "LAMPS"}),
        ("/v1/setup_intents", {"usage": "on_session", "single_use": {"amount": 500, "currency": "usd"}}),
        ("/v1/topups", {"amount": 500, "currency": "usd", "payment_method": "pm_1"}),
        ("/v1/products", {"name": "Chair", "tax_details": {"tax_code": "txcd_1"}}),
        ("/v1/customers", {"validate": True}),
    ],
)
def test_what_is_not_heard_is_named(driver: Driver, path: str, params: dict[str, Any]) -> None:
    reply = driver.post(path, params, key="k")
    name = list(params)[-1]
    assert (reply.status, reply.error["param"]) == (501, name)
    assert f"the parameter {name} of POST {path}" in reply.error["message"]
    assert "Idempotent-Replayed" not in driver.post(path, params, key="k").headers


def test_a_filter_is_heard(driver: Driver, simulator: Simulator) -> None:
    for amount in (500, 700, 900):
        driver.made("/v1/topups", {"amount": amount, "currency": "usd"})

    def found(**asked: Any) -> list[int]:
        return [topup["amount"] for topup in driver.get("/v1/topups", asked).body["data"]]

    assert found(amount=700) == [700]
    assert found(amount={"gte": 700}) == [900, 700]
    assert found(amount={"gt": 500, "lt": 900}) == [700]
    assert found(amount={"lte": 500}) == [500]
    till = Till(simulator)
    till.pay(5000, payment_method="pm_card_bypassPending")
    payout = driver.made("/v1/payouts", {"amount": 1000, "currency": "usd"})
    listed = driver.get("/v1/payouts", {"arrival_date": {"gt": payout["arrival_date"]}}).body["data"]
    assert listed == []
    assert driver.get("/v1/payouts", {"arrival_date": payout["arrival_date"]}).body["data"] == [payout]


def test_what_is_told_on_confirming_is_kept(driver: Driver) -> None:
    customer = driver.made("/v1/customers")["id"]
    intent = driver.made("/v1/payment_intents", {"amount": 500, "currency": "usd", "customer": customer})
    told = {"capture_method": "manual", "receipt_email": "ana@example.com", "setup_future_usage": "off_session"}
    options = {"payment_method_options": {"card": {"request_three_d_secure": "automatic"}}}
    path = f"/v1/payment_intents/{intent['id']}"
    done = driver.made(f"{path}/confirm", {"payment_method": "pm_card_visa", **told, **options})
    assert (done["status"], done["payment_method_options"]) == ("requires_capture", options["payment_method_options"])
    assert {name: done[name] for name in told} == told
    captured = driver.made(f"{path}/capture", {"metadata": {"a": "b"}, "statement_descriptor_suffix": "CHAIR"})
    assert (captured["metadata"], captured["statement_descriptor_suffix"]) == ({"a": "b"}, "CHAIR")
    charge = driver.get(f"/v1/charges/{captured['latest_charge']}").body
    assert charge["calculated_statement_descriptor"].endswith("* CHAIR")


def test_a_payment_intent_is_changed_in_how_it_is_paid(driver: Driver) -> None:
    intent = driver.made("/v1/payment_intents", {"amount": 500, "currency": "usd"})
    iban = {"type": "sepa_debit", "sepa_debit": {"iban": "AT321904300235473204"}}
    told = {"capture_method": "automatic", "payment_method_data": {**iban, "billing_details": {"name": "Ana"}}}
    changed = driver.made(f"/v1/payment_intents/{intent['id']}", told)
    assert (changed["capture_method"], changed["status"]) == ("automatic", "requires_confirmation")
    assert changed["payment_method"].startswith("pm_")


def test_people_and_debit_cards_keep_what_is_told_of_them(driver: Driver) -> None:
    account = driver.seller()["id"]
    told = {"additional_tos_acceptances": {"account": {"ip": "127.0.0.1"}}, "id_number_secondary": "1234"}
    seat = {"registered_address": {"city": "Boston", "country": "US"}}
    person = driver.made(f"/v1/accounts/{account}/persons", {"first_name": "Ana", **told, **seat})
    assert person["additional_tos_acceptances"]["account"]["ip"] == "127.0.0.1"
    assert (person["registered_address"]["city"], person["id_number_secondary_provided"]) == ("Boston", True)
    path = f"/v1/accounts/{account}/external_accounts"
    card = driver.made(path, {"external_account": "tok_visa_debit_us_transferSuccess"})["id"]
    changed = driver.made(
        f"{path}/{card}", {"exp_month": "7", "exp_year": "2031", "name": "Ana", "address_city": "Rome"}
    )
    assert {name: changed[name] for name in ("exp_month", "exp_year", "name", "address_city")} == {
        "exp_month": 7,
        "exp_year": 2031,
        "name": "Ana",
        "address_city": "Rome",
    }
