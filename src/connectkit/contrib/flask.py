"""A router as a view of Flask."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request

from .reading import LIMIT, Receiver


def view(router: Receiver) -> Callable[[], Response]:
    """Give what answers Stripe.

    Add it with `app.add_url_rule("/webhooks", view_func=view(router), methods=["POST"])`.

    Args:
        router: Takes the requests in.
    """

    def stripe_webhook() -> Response:
        body = request.stream.read(LIMIT)
        return Response(status=router.handle(body, dict(request.headers)).status)

    return stripe_webhook
