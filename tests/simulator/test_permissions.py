"""Restricted keys: what they may do, and how Stripe says that they may not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.simulator.driver import Driver

from connectkit.simulator import Simulator
from connectkit.simulator.permissions import resource_of
from connectkit.simulator.topics import TOPICS

KEY = "rk_test_shop0123456789"
TOPUP = {"amount": 500, "currency": "usd"}
PAID = {"amount": 500, "currency": "usd", "confirm": True, "payment_method": "pm_card_visa"}
PATHS = sorted({route.path for topic in TOPICS for route in topic.routes})


def restricted(simulator: Simulator, key: str = KEY, **allowed: list[str]) -> Driver:
    simulator.restrict(key, **allowed)
    return Driver(simulator, key)


def test_a_restricted_key_that_nobody_restricted_may_do_everything(simulator: Simulator) -> None:
    restricted(simulator, "rk_test_other", read=["balance"])
    assert Driver(simulator, KEY).post("/v1/topups", TOPUP).status == 200


def test_what_a_key_may_not_do_is_named_and_was_not_looked_at(simulator: Simulator) -> None:
    shop = restricted(simulator, read=["balance", "topups"])
    assert shop.get("/v1/topups").status == 200
    refused = shop.post("/v1/topups", {"colour": "red"}, key="k")
    platform = simulator.world.platform
    assert refused.status == 403
    assert refused.error == {
        "type": "invalid_request_error",
        "code": "more_permissions_required",
        "doc_url": "https://docs.stripe.com/error-codes/more-permissions-required",
        "message": (
            "Permission denied. The provided key 'rk_test_***6789' does not have the required permissions for this "
            f"endpoint on account '{platform}'. Enabling Topups Write ('topup_write') permissions on this key would "
            "allow this request to continue."
        ),
        "request_log_url": f"https://dashboard.stripe.com/test/logs/{refused.headers['Request-Id']}",
    }
    assert "Stripe-Should-Retry" not in refused.headers
    assert Driver(simulator).post("/v1/topups", TOPUP, key="k").status == 200


@pytest.mark.parametrize(
    ("path", "called"),
    [
        ("/v1/prices", "Prices Read ('plan_read')"),
        ("/v1/checkout/sessions", "Checkout Sessions Read ('checkout_session_read')"),
        ("/v1/account", "Accounts Read ('accounts_kyc_basic_read')"),
        ("/v1/balance_settings", "Balance Settings Read ('balance_settings_read')"),
        ("/v2/core/accounts", "Accounts Read ('account_read')"),
        ("/v1/accounts/acct_1/persons", "Accounts Read ('accounts_kyc_basic_read')"),
    ],
)
def test_permissions_are_called_as_stripe_calls_them(simulator: Simulator, path: str, called: str) -> None:
    refused = restricted(simulator, "rk_test_1").get(path)
    assert (refused.status, called in refused.error["message"]) == (403, True)
    assert "'rk_test_***'" in refused.error["message"]


def test_writing_implies_reading(simulator: Simulator) -> None:
    shop = restricted(simulator, write=["payment_intents", "checkout/*"])
    made = shop.made("/v1/payment_intents", PAID)
    assert shop.get(f"/v1/payment_intents/{made['id']}").status == 200
    assert shop.get("/v1/checkout/sessions").status == 200
    assert shop.get("/v1/charges").status == 403
    assert shop.delete("/v1/webhook_endpoints/we_1").status == 403


def test_a_key_may_be_restricted_anew(simulator: Simulator) -> None:
    shop = restricted(simulator, read=["balance"])
    assert shop.get("/v1/topups").status == 403
    simulator.restrict(KEY, write=["*"])
    assert shop.made("/v1/topups", TOPUP)["amount"] == 500


def test_whoever_begins_anew_has_no_restricted_keys() -> None:
    simulator = Simulator()
    shop = restricted(simulator)
    assert shop.get("/v1/balance").status == 403
    simulator.reset()
    assert shop.get("/v1/balance").status == 200


def test_an_account_is_named_where_the_key_acts_on_it(simulator: Simulator, driver: Driver) -> None:
    seller = driver.seller()["id"]
    refused = restricted(simulator).get("/v1/balance", account=seller)
    assert f"on account '{seller}'" in refused.error["message"]


@pytest.mark.parametrize("key", ["sk_test_1", "rk_live_1", "pk_test_1"])
def test_another_key_cannot_be_restricted(simulator: Simulator, key: str) -> None:
    with pytest.raises(ValueError, match="A restricted key begins with rk_test_ here"):
        simulator.restrict(key, read=["balance"])


def test_live_keys_are_restricted_in_live_mode() -> None:
    assert restricted(Simulator(livemode=True), "rk_live_1").get("/v1/balance").status == 403


def test_a_resource_that_is_none_is_told(simulator: Simulator) -> None:
    with pytest.raises(ValueError, match="There is no resource 'charge'; there are account_links, "):
        simulator.restrict(KEY, read=["charge"])
    with pytest.raises(TypeError, match=r"\['charges'\] and not 'charges'"):
        simulator.restrict(KEY, write="charges")
    assert Driver(simulator, KEY).get("/v1/charges").status == 200


@pytest.mark.parametrize("path", PATHS)
def test_every_endpoint_has_a_resource_without_ids(path: str) -> None:
    resource = resource_of(path)
    assert resource
    assert ":" not in resource
    assert resource.rpartition("/")[2] not in {"search", "core", "checkout", "radar", "test_helpers"}


def test_the_fault_names_the_permission_as_well(driver: Driver, simulator: Simulator) -> None:
    simulator.faults.next("forbidden")
    assert "Transfers Write ('transfer_write')" in driver.post("/v1/transfers").error["message"]


def steer(simulator: Simulator, told: object) -> int:
    return simulator.handle("POST", "/_simulator/restrict", {}, json.dumps(told).encode())[0]


def test_a_key_is_restricted_over_http(simulator: Simulator) -> None:
    assert steer(simulator, {"key": KEY, "read": ["balance"]}) == 200
    assert Driver(simulator, KEY).get("/v1/topups").status == 403
    assert steer(simulator, {"key": KEY, "read": ["nothing"]}) == 400
    assert steer(simulator, {"key": 7}) == 400
    assert steer(simulator, [KEY]) == 400


def test_it_is_kept_with_the_world_and_the_key_is_not(tmp_path: Path) -> None:
    path = tmp_path / "world"
    before = Simulator()
    before.keep(path)
    owner, shop = Driver(before), Driver(before, KEY)
    assert steer(before, {"key": KEY, "read": ["balance"]}) == 200
    first = owner.made("/v1/topups", TOPUP)
    assert shop.post("/v1/topups", TOPUP).status == 403
    second = owner.made("/v1/topups", TOPUP)
    assert KEY not in path.read_text()
    after = Simulator()
    after.keep(path)
    assert [topup["id"] for topup in Driver(after).get("/v1/topups").body["data"]] == [second["id"], first["id"]]
    assert Driver(after, KEY).get("/v1/topups").status == 403
    assert Driver(after, KEY).get("/v1/balance").status == 200


def test_a_request_to_steer_that_cannot_be_read_is_kept_as_it_is(tmp_path: Path) -> None:
    simulator = Simulator()
    simulator.keep(tmp_path / "world")
    assert simulator.handle("POST", "/_simulator/restrict", {}, b"{")[0] == 400
    again = Simulator()
    again.keep(tmp_path / "world")
    assert Driver(again).get("/v1/topups").status == 200
