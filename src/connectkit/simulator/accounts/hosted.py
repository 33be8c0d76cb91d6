"""The hosted onboarding form: a page that its owner fills in, in a browser or at once."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Final

from connectkit.simulator.answers import Answer
from connectkit.simulator.refusals import Refusal
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .form import Field, answer, fields
from .kinds import topic
from .queries import account_of
from .standing import changing, settle

_PREFIX: Final = "/setup/c/"
_PAGES: Final = 5
"""How many pages a form has at most, when all that is written passes."""

_OPEN: Final = 1800
"""Seconds that a form can be sent off after it was opened; Stripe publishes none."""


def complete(world: World, account_id: str) -> None:
    """Fill in all that is due with the documented test values that pass, accept the terms, and send the form off.

    Raises:
        Refusal: There is no such account.
    """
    account = account_of(world, account_id)
    with changing(world, account):
        account["_submitted"] = True
        settle(world, account)
        for _ in range(_PAGES):
            answer(world, account, {field.name: field.value for field in fields(account, _due(account))})
            settle(world, account)
    _tell_return(world, account)


def _due(account: Object, link: Object | None = None) -> list[str]:
    asked: list[str] = list(account["requirements"]["currently_due"])
    if link is not None and link["_everything"]:
        asked += account["requirements"]["eventually_due"]
    if link is not None and link["_future"]:
        asked += account["future_requirements"]["currently_due"]
    return list(dict.fromkeys(asked))


def _tell_return(world: World, account: Object) -> None:
    returned = {
        "account_id": account["id"],
        "configurations": list(account["_configurations"]),
        "use_case": "account_onboarding",
    }
    world.emit_thin("v2.core.account_link.returned", None, data=returned)


@topic.page(_PREFIX)
def visit(world: World, method: str, path: str, said: Mapping[str, str]) -> Answer:
    """Show the form, or take what was written into it.

    A link works once: to open it again, or after it expired or was sent off, leads to its refresh URL.
    """
    account_id, _, token = path.removeprefix(_PREFIX).partition("/")
    try:
        link = world.get(account_id, "_account_link", token, label="account link")
    except Refusal as refusal:
        return Answer(404, {"Content-Type": "text/plain"}, refusal.message.encode())
    account = account_of(world, account_id)
    if method == "POST" and link["_open_until"] > world.clock.now:
        return _taken(world, account, link, dict(said))
    if method == "POST" or link["_visited"] or world.clock.now >= link["_expires_at"]:
        return Answer(303, {"Location": link["_refresh_url"]})
    link["_visited"], link["_open_until"] = True, world.clock.now + _OPEN
    return _page(account, _due(account, link), "")


def _taken(world: World, account: Object, link: Object, written: dict[str, str]) -> Answer:
    """Keep what was written; who saved it for later, or has nothing left to write, is sent back."""
    later, wrong = bool(written.pop("later", "")), ""
    with changing(world, account):
        try:
            answer(world, account, written)
        except Refusal as refusal:
            wrong = refusal.message
        settle(world, account)
        done = not _due(account, link)
        account["_submitted"] = account["_submitted"] or (done and not wrong and not later)
    if wrong or not (done or later):
        return _page(account, _due(account, link), wrong)
    link["_open_until"] = 0
    _tell_return(world, account)
    return Answer(303, {"Location": link["_return_url"]})


def _page(account: Object, due: list[str], wrong: str) -> Answer:
    reasons = {error["requirement"]: error["reason"] for error in account["requirements"]["errors"]}
    told = "".join(f"<li>{_safe(item)}: {_safe(reason)}</li>" for item, reason in reasons.items())
    rows = "".join(f"<p><label>{_safe(field.name)} {_input(field)}</label></p>" for field in fields(account, due))
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Onboarding (simulated)</title>'
        f"<h1>Onboarding (simulated)</h1><p>Account {_safe(account['id'])}. Each field begins with a test value that"
        f" passes.</p><p>{_safe(wrong)}</p><ul>{told}</ul>"
        f'<form method="post">{rows}<button name="submit" value="submit">Agree and submit</button>'
        ' <button name="later" value="later" formnovalidate>Save for later</button></form></html>'
    )
    return Answer(200, {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}, page.encode())


def _input(field: Field) -> str:
    name, value = _safe(field.name), _safe(field.value)
    if field.tick:
        return f'<input type="checkbox" name="{name}" value="{value}" required>'
    if field.choices:
        options = "".join(f"<option>{_safe(choice)}</option>" for choice in field.choices)
        return f'<select name="{name}">{options}</select>'
    return f'<input name="{name}" value="{value}" required>'


def _safe(text: str) -> str:
    return html.escape(text)
