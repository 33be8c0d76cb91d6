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
from typing import Final

from .answers import Answer
from .calls import Call
from .clock import DAY, Clock
from .refusals import Refusal, key_reused

_KEPT: Final = {"v1": DAY, "v2": 30 * DAY}
_METHODS: Final = {"v1": ("POST",), "v2": ("POST", "DELETE")}


@dataclass(slots=True)
class Record:
    """What is known of a key.

    Attributes:
        place: The account whose key it is, and the key.
        account: Whose objects the request acted on.
        at: When it was first sent, in unix seconds.
        method: The method of the request that it stands for.
        path: The path of that.
        query: What stood behind the path.
        sent: The body of that; of an upload, what it is known again by.
        request_id: The id of the first request.
        status: The HTTP status of the answer; 0 while it is being worked on.
        body: The body of the answer.
        refresh: Gives that anew, with the objects as they are by then.
    """

    place: str
    account: str
    at: int
    method: str
    path: str
    query: str
    sent: bytes
    request_id: str
    status: int = 0
    body: bytes = b""
    refresh: Callable[[], bytes] | None = None

    def asks(self, call: Call, query: str, body: bytes) -> bool:
        """Tell whether it stands for this request, to the byte."""
        asked = (call.account, call.method, call.path, query, body)
        return (self.account, self.method, self.path, self.query, self.sent) == asked


class Keys:
    """The keys of the last 24 hours (v1) and 30 days (v2).

    Args:
        clock: Tells when a key may be forgotten.
        conflict: Refuses a key whose request is still being worked on.
        scope: Tells whose a call's key is.
        lasts: Tells whether an answer that was executed is remembered.
    """

    def __init__(
        self,
        clock: Clock,
        conflict: Callable[[], Refusal],
        scope: Callable[[Call], str],
        lasts: Callable[[Answer], bool],
    ) -> None:
        self._clock = clock
        self._conflict = conflict
        self._scope = scope
        self._lasts = lasts
        self._records: dict[str, dict[str, Record]] = {api: {} for api in _KEPT}
        self._ages: dict[str, deque[Record]] = {api: deque() for api in _KEPT}

    def begin(self, call: Call, query: str, body: bytes, same: Callable[[Record], bool]) -> Record | None:
        """Give what is known of a call's key: a record without an answer if it is new, nothing if keys do not count.

        Args:
            call: The call.
            query: What stands behind its path.
            body: Its body.
            same: Tells whether a record asks the same in other bytes.

        Raises:
            Refusal: The key stands for another request, or its request is still being worked on.
        """
        api = _api(call)
        if call.key is None or call.method not in _METHODS[api]:
            return None
        self._prune(api)
        place = f"{self._scope(call)} {call.key}"
        held = self._records[api].get(place)
        if held is None:
            held = Record(place, call.account, self._clock.now, call.method, call.path, query, body, call.request_id)
            self._records[api][place] = held
            self._ages[api].append(held)
        elif not held.asks(call, query, body) and not same(held):
            raise key_reused(call.key)
        elif not held.status:
            raise self._conflict()
        return held

    def end(self, call: Call, record: Record, answer: Answer | None) -> None:
        """Store the outcome of execution, or forget the key if there was none, or none that lasts."""
        api = _api(call)
        kept = answer is not None and answer.executed and (api == "v1" or answer.refresh is not None)
        if answer is not None and kept and self._lasts(answer):
            record.status, record.body, record.refresh = answer.status, answer.body, answer.refresh
        else:
            del self._records[api][record.place]

    def _prune(self, api: str) -> None:
        ages, records = self._ages[api], self._records[api]
        while ages and ages[0].at + _KEPT[api] <= self._clock.now:
            oldest = ages.popleft()
            if records.get(oldest.place) is oldest:
                del records[oldest.place]


def _api(call: Call) -> str:
    return "v1" if call.is_v1 else "v2"
