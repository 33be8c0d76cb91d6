"""A new subscription."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from connectkit.simulator.money.checks import check_intent
from connectkit.simulator.refusals import Refusal, invalid, missing
from connectkit.simulator.shapes import Object, merge_metadata, part
from connectkit.simulator.state import World

from .periods import period
from .pricing_items import keep_described, price_of
from .trials import trial_of

_ITEM: Final = frozenset({"price", "price_data", "quantity", "metadata"})
_HUNDRED: Final = 100
_NOTHING: Final = (
    *("automatic_tax", "billing_cycle_anchor_config", "billing_thresholds", "cancel_at"),
    *("canceled_at", "customer_account", "days_until_due", "default_source", "ended_at", "latest_invoice"),
    *("managed_payments", "next_pending_invoice_item_invoice", "pause_collection", "pending_invoice_item_interval"),
    *("pending_setup_intent", "pending_update", "schedule", "test_clock", "trial_end", "trial_settings", "trial_start"),
)


def check_items(world: World, account: str, given: Sequence[Mapping[str, Any]]) -> list[tuple[Object, int]]:
    """Give the price and the quantity of each item.

    Raises:
        Refusal: There is none, one cannot be sold, or they do not go together.
    """
    if not given:
        raise missing("items")
    read: list[tuple[Object, int]] = []
    for place, item in enumerate(given):
        others = sorted(item.keys() - _ITEM)
        if others:
            message = f"The simulator does not have the parameter {others[0]} of subscription items yet."
            raise Refusal(message, status=501, type="api_error", param=f"items[{place}][{others[0]}]")
        price, name = price_of(world, account, item, f"items[{place}]")
        if any(other is price for other, _ in read):
            raise invalid(f"Cannot add multiple subscription items with the same price: {price['id']}", param=name)
        read.append((price, item.get("quantity", 1)))
    if len({(price["currency"], str(price["recurring"])) for price, _ in read}) > 1:
        raise invalid("All prices on a subscription must have the same currency and interval.", param="items")
    return read


def fee_percent(given: object, param: str) -> float | None:
    """Give a percentage between 0 and 100.

    Raises:
        Refusal: It is out of bounds.
    """
    if given in (None, ""):
        return None
    percent = float(str(given))
    if not 0 <= percent <= _HUNDRED:
        raise invalid("The percentage has to be between 0 and 100.", param=param)
    return percent


def shares_of(params: Mapping[str, Any]) -> Object:
    """Give what tells who gets what of each payment.

    Raises:
        Refusal: A percentage is out of bounds.
    """
    data = params.get("transfer_data")
    split = fee_percent(part(params, "transfer_data").get("amount_percent"), "transfer_data[amount_percent]")
    return {
        "application_fee_percent": fee_percent(params.get("application_fee_percent"), "application_fee_percent"),
        "on_behalf_of": params.get("on_behalf_of") or None,
        "transfer_data": data and {"destination": data["destination"], "amount_percent": split},
    }


def check_shares(world: World, account: str, shares: Object, currency: str, total: int) -> None:
    """Refuse what the payments of a subscription could not be made with.

    Raises:
        Refusal: A fee that nobody could take, or an account that is not there or not ready.
    """
    data = shares["transfer_data"]
    if shares["application_fee_percent"] is not None and account == world.platform and data is None:
        message = "You can only apply an application_fee_percent when acting for an account or with transfer_data."
        raise invalid(message, param="application_fee_percent")
    if total:
        asked = {"amount": total, "currency": currency, "on_behalf_of": shares["on_behalf_of"]}
        check_intent(world, account, {**asked, "transfer_data": part({"": data}, "") or None})


def new_subscription(world: World, params: dict[str, Any], items: list[tuple[Object, int]]) -> Object:
    """Give a subscription as it is before its first payment.

    Raises:
        Refusal: A percentage is out of bounds.
    """
    shares = shares_of(params)
    trial = trial_of(world, params)
    id, now = world.ids.new("sub"), world.clock.now
    return {
        "id": id,
        "object": "subscription",
        **dict.fromkeys(_NOTHING),
        **shares,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": now,
        "billing_schedules": [],
        "billing_mode": {"flexible": None, "type": "flexible"},
        "cancel_at_period_end": params.get("cancel_at_period_end", False),
        "cancellation_details": dict.fromkeys(("comment", "feedback", "reason")),
        "collection_method": "charge_automatically",
        "created": now,
        "currency": items[0][0]["currency"],
        "customer": params["customer"],
        "default_payment_method": None,
        "default_tax_rates": [],
        "description": params.get("description"),
        "discounts": [],
        "invoice_settings": {
            **dict.fromkeys(("account_tax_ids", "custom_fields", "description", "footer")),
            "issuer": {"type": "self"},
        },
        "items": {
            "object": "list",
            "data": [_item(world, id, price, quantity, trial.get("trial_end")) for price, quantity in items],
            "has_more": False,
            "url": f"/v1/subscription_items?subscription={id}",
        },
        "livemode": world.livemode,
        "metadata": {},
        "payment_settings": dict.fromkeys(
            ("payment_method_options", "payment_method_types", "save_default_payment_method")
        ),
        "start_date": now,
        "status": "incomplete",
        "_period": 0,
        **trial,
    }


def keep(world: World, account: str, told: Object, params: Mapping[str, Any]) -> Object:
    """Keep a new subscription with its items, and tell of it."""
    subscription = world.add(account, told)
    items: list[Object] = told["items"]["data"]
    said: Sequence[Mapping[str, Any]] = params.get("items", ())
    for item in items:
        keep_described(world, account, item["price"])
        world.add(account, item)
    for item, about in zip(items, said, strict=False):  # those of a page say no more than that
        merge_metadata(item, about)
    merge_metadata(subscription, params)
    world.emit("customer.subscription.created", subscription)
    return subscription


def _plan(price: Object) -> Object:
    """Give a price in the older shape."""
    recurring = price["recurring"]
    names = ("active", "billing_scheme", "created", "currency", "livemode", "metadata", "nickname", "product")
    return {
        **{name: price[name] for name in (*names, "id", "tiers_mode")},
        **{
            name: recurring[name] for name in ("interval", "interval_count", "meter", "trial_period_days", "usage_type")
        },
        "object": "plan",
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "transform_usage": None,
    }


def sold_at(price: Object) -> Object:
    """Give what an item says of its price."""
    return {"plan": _plan(price), "price": price}


def _item(world: World, subscription: str, price: Object, quantity: int, trial_end: int | None) -> Object:
    start, end = period(world.clock.now, price["recurring"], 0)
    return new_item(world, subscription, price, quantity, (start, trial_end or end))


def new_item(world: World, subscription: str, price: Object, quantity: int, billed: tuple[int, int]) -> Object:
    """Give an item of a subscription, billed for a period."""
    return {
        "id": world.ids.new("si"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": world.clock.now,
        "current_period_end": billed[1],
        "current_period_start": billed[0],
        "discounts": [],
        "metadata": {},
        **sold_at(price),
        "quantity": quantity,
        "subscription": subscription,
        "tax_rates": [],
    }
