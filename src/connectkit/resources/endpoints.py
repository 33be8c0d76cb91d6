"""Webhook endpoints: made, listed, rotated, and compared with what an application wants to hear of."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Final

from connectkit.calls.caller import Caller
from connectkit.drive import Blocking, blocking, iterating
from connectkit.errors import NotFound
from connectkit.models.base import Answer
from connectkit.models.endpoints import EndpointCheck, WebhookEndpoint
from connectkit.requests import Request, checked_id
from connectkit.sdk import API_VERSION

from .arguments import checked_metadata, given
from .destinations import AsyncDestinations
from .event_types import ALL, covers, is_thin, whole

_PATH: Final = "/v1/webhook_endpoints"


class AsyncEndpoints:
    """Webhook endpoints: the URLs that Stripe sends events to."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(
        self,
        *,
        url: str,
        events: Sequence[str],
        connected_accounts: bool = False,
        description: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> WebhookEndpoint:
        """Have Stripe send events to a URL, in the version of the API that connectkit speaks.

        Keep `secret` of the answer: Stripe never shows it again. It is stored nowhere here, so if the answer is lost,
        delete the endpoint that `list` shows and make another.

        Args:
            url: The URL, `https` in live mode.
            events: Their types; `payout.*` stands for every one that is known to begin so, `*` for nearly all. The
                `types` of a router fit.
            connected_accounts: Whether it is sent the events of connected accounts, or the platform's own.
            description: What it is for.
            metadata: Notes of your own.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it may have been made.
        """
        params = given(
            url=url,
            enabled_events=whole(events),
            connect=connected_accounts,
            api_version=API_VERSION,
            description=description,
            metadata=checked_metadata(metadata),
        )
        answer = await self._caller.mint(Request("post", _PATH, params), "endpoints.create")
        return WebhookEndpoint.parse(answer)

    async def retrieve(self, endpoint_id: str) -> WebhookEndpoint:
        """Read an endpoint.

        Raises:
            InvalidRequest: It is not the id of an endpoint.
            NotFound: There is none.
            Unreachable: There was no usable answer.
        """
        return WebhookEndpoint.parse(await self._caller.read(Request("get", _own(endpoint_id)), "endpoints.retrieve"))

    async def list(self) -> AsyncGenerator[WebhookEndpoint, None]:
        """Go through the endpoints, the newest first, to the end.

        Raises:
            Unreachable: There was no usable answer.
        """
        async for item in self._caller.pages(Request("get", _PATH, {"limit": 100}), "endpoints.list"):
            yield WebhookEndpoint.parse(Answer(data=item))

    async def update(
        self,
        endpoint_id: str,
        *,
        url: str | None = None,
        events: Sequence[str] | None = None,
        enabled: bool | None = None,
    ) -> WebhookEndpoint:
        """Change an endpoint; what is not given stays as it is.

        Args:
            endpoint_id: The endpoint.
            url: Another URL.
            events: Other types, as in `create`.
            enabled: Whether it is sent anything.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it can be changed again.
        """
        params = given(
            url=url,
            enabled_events=None if events is None else whole(events),
            disabled=None if enabled is None else not enabled,
        )
        answer = await self._caller.update(Request("post", _own(endpoint_id), params), "endpoints.update")
        return WebhookEndpoint.parse(answer)

    async def delete(self, endpoint_id: str) -> None:
        """Have Stripe send nothing more to an endpoint, for ever; one that is gone already stays so.

        Raises:
            InvalidRequest: It is not the id of an endpoint.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it can be deleted again.
        """
        try:
            await self._caller.update(Request("delete", _own(endpoint_id)), "endpoints.delete")
        except NotFound:
            return

    async def rotate(self, endpoint_id: str, *, connected_accounts: bool = False) -> WebhookEndpoint:
        """Make a second endpoint like one, with a secret of its own, so that the old secret can be retired.

        Both are sent every event from now on, which the inbox remembers once. Give the router both secrets, wait until
        every process has them, then `delete` the old endpoint.

        Args:
            endpoint_id: The old endpoint.
            connected_accounts: Whether it is one for connected accounts; Stripe does not tell.

        Raises:
            InvalidRequest: It is not the id of an endpoint.
            Refused: Stripe said no, as that there are sixteen already.
            Unreachable: There was no usable answer; it may have been made.
        """
        old = await self.retrieve(endpoint_id)
        return await self.create(
            url=old.url,
            events=old.events,
            connected_accounts=connected_accounts,
            description=old.description or None,
            metadata=dict(old.metadata),
        )

    async def check(self, types: Sequence[str]) -> EndpointCheck:
        """Compare what an application wants to hear of with what the endpoints are sent.

        Args:
            types: What is wanted, as a router's `types` tells.

        Raises:
            InvalidRequest: One of them is no type of event.
            Unreachable: There was no usable answer.
        """
        endpoints = [endpoint async for endpoint in self.list()]
        enabled = [endpoint for endpoint in endpoints if endpoint.status == "enabled"]
        sent = {type_ for endpoint in enabled for type_ in endpoint.events}
        wanted = set(whole(types))
        return EndpointCheck(
            missing=() if ALL in sent else tuple(sorted(wanted - sent)),
            unheard=() if ALL in wanted else tuple(sorted(sent - wanted)),
            disabled=tuple(endpoint.id for endpoint in endpoints if endpoint.status != "enabled"),
            outdated=tuple(endpoint.id for endpoint in enabled if endpoint.api_version != API_VERSION),
            missing_thin=await self._missing_thin([type_ for type_ in types if is_thin(type_)]),
        )

    async def _missing_thin(self, wanted: Sequence[str]) -> tuple[str, ...]:
        if not wanted:
            return ()
        found = [one async for one in AsyncDestinations(self._caller).list()]
        sent = {type_ for one in found if (one.status, one.payload) == ("enabled", "thin") for type_ in one.events}
        return tuple(sorted(type_ for type_ in wanted if not any(covers(one, type_) for one in sent)))


class Endpoints(Blocking[AsyncEndpoints]):
    """Webhook endpoints: the URLs that Stripe sends events to."""

    create: Final = blocking(AsyncEndpoints.create)
    retrieve: Final = blocking(AsyncEndpoints.retrieve)
    list: Final = iterating(AsyncEndpoints.list)
    update: Final = blocking(AsyncEndpoints.update)
    delete: Final = blocking(AsyncEndpoints.delete)
    rotate: Final = blocking(AsyncEndpoints.rotate)
    check: Final = blocking(AsyncEndpoints.check)


def _own(endpoint_id: str) -> str:
    return f"{_PATH}/{checked_id(endpoint_id, 'endpoint_id', 'we_')}"
