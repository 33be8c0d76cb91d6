"""Tokens of accounts and people: what a browser told Stripe, so that the platform's own server never sees it.

A token of either API is taken by both; that, its prefix in v2 and how long it lives are inferred.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectkit.simulator.calls import Call
from connectkit.simulator.clock import DAY, rfc3339
from connectkit.simulator.refusals import invalid, no_such
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .kinds import topic
from .queries import account_of
from .v2_telling import as_v1, person_as_v1

_KINDS: Final = ("token", "v2.core.account_token", "v2.core.account_person_token")
_LIFETIME: Final = DAY
_NOBODY: Final = "0.0.0.0"  # noqa: S104  # the address of a browser that is not there; nothing listens on it

topic.kind("v2.core.account_token")
topic.kind("v2.core.account_person_token")


def told_of_account(world: World, told: Mapping[str, Any]) -> Object:
    """Give what a token of v1 tells of an account, in the words of an account's own parameters."""
    accepted = told.get("tos_shown_and_accepted")
    terms = {"tos_acceptance": {"date": world.clock.now, "ip": _NOBODY}} if accepted else {}
    return {name: value for name, value in told.items() if name != "tos_shown_and_accepted"} | terms


@topic.route("POST", "/v2/core/account_tokens", "v2.core.AccountTokenCreateParams")
def create_account_token(world: World, call: Call) -> Object:
    """Make a token of what is told of an account."""
    told = as_v1(call.params)
    accepted = told.pop("tos_acceptance", {}).get("shown_and_accepted")
    tells = told_of_account(world, {**told, "tos_shown_and_accepted": accepted})
    return world.add(world.platform, _token(world, "v2.core.account_token", "accttok", tells))


@topic.route("GET", "/v2/core/account_tokens/:id", "v2.core.AccountTokenRetrieveParams")
def retrieve_account_token(world: World, call: Call) -> Object:
    """Give a token."""
    return world.get(world.platform, "v2.core.account_token", call.id)


@topic.route(
    "POST",
    "/v2/core/accounts/:id/person_tokens",
    "v2.core.accounts.PersonTokenCreateParams",
    apart="additional_addresses additional_names additional_terms_of_service script_addresses script_names",
)
def create_person_token(world: World, call: Call) -> Object:
    """Make a token of what is told of a person."""
    account = account_of(world, call.id)
    token = _token(world, "v2.core.account_person_token", "perstok", person_as_v1(call.params))
    return world.add(world.platform, token | {"_of": account["id"]})


@topic.route("GET", "/v2/core/accounts/:id/person_tokens/:token", "v2.core.accounts.PersonTokenRetrieveParams")
def retrieve_person_token(world: World, call: Call) -> Object:
    """Give a token, to the account that it was made for."""
    token = world.get(world.platform, "v2.core.account_person_token", call.ids["token"])
    if token["_of"] != call.id:
        raise no_such("token", call.ids["token"])
    return token


def with_token(world: World, params: Mapping[str, Any], param: str) -> Mapping[str, Any]:
    """Add to parameters what the token in them tells.

    Raises:
        Refusal: There is no such token, it was used, or it is too old.
    """
    if param not in params:
        return params
    token = _held(world, params[param])
    if token is None or "_tells" not in token or (param == "person_token") is not _is_of_person(token):
        raise no_such("token", params[param], param=param)
    if token["used"]:
        message = f"You cannot use a Stripe token more than once: {params[param]}."
        raise invalid(message, param=param, code="token_already_used")
    if world.clock.now >= token.get("_until", world.clock.now + 1):
        raise invalid(f"The token {params[param]} has expired.", param=param)
    return {**params, **token["_tells"]}


def spend_token(world: World, params: Mapping[str, Any], param: str) -> None:
    """Use up the token in parameters that are told now."""
    token = _held(world, params.get(param, ""))
    if token is not None:
        token["used"] = True


def _held(world: World, id: str) -> Object | None:
    found = (world.table(world.platform, kind).get(id) for kind in _KINDS)
    return next((token for token in found if token is not None), None)


def _is_of_person(token: Object) -> bool:
    return token.get("type") == "person" or token["object"] == "v2.core.account_person_token"


def _token(world: World, kind: str, prefix: str, tells: Object) -> Object:
    until = world.clock.now + _LIFETIME
    return {
        "id": world.ids.new(prefix),
        "object": kind,
        "created": rfc3339(world.clock.now),
        "expires_at": rfc3339(until),
        "livemode": world.livemode,
        "used": False,
        "_tells": tells,
        "_until": until,
    }
