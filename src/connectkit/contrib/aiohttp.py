"""A router as a handler of aiohttp."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from .reading import AsyncReceiver, limited


def handler(router: AsyncReceiver) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Give what answers Stripe.

    Add it with `app.router.add_post("/webhooks", handler(router))`.

    Args:
        router: Takes the requests in.
    """

    async def answer(request: web.Request) -> web.Response:
        body = await limited(request.content.iter_any())
        return web.Response(status=(await router.handle(body, request.headers)).status)

    return answer
