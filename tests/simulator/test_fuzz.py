"""Whatever passes validation gets an answer of Stripe's, never a defect, and a refusal changes nothing.

Parameters are drawn from the SDK's own types.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.simulator.driver import Driver

from connectkit.simulator import Simulator
from connectkit.simulator.readers import AnyOf, Boolean, Decimal, Integer, ListOf, MapOf, Metadata, OneOf, Reader
from connectkit.simulator.validation import Hash, _described

WORDS = st.text("ab1-./:@é", min_size=1, max_size=8)
DEEP = 5

V1 = {
    "/v1/accounts": "AccountCreateParams",
    "/v1/accounts/{seller}": "AccountUpdateParams",
    "/v1/accounts/{express}": "AccountUpdateParams",
    "/v1/accounts/{seller}/external_accounts": "AccountExternalAccountCreateParams",
    "/v1/accounts/{seller}/persons": "AccountPersonCreateParams",
    "/v1/account_links": "AccountLinkCreateParams",
    "/v1/account_sessions": "AccountSessionCreateParams",
    "/v1/checkout/sessions": "checkout.SessionCreateParams",
    "/v1/customers": "CustomerCreateParams",
    "/v1/files": "FileCreateParams",
    "/v1/payment_intents": "PaymentIntentCreateParams",
    "/v1/payment_links": "PaymentLinkCreateParams",
    "/v1/payment_methods": "PaymentMethodCreateParams",
    "/v1/prices": "PriceCreateParams",
    "/v1/products": "ProductCreateParams",
    "/v1/setup_intents": "SetupIntentCreateParams",
    "/v1/tokens": "TokenCreateParams",
    "/v1/webhook_endpoints": "WebhookEndpointCreateParams",
}
V2 = {
    "/v2/core/accounts": "v2.core.AccountCreateParams",
    "/v2/core/accounts/{seller}": "v2.core.AccountUpdateParams",
    "/v2/core/accounts/{seller}/persons": "v2.core.accounts.PersonCreateParams",
    "/v2/core/account_links": "v2.core.AccountLinkCreateParams",
    "/v2/core/event_destinations": "v2.core.EventDestinationCreateParams",
}


def values(reader: Reader, depth: int = 0) -> st.SearchStrategy[Any]:
    if isinstance(reader, AnyOf):
        return st.one_of([values(inner, depth) for inner in reader.readers])
    if isinstance(reader, Hash):
        return hashes(reader, depth)
    if isinstance(reader, ListOf):
        return st.lists(values(reader.item, depth + 1), max_size=2)
    if isinstance(reader, MapOf):
        return st.dictionaries(st.sampled_from(["usd", "eur"]), values(reader.item, depth + 1), max_size=2)
    if isinstance(reader, OneOf):
        return st.sampled_from(reader.words)
    return leaf(reader)


def leaf(reader: Reader) -> st.SearchStrategy[Any]:
    if isinstance(reader, Metadata):
        return st.dictionaries(st.sampled_from(["a", "b"]), WORDS, max_size=2)
    if isinstance(reader, Integer):
        return st.integers(-1, 2100)
    if isinstance(reader, Boolean):
        return st.booleans()
    return st.just("12.5") if isinstance(reader, Decimal) else WORDS


@st.composite
def hashes(draw: st.DrawFn, reader: Hash, depth: int) -> dict[str, Any]:
    """Draw a few members: all at once would be hundreds."""
    fields = reader._fields or reader._compile()
    others = sorted(fields.keys() - reader._required)
    few = st.lists(st.sampled_from(others), unique=True, max_size=4) if others and depth < DEEP else st.just([])
    return {key: draw(values(fields[key], depth + 1)) for key in [*sorted(reader._required), *draw(few)]}


def drawn(name: str) -> st.SearchStrategy[dict[str, Any]]:
    return values(_described(name, form=not name.startswith("v2.")))


def everything(driver: Driver, *accounts: str) -> list[Any]:
    found = [driver.get("/v1/events?limit=100", account=account).body["data"] for account in accounts]
    return [driver.get("/v1/accounts").body["data"], driver.get("/v2/core/events").body["data"], found]


@pytest.mark.parametrize(("path", "name"), [*V1.items(), *V2.items()])
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_nothing_that_validates_is_a_defect(path: str, name: str, data: st.DataObject) -> None:
    simulator = Simulator(start=1_800_000_000, check_always=True)
    driver = Driver(simulator)
    seller, express = driver.seller()["id"], driver.made("/v1/accounts", {"type": "express"})["id"]
    params = data.draw(drawn(name))
    params.pop("expand", None)  # what cannot be expanded is found after the deed
    if "account" in params:
        params["account"] = seller
    before = everything(driver, seller, express)
    reply = driver.post(path.format(seller=seller, express=express), params)
    assert reply.status in (200, 400, 402, 403, 501)  # the last where it says that it does not simulate it
    if reply.status != 200:
        assert everything(driver, seller, express) == before
    elif str(reply.body.get("id", "")).startswith("acct_"):
        assert driver.get(f"/v1/accounts/{reply.body['id']}").status == 200
        assert driver.get(f"/v2/core/accounts/{reply.body['id']}?include[0]=identity").status == 200
        simulator.onboard(reply.body["id"])
    simulator.check()
