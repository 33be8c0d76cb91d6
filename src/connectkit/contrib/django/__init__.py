"""A router in Django: a view, and a management command that runs its functions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from connectkit.contrib.reading import LIMIT, AsyncReceiver, Receiver


def view(router: Receiver) -> Callable[[HttpRequest], HttpResponse]:
    """Give what answers Stripe.

    Add it to `urlpatterns` with `path("webhooks", view(router))`. With `"connectkit.contrib.django"` among
    `INSTALLED_APPS` and `CONNECTKIT_ROUTER = "shop.events.router"`, the command `manage.py connectkit_events` runs the
    router's functions.

    Args:
        router: Takes the requests in.
    """

    @csrf_exempt
    @require_POST
    def stripe_webhook(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=router.handle(request.read(LIMIT), request.headers).status)

    return stripe_webhook


def async_view(router: AsyncReceiver) -> Callable[[HttpRequest], Awaitable[HttpResponse]]:
    """Give the asynchronous view that answers Stripe; see `view`.

    Args:
        router: Takes the requests in.
    """

    @csrf_exempt
    @require_POST
    async def stripe_webhook(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=(await router.handle(request.read(LIMIT), request.headers)).status)

    return stripe_webhook
