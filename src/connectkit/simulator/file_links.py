"""Links to files: whoever has one can download the file, without a key, until the link expires."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from .answers import Answer
from .calls import Call
from .hosting import refused_page
from .lists import listing
from .refusals import invalid, refused
from .routing import Topic
from .shapes import Object, merge_metadata
from .state import World
from .uploading import mime_of, rule_of

topic: Final = Topic("file links")
topic.kind("file_link", indexes=("file",), render=lambda world, link: {**link, "expired": _expired(world, link)})

_PATH: Final = "/v1/file_links"
_PREFIX: Final = "/links/"
_SHOWN: Final = 10


def _expired(world: World, link: Object) -> bool:
    return link["expires_at"] is not None and link["expires_at"] <= world.clock.now


def check_link(world: World, purpose: str, asked: Mapping[str, Any], place: str = "") -> None:
    """Refuse a link that cannot be made.

    Args:
        world: The world.
        purpose: What the file is for.
        asked: What the link is to be.
        place: In which parameter that stands; none if it stands in none.

    Raises:
        Refusal: Such files cannot be downloaded, or the link would have expired already.
    """
    if not rule_of(purpose).linked:
        message = f"File links cannot be made for files whose purpose is {purpose}."
        raise invalid(message, param=place or "file")
    if "expires_at" in asked and asked["expires_at"] <= world.clock.now:
        raise _past(f"{place}[expires_at]" if place else "expires_at")


def _past(param: str) -> Exception:
    return invalid("The time at which the link expires has to be in the future.", param=param)


def new_link(world: World, file: Object, asked: Mapping[str, Any]) -> Object:
    """Make a link that was checked."""
    secret = world.ids.token(40)
    link = world.add(
        file["_account"],
        {
            "id": world.ids.new("link"),
            "object": "file_link",
            "created": world.clock.now,
            "expired": False,
            "expires_at": asked.get("expires_at"),
            "file": file["id"],
            "livemode": world.livemode,
            "metadata": {},
            "url": f"{world.site}{_PREFIX}{secret}",
        },
    )
    merge_metadata(link, asked)
    by_secret: dict[str, Object] = world.kept.setdefault(_PREFIX, {})
    by_secret[secret] = link
    return link


def links_of(world: World, file: Object) -> Object:
    """Give the newest links to a file as a list that stands inside it."""
    every = list(world.table(file["_account"], "file_link").where(file=file["id"]))
    url = f"{_PATH}?file={file['id']}"
    return {"object": "list", "data": every[:_SHOWN], "has_more": len(every) > _SHOWN, "url": url}


@topic.route("POST", _PATH, "FileLinkCreateParams")
def create(world: World, call: Call) -> Object:
    """Make a link to a file."""
    file = world.get(call.account, "file", call.params["file"], param="file")
    check_link(world, file["purpose"], call.params)
    return new_link(world, file, call.params)


@topic.route("GET", _PATH, "FileLinkListParams")
def index(world: World, call: Call) -> Object:
    """List links, newest first."""
    expired: bool | None = call.params.get("expired")

    def matching(link: Object) -> bool:
        return expired is None or _expired(world, link) is expired

    return listing(world.table(call.account, "file_link"), call, matching, file=call.params.get("file"))


@topic.route("GET", f"{_PATH}/:id", "FileLinkRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a link."""
    return world.get(call.account, "file_link", call.id)


@topic.route("POST", f"{_PATH}/:id", "FileLinkUpdateParams")
def update(world: World, call: Call) -> Object:
    """Change until when a link can be used, or have it expire at once."""
    link, params = world.get(call.account, "file_link", call.id), call.params
    if _expired(world, link):
        raise refused(f"The file link {link['id']} has expired, and cannot be updated.")
    if "expires_at" in params:
        until: int | str = params["expires_at"]
        if isinstance(until, int) and until <= world.clock.now:
            raise _past("expires_at")
        link["expires_at"] = world.clock.now if until == "now" else until or None
    merge_metadata(link, params)
    return link


@topic.page(_PREFIX)
def download(world: World, method: str, path: str, _: Mapping[str, str]) -> Answer:
    """Give what a file says to whoever has a link to it."""
    by_secret: dict[str, Object] = world.kept.get(_PREFIX, {})
    link = by_secret.get(path.removeprefix(_PREFIX).partition("?")[0])
    if link is None or method != "GET" or _expired(world, link):
        return refused_page("There is no file behind this link, or not any more.")
    file = world.get(link["_account"], "file", link["file"])
    headers = {
        "Content-Type": mime_of(file["type"]),
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file['filename'])}",
    }
    return Answer(200, headers, file["_content"])
