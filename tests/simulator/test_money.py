"""Simulated money, through the official SDK: every way that it moves, and every way in which Stripe says no."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from connectkit.simulator import InvariantBroken, Simulator

MONDAY = 1795446000  # 2026-11-23 13:00 UTC
CARD = {"confirm": True, "payment_method": "pm_card_visa", "currency": "usd"}
NOW = {"confirm": True, "payment_method": "pm_card_bypassPending", "currency": "usd"}


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(start=MONDAY, check_always=True)


@pytest.fixture
def client(simulator: Simulator) -> stripe.StripeClient:
    return stripe.StripeClient("sk_test_x", http_client=simulator.http_client())


@pytest.fixture
def seller(simulator: Simulator, client: stripe.StripeClient) -> str:
    capabilities: Any = {"card_payments": {"requested": True}, "transfers": {"requested": True}}
    account = client.v1.accounts.create({"type": "express", "country": "US", "capabilities": capabilities})
    simulator.onboard(account.id)
    settings: Any = {"payments": {"payouts": {"schedule": {"interval": "manual"}}}}
    client.v1.balance_settings.update(settings, {"stripe_account": account.id})
    return account.id


def pay(
    client: stripe.StripeClient, amount: int = 1000, account: str | None = None, **more: Any
) -> stripe.PaymentIntent:
    params: Any = {**CARD, "amount": amount, **more}
    return client.v1.payment_intents.create(params, {"stripe_account": account} if account else None)


def dict_of(thing: stripe.StripeObject | None) -> dict[str, Any]:
    assert thing is not None
    return thing.to_dict()


def refusal(error: stripe.StripeError) -> tuple[int | None, str | None, str | None]:
    assert error.error is not None
    return error.http_status, error.error.code, error.error.param


def rows(client: stripe.StripeClient, account: str | None = None) -> list[tuple[str, int, int, int]]:
    options: Any = {"stripe_account": account} if account else None
    listed = client.v1.balance_transactions.list({"limit": 100}, options).data
    return [(row.type, row.amount, row.fee, row.net) for row in reversed(listed)]


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        (49, "usd", (400, "parameter_invalid_integer", "amount")),
        (0, "usd", (400, "parameter_invalid_integer", "amount")),
        (100_000_000, "usd", (400, "amount_too_large", "amount")),
        (150, "isk", (400, "parameter_invalid_integer", "amount")),
        (5124, "kwd", (400, "parameter_invalid_integer", "amount")),
        (5120, "kwd", (501, None, None)),
        (1, "bif", (501, None, None)),
    ],
)
def test_amounts_that_cannot_be_charged(
    client: stripe.StripeClient, amount: int, currency: str, expected: tuple[int, str | None, str | None]
) -> None:
    with pytest.raises(stripe.StripeError) as caught:
        pay(client, amount, currency=currency)
    assert refusal(caught.value) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"payment_method": "pm_nobody"}, (400, "resource_missing", "payment_method")),
        ({"application_fee_amount": 10}, (400, None, "application_fee_amount")),
        ({"customer": "cus_nobody"}, (400, "resource_missing", "customer")),
        ({"on_behalf_of": "acct_nobody"}, (400, "resource_missing", "on_behalf_of")),
        ({"transfer_data": {"destination": "acct_nobody"}}, (400, "resource_missing", "transfer_data[destination]")),
    ],
)
def test_payment_intents_that_cannot_be_made(
    client: stripe.StripeClient, more: dict[str, Any], expected: tuple[int, str | None, str | None]
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(client, **more)
    assert refusal(caught.value) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"application_fee_amount": 1000}, (400, None, "application_fee_amount")),
        ({"application_fee_amount": 10, "amount": 5}, (400, "parameters_exclusive", "application_fee_amount")),
        ({"amount": 1001}, (400, None, "transfer_data[amount]")),
    ],
)
def test_cuts_that_cannot_be_kept(
    client: stripe.StripeClient, seller: str, more: dict[str, Any], expected: tuple[int, str | None, str | None]
) -> None:
    data = {"destination": seller, **({"amount": more.pop("amount")} if "amount" in more else {})}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(client, transfer_data=data, **more)
    assert refusal(caught.value) == expected


def test_a_confirmation_needs_a_method(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.create({"amount": 1000, "currency": "usd", "confirm": True})
    assert refusal(caught.value)[1] == "payment_intent_unexpected_state"
    intent = client.v1.payment_intents.create({"amount": 1000, "currency": "usd"})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.confirm(intent.id)
    assert refusal(caught.value) == (400, "parameter_missing", "payment_method")
    ready = client.v1.payment_intents.create({"amount": 1000, "currency": "usd", "payment_method": "pm_card_visa"})
    assert ready.status == "requires_confirmation"
    assert client.v1.payment_intents.confirm(ready.id).status == "succeeded"


def test_a_decline_names_the_payment_intent_that_lives_on(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.CardError) as caught:
        pay(client, payment_method="pm_card_chargeDeclinedExpiredCard")
    error = caught.value.error
    assert error is not None
    assert (caught.value.http_status, error.code, error.decline_code) == (402, "expired_card", None)
    assert error.payment_intent is not None
    intent = client.v1.payment_intents.retrieve(error.payment_intent.id)
    assert intent.status == "requires_payment_method"
    charge = client.v1.charges.list({"payment_intent": intent.id}).data[0]
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, "expired_card")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"charge": charge.id})
    assert refusal(refused.value)[1] == "charge_not_refundable"


def test_what_follows_shows_at_once_or_a_moment_later(client: stripe.StripeClient, seller: str) -> None:
    for method, there in (("automatic", True), ("automatic_async", False)):
        intent = pay(
            client,
            application_fee_amount=100,
            transfer_data={"destination": seller},
            transfer_group="order-1",
            capture_method=method,
            expand=["latest_charge"],
        )
        charge = intent.latest_charge
        assert isinstance(charge, stripe.Charge)
        assert (charge.balance_transaction is not None) is there
        later = client.v1.charges.retrieve(charge.id, {"expand": ["transfer", "application_fee"]})
        assert isinstance(later.transfer, stripe.Transfer)
        assert isinstance(later.application_fee, stripe.ApplicationFee)
        assert later.application_fee.originating_transaction == charge.id


def test_a_hold_is_captured_in_part_or_released(client: stripe.StripeClient, seller: str) -> None:
    held = pay(
        client, 10000, capture_method="manual", application_fee_amount=1230, transfer_data={"destination": seller}
    )
    assert (held.status, held.amount_capturable, rows(client)) == ("requires_capture", 10000, [])
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.capture(held.id, {"amount_to_capture": 10001})
    assert refusal(caught.value) == (400, "amount_too_large", "amount_to_capture")
    taken = client.v1.payment_intents.capture(held.id, {"amount_to_capture": 6000})
    assert (taken.status, taken.amount_received) == ("succeeded", 6000)
    assert [row[:2] for row in rows(client)] == [("charge", 6000), ("transfer", -6000), ("application_fee", 1230)]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.capture(held.id)
    assert refusal(caught.value)[1] == "payment_intent_unexpected_state"
    other = pay(client, capture_method="manual")
    canceled = client.v1.payment_intents.cancel(other.id, {"cancellation_reason": "abandoned"})
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.cancel(other.id)


def test_words_of_a_payment_intent_change_and_lists_filter(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "ana@example.com", "metadata": {"a": "b"}})
    assert dict_of(client.v1.customers.retrieve(customer.id).metadata) == {"a": "b"}
    assert [one.id for one in client.v1.customers.list({"email": "ana@example.com"}).data] == [customer.id]
    method = client.v1.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}, "metadata": {"c": "d"}})
    assert client.v1.payment_methods.attach(method.id, {"customer": customer.id}).customer == customer.id
    assert dict_of(client.v1.payment_methods.retrieve(method.id).metadata) == {"c": "d"}
    intent = pay(client, payment_method=method.id, customer=customer.id)
    changed = client.v1.payment_intents.update(intent.id, {"description": "A pot", "metadata": {"order": "1"}})
    assert (changed.description, dict_of(changed.metadata)) == ("A pot", {"order": "1"})
    assert [one.id for one in client.v1.payment_intents.list({"customer": customer.id}).data] == [intent.id]
    assert len(client.v1.charges.list({"customer": customer.id}).data) == 1
    with pytest.raises(stripe.InvalidRequestError, match="No such token"):
        client.v1.payment_methods.create({"type": "card", "card": {"token": "tok_nobody"}})


def test_refunds_that_stripe_refuses(client: stripe.StripeClient, seller: str) -> None:
    waiting = client.v1.payment_intents.create({"amount": 1000, "currency": "usd"})
    plain = pay(client)
    destination = pay(client, application_fee_amount=100, transfer_data={"destination": seller})
    attempts: list[tuple[Any, tuple[int, str | None, str | None]]] = [
        ({}, (400, None, None)),
        ({"charge": "ch_nobody"}, (400, "resource_missing", "charge")),
        ({"payment_intent": waiting.id}, (400, "payment_intent_unexpected_state", "payment_intent")),
        ({"payment_intent": plain.id, "amount": 1001}, (400, None, "amount")),
        ({"payment_intent": plain.id, "amount": 0}, (400, "parameter_invalid_integer", "amount")),
        ({"payment_intent": plain.id, "reverse_transfer": True}, (400, None, "reverse_transfer")),
        ({"payment_intent": destination.id, "refund_application_fee": True}, (400, None, "refund_application_fee")),
    ]
    for params, expected in attempts:
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.v1.refunds.create(params)
        assert refusal(caught.value) == expected
    charge = plain.latest_charge
    assert isinstance(charge, str)
    refund = client.v1.refunds.create({"charge": charge, "metadata": {"why": "broken"}})
    assert dict_of(client.v1.refunds.retrieve(refund.id).metadata) == {"why": "broken"}
    assert [one.id for one in client.v1.refunds.list({"charge": charge}).data] == [refund.id]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"charge": charge})
    assert refusal(caught.value)[1] == "charge_already_refunded"


@pytest.mark.parametrize(
    ("card", "first", "last", "left"),
    [("pm_card_pendingRefund", "pending", "succeeded", -59), ("pm_card_refundFail", "succeeded", "failed", 941)],
)
def test_refunds_that_end_later(
    simulator: Simulator, client: stripe.StripeClient, card: str, first: str, last: str, left: int
) -> None:
    intent = pay(client, payment_method=card)
    refund = client.v1.refunds.create({"payment_intent": intent.id})
    assert refund.status == first
    simulator.advance(days=1)
    assert client.v1.refunds.retrieve(refund.id).status == last
    assert sum(row[3] for row in rows(client)) == left


def test_a_tiny_refund_takes_nothing_back_of_a_tiny_share(client: stripe.StripeClient, seller: str) -> None:
    intent = pay(client, 10000, transfer_data={"destination": seller, "amount": 10})
    refund = client.v1.refunds.create({"payment_intent": intent.id, "amount": 100, "reverse_transfer": True})
    assert refund.transfer_reversal is None
    with_fee = pay(client, 10000, transfer_data={"destination": seller}, application_fee_amount=1)
    again = client.v1.refunds.create(
        {"payment_intent": with_fee.id, "amount": 100, "reverse_transfer": True, "refund_application_fee": True}
    )
    assert again.transfer_reversal is not None


def test_transfers_and_what_limits_them(client: stripe.StripeClient, seller: str) -> None:
    intent = pay(client, 10000)
    charge: Any = intent.latest_charge
    attempts: list[tuple[Any, tuple[int, str | None, str | None]]] = [
        ({"amount": 0}, (400, "parameter_invalid_integer", "amount")),
        ({"amount": 1}, (400, "balance_insufficient", None)),
        ({"amount": 10001, "source_transaction": charge}, (400, "balance_insufficient", "source_transaction")),
        ({"amount": 1, "source_transaction": "ch_nobody"}, (400, "resource_missing", "source_transaction")),
        ({"amount": 1, "source_transaction": charge, "currency": "eur"}, (400, None, "currency")),
    ]
    for params, expected in attempts:
        whole: Any = {"currency": "usd", "destination": seller, **params}
        with pytest.raises(stripe.StripeError) as caught:
            client.v1.transfers.create(whole)
        assert refusal(caught.value) == expected
    transfer = client.v1.transfers.create(
        {"amount": 7000, "currency": "usd", "destination": seller, "source_transaction": charge, "metadata": {"a": "b"}}
    )
    assert transfer.transfer_group == f"group_{intent.id}"
    assert client.v1.payment_intents.retrieve(intent.id).transfer_group == transfer.transfer_group
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.transfers.create(
            {"amount": 1, "currency": "usd", "destination": seller, "source_transaction": charge, "transfer_group": "x"}
        )
    assert refusal(refused.value) == (400, None, "transfer_group")
    changed = client.v1.transfers.update(transfer.id, {"description": "For pots", "metadata": {"a": ""}})
    assert (changed.description, dict_of(changed.metadata)) == ("For pots", {})
    held = pay(client, capture_method="manual")
    with pytest.raises(stripe.InvalidRequestError, match="not been captured"):
        client.v1.transfers.create(
            {"amount": 1, "currency": "usd", "destination": seller, "source_transaction": str(held.latest_charge)}
        )
    with pytest.raises(stripe.StripeError) as elsewhere:
        client.v1.transfers.create({"amount": 1, "currency": "usd", "destination": seller}, {"stripe_account": seller})
    assert refusal(elsewhere.value) == (400, None, "destination")


def test_reversals_and_what_limits_them(client: stripe.StripeClient, seller: str) -> None:
    intent = pay(client, application_fee_amount=100, transfer_data={"destination": seller}, capture_method="automatic")
    charge = client.v1.charges.retrieve(str(intent.latest_charge))
    transfer = str(charge.transfer)
    part = client.v1.transfers.reversals.create(transfer, {"amount": 500, "refund_application_fee": True})
    assert client.v1.transfers.reversals.retrieve(transfer, part.id).amount == 500
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.transfers.reversals.create(transfer, {"amount": 501})
    assert refusal(caught.value) == (400, None, "amount")
    client.v1.transfers.reversals.create(transfer, {"metadata": {"a": "b"}})
    with pytest.raises(stripe.InvalidRequestError, match="fully reversed"):
        client.v1.transfers.reversals.create(transfer)
    listed = client.v1.transfers.reversals.list(transfer).data
    assert [(one.amount, dict_of(one.metadata)) for one in listed] == [(500, {"a": "b"}), (500, {})]
    fee = client.v1.application_fees.list().data[0]
    assert fee.amount_refunded == 50
    tiny = pay(client, 10000, application_fee_amount=1, transfer_data={"destination": seller})
    other = client.v1.charges.retrieve(str(tiny.latest_charge))
    client.v1.transfers.reversals.create(str(other.transfer), {"amount": 1, "refund_application_fee": True})


def test_a_plain_transfer_comes_back_only_if_it_is_still_there(client: stripe.StripeClient, seller: str) -> None:
    pay(client, 10000, payment_method="pm_card_bypassPending")
    transfer = client.v1.transfers.create({"amount": 5000, "currency": "usd", "destination": seller})
    client.v1.payouts.create({"amount": 4000, "currency": "usd"}, {"stripe_account": seller})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.transfers.reversals.create(transfer.id, {"refund_application_fee": True})
    assert refusal(caught.value)[1] == "balance_insufficient"
    assert (
        client.v1.transfers.reversals.create(transfer.id, {"amount": 1000, "refund_application_fee": True}).amount
        == 1000
    )


def test_fees_are_given_back_by_hand(client: stripe.StripeClient, seller: str) -> None:
    pay(client, account=seller, application_fee_amount=123)
    fee = client.v1.application_fees.list().data[0]
    assert client.v1.application_fees.retrieve(fee.id).charge == fee.charge
    refund = client.v1.application_fees.refunds.create(fee.id, {"amount": 23, "metadata": {"a": "b"}})
    assert [one.id for one in client.v1.application_fees.refunds.list(fee.id).data] == [refund.id]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.application_fees.refunds.create(fee.id, {"amount": 101})
    assert refusal(caught.value) == (400, None, "amount")
    client.v1.application_fees.refunds.create(fee.id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.application_fees.refunds.create(fee.id)
    assert refusal(caught.value)[1] == "fee_already_refunded"


def test_payouts_and_what_limits_them(simulator: Simulator, client: stripe.StripeClient, seller: str) -> None:
    options: Any = {"stripe_account": seller}
    params: Any = {**NOW, "amount": 5_000_000}
    client.v1.payment_intents.create(params, options)
    client.v1.payment_intents.create(params)
    bank = client.v1.accounts.external_accounts.list(seller).data[0]
    attempts: list[tuple[Any, tuple[int, str | None, str | None]]] = [
        ({"amount": 0}, (400, "parameter_invalid_integer", "amount")),
        ({"amount": 150, "currency": "huf"}, (400, "parameter_invalid_integer", "amount")),
        ({"amount": 1001, "currency": "kwd"}, (400, "parameter_invalid_integer", "amount")),
        ({"amount": 100, "currency": "eur"}, (400, "payouts_not_allowed", "currency")),
        ({"amount": 100, "destination": "ba_nobody"}, (400, "resource_missing", "destination")),
        ({"amount": 1_000_000, "method": "instant"}, (400, None, "amount")),
        ({"amount": 50_000_000}, (400, "balance_insufficient", None)),
    ]
    for more, expected in attempts:
        params = {"currency": "usd", **more}
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.v1.payouts.create(params, options)
        assert refusal(caught.value) == expected
    slow = client.v1.accounts.external_accounts.create(seller, {"external_account": "btok_us_verified_noAccount"})
    payout = client.v1.payouts.create(
        {"amount": 100, "currency": "usd", "destination": slow.id, "metadata": {"a": "b"}}, options
    )
    changed = client.v1.payouts.update(payout.id, {"metadata": {"c": "d"}}, options)
    assert dict_of(changed.metadata) == {"a": "b", "c": "d"}
    stopped = client.v1.payouts.create({"amount": 100, "currency": "usd", "destination": bank.id}, options)
    canceled = client.v1.payouts.cancel(stopped.id, {}, options)
    assert (canceled.status, canceled.failure_balance_transaction is None) == ("canceled", False)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payouts.cancel(stopped.id, {}, options)
    assert refusal(refused.value)[1] == "status_transition_invalid"
    own = client.v1.payouts.create({"amount": 100, "currency": "usd"})
    at_once = client.v1.payouts.create({"amount": 100, "currency": "usd", "method": "instant"}, options)
    assert at_once.arrival_date == at_once.created
    simulator.advance(days=4)
    assert client.v1.payouts.retrieve(own.id).status == "paid"
    assert client.v1.payouts.retrieve(stopped.id, {}, options).status == "canceled"
    failed = client.v1.payouts.retrieve(payout.id, {}, options)
    assert (failed.status, failed.failure_code) == ("failed", "no_account")
    kinds = {event.type for event in client.v1.events.list({"limit": 100}, options).data}
    assert {"payout.failed", "payout.canceled", "account.external_account.updated"} <= kinds


def test_a_bank_without_instant_payouts(client: stripe.StripeClient, seller: str) -> None:
    options: Any = {"stripe_account": seller}
    params: Any = {**NOW, "amount": 5000}
    client.v1.payment_intents.create(params, options)
    details: Any = {
        "object": "bank_account",
        "country": "US",
        "currency": "usd",
        "routing_number": "110000000",
        "account_number": "000888888883",
    }
    bank = client.v1.accounts.external_accounts.create(seller, {"external_account": details})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payouts.create(
            {"amount": 100, "currency": "usd", "method": "instant", "destination": bank.id}, options
        )
    assert refusal(caught.value)[1] == "instant_payouts_unsupported"


def test_settings_tell_the_schedule(client: stripe.StripeClient, seller: str) -> None:
    settings = client.v1.balance_settings.retrieve({}, {"stripe_account": seller})
    assert settings.payments.payouts is not None
    assert settings.payments.payouts.schedule is not None
    assert settings.payments.payouts.schedule.interval == "manual"


def test_a_schedule_pays_out_what_has_settled(simulator: Simulator, client: stripe.StripeClient, seller: str) -> None:
    options: Any = {"stripe_account": seller}
    daily: Any = {"payments": {"payouts": {"schedule": {"interval": "daily"}}}}
    client.v1.balance_settings.update(daily, options)
    simulator.advance(days=2)
    assert client.v1.payouts.list({}, options).data == []
    bank = client.v1.accounts.external_accounts.list(seller).data[0]
    pay(client, account=seller)
    simulator.world.table(seller, "bank_account").get(bank.id)["status"] = "errored"  # type: ignore[index]  # pyright: ignore[reportOptionalSubscript]
    simulator.advance(days=7)
    assert client.v1.payouts.list({}, options).data == []
    simulator.world.table(seller, "bank_account").get(bank.id)["status"] = "new"  # type: ignore[index]  # pyright: ignore[reportOptionalSubscript]
    simulator.advance(days=4)
    (payout,) = client.v1.payouts.list({}, options).data
    assert (payout.automatic, payout.status, payout.reconciliation_status) == (True, "paid", "completed")
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payouts.cancel(payout.id, {}, options)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.balance_transactions.list({"payout": "po_nobody"}, options)
    assert refusal(caught.value) == (400, "resource_missing", "payout")
    member = client.v1.balance_transactions.list({"payout": payout.id, "type": "charge"}, options).data[0]
    assert client.v1.balance_transactions.retrieve(member.id, {}, options).net == payout.amount


@pytest.mark.parametrize(
    "more",
    [
        {"amount": 0},
        {"source": "btok_nobody"},
    ],
)
def test_topups_that_stripe_refuses(client: stripe.StripeClient, more: dict[str, Any]) -> None:
    params: Any = {"amount": 1000, "currency": "usd", **more}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.topups.create(params)
    assert refusal(caught.value)[2] == next(iter(more))


def test_topups_that_do_not_arrive(simulator: Simulator, client: stripe.StripeClient, seller: str) -> None:
    stopped = client.v1.topups.create({"amount": 1000, "currency": "usd"})
    assert client.v1.topups.cancel(stopped.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.topups.cancel(stopped.id)
    assert refusal(caught.value)[1] == "status_transition_invalid"
    simulator.advance(days=9)
    assert client.v1.topups.retrieve(stopped.id).status == "canceled"
    assert rows(client) == []
    with pytest.raises(stripe.StripeError) as elsewhere:
        client.v1.topups.create({"amount": 1000, "currency": "usd"}, {"stripe_account": seller})
    assert elsewhere.value.http_status == 501


@pytest.mark.parametrize(
    ("kind", "change", "complaint"),
    [
        ("balance_transaction", {"net": 1}, "net is not amount less fee"),
        ("charge", {"amount_refunded": 1}, "by refunds of 0"),
        ("charge", {"refunded": True}, "refunded is True"),
        ("transfer", {"amount_reversed": 1}, "by reversals of 0"),
        ("transfer", {"reversed": True}, "reversed is True"),
        ("application_fee", {"amount_refunded": 1}, "by refunds of 0"),
        ("payout", {"status": "failed"}, "its money is not where that says"),
    ],
)
def test_a_world_that_contradicts_itself_is_noticed(
    simulator: Simulator, client: stripe.StripeClient, seller: str, kind: str, change: dict[str, Any], complaint: str
) -> None:
    pay(
        client,
        application_fee_amount=100,
        transfer_data={"destination": seller},
        payment_method="pm_card_bypassPending",
    )
    client.v1.payouts.create({"amount": 10, "currency": "usd"})
    simulator.check()
    world = simulator.world
    next(iter(world.table(world.platform, kind))).update(change)
    with pytest.raises(InvariantBroken, match=complaint):
        simulator.check()
