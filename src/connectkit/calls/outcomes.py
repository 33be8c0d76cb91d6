"""What an answer means: one table.

Stripe's own rules decide (its pages on idempotent requests, errors and rate limits), together with one fact that it
cannot know: whether an earlier send of the same wire key may have taken effect. A *first* refusal is certain. A refusal
of a *repetition* speaks about the first send only if Stripe remembered it; a key that was revoked in between, a limiter
or an object deleted since say nothing about what happened before.

    answer                                  first send              repetition
    2xx                                     DONE                    DONE
    402, 400 raised in execution (v1)       REFUSED, key spent      REFUSED, key spent
    other 400, 401, 403, 404, 501           REFUSED                 SILENT
    400 idempotency_error                   CONTRADICTED            CONTRADICTED
    409                                     BUSY                    BUSY
    429 lock_timeout                        LOCKED                  LOCKED
    429, 400 rate_limit                     THROTTLED               THROTTLED
    5xx that Stripe remembers (v1)          STUCK                   STUCK
    other 5xx, 424, anything else           UNKNOWN                 UNKNOWN
    nothing, but bytes may have left        UNKNOWN                 UNKNOWN
    nothing, and no byte left               UNSENT                  UNSENT

API v2 remembers no failure: the same key executes again, so that no refusal spends it and no 5xx gets stuck.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final, cast

from attrs import frozen

from connectkit.requests import Request, Response


class Meaning(Enum):
    """What an answer says about the operation."""

    DONE = "done"
    REFUSED = "refused"
    SILENT = "silent"
    CONTRADICTED = "contradicted"
    BUSY = "busy"
    LOCKED = "locked"
    THROTTLED = "throttled"
    STUCK = "stuck"
    UNKNOWN = "unknown"
    UNSENT = "unsent"


REPEATABLE: Final = frozenset({Meaning.BUSY, Meaning.LOCKED, Meaning.THROTTLED, Meaning.UNKNOWN, Meaning.UNSENT})
"""The meanings after which the same wire key goes again."""

CREATES_DOUBT: Final = frozenset({Meaning.BUSY, Meaning.UNKNOWN, Meaning.STUCK, Meaning.SILENT})
"""The meanings that leave it open whether the effect took place."""


@frozen
class Verdict:
    """The meaning of an answer, and whether its wire key is spent.

    Attributes:
        meaning: What it says.
        spent: Whether Stripe will answer this key with this refusal from now on.
    """

    meaning: Meaning
    spent: bool = False


@frozen
class Silence:
    """No usable answer.

    Attributes:
        reason: Why, in a few words that hold no secret.
        sent: Whether any byte of the request can have reached Stripe.
    """

    reason: str
    sent: bool


@frozen
class Sent:
    """One send and what came of it.

    Attributes:
        answer: What came back.
        verdict: What it means.
    """

    answer: Response | Silence
    verdict: Verdict

    @property
    def request_id(self) -> str:
        """Stripe's id of the request, or `""`."""
        return self.answer.request_id if isinstance(self.answer, Response) else ""


def judge(request: Request, answer: Response | Silence, *, repetition: bool) -> Verdict:
    """Say what *answer* means.

    Args:
        request: What was sent.
        answer: What came back.
        repetition: Whether an earlier send of this wire key may have taken effect.
    """
    if isinstance(answer, Silence):
        return Verdict(Meaning.UNKNOWN if answer.sent else Meaning.UNSENT)
    if 200 <= answer.status < 300:  # noqa: PLR2004  # HTTP's own classes
        return Verdict(Meaning.DONE)
    remembered = request.api == "v1" and _remembered(answer)
    return _judge_failure(answer, remembered=remembered, repetition=repetition)


def _judge_failure(answer: Response, *, remembered: bool, repetition: bool) -> Verdict:
    error = error_of(answer)
    match answer.status:
        case 429:
            meaning = Meaning.LOCKED if error.get("code") == "lock_timeout" else Meaning.THROTTLED
        case 400 if error.get("code") == "rate_limit":
            meaning = Meaning.THROTTLED
        case 400 if error.get("type") == "idempotency_error":
            meaning = Meaning.CONTRADICTED
        case 409:
            meaning = Meaning.BUSY
        case 400 | 401 | 402 | 403 | 404 | 501:
            meaning = Meaning.REFUSED if remembered or not repetition else Meaning.SILENT
        case status if status >= 500 and remembered:  # noqa: PLR2004  # HTTP's own classes
            meaning = Meaning.STUCK
        case _:
            meaning = Meaning.UNKNOWN
    return Verdict(meaning, spent=remembered and meaning is Meaning.REFUSED)


def _remembered(answer: Response) -> bool:
    """Tell whether Stripe answers this key so from now on.

    It says `Stripe-Should-Retry: false` on what it stored (recorded on every executed 400 and 402, never on a
    validation error) and `Idempotent-Replayed: true` on a replay. A 402 is always raised in execution.
    """
    return (
        answer.status == 402  # noqa: PLR2004  # payment required
        or answer.headers.get("stripe-should-retry") == "false"
        or answer.headers.get("idempotent-replayed") == "true"
    )


def error_of(answer: Response) -> Mapping[str, object]:
    """Give the `error` object of an answer, empty where it has none; OAuth spreads it over two members."""
    error: object = answer.data.get("error")
    if isinstance(error, str):
        return {"code": error, "message": answer.data.get("error_description", "")}
    return cast("Mapping[str, object]", error) if isinstance(error, Mapping) else {}
