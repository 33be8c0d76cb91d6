"""Event destinations: made, listed, switched off and on, and rotated."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Final, Literal

from connectkit.calls.caller import Caller
from connectkit.drive import Blocking, blocking, iterating
from connectkit.errors import InvalidRequest, NotFound
from connectkit.models.base import Answer
from connectkit.models.endpoints import EventDestination
from connectkit.requests import Request, checked_id
from connectkit.sdk import API_VERSION

from .arguments import check_word, checked_metadata, given
from .event_types import thin, whole

_PATH: Final = "/v2/core/event_destinations"
_TRANSPORT: Final = "webhook_endpoint"
_URL: Final = "webhook_endpoint.url"
_SECRET: Final = "webhook_endpoint.signing_secret"  # noqa: S105  # the name of a member
_PAYLOADS: Final = ("thin", "snapshot")


class AsyncDestinations:
    """Event destinations of API v2: the URLs that Stripe sends thin events to, or whole ones."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(
        self,
        *,
        name: str,
        url: str,
        events: Sequence[str],
        payload: Literal["thin", "snapshot"] = "thin",
        events_from: Sequence[str] = ("@self",),
        description: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> EventDestination:
        """Have Stripe send events to a URL.

        Keep `secret` of the answer: Stripe never shows it again. It is stored nowhere here, so if the answer is lost,
        delete the destination that `list` shows and make another.

        Args:
            name: What people call it.
            url: The URL, `https` in live mode.
            events: Their types; the `types` of a router fit, of which those of the *payload* are taken. Thin ones begin
                with `v1.` or `v2.`.
            payload: `thin` for events that name their object, `snapshot` for whole ones in the version of the API that
                connectkit speaks.
            events_from: Whose events, in Stripe's words: `@self` for your own account's, `@accounts` for those of the
                accounts that you manage, of either API.
            description: What it is for.
            metadata: Notes of your own.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it may have been made.
        """
        check_word(payload, "payload", _PAYLOADS)
        if isinstance(events_from, str) or not events_from:
            message = "events_from is a list of Stripe's scopes, as ['@self', '@accounts']."
            raise InvalidRequest(message, param="events_from")
        params = given(
            name=name,
            type=_TRANSPORT,
            webhook_endpoint={"url": url},
            event_payload=payload,
            enabled_events=_types(events, payload),
            events_from=[*events_from],
            snapshot_api_version=API_VERSION if payload == "snapshot" else None,
            description=description,
            metadata=checked_metadata(metadata),
            include=[_SECRET, _URL],
        )
        return EventDestination.parse(await self._caller.mint(Request("post", _PATH, params), "destinations.create"))

    async def retrieve(self, destination_id: str) -> EventDestination:
        """Read a destination.

        Raises:
            InvalidRequest: It is not the id of a destination.
            NotFound: There is none.
            Unreachable: There was no usable answer.
        """
        request = Request("get", _own(destination_id), {"include": [_URL]})
        return EventDestination.parse(await self._caller.read(request, "destinations.retrieve"))

    async def list(self) -> AsyncGenerator[EventDestination, None]:
        """Go through the destinations, the newest first, to the end.

        Raises:
            Unreachable: There was no usable answer.
        """
        request = Request("get", _PATH, {"limit": 100, "include": [_URL]})
        async for item in self._caller.pages(request, "destinations.list"):
            yield EventDestination.parse(Answer(data=item))

    async def update(
        self,
        destination_id: str,
        *,
        name: str | None = None,
        url: str | None = None,
        events: Sequence[str] | None = None,
        description: str | None = None,
    ) -> EventDestination:
        """Change a destination; what is not given stays as it is, and whose events it is sent stays in any case.

        Args:
            destination_id: The destination.
            name: Another name.
            url: Another URL.
            events: Other types, as in `create`; it is read first, for what it is sent.
            description: Another description.

        Raises:
            InvalidRequest: An argument is wrong.
            NotFound: There is none.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it can be changed again.
        """
        types = None if events is None else _types(events, (await self.retrieve(destination_id)).payload)
        params = given(
            name=name,
            webhook_endpoint=None if url is None else {"url": url},
            enabled_events=types,
            description=description,
            include=[_URL],
        )
        return await self._changed(_own(destination_id), params, "destinations.update")

    async def enable(self, destination_id: str) -> EventDestination:
        """Have a destination sent its events again.

        Raises:
            InvalidRequest: It is not the id of a destination.
            NotFound: There is none.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it can be enabled again.
        """
        return await self._changed(f"{_own(destination_id)}/enable", {}, "destinations.enable")

    async def disable(self, destination_id: str) -> EventDestination:
        """Have a destination sent nothing until it is enabled.

        Raises:
            InvalidRequest: It is not the id of a destination.
            NotFound: There is none.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it can be disabled again.
        """
        return await self._changed(f"{_own(destination_id)}/disable", {}, "destinations.disable")

    async def delete(self, destination_id: str) -> None:
        """Have Stripe send nothing more to a destination, for ever; one that is gone already stays so.

        Raises:
            InvalidRequest: It is not the id of a destination.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it can be deleted again.
        """
        try:
            await self._caller.update(Request("delete", _own(destination_id)), "destinations.delete")
        except NotFound:
            return

    async def rotate(self, destination_id: str) -> EventDestination:
        """Make a second destination like one, with a secret of its own, so that the old secret can be retired.

        Both are sent every event from now on, which the inbox remembers once. Give the router both secrets, wait until
        every process has them, then `delete` the old destination.

        Args:
            destination_id: The old destination.

        Raises:
            InvalidRequest: It is not the id of a destination, or it does not send to a URL.
            NotFound: There is none.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it may have been made.
        """
        old = await self.retrieve(destination_id)
        if old.type != _TRANSPORT:
            message = f"{old.id} sends to {old.type}, which has no secret to rotate."
            raise InvalidRequest(message, param="destination_id")
        return await self.create(
            name=old.name,
            url=old.url,
            events=old.events,
            payload="snapshot" if old.payload == "snapshot" else "thin",
            events_from=old.events_from,
            description=old.description or None,
            metadata=dict(old.metadata),
        )

    async def ping(self, destination_id: str) -> str:
        """Have a destination sent an event that says nothing, and give the event's id: a test of the whole way.

        Raises:
            InvalidRequest: It is not the id of a destination.
            NotFound: There is none.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it may have been sent.
        """
        request = Request("post", f"{_own(destination_id)}/ping")
        return str((await self._caller.mint(request, "destinations.ping")).data["id"])

    async def _changed(self, path: str, params: Mapping[str, object], verb: str) -> EventDestination:
        return EventDestination.parse(await self._caller.update(Request("post", path, params), verb))


class Destinations(Blocking[AsyncDestinations]):
    """Event destinations of API v2: the URLs that Stripe sends thin events to, or whole ones."""

    create: Final = blocking(AsyncDestinations.create)
    retrieve: Final = blocking(AsyncDestinations.retrieve)
    list: Final = iterating(AsyncDestinations.list)
    update: Final = blocking(AsyncDestinations.update)
    enable: Final = blocking(AsyncDestinations.enable)
    disable: Final = blocking(AsyncDestinations.disable)
    delete: Final = blocking(AsyncDestinations.delete)
    rotate: Final = blocking(AsyncDestinations.rotate)
    ping: Final = blocking(AsyncDestinations.ping)


def _types(events: Sequence[str], payload: str) -> Sequence[str]:
    return thin(events) if payload == "thin" else whole(events)


def _own(destination_id: str) -> str:
    return f"{_PATH}/{checked_id(destination_id, 'destination_id', 'ed_')}"
