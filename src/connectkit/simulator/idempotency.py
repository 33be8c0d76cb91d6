"""Idempotency keys, as Stripe keeps them.

- v1: POST only. What execution gave is stored, a refusal and a 500 as well, for 24 hours. What was refused before it
  was executed is not stored.
- v2: POST and DELETE. Success is stored for 30 days, and answered with the object as it is by then; what failed is
  executed again.
- Both: the same key with another request is an error; with a request that is still being worked on, a conflict.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from .answers import Answer
from .calls import Call
from .clock import DAY, Clock
from .refusals import Refusal, key_reused

_Place: TypeAlias = tuple[str, str, str]

_KEPT: Final = {"v1": DAY, "v2": 30 * DAY}
_METHODS: Final = {"v1": ("POST",), "v2": ("POST", "DELETE")}


class Asked(NamedTuple):
    """A request that a key stands for, to the byte.

    Attributes:
        method: The HTTP method.
        path: The path.
        query: What stands behind it.
        body: The body.
    """

    method: str
    path: str
    query: str
    body: bytes


@dataclass(slots=True)
class Record:
    """What is known of a key.

    Attributes:
        asked: The request that it stands for.
        request_id: The id of the first request.
        answer: What it was answered; none while it is being worked on.
    """

    asked: Asked
    request_id: str
    answer: Answer | None = None


class Keys:
    """The keys of the last 24 hours (v1) and 30 days (v2).

    Args:
        clock: Tells when a key may be forgotten.
        conflict: Refuses a key whose request is still being worked on.
    """

    def __init__(self, clock: Clock, conflict: Callable[[], Refusal]) -> None:
        self._clock = clock
        self._conflict = conflict
        self._records: dict[_Place, Record] = {}
        self._ages: dict[str, deque[tuple[int, _Place]]] = {api: deque() for api in _KEPT}

    def begin(self, call: Call, asked: Asked, same: Callable[[Asked], bool]) -> Record | None:
        """Give what is known of a call's key: a record without an answer if it is new, nothing if keys do not count.

        Args:
            call: The call.
            asked: What it asks.
            same: Tells whether another request asks the same in other bytes.

        Raises:
            Refusal: The key stands for another request, or its request is still being worked on.
        """
        api = _api(call)
        if call.key is None or call.method not in _METHODS[api]:
            return None
        self._prune(api)
        place = (api, call.account, call.key)
        held = self._records.get(place)
        if held is None:
            held = self._records[place] = Record(asked, call.request_id)
            self._ages[api].append((self._clock.now, place))
        elif held.asked != asked and not same(held.asked):
            raise key_reused(call.key)
        elif held.answer is None:
            raise self._conflict()
        return held

    def end(self, call: Call, record: Record, answer: Answer | None) -> None:
        """Store the outcome of execution, or forget the key if there was none, or none that lasts."""
        lasting = answer is not None and answer.executed and (_api(call) == "v1" or answer.refresh is not None)
        if lasting:
            record.answer = answer
        else:
            del self._records[_api(call), call.account, call.key or ""]

    def _prune(self, api: str) -> None:
        ages = self._ages[api]
        while ages and ages[0][0] + _KEPT[api] <= self._clock.now:
            self._records.pop(ages.popleft()[1], None)


def _api(call: Call) -> str:
    return "v1" if call.is_v1 else "v2"
