"""Account debits: money that the platform takes from a connected account."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.till import APPLICATION_PAYS, CANADA, Till

from connectkit.simulator import Simulator, Switches


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


AT_ONCE = "pm_card_bypassPending"


def test_a_debit_is_a_transfer_of_the_accounts_own_as_well(till: Till) -> None:
    account = till.seller(**APPLICATION_PAYS)
    till.pay(2000, transfer_data={"destination": account}, payment_method=AT_ONCE)
    told = {"amount": 1500, "currency": "usd", "destination": till.simulator.world.platform}
    sent = till.driver.made("/v1/transfers", {**told, "metadata": {"a": "b"}}, account=account)
    assert (sent["amount"], sent["metadata"], sent["source_transaction"]) == (1500, {"a": "b"}, None)
    assert till.driver.get(f"/v1/transfers/{sent['id']}", account=account).body == sent
    paid = till.charge(sent["destination_payment"])
    assert (paid["amount"], paid["source_transfer"]) == (1500, sent["id"])
    assert (till.available(account), till.rows()[-1]) == (500, ("payment", 1500, 0, 1500))
    other = {**told, "destination": till.seller()}
    assert till.driver.post("/v1/transfers", other, account=account).error["param"] == "destination"
    nothing = {"currency": "usd", "destination": told["destination"]}
    assert till.driver.post("/v1/transfers", nothing, account=account).error["param"] == "amount"


def test_a_debit_is_within_a_region_and_not_of_any_amount(till: Till) -> None:
    abroad, near = till.seller(**APPLICATION_PAYS, **CANADA), till.seller(**APPLICATION_PAYS)
    bank = {
        "object": "bank_account",
        "country": "FR",
        "currency": "eur",
        "account_number": "FR1420041010050500013M02606",
    }
    europe = till.seller(**APPLICATION_PAYS, country="FR", external_account=bank)
    assert "one region" in debit(till, abroad, currency="cad").error["message"]
    assert "one region" in debit(till, europe, currency="eur").error["message"]
    assert debit(till, near, amount=10_000_001).error["param"] == "amount"
    assert debit(till, near, amount=10_000_000).error["code"] == "balance_insufficient"


def test_a_debit_goes_below_zero_where_that_is_reserved() -> None:
    till = Till(Simulator(switches=Switches(connect_reserves=True), check_always=True))
    card = "tok_visa_debit_us_transferSuccess"
    account, unbanked = till.seller(**APPLICATION_PAYS), till.seller(**APPLICATION_PAYS, external_account=card)
    assert debit(till, account).status == 200
    assert (till.held(account), till.rows()[-1]) == (-1500, ("reserve_transaction", -1500, 0, -1500))
    assert debit(till, unbanked).error["code"] == "balance_insufficient"
