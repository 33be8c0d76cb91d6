"""Pages on which a buyer subscribes, and pays nothing for a while."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectkit import AsyncConnect, InvalidRequest, LineItem, PaidOrder

from .stages import COLOURS, seller, travel
from .test_checkout import delivering
from .test_plans import total, usd

pytestmark = pytest.mark.parametrize("colour", COLOURS)

BACK = "https://shop.example/thanks"
BOX = [LineItem(name="Box", price=usd("20.00"), every="month")]


@pytest.mark.parametrize("where", [{"success_url": BACK}, {"return_url": BACK}])
@pytest.mark.parametrize("kind", ["direct", "destination"])
def test_a_trial_is_free_and_delivered_and_paid_when_it_ends(colour: str, kind: str, where: dict[str, str]) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect, type="standard" if kind == "direct" else "express")
        account = ana if kind == "direct" else None
        until = datetime.fromtimestamp(connect.simulator.clock.now, UTC) + timedelta(days=14)
        told: Any = {"key": "box", "line_items": BOX, **where}
        page = await (
            connect.checkout.direct.subscribe(account=ana, fee_percent="12.5", trial=14, **told)
            if account
            else connect.checkout.destination.subscribe(destination=ana, transfer_percent="80", trial=until, **told)
        )
        connect.simulator.pay(page.id)
        seen = await connect.checkout.retrieve(page.id, account=account)
        assert (seen.status, seen.payment_status, seen.total) == ("complete", "no_payment_required", usd("0.00"))
        delivered: list[PaidOrder] = []
        for now in (True, False):
            done = await connect.checkout.fulfil(page.id, delivering(delivered, colour), account=account)
            assert (done.delivered, done.now) == (True, now)
        assert (delivered[0].payment, await total(connect), await total(connect, ana)) == (None, usd("0"), usd("0"))
        connect.simulator.advance(days=15)
        assert await total(connect) == (usd("2.50") if account else usd("3.12"))
        assert await total(connect, ana) == (usd("16.62") if account else usd("16.00"))

    travel(colour, journey)


@pytest.mark.parametrize("trial", [0, 731, datetime(2030, 1, 1)])  # noqa: DTZ001  # it is the mistake
def test_a_trial_that_cannot_be_is_refused_before_anything_is_sent(colour: str, trial: Any) -> None:
    async def journey(connect: AsyncConnect) -> None:
        with pytest.raises(InvalidRequest) as wrong:
            await connect.checkout.direct.subscribe(
                key="box", line_items=BOX, account="acct_1", trial=trial, success_url=BACK
            )
        assert wrong.value.param == "trial"
        assert not connect.simulator.requests

    travel(colour, journey)
