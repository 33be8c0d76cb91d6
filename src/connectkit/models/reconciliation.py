"""What reconciliation finds: lines, what they sum to, and what does not fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum

from attrs import frozen

from connectkit.divisions import Division
from connectkit.money import Money

from .payouts import Payout


class Origin(Enum):
    """Who caused a movement."""

    OPERATION = "operation"
    """An operation of the journal."""
    STRIPE = "stripe"
    """Stripe or a bank by itself: a dispute, a payout by schedule, a fee, a reserve."""
    ELSEWHERE = "elsewhere"
    """Somebody else: the Dashboard, other code, or the seller."""


class DiscrepancyKind(Enum):
    """What does not fit."""

    MISSING = "missing"
    """The journal says that it was done, and the ledger does not have it."""
    UNEXPECTED = "unexpected"
    """The ledger has it, and no operation of the journal caused it."""
    DIFFERENT = "different"
    """Both have it, with other amounts."""
    UNSETTLED = "unsettled"
    """It is not known yet how it ends."""
    UNEXPLAINED = "unexplained"
    """Sums that have to be equal are not."""


@frozen(kw_only=True)
class Discrepancy:
    """Something that does not fit.

    Attributes:
        kind: In which way.
        key: The operation that it is about, or `""`.
        step: The place in a flow of several calls, or `""`.
        object_id: The object at Stripe that it is about, or `""`.
        expected: What should have moved; `None` where that is nothing or not known.
        found: What did move; `None` where that is nothing.
        why: The likely cause.
        next_step: What to do now.
    """

    kind: DiscrepancyKind
    key: str = ""
    step: str = ""
    object_id: str = ""
    expected: Money | None = None
    found: Money | None = None
    why: str
    next_step: str

    @property
    def money(self) -> Money | None:
        """How much is not explained, without a sign; `None` where nothing moved that should not have."""
        if self.expected is not None and self.found is not None:
            return abs(self.expected - self.found)
        either = self.expected or self.found
        return None if either is None else abs(either)


@frozen(kw_only=True)
class Line:
    """One movement of a balance, and what caused it.

    Attributes:
        id: Stripe's id of the balance transaction.
        account: The connected account whose balance it is, or `""` for the platform.
        amount: How much, before fees; negative for what leaves.
        fee: What of it went to fees; negative where fees came back.
        application_fee: The part of *fee* that the platform gets; the rest is Stripe's.
        net: What the balance moved by.
        type: What it is, as `charge` or `payout_failure`. An open set.
        category: The same for accounting, as `platform_earning`. An open set.
        source: The object behind it, or `""`.
        available_on: From when on it is usable.
        created: When it was made.
        origin: Who caused it.
        key: The operation that caused it, or that of the payment that it goes back to; `""` if there is none.
        step: The place in a flow of several calls, or `""`.
        division: How the payment was split, where the metadata of what moved remembers it.
    """

    id: str
    account: str
    amount: Money
    fee: Money
    application_fee: Money
    net: Money
    type: str
    category: str
    source: str
    available_on: datetime
    created: datetime
    origin: Origin
    key: str
    step: str
    division: Division | None


@frozen(kw_only=True)
class Total:
    """What the lines of one currency and reporting category sum to.

    Attributes:
        category: The reporting category, as `charge`.
        count: How many lines there are.
        amount: Their sum before fees.
        fee: Their fees.
        net: What the balance moved by.
    """

    category: str
    count: int
    amount: Money
    fee: Money
    net: Money


@frozen(kw_only=True)
class Statement:
    """A balance from beginning to end, pending and available together: `opening + moved = closing`.

    Attributes:
        opening: What was there.
        moved: What the lines sum to.
        closing: What is there.
    """

    opening: Money
    moved: Money
    closing: Money


@frozen(kw_only=True)
class Report:
    """What every report tells.

    Attributes:
        account: The connected account, or `""` for the platform.
        totals: What the lines sum to, by currency and category.
        origins: How many lines each origin caused.
        findings: What does not fit, at most a thousand.
        omitted: How many findings there are beyond those.
    """

    account: str
    totals: tuple[Total, ...]
    origins: Mapping[Origin, int]
    findings: tuple[Discrepancy, ...]
    omitted: int = 0

    @property
    def explained(self) -> bool:
        """Whether everything fits."""
        return not self.findings

    @property
    def unexplained(self) -> Sequence[Money]:
        """How much the findings do not explain, in each currency; none where everything fits."""
        return summed(money for finding in self.findings if (money := finding.money) is not None and money.amount)

    def net(self, currency: str) -> Money:
        """Give what the lines of one currency moved."""
        nets = (total.net for total in self.totals if total.net.currency == currency)
        return sum(nets, start=Money(0, currency))

    def table(self) -> str:
        """Show the totals as a table."""
        rows: list[tuple[str, ...]] = [("category", "lines", "amount", "fee", "net", "")]
        for total in self.totals:
            digits = (f"{amount.to_decimal():f}" for amount in (total.amount, total.fee, total.net))
            rows.append((total.category, str(total.count), *digits, total.net.currency))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines: list[str] = []
        for name, *cells, currency in rows:
            right = "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths[1:-1], strict=True))
            lines.append(f"{name:{widths[0]}}  {right}  {currency}".rstrip())
        return "\n".join(lines)


@frozen(kw_only=True)
class PeriodReport(Report):
    """A balance in a span of time.

    Attributes:
        since: When it begins; `None` for the first movement of all.
        until: When it ended; everything before this time is in it.
        statements: Opening, moved and closing in each currency.
    """

    since: datetime | None
    until: datetime | None
    statements: tuple[Statement, ...]

    def closing(self, currency: str) -> Money:
        """Give what was there at the end in one currency."""
        found = (statement.closing for statement in self.statements if statement.closing.currency == currency)
        return next(found, Money(0, currency))


@frozen(kw_only=True)
class PayoutReport(Report):
    """What a payout paid out.

    Of an automatic payout Stripe knows the lines: their nets sum to its amount. Of a manual one nobody does; its lines
    are all that moved since the payout before it, and `statement` tells what was there and what stayed.

    Attributes:
        payout: The payout, as it is now.
        key: The operation that made it, or `""` for an automatic one.
        intention: Your name of the payout that was meant, where `payouts.intend` made it; `""` otherwise.
        statement: The balance from after the payout before to after this one; `None` for an automatic payout.
    """

    payout: Payout
    key: str
    intention: str
    statement: Statement | None


@frozen(kw_only=True)
class OrderReport(Report):
    """All that one payment moved, on every account.

    Attributes:
        payment: The payment intent.
        key: The operation that made it, or `""`.
        lines: The movements, the oldest first.
        balances: What the payment left with each account, `""` being the platform, in each currency.
        paid: What the buyer paid, in the currency that it settled in.
        refunded: What the buyer got back.
        disputed: What disputes took, less what they gave back.
        stripe_fees: What Stripe kept, in each currency.
    """

    payment: str
    key: str
    lines: tuple[Line, ...]
    balances: Mapping[str, Sequence[Money]]
    paid: Sequence[Money]
    refunded: Sequence[Money]
    disputed: Sequence[Money]
    stripe_fees: Sequence[Money]


def summed(amounts: Iterable[Money]) -> Sequence[Money]:
    """Sum amounts of several currencies, each by itself, by name."""
    sums: dict[str, Money] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, Money(0, amount.currency)) + amount
    return tuple(sums[currency] for currency in sorted(sums))
