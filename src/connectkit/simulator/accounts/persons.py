"""The people of a company in API v1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectkit.simulator.calls import Call
from connectkit.simulator.lists import listing
from connectkit.simulator.refusals import refused
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .documents import check_person_files
from .kinds import topic
from .people import new_person, tell
from .queries import account_of
from .standing import changing
from .tokens import spend_token, with_token

_PATH = "/v1/accounts/:id/persons"


@topic.route("POST", _PATH, "AccountPersonCreateParams", apart="us_cfpb_data")
def create_person(world: World, call: Call) -> Object:
    """Add a person."""
    account = account_of(world, call.id)
    told = _told(world, call)
    person = new_person(world, account)
    with changing(world, account):
        tell(person, told)
        world.add(account["id"], person)
        world.emit("person.created", person)
    return person


@topic.route("GET", _PATH, "AccountPersonListParams")
def list_persons(world: World, call: Call) -> Object:
    """List the people, newest first."""
    persons = world.table(account_of(world, call.id)["id"], "person")
    roles: Object = call.params.get("relationship", {})
    return listing(persons, call, lambda person: roles.items() <= person["relationship"].items())


@topic.route("GET", f"{_PATH}/:person", "AccountPersonRetrieveParams")
def retrieve_person(world: World, call: Call) -> Object:
    """Give a person."""
    return world.get(account_of(world, call.id)["id"], "person", call.ids["person"])


@topic.route("POST", f"{_PATH}/:person", "AccountPersonUpdateParams", apart="us_cfpb_data")
def update_person(world: World, call: Call) -> Object:
    """Change a person."""
    account, person = account_of(world, call.id), retrieve_person(world, call)
    told = _told(world, call)
    with changing(world, account):
        tell(person, told)
        world.emit("person.updated", person)
    return person


@topic.route("DELETE", f"{_PATH}/:person", "AccountPersonDeleteParams")
def delete_person(world: World, call: Call) -> Object:
    """Delete a person who does not represent the account."""
    account, person = account_of(world, call.id), retrieve_person(world, call)
    if person["relationship"]["representative"]:
        raise refused("You cannot delete the representative of an account.")
    with changing(world, account):
        world.emit("person.deleted", person)
        world.remove(person)
    return {"id": person["id"], "object": "person", "deleted": True}


def _told(world: World, call: Call) -> Mapping[str, Any]:
    told = with_token(world, call.params, "person_token")
    check_person_files(world, call.id, told)
    spend_token(world, call.params, "person_token")
    return told
