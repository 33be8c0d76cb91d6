"""Checkout in subscription mode: what is subscribed to on a page, and the subscription that comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from connectkit.simulator.accounts.queries import applied
from connectkit.simulator.clock import DAY
from connectkit.simulator.refusals import Refusal, invalid
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .beginning import check_shares, keep, new_subscription, shares_of
from .invoices import bill, close, paid_with, tie
from .items import Line, items_of
from .lines import line_once, lines_of
from .subscriptions import begun
from .trials import PARAMS, trial_of

_SOONEST: Final = 2 * DAY
_KNOWN: Final = PARAMS | {"application_fee_percent", "description", "metadata", "on_behalf_of", "transfer_data"}


def check_subscribed(world: World, account: str, lines: Sequence[Line], data: Mapping[str, Any]) -> None:
    """Refuse what could not be subscribed to.

    Raises:
        Refusal: Nothing is paid again and again, intervals differ, or nobody could be given the shares.
    """
    others = sorted(data.keys() - _KNOWN)
    if others:
        message = f"The simulator does not have the parameter {others[0]} of subscription_data yet."
        raise Refusal(message, status=501, type="api_error", param=f"subscription_data[{others[0]}]")
    intervals = {_interval(line) for line in lines if line.again}
    if not intervals:
        message = "You must provide at least one recurring price in `subscription` mode when using prices."
        raise invalid(message, param="line_items")
    if len(intervals) > 1:
        raise invalid("All recurring prices on a Checkout Session must have the same interval.", param="line_items")
    trial_of(world, data)
    if data.get("trial_end", _SOONEST + world.clock.now) < _SOONEST + world.clock.now:
        message = "The `trial_end` has to be at least 48 hours in the future."
        raise invalid(message, param="subscription_data[trial_end]")
    total = sum(line.unit * line.quantity for line in lines)
    check_shares(world, account, shares_of(data), lines[0].currency, total)


def _interval(line: Line) -> tuple[str, int]:
    recurring = (line.price or line.said["price_data"])["recurring"]
    return recurring["interval"], recurring.get("interval_count", 1)


def asked_of(session: Object) -> dict[str, Any]:
    """Give what the first payment of a session in subscription mode is made with."""
    asked = {"amount": session["amount_total"], "currency": session["currency"], "customer": session["customer"]}
    return paid_with(asked, shares_of(session["_subscription"]))


def subscribe(world: World, session: Object, intent: Object | None, method: Object) -> None:
    """Begin the subscription of a session, with the invoice of its first payment.

    Args:
        world: The world.
        session: The session.
        intent: The payment, made or on its way; none where nothing is to be paid.
        method: How the next periods are paid.
    """
    account: str = session["_account"]
    sold = items_of(world, session)
    items = [(item["price"], item["quantity"]) for item in sold if item["price"]["recurring"] is not None]
    data = {**session["_subscription"], "customer": session["customer"]}
    told = new_subscription(world, data, items) | {"_account": account, "default_payment_method": method["id"]}
    told["application"] = None if account == world.platform else applied(world)
    method |= {"customer": session["customer"], "_ready": True}
    subscription = keep(world, account, told, data)
    once = [line_once(world, subscription, item) for item in sold if item["price"]["recurring"] is None]
    invoice = bill(world, subscription, [*lines_of(world, subscription), *once], "subscription_create")
    subscription["latest_invoice"] = invoice["id"]
    session |= {"subscription": subscription["id"], "invoice": invoice["id"]}
    if intent is not None:
        invoice |= {"attempted": True, "attempt_count": 1}
        tie(invoice, intent)
    if intent is None or intent["status"] == "succeeded":
        close(world, invoice)
    begun(world, subscription)
