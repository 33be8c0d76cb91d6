"""What is refused before a payment intent is made or changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.refusals import Refusal, invalid, refused
from connectkit.simulator.state import World

from .currencies import check_charge, check_settled
from .exchange import into, settling
from .fx import convert
from .switches import switches_of
from .transfers import check_destination

_NO_DESTINATION: Final = (
    "You can only change transfer_data of a PaymentIntent that was created with transfer_data[destination]."
)
"""Inferred: such a change cannot name a destination, and what Stripe says where there is none is not known."""


def check_intent(world: World, account: str, intent: dict[str, Any]) -> None:
    """Refuse a payment intent that could not be paid.

    Args:
        world: The world.
        account: Whose it is.
        intent: Its members, or the parameters that they come from.

    Raises:
        Refusal: The amount, the currency, the fee, an account or the customer is not as it has to be.
    """
    direct = account != world.platform
    on_behalf_of: str | None = intent.get("on_behalf_of") or None
    if direct:
        _check_merchant(world, account, None)
    if on_behalf_of is not None:
        _check_merchant(world, on_behalf_of, "on_behalf_of")
    _check_amount(world, account, intent["amount"], intent["currency"].lower(), on_behalf_of)
    check_cut(world, intent, direct=direct)
    data = intent.get("transfer_data")
    if data is not None:
        check_destination(world, data["destination"], "transfer_data[destination]")
    if intent.get("customer"):
        world.get(account, "customer", intent["customer"], param="customer")


def _check_merchant(world: World, account: str, param: str | None) -> None:
    """Refuse an account that cannot take card payments.

    Raises:
        Refusal: It does not exist, or its capability is not active.
    """
    queries.account_of(world, account, param=param)
    if not queries.capability_active(world, account, "card_payments"):
        message = "Your account cannot currently make charges: its card_payments capability is not active."
        raise refused(message, "capability_not_active", param=param)


def _check_amount(world: World, account: str, amount: int, currency: str, on_behalf_of: str | None) -> None:
    """Refuse an amount that cannot be charged, or that settles below the least.

    Raises:
        Refusal: It is one.
    """
    check_charge(amount, currency)
    target = settling(world, account, on_behalf_of)
    settled = amount if currency == target else convert(amount, into(world, currency, target))
    check_settled(settled, target, switches_of(world).min_amount_code)


def check_cut(world: World, intent: dict[str, Any], *, direct: bool) -> None:
    """Refuse what a platform cannot keep of a payment.

    Raises:
        Refusal: The fee or the amount to transfer does not fit the amount, the kind of charge, or one another.
    """
    fee = intent.get("application_fee_amount")
    data = intent.get("transfer_data")
    if isinstance(fee, int):
        _check_fee(world, fee, intent["amount"], destination=data is not None, direct=direct)
    if data is None or data.get("amount") is None:
        return
    if isinstance(fee, int) and switches_of(world).fee_with_amount == "reject":
        message = "You may only specify one of these parameters: transfer_data[amount], application_fee_amount."
        raise invalid(message, param="application_fee_amount", code="parameters_exclusive")
    if not 1 <= data["amount"] <= intent["amount"]:
        message = "transfer_data[amount] has to be above zero and at most the amount."
        raise invalid(message, param="transfer_data[amount]")


def passed_on(intent: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give whom a payment is passed on to and how much of it, once it was changed as *params* ask.

    Raises:
        Refusal: They ask for that where it is passed on to nobody.
    """
    data: dict[str, Any] | None = intent["transfer_data"]
    if "transfer_data" not in params:
        return data
    if data is None:
        raise invalid(_NO_DESTINATION, param="transfer_data")
    return {**data, **params["transfer_data"]}


def _check_fee(world: World, fee: int, amount: int, *, destination: bool, direct: bool) -> None:
    if not direct and not destination:
        if switches_of(world).fee_on_platform_charge == "ignore":
            return
        message = (
            "Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment (using "
            "an OAuth key or Stripe-Account header) or destination payment (using `transfer_data[destination]`)."
        )
        raise _bad_fee(message)
    if not 0 <= fee < amount:
        raise _bad_fee("The application fee has to be at least zero and less than the amount.")
    if destination and fee == 0 and switches_of(world).zero_fee_destination == "reject":
        raise _bad_fee("The application fee of a destination charge has to be above zero.")


def _bad_fee(message: str) -> Refusal:
    return invalid(message, param="application_fee_amount")
