"""Mandates: what a buyer allowed to be taken from a bank account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectkit.simulator.calls import Call
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import World

topic: Final = Topic("mandates")
topic.kind("mandate")

_SHOWN: Final = {"au_becs_debit": ("url",), "sepa_debit": ("reference", "url")}
"""What a mandate shows of itself, by the type of its payment method."""


def new_mandate(world: World, method: Object, params: Mapping[str, Any], *, single: int | None = None) -> Object:
    """Keep what a buyer allowed.

    Args:
        world: The world.
        method: What is taken from.
        params: Those of the request, with `mandate_data`.
        single: How much may be taken once; without it, any amount and often.
    """
    acceptance = part(params, "mandate_data", "customer_acceptance") or {"type": "offline"}
    kind = method["type"]
    reference = world.ids.token(16).upper()
    told = {"reference": reference, "url": f"{world.site}/mandates/{reference}"}
    about = {name: told[name] for name in _SHOWN.get(kind, ())}
    mandate: Object = {
        "id": world.ids.new("mandate"),
        "object": "mandate",
        "customer_acceptance": {
            "accepted_at": acceptance.get("accepted_at", world.clock.now),
            "type": acceptance["type"],
            acceptance["type"]: acceptance.get(acceptance["type"], {}),
        },
        "livemode": world.livemode,
        "payment_method": method["id"],
        "payment_method_details": {"type": kind, kind: about},
        "status": "active",
        "type": "multi_use" if single is None else "single_use",
        **({"multi_use": {}} if single is None else {"single_use": {"amount": single, "currency": "usd"}}),
    }
    return world.add(method["_account"], mandate)


def agreed(world: World, method: Object, charge: Object, params: Mapping[str, Any]) -> None:
    """Have a charge of a bank account name the mandate that allows it: the buyer's, or one for this once."""
    details = charge["payment_method_details"][method["type"]]
    if method["type"] in {"customer_balance", "fpx"}:
        return
    mandate = method.get("_mandate")
    if mandate is None:
        once = None if method["customer"] else charge["amount"]
        made = new_mandate(world, method, params, single=once)
        if once is not None:
            made["single_use"]["currency"] = charge["currency"]
        mandate = made["id"]
        method["_mandate"] = mandate if once is None else None
    details["mandate"] = mandate


@topic.route("GET", "/v1/mandates/:id", "MandateRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a mandate."""
    return world.get(call.account, "mandate", call.id)
