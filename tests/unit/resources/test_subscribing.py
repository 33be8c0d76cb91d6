"""Pages on which a buyer subscribes: what is sent, held against the SDK's types, and what is refused before."""

from __future__ import annotations

from typing import Any

import pytest
from tests.contract.checker import complaints, params_type
from tests.unit.calls.scripted import Bench

from connectkit.drive import run
from connectkit.errors import InvalidRequest
from connectkit.models.checkout import LineItem
from connectkit.money import Money
from connectkit.requests import Response
from connectkit.resources.checkout.destination import AsyncDestinationCheckout
from connectkit.resources.checkout.direct import AsyncDirectCheckout

BOX = [LineItem(name="Box", price=Money.of("20.00", "usd"), every="month")]
BACK = "https://shop.example/thanks"
SESSION = Response(
    200, {}, {"id": "cs_1", "mode": "subscription", "payment_status": "unpaid", "status": "open", "currency": None}
)


def data_sent(bench: Bench) -> Any:
    (request,) = bench.stripe.posted()
    assert not list(complaints(request.params, params_type("checkout.SessionCreateParams")))
    assert request.params["mode"] == "subscription"
    assert request.params["line_items"][0]["price_data"]["recurring"] == {"interval": "month"}
    data = dict(request.params["subscription_data"])
    metadata = dict(data.pop("metadata"))
    assert metadata.pop("connectkit") == request.params["metadata"]["connectkit"]
    return {**data, "metadata": metadata} if metadata else data


def test_a_seller_s_own_subscription() -> None:
    bench = Bench(SESSION)
    subscribe = AsyncDirectCheckout(bench.caller).subscribe
    session = run(subscribe(key="s", line_items=BOX, account="acct_2", fee_percent="12.5", success_url=BACK))
    assert (session.mode, session.total, session.account) == ("subscription", None, "acct_2")
    assert data_sent(bench) == {"application_fee_percent": 12.5}
    assert bench.stripe.posted()[0].account == "acct_2"


def test_a_subscription_without_a_cut_says_nothing_of_it() -> None:
    bench = Bench(SESSION)
    run(AsyncDirectCheckout(bench.caller).subscribe(key="s", line_items=BOX, account="acct_2", success_url=BACK))
    assert data_sent(bench) == {}


@pytest.mark.parametrize(
    ("cut", "sent"),
    [
        ({"transfer_percent": 80}, {"transfer_data": {"destination": "acct_2", "amount_percent": 80.0}}),
        (
            {"fee_percent": "10", "on_behalf_of": "acct_2", "metadata": {"box": "1"}},
            {
                "transfer_data": {"destination": "acct_2"},
                "application_fee_percent": 10.0,
                "on_behalf_of": "acct_2",
                "metadata": {"box": "1"},
            },
        ),
    ],
)
def test_a_subscription_with_the_platform(cut: dict[str, Any], sent: dict[str, Any]) -> None:
    bench = Bench(SESSION)
    subscribe: Any = AsyncDestinationCheckout(bench.caller).subscribe
    run(subscribe(key="s", line_items=BOX, destination="acct_2", success_url=BACK, **cut))
    assert data_sent(bench) == sent


def test_a_cut_is_taken_in_one_way() -> None:
    bench = Bench()
    subscribe: Any = AsyncDestinationCheckout(bench.caller).subscribe
    with pytest.raises(InvalidRequest, match="choose one"):
        run(subscribe(key="s", line_items=BOX, destination="acct_2", fee_percent="1", transfer_percent="1"))
    assert not bench.stripe.sent
