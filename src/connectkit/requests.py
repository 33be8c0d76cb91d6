"""One HTTP call to Stripe as data.

A `Request` is a frozen value: it can be fingerprinted, stored, shown and sent again byte for byte. A `Response` is what
came back, whatever its status; deciding what an answer means is the business of `calls.outcomes`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

from attrs import evolve, field, frozen

from .errors import InvalidRequest

Params: TypeAlias = Mapping[str, Any]
Method: TypeAlias = Literal["get", "post", "delete"]

ENCODER: Final = 1
"""The version of the stored form of a request. It travels with each stored one, so that old rows stay readable."""

compact: Final = json.JSONEncoder(separators=(",", ":")).encode
"""Writes JSON without a space that is not needed."""

_canonical: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=str).encode
_RECOGNISABLE: Final = 8  # characters: enough to recognise an id, too few to leak a key passed by mistake
_PATH = re.compile(r"/(?:v[12]|oauth)/[A-Za-z0-9_./-]+")
_ID = re.compile(r"[A-Za-z0-9_]{1,255}")
_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")


@frozen
class Upload:
    """A file on its way to Stripe; no repr shows it.

    Attributes:
        name: Its name there.
        content: Its bytes.
    """

    name: str
    content: bytes = field(repr=lambda content: f"<{len(content)} bytes>")


@frozen
class Request:
    """What is sent, and on whose behalf.

    Attributes:
        method: Lower case, as the SDK's raw path wants it.
        path: From `/v1/` or `/v2/` on; ids in it were checked.
        params: Query, form or JSON parameters; numbers, strings, booleans, lists and mappings.
        account: The connected account to act as (`Stripe-Account`), or `None` for the platform.
        version: The `Stripe-Version` to send.
        idempotency_key: The wire key, or `None` where a repetition is harmless.
        undecoded: Whether its answer is given as it came, for who reads long lists faster than the SDK; never stored.
    """

    method: Method
    path: str
    params: Params = field(factory=dict[str, Any])
    account: str | None = None
    version: str = ""
    idempotency_key: str | None = None
    undecoded: bool = False

    def __attrs_post_init__(self) -> None:
        if not _PATH.fullmatch(self.path) or ".." in self.path or "//" in self.path:
            message = f"{self.path!r} is not a path of Stripe's API."
            raise InvalidRequest(message, param="path")

    @property
    def api(self) -> Literal["v1", "v2"]:
        """Which of Stripe's two APIs it speaks to; they differ in encoding and in what a repetition means."""
        return "v2" if self.path.startswith("/v2/") else "v1"

    def document(self) -> dict[str, Any]:
        """Give it as JSON values, from which `of` makes the same request under any later version of connectkit."""
        return {
            "encoder": ENCODER,
            "method": self.method,
            "path": self.path,
            "params": self.params,
            "account": self.account,
            "version": self.version,
            "idempotency_key": self.idempotency_key,
        }

    @classmethod
    def of(cls, document: dict[str, Any]) -> Request:
        """Make the request that `document` gave.

        Raises:
            InvalidRequest: It was written by a newer connectkit than this one.
        """
        if document.pop("encoder") > ENCODER:
            message = "This stored request was written by a newer connectkit."
            raise InvalidRequest(message, next_step="Upgrade this process before it resumes operations.")
        return cls(**document)

    def with_params(self, **more: object) -> Request:
        """Give the same request with some parameters added or replaced."""
        return evolve(self, params={**self.params, **more})


@frozen
class Response:
    """An answer of Stripe, whatever its status.

    Attributes:
        status: The HTTP status.
        headers: By lower-case name.
        data: The decoded JSON object; empty where the request wanted it undecoded.
        body: The answer as it came, where the request wanted it so.
    """

    status: int
    headers: Mapping[str, str]
    data: Mapping[str, Any]
    body: bytes = field(default=b"", repr=False)

    @property
    def request_id(self) -> str:
        """Stripe's id of the request, `""` where it gave none (a wrong key gets none)."""
        return self.headers.get("request-id", "")


def fingerprint(verb: str, arguments: Params, account: str | None) -> str:
    """Hash what the caller asked for, independent of how this version of connectkit writes it on the wire."""
    return hashlib.sha256(_canonical([verb, arguments, account]).encode()).hexdigest()


def checked_key(key: str) -> str:
    """Check the caller's name of an operation.

    Raises:
        InvalidRequest: It is not 1 to 255 printable ASCII characters, or begins or ends with a space.
    """
    if not isinstance(key, str) or not _KEY.fullmatch(key):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without a checker
        message = f"A key is 1 to 255 printable ASCII characters without a space at either end; this is {_shown(key)}."
        raise InvalidRequest(message, param="key", next_step="Name the intent, as in key='order-1042'.")
    return key


def checked_id(value: str, param: str, *prefixes: str) -> str:
    """Check an id of Stripe's before it becomes part of a path or a header.

    Args:
        value: The id.
        param: The name of the argument, for the error.
        *prefixes: The kinds that are meant, as `"acct_"`; none for any kind.

    Raises:
        InvalidRequest: It is empty, of another kind, over 255 characters, or has characters that no id has.
    """
    if not isinstance(value, str) or not _ID.fullmatch(value):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without a checker
        message = f"{param} is not an id of Stripe's: {_shown(value)}."
        raise InvalidRequest(message, param=param, next_step="Pass the id as Stripe gave it, as in 'acct_1Nv…'.")
    if prefixes and not value.startswith(prefixes):
        message = f"{param} has to be an id that begins with {' or '.join(prefixes)}; this is {_shown(value)}."
        raise InvalidRequest(message, param=param)
    return value


def _shown(value: object) -> str:
    if not isinstance(value, str):
        return f"a {type(value).__name__}"
    return repr(value if len(value) <= _RECOGNISABLE else value[:_RECOGNISABLE] + "…")
