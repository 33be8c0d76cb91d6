"""What will be wanted by a day: met in time, or else payouts are disabled first, and charges after them."""

from __future__ import annotations

from functools import partial
from typing import Final

from connectkit.simulator.clock import DAY
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .standing import changing
from .stops import Stopped, stop

GRACE: Final = 14
"""Days until what is asked for disables something, if nothing else is said."""


def demand(world: World, account: Object, item: str, days: float = GRACE) -> None:
    """Ask an account for something by a day; with no days, at once."""
    with changing(world, account):
        account["_demanded"][item] = world.clock.now + round(days * DAY)
    for after in (days, days + world.kept["switches"].charges_off_after):
        world.clock.after(round(after * DAY), partial(_look, world, account))


def foresee(world: World, account: Object, item: str, days: float) -> None:
    """Announce that something will be wanted of an account from a day on; it is due then, with a time of grace."""
    with changing(world, account):
        account["_foreseen"][item] = world.clock.now + round(days * DAY)
    grace, later = world.kept["switches"].foreseen_grace, world.kept["switches"].charges_off_after
    for after in (days, days + grace, days + grace + later):
        world.clock.after(round(after * DAY), partial(_look, world, account))


def disable(world: World, account: Object, reason: str | None, only: Stopped | None = None) -> None:
    """Disable an account for a reason that only Stripe or its Dashboard can give; `None` lifts it."""
    with changing(world, account):
        stop(account, reason, only)


def _look(world: World, account: Object) -> None:
    with changing(world, account):
        pass  # what is worked out anew depends on the time
