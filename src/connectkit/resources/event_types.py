"""The types of events that an endpoint or a destination is sent, and those that an application wants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from connectkit.errors import InvalidRequest
from connectkit.sdk import event_types

ALL: Final = "*"
"""Nearly every type."""

_TWIN: Final = "v1."
_THIN: Final = (_TWIN, "v2.")
_ELSEWHERE: Final = ("connectkit.", *_THIN)  # our own, and thin ones, which event destinations send


def whole(types: Sequence[str]) -> list[str]:
    """Give types of whole events as Stripe takes them: each pattern as the types that are known to begin so.

    Our own are left out, and thin ones.

    Raises:
        InvalidRequest: There is none, or no known type begins as a pattern says.
    """
    _check(types)
    if ALL in types:
        return [ALL]
    return sorted({known for type_ in types if not type_.startswith(_ELSEWHERE) for known in _known(type_)})


def thin(types: Sequence[str]) -> list[str]:
    """Give the types of thin events among some, as they are.

    Raises:
        InvalidRequest: There is none.
    """
    _check(types)
    found = [type_ for type_ in types if type_ == ALL or type_.startswith(_THIN)]
    if not found:
        message = "None of the types is one of thin events, which begin with v1. or v2."
        raise InvalidRequest(message, param="events", next_step="Name some, or ask for payload='snapshot'.")
    return found


def is_thin(type_: str) -> bool:
    """Tell whether a type is one of thin events only."""
    return type_.startswith(_THIN)


def covers(sent: str, wanted: str) -> bool:
    """Tell whether a thin type that a destination is sent is one that is wanted; `*` is none of the twins, `v1.…`."""
    if sent == ALL:
        return not wanted.startswith(_TWIN)
    return sent.startswith(wanted[:-1]) if wanted.endswith("*") else sent == wanted


def _check(types: Sequence[str]) -> None:
    if isinstance(types, str) or not types:
        message = "An endpoint needs the types of events that it is to be sent."
        raise InvalidRequest(message, param="events", next_step="Pass a list, as router.types.")


def _known(type_: str) -> Sequence[str]:
    if not type_.endswith("*"):
        return [type_]
    found = [known for known in event_types() if known.startswith(type_[:-1])]
    if not found:
        message = f"No type of event is known that begins as {type_!r} says."
        raise InvalidRequest(message, param="events", next_step="Name the types one by one.")
    return found
