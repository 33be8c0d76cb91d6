"""A router as an endpoint of Starlette, and so of FastAPI."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .asgi import Answering
from .reading import AsyncReceiver


def endpoint(router: AsyncReceiver) -> Callable[..., Any]:
    """Give the endpoint that answers Stripe.

    In Starlette: `Route("/webhooks", endpoint(router), methods=["POST"])`; in FastAPI:
    `app.add_route("/webhooks", endpoint(router), methods=["POST"])`. It is an ASGI application, so that no request is
    taken apart for it and no response put together.

    Args:
        router: Takes the requests in.
    """
    return Answering(router)
