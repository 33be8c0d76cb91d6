"""Every call of the SDK is answered, or said by name not to be."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.simulator.driver import Driver

from connectkit.simulator import Simulator
from connectkit.simulator.services import endpoints, is_simulated, resources

EVERY = endpoints()
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "simulated.md"


def test_the_sdk_has_many_calls() -> None:
    paths = {endpoint.path for endpoint in EVERY}
    assert len(EVERY) > 600
    assert {"/v1/transfers", "/v1/accounts/{account}/persons/{person}", "/v2/core/accounts/{id}/close"} <= paths


def test_a_call_that_is_not_simulated_is_said_by_name() -> None:
    driver = Driver(Simulator())
    wrong: list[str] = []
    for endpoint in EVERY:
        reply = driver.send(endpoint.method, endpoint.sent, b"")
        told = reply.body.get("error", {}).get("message", "")
        if is_simulated(endpoint):
            fine = reply.status != 404 or "some_1" in told  # there is nothing of that id
        else:
            fine = (reply.status, f"{endpoint.method} {endpoint.sent}" in told) == (501, True)
        if not fine:
            wrong.append(f"{endpoint.method} {endpoint.path}: {reply.status} {told}")
    assert wrong == []


def test_the_documentation_knows_what_is_simulated() -> None:
    simulated = sum(len(resource.simulated) for resource in resources())
    missing = sum(len(resource.missing) for resource in resources())
    assert simulated + missing == len(EVERY)
    assert f"{simulated} of the {len(EVERY)} calls" in PAGE.read_text().replace("\n", " ")


@pytest.mark.parametrize(
    "path",
    [
        *("/v1/coupons", "/v1/promotion_codes", "/v1/tax_rates", "/v1/tax/calculations", "/v1/shipping_rates"),
        *("/v1/quotes", "/v1/invoices", "/v1/invoiceitems", "/v1/credit_notes", "/v1/subscription_schedules"),
        *("/v1/test_helpers/test_clocks", "/v1/billing/meters", "/v1/issuing/cards"),
    ],
)
def test_what_is_left_out_on_purpose_is_answered_501(driver: Driver, path: str) -> None:
    assert driver.post(path).status == 501
