"""A router as an endpoint of Starlette, and so of FastAPI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from .reading import AsyncReceiver, limited


def endpoint(router: AsyncReceiver) -> Callable[[Request], Awaitable[Response]]:
    """Give the endpoint that answers Stripe.

    In Starlette: `Route("/webhooks", endpoint(router), methods=["POST"])`; in FastAPI:
    `app.add_route("/webhooks", endpoint(router), methods=["POST"])`.

    Args:
        router: Takes the requests in.
    """

    async def answer(request: Request) -> Response:
        reply = await router.handle(await limited(request.stream()), request.headers)
        return Response(status_code=reply.status)

    return answer
