"""Idempotency keys, as Stripe keeps them.

- v1: POST only. What execution gave is stored, a refusal and a 500 as well, for 24 hours. What was refused before it
  was executed is not stored.
- v2: POST and DELETE. Success is stored for 30 days, and answered with the object as it is by then; what failed is
  executed again.
- Both: the same key with another request is an error; with a request that is still being worked on, a conflict.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from .answers import Answer
from .calls import Call
from .clock import DAY
from .files import PATH as FILES
from .gate import read_body
from .money.switches import switches_of
from .refusals import Refusal, key_in_use, key_reused
from .state import World

_REFUSED: Final = 400


@dataclass(slots=True)
class Record:
    """What is known of a key.

    Attributes:
        scope: The account whose key it is.
        key: The key.
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

    scope: str
    key: str
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

    def stands_for(self, call: Call, told: Mapping[str, Any]) -> bool:
        """Tell whether it is of this request, which says *told*, be it in other bytes."""
        if (self.account, self.method, self.path) != (call.account, call.method, call.path):
            return False
        if (self.query, self.sent) == (call.query, call.body):
            return True
        return call.path != FILES and read_body(replace(call, query=self.query, body=self.sent))[0] == told


@dataclass(slots=True)
class _Memory:
    """The keys of one API, by scope: of these methods, for so many seconds."""

    methods: tuple[str, ...]
    lasts: int
    records: defaultdict[str, dict[str, Record]] = field(default_factory=lambda: defaultdict(dict))
    ages: deque[Record] = field(default_factory=deque[Record])

    def prune(self, now: int) -> None:
        while self.ages and self.ages[0].at + self.lasts <= now:
            oldest = self.ages.popleft()
            records = self.records[oldest.scope]
            if records.get(oldest.key) is oldest:
                del records[oldest.key]


class Keys:
    """The keys of the last 24 hours (v1) and 30 days (v2).

    Args:
        world: Its clock tells when a key may be forgotten, and its switches whose a key is and which answers last.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._v1 = _Memory(("POST",), DAY)
        self._v2 = _Memory(("POST", "DELETE"), 30 * DAY)

    def begin(self, call: Call, told: Mapping[str, Any]) -> Record | None:
        """Give what is known of a call's key: a record without an answer if it is new, nothing if keys do not count.

        Args:
            call: The call.
            told: What it says, read.

        Raises:
            Refusal: The key stands for another request, or its request is still being worked on.
        """
        memory = self._v1 if call.is_v1 else self._v2
        if call.key is None or call.method not in memory.methods:
            return None
        now = self._world.clock.now
        memory.prune(now)
        scope = self._world.platform if switches_of(self._world).key_scope == "platform" else call.account
        records = memory.records[scope]
        held = records.get(call.key)
        if held is None:
            held = records[call.key] = Record(
                scope, call.key, call.account, now, call.method, call.path, call.query, call.body, call.request_id
            )
            memory.ages.append(held)
        elif not held.stands_for(call, told):
            raise key_reused(call.key)
        elif not held.status:
            raise in_use(self._world)
        return held

    def end(self, call: Call, record: Record, answer: Answer | None) -> None:
        """Store the outcome of execution, or forget the key if there was none, or none that lasts.

        A refusal that is no failure of a payment may be one that is executed again.
        """
        kept = answer is not None and answer.executed and (call.is_v1 or answer.refresh is not None)
        if answer is not None and kept and (answer.status != _REFUSED or switches_of(self._world).refusals_kept):
            record.status, record.body, record.refresh = answer.status, answer.body, answer.refresh
        else:
            del (self._v1 if call.is_v1 else self._v2).records[record.scope][record.key]


def in_use(world: World) -> Refusal:
    """Refuse a key whose request is still being worked on."""
    return key_in_use(should_retry=switches_of(world).conflict_should_retry)
