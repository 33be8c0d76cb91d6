"""Speaks to a simulator as any HTTP client would, and gives what came back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from connectkit.simulator import Simulator
from connectkit.simulator.shapes import is_hash, is_list

VERSION = "2026-10-28.endive"

CARD_AND_TRANSFERS = {"card_payments": {"requested": True}, "transfers": {"requested": True}}

PERSON: Mapping[str, Any] = {
    "first_name": "Ana",
    "last_name": "Lima",
    "email": "ana@example.com",
    "phone": "0000000000",
    "dob": {"day": 1, "month": 1, "year": 1901},
    "id_number": "000000000",
    "address": {"line1": "address_full_match", "city": "Boston", "state": "MA", "postal_code": "02110"},
}

CUSTOM: Mapping[str, Any] = {
    "type": "custom",
    "country": "US",
    "business_type": "individual",
    "capabilities": CARD_AND_TRANSFERS,
    "individual": PERSON,
    "business_profile": {"url": "https://accessible.stripe.com", "product_description": "Handmade furniture"},
    "tos_acceptance": {"date": 1_700_000_000, "ip": "127.0.0.1"},
    "external_account": "btok_us_verified",
}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def error(self) -> dict[str, Any]:
        error: dict[str, Any] = self.body["error"]
        return error


class Driver:
    def __init__(self, simulator: Simulator, key: str = "sk_test_driver") -> None:
        self.simulator = simulator
        self._key = key

    def post(self, path: str, params: Mapping[str, Any] | None = None, **options: str | None) -> Reply:
        if path.startswith("/v2/"):
            return self.send("POST", path, json.dumps(params or {}).encode(), **options)
        return self.send("POST", path, urlencode(list(_flat(params or {}))).encode(), **options)

    def get(self, path: str, params: Mapping[str, Any] | None = None, **options: str | None) -> Reply:
        query = urlencode(list(_flat(params or {})))
        return self.send("GET", f"{path}?{query}" if query else path, b"", **options)

    def delete(self, path: str, **options: str | None) -> Reply:
        return self.send("DELETE", path, b"", **options)

    def send(
        self,
        method: str,
        path: str,
        body: bytes,
        *,
        key: str | None = None,
        account: str | None = None,
        version: str | None = VERSION,
    ) -> Reply:
        headers = {
            "Authorization": f"Bearer {self._key}",
            "Idempotency-Key": key,
            "Stripe-Account": account,
            "Stripe-Version": version,
        }
        given = {name: value for name, value in headers.items() if value is not None}
        status, answered, content = self.simulator.handle(method, path, given, body)
        return Reply(status, answered, json.loads(content))

    def made(self, path: str, params: Mapping[str, Any] | None = None, **options: str | None) -> dict[str, Any]:
        reply = self.post(path, params, **options)
        assert reply.status == 200, reply.body
        body: dict[str, Any] = reply.body
        return body

    def seller(self, **changes: Any) -> dict[str, Any]:
        """Make a custom account that can do everything."""
        told = {name: value for name, value in {**CUSTOM, **changes}.items() if value is not None}
        account = self.made("/v1/accounts", told)
        found: dict[str, Any] = self.get(f"/v1/accounts/{account['id']}").body
        return found


def _flat(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    if is_hash(value):
        for key, item in value.items():
            yield from _flat(item, f"{name}[{key}]" if name else str(key))
    elif is_list(value):
        for place, item in enumerate(value):
            yield from _flat(item, f"{name}[{place}]")
    elif isinstance(value, bool):
        yield name, str(value).lower()
    else:
        yield name, "" if value is None else str(value)
