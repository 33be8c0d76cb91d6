"""Account debits: money that the platform takes from a connected account."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.till import APPLICATION_PAYS, Till

from connectkit.simulator import Simulator


@pytest.fixture
def till(simulator: Simulator) -> Till:
    return Till(simulator)


def debit(till: Till, account: str, **changes: Any) -> Any:
    return till.driver.post("/v1/charges", {"amount": 1500, "currency": "usd", "source": account, **changes})


def test_a_debit_is_a_transfer_there_and_a_payment_here(till: Till) -> None:
    account = till.seller(**APPLICATION_PAYS)
    till.pay(2000, transfer_data={"destination": account}, payment_method="pm_card_bypassPending")
    paid = debit(till, account, description="Rent", transfer_group="november", metadata={"a": "b"}).body
    assert (paid["amount"], paid["source"]["id"], paid["metadata"]) == (1500, account, {"a": "b"})
    assert paid["transfer_group"] == "november"
    assert till.available(account) == 500
    assert till.rows(account)[-1] == ("transfer", -1500, 0, -1500)
    assert till.rows()[-1] == ("payment", 1500, 0, 1500)
    assert paid["source_transfer"].startswith("tr_")
    till.simulator.check()


def test_what_stripe_does_not_debit(till: Till) -> None:
    account = till.seller(**APPLICATION_PAYS)
    assert debit(till, account).error["code"] == "balance_insufficient"
    assert debit(till, account, currency="eur").error["param"] == "currency"
    assert debit(till, account, amount=0).error["param"] == "amount"
    assert debit(till, "acct_nobody").error["code"] == "resource_missing"
    assert debit(till, "tok_visa").status == 501
    assert till.driver.post("/v1/charges", {"amount": 1, "source": account}).error["param"] == "currency"
    standard = till.driver.made("/v1/accounts", {"type": "standard", "country": "US"})["id"]
    assert debit(till, standard).error["param"] == "source"
