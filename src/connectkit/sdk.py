"""The only module of the facade that touches `stripe`.

It sends a `Request` through the official client's raw path and gives the answer back as data, whatever its status. The
SDK is imported at the first send, for it costs more than all of connectkit. Its own retries are off: there is one layer
that repeats, and it is ours.

The raw path has holes, which are closed here: a parameter named like one of its options would become that option, so
such a parameter is refused; a `Stripe-Notice` never reaches the warnings filter. It logs whole bodies where its logger
is set to debug: what is sent from here is left out.
"""

from __future__ import annotations

import contextvars
import io
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from .errors import InvalidRequest
from .requests import Request, Response, Upload
from .transport import HttpxTransport, Transport, TransportFailure

if TYPE_CHECKING:
    import stripe

API_VERSION: Final = "2026-10-28.endive"
"""The version of Stripe's API that every request names."""

_RESERVED: Final = frozenset(
    {
        "api_key",
        "base",
        "content_type",
        "headers",
        "idempotency_key",
        "max_network_retries",
        "stripe_account",
        "stripe_context",
        "stripe_version",
        "usage",
    }
)

_HOSTS: Final[Mapping[tuple[str, str], Mapping[str, object]]] = {
    ("post", "/oauth/token"): {"base": "connect"},
    ("post", "/oauth/deauthorize"): {"base": "connect"},
    ("post", "/v1/files"): {"base": "files", "content_type": "multipart/form-data"},
}
"""What is not sent to the host of the API, or not as a form."""

_OK: Final = 200
_DEADLINE: Final = 30.0  # seconds for what is sent through `Sdk.client` directly

_deadline: contextvars.ContextVar[float] = contextvars.ContextVar("connectkit_deadline")
_left: contextvars.ContextVar[list[bytes] | None] = contextvars.ContextVar("connectkit_left", default=None)


def _is_no_body(record: logging.LogRecord) -> bool:
    """Tell whether a record of the SDK's may be logged: none below INFO is, while a request of ours is under way."""
    return record.levelno >= logging.INFO or _deadline.get(None) is None


class Unanswered(Exception):
    """A request got no usable answer.

    Attributes:
        reason: Why, in a few words that hold no secret.
        sent: Whether any byte of it can have reached Stripe.
    """

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent


class Sdk:
    """The official client, as the rest of connectkit sees it.

    Args:
        api_key: A secret or restricted key.
        base_url: Another server than Stripe's, for every host.
        transport: What carries requests; a new `HttpxTransport` where none is given, which `close` closes.
        http_client: A client of the SDK's own kind instead of a transport.
    """

    def __init__(
        self,
        api_key: str,
        *,
        base_url: str | None = None,
        transport: Transport | None = None,
        http_client: stripe.HTTPClient | None = None,
    ) -> None:
        self._api_key = api_key
        self._base_url = None if base_url is None else base_url.rstrip("/")
        self._transport = transport or HttpxTransport()
        self._owned = transport is None
        self._http_client = http_client
        self._client: stripe.StripeClient | None = None

    @property
    def api_version(self) -> str:
        """The version of Stripe's API that is asked for."""
        return API_VERSION

    @property
    def client(self) -> stripe.StripeClient:
        """The official client, made when it is first needed."""
        if self._client is None:  # two threads may both make one: they are equal, and share the transport
            self._client = _client(self._api_key, self._base_url, self._http_client or _seam(self._transport))
        return self._client

    def send(self, request: Request, deadline: float) -> Response:
        """Send *request* within *deadline* seconds, blocking.

        Raises:
            Unanswered: There was no usable answer.
            InvalidRequest: A parameter has a name that the SDK takes for an option.
        """
        raw_request: Callable[..., Any] = self.client.raw_request  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # untyped there
        arguments, token = _arguments(request), _deadline.set(deadline)
        left = _left.set([]) if request.undecoded else None
        try:
            answer = raw_request(request.method, request.path, **arguments)
        except TransportFailure as failure:
            raise Unanswered(failure.reason, sent=failure.sent) from None
        except _stripe_error() as error:
            return _answer_of(error)
        else:
            return _whole(answer) if request.undecoded else _response(answer)
        finally:
            _deadline.reset(token)
            if left is not None:
                _left.reset(left)

    async def asend(self, request: Request, deadline: float) -> Response:
        """Send *request* within *deadline* seconds, in an event loop; as `send`."""
        raw_request: Callable[..., Any] = self.client.raw_request_async  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # untyped there
        arguments, token = _arguments(request), _deadline.set(deadline)
        left = _left.set([]) if request.undecoded else None
        try:
            answer = await raw_request(request.method, request.path, **arguments)
        except TransportFailure as failure:
            raise Unanswered(failure.reason, sent=failure.sent) from None
        except _stripe_error() as error:
            return _answer_of(error)
        else:
            return _whole(answer) if request.undecoded else _response(answer)
        finally:
            _deadline.reset(token)
            if left is not None:
                _left.reset(left)

    def close(self) -> None:
        """Close the transport, if it was made here."""
        if self._owned:
            self._transport.close()

    async def aclose(self) -> None:
        """Close the transport in an event loop, if it was made here."""
        if self._owned:
            await self._transport.aclose()


def event_types() -> frozenset[str]:
    """Give the types of event that this version of the SDK knows; Stripe has others."""
    from stripe import Event  # noqa: PLC0415  # see above

    return frozenset(get_args(Event.__annotations__["type"]))


def _arguments(request: Request) -> dict[str, Any]:
    if taken := _RESERVED & request.params.keys():
        message = f"The SDK takes a parameter named {', '.join(sorted(taken))} for an option of its own."
        raise InvalidRequest(message, param=min(taken))
    options: dict[str, object] = {
        "stripe_account" if request.api == "v1" else "stripe_context": request.account,
        "stripe_version": request.version or API_VERSION,
        "idempotency_key": request.idempotency_key,
    }
    options |= _HOSTS.get((request.method, request.path), {})
    params = {name: _part(value) if isinstance(value, Upload) else value for name, value in request.params.items()}
    return {**params, **{name: value for name, value in options.items() if value is not None}}


def _part(upload: Upload) -> io.BytesIO:
    """Give a file as the SDK reads it; each send reads it anew."""
    part = io.BytesIO(upload.content)
    part.name = upload.name
    return part


def _client(api_key: str, base_url: str | None, http_client: stripe.HTTPClient) -> stripe.StripeClient:
    import stripe  # noqa: PLC0415  # at the first use: it costs more than all of connectkit

    logging.getLogger("stripe").addFilter(_is_no_body)  # one and the same, however often it is added
    addresses: Any = {} if base_url is None else dict.fromkeys(("api", "connect", "files", "meter_events"), base_url)
    return stripe.StripeClient(
        api_key,
        stripe_version=API_VERSION,
        base_addresses=addresses,
        max_network_retries=0,
        http_client=http_client,
    )


def _seam(transport: Transport) -> stripe.HTTPClient:
    """Give our transport as a client of the SDK's own kind."""
    import stripe  # noqa: PLC0415  # at the first use: it costs more than all of connectkit

    class Seam(stripe.HTTPClient):
        name = "connectkit"

        def request(
            self,
            method: str,
            url: str,
            headers: Mapping[str, str] | None,
            post_data: Any = None,  # noqa: ANN401  # the SDK's own signature
            *,
            _usage: list[str] | None = None,
        ) -> tuple[Any, int, Mapping[str, str]]:
            answer = transport.send(method, url, headers or {}, _body(post_data), _deadline.get(_DEADLINE))
            return _taken(answer.body, answer.status), answer.status, answer.headers

        async def request_async(
            self,
            method: str,
            url: str,
            headers: Mapping[str, str] | None,
            post_data: Any = None,  # noqa: ANN401  # the SDK's own signature
            *,
            _usage: list[str] | None = None,
        ) -> tuple[Any, int, Mapping[str, str]]:
            answer = await transport.asend(method, url, headers or {}, _body(post_data), _deadline.get(_DEADLINE))
            return _taken(answer.body, answer.status), answer.status, answer.headers

        def close(self) -> None:
            """Leave the transport open: it may be shared."""

        async def close_async(self) -> None:
            """Leave the transport open: it may be shared."""

    return Seam()


def _body(post_data: str | bytes | None) -> bytes:
    return post_data.encode() if isinstance(post_data, str) else post_data or b""


def _taken(body: bytes, status: int) -> bytes:
    """Keep a page back that is wanted undecoded: the SDK would build ordered dictionaries of it."""
    left = _left.get()
    if left is None or status != _OK:
        return body
    left.append(body)
    return b"{}"


def _whole(answer: Any) -> Response:  # noqa: ANN401  # a StripeResponse
    """Give an answer as it came; a client of the SDK's own kind has let the SDK decode it."""
    body = next(iter(_left.get() or ()), None)
    return Response(answer.code, _lowered(answer.headers), {}, answer.body.encode() if body is None else body)


def _response(answer: Any) -> Response:  # noqa: ANN401  # a StripeResponse
    data: object = answer.data
    if not isinstance(data, Mapping):
        reason = "the answer is no JSON object"
        raise Unanswered(reason, sent=True)
    return Response(answer.code, _lowered(answer.headers), cast("Mapping[str, Any]", data))


def _stripe_error() -> type[stripe.StripeError]:
    """Give the root of the SDK's errors, once there is one to catch."""
    import stripe  # noqa: PLC0415  # loaded already

    return stripe.StripeError


def _answer_of(error: stripe.StripeError) -> Response:
    """Give the answer that an error of the SDK holds; the error itself stays here, for it holds whole bodies.

    Where the body was no JSON, the SDK puts the headers in its place: only an object with an `error` is an answer.
    """
    status, body = error.http_status, error.json_body
    if status is None:
        reason = "the connection failed"
        raise Unanswered(reason, sent=True) from None
    if not isinstance(body, Mapping) or "error" not in body:
        reason = f"the answer {status} is no JSON object"
        raise Unanswered(reason, sent=True) from None
    return Response(status, _lowered(error.headers or {}), cast("Mapping[str, Any]", body))


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
