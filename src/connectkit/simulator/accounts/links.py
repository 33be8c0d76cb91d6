"""Links to hosted pages: onboarding in both APIs, and the Express dashboard."""

from __future__ import annotations

from typing import Any, Final

from connectkit.simulator.calls import Call
from connectkit.simulator.clock import rfc3339
from connectkit.simulator.refusals import invalid, missing, refused
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .kinds import topic
from .queries import account_of

_LIFETIME: Final = 300
"""Seconds that a link was seen to live; Stripe says of login links only that they do not live long."""

_LOGIN: Final = "express"


@topic.route("POST", "/v1/account_links", "AccountLinkCreateParams")
def create_link(world: World, call: Call) -> Object:
    """Make a link to the onboarding form."""
    account = account_of(world, call.params["account"], param="account")
    _check_type(account, call.params["type"], "type")
    for name in ("refresh_url", "return_url"):
        if not call.params.get(name):
            raise missing(name)
    link = _new_link(world, account, call.params)
    return {
        "object": "account_link",
        "created": world.clock.now,
        "expires_at": link["_expires_at"],
        "url": link["_url"],
    }


@topic.route("POST", "/v2/core/account_links", "v2.core.AccountLinkCreateParams")
def create_v2_link(world: World, call: Call) -> Object:
    """Make a link to the onboarding form, in API v2."""
    account = account_of(world, call.params["account"], param="account")
    use_case = call.params["use_case"]
    _check_type(account, use_case["type"], "use_case.type")
    if use_case["type"] not in use_case:
        raise missing(f"use_case.{use_case['type']}")
    link = _new_link(world, account, use_case[use_case["type"]])
    return {
        "object": "v2.core.account_link",
        "account": account["id"],
        "created": rfc3339(world.clock.now),
        "expires_at": rfc3339(link["_expires_at"]),
        "livemode": world.livemode,
        "url": link["_url"],
        "use_case": use_case,
    }


@topic.route("POST", "/v1/accounts/:id/login_links", "AccountLoginLinkCreateParams")
def create_login_link(world: World, call: Call) -> Object:
    """Make a link into the Express dashboard."""
    account = account_of(world, call.id)
    if account["controller"].get("stripe_dashboard") != {"type": _LOGIN}:
        message = f"Cannot create a login link for the account {call.id}, which is not an Express account."
        raise refused(message)
    if not account["details_submitted"]:
        raise refused("Cannot create a login link for an account that has not completed onboarding.")
    token = world.ids.token(12)
    world.add(call.id, {"id": token, "object": "_login_link", "_expires_at": world.clock.now + _LIFETIME})
    return {"object": "login_link", "created": world.clock.now, "url": f"{world.site}/express/{call.id}/{token}"}


def _check_type(account: Object, type: str, param: str) -> None:
    allowed = ["account_onboarding"]
    if account["controller"].get("requirement_collection") == "application":
        allowed.append("account_update")
    if type not in allowed:
        raise invalid(f"Invalid type: must be one of [{', '.join(allowed)}]", param=param)


def _new_link(world: World, account: Object, params: dict[str, Any]) -> Object:
    account["_linked"] = True
    collected = params.get("collection_options", {})
    token = world.ids.token(12)
    return world.add(
        account["id"],
        {
            "id": token,
            "object": "_account_link",
            "_url": f"{world.site}/setup/c/{account['id']}/{token}",
            "_expires_at": world.clock.now + _LIFETIME,
            "_refresh_url": params["refresh_url"],
            "_return_url": params.get("return_url") or params["refresh_url"],
            "_everything": "eventually_due" in (collected.get("fields"), params.get("collect")),
            "_future": collected.get("future_requirements") == "include",
            "_open_until": 0,
            "_visited": False,
        },
    )
