"""Subscriptions: a price that is paid again and again, with the platform's part of it."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any, Final

from connectkit.simulator.accounts.queries import applied
from connectkit.simulator.calls import Call
from connectkit.simulator.clock import HOUR
from connectkit.simulator.lists import listing
from connectkit.simulator.money.methods import method_of
from connectkit.simulator.money.switches import switches_of
from connectkit.simulator.refusals import Refusal, invalid, missing, refused
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from .beginning import check_items, check_shares, keep, new_subscription
from .invoices import bill, close, collect, settled, void
from .lines import lines_of
from .periods import period
from .retrying import attempt
from .trials import WARNED, is_trial, missing_ends

topic: Final = Topic("subscriptions")
topic.kind("subscription", indexes=("customer",))

_KNOWN: Final = frozenset(
    (
        *("application_fee_percent", "customer", "currency", "default_payment_method", "description", "items"),
        *("metadata", "off_session", "on_behalf_of", "payment_behavior", "transfer_data", "cancel_at_period_end"),
        *("trial_end", "trial_period_days", "trial_settings"),
    )
)
_CHANGEABLE: Final = frozenset({"cancel_at_period_end", "default_payment_method", "description", "metadata"})
_BEHAVIOURS: Final = ("allow_incomplete", "default_incomplete")
_ENDED: Final = frozenset({"canceled", "incomplete_expired"})
_WAITS: Final = 23 * HOUR
"""How long Stripe waits for the first payment."""


@topic.route("POST", "/v1/subscriptions", "SubscriptionCreateParams")
def create(world: World, call: Call) -> Object:
    """Begin a subscription, and have its first period paid."""
    params, account = call.params, call.account
    _check(params, _KNOWN)
    behaviour = params.get("payment_behavior", _BEHAVIOURS[0])
    if behaviour not in _BEHAVIOURS:
        message = f"The simulator does not have the payment behavior {behaviour} yet."
        raise Refusal(message, status=501, type="api_error", param="payment_behavior")
    if not params.get("customer"):
        raise missing("customer")
    customer = world.get(account, "customer", params["customer"], param="customer")
    items = check_items(world, account, params.get("items", []))
    told = new_subscription(world, params, items) | {"_account": account}
    told["application"] = None if account == world.platform else applied(world)
    total = sum(price["unit_amount"] * quantity for price, quantity in items)
    check_shares(world, account, told, told["currency"], total)
    name = params.get("default_payment_method") or customer["invoice_settings"]["default_payment_method"]
    if name is None and behaviour == _BEHAVIOURS[0] and not is_trial(told):
        message = (
            "This customer has no attached payment source or default payment method. Please consider adding a default "
            "payment method."
        )
        raise invalid(message, code="resource_missing")
    method = None if name is None else method_of(world, account, name, "default_payment_method")
    if method is not None and "default_payment_method" in params:
        told["default_payment_method"] = method["id"]
    subscription = keep(world, account, told, params)
    _bill(world, subscription, None if behaviour == "default_incomplete" else method)
    begun(world, subscription)
    return subscription


def begun(world: World, subscription: Object) -> None:
    """Wait for the first payment, if it is not made, and for the end of the period."""
    if subscription["status"] == "incomplete":
        world.clock.after(_WAITS, partial(_give_up, world, subscription))
    if is_trial(subscription):
        told = max(world.clock.now, subscription["trial_end"] - WARNED)
        world.clock.at(told, partial(_foretell, world, subscription))
    _plan(world, subscription)


def _foretell(world: World, subscription: Object) -> None:
    """Tell of the end of a trial some days before."""
    if is_trial(subscription):
        world.emit("customer.subscription.trial_will_end", subscription)


def _check(params: dict[str, Any], known: frozenset[str]) -> None:
    others = sorted(params.keys() - known)
    if others:
        message = f"The simulator does not have the parameter {others[0]} of subscriptions yet."
        raise Refusal(message, status=501, type="api_error", param=others[0])


def _bill(world: World, subscription: Object, method: Object | None) -> None:
    invoice = bill(world, subscription, lines_of(world, subscription), "subscription_create")
    subscription["latest_invoice"] = invoice["id"]
    if is_trial(subscription):
        close(world, invoice)
    elif method is not None:
        with suppress(Refusal):  # the status of the subscription tells of it
            collect(world, invoice, method)


def _plan(world: World, subscription: Object) -> None:
    end: int = subscription["items"]["data"][0]["current_period_end"]
    world.clock.at(end, partial(_renew, world, subscription))


def _renew(world: World, subscription: Object) -> None:
    """Begin the next period, unless the subscription has ended."""
    if subscription["status"] in _ENDED:
        return
    customer = world.table(subscription["_account"], "customer").get(subscription["customer"])
    if subscription["cancel_at_period_end"] or customer is None:
        _end(world, subscription, "canceled")
        return
    if is_trial(subscription):
        if not _can_pay(subscription, customer) and missing_ends(subscription) == "cancel":
            _end(world, subscription, "canceled")
            return
        subscription["status"] = "active"
    subscription["_period"] += 1
    for item in subscription["items"]["data"]:
        start, end = period(subscription["billing_cycle_anchor"], item["price"]["recurring"], subscription["_period"])
        item |= {"current_period_start": start, "current_period_end": end}
    world.emit("customer.subscription.updated", subscription)
    invoice = bill(world, subscription, lines_of(world, subscription), "subscription_cycle")
    subscription["latest_invoice"] = invoice["id"]
    if invoice["status"] == "open":
        attempt(world, invoice)
    if subscription["status"] not in _ENDED:
        _plan(world, subscription)


def _can_pay(subscription: Object, customer: Object) -> bool:
    return bool(subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"])


@settled
def _settled(world: World, invoice: Object) -> None:
    """Follow the payment of an invoice: paid, a subscription is active; if not, it is past due, and in the end over."""
    subscription = world.get(invoice["_account"], "subscription", invoice["_subscription"])
    status = subscription["status"]
    paid = invoice["status"] == "paid"
    if status in {*_ENDED, "trialing"} or (not paid and status == "incomplete"):
        return
    failed = switches_of(world).after_retries if invoice.get("_given_up") else "past_due"
    if not paid and failed == "canceled":
        _end(world, subscription, failed)
        return
    subscription["status"] = "active" if paid else failed
    if subscription["status"] != status:
        world.emit("customer.subscription.updated", subscription, previous={"status": status})


def _give_up(world: World, subscription: Object) -> None:
    if subscription["status"] == "incomplete":
        void(world, world.get(subscription["_account"], "invoice", subscription["latest_invoice"]))
        _end(world, subscription, "incomplete_expired")


def _end(world: World, subscription: Object, status: str) -> None:
    now = world.clock.now
    subscription |= {"status": status, "ended_at": now, "canceled_at": subscription["canceled_at"] or now}
    world.emit(f"customer.subscription.{'deleted' if status == 'canceled' else 'updated'}", subscription)


def check_changeable(subscription: Object) -> None:
    """Refuse to change what is sold by a subscription that has ended, or whose first payment is not made.

    Raises:
        Refusal: It is one.
    """
    if subscription["status"] in {"incomplete", *_ENDED}:
        message = f"The items of a subscription cannot be changed while its status is {subscription['status']}."
        raise invalid(message, param="subscription")


@topic.route("POST", "/v1/subscriptions/:id", "SubscriptionUpdateParams")
def update(world: World, call: Call) -> Object:
    """Change a subscription's words, how it is paid, or whether it ends with its period."""
    subscription, params = world.get(call.account, "subscription", call.id), call.params
    _check(params, _CHANGEABLE)
    told: Object = {name: params[name] or None for name in ("description",) if name in params}
    if "default_payment_method" in params:
        method = method_of(world, call.account, params["default_payment_method"], "default_payment_method")
        told["default_payment_method"] = method["id"]
    if "cancel_at_period_end" in params:
        ends = params["cancel_at_period_end"]
        told |= {"cancel_at_period_end": ends, "canceled_at": world.clock.now if ends else None}
        told["cancel_at"] = subscription["items"]["data"][0]["current_period_end"] if ends else None
    before = {name: subscription[name] for name in [*told, *(["metadata"] if "metadata" in params else [])]}
    subscription |= told
    merge_metadata(subscription, params)
    world.emit("customer.subscription.updated", subscription, previous=before)
    return subscription


@topic.route("DELETE", "/v1/subscriptions/:id", "SubscriptionCancelParams")
def cancel(world: World, call: Call) -> Object:
    """End a subscription at once; nothing is given back."""
    subscription = world.get(call.account, "subscription", call.id)
    _check(call.params, frozenset())
    if subscription["status"] in _ENDED:
        raise refused(f"No such subscription: {call.id}", "resource_missing", param="id", status=404)
    _end(world, subscription, "canceled")
    return subscription


@topic.route(
    "GET",
    "/v1/subscriptions",
    "SubscriptionListParams",
    apart="automatic_tax current_period_end current_period_start customer_account plan price test_clock",
)
def index(world: World, call: Call) -> Object:
    """List subscriptions, newest first; those that are canceled only if they are asked for."""
    status = call.params.get("status")

    def matching(subscription: Object) -> bool:
        if status == "ended":
            return subscription["status"] in _ENDED
        return status in {"all", subscription["status"]} or (status is None and subscription["status"] != "canceled")

    filters = {name: call.params.get(name) for name in ("customer", "collection_method")}
    return listing(world.table(call.account, "subscription"), call, matching, **filters)


@topic.route("GET", "/v1/subscriptions/:id", "SubscriptionRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a subscription."""
    return world.get(call.account, "subscription", call.id)
