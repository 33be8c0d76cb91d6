"""The one module that touches the SDK: answers as values, and failures without secrets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
import respx
import stripe

from connectkit.errors import InvalidRequest
from connectkit.requests import Request, Response
from connectkit.sdk import API_VERSION, Sdk, Unanswered
from connectkit.transport import HttpxTransport

pytestmark = pytest.mark.off_contract  # what is sent here is only long enough to be seen

URL = "https://api.stripe.com/v1/payouts"
PAYOUT = Request("post", "/v1/payouts", {"amount": 100}, account="acct_1", idempotency_key="ck1_a")


@pytest.fixture(params=["blocking", "asyncio"])
def colour(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def sent(sdk: Sdk, colour: str, request: Request = PAYOUT) -> Response:
    async def send() -> Response:
        try:
            return await sdk.asend(request, 5.0)
        finally:
            await sdk.aclose()

    if colour == "asyncio":
        return asyncio.run(send())
    try:
        return sdk.send(request, 5.0)
    finally:
        sdk.close()


@pytest.mark.parametrize("status", [200, 400, 401, 402, 403, 404, 409, 429, 500, 503])
@respx.mock
def test_every_answer_is_a_value(colour: str, status: int) -> None:
    body = {"id": "po_1"} if status == 200 else {"error": {"type": "api_error", "message": "No."}}
    respx.post(URL).mock(return_value=httpx.Response(status, json=body, headers={"Request-Id": "req_1"}))
    answer = sent(Sdk("sk_test_x"), colour)
    assert (answer.status, answer.data, answer.request_id) == (status, body, "req_1")


@respx.mock
def test_a_long_list_is_given_as_it_came(colour: str) -> None:
    body, request = b'{"data": [1, 2]}', Request("get", "/v1/payouts", undecoded=True)
    respx.get(URL).mock(return_value=httpx.Response(200, content=body))
    answer = sent(Sdk("sk_test_x"), colour, request)
    assert (answer.body, answer.data) == (body, {})
    refusal = {"error": {"type": "invalid_request_error"}}
    respx.get(URL).mock(return_value=httpx.Response(404, json=refusal))
    assert sent(Sdk("sk_test_x"), colour, request).data == refusal


@respx.mock
def test_what_is_on_the_wire(colour: str) -> None:
    route = respx.post(URL).mock(return_value=httpx.Response(200, json={}))
    sent(Sdk("sk_test_x"), colour)
    request = route.calls.last.request
    assert request.content == b"amount=100"
    assert request.headers["authorization"] == "Bearer sk_test_x"
    assert request.headers["stripe-account"] == "acct_1"
    assert request.headers["stripe-version"] == API_VERSION
    assert request.headers["idempotency-key"] == "ck1_a"


@respx.mock
def test_v2_speaks_json(colour: str) -> None:
    route = respx.post("https://api.stripe.com/v2/core/accounts").mock(return_value=httpx.Response(200, json={}))
    params = {"identity": {"country": "us"}, "include": ["identity"]}
    sent(Sdk("sk_test_x"), colour, Request("post", "/v2/core/accounts", params))
    assert json.loads(route.calls.last.request.content) == params


@respx.mock
def test_another_server_gets_everything(colour: str) -> None:
    respx.get("http://127.0.0.1:12111/v1/balance").mock(return_value=httpx.Response(200, json={"a": 1}))
    sdk = Sdk("sk_test_x", base_url="http://127.0.0.1:12111/")
    assert sent(sdk, colour, Request("get", "/v1/balance")).data == {"a": 1}
    assert sdk.api_version == API_VERSION


@pytest.mark.parametrize(
    ("raised", "was_sent"), [(httpx.ConnectError("sk_test_x"), False), (httpx.ReadError("sk_test_x"), True)]
)
@respx.mock
def test_a_lost_connection_is_told_without_a_secret(colour: str, raised: Exception, *, was_sent: bool) -> None:
    respx.post(URL).mock(side_effect=raised)
    with pytest.raises(Unanswered) as caught:
        sent(Sdk("sk_test_x"), colour)
    assert caught.value.sent is was_sent
    assert "sk_test" not in repr(caught.value)


@pytest.mark.parametrize(("status", "body"), [(200, b"<html>"), (502, b"<html>"), (200, b"[1]"), (500, b"[1]")])
@respx.mock
def test_an_answer_that_is_no_object_is_none(colour: str, status: int, body: bytes) -> None:
    respx.post(URL).mock(return_value=httpx.Response(status, content=body))
    with pytest.raises(Unanswered, match="no JSON object") as caught:
        sent(Sdk("sk_test_x"), colour)
    assert caught.value.sent


@pytest.mark.parametrize("name", ["usage", "api_key", "idempotency_key", "base", "headers"])
def test_a_parameter_that_would_become_an_option_is_refused(colour: str, name: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        sent(Sdk("sk_test_x"), colour, Request("post", "/v1/payouts", {name: "x"}))
    assert caught.value.param == name


@respx.mock
def test_a_transport_that_was_given_stays_open() -> None:
    respx.post(URL).mock(return_value=httpx.Response(200, json={}))
    transport = HttpxTransport()
    sent(Sdk("sk_test_x", transport=transport), "blocking")
    assert sent(Sdk("sk_test_x", transport=transport), "blocking").status == 200
    asyncio.run(Sdk("sk_test_x", transport=transport).aclose())
    transport.close()


class Broken(stripe.HTTPClient):
    """A client of the SDK's own kind that gets no answer."""

    name = "broken"

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> Any:
        failure: Callable[..., Exception] = stripe.APIConnectionError
        raise failure(self.name, should_retry=True)

    async def request_async(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> Any:
        return self.request(method, url, headers, post_data)


def test_a_client_of_the_sdks_own_kind_can_be_given(colour: str) -> None:
    with pytest.raises(Unanswered, match="the connection failed"):
        sent(Sdk("sk_test_x", http_client=Broken()), colour)


@respx.mock
def test_the_official_client_closes_nothing_that_is_shared() -> None:
    respx.get("https://api.stripe.com/v1/balance").mock(return_value=httpx.Response(200, json={"object": "balance"}))
    sdk = Sdk("sk_test_x")
    seam: Any = sdk.client._requestor._client
    seam.close()
    asyncio.run(seam.close_async())
    assert sdk.client.v1.balance.retrieve().object == "balance"
    sdk.close()
