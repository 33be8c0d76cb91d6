"""Webhook endpoints: the URLs that Stripe sends events to."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from attrs import field, frozen

from .base import Answer, Metadata, Value, Whole, moment


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
