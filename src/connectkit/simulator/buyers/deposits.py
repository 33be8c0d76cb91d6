"""The page where a buyer tells which small deposits arrived on the bank account that she pays from."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from connectkit.simulator.answers import Answer
from connectkit.simulator.hosting import Problem, page, refused_page, written_field
from connectkit.simulator.money.confirming import check_deposits, deposits_known
from connectkit.simulator.refusals import Refusal
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import World

from .setting_up import verified

topic: Final = Topic("small deposits")

_PREFIX: Final = "/microdeposits/"
_TITLE: Final = "Verify your bank account"
_FIELDS: Final = {"first": "First deposit, in cents", "second": "Second deposit, in cents"}


@topic.page(_PREFIX)
def visit(world: World, method: str, path: str, said: Mapping[str, str]) -> Answer:
    """Show the page, or take what was written into it."""
    intent = world.find(path.removeprefix(_PREFIX).partition("?")[0])
    if intent is None or part(intent, "next_action").get("type") != "verify_with_microdeposits":
        return refused_page("Nothing waits for you here: the account is verified already, or the payment was given up.")
    if method != "POST":
        return _page()
    try:
        check_deposits(_told(said))
    except Refusal as refusal:
        return _page(Problem(refusal.message, next(iter(_FIELDS))))
    _go_on(world, intent)
    return page(_TITLE, "<p>Thank you. You can close this page.</p>")


def _told(said: Mapping[str, str]) -> dict[str, Any]:
    """Give what the API would be told."""
    amounts = [said.get(name, "").strip() for name in _FIELDS]
    return {"amounts": [int(amount) for amount in amounts if amount.isdecimal()]}


def _go_on(world: World, intent: Object) -> None:
    if intent["object"] == "setup_intent":
        verified(world, intent)
        return
    with suppress(Refusal):  # nobody waits for the answer: what was refused is told by the intent
        deposits_known(world, intent)


def _page(*problems: Problem) -> Answer:
    fields = "".join(
        written_field(name, label, {"name": name, "inputmode": "numeric", "required": ""}, wrong=bool(problems))
        for name, label in _FIELDS.items()
    )
    body = (
        "<p>Two small deposits were sent to your bank account: 32 and 45 cents pass here.</p>"
        f'<form method="post">{fields}<button>Verify</button></form>'
    )
    return page(_TITLE, body, 400 if problems else 200, problems)
