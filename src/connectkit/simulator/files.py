"""Files: uploaded as a form of several parts; what they say is not kept."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Final
from urllib.parse import parse_qsl

from .calls import Call
from .refusals import invalid
from .routing import Topic
from .shapes import Object, is_hash
from .state import World

topic: Final = Topic("files")
topic.kind("file")

PATH: Final = "/v1/files"

_NAME: Final = re.compile(rb'name="([^"]*)"')
_FILENAME: Final = re.compile(rb'filename="([^"]*)"')
_TYPES: Final = {b"\xff\xd8\xff": "jpg", b"\x89PNG": "png", b"%PDF-": "pdf"}
_KNOWN: Final = frozenset({"filename", "hash", "size", "type"})
_FORGOTTEN: Final = frozenset({"identity_document", "additional_verification"})


def read_form(body: bytes) -> dict[str, str]:
    """Give the fields of a form that a browser sent, of several parts or not."""
    return (
        read_parts(body)
        if body.startswith(b"--")
        else dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    )


def read_parts(body: bytes) -> dict[str, Any]:
    """Give the fields of a form of several parts; of a file what has to be known of it, as text."""
    boundary = body.partition(b"\r\n")[0]
    fields: dict[str, Any] = {}
    for part in body.split(boundary)[1:-1] if boundary else ():
        head, _, content = part.removesuffix(b"\r\n").partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if name is not None:
            filename = _FILENAME.search(head)
            told = content.decode("utf-8", "replace") if filename is None else _described(filename[1], content)
            fields[name[1].decode("utf-8", "replace")] = told
    return fields


def _described(filename: bytes, content: bytes) -> str:
    kind = next((kind for start, kind in _TYPES.items() if content.startswith(start)), None)
    told = {
        "filename": filename.decode("utf-8", "replace"),
        "size": len(content),
        "type": kind,
        "hash": hashlib.sha256(content).hexdigest(),
    }
    return json.dumps(told)


@topic.route("POST", PATH, "FileCreateParams")
def create_file(world: World, call: Call) -> Object:
    """Keep a file that was sent to the API."""
    return keep(world, call.account, call.params["purpose"], told_of(call.params["file"]))


def keep(world: World, account: str, purpose: str, told: Object) -> Object:
    """Keep what is known of an uploaded file; what it says is forgotten."""
    file = world.add(
        account,
        {
            "id": world.ids.new("file"),
            "object": "file",
            "created": world.clock.now,
            "expires_at": None,
            "filename": told["filename"],
            "links": {"object": "list", "data": [], "has_more": False, "url": "/v1/file_links"},
            "purpose": purpose,
            "size": told["size"],
            "title": None,
            "type": told["type"],
            "url": None if purpose in _FORGOTTEN else f"{world.site}/files/{told['hash'][:16]}",
            "_hash": told["hash"],
        },
    )
    world.emit("file.created", file)
    return file


def told_of(text: str) -> Object:
    """Give what is known of an uploaded file.

    Raises:
        Refusal: It is none.
    """
    try:
        told: object = json.loads(text)
    except ValueError:
        told = None
    if not is_hash(told) or not told.keys() >= _KNOWN:
        raise invalid("The file has to be uploaded as multipart/form-data.", param="file")
    return told


@topic.route("GET", f"{PATH}/:id", "FileRetrieveParams")
def retrieve_file(world: World, call: Call) -> Object:
    """Give what is known of a file."""
    return world.get(call.account, "file", call.id)
