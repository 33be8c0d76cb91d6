"""Balances, their settings, and what Stripe pays out by itself."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.accounts.delays import check_delay, least
from connectkit.simulator.calls import Call
from connectkit.simulator.clock import DAY
from connectkit.simulator.refusals import missing
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from . import collecting, scheduled
from .calendar import calendar_days
from .instant import instantly
from .rows import reserved

topic: Final = Topic("balances")

_DAYS_OF: Final = {"weekly": "weekly_payout_days", "monthly": "monthly_payout_days"}
_DAYS: Final = frozenset(_DAYS_OF.values())
_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@topic.route("GET", "/v1/balance", "BalanceRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give what an account holds."""
    return held_by(world, call.account)


def held_by(world: World, account: str) -> Object:
    """Give what an account holds, available and pending."""
    ledger = world.ledger
    home = queries.default_currency(world, account)
    currencies = sorted({home, *ledger.currencies(account)})
    parts = {currency: ledger.sources(account, currency) for currency in currencies}
    usable = {currency: {name: part[0] for name, part in each.items()} for currency, each in parts.items()}
    waiting = {currency: {name: part[1] for name, part in each.items()} for currency, each in parts.items()}
    balance: Object = {
        "object": "balance",
        "available": [_entry(currency, each) for currency, each in usable.items()],
        "instant_available": [_entry(currency, instantly(world, account, currency)) for currency in currencies],
        "livemode": world.livemode,
        "pending": [_entry(currency, each) for currency, each in waiting.items()],
    }
    if account == world.platform:
        held = {home: 0, **{currency: sum(amounts.values()) for currency, amounts in reserved(world).items()}}
        balance["connect_reserved"] = [{"amount": amount, "currency": currency} for currency, amount in held.items()]
    return balance


def _entry(currency: str, parts: dict[str, int]) -> Object:
    return {"amount": sum(parts.values()), "currency": currency, "source_types": parts}


@topic.route("GET", "/v1/balance_settings", "BalanceSettingsRetrieveParams")
def settings(world: World, call: Call) -> Object:
    """Give how an account is paid out."""
    account = queries.account_of(world, call.account)
    payouts_of = account["settings"]["payouts"]
    schedule = payouts_of["schedule"]
    days = {name: schedule[name] for name in _DAYS if name in schedule}
    return {
        "object": "balance_settings",
        "payments": {
            "debit_negative_balances": payouts_of["debit_negative_balances"],
            "payouts": {
                "automatic_transfer_rules_by_currency": {},
                "minimum_balance_by_currency": dict(payouts_of.get("_least", {})),
                "schedule": {"interval": schedule["interval"], **days},
                "statement_descriptor": payouts_of["statement_descriptor"],
                "status": "enabled" if account["payouts_enabled"] else "disabled",
            },
            "settlement_timing": {
                "delay_days": schedule["delay_days"],
                "start_of_day": {"hour": 0, "minutes": 0, "timezone": "Etc/UTC"},
            },
        },
    }


@topic.route("POST", "/v1/balance_settings", "BalanceSettingsUpdateParams")
def update_settings(world: World, call: Call) -> Object:
    """Change how an account is paid out."""
    payments: dict[str, Any] = call.params.get("payments") or {}
    asked: dict[str, Any] = payments.get("payouts") or {}
    timing: Object = payments.get("settlement_timing") or {}
    account = queries.account_of(world, call.account)
    check_delay(account, timing.get("delay_days_override"), "payments[settlement_timing][delay_days_override]")
    held = account["settings"]["payouts"]
    schedule: Object = {**held["schedule"], **(asked.get("schedule") or {})}
    _check(schedule)
    held["schedule"] = schedule
    if "statement_descriptor" in asked:
        held["statement_descriptor"] = asked["statement_descriptor"] or None
    held["_least"] = _least(held.get("_least", {}), asked.get("minimum_balance_by_currency") or {})
    delay = timing.get("delay_days_override")
    if delay is not None:
        held["schedule"]["delay_days"] = least(account) if delay == "" else delay
    if "debit_negative_balances" in payments:
        held["debit_negative_balances"] = payments["debit_negative_balances"]
    changed = settings(world, call)
    world.emit("balance_settings.updated", {**changed, "_account": call.account})
    return changed


def _least(held: Object, asked: Object) -> Object:
    """Give what is to stay in the balance; nothing lifts it."""
    return {currency: amount for currency, amount in {**held, **asked}.items() if amount}


def _check(schedule: Object) -> None:
    interval: str = schedule["interval"]
    if interval in _DAYS_OF and not (schedule.get(_DAYS_OF[interval]) or schedule.get(f"{interval}_anchor")):
        raise missing(f"payments[payouts][schedule][{_DAYS_OF[interval]}]")


@topic.start
def _begin(world: World) -> None:
    """Look every midnight for what schedules pay out, and for what is below zero.

    The platform pays itself out by hand, unless it changes that.
    """
    queries.account_of(world, world.platform)["settings"]["payouts"]["schedule"]["interval"] = "manual"
    world.clock.at(calendar_days(world.clock.now, 1), partial(_midnight, world))


def _midnight(world: World) -> None:
    today = datetime.fromtimestamp(world.clock.now, UTC)
    for account in (queries.account_of(world, world.platform), *world.table(world.platform, "account")):
        schedule = account["settings"]["payouts"]["schedule"]
        if account["payouts_enabled"] and _due(schedule, today):
            scheduled.by_schedule(world, account["id"])
        scheduled.debit_what_is_missing(world, account["id"])
        collecting.look(world, account["id"])
    world.clock.after(DAY, partial(_midnight, world))


def _due(schedule: Object, today: datetime) -> bool:
    """Tell whether a schedule pays out on a day; a day that the month does not have is its last."""
    if schedule["interval"] == "weekly":
        days = schedule.get("weekly_payout_days") or [schedule.get("weekly_anchor")]
        return _WEEK[today.weekday()] in days
    if schedule["interval"] == "monthly":
        last = monthrange(today.year, today.month)[1]
        days = schedule.get("monthly_payout_days") or [schedule.get("monthly_anchor")]
        return today.day in {min(day, last) for day in days if day is not None}
    return bool(schedule["interval"] == "daily")
