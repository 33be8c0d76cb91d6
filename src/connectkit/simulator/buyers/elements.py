"""A stand-in for Stripe.js: a script for a shop's own page, and what that script asks.

A browser holds no secret key. It names a payment intent, or a setup intent, by its client secret, with the publishable
key of the platform and the account that the intent belongs to. Where there is none yet, what it collects becomes a
confirmation token, with which the shop's server confirms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from connectkit.simulator.accounts.queries import account_of
from connectkit.simulator.answers import Answer, encode
from connectkit.simulator.calls import Call
from connectkit.simulator.money import intents
from connectkit.simulator.money.confirmation_tokens import new_token
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
    """Give the script, or what it asks for: an intent, as it is or confirmed with a card, or a confirmation token."""
    asked = path.removeprefix(_PREFIX).partition("?")[0]
    if not asked:
        script = _SCRIPT.replace(_SITE, world.site).encode()
        return Answer(200, {**_HEADERS, "Content-Type": "text/javascript; charset=utf-8"}, script)
    try:
        if method != "POST" or asked not in _ASKED:
            raise unrecognised(method, path)
        answer = _ASKED[asked](world, said)
    except Refusal as refusal:
        error: Object = refusal.body(None)["error"]
        told: Object = {"error": {name: error[name] for name in _TOLD if name in error}}
        return _told(refusal.status, told)
    return _told(200, answer)


def _told(status: int, told: Object) -> Answer:
    return Answer(status, {**_HEADERS, "Content-Type": "application/json"}, encode(told))


def _account(world: World, said: Mapping[str, str]) -> str:
    """Give the account that a page asks for.

    Raises:
        Refusal: The key is no publishable one of this mode.
    """
    key = said.get("key", "")
    if not key.startswith(f"pk_{'live' if world.livemode else 'test'}_"):
        raise bad_key(f"{key[:8]}***")
    return said.get("account") or world.platform


def _intent(world: World, said: Mapping[str, str]) -> Object:
    """Give the intent of a client secret.

    Raises:
        Refusal: The key is no publishable one of this mode, or there is no such intent of this account.
    """
    account, secret = _account(world, said), said.get("client_secret", "")
    id = secret.partition("_secret_")[0]
    kind = _KINDS.get(id.partition("_")[0], "payment_intent")
    intent = world.get(account, kind, id)
    if intent["client_secret"] != secret:
        raise no_such(kind, id)
    return intent


def _retrieved(world: World, said: Mapping[str, str]) -> Object:
    return _leading(world, _intent(world, said), said.get("return_url", ""))


def _confirmed(world: World, said: Mapping[str, str]) -> Object:
    intent = _intent(world, said)
    _confirm(world, intent, said)
    return _leading(world, intent, said.get("return_url", ""))


def _token(world: World, said: Mapping[str, str]) -> Object:
    """Keep what a page has collected, for whoever confirms with it."""
    account = account_of(world, _account(world, said))["id"]
    return {"token": world.render(new_token(world, account, _collected(said)))}


_ASKED: Final[Mapping[str, Callable[[World, Mapping[str, str]], Object]]] = {
    "confirm": _confirmed,
    "confirmation_token": _token,
    "retrieve": _retrieved,
}


def _collected(said: Mapping[str, str]) -> dict[str, Any]:
    """Give what a buyer has written, and where she goes in the end."""
    told = {"payment_method_data": {"type": "card", "card": card_written(said)}}
    return told | ({"return_url": said["return_url"]} if said.get("return_url") else {})


def _confirm(world: World, intent: Object, said: Mapping[str, str]) -> None:
    params, kind = _collected(said), intent["object"]
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
