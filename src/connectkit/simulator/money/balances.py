"""Balances, their settings, and what Stripe pays out by itself."""

from __future__ import annotations

from functools import partial
from typing import Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.calls import Call
from connectkit.simulator.clock import DAY
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from . import payouts

topic: Final = Topic("balances")


@topic.route("GET", "/v1/balance", "BalanceRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give what an account holds."""
    ledger, account = world.ledger, call.account
    home = queries.default_currency(world, account)
    currencies = sorted({home, *ledger.currencies(account)})
    available = [_entry(currency, ledger.available(account, currency)) for currency in currencies]
    balance: Object = {
        "object": "balance",
        "available": available,
        "instant_available": [_entry(currency, max(0, ledger.available(account, currency))) for currency in currencies],
        "livemode": world.livemode,
        "pending": [_entry(currency, ledger.pending(account, currency)) for currency in currencies],
    }
    if account == world.platform:
        balance["connect_reserved"] = [{"amount": 0, "currency": home}]
    return balance


def _entry(currency: str, amount: int) -> Object:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


@topic.route("GET", "/v1/balance_settings", "BalanceSettingsRetrieveParams")
def settings(world: World, call: Call) -> Object:
    """Give how an account is paid out."""
    schedule = _schedule(world, call.account)
    return {
        "object": "balance_settings",
        "payments": {
            "debit_negative_balances": None,
            "payouts": {
                "automatic_transfer_rules_by_currency": {},
                "minimum_balance_by_currency": {},
                "schedule": {"interval": schedule["interval"]},
                "statement_descriptor": None,
                "status": "enabled" if queries.payouts_enabled(world, call.account) else "disabled",
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
    asked = call.params.get("payments", {}).get("payouts", {}).get("schedule", {})
    schedule = _schedule(world, call.account)
    schedule["interval"] = asked.get("interval", schedule["interval"])
    return settings(world, call)


def _schedule(world: World, account: str) -> Object:
    schedule: Object = queries.account_of(world, account)["settings"]["payouts"]["schedule"]
    return schedule


@topic.start
def _begin(world: World) -> None:
    """Look every midnight for what schedules pay out."""
    world.clock.after(DAY, partial(_midnight, world))


def _midnight(world: World) -> None:
    for account in world.table(world.platform, "account"):
        if account["settings"]["payouts"]["schedule"]["interval"] == "daily" and account["payouts_enabled"]:
            payouts.by_schedule(world, account["id"])
    world.clock.after(DAY, partial(_midnight, world))
