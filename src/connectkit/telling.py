"""How an operation that a worker sent is told: as an event of our own, through the same router as Stripe's.

It is stored in the transaction that settles the operation, under a name made of the operation's and the number of the
change, so that each end is told once.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from .requests import compact
from .storage.records import Delivery, Operation, State

KIND: Final = "connectkit.operation"
"""The kind of the object that such an event is about, and how its type begins."""

_TOLD: Final = {State.SUCCEEDED, State.REFUSED, State.REVIEW}


def told(operation: Operation, at: datetime) -> Delivery | None:
    """Give the event that tells how *operation* ended, or `None` if it was not deferred or has not ended.

    Args:
        operation: As it is about to be stored.
        at: When it ended.
    """
    if not operation.deferred or operation.state not in _TOLD:
        return None
    identity = operation.identity
    name = hashlib.sha256(
        compact([identity.tenant, identity.platform, identity.livemode, identity.key, operation.version]).encode()
    )
    event_id = f"evt_{KIND.replace('.', '_')}_{name.hexdigest()[:24]}"
    kind = f"{KIND}.{operation.state.value}"
    document: dict[str, object] = {
        "id": event_id,
        "object": "event",
        "type": kind,
        "created": int(at.timestamp()),
        "livemode": identity.livemode,
        "account": operation.account or None,
        "data": {"object": _shown(operation)},
    }
    scope = f"{'live' if identity.livemode else 'test'}/{operation.account or 'platform'}"
    return Delivery(scope, event_id, kind, compact(document).encode(), f"{scope}/{operation.account or event_id}")


def _shown(operation: Operation) -> dict[str, object]:
    return {
        "object": KIND,
        "id": operation.object_id,
        "tenant": operation.identity.tenant,
        "key": operation.identity.key,
        "verb": operation.verb,
        "state": operation.state.value,
        "refusal": operation.refusal,
        "amount": operation.amount,
        "currency": operation.currency,
    }
