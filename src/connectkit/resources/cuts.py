"""What a platform keeps of a payment, or passes on: checked before anything is sent."""

from __future__ import annotations

from connectkit.errors import InvalidRequest
from connectkit.money import Money

from .arguments import checked_money


def checked_cut(cut: Money | None, amount: Money | None, param: str) -> int | None:
    """Check a part of the price, and give its minor units.

    Args:
        cut: The part.
        amount: The price, if it is known here.
        param: The name of the argument, for the error.

    Raises:
        InvalidRequest: It is negative, not below the price, or in another currency.
    """
    if cut is None:
        return None
    _check_currency(cut, amount, param)
    if cut.amount < 0 or (amount is not None and cut.amount >= amount.amount):
        message = f"{param} has to be at least nothing and below the amount{_of(amount)}; it is {cut}."
        raise InvalidRequest(message, param=param)
    return cut.amount


def checked_transfer(transfer: Money | None, amount: Money | None) -> int | None:
    """Check what a seller gets of the price, and give its minor units.

    Raises:
        InvalidRequest: It is nothing, more than the price, or in another currency.
    """
    if transfer is None:
        return None
    _check_currency(transfer, amount, "transfer")
    if transfer.amount <= 0 or (amount is not None and transfer.amount > amount.amount):
        message = f"transfer has to be above nothing and at most the amount{_of(amount)}; it is {transfer}."
        raise InvalidRequest(message, param="transfer", next_step="Sell without a seller's share by charges.separate.")
    return transfer.amount


def _check_currency(cut: Money, amount: Money | None, param: str) -> None:
    if checked_money(cut, param).currency != (cut if amount is None else amount).currency:
        message = f"{param} is in {cut.currency}, and the amount{_of(amount)} is not."
        raise InvalidRequest(message, param=param, next_step="Give both in the currency that the buyer pays in.")


def _of(amount: Money | None) -> str:
    return "" if amount is None else f" of {amount}"


def check_one_cut(fee: Money | None, transfer: Money | None) -> None:
    """Check that a cut is asked for in one way.

    Raises:
        InvalidRequest: It is asked for in both.
    """
    if fee is not None and transfer is not None:
        message = "fee and transfer are two ways to keep a cut: choose one."
        raise InvalidRequest(message, param="transfer")
