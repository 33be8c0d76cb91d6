"""Files: uploaded as a form of several parts; what they say is not kept."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Final
from urllib.parse import parse_qsl

from .calls import Call
from .lists import listing
from .refusals import invalid, not_simulated_param
from .routing import Topic
from .shapes import Object, is_hash
from .state import World
from .uploading import check_upload, kind_of, rule_of, size_of

topic: Final = Topic("files")
topic.kind("file")

PATH: Final = "/v1/files"

_NAME: Final = re.compile(rb'name="([^"]*)"')
_FILENAME: Final = re.compile(rb'filename="([^"]*)"')
_KNOWN: Final = frozenset({"filename", "hash", "pixels", "size", "type"})


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
    name = filename.decode("utf-8", "replace")
    told = {
        "filename": name,
        "size": len(content),
        "type": kind_of(name, content),
        "pixels": size_of(content),
        "hash": hashlib.sha256(content).hexdigest(),
    }
    return json.dumps(told)


@topic.route("POST", PATH, "FileCreateParams")
def create_file(world: World, call: Call) -> Object:
    """Keep a file that was sent to the API."""
    if "file_link_data" in call.params:
        raise not_simulated_param("file_link_data", "files")
    purpose, told = call.params["purpose"], told_of(call.params["file"])
    check_upload(purpose, told)
    return keep(world, call.account, purpose, told)


def keep(world: World, account: str, purpose: str, told: Object) -> Object:
    """Keep what is known of an uploaded file; what it says is forgotten."""
    rule = rule_of(purpose)
    file = world.add(
        account,
        {
            "id": world.ids.new("file"),
            "object": "file",
            "created": world.clock.now,
            "expires_at": world.clock.now + rule.lives if rule.lives else None,
            "filename": told["filename"],
            "links": {"object": "list", "data": [], "has_more": False, "url": "/v1/file_links"},
            "purpose": purpose,
            "size": told["size"],
            "title": None,
            "type": told["type"],
            "url": f"{world.site}/files/{told['hash'][:16]}" if rule.linked else None,
            "_hash": told["hash"],
            "_pixels": told["pixels"],
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


@topic.route("GET", PATH, "FileListParams")
def index(world: World, call: Call) -> Object:
    """List files, newest first."""
    return listing(world.table(call.account, "file"), call, purpose=call.params.get("purpose"))
