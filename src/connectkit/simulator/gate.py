"""Who may come in: keys, accounts, versions; and what the request says."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from . import files
from .calls import Call
from .forms import decode
from .refusals import bad_key, exclusive, invalid, no_access, no_key, publishable_key
from .shapes import is_hash
from .state import API_VERSION, World

_LONGEST_KEY: Final = 255
_VERSION: Final = re.compile(r"\d{4}-\d\d-\d\d(\.[a-z_]+)?(; ?\w+=v\d+)*")


def check_key(headers: Mapping[str, str], *, livemode: bool) -> str:
    """Give the API key.

    Raises:
        Refusal: It is missing, or not one of the simulator's mode.
    """
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme != "Bearer":
        key = _odd_key(scheme.lower(), key)
    mode = "live" if livemode else "test"
    if not key:
        raise no_key()
    if key.startswith("pk_"):
        raise publishable_key()
    if not key.startswith((f"sk_{mode}_", f"rk_{mode}_")):
        raise bad_key(f"{key[:8]}***")
    return key


def knock(world: World, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Call:
    """Give the call as its first line and its headers have it, not yet admitted and without an id."""
    path, _, query = target.partition("?")
    return Call(
        method,
        path,
        headers.get("stripe-account") or headers.get("stripe-context") or world.platform,
        "",
        headers.get("idempotency-key") if method != "GET" else None,
        headers.get("stripe-version", "" if path.startswith("/v2/") else API_VERSION),
        "stripe-version" in headers,
        path.startswith("/v1/"),
        query,
        body,
        headers.get("content-type", ""),
        {},
        {},
    )


def new_id(world: World, call: Call, *, kept: bool) -> str:
    """Give a fresh id to a call: one that is not kept must not change which ids those have that are."""
    return (world.ids if kept and call.method != "GET" else world.read_ids).new("req")


def admit(world: World, call: Call, headers: Mapping[str, str]) -> None:
    """Let a call in.

    Raises:
        Refusal: The account is named in two ways or is not connected, the version is missing or none, or the key is
            too long.
    """
    if "stripe-account" in headers and "stripe-context" in headers:
        raise exclusive("Stripe-Account", "Stripe-Context")
    if call.account != world.platform and world.table(world.platform, "account").get(call.account) is None:
        raise no_access(call.account)
    if not call.version:
        raise invalid("You must specify a Stripe-Version header when making requests to the V2 API.")
    if call.version != API_VERSION and not _VERSION.fullmatch(call.version):
        raise invalid(f"Invalid Stripe API version: {call.version}")
    if call.key is not None and len(call.key) > _LONGEST_KEY:
        raise invalid(f"Idempotency keys can be at most {_LONGEST_KEY} characters long.", param="idempotency_key")


def read_body(call: Call) -> tuple[dict[str, Any], bool]:
    """Give the parameters as they were sent, and whether they came as a form.

    Raises:
        Refusal: The body cannot be read.
    """
    method, query, body = call.method, call.query, call.body
    if method == "POST" and call.path == files.PATH and body.startswith(b"--"):
        return decode(urlencode(files.read_parts(body))), True
    if method == "GET":
        return decode(query), True
    if method != "POST" or not call.path.startswith("/v2/"):
        if body and call.body_type.startswith("application/json"):
            raise invalid("Invalid request (check that your POST content type is application/x-www-form-urlencoded).")
        text = _text(body)
        return decode(f"{query}&{text}" if query and text else query or text), True
    try:
        told = json.loads(body or b"{}")
    except ValueError:
        told = None
    if not is_hash(told):
        raise invalid("The request body is no JSON object.")
    return told, False


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise invalid("The request body is not UTF-8.") from None


def _odd_key(scheme: str, value: str) -> str:
    if scheme != "basic":
        return value if scheme == "bearer" else ""
    try:
        return base64.b64decode(value).decode("ascii", "replace").partition(":")[0]
    except binascii.Error:
        return ""
