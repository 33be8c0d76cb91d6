"""Events out of the envelopes of Amazon EventBridge and Azure Event Grid.

Nothing in such an envelope proves that it comes from Stripe: that it does is the promise of the bus that it came over.
"""

from __future__ import annotations

import json
from typing import Any


def unwrapped(body: bytes) -> bytes | None:
    """Give the event inside an envelope, or `None` if *body* is none."""
    try:
        envelope: Any = json.loads(body.decode())
    except (ValueError, RecursionError):
        return None
    match envelope:
        case {"detail-type": str(), "source": str(), "detail": {}}:  # EventBridge
            return json.dumps(envelope["detail"]).encode()
        case {"specversion": str(), "source": str(), "data": {}}:  # Event Grid's CloudEvents
            return json.dumps(envelope["data"]).encode()
        case _:
            return None
