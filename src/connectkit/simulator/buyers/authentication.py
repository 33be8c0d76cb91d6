"""The page where a buyer proves to her bank that it is she."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from connectkit.simulator.answers import Answer
from connectkit.simulator.hosting import page, refused_page
from connectkit.simulator.money import confirming
from connectkit.simulator.refusals import invalid
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import World

from . import setting_up

topic: Final = Topic("authentication")

_PREFIX: Final = "/authenticate/"
_ASKED: Final = frozenset({"redirect_to_url", "use_stripe_sdk"})


@topic.page(_PREFIX)
def visit(world: World, method: str, path: str, said: Mapping[str, str]) -> Answer:
    """Show the page, or send its answer off."""
    id = path.removeprefix(_PREFIX).partition("?")[0]
    intent = _waiting(world, id)
    if intent is None:
        return refused_page("Nothing waits for you here: the payment was made already, or given up.")
    if method != "POST":
        return page("Authentication", _form(intent))
    back = part(intent, "next_action", "redirect_to_url").get("return_url")
    authenticate(world, id, passed=said.get("answer") != "fail")
    if back is None:
        return page("Authentication", "<p>Done. You can close this page.</p>")
    return Answer(303, {"Location": returned_to(intent, back)})


def _form(intent: Object) -> str:
    return (
        f"<p>Your bank asks whether you allow {html.escape(intent['id'])}.</p>"
        '<form method="post"><button name="answer" value="complete">Complete</button> '
        '<button class="quiet" name="answer" value="fail">Fail</button></form>'
    )


def returned_to(intent: Object, back: str) -> str:
    """Give the address that a buyer comes back to, which tells of her intent."""
    kind = intent["object"]
    told = {
        kind: intent["id"],
        f"{kind}_client_secret": intent["client_secret"],
        "redirect_status": "failed" if intent["status"] == "requires_payment_method" else "succeeded",
    }
    return f"{back}{'&' if '?' in back else '?'}{urlencode(told)}"


def authenticate(world: World, id: str, *, passed: bool) -> None:
    """Have the buyer of a payment intent or setup intent authenticate, or fail to.

    Raises:
        Refusal: It does not wait for that.
    """
    intent = _waiting(world, id)
    if intent is None:
        raise invalid(f"{id} does not wait for the buyer to authenticate.")
    go_on = confirming.authenticated if intent["object"] == "payment_intent" else setting_up.authenticated
    go_on(world, intent, passed=passed)


def authentication_url(world: World, intent: Object | None) -> str | None:
    """Give where the buyer of an intent has to authenticate; none if she need not."""
    return None if intent is None or _waiting(world, intent["id"]) is None else f"{world.site}{_PREFIX}{intent['id']}"


def _waiting(world: World, id: str) -> Object | None:
    intent = world.find(id)
    return intent if part(intent or {}, "next_action").get("type") in _ASKED else None
