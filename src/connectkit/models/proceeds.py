"""What a payment came to: what the buyer paid, in her currency, and what arrived, in that of the balance."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Self

from attrs import frozen

from connectkit.errors import InvalidRequest
from connectkit.money import Money

from .balances import BalanceTransaction
from .base import Answer, part


@frozen(kw_only=True)
class Proceeds:
    """What a payment came to.

    Attributes:
        payment: The payment intent.
        charge: The charge that it became.
        presented: What the buyer paid, in the currency that she was shown.
        settled: What that is in the currency of the balance, before fees: what sellers of a separate charge can share.
        fees: What Stripe, and the platform of a direct charge, took of it, in that currency.
        net: What the balance grew by.
        exchange_rate: Between the two currencies, or `None` where they are one.
        available_on: From when on it is usable.
        statement_descriptor: What the buyer's statement says, or `""` where that is not known.
    """

    payment: str
    charge: str
    presented: Money
    settled: Money
    fees: Money
    net: Money
    exchange_rate: Decimal | None
    available_on: datetime | None
    statement_descriptor: str

    @classmethod
    def parse(cls, answer: Answer) -> Self:
        """Read a payment intent, its charge and the movement of that.

        Raises:
            InvalidRequest: No money has moved yet.
        """
        charge = part(answer.data, "latest_charge")
        row = part(charge, "balance_transaction")
        if not row:
            message = f"No money of this payment has moved: it is {answer.data['status']}."
            step = (
                "Ask again once payment_intent.succeeded has come; the movement can follow a second after the answer."
            )
            raise InvalidRequest(message, param="payment_id", next_step=step)
        movement = BalanceTransaction.parse(Answer(data=row))
        return cls(
            payment=answer.data["id"],
            charge=charge["id"],
            presented=Money(charge["amount_captured"], charge["currency"]),
            settled=movement.amount,
            fees=movement.fee,
            net=movement.net,
            exchange_rate=movement.exchange_rate,
            available_on=movement.available_on,
            statement_descriptor=charge.get("calculated_statement_descriptor") or "",
        )
