"""A month of a marketplace, reconciled to the cent.

Sellers of five countries take orders of the three kinds; buyers get refunds and dispute payments; some sellers are paid
out by a schedule and some by hand, banks fail and are replaced; the platform tops its balance up. All of it happens in
simulated time, on a simulator in this process, with no key and no network. In the end every balance is reconciled, and
every report has to equal the simulator's own ledger, movement for movement:

    python examples/month.py --orders 10000 --sellers 200
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from attrs import define, field, frozen

from connectkit import (
    Connect,
    InsufficientBalance,
    InvalidRequest,
    Money,
    Payment,
    PaymentDeclined,
    PeriodReport,
    Refused,
    Split,
)

COUNTRIES: Final = {"US": "usd", "CA": "cad", "GB": "gbp", "DE": "eur", "JP": "jpy"}
DAYS: Final = 30
CARDS: Final = (
    *["pm_card_visa"] * 60,
    *["pm_card_bypassPending"] * 34,
    "pm_card_createDispute",
    "pm_card_createDisputeProductNotReceived",
    "pm_card_refundFail",
    "pm_card_pendingRefund",
    "pm_card_visa_chargeDeclined",
    "pm_card_mastercard",
)


@frozen
class Seller:
    """One who sells.

    Attributes:
        id: The connected account.
        currency: What it is paid out in.
        by_hand: Whether the platform pays it out; a schedule does otherwise.
    """

    id: str
    currency: str
    by_hand: bool


@frozen
class Order:
    """One that was paid.

    Attributes:
        key: Its name.
        kind: `direct`, `destination` or `separate`.
        payment: What the buyer paid.
        seller: Who sold it; of a separate charge the first of two.
    """

    key: str
    kind: str
    payment: Payment
    seller: Seller


@define
class Month:
    """A marketplace, as far as its month has come.

    Attributes:
        connect: The platform.
        chance: Decides what happens.
        sellers: Who sells.
        orders: What was paid and not refunded yet.
        refunded: What was refunded, or would have been.
        counts: How often each thing happened.
    """

    connect: Connect
    chance: random.Random
    sellers: list[Seller] = field(factory=list[Seller])
    orders: list[Order] = field(factory=list[Order])
    refunded: list[Order] = field(factory=list[Order])
    counts: Counter[str] = field(factory=Counter[str])

    def open(self, sellers: int) -> None:
        """Onboard the sellers; a third of them is paid out by hand."""
        for number in range(sellers):
            country, currency = list(COUNTRIES.items())[number % len(COUNTRIES)]
            account = self.connect.onboarding.create(
                key=f"seller-{number}", country=country, type="express", email=f"seller-{number}@example.com"
            )
            self.connect.simulator.onboard(account.id)
            by_hand = number % 3 == 0
            if by_hand:
                self.connect.settings.set_payouts(account=account.id, interval="manual")
            self.sellers.append(Seller(account.id, currency, by_hand))

    def sell(self, number: int) -> None:
        """Take one order, of any kind."""
        key, kind = f"order-{number}", self.chance.choice(("direct", "destination", "separate"))
        card, seller = self.chance.choice(CARDS), self.chance.choice(self.sellers)
        try:
            payment = self._paid(key, kind, seller, card)
        except PaymentDeclined:
            self.counts["declined"] += 1
            return
        self.counts[kind] += 1
        self.orders.append(Order(key, kind, payment, seller))

    def _paid(self, key: str, kind: str, seller: Seller, card: str) -> Payment:
        charges, minor = self.connect.charges, self.chance.randrange(2_000, 30_000)
        if kind == "direct":
            price = Money(minor, seller.currency)
            fee = Money(minor // 10, seller.currency)
            return charges.direct.create(key=key, amount=price, account=seller.id, fee=fee, payment_method=card)
        price = Money(minor, "usd")
        if kind == "destination":
            fee = Money(minor // 10, "usd")
            return charges.destination.create(
                key=key, amount=price, destination=seller.id, fee=fee, payment_method=card
            )
        payment = charges.separate.create(key=key, amount=price, payment_method=card)
        other = self.chance.choice([each for each in self.sellers if each.id != seller.id])
        split = Split().fixed(other.id, Money.of("3.00", "usd")).percent(seller.id, "62.5")
        charges.separate.settle(payment.id, key=f"{key}/settle", shares=split)
        return payment

    def refund(self) -> None:
        """Pay a buyer back, all of it or a part; Stripe may refuse, as what is disputed."""
        order = self.orders.pop(self.chance.randrange(len(self.orders)))
        self.refunded.append(order)
        whole = order.payment.received
        amount = (
            whole if self.chance.random() < 0.5 else Money(whole.amount // self.chance.randrange(2, 5), whole.currency)
        )
        key, charges = f"{order.key}/refund", self.connect.charges
        refunds: dict[str, Callable[..., object]] = {
            "direct": partial(charges.direct.refund, account=order.seller.id),
            "destination": charges.destination.refund,
            "separate": charges.separate.refund,
        }
        self._attempt("refund", partial(refunds[order.kind], order.payment.id, key=key, amount=amount))

    def answer_disputes(self) -> None:
        """Answer what buyers dispute with evidence that convinces or does not, or accept it."""
        for seller in (None, *self.sellers):
            account = seller.id if seller else None
            for dispute in self.connect.disputes.list(account=account):
                if dispute.status != "needs_response":
                    continue
                key, text = f"{dispute.id}/answer", self.chance.choice(("winning_evidence", "losing_evidence", ""))
                if text:
                    self.connect.disputes.submit(
                        dispute.id, key=key, account=account, evidence={"uncategorized_text": text}
                    )
                else:
                    self.connect.disputes.close(dispute.id, key=key, account=account)
                self.counts["dispute"] += 1

    def top_up(self, day: int) -> None:
        """Add money to the platform's balance, and give some of it away."""
        self.connect.topups.create(key=f"topup-{day}", amount=Money.of("5000.00", "usd"))
        bonus = self.chance.choice(self.sellers)
        give = partial(self.connect.transfers.create, key=f"bonus-{day}", destination=bonus.id)
        self._attempt("bonus", partial(give, amount=Money.of("25.00", "usd")))

    def pay_out(self, day: int) -> None:
        """Pay out by hand what is there; the banks of some sellers are closed."""
        for seller in self.sellers:
            if not seller.by_hand:
                continue
            if seller.currency == "usd" and self.chance.random() < 0.3:
                self.connect.external_accounts.add(
                    seller.id, key=f"{seller.id}/closed-{day}", token="btok_us_verified_accountClosed"
                )
            intend = partial(self.connect.payouts.intend, account=seller.id, currency=seller.currency)
            self._attempt("payout", partial(intend, key=f"payout-{day}/{seller.id}"))

    def repair(self, day: int) -> None:
        """Give sellers whose payout failed another bank account, and send it again."""
        self.connect.payouts.missed()
        for intention in list(self.connect.payouts.intentions()):
            if intention.last.status == "failed":
                self.counts["failed payout"] += 1
                bank = self.connect.external_accounts.add(
                    intention.account, key=f"{intention.key}/bank-{day}", token="btok_us_verified"
                )
                retry = partial(self.connect.payouts.retry, intention.key, destination=bank.id)
                self._attempt("repaired payout", retry)

    def _attempt(self, what: str, call: Callable[[], object]) -> None:
        """Do what may be refused for a good reason: money that is not there, a dispute, a negative balance."""
        try:
            call()
        except (Refused, InvalidRequest, InsufficientBalance):
            self.counts[f"{what}, refused"] += 1
        else:
            self.counts[what] += 1

    def live(self, orders: int) -> None:
        """Let thirty days pass, with their orders and all that follows from them."""
        for day in range(DAYS):
            for number in range(day * orders // DAYS, (day + 1) * orders // DAYS):
                self.sell(number)
                if self.orders and self.chance.random() < 0.12:
                    self.refund()
            if day % 7 == 0:
                self.top_up(day)
            if day % 7 == 3:
                self.pay_out(day)
            if day % 7 == 6:
                self.repair(day)
                self.answer_disputes()
            self.connect.simulator.advance(days=1)
        self.connect.simulator.advance(days=10)


def differences(connect: Connect, report: PeriodReport) -> list[str]:
    """Compare a report with the simulator's ledger: closing by currency, and every total by category."""
    world = connect.simulator.world
    account = report.account or world.platform
    held: dict[str, int] = connect.simulator.ledger()["accounts"].get(report.account or "platform", {})
    closing = {statement.closing.currency: statement.closing.amount for statement in report.statements}
    sums: dict[tuple[str, str], list[int]] = {}
    for row in world.table(account, "balance_transaction"):
        total = sums.setdefault((row["currency"], row["reporting_category"]), [0, 0, 0, 0])
        for place, part in enumerate((1, row["amount"], row["fee"], row["net"])):
            total[place] += part
    totals = {
        (total.net.currency, total.category): [total.count, total.amount.amount, total.fee.amount, total.net.amount]
        for total in report.totals
    }
    wrong = [f"{report.account}: {closing} closing, {held} held"] if _nonzero(closing) != _nonzero(held) else []
    wrong += [f"{report.account}: {totals} reported, {sums} in the ledger"] if totals != sums else []
    return [*wrong, *(f"{report.account}: {finding}" for finding in report.findings)]


def _nonzero(amounts: dict[str, int]) -> dict[str, int]:
    return {currency: amount for currency, amount in amounts.items() if amount}


def sampled(month: Month, number: int) -> list[str]:
    """Reconcile some orders and payouts by themselves."""
    wrong: list[str] = []
    orders = [*month.orders, *month.refunded]
    for order in month.chance.sample(orders, min(number, len(orders))):
        report = month.connect.reconciliation.order(key=order.key)
        wrong += [f"{order.key}: {finding}" for finding in report.findings]
    for seller in month.chance.sample(month.sellers, min(number, len(month.sellers))):
        for payout in list(month.connect.payouts.list(account=seller.id))[:1]:
            paid = month.connect.reconciliation.payout(payout.id, account=seller.id)
            wrong += [f"{payout.id}: {finding}" for finding in paid.findings]
    return wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the month, reconcile it, and say whether everything is explained."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--sellers", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", type=int, default=20, help="how many orders and payouts are reconciled one by one")
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    with Connect.sandbox(seed=asked.seed) as connect:
        month = Month(connect, random.Random(asked.seed))
        month.open(asked.sellers)
        month.live(asked.orders)
        connect.simulator.check()
        played = time.monotonic()
        lines, wrong = 0, list[str]()
        for report in connect.reconciliation.periods(accounts=[seller.id for seller in month.sellers]):
            lines += sum(report.origins.values())
            wrong += differences(connect, report)
        wrong += sampled(month, asked.sample)
        if not connect.simulator.ledger()["balanced"]:
            wrong.append("The ledger does not sum to zero.")
        for what, count in sorted(month.counts.items()):
            print(f"{count:8,}  {what}")
        print(f"{len(connect.simulator.requests):8,}  requests in {played - began:.0f} s")
        print(f"{lines:8,}  movements on {asked.sellers + 1} accounts reconciled in {time.monotonic() - played:.0f} s")
    for line in wrong[:20]:
        print(f"WRONG: {line}")
    print("Every cent is explained." if not wrong else f"{len(wrong)} things are not explained.")
    return min(len(wrong), 1)


if __name__ == "__main__":
    sys.exit(main())
