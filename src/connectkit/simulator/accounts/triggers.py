"""Test cards that move an account on its way through verification, when they are charged on it."""

from __future__ import annotations

from typing import Final

from connectkit.simulator.state import World

from .deadlines import GRACE, demand

_DAYS: Final = {"next_requirements": GRACE, "payout_block": 0, "charge_block": -30}
"""When what is asked for is due, counted from now."""


def pull(world: World, account_id: str, trigger: str) -> None:
    """Do what a card triggers; nothing happens to an account that was never enabled, nor to the platform."""
    account = world.table(world.platform, "account").get(account_id)
    if account is not None and account["charges_enabled"]:
        owner = "company" if account["individual"] is None else "individual"
        demand(world, account, f"{owner}.verification.document", _DAYS[trigger])
