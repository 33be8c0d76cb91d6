"""Which answers send the same request again, and how long to wait before.

tenacity does the work, and is entered and imported only after a first failure: a call that succeeds does not pay for
it.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Final

from attrs import frozen

from .outcomes import REPEATABLE, Meaning, Sent

_FLOOR: Final = {
    Meaning.BUSY: 0.3,  # the first send is still executing: it will be done in a moment
    Meaning.LOCKED: 3.0,  # recorded: the same key succeeded 3 to 9 s after a lock timeout
    Meaning.THROTTLED: 1.0,  # limits are counted per second
    Meaning.UNKNOWN: 0.5,
    Meaning.UNSENT: 0.5,
}


@frozen
class Retries:
    """How patiently one call is repeated.

    Attributes:
        attempts: How often it is sent at most, the first time included.
        seconds: After how long no other attempt is begun.
        longest: The longest single wait, in seconds.
    """

    attempts: int = 5
    seconds: float = 60.0
    longest: float = 8.0

    def pause(self, meaning: Meaning, failures: int) -> float:
        """Give the seconds to wait after so many failures: doubled each time, with jitter, so that crowds disperse."""
        longest: float = min(self.longest, _FLOOR[meaning] * 2.0 ** (failures - 1))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311  # no secret


async def repeat(
    first: Sent,
    attempt: Callable[[], Awaitable[Sent]],
    policy: Retries,
    sleep: Callable[[float], Awaitable[None]],
) -> Sent:
    """Send again after *first* has failed, until an answer settles it or the policy's patience ends.

    Gives the last send, whatever came of it.
    """
    if policy.attempts <= 1:
        return first
    from tenacity import AsyncRetrying, retry_if_result, stop_after_attempt, stop_after_delay  # noqa: PLC0415  # see above

    last = first

    async def once() -> Sent:  # tenacity awaits only what it can see is a coroutine function
        nonlocal last
        last = await attempt()
        return last

    await sleep(policy.pause(first.verdict.meaning, 1))
    retrying = AsyncRetrying(
        sleep=sleep,
        wait=lambda state: policy.pause(last.verdict.meaning, state.attempt_number + 1),
        retry=retry_if_result(lambda sent: sent.verdict.meaning in REPEATABLE),
        stop=stop_after_attempt(policy.attempts - 1) | stop_after_delay(policy.seconds),
        retry_error_callback=lambda _: last,
    )
    return await retrying(once)
