"""The laws of money by their numbers, and where each is held.

Two machines play whatever there is in whatever order, one with raw requests (`test_money_machine.py`), one with every
flow of the facade (`tests/properties/test_money_flows.py`, where reconciliation explains all of it in the end). After
each step every law of objects is held by the simulator itself, for all that there is: 1, 2, 4 to 9, 10 to 15, 17, 18,
20 to 23, 27 to 30 and 32 (`simulator/money/laws.py`, and the modules of the objects). What no single object tells is
watched from outside (`watch.py`): 2, 3, 19, 25 and 31. What a refusal holds is asked by the machine of raw requests in
its rules: 14 and 29 where it refunds, 16 where it pays out, 18 where it calls back, 24 where it debits, 26 where it
looks elsewhere. Here, for each law, a world is damaged and has to notice, or a request is refused.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.till import APPLICATION_PAYS, Till

from connectkit import Connect, Money
from connectkit.simulator import InvariantBroken, Simulator, Switches

AT_ONCE = "pm_card_bypassPending"


@pytest.fixture
def till() -> Till:
    return Till(Simulator(start=1_800_000_000))


def broken(till: Till, id: str, **changes: Any) -> None:
    """Damage an object of a world that holds, and see that the damage is found."""
    till.simulator.check()
    thing = till.simulator.world.find(id)
    assert thing is not None
    kept = {name: thing.get(name) for name in changes}
    thing |= changes
    with pytest.raises(InvariantBroken):
        till.simulator.check()
    thing |= kept
    till.simulator.check()


def damaged(till: Till, id: str, **changes: Any) -> None:
    """Damage an object for good."""
    thing = till.simulator.world.find(id)
    assert thing is not None
    thing |= changes


def row(till: Till, source: str, account: str | None = None) -> str:
    id: str = till.listed("/v1/balance_transactions", account, source=source)[0]["id"]
    return id


def refused(till: Till, path: str, told: dict[str, Any], account: str | None = None) -> dict[str, Any]:
    reply = till.driver.post(path, told, account=account)
    assert reply.status == 400
    error: dict[str, Any] = reply.body["error"]
    return error


def sold(till: Till, amount: int = 1000, **more: Any) -> tuple[str, str]:
    """Give a destination charge and its transfer."""
    charge = till.pay(amount, payment_method=AT_ONCE, transfer_data={"destination": till.seller()}, **more)
    return charge, till.charge(charge)["transfer"]


def fee_of(till: Till) -> str:
    id: str = till.listed("/v1/application_fees")[0]["id"]
    return id


def test_01_net_is_amount_less_fee(till: Till) -> None:
    broken(till, row(till, till.pay(1000)), net=1)


def test_02_a_balance_is_the_sum_of_its_rows(till: Till) -> None:
    """Every row is posted, once, with its net; both machines add all of them up after each step."""
    broken(till, row(till, till.pay(1000)), _posting=None)
    till.simulator.world.ledger._pockets[till.simulator.world.platform]["usd"].total += 1
    with pytest.raises(InvariantBroken, match="ledger"):
        till.simulator.check()


def test_03_nothing_of_a_payment_is_made_or_lost() -> None:
    """What all accounts hold is what was paid, less Stripe's fees and refunds: reconciliation asks that of an order."""
    with Connect.sandbox() as connect:
        seller = connect.onboarding.create(key="seller", country="US", type="express", email="ana@example.com").id
        connect.simulator.onboard(seller)
        payment = connect.charges.destination.create(
            key="order", amount=Money.of("10.00", "usd"), destination=seller, payment_method=AT_ONCE
        )
        connect.charges.destination.refund(payment.id, key="refund", amount=Money.of("4.00", "usd"))
        order = connect.reconciliation.order(payment=payment.id)
        assert order.explained
        held = [amount.amount for amounts in order.balances.values() for amount in amounts]
        assert sum(held) == 1000 - 59 - 400


def transferred(till: Till) -> tuple[str, str]:
    """Give a charge of 1000, and a transfer of 700 from it."""
    charge = till.pay(1000, payment_method=AT_ONCE)
    told = {"amount": 700, "currency": "usd", "destination": till.seller(), "source_transaction": charge}
    return charge, till.driver.made("/v1/transfers", told)["id"]


def test_04_transfers_from_a_charge_do_not_exceed_it(till: Till) -> None:
    charge, transfer = transferred(till)
    told = {"amount": 400, "currency": "usd", "destination": till.seller(), "source_transaction": charge}
    assert refused(till, "/v1/transfers", told)["param"] == "source_transaction"
    payment = till.driver.get(f"/v1/transfers/{transfer}").body["destination_payment"]
    damaged(till, payment, amount=1100)
    damaged(till, transfer, amount=1100)
    with pytest.raises(InvariantBroken, match="not covered"):
        till.simulator.check()


def test_05_a_transfer_is_in_the_currency_that_its_charge_settled_in(till: Till) -> None:
    charge, transfer = transferred(till)
    told = {"amount": 1, "currency": "eur", "destination": till.seller(), "source_transaction": charge}
    assert refused(till, "/v1/transfers", told)["param"] == "currency"
    broken(till, transfer, currency="eur")


def test_06_what_was_reversed_is_the_sum_of_the_reversals(till: Till) -> None:
    _, transfer = transferred(till)
    till.driver.made(f"/v1/transfers/{transfer}/reversals", {"amount": 100})
    broken(till, transfer, amount_reversed=99)
    broken(till, transfer, reversed=True)


def test_07_no_more_is_reversed_than_is_left(till: Till) -> None:
    _, transfer = transferred(till)
    assert refused(till, f"/v1/transfers/{transfer}/reversals", {"amount": 701})["param"] == "amount"


def test_08_what_was_refunded_is_the_sum_of_the_refunds(till: Till) -> None:
    charge = till.pay(1000, payment_method=AT_ONCE)
    till.refund(charge, 400)
    broken(till, charge, amount_refunded=399)
    broken(till, charge, refunded=True)
    assert refused(till, "/v1/refunds", {"charge": charge, "amount": 601})["param"] == "amount"


def test_09_what_was_given_back_of_a_fee_is_the_sum_of_its_refunds(till: Till) -> None:
    sold(till, application_fee_amount=123)
    till.driver.made(f"/v1/application_fees/{fee_of(till)}/refunds", {"amount": 23})
    broken(till, fee_of(till), amount_refunded=22)
    broken(till, fee_of(till), refunded=True)


def test_10_a_fee_is_below_its_charge_and_at_most_what_was_captured(till: Till) -> None:
    charge, _ = sold(till, application_fee_amount=123)
    broken(till, charge, application_fee_amount=1000)
    broken(till, charge, application_fee_amount=-1)
    broken(till, fee_of(till), amount=1001)


def test_10_a_fee_of_nothing_is_no_fee(till: Till) -> None:
    charge = till.pay(1000, account=till.seller(), application_fee_amount=0)
    assert till.listed("/v1/application_fees") == []
    broken(till, charge, _fee="fee_1")


def test_11_a_part_is_passed_on_or_a_fee_is_taken(till: Till) -> None:
    seller = till.seller()
    charge = till.pay(1000, transfer_data={"destination": seller, "amount": 800})
    for amount in (0, 1001):
        broken(till, charge, transfer_data={"destination": seller, "amount": amount})
    broken(till, charge, application_fee_amount=1)
    both = {"transfer_data": {"destination": seller, "amount": 800}, "application_fee_amount": 1}
    assert refused(till, "/v1/payment_intents", {"amount": 1000, "currency": "usd", **both})["code"]


def test_12_a_destination_charge_passes_on_what_was_captured(till: Till) -> None:
    charge, transfer = sold(till)
    payment = till.driver.get(f"/v1/transfers/{transfer}").body["destination_payment"]
    damaged(till, payment, amount=999)
    damaged(till, transfer, amount=999)
    with pytest.raises(InvariantBroken, match=charge):
        till.simulator.check()


def test_12_nothing_is_passed_on_before_something_is_captured(till: Till) -> None:
    seller = till.seller()
    charge = till.pay(1000, transfer_data={"destination": seller}, capture_method="manual")
    assert till.listed("/v1/transfers") == []
    broken(till, charge, _fee="fee_1")


def test_13_one_whole_refund_returns_all_of_the_transfer_and_of_the_fee(till: Till) -> None:
    charge, transfer = sold(till, application_fee_amount=123)
    till.refund(charge, reverse_transfer=True, refund_application_fee=True)
    assert till.driver.get(f"/v1/transfers/{transfer}").body["reversed"]
    assert till.listed("/v1/application_fees")[0]["refunded"]
    for id in (transfer, fee_of(till)):
        broken(till, id, **{"reversed" if id == transfer else "refunded": False})


def test_13_a_whole_refund_that_left_a_part_is_found(till: Till) -> None:
    seller = till.seller()
    charge = till.pay(1000, transfer_data={"destination": seller})
    refund = till.refund(charge)["id"]
    broken(till, refund, _returns=(till.charge(charge)["transfer"],))


def test_14_the_fee_of_a_destination_charge_comes_back_with_its_transfer(till: Till) -> None:
    charge, _ = sold(till, application_fee_amount=123)
    alone = {"charge": charge, "refund_application_fee": True}
    assert refused(till, "/v1/refunds", alone)["param"] == "refund_application_fee"
    without, _ = sold(till)
    till.refund(without, reverse_transfer=True, refund_application_fee=True)
    part = till.refund(charge, 400, reverse_transfer=True, refund_application_fee=True)["id"]
    broken(till, part, _returns=(fee_of(till),))


def test_15_a_refund_that_failed_comes_back_to_the_owner_of_the_charge(till: Till) -> None:
    seller = till.seller()
    charge = till.pay(1000, payment_method="pm_card_refundFail", transfer_data={"destination": seller})
    refund = till.refund(charge, reverse_transfer=True)["id"]
    till.simulator.advance(days=1)
    credit = till.driver.get(f"/v1/refunds/{refund}").body["failure_balance_transaction"]
    transfer = till.charge(charge)["transfer"]
    received = row(till, till.driver.get(f"/v1/transfers/{transfer}").body["destination_payment"], seller)
    assert credit in {each["id"] for each in till.listed("/v1/balance_transactions")}
    broken(till, refund, failure_balance_transaction=received)
    broken(
        till, refund, failure_balance_transaction=till.driver.get(f"/v1/refunds/{refund}").body["balance_transaction"]
    )


def paid_out(till: Till, bank: str = "") -> tuple[str, str]:
    """Give a payout, and whose it is."""
    seller = till.seller()
    till.pay(1000, payment_method=AT_ONCE, account=seller)
    told: dict[str, Any] = {"amount": 550, "currency": "usd"}
    if bank:
        path = f"/v1/accounts/{seller}/external_accounts"
        told["destination"] = till.driver.made(path, {"external_account": bank})["id"]
    return till.driver.made("/v1/payouts", told, account=seller)["id"], seller


def test_16_a_payout_takes_its_amount_off_what_is_available(till: Till) -> None:
    payout, seller = paid_out(till)
    broken(till, payout, amount=499)
    assert (
        refused(till, "/v1/payouts", {"amount": 100_000, "currency": "usd"}, seller)["code"] == "balance_insufficient"
    )


def test_17_a_payout_that_failed_or_was_called_back_gives_the_same_back(till: Till) -> None:
    payout, seller = paid_out(till, "btok_us_verified_accountClosed")
    till.simulator.advance(days=3)
    assert till.driver.get(f"/v1/payouts/{payout}", account=seller).body["status"] == "failed"
    broken(till, payout, failure_balance_transaction=None)
    broken(till, payout, failure_balance_transaction=row(till, payout, seller), amount=-550)


def test_18_only_a_pending_manual_payout_can_be_called_back(till: Till) -> None:
    payout, seller = paid_out(till)
    till.simulator.advance(days=3)
    assert refused(till, f"/v1/payouts/{payout}/cancel", {}, seller)["code"] == "status_transition_invalid"


def test_18_a_payout_by_schedule_that_was_called_back_is_found(till: Till) -> None:
    payout, seller, _ = by_schedule(till)
    assert refused(till, f"/v1/payouts/{payout}/cancel", {}, seller)["code"] == "status_transition_invalid"
    broken(till, payout, status="canceled", failure_balance_transaction=row(till, payout, seller))


def test_19_a_payout_that_ended_stays_ended(till: Till) -> None:
    """The machine of all flows watches every status; here one that was called back is not paid later."""
    payout, seller = paid_out(till)
    till.driver.made(f"/v1/payouts/{payout}/cancel", account=seller)
    till.simulator.advance(days=10)
    assert till.driver.get(f"/v1/payouts/{payout}", account=seller).body["status"] == "canceled"


def by_schedule(till: Till) -> tuple[str, str, str]:
    """Give a payout by schedule, whose it is, and what it paid out."""
    seller = till.seller()
    charge = till.pay(1000, payment_method=AT_ONCE, account=seller)
    till.simulator.advance(days=1)
    return till.listed("/v1/payouts", seller)[0]["id"], seller, row(till, charge, seller)


def test_20_what_a_schedule_paid_out_is_the_sum_of_its_rows(till: Till) -> None:
    payout, _, member = by_schedule(till)
    broken(till, payout, _members=[])
    broken(till, payout, _members=[member, member])


def test_21_a_row_is_paid_out_once(till: Till) -> None:
    payout, seller, member = by_schedule(till)
    till.pay(1000, payment_method=AT_ONCE, account=seller)
    till.simulator.advance(days=1)
    newest = till.listed("/v1/payouts", seller)[0]["id"]
    assert newest != payout
    broken(till, member, _payout=newest)


def test_22_a_dispute_takes_once_and_gives_back_once(till: Till) -> None:
    till.pay(1000, payment_method="pm_card_createDispute")
    dispute = till.listed("/v1/disputes")[0]["id"]
    thing = till.simulator.world.find(dispute)
    assert thing is not None
    broken(till, dispute, _rows=[*thing["_rows"], *thing["_rows"]])
    broken(till, dispute, status="won")


def test_23_a_top_up_adds_its_amount_once_it_succeeded(till: Till) -> None:
    topup = till.driver.made("/v1/topups", {"amount": 2000, "currency": "usd"})["id"]
    till.simulator.advance(days=10)
    assert till.available() == 2000
    broken(till, topup, amount=1999)
    broken(till, topup, status="pending")
    broken(till, topup, status="reversed")


def test_23_a_top_up_that_the_bank_takes_back_takes_the_same(till: Till) -> None:
    told = {"amount": 2000, "currency": "usd", "source": "btok_us_verified_reversed"}
    topup = till.driver.made("/v1/topups", told)["id"]
    till.simulator.advance(days=30)
    assert till.driver.get(f"/v1/topups/{topup}").body["status"] == "reversed"
    broken(till, topup, status="succeeded")


def test_24_a_debit_takes_nothing_that_is_not_there(till: Till) -> None:
    seller = till.seller(**APPLICATION_PAYS)
    till.pay(1000, payment_method=AT_ONCE, transfer_data={"destination": seller})
    debit = {"amount": 1001, "currency": "usd", "source": seller}
    assert refused(till, "/v1/charges", debit)["code"] == "balance_insufficient"
    till.driver.made("/v1/charges", {**debit, "amount": 1000})
    assert till.held(seller) == 0


def test_25_what_an_account_is_below_zero_is_held_back() -> None:
    till = Till(Simulator(switches=Switches(connect_reserves=True)))
    seller = till.seller(**APPLICATION_PAYS)
    charge = till.pay(1000, transfer_data={"destination": seller}, application_fee_amount=300)
    till.refund(charge, reverse_transfer=True)
    assert till.rows()[-1] == ("reserve_transaction", -300, 0, -300)


def test_26_an_object_is_only_there_in_its_own_account(till: Till) -> None:
    payout, _ = paid_out(till)
    reply = till.driver.get(f"/v1/payouts/{payout}")
    assert (reply.status, reply.body["error"]["code"]) == (404, "resource_missing")


def test_27_a_delayed_payment_that_fails_takes_the_transfer_of_its_own_back(till: Till) -> None:
    seller = till.seller()
    bank = {"payment_method": "pm_usBankAccount_accountClosed"}
    mandate = {"mandate_data": {"customer_acceptance": {"type": "offline"}}}
    intent = till.driver.made(
        "/v1/payment_intents",
        {
            "amount": 1000,
            "currency": "usd",
            "confirm": True,
            "transfer_data": {"destination": seller},
            **bank,
            **mandate,
        },
    )
    till.simulator.advance(days=10)
    after = till.driver.get(f"/v1/payment_intents/{intent['id']}").body
    assert after["status"] == "requires_payment_method"
    assert (till.held(seller), till.held()) == (0, 0)


def test_28_a_transfer_is_a_payment_of_the_same_amount_to_its_receiver(till: Till) -> None:
    _, transfer = transferred(till)
    payment = till.driver.get(f"/v1/transfers/{transfer}").body["destination_payment"]
    broken(till, payment, amount=699)
    broken(till, payment, currency="eur")
    broken(till, payment, source_transfer=None)


@pytest.mark.parametrize("card", [AT_ONCE, "pm_card_createDispute"])
def test_29_a_refund_or_dispute_of_a_separate_charge_leaves_its_transfers_alone(till: Till, card: str) -> None:
    charge = till.pay(1000, payment_method=card)
    told = {"amount": 700, "currency": "usd", "destination": till.seller(), "source_transaction": charge}
    transfer = till.driver.made("/v1/transfers", told)["id"]
    if card == AT_ONCE:
        till.refund(charge)
    assert till.driver.get(f"/v1/transfers/{transfer}").body["amount_reversed"] == 0


def test_29_a_refund_that_took_back_what_is_not_its_own_is_found(till: Till) -> None:
    charge, transfer = transferred(till)
    refund = till.refund(charge)["id"]
    reversal = till.driver.made(f"/v1/transfers/{transfer}/reversals", {"amount": 1})["id"]
    broken(till, reversal, source_refund=refund)


def test_30_an_amount_is_one_that_its_currency_can_be_paid_in(till: Till) -> None:
    charge = till.pay(1000)
    broken(till, charge, currency="kwd", amount=1001)
    payout, _ = paid_out(till)
    broken(till, payout, currency="huf")


def test_31_every_change_is_told_once(till: Till) -> None:
    """The machine of all flows watches this; here each of a payout's changes is told, once."""
    payout, seller = paid_out(till)
    till.simulator.advance(days=3)
    told = [event["type"] for event in till.listed("/v1/events", seller) if event["data"]["object"].get("id") == payout]
    assert sorted(told) == ["payout.created", "payout.paid", "payout.updated"]


def test_32_a_fee_is_in_the_currency_of_its_charge_and_earned_in_the_platforms(till: Till) -> None:
    sold(till, application_fee_amount=123)
    broken(till, fee_of(till), currency="eur")
    broken(till, row(till, fee_of(till)), currency="eur")
    broken(till, fee_of(till), originating_transaction="ch_gone")
