"""The fields of the hosted onboarding form, and what happens with what is written into them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from connectkit.simulator.refusals import invalid
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .banks import bank_params, make_default, new_bank
from .documents import FAILING, PASSING
from .needs import ROLES
from .people import new_person, tell
from .samples import sample
from .telling import check_values, tell_account
from .uploads import accepted, sides

_TERMS: Final = "tos_acceptance"
_BANK: Final = "external_account"
_ACCOUNT_NUMBER: Final = "external_account.account_number"
_ROUTING_NUMBER: Final = "external_account.routing_number"
_KINDS: Final = ("individual", "company", "non_profit", "government_entity")
_PEOPLE: Final = (*ROLES, "person_")
_NUMBERS: Final = ("day", "month", "year", "date")
_YES: Final = "true"
_PAPER: Final = "file_relationship_document_success"


class Field(NamedTuple):
    """One field of the form.

    Attributes:
        name: What it is called.
        value: What passes.
        choices: What can be chosen, where not everything can be written.
        tick: Whether it is a box to be ticked.
        upload: Whether it takes a file.
    """

    name: str
    value: str = ""
    choices: tuple[str, ...] = ()
    tick: bool = False
    upload: bool = False


def fields(account: Object, items: list[str]) -> list[Field]:
    """Give the fields that ask for what is due."""
    return list(dict.fromkeys(field for item in items for field in _fields(account, item)))


def _fields(account: Object, item: str) -> Iterator[Field]:
    last = item.rpartition(".")[2]
    if item == "business_type":
        yield Field(item, _KINDS[0], _KINDS)
    elif item == _BANK:
        yield Field(_ACCOUNT_NUMBER, "000123456789")
        if account["country"] == "US":
            yield Field(_ROUTING_NUMBER, "110000000")
    elif item.startswith(_TERMS):
        yield Field(_TERMS, _YES, tick=True)
    elif last.endswith("_provided") or "_declaration." in item:
        yield Field(item.partition("_declaration.")[0] + "_declaration" * ("_declaration." in item), _YES, tick=True)
    elif sides(item):
        passing = _PAPER if last == "files" else PASSING
        yield Field(item, passing, (passing, FAILING))
        yield from (Field(side, upload=True) for side in sides(item))
    else:
        yield Field(item, sample(item, account["country"]) or "An answer")


def answer(world: World, account: Object, written: Mapping[str, str]) -> None:
    """Keep what was written into the form; a field that was left empty says nothing.

    Raises:
        Refusal: Something can't be read, or a file is none that Stripe takes.
    """
    given = {name: text.strip() for name, text in accepted(world, account, written).items() if text.strip()}
    told: Object = {}
    people: dict[str, Object] = {}
    for name, text in given.items():
        first, _, rest = name.partition(".")
        if first.startswith(_PEOPLE):
            _plant(people.setdefault(first, {}), rest, _read(world, name, text))
        elif first.startswith("interv_"):
            account["_answered"].append(name)
        elif first not in (_TERMS, _BANK):
            _plant(told, name, _read(world, name, text))
    check_values(world, told)
    tell_account(world, account, told)
    if _TERMS in given:
        account[_TERMS].update({"date": world.clock.now, "ip": "127.0.0.1"})
    for whose, params in people.items():
        _tell_person(world, account, whose, params)
    if _ACCOUNT_NUMBER in given:
        _add_bank(world, account, given)


def _read(world: World, name: str, text: str) -> object:
    last = name.rpartition(".")[2]
    if last.endswith("_declaration"):
        return {"date": world.clock.now, "ip": "127.0.0.1", "user_agent": None}
    if last == "files":
        return [text]
    if last.endswith("document"):
        return {"front": text}
    if text == _YES:
        return True
    if last not in _NUMBERS:
        return text
    if not text.isdecimal():
        raise invalid(f"Invalid integer: {text}", param=name)
    return int(text)


def _plant(tree: dict[str, Any], path: str, value: object) -> None:
    *way, last = path.split(".")
    for step in way:
        tree = tree.setdefault(step, {})
    tree[last] = value


def _tell_person(world: World, account: Object, whose: str, params: Object) -> None:
    """Tell of somebody: of who is named, of who has the role already, of who is called alike, or of somebody new."""
    role = ROLES.get(whose, "")
    table = world.table(account["id"], "person")
    held = [table.get(whose)] if whose.startswith("person_") else [one for one in table if one["relationship"][role]]
    alike = [one for one in table if _name(one) == _name(params)]
    known = next((one for one in (*held, *alike) if one is not None), None)
    person = known or new_person(world, account)
    tell(person, params)
    if role:
        tell(person, {"relationship": {role: True}})
    if known is None:
        world.add(account["id"], person)
    world.emit("person.updated" if known else "person.created", person)


def _name(person: Object) -> tuple[object, object]:
    return person.get("first_name"), person.get("last_name")


def _add_bank(world: World, account: Object, given: Mapping[str, str]) -> None:
    described = {
        "object": "bank_account",
        "country": account["country"],
        "currency": account["default_currency"],
        "account_number": given[_ACCOUNT_NUMBER],
        "routing_number": given.get(_ROUTING_NUMBER),
    }
    bank = new_bank(world, account["id"], bank_params(world, described, _BANK))
    make_default(world, bank)
    world.emit("account.external_account.created", bank)
