"""The people of an account in API v2: the same people, by the same ids."""

from __future__ import annotations

from connectkit.simulator.calls import Call
from connectkit.simulator.lists import v2_listing
from connectkit.simulator.refusals import refused
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .documents import check_person_files
from .kinds import topic
from .people import new_person, tell
from .queries import account_of
from .standing import changing
from .tokens import spend_token, with_token
from .v2_showing import person_of
from .v2_telling import person_as_v1

_PATH = "/v2/core/accounts/:id/persons"


@topic.route(
    "POST",
    _PATH,
    "v2.core.accounts.PersonCreateParams",
    apart="additional_addresses additional_names additional_terms_of_service script_addresses script_names",
)
def create_person(world: World, call: Call) -> Object:
    """Add a person."""
    account, told = account_of(world, call.id), _told(world, call)
    person = new_person(world, account)
    with changing(world, account):
        tell(person, told)
        world.add(account["id"], person)
        world.emit("person.created", person)
    _tell_event(world, person, "created")
    return person_of(person)


@topic.route("GET", _PATH, "v2.core.accounts.PersonListParams")
def list_persons(world: World, call: Call) -> Object:
    """List the people, newest first."""
    account = account_of(world, call.id)
    return v2_listing([person_of(person) for person in world.table(account["id"], "person").where()], call)


@topic.route("GET", f"{_PATH}/:person", "v2.core.accounts.PersonRetrieveParams")
def retrieve_person(world: World, call: Call) -> Object:
    """Give a person."""
    return person_of(_person(world, call))


@topic.route(
    "POST",
    f"{_PATH}/:person",
    "v2.core.accounts.PersonUpdateParams",
    apart="additional_addresses additional_names additional_terms_of_service script_addresses script_names",
)
def update_person(world: World, call: Call) -> Object:
    """Change a person."""
    account, person, told = account_of(world, call.id), _person(world, call), _told(world, call)
    with changing(world, account):
        tell(person, told)
        world.emit("person.updated", person)
    _tell_event(world, person, "updated")
    return person_of(person)


@topic.route("DELETE", f"{_PATH}/:person", "v2.core.accounts.PersonDeleteParams")
def delete_person(world: World, call: Call) -> Object:
    """Delete a person who does not represent the account."""
    account, person = account_of(world, call.id), _person(world, call)
    if person["relationship"]["representative"]:
        raise refused("You cannot delete the representative of an account.")
    with changing(world, account):
        world.emit("person.deleted", person)
        world.remove(person)
    _tell_event(world, person, "deleted")
    return {"id": person["id"], "object": "v2.core.account_person"}


def _person(world: World, call: Call) -> Object:
    return world.get(account_of(world, call.id)["id"], "person", call.ids["person"])


def _told(world: World, call: Call) -> Object:
    token = {name: value for name, value in call.params.items() if name == "person_token"}
    told = {**person_as_v1(call.params), **with_token(world, token, "person_token")}
    check_person_files(world, call.id, told)
    spend_token(world, token, "person_token")
    return told


def _tell_event(world: World, person: Object, what: str) -> None:
    account, id_ = person["account"], person["id"]
    url = f"/v2/core/accounts/{account}/persons/{id_}"
    related = {"id": id_, "type": "v2.core.account_person", "url": url}
    world.emit_thin(f"v2.core.account_person.{what}", related, data={"account_id": account})
