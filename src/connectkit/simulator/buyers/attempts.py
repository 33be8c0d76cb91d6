"""Setup attempts: what became of each confirmation of a setup intent."""

from __future__ import annotations

from typing import Final

from connectkit.simulator.calls import Call
from connectkit.simulator.lists import listing
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

topic: Final = Topic("setup attempts")
topic.kind("setup_attempt", indexes=("setup_intent",))

_COPIED: Final = (
    *("application", "attach_to_self", "customer", "customer_account", "flow_directions", "livemode"),
    *("on_behalf_of", "payment_method", "usage"),
)
_CARD: Final = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "wallet")
_BANKS: Final = frozenset({"au_becs_debit", "sepa_debit", "us_bank_account"})
"""Other ways to pay of which Stripe has attempts; it tells nothing of theirs."""

_WAITING: Final = "requires_action"
_PROOF: Final = ("electronic_commerce_indicator", "result_reason", "transaction_id", "version")
"""What an issuer's server would tell of how it asked."""


def begin(world: World, intent: Object, method: Object) -> None:
    """Write a confirmation down; one that still waited for the buyer is abandoned."""
    abandon(world, intent)
    attempt = world.add(
        intent["_account"],
        {
            "id": world.ids.new("setatt"),
            "object": "setup_attempt",
            **{name: intent[name] for name in _COPIED},
            "created": world.clock.now,
            "payment_method_details": {**_details(method), "type": method["type"]},
            "setup_error": None,
            "setup_intent": intent["id"],
            "status": "processing",
        },
    )
    intent["latest_attempt"] = attempt["id"]


def _details(method: Object) -> Object:
    if method["type"] == "card":
        card = {name: method["card"][name] for name in _CARD}
        return {"card": {**card, "network": card["brand"], "three_d_secure": None}}
    return {method["type"]: {}} if method["type"] in _BANKS else {}


def tell(world: World, intent: Object, status: str) -> None:
    """Say what has become of the latest confirmation."""
    attempt = _latest(world, intent)
    attempt |= {"status": status, "setup_error": intent["last_setup_error"] if status == "failed" else None}


def proven(world: World, intent: Object, *, passed: bool) -> None:
    """Say that the buyer was asked by her bank, and whether it believed her."""
    details: Object = _latest(world, intent)["payment_method_details"]
    if "card" in details:
        result = "authenticated" if passed else "failed"
        proof = {**dict.fromkeys(_PROOF), "authentication_flow": "challenge", "result": result}
        details["card"]["three_d_secure"] = proof


def abandon(world: World, intent: Object) -> None:
    """Give up waiting for the buyer, if it is she who was waited for."""
    attempt = world.find(intent["latest_attempt"] or "")
    if attempt is not None and attempt["status"] == _WAITING:
        attempt["status"] = "abandoned"


def _latest(world: World, intent: Object) -> Object:
    return world.get(intent["_account"], "setup_attempt", intent["latest_attempt"])


@topic.route("GET", "/v1/setup_attempts", "SetupAttemptListParams")
def index(world: World, call: Call) -> Object:
    """List the confirmations of a setup intent, newest first."""
    intent = world.get(call.account, "setup_intent", call.params["setup_intent"], param="setup_intent")
    return listing(world.table(call.account, "setup_attempt"), call, setup_intent=intent["id"])
