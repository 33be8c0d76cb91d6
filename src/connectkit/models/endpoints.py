"""Webhook endpoints and event destinations: where Stripe sends events to."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from attrs import field, frozen

from .base import Answer, Metadata, Value, Whole, moment, part


@frozen(kw_only=True)
class WebhookEndpoint(Value):
    """A URL that Stripe sends events to.

    Attributes:
        url: The URL.
        events: The types that it is sent; `*` is nearly every one.
        status: Stripe's word: `enabled` or `disabled`. An open set.
        api_version: The version that its events are written in; `""` is the account's own.
        secret: What its events are signed with; only the answer to its creation has it, `""` in any other.
        description: What it is for.
        metadata: Notes.
        created: When it was made.
    """

    url: str
    events: tuple[str, ...]
    status: str
    api_version: str
    secret: str = field(repr=False)
    description: str
    metadata: Metadata
    created: datetime | None

    @classmethod
    def parse(cls, answer: Answer) -> Self:
        """Read Stripe's answer."""
        data = answer.data
        return cls(
            id=data["id"],
            url=data["url"],
            events=tuple(data["enabled_events"]),
            status=data["status"],
            api_version=data.get("api_version") or "",
            secret=data.get("secret") or "",
            description=data.get("description") or "",
            metadata=Metadata(data.get("metadata")),
            created=moment(data.get("created")),
            receipt=answer.receipt,
            whole=Whole({name: value for name, value in data.items() if name != "secret"}),
        )


@frozen(kw_only=True)
class EventDestination(Value):
    """Where Stripe sends events to, by API v2.

    Attributes:
        name: What people call it.
        type: Stripe's word for the transport: `webhook_endpoint`, `amazon_eventbridge` and others. An open set.
        url: The URL of a webhook endpoint; `""` of any other transport, and after `enable` and `disable`.
        payload: `thin` or `snapshot`, as Stripe says it. An open set.
        events: The types that it is sent.
        events_from: Whose events, as `@self` and `@accounts`. An open set.
        status: Stripe's word: `enabled` or `disabled`. An open set.
        disabled_reason: Stripe's word for why it is disabled, as `user`; `""` while it is not. An open set.
        api_version: The version that whole events are written in; `""` where they are thin.
        secret: What its events are signed with; only the answer to its creation has it, `""` in any other.
        description: What it is for.
        metadata: Notes.
        created: When it was made.
    """

    name: str
    type: str
    url: str
    payload: str
    events: tuple[str, ...]
    events_from: tuple[str, ...]
    status: str
    disabled_reason: str
    api_version: str
    secret: str = field(repr=False)
    description: str
    metadata: Metadata
    created: datetime | None

    @classmethod
    def parse(cls, answer: Answer) -> Self:
        """Read Stripe's answer."""
        data = answer.data
        endpoint = part(data, "webhook_endpoint")
        details = part(part(data, "status_details"), "disabled")
        return cls(
            id=data["id"],
            name=data["name"],
            type=data["type"],
            url=endpoint.get("url") or "",
            payload=data["event_payload"],
            events=tuple(data["enabled_events"]),
            events_from=tuple(data.get("events_from") or ()),
            status=data["status"],
            disabled_reason=details.get("reason") or "",
            api_version=data.get("snapshot_api_version") or "",
            secret=endpoint.get("signing_secret") or "",
            description=data.get("description") or "",
            metadata=Metadata(data.get("metadata")),
            created=moment(data.get("created")),
            receipt=answer.receipt,
            whole=Whole({**data, "webhook_endpoint": {"url": endpoint.get("url")}} if endpoint else data),
        )


@frozen(kw_only=True)
class EndpointCheck:
    """What a router wants, beside what the endpoints are sent.

    Attributes:
        missing: Types that some function wants and no enabled endpoint is sent.
        unheard: Types that an enabled endpoint is sent and no function wants.
        disabled: The ids of endpoints that are sent nothing.
        outdated: The ids of enabled endpoints whose events are written in another version of the API than the one that
            connectkit reads; `rotate` makes another one in this version.
        missing_thin: Thin types that some function wants and no enabled event destination is sent.
    """

    missing: tuple[str, ...]
    unheard: tuple[str, ...]
    disabled: tuple[str, ...]
    outdated: tuple[str, ...]
    missing_thin: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every wanted type of whole events is sent."""
        return not self.missing
