"""What is compared of two answers, and what is not: ids, times, and what a platform calls its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import httpx

from connectkit.simulator.shapes import is_hash, is_list

_VALUES: Final = re.compile(
    r"(.*\.)?(amount\w*|fee|net|status|type|currency|object|code|decline_code|param|livemode|has_more|\w+_enabled|paid|"
    r"captured|refunded|reversed|disputed|deleted|details_submitted|disabled_reason|reason|requested|active|interval|"
    r"transfers|card_payments|stripe_transfers|(currently|eventually|past)_due|pending_verification|quantity|country)"
)
_HEADERS: Final = ("stripe-should-retry", "idempotent-replayed", "stripe-version", "content-type")
_OWN: Final = re.compile(r"(.*\.)?metadata\..*|.*request_log_url|.*doc_url")
_ID: Final = re.compile(r"([a-z]+(?:_test)?_)[A-Za-z0-9]{14,}(_secret_.*)?")


def comparable(answer: httpx.Response) -> dict[str, str]:
    """Give of an answer what can be compared.

    That is its status, some headers, how long its lists are, the type of each member, the prefixes of ids, and the
    values of those members whose values do not depend on whom one asks.
    """
    found = {"HTTP status": str(answer.status_code)}
    found |= {f"header {name}": answer.headers[name].partition(";")[0] for name in _HEADERS if name in answer.headers}
    found.update(_flat(answer.json(), ""))
    return found


def _flat(value: object, place: str) -> Iterator[tuple[str, str]]:
    if _OWN.fullmatch(place):
        return
    if is_hash(value):
        for name, item in value.items():
            yield from _flat(item, f"{place}.{name}" if place else name)
    elif is_list(value):
        yield from _listed(value, place)
    else:
        yield place, _shown(value, place)


def _listed(items: list[Any], place: str) -> Iterator[tuple[str, str]]:
    plain = sorted(_shown(item, place) for item in items if not is_hash(item))
    yield place, f"{len(items)} of {', '.join(plain)}" if plain else f"{len(items)}"
    for number, item in enumerate(items):
        if is_hash(item):
            yield from _flat(item, f"{place}[{number}]")


def _shown(value: object, place: str) -> str:
    id = _ID.fullmatch(value) if isinstance(value, str) else None
    if id is not None:
        return f"{id[1]}…"
    return str(value) if _VALUES.fullmatch(place) else type(value).__name__


def placed(value: object, place: str) -> object:
    """Give what stands at a place of an answer, as `data.0.id`; nothing where there is none."""
    for name in place.split("."):
        if is_hash(value):
            value = value.get(name)
        elif is_list(value) and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value
