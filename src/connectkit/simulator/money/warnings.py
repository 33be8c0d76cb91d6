"""Early fraud warnings: an issuer says that a payment may be fraud, before anybody disputes it. No money moves."""

from __future__ import annotations

from typing import Final

from connectkit.simulator.calls import Call
from connectkit.simulator.lists import listing
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

topic: Final = Topic("early fraud warnings")

_KIND: Final = "radar.early_fraud_warning"


def warn(world: World, charge: Object) -> None:
    """Warn of a charge."""
    warning = world.add(
        charge["_account"],
        {
            "id": world.ids.new("issfr"),
            "object": _KIND,
            "charge": charge["id"],
            "created": world.clock.now,
            "fraud_type": "misc",
            "livemode": world.livemode,
            "payment_intent": charge["payment_intent"],
        },
    )
    world.emit("radar.early_fraud_warning.created", warning)


def _render(world: World, thing: Object) -> Object:
    """It calls for action until the charge is disputed or wholly refunded."""
    charge = world.get(thing["_account"], "charge", thing["charge"])
    return {**thing, "actionable": not (charge["disputed"] or charge["refunded"])}


topic.kind(_KIND, indexes=("charge", "payment_intent"), render=_render)


def settle(world: World, charge: Object) -> None:
    """Tell that nothing is to be done about a charge any more."""
    for warning in world.table(charge["_account"], _KIND).where(charge=charge["id"]):
        world.emit("radar.early_fraud_warning.updated", warning)


@topic.route("GET", "/v1/radar/early_fraud_warnings", "radar.EarlyFraudWarningListParams")
def index(world: World, call: Call) -> Object:
    """List warnings, newest first."""
    filters = {name: call.params.get(name) for name in ("charge", "payment_intent")}
    return listing(world.table(call.account, _KIND), call, **filters)


@topic.route("GET", "/v1/radar/early_fraud_warnings/:id", "radar.EarlyFraudWarningRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a warning."""
    return world.get(call.account, _KIND, call.id)
