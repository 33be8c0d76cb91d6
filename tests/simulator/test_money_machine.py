"""Whatever is done in whatever order: every law of money holds after each request, and no money is made or lost."""

from __future__ import annotations

import os
from itertools import count
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from tests.simulator.driver import Reply
from tests.simulator.till import APPLICATION_PAYS, CANADA, Till
from tests.simulator.watch import Watch

from connectkit.simulator import Simulator, Switches
from connectkit.simulator.money.switches import set_switches, switches_of

AMOUNTS = st.integers(50, 20_000)
PARTS = st.one_of(st.none(), st.integers(1, 20_000))
CARDS = st.sampled_from(
    (
        "pm_card_visa",
        "pm_card_bypassPending",
        "pm_card_refundFail",
        "pm_card_createDispute",
        "pm_card_visa_chargeDeclined",
        "pm_card_createDisputeInquiry",
        "pm_card_pendingRefund",
    )
)
BANKS = st.sampled_from(("pm_usBankAccount_success", "pm_usBankAccount_accountClosed"))
ROWED = ("/v1/charges", "/v1/transfers", "/v1/payouts", "/v1/topups", "/v1/refunds")
LISTS = (*ROWED, "/v1/balance_transactions", "/v1/payment_intents", "/v1/events", "/v1/disputes")
DONE = frozenset({200, 400, 402})


class Money(RuleBasedStateMachine):
    """A platform with three sellers: one like itself, one whose costs it pays, one abroad."""

    charges: Bundle[tuple[str, str | None]] = Bundle("charges")
    transfers: Bundle[str] = Bundle("transfers")
    payouts: Bundle[tuple[str, str | None]] = Bundle("payouts")

    def __init__(self) -> None:
        super().__init__()
        self.till = Till(Simulator(start=1_800_000_000, check_always=True))
        self.watch = Watch(self.till.simulator)
        self.sellers: list[str] = []
        self.keys = count()
        self.last: tuple[str, dict[str, Any], str | None, str, Reply] | None = None

    @initialize(reserves=st.booleans(), waiting=st.booleans())
    def open(self, reserves: bool, waiting: bool) -> None:
        set_switches(self.till.simulator.world, Switches(connect_reserves=reserves, refunds_wait=waiting))
        self.sellers = [self.till.seller(**changes) for changes in ({}, APPLICATION_PAYS, CANADA)]

    def attempt(self, path: str, told: dict[str, Any], account: str | None = None) -> dict[str, Any]:
        """Ask for something that may be refused; a defect would be raised, or answered otherwise."""
        given, key = {name: value for name, value in told.items() if value is not None}, f"key-{next(self.keys)}"
        reply = self.till.driver.post(path, given, account=account, key=key)
        assert reply.status in DONE, reply.body
        self.last = path, given, account, key, reply
        body: dict[str, Any] = reply.body
        return body

    @rule(
        target=charges,
        amount=AMOUNTS,
        card=CARDS,
        place=st.integers(0, 2),
        kind=st.sampled_from(("plain", "direct", "destination", "amount", "on_behalf_of")),
        cut=st.integers(0, 3000),
        currency=st.sampled_from(("usd", "usd", "eur")),
    )
    def pay(self, amount: int, card: str, place: int, kind: str, cut: int, currency: str) -> tuple[str, str | None]:
        seller = self.sellers[place]
        told: dict[str, Any] = {"amount": amount, "currency": currency, "payment_method": card, "confirm": True}
        match kind:
            case "direct":
                told["application_fee_amount"] = cut
            case "destination":
                told |= {"application_fee_amount": cut, "transfer_data": {"destination": seller}}
            case "amount":
                told["transfer_data"] = {"destination": seller, "amount": max(1, cut)}
            case "on_behalf_of":
                told |= {"on_behalf_of": seller, "transfer_data": {"destination": seller}}
            case _:
                pass
        account = seller if kind == "direct" else None
        return self.attempt("/v1/payment_intents", told, account).get("latest_charge") or "ch_none", account

    @rule()
    def repeat(self) -> None:
        """What was executed is answered as it was, and done once; what was not is refused again."""
        if self.last is not None:
            path, given, account, key, first = self.last
            before = self.till.simulator.ledger()
            again = self.till.driver.post(path, given, account=account, key=key)
            assert self.till.simulator.ledger() == before
            executed = first.headers.get("Stripe-Should-Retry") == "false"
            assert (again.headers.get("Idempotent-Replayed") == "true") is executed
            assert again.status == first.status
            if executed:
                assert again.body == first.body

    @rule(amount=AMOUNTS, part=st.integers(1, 20_000), place=st.integers(0, 2), capture=st.booleans())
    def hold(self, amount: int, part: int, place: int, capture: bool) -> None:
        told: dict[str, Any] = {"amount": amount, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
        cut = {"transfer_data": {"destination": self.sellers[place]}, "capture_method": "manual"}
        intent = self.attempt("/v1/payment_intents", {**told, **cut})
        if "id" in intent:
            path = f"/v1/payment_intents/{intent['id']}"
            if capture:
                self.attempt(f"{path}/capture", {"amount_to_capture": part})
            else:
                self.attempt(f"{path}/cancel", {})

    @rule(path=st.sampled_from(LISTS), place=st.integers(0, 3), limit=st.integers(1, 100))
    def look(self, path: str, place: int, limit: int) -> None:
        account = [*self.sellers, None][place]
        told = {"limit": limit, "expand": ["data.balance_transaction"]} if path in ROWED else {"limit": limit}
        reply = self.till.driver.get(path, told, account=account)
        assert reply.status == 200, reply.body
        assert reply.body["has_more"] is False or len(reply.body["data"]) == limit

    @rule(target=charges, amount=AMOUNTS, bank=BANKS, passed_on=st.booleans(), place=st.integers(0, 2))
    def pay_by_bank(self, amount: int, bank: str, passed_on: bool, place: int) -> tuple[str, str | None]:
        """Have a bank pay, or say no, some days later: what was passed on by the payment itself is not kept then."""
        told: dict[str, Any] = {"amount": amount, "currency": "usd", "payment_method": bank, "confirm": True}
        told["mandate_data"] = {"customer_acceptance": {"type": "offline"}}
        if passed_on:
            told["transfer_data"] = {"destination": self.sellers[place]}
        return self.attempt("/v1/payment_intents", told).get("latest_charge") or "ch_none", None

    @rule(charge=charges, amount=PARTS, back=st.booleans(), fee=st.booleans())
    def refund(self, charge: tuple[str, str | None], amount: int | None, back: bool, fee: bool) -> None:
        """Refund; what sellers got otherwise than by the charge itself stays with them."""
        told = {"charge": charge[0], "amount": amount, "reverse_transfer": back, "refund_application_fee": fee}
        before = self.reversed_by_hand()
        self.attempt("/v1/refunds", told, charge[1])
        assert self.reversed_by_hand() == before

    def reversed_by_hand(self) -> dict[str, int]:
        """Give what came back of each transfer that no charge made by itself."""
        world = self.till.simulator.world
        own = {charge.get("_transfer") for charge in world.table(world.platform, "charge")}
        made = world.table(world.platform, "transfer")
        return {transfer["id"]: transfer["amount_reversed"] for transfer in made if transfer["id"] not in own}

    @rule(target=transfers, charge=charges, amount=AMOUNTS, place=st.integers(0, 2), sourced=st.booleans())
    def transfer(self, charge: tuple[str, str | None], amount: int, place: int, sourced: bool) -> str:
        told = {"amount": amount, "currency": "usd", "destination": self.sellers[place]}
        source = charge[0] if sourced else None
        made: str = self.attempt("/v1/transfers", {**told, "source_transaction": source}).get("id", "tr_none")
        return made

    @rule(amount=PARTS, fee=st.booleans(), newest=st.integers(0, 3))
    def reverse(self, amount: int | None, fee: bool, newest: int) -> None:
        transfers = self.till.listed("/v1/transfers")
        if transfers:
            path = f"/v1/transfers/{transfers[newest % len(transfers)]['id']}/reversals"
            self.attempt(path, {"amount": amount, "refund_application_fee": fee})

    @rule(amount=PARTS, newest=st.integers(0, 3))
    def give_fee_back(self, amount: int | None, newest: int) -> None:
        fees = self.till.listed("/v1/application_fees")
        if fees:
            self.attempt(f"/v1/application_fees/{fees[newest % len(fees)]['id']}/refunds", {"amount": amount})

    @rule(target=payouts, amount=AMOUNTS, place=st.integers(0, 3))
    def pay_out(self, amount: int, place: int) -> tuple[str, str | None]:
        account = [*self.sellers, None][place]
        currency = "cad" if place == 2 else "usd"
        held = self.till.available(account, currency)
        made = self.attempt("/v1/payouts", {"amount": amount, "currency": currency}, account)
        if "id" in made:
            assert amount <= held
            assert self.till.available(account, currency) == held - amount
        return made.get("id", "po_none"), account

    @rule(payout=payouts)
    def call_back(self, payout: tuple[str, str | None]) -> None:
        """Call a payout back: only one that was made by hand and has not left."""
        before = self.till.simulator.world.find(payout[0])
        callable_ = before is not None and before["status"] == "pending" and not before["automatic"]
        reply = self.till.driver.post(f"/v1/payouts/{payout[0]}/cancel", account=payout[1])
        assert reply.status in DONE | {404}
        assert (reply.status == 200) is callable_

    @rule(kind=st.sampled_from(("charge", "refund", "payout", "transfer", "topup", "dispute")), place=st.integers(0, 3))
    def look_elsewhere(self, kind: str, place: int) -> None:
        """Ask for an object of one account in the scope of another, where there is none."""
        accounts = [*self.sellers, None]
        world = self.till.simulator.world
        things = [*world.table(accounts[place] or world.platform, kind)]
        if things and not things[-1]["id"].startswith("pyr_"):
            path = f"/v1/{kind}s/{things[-1]['id']}"
            assert self.till.driver.get(path, account=accounts[place]).status == 200
            reply = self.till.driver.get(path, account=accounts[place - 1])
            assert (reply.status, reply.error["code"]) == (404, "resource_missing")

    @rule(amount=st.integers(1, 2_000), place=st.integers(0, 2))
    def debit(self, amount: int, place: int) -> None:
        """Debit a seller, in its own currency: never below zero, unless that is held back from the platform."""
        currency = "cad" if place == 2 else "usd"
        made = self.attempt("/v1/charges", {"amount": amount, "currency": currency, "source": self.sellers[place]})
        held_back = switches_of(self.till.simulator.world).connect_reserves
        assert "id" not in made or held_back or self.till.available(self.sellers[place], currency) >= 0

    @rule(text=st.sampled_from(("winning_evidence", "losing_evidence", "a letter")))
    def answer_a_dispute(self, text: str) -> None:
        for account in (None, *self.sellers):
            for dispute in self.till.listed("/v1/disputes", account)[:1]:
                self.attempt(f"/v1/disputes/{dispute['id']}", {"evidence": {"uncategorized_text": text}}, account)

    @rule(
        amount=AMOUNTS,
        cancel=st.booleans(),
        source=st.sampled_from((None, "btok_us_verified_reversed", "btok_us_verified_accountClosed")),
    )
    def top_up(self, amount: int, cancel: bool, source: str | None) -> None:
        topup = self.attempt("/v1/topups", {"amount": amount, "currency": "usd", "source": source})
        if cancel:
            self.attempt(f"/v1/topups/{topup['id']}/cancel", {})

    @rule(days=st.integers(1, 5))
    def wait(self, days: int) -> None:
        self.till.simulator.advance(days=days)
        self.last = None  # its key is forgotten

    @invariant()
    def every_law_holds(self) -> None:
        self.watch.look()


TestMoney = Money.TestCase
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "machine"  # a hundred thousand steps
TestMoney.settings = settings(max_examples=2_000 if LONG else 15, stateful_step_count=50 if LONG else 25, deadline=None)
