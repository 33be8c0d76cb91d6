"""Restricted keys: what each may read and write, by resource.

A key that nobody restricted may do everything. Writing implies reading, and a GET alone reads, as Stripe says of its
own. How Stripe calls each permission is known for a few resources; the others are named in the same manner.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from .refusals import Refusal, no_permission
from .shapes import is_hash

KEPT_KEY: Final = "sha256:"
"""How begins what stands for a key in a kept state."""

_V1: Final = "v1"
_HELPERS: Final = "test_helpers"
_CURRENT: Final = {"account": "accounts"}
"""What is a resource of its own in a path alone."""

_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "accounts": ("Accounts", "accounts_kyc_basic"),
    "charges": ("Charges and Refunds", "charge"),
    "prices": ("Prices", "plan"),
    "refunds": ("Charges and Refunds", "charge"),
    "webhook_endpoints": ("Webhook Endpoints", "webhook"),
}
"""How Stripe calls permissions that are not called as their resource: in the Dashboard, and in short."""


@dataclass(frozen=True, slots=True)
class _Allowed:
    read: frozenset[str]
    write: frozenset[str]


def resource_of(path: str) -> str:
    """Give the resource of an endpoint: its path up to the first id, without the version where that is 1."""
    steps = path.strip("/").partition("/:")[0].split("/")
    steps = steps[1:] if steps[0] == _V1 else steps
    within = 2 if steps[0] in {_HELPERS, "checkout", "radar"} else 3 if steps[0] == "v2" else 1
    name = "/".join(steps[:within])
    return _CURRENT.get(name, name)


def digest(key: str) -> str:
    """Give what stands for a key where it must not be written."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def without_key(body: bytes) -> bytes:
    """Put a digest in the place of the key in a request that steers, as far as it can be read."""
    try:
        sent = json.loads(body or b"{}")
    except ValueError:
        return body
    key = sent.get("key") if is_hash(sent) else None
    if not isinstance(key, str) or not key.startswith("rk_"):
        return body
    return json.dumps(sent | {"key": f"{KEPT_KEY}{digest(key)}"}).encode()


class Permissions:
    """What restricted keys may do.

    Args:
        paths: The paths of all endpoints.

    Attributes:
        restricted: Whether any key may do less than everything.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._resources = sorted({resource_of(path) for path in paths})
        self._allowed: dict[str, _Allowed] = {}
        self.restricted: bool = False

    def restrict(self, stands_for: str, read: Iterable[str], write: Iterable[str]) -> None:
        """Let a key do this and nothing else from now on.

        Args:
            stands_for: The key's digest.
            read: Names of resources that it may read, or patterns of them.
            write: Those that it may read and write.

        Raises:
            ValueError: A name or a pattern fits no resource.
            TypeError: Names are one string instead of several.
        """
        writable = self._named(write)
        self.restricted = True
        self._allowed[stands_for] = _Allowed(self._named(read) | writable, writable)

    def check(self, key: str, method: str, path: str, account: str) -> None:
        """Check that a key may do a thing.

        Args:
            key: The key.
            method: The HTTP method.
            path: The path of the endpoint, with its variables.
            account: On which account.

        Raises:
            Refusal: It may not.
        """
        allowed = self._allowed.get(digest(key))
        if allowed is not None:
            may = allowed.read if method == "GET" else allowed.write
            if resource_of(path) not in may:
                raise lacking(key, method, path, account)

    def _named(self, names: Iterable[str]) -> frozenset[str]:
        if isinstance(names, str):
            message = f"Resources are several strings: [{names!r}] and not {names!r}."
            raise TypeError(message)
        named: set[str] = set()
        for name in names:
            fitting = [resource for resource in self._resources if fnmatchcase(resource, name)]
            if not fitting:
                message = f"There is no resource {name!r}; there are {', '.join(self._resources)}."
                raise ValueError(message)
            named.update(fitting)
        return frozenset(named)


def lacking(key: str, method: str, path: str, account: str) -> Refusal:
    """Refuse what a key may not do, and name the permission that it lacks."""
    resource = resource_of(path)
    plain = resource.removeprefix("v2/core/").replace("/", "_")
    called, short = _NAMES.get(resource, (plain.replace("_", " ").title(), _singular(plain)))
    right = "read" if method == "GET" else "write"
    return no_permission(_masked(key), account, f"{called} {right.title()}", f"{short}_{right}")


def _singular(plural: str) -> str:
    return plural if plural.endswith("settings") else plural.removesuffix("s")


def _masked(key: str) -> str:
    mode, rest = key[: len("rk_test_")], key[len("rk_test_") :]
    return f"{mode}***{rest[-4:] if len(rest) > 8 else ''}"  # noqa: PLR2004  # of a short one that would be most
