"""Routers mounted in real frameworks, and spoken to over real HTTP."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import django
import fastapi
import flask
import httpx
import pytest
from aiohttp import web
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.urls import path
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from tests.unit.webhooks.samples import encoded, snapshot

from connectkit import AsyncConnect, Connect, MemoryStore
from connectkit.contrib import aiohttp as for_aiohttp
from connectkit.contrib import asgi as for_asgi
from connectkit.contrib import aws_lambda
from connectkit.contrib import django as for_django
from connectkit.contrib import flask as for_flask
from connectkit.contrib import starlette as for_starlette
from connectkit.contrib import wsgi as for_wsgi
from connectkit.webhooks.signatures import MAX_BYTES, sign

from . import urls
from .serving import SECRET, asgi, of_aiohttp, post, streamed, wsgi

KEY = "sk_test_1"


def blocking(store: MemoryStore) -> Any:
    return Connect(KEY, store=store).webhooks(secrets=[SECRET])


def asynchronous(store: MemoryStore) -> Any:
    return AsyncConnect(KEY, store=store).webhooks(secrets=[SECRET])


def of_django(view: Any, handler: type[Any]) -> Any:
    if not settings.configured:
        settings.configure(ROOT_URLCONF=urls.__name__, ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="-", USE_TZ=True)
        django.setup()
    urls.urlpatterns[:] = [path("webhooks", view)]
    return handler()


def starlette_app(store: MemoryStore) -> Any:
    return Starlette(
        routes=[Route("/webhooks", for_starlette.endpoint(asynchronous(store)), methods=["POST"])],
    )


def fastapi_app(store: MemoryStore) -> Any:
    app = fastapi.FastAPI()
    app.add_route("/webhooks", for_starlette.endpoint(asynchronous(store)), methods=["POST"])
    return app


def flask_app(store: MemoryStore) -> Any:
    app = flask.Flask(__name__)
    app.add_url_rule("/webhooks", view_func=for_flask.view(blocking(store)), methods=["POST"])
    return app


def aiohttp_app(store: MemoryStore) -> web.Application:
    app = web.Application()
    app.router.add_post("/webhooks", for_aiohttp.handler(asynchronous(store)))
    return app


Serve = Callable[[MemoryStore], AbstractContextManager[str]]
SERVED: dict[str, Serve] = {
    "starlette": lambda store: asgi(starlette_app(store)),
    "fastapi": lambda store: asgi(fastapi_app(store)),
    "flask": lambda store: wsgi(flask_app(store)),
    "aiohttp": lambda store: of_aiohttp(lambda: aiohttp_app(store)),
    "django": lambda store: wsgi(of_django(for_django.view(blocking(store)), WSGIHandler)),
    "django, asynchronous": lambda store: asgi(of_django(for_django.async_view(asynchronous(store)), ASGIHandler)),
    "asgi": lambda store: asgi(for_asgi.application(asynchronous(store)), lifespan="on"),
    "asgi, mounted": lambda store: asgi(Starlette(routes=[Mount("/", for_asgi.application(asynchronous(store)))])),
    "wsgi": lambda store: wsgi(for_wsgi.application(blocking(store))),
}


@pytest.fixture(params=SERVED)
def served(request: pytest.FixtureRequest) -> Generator[tuple[str, MemoryStore]]:
    store = MemoryStore()
    with SERVED[request.param](store) as address:
        yield f"{address}/webhooks", store


def test_an_event_is_stored_once_and_answered(served: tuple[str, MemoryStore]) -> None:
    url, store = served
    body = encoded(snapshot())
    assert [post(url, body) for _ in range(3)] == [200, 200, 200]
    assert [delivery.body for delivery in store._deliveries.values()] == [body]


def test_what_is_not_stripes_is_refused(served: tuple[str, MemoryStore]) -> None:
    url, store = served
    body = encoded(snapshot())
    assert post(url, body, "whsec_wrong") == 400
    assert httpx.post(url, content=body, trust_env=False).status_code == 400
    assert httpx.post(url, headers={b"Stripe-Signature": "ü".encode()}, trust_env=False).status_code == 400
    assert httpx.get(url, trust_env=False, follow_redirects=True).status_code == 405
    assert not store._deliveries


def test_what_is_too_long_is_not_read(served: tuple[str, MemoryStore]) -> None:
    url, store = served
    body = encoded(snapshot(padding="x" * MAX_BYTES))
    with contextlib.suppress(httpx.WriteError, httpx.ReadError):  # it may hang up before all was sent
        assert post(url, body) == 400
    assert not store._deliveries
    assert post(url, encoded(snapshot())) == 200


@pytest.mark.parametrize("kind", ["starlette", "fastapi", "aiohttp", "asgi", "django, asynchronous"])
def test_a_body_may_come_in_pieces(kind: str) -> None:
    store = MemoryStore()
    with SERVED[kind](store) as address:
        assert streamed(f"{address}/webhooks", encoded(snapshot())) == 200
    assert len(store._deliveries) == 1


def test_pieces_are_put_together_to_the_last() -> None:
    body = encoded(snapshot())
    pieces = [body[:10], body[10:20], body[20:]]
    coming = [{"type": "http.request", "body": piece, "more_body": piece != pieces[-1]} for piece in pieces]
    answered: list[Any] = []
    signature = sign(body, SECRET, datetime.now(tz=UTC)).encode()

    async def receive() -> Any:
        return coming.pop(0)

    async def send(message: Any) -> None:
        answered.append(message)

    store = MemoryStore()
    scope = {"type": "http", "method": "POST", "headers": [(b"stripe-signature", signature)]}

    async def served() -> None:
        await for_asgi.application(asynchronous(store))(scope, receive, send)

    asyncio.run(served())
    assert (answered[0]["status"], coming, len(store._deliveries)) == (200, [], 1)


def test_a_store_that_is_away_is_told_to_stripe() -> None:
    class Away(MemoryStore):
        def remember(self, delivery: Any) -> bool:
            from connectkit import StoreUnavailable  # noqa: PLC0415

            raise StoreUnavailable(delivery.event_id)

    with SERVED["wsgi"](Away()) as address:
        assert post(f"{address}/webhooks", encoded(snapshot())) == 503


def test_wsgi_refuses_a_length_that_is_none() -> None:
    said: list[str] = []
    application = for_wsgi.application(blocking(MemoryStore()))
    environ = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": "many"}

    def start(status: str, _headers: object) -> None:
        said.append(status)

    assert application(environ, start) == [b""]
    assert said == ["400 Bad Request"]


async def _nothing() -> Any:
    return {}


def test_asgi_speaks_http_alone() -> None:
    import asyncio  # noqa: PLC0415

    application = for_asgi.application(asynchronous(MemoryStore()))

    async def send(message: Any) -> None:
        raise AssertionError(message)

    with pytest.raises(ValueError, match="speaks HTTP, not websocket"):
        asyncio.run(_called(application({"type": "websocket"}, _nothing, send)))


async def _called(call: Any) -> None:
    await call


@pytest.mark.parametrize("encoding", ["plain", "base64"])
@pytest.mark.parametrize("several", [True, False])
def test_lambda_answers_a_gateway(encoding: str, *, several: bool) -> None:
    store = MemoryStore()
    answer = aws_lambda.handler(blocking(store))
    body = encoded(snapshot())
    signature = sign(body, SECRET, datetime.now(tz=UTC))
    headers: dict[str, Any] = {"stripe-signature": signature}
    event: dict[str, Any] = {"isBase64Encoded": encoding == "base64"}
    if several:
        event["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
    else:
        event["headers"] = headers
    event["body"] = base64.b64encode(body).decode() if encoding == "base64" else body.decode()
    assert answer(event, None) == {"statusCode": 200, "body": "", "isBase64Encoded": False}
    assert len(store._deliveries) == 1
    assert json.loads(next(iter(store._deliveries.values())).body)["id"] == "evt_1"


@pytest.mark.parametrize("event", [{}, {"body": "%", "isBase64Encoded": True}, {"body": None, "headers": None}])
def test_lambda_refuses_anything_else(event: dict[str, Any]) -> None:
    assert aws_lambda.handler(blocking(MemoryStore()))(event, None)["statusCode"] == 400
