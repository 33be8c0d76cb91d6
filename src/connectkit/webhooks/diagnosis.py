"""Why a signature does not fit: the usual causes, told apart as far as the bytes allow.

It is a hint for whoever reads the log, and never part of an answer: a stranger learns nothing from it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from .events import Event, parse
from .replies import Reason
from .signatures import Secret, signed

_LONGEST: Final = 65_536  # a longer body is not looked into: whoever sends nonsense is not to cost much
_CLI: Final = re.compile(r"whsec_[0-9a-f]{64}")
_SPELLINGS: Final[tuple[Callable[[Any], str], ...]] = (
    lambda value: json.dumps(value, indent=2),
    lambda value: json.dumps(value, indent=2, ensure_ascii=False),
    lambda value: json.dumps(value, separators=(",", ":")),
    lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False),
    lambda value: json.dumps(value, ensure_ascii=False),
    json.dumps,
)
"""How Stripe and the usual encoders write JSON."""


def hint(reason: Reason, body: bytes, header: str | None, secrets: Sequence[Secret]) -> str:
    """Say which of the usual causes fits, `""` where none is known.

    Args:
        reason: Why the request was refused.
        body: What came.
        header: The value of `Stripe-Signature`.
        secrets: Those that were tried.
    """
    match reason:
        case Reason.TOO_OLD | Reason.FROM_THE_FUTURE:
            return "The clock of this machine and Stripe's differ; see to it that this one is synchronised."
        case Reason.MISSING_HEADER:
            return "A proxy or framework dropped the header Stripe-Signature, or somebody else than Stripe calls."
        case Reason.NO_SECRET_MATCHED if len(body) <= _LONGEST:
            return _of_another(body, secrets) if not _rewritten(body, header, secrets) else _REWRITTEN
        case _:
            return ""


_REWRITTEN: Final = "The body was decoded and encoded again on its way; pass the raw bytes as they came."


def _rewritten(body: bytes, header: str | None, secrets: Sequence[Secret]) -> bool:
    """Tell whether one of the secrets signed the same value, written in another way."""
    try:
        value = json.loads(body)
        spellings = {spell(value).encode() for spell in _SPELLINGS}
    except (ValueError, RecursionError):
        return False
    return any(signed(spelling, header, secrets) is not None for spelling in spellings)


def _of_another(body: bytes, secrets: Sequence[Secret]) -> str:
    """Say what of the event and the secrets speaks for a secret of another endpoint."""
    if all(_CLI.fullmatch(secret.value) for secret in secrets):
        return "The secrets look like those that `stripe listen` prints; an endpoint of the Dashboard has its own."
    event = parse(body)
    if not isinstance(event, Event):
        return "The body is no event, so that it probably never came from Stripe."
    wanted = "accounts" if event.account is not None else "platform"
    if event.thin and all(secret.payload == "snapshot" for secret in secrets):
        return "The event is a thin one, and no secret is that of an endpoint for thin events."
    if all(secret.events_from not in {None, wanted} for secret in secrets):
        return f"The event is one from the {wanted}, and no secret is that of such an endpoint."
    if all(secret.livemode not in {None, event.livemode} for secret in secrets):
        return f"The event is a {'live' if event.livemode else 'test'} one, and no secret is of that mode."
    return "It was signed with another endpoint's secret, or with one that was rolled; each endpoint has its own."
