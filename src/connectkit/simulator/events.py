"""Events, read; and the endpoints that they are sent to."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, Final

from .calls import Call
from .clock import moment
from .lists import listing, v2_listing
from .refusals import invalid
from .routing import Topic
from .shapes import Object, Snapshot, merge_metadata, part
from .state import API_VERSION, World
from .subscribers import Subscriber

topic: Final = Topic("events")


def as_it_was(world: World, event: Object) -> Object:
    """Give an event as it is shown: with the object as it was then."""
    cause = {"id": event["_request"], "idempotency_key": event["_key"]}
    data = Snapshot(event["_told"], event.get("_before"))
    return {**event, "data": data, "livemode": world.livemode, "request": cause}


topic.kind("event", indexes=("type",), render=as_it_was, always={"api_version": API_VERSION})
topic.kind("v2.core.event")
topic.kind("webhook_endpoint")

_MOST: Final = 16
_MOST_TYPES: Final = 20
_BOUNDS: Final[Mapping[str, Callable[[datetime, datetime], bool]]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


@topic.route("GET", "/v1/events", "EventListParams")
def list_events(world: World, call: Call) -> Object:
    """List the events of an account, newest first."""
    params = call.params
    if "type" in params and "types" in params:
        raise invalid("You may only specify one of `type` or `types`.", param="types")
    patterns = params.get("types", [params.get("type", "*")])
    if len(patterns) > _MOST_TYPES:
        raise invalid(f"You may specify at most {_MOST_TYPES} types.", param="types")
    exact = params.get("type") if "*" not in patterns[0] else None
    success = params.get("delivery_success")

    def matching(event: Object) -> bool:
        delivered = success is None or success is not bool(event["pending_webhooks"])
        return delivered and any(fnmatchcase(event["type"], pattern) for pattern in patterns)

    return listing(world.table(call.account, "event"), call, matching, type=exact)


@topic.route("GET", "/v1/events/:id", "EventRetrieveParams")
def retrieve_event(world: World, call: Call) -> Object:
    """Give one event of an account."""
    return world.get(call.account, "event", call.id)


@topic.route("GET", "/v2/core/events", "v2.core.EventListParams")
def list_thin_events(world: World, call: Call) -> Object:
    """List thin events, newest first."""
    types, object_id = call.params.get("types"), call.params.get("object_id")
    created = {name: moment(when, f"created[{name}]") for name, when in call.params.get("created", {}).items()}
    every = [
        event
        for event in world.table(call.account, "v2.core.event").where()
        if (types is None or event["type"] in types)
        and (object_id is None or part(event, "related_object").get("id") == object_id)
        and all(_BOUNDS[name](moment(event["created"], name), when) for name, when in created.items())
    ]
    return v2_listing(every, call)


@topic.route("GET", "/v2/core/events/:id", "v2.core.EventRetrieveParams")
def retrieve_thin_event(world: World, call: Call) -> Object:
    """Give one thin event, with its data."""
    event = world.get(call.account, "v2.core.event", call.id, label="event")
    said = {"data": event["_data"], "snapshot_event": event.get("_snapshot")}
    return {**event, **{name: value for name, value in said.items() if value is not None}}


@topic.route("POST", "/v1/webhook_endpoints", "WebhookEndpointCreateParams")
def create_endpoint(world: World, call: Call) -> Object:
    """Register a URL for events; this is the only answer that shows its secret."""
    endpoints = world.table(call.account, "webhook_endpoint")
    if len(endpoints) == _MOST:
        raise invalid(f"You have reached the maximum of {_MOST} test webhook endpoints.")
    endpoint = world.add(call.account, _new_endpoint(world, call.params))
    endpoint["_owner"] = "" if call.account == world.platform else call.account
    _subscribe(world, endpoint)
    return {**endpoint, "secret": endpoint["_secret"]}


@topic.route("GET", "/v1/webhook_endpoints", "WebhookEndpointListParams")
def list_endpoints(world: World, call: Call) -> Object:
    """List the endpoints, newest first."""
    return listing(world.table(call.account, "webhook_endpoint"), call)


@topic.route("GET", "/v1/webhook_endpoints/:id", "WebhookEndpointRetrieveParams")
def retrieve_endpoint(world: World, call: Call) -> Object:
    """Give one endpoint."""
    return world.get(call.account, "webhook_endpoint", call.id)


@topic.route("POST", "/v1/webhook_endpoints/:id", "WebhookEndpointUpdateParams")
def update_endpoint(world: World, call: Call) -> Object:
    """Change an endpoint, or disable it."""
    endpoint = world.get(call.account, "webhook_endpoint", call.id)
    params = call.params
    endpoint.update({name: params[name] for name in ("url", "enabled_events", "description") if name in params})
    merge_metadata(endpoint, params)
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    _subscribe(world, endpoint)
    return endpoint


@topic.route("DELETE", "/v1/webhook_endpoints/:id", "WebhookEndpointDeleteParams")
def delete_endpoint(world: World, call: Call) -> Object:
    """Forget an endpoint."""
    endpoint = world.get(call.account, "webhook_endpoint", call.id)
    world.remove(endpoint)
    world.subscribers.pop(call.id, None)
    return {"id": call.id, "object": "webhook_endpoint", "deleted": True}


def _new_endpoint(world: World, params: dict[str, Any]) -> Object:
    return {
        "id": world.ids.new("we"),
        "object": "webhook_endpoint",
        "api_version": params.get("api_version"),
        "application": None,
        "created": world.clock.now,
        "description": params.get("description") or None,
        "enabled_events": params["enabled_events"],
        "livemode": world.livemode,
        "metadata": params.get("metadata") or {},
        "status": "enabled",
        "url": params["url"],
        "_secret": f"whsec_{world.ids.token(32)}",
        "_connect": params.get("connect", False),
    }


def _subscribe(world: World, endpoint: Object) -> None:
    world.subscribers.pop(endpoint["id"], None)
    if endpoint["status"] == "enabled":
        world.subscribers[endpoint["id"]] = Subscriber(
            endpoint["id"],
            endpoint["url"],
            endpoint["_secret"],
            endpoint["_connect"],
            tuple(endpoint["enabled_events"]),
            account=endpoint["_owner"],
        )
