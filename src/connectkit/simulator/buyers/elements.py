"""A stand-in for Stripe.js: a script for a shop's own page, and what that script asks.

A browser holds no secret key. It names a payment intent, or a setup intent, by its client secret, with the publishable
key of the platform and the account that the intent belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from connectkit.simulator.answers import Answer, encode
from connectkit.simulator.calls import Call
from connectkit.simulator.money import intents
from connectkit.simulator.money.numbers import card_written
from connectkit.simulator.refusals import Refusal, bad_key, no_such, unrecognised
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import API_VERSION, World

from . import setups
from .authentication import returned_to

topic: Final = Topic("Stripe.js")

_PREFIX: Final = "/v3/"
_SCRIPT: Final = Path(__file__).with_name("stripe.js").read_text()
_SITE: Final = "__SITE__"
_HEADERS: Final = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
_KINDS: Final = {"pi": "payment_intent", "seti": "setup_intent"}
_SHOWN: Final = (
    *("id", "object", "amount", "client_secret", "created", "currency", "description", "last_payment_error"),
    *("last_setup_error", "livemode", "next_action", "payment_method", "payment_method_types", "status"),
)
_TOLD: Final = ("type", "code", "decline_code", "message", "param", "doc_url")


@topic.page(_PREFIX)
def visit(world: World, method: str, path: str, said: Mapping[str, str]) -> Answer:
    """Give the script, or what it asks for: an intent, as it is or confirmed with a card."""
    asked = path.removeprefix(_PREFIX).partition("?")[0]
    if not asked:
        script = _SCRIPT.replace(_SITE, world.site).encode()
        return Answer(200, {**_HEADERS, "Content-Type": "text/javascript; charset=utf-8"}, script)
    try:
        if method != "POST" or asked not in {"retrieve", "confirm"}:
            raise unrecognised(method, path)
        intent = _intent(world, said)
        if asked == "confirm":
            _confirm(world, intent, said)
    except Refusal as refusal:
        error: Object = refusal.body(None)["error"]
        told: Object = {"error": {name: error[name] for name in _TOLD if name in error}}
        return _told(refusal.status, told)
    return _told(200, _leading(world, intent, said.get("return_url", "")))


def _told(status: int, told: Object) -> Answer:
    return Answer(status, {**_HEADERS, "Content-Type": "application/json"}, encode(told))


def _intent(world: World, said: Mapping[str, str]) -> Object:
    """Give the intent of a client secret.

    Raises:
        Refusal: The key is no publishable one of this mode, or there is no such intent of this account.
    """
    key, secret = said.get("key", ""), said.get("client_secret", "")
    if not key.startswith(f"pk_{'live' if world.livemode else 'test'}_"):
        raise bad_key(f"{key[:8]}***")
    id = secret.partition("_secret_")[0]
    kind = _KINDS.get(id.partition("_")[0], "payment_intent")
    intent = world.get(said.get("account") or world.platform, kind, id)
    if intent["client_secret"] != secret:
        raise no_such(kind, id)
    return intent


def _confirm(world: World, intent: Object, said: Mapping[str, str]) -> None:
    given = {"type": "card", "card": card_written(said)}
    params: dict[str, Any] = {"payment_method_data": given}
    if said.get("return_url"):
        params["return_url"] = said["return_url"]
    kind = intent["object"]
    path = f"/v1/{kind}s/{intent['id']}/confirm"
    request, ids = world.ids.new("req"), {"id": intent["id"]}
    call = Call("POST", path, intent["_account"], request, None, API_VERSION, params=params, ids=ids)
    world.call = call
    try:
        (intents.confirm if kind == "payment_intent" else setups.confirm)(world, call)
    finally:
        world.call = None


def _leading(world: World, intent: Object, back: str) -> Object:
    """Give an intent, and where its buyer has to go from here, and where she goes when all is done."""
    shown = {name: value for name, value in world.render(intent).items() if name in _SHOWN}
    ask = part(intent, "next_action", "redirect_to_url").get("url")
    return {"intent": shown, "next": ask, "back": returned_to(intent, back) if back else None}
