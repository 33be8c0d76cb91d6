"""The hosted onboarding form: a page that its owner fills in, in a browser or at once."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

from connectkit.simulator.answers import Answer
from connectkit.simulator.hosting import Problem, page, refused_page, written_field
from connectkit.simulator.refusals import Refusal
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .form import Field, answer, fields
from .kinds import topic
from .queries import account_of
from .standing import changing, settle
from .wording import called, group, label

_PREFIX: Final = "/setup/c/"
_PAGES: Final = 5
"""How many pages a form has at most, when all that is written passes."""

_PAPERS: Final = ".jpg,.jpeg,.png,.pdf"

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
            asked = fields(account, _due(account))
            answer(world, account, {field.name: field.value for field in asked if not field.upload})
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
        return refused_page(refusal.message)
    account = account_of(world, account_id)
    if method == "POST" and link["_open_until"] > world.clock.now:
        return _taken(world, account, link, dict(said))
    if method == "POST" or link["_visited"] or world.clock.now >= link["_expires_at"]:
        return Answer(303, {"Location": link["_refresh_url"]})
    link["_visited"], link["_open_until"] = True, world.clock.now + _OPEN
    return _page(account, _due(account, link), {})


def _taken(world: World, account: Object, link: Object, written: dict[str, str]) -> Answer:
    """Keep what was written; who saved it for later, or has nothing left to write, is sent back."""
    later, wrong = bool(written.pop("later", "")), None
    with changing(world, account):
        try:
            answer(world, account, written)
        except Refusal as refusal:
            wrong = _problem(refusal)
        settle(world, account)
        done = not _due(account, link)
        account["_submitted"] = account["_submitted"] or (done and not wrong and not later)
    if wrong or not (done or later):
        return _page(account, _due(account, link), written, wrong)
    link["_open_until"] = 0
    _tell_return(world, account)
    return Answer(303, {"Location": link["_return_url"]})


def _problem(refusal: Refusal) -> Problem:
    name = str(refusal.param).replace("[", ".").replace("]", "")
    return Problem(f"{called(name)}: {refusal.message}", name)


def _page(account: Object, due: list[str], written: Mapping[str, str], wrong: Problem | None = None) -> Answer:
    """Give the form; what was written stands there still, but for what was wrong."""
    shown = fields(account, due)
    problems = _problems(account, {field.name for field in shown}, written, wrong)
    faulty = {problem.field for problem in problems}
    groups: dict[str, list[str]] = {}
    for field in shown:
        bad = field.name in faulty
        said = "" if bad else written.get(field.name, "")
        groups.setdefault(group(field.name), []).append(_input(field, said, wrong=bad))
    sets = "".join(
        f"<fieldset><legend>{escape(name)}</legend>{''.join(rows)}</fieldset>" for name, rows in _terms_last(groups)
    )
    body = (
        f"<p>Account <code>{escape(account['id'])}</code>. Each field begins with a test value that passes.</p>"
        f'<form method="post" enctype="multipart/form-data">{sets}'
        '<button name="submit" value="submit">Agree and submit</button>'
        '<button class="quiet" name="later" value="later" formnovalidate>Save for later</button></form>'
    )
    return page("Onboarding", body, problems=problems)


def _problems(
    account: Object, names: set[str], written: Mapping[str, str], wrong: Problem | None
) -> tuple[Problem, ...]:
    """Give what has to be repaired, each with the field that it is about if that is among *names*."""
    reasons = {error["requirement"]: error["reason"] for error in account["requirements"]["errors"]}
    blank = [name for name, text in written.items() if name in names and not text.strip()]
    found = [
        *([wrong] if wrong else []),
        *(Problem(f"{called(item)}: {reason}", item) for item, reason in reasons.items()),
        *(Problem(f"{called(name)} is missing.", name) for name in blank),
    ]
    return tuple(one if one.field in names else Problem(one.message) for one in found)


def _terms_last(groups: Mapping[str, list[str]]) -> list[tuple[str, list[str]]]:
    return sorted(groups.items(), key=lambda named: named[0] == group("tos_acceptance"))


def _input(field: Field, said: str, *, wrong: bool) -> str:
    """Give a field with what was said in it before, else with what passes."""
    value = said or field.value
    name, text = escape(field.name), escape(label(field.name))
    if field.tick:
        ticked = " checked" * bool(said)
        box = f'<input type="checkbox" id="{name}" name="{name}" value="{escape(field.value)}"{ticked} required>'
        return f'<p class="tick">{box}<label for="{name}">{text}</label></p>'
    if field.choices:
        options = "".join(_option(choice, value) for choice in field.choices)
        return f'<label for="{name}">{text}</label><select id="{name}" name="{name}">{options}</select>'
    if field.upload:
        return written_field(
            field.name, label(field.name), {"name": field.name, "type": "file", "accept": _PAPERS}, wrong=wrong
        )
    told = {"name": field.name, "value": value, "required": ""}
    return written_field(field.name, label(field.name), told, wrong=wrong)


def _option(choice: str, value: str) -> str:
    return f"<option{' selected' * (choice == value)}>{escape(choice)}</option>"
