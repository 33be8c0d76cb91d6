"""Files: uploaded as a form of several parts; what they say is kept where a link to it can be made."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any, Final
from urllib.parse import parse_qsl

from .calls import Call
from .file_links import check_link, links_of, new_link
from .lists import listing
from .refusals import invalid
from .routing import Topic
from .shapes import Object, is_hash
from .state import World
from .uploading import check_upload, kind_of, rule_of, size_of

topic: Final = Topic("files")
topic.kind("file", render=lambda world, file: {**file, "links": links_of(world, file)})

PATH: Final = "/v1/files"

_NAME: Final = re.compile(rb'name="([^"]*)"')
_FILENAME: Final = re.compile(rb'filename="([^"]*)"')
_KNOWN: Final = frozenset({"content", "filename", "hash", "pixels", "size", "type"})


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
        "content": base64.b64encode(content).decode(),
    }
    return json.dumps(told)


@topic.route("POST", PATH, "FileCreateParams")
def create_file(world: World, call: Call) -> Object:
    """Keep a file that was sent to the API."""
    purpose, told = call.params["purpose"], told_of(call.params["file"])
    check_upload(purpose, told)
    asked = call.params.get("file_link_data", {})
    if not asked.get("create"):
        return keep(world, call.account, purpose, told)
    check_link(world, purpose, asked, "file_link_data")
    file = keep(world, call.account, purpose, told)
    new_link(world, file, asked)
    return file


def keep(world: World, account: str, purpose: str, told: Object) -> Object:
    """Keep an uploaded file; what it says is forgotten where nobody can download it."""
    rule = rule_of(purpose)
    file = world.add(
        account,
        {
            "id": world.ids.new("file"),
            "object": "file",
            "created": world.clock.now,
            "expires_at": world.clock.now + rule.lives if rule.lives else None,
            "filename": told["filename"],
            "links": None,
            "purpose": purpose,
            "size": told["size"],
            "title": None,
            "type": told["type"],
            "url": f"{world.site}/files/{told['hash'][:16]}" if rule.linked else None,
            "_content": base64.b64decode(told["content"]) if rule.linked else b"",
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
