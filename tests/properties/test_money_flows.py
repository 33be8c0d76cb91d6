"""Whatever a platform does in whatever order: every law of money holds after each step, and all of it is explained.

The machine plays every flow of the facade against the simulator, in both directions and with all that can go wrong:
cards that decline, dispute or do not take refunds, banks that are closed, balances that are short, answers that get
lost. What Stripe refuses
is refused; nothing else may be raised. In the end every balance, payout and payment is reconciled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import get_args

from attrs import frozen
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, initialize, invariant, multiple, rule
from tests.simulator.watch import Watch

from connectkit import CheckoutSession, Connect, LineItem, Money, Origin, Payment, Plan, Refund
from connectkit.calls.retries import Retries
from connectkit.errors import InvalidRequest, Refused
from connectkit.owing import IfShort
from connectkit.simulator import Simulator, Switches
from connectkit.simulator.money.switches import set_switches

LARGE = settings().max_examples > 1_000
"""Whether this is a long search, as `nox -s chaos` makes it."""

AMOUNTS = st.integers(100, 20_000)
PARTS = st.one_of(st.none(), st.integers(1, 20_000))
PLACES = st.integers(0, 2)
CARDS = st.sampled_from(
    (
        "pm_card_visa",
        "pm_card_bypassPending",
        "pm_card_bypassPending",
        "pm_card_refundFail",
        "pm_card_pendingRefund",
        "pm_card_createDispute",
        "pm_card_visa_chargeDeclined",
    )
)


@frozen
class Sale:
    """A payment that was made.

    Attributes:
        kind: Of which of the three kinds.
        payment: Its id.
        account: Whose it is; `None` for the platform's.
        currency: Its currency.
    """

    kind: str
    payment: str
    account: str | None
    currency: str


class Flows(RuleBasedStateMachine):
    """A platform with a seller of its own kind, one whose costs it bears, and one abroad."""

    sales: Bundle[Sale] = Bundle("sales")
    transfers: Bundle[str] = Bundle("transfers")
    payouts: Bundle[tuple[str, str]] = Bundle("payouts")

    def __init__(self) -> None:
        super().__init__()
        self.simulator = Simulator()
        self.watch = Watch(self.simulator)
        client, patience = self.simulator.http_client(), Retries(attempts=100, longest=0.0)
        self.connect = Connect("sk_test_flows", http_client=client, retries=patience, look_up_pause=0.0)
        self.sellers: list[tuple[str, str]] = []
        self.count = 0
        self.made: list[Sale] = []
        self.delivered: Counter[str] = Counter()

    @initialize(scheduled=st.booleans(), reserves=st.booleans(), waiting=st.booleans())
    def open(self, scheduled: bool, reserves: bool, waiting: bool) -> None:
        set_switches(self.simulator.world, Switches(connect_reserves=reserves, refunds_wait=waiting))
        for place, (country, currency, type) in enumerate(
            (("US", "usd", "standard"), ("US", "usd", "express"), ("CA", "cad", "express"))
        ):
            seller = self.connect.onboarding.create(
                key=f"seller-{place}",
                country=country,
                type=type,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # one of the three
                email="ana@example.com",
            )
            self.simulator.onboard(seller.id)
            if place != 1 or not scheduled:
                self.connect.settings.set_payouts(account=seller.id, interval="manual")
            self.sellers.append((seller.id, currency))

    def key(self, name: str) -> str:
        self.count += 1
        return f"{name}-{self.count}"

    def attempt(self, call: Callable[[], str]) -> list[str]:
        """Do what may be refused, twice under one key: the second time it gives the same, and moves nothing."""
        try:
            first = call()
        except (Refused, InvalidRequest):
            return []
        rows = self.rows()
        assert call() == first
        assert self.rows() == rows
        return [first]

    def rows(self) -> int:
        world = self.simulator.world
        accounts = (world.platform, *(seller for seller, _ in self.sellers))
        return sum(1 for account in accounts for _ in world.table(account, "balance_transaction"))

    @rule(
        target=sales,
        kind=st.sampled_from(("direct", "destination", "separate")),
        amount=AMOUNTS,
        cut=st.one_of(st.none(), st.integers(0, 99)),
        card=CARDS,
        place=PLACES,
    )
    def pay(self, kind: str, amount: int, cut: int | None, card: str, place: int) -> MultipleResults[Sale]:
        charges, (seller, home) = self.connect.charges, self.sellers[place]
        currency = home if kind == "direct" else "usd"
        fee = None if cut is None else Money(cut, currency)
        pay: dict[str, Callable[..., Payment]] = {
            "direct": partial(charges.direct.create, account=seller, fee=fee),
            "destination": partial(charges.destination.create, destination=seller, fee=fee),
            "separate": charges.separate.create,
        }
        key = self.key(kind)
        made = self.attempt(lambda: pay[kind](key=key, amount=Money(amount, currency), payment_method=card).id)
        sales = [Sale(kind, payment, seller if kind == "direct" else None, currency) for payment in made]
        self.made += sales
        return multiple(*sales)

    @rule(
        target=sales,
        kind=st.sampled_from(("direct", "destination", "separate")),
        amount=AMOUNTS,
        card=st.one_of(CARDS, st.just("pm_usBankAccount_success")),
        place=PLACES,
    )
    def sell_by_checkout(self, kind: str, amount: int, card: str, place: int) -> MultipleResults[Sale]:
        checkout, (seller, home) = self.connect.checkout, self.sellers[place]
        currency = home if kind == "direct" else "usd"
        open_: dict[str, Callable[..., CheckoutSession]] = {
            "direct": partial(checkout.direct.create, account=seller),
            "destination": partial(checkout.destination.create, destination=seller),
            "separate": checkout.separate.create,
        }
        key, items = self.key("page"), [LineItem(name="Chair", price=Money(amount, currency))]
        methods = ["card", "us_bank_account"]
        made = self.attempt(
            lambda: (
                open_[kind](
                    key=key, line_items=items, success_url="https://shop.example", allowed_payment_method_types=methods
                ).id
            )
        )
        account = seller if kind == "direct" else None
        with suppress(ValueError):  # the card is declined, and the page stays open
            for session in made:
                self.simulator.pay(session, card)
        paid = [checkout.retrieve(session, account=account).payment for session in made]
        sales = [Sale(kind, payment, account, currency) for payment in paid if payment]
        self.made += sales
        return multiple(*sales)

    @rule(sale=sales)
    def deliver(self, sale: Sale) -> None:
        """Deliver, of all who ask, once; and no payment of Checkout as one without."""
        delivered = self.delivered[sale.payment]
        for _ in range(2):
            answer = self.connect.charges.fulfil(
                sale.payment, lambda one: self.delivered.update([one.payment.id]), account=sale.account
            )
            assert self.delivered[sale.payment] == int(answer.delivered)
        assert self.delivered[sale.payment] >= delivered

    @rule(target=transfers, sale=sales, first=PARTS, second=st.integers(1, 9_000))
    def settle(self, sale: Sale, first: int | None, second: int) -> MultipleResults[str]:
        shares = {self.sellers[1][0]: Money(second, "usd")}
        if first is not None:
            shares[self.sellers[2][0]] = Money(first, "usd")
        key, separate = self.key("settle"), self.connect.charges.separate

        def call() -> str:
            return " ".join(one.id for one in separate.settle(sale.payment, key=key, shares=shares).transfers)

        made = self.attempt(call) if sale.kind == "separate" else []
        return multiple(*(transfer for several in made for transfer in several.split()))

    @rule(sale=sales, amount=PARTS)
    def refund(self, sale: Sale, amount: int | None) -> None:
        charges, money = self.connect.charges, None if amount is None else Money(amount, sale.currency)
        refund: dict[str, Callable[..., Refund]] = {
            "direct": partial(charges.direct.refund, account=sale.account or ""),
            "destination": charges.destination.refund,
            "separate": charges.separate.refund,
        }
        key = self.key("refund")
        self.attempt(lambda: refund[sale.kind](sale.payment, key=key, amount=money).id)

    @rule(sale=sales, amount=PARTS, if_short=st.sampled_from(get_args(IfShort)))
    def refund_by_plan(self, sale: Sale, amount: int | None, if_short: IfShort) -> None:
        """Look at a refund first: looking moves nothing, and what is carried out is what was shown."""
        charges, money = self.connect.charges, None if amount is None else Money(amount, sale.currency)
        plans: dict[str, Callable[..., Plan[Refund]]] = {
            "direct": partial(charges.direct.plan_refund, account=sale.account or ""),
            "destination": partial(charges.destination.plan_refund, if_short=if_short),
            "separate": partial(charges.separate.plan_refund, if_short=if_short),
        }
        key = self.key("planned")

        def call() -> str:
            rows = self.rows()
            plan = plans[sale.kind](sale.payment, key=key, amount=money)
            assert self.rows() == rows
            return plan.execute().id

        self.attempt(call)

    @rule(amount=st.integers(1, 500), place=PLACES)
    def debit(self, amount: int, place: int) -> None:
        """Debit a seller, in its own currency, whose balance never goes below zero by it."""
        key, (seller, currency) = self.key("debit"), self.sellers[place]
        made = self.attempt(
            lambda: self.connect.transfers.debit(key=key, account=seller, amount=Money(amount, currency)).id
        )
        if made:
            assert self.simulator.world.ledger.available(seller, currency) >= 0

    @rule(target=transfers, amount=AMOUNTS, place=PLACES)
    def give(self, amount: int, place: int) -> MultipleResults[str]:
        key, to = self.key("bonus"), self.sellers[place][0]
        made = self.connect.transfers.create
        return multiple(*self.attempt(lambda: made(key=key, amount=Money(amount, "usd"), destination=to).id))

    @rule(transfer=transfers, amount=PARTS)
    def take_back(self, transfer: str, amount: int | None) -> None:
        key, money = self.key("reversal"), None if amount is None else Money(amount, "usd")
        self.attempt(lambda: self.connect.transfers.reverse(transfer, key=key, amount=money).id)

    @rule(target=payouts, amount=AMOUNTS, place=PLACES, closed=st.booleans())
    def pay_out(self, amount: int, place: int, closed: bool) -> MultipleResults[tuple[str, str]]:
        seller, currency = self.sellers[place]
        bank = None
        if closed and currency == "usd":
            added = self.attempt(partial(self._closed_bank, seller, self.key("bank")))
            bank = added[0] if added else None
        key, create = self.key("payout"), self.connect.payouts.create
        made = self.attempt(
            lambda: create(key=key, account=seller, amount=Money(amount, currency), destination=bank).id
        )
        return multiple(*((payout, seller) for payout in made))

    def _closed_bank(self, seller: str, key: str) -> str:
        token = "btok_us_verified_accountClosed"
        return self.connect.external_accounts.add(seller, key=key, token=token, default=False).id

    @rule(payout=payouts)
    def call_back(self, payout: tuple[str, str]) -> None:
        key = self.key("cancel")
        self.attempt(lambda: self.connect.payouts.cancel(payout[0], key=key, account=payout[1]).id)

    @rule(amount=AMOUNTS)
    def top_up(self, amount: int) -> None:
        key = self.key("topup")
        self.attempt(lambda: self.connect.topups.create(key=key, amount=Money(amount, "usd")).id)

    @rule(text=st.sampled_from(("winning_evidence", "losing_evidence", "")), recover=st.booleans())
    def answer_a_dispute(self, text: str, recover: bool) -> None:
        for account in (None, *(seller for seller, _ in self.sellers)):
            for dispute in [*self.connect.disputes.list(account=account)][:1]:
                self._answer(dispute.id, account, text, recover=recover and account is None)

    def _answer(self, dispute: str, account: str | None, text: str, *, recover: bool) -> None:
        disputes, key = self.connect.disputes, self.key("dispute")
        if recover:
            self.attempt(lambda: str(len(disputes.recover(dispute, key=f"{key}/recover").reversals)))
        if text:
            evidence = {"uncategorized_text": text}
            self.attempt(lambda: disputes.submit(dispute, key=key, account=account, evidence=evidence).id)
        else:
            self.attempt(lambda: disputes.close(dispute, key=key, account=account).id)

    @rule(fault=st.sampled_from(("lose_answer", "lose_request", "lock_timeout", "rate_limit")))
    def break_the_next_call(self, fault: str) -> None:
        """Have the next answer lost, or the next call turned away: it is sent again, and nothing is done twice."""
        self.simulator.faults.next(fault)

    @rule(days=st.integers(1, 8))
    def wait(self, days: int) -> None:
        self.simulator.advance(days=days)

    @invariant()
    def every_law_holds(self) -> None:
        self.watch.look()
        assert not self.connect.operations.unfinished()

    def teardown(self) -> None:
        """See that all that was done is explained, to the cent."""
        if self.sellers:
            self._explained()
        self.connect.close()

    def _explained(self) -> None:
        reconciliation = self.connect.reconciliation
        ledger = self.simulator.ledger()["accounts"]
        for report in reconciliation.periods(accounts=[seller for seller, _ in self.sellers]):
            assert report.explained, report.findings
            assert report.origins[Origin.ELSEWHERE] == 0
            held = ledger.get(report.account or "platform", {})
            for statement in report.statements:
                assert statement.opening.is_zero
                assert statement.closing.amount == held.get(statement.closing.currency, 0)
        for sale in self.made[-3:]:
            order = reconciliation.order(payment=sale.payment, account=sale.account)
            assert order.explained, order.findings
        for seller, _ in self.sellers:
            for payout in [*self.connect.payouts.list(account=seller)][:2]:
                findings = reconciliation.payout(payout.id, account=seller).findings
                assert not [finding for finding in findings if finding.money], findings


TestFlows = Flows.TestCase
TestFlows.settings = settings(max_examples=400 if LARGE else 8, stateful_step_count=60 if LARGE else 20, deadline=None)
