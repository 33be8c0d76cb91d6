"""Event destinations of API v2: URLs that get thin events, or snapshots."""

from __future__ import annotations

from typing import Any, Final

from .calls import Call
from .clock import rfc3339
from .lists import v2_listing
from .refusals import invalid, missing
from .routing import Topic
from .shapes import Object, merge_metadata, part
from .state import World
from .subscribers import Subscriber

topic: Final = Topic("destinations")

_PATH: Final = "/v2/core/event_destinations"
_KIND: Final = "v2.core.event_destination"
_SCOPES: Final = {"@self": False, "@accounts": True}
_SHOWN: Final = {"webhook_endpoint.signing_secret": "signing_secret", "webhook_endpoint.url": "url"}


@topic.route("POST", _PATH, "v2.core.EventDestinationCreateParams", apart="amazon_eventbridge azure_event_grid")
def create(world: World, call: Call) -> Object:
    """Make a destination; its secret is shown here only, and only if it is asked for."""
    params = call.params
    if params["type"] != "webhook_endpoint":
        raise invalid("The simulator delivers to webhook endpoints only.", param="type")
    if "webhook_endpoint" not in params:
        raise missing("webhook_endpoint")
    _check_scopes(params.get("events_from", ["@self"]))
    destination = world.add(call.account, _new(world, params))
    destination["_owner"] = "" if call.account == world.platform else call.account
    _subscribe(world, destination)
    return _shown(destination, params.get("include", []))


@topic.route("GET", _PATH, "v2.core.EventDestinationListParams")
def list_all(world: World, call: Call) -> Object:
    """List the destinations, newest first."""
    include = call.params.get("include", [])
    every = [_shown(destination, include) for destination in world.table(call.account, _KIND).where()]
    return v2_listing(every, call)


@topic.route("GET", f"{_PATH}/:id", "v2.core.EventDestinationRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a destination."""
    return _shown(_find(world, call), call.params.get("include", []))


@topic.route("POST", f"{_PATH}/:id", "v2.core.EventDestinationUpdateParams")
def update(world: World, call: Call) -> Object:
    """Change a destination."""
    destination, params = _find(world, call), call.params
    destination.update({name: params[name] for name in ("name", "description", "enabled_events") if name in params})
    destination["_url"] = part(params, "webhook_endpoint").get("url", destination["_url"])
    merge_metadata(destination, params)
    return _changed(world, call, destination)


@topic.route("POST", f"{_PATH}/:id/disable", "v2.core.EventDestinationDisableParams")
def disable(world: World, call: Call) -> Object:
    """Stop delivering."""
    destination = _find(world, call)
    destination.update({"status": "disabled", "status_details": {"disabled": {"reason": "user"}}})
    return _changed(world, call, destination)


@topic.route("POST", f"{_PATH}/:id/enable", "v2.core.EventDestinationEnableParams")
def enable(world: World, call: Call) -> Object:
    """Deliver again."""
    destination = _find(world, call)
    destination.update({"status": "enabled", "status_details": None})
    return _changed(world, call, destination)


@topic.route("DELETE", f"{_PATH}/:id", "v2.core.EventDestinationDeleteParams")
def delete(world: World, call: Call) -> Object:
    """Forget a destination."""
    destination = _find(world, call)
    _unsubscribe(world, destination)
    world.remove(destination)
    return {"id": call.id, "object": _KIND}


@topic.route("POST", f"{_PATH}/:id/ping", "v2.core.EventDestinationPingParams")
def ping(world: World, call: Call) -> Object:
    """Send an event that says nothing, and give it."""
    _find(world, call)
    related = {"id": call.id, "type": _KIND, "url": f"{_PATH}/{call.id}"}
    return world.emit_thin("v2.core.event_destination.ping", related)


def _find(world: World, call: Call) -> Object:
    return world.get(call.account, _KIND, call.id, label="event destination")


def _check_scopes(scopes: list[str]) -> None:
    if unknown := [scope for scope in scopes if scope not in _SCOPES]:
        raise invalid(f"The simulator has no events from {unknown[0]}.", param="events_from")


def _new(world: World, params: dict[str, Any]) -> Object:
    return {
        "id": world.ids.new("ed_test"),
        "object": _KIND,
        "amazon_eventbridge": None,
        "azure_event_grid": None,
        "created": rfc3339(world.clock.now),
        "description": params.get("description", ""),
        "enabled_events": params["enabled_events"],
        "event_payload": params["event_payload"],
        "events_from": params.get("events_from", ["@self"]),
        "livemode": world.livemode,
        "metadata": params.get("metadata", {}),
        "name": params["name"],
        "snapshot_api_version": params.get("snapshot_api_version"),
        "status": "enabled",
        "status_details": None,
        "type": params["type"],
        "updated": rfc3339(world.clock.now),
        "_url": params["webhook_endpoint"]["url"],
        "_secret": f"whsec_{world.ids.token(32)}",
    }


def _shown(destination: Object, include: list[str]) -> Object:
    held = {"signing_secret": destination["_secret"], "url": destination["_url"]}
    asked = {_SHOWN[name] for name in include if name in _SHOWN}
    endpoint = {name: value if name in asked else None for name, value in held.items()}
    return {**destination, "webhook_endpoint": endpoint}


def _changed(world: World, call: Call, destination: Object) -> Object:
    destination["updated"] = rfc3339(world.clock.now)
    _unsubscribe(world, destination)
    if destination["status"] == "enabled":
        _subscribe(world, destination)
    include = [name for name in call.params.get("include", []) if name != "webhook_endpoint.signing_secret"]
    return _shown(destination, include)


def _subscribe(world: World, destination: Object) -> None:
    for scope in destination["events_from"]:
        world.subscribers[destination["id"] + scope] = Subscriber(
            destination["id"],
            destination["_url"],
            destination["_secret"],
            _SCOPES[scope],
            tuple(destination["enabled_events"]),
            destination["event_payload"] == "thin",
            destination["_owner"],
        )


def _unsubscribe(world: World, destination: Object) -> None:
    for scope in destination["events_from"]:
        world.subscribers.pop(destination["id"] + scope, None)
