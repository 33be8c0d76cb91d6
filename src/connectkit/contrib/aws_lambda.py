"""A router as an AWS Lambda function, behind API Gateway, a function URL or a load balancer."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from .reading import Receiver


def handler(router: Receiver) -> Callable[[Mapping[str, Any], object], dict[str, object]]:
    """Give the function that Lambda calls with an HTTP request.

    Args:
        router: Takes the requests in; its store has to outlive the function, so it is a database's or Redis's.
    """

    def answer(event: Mapping[str, Any], context: object) -> dict[str, object]:  # noqa: ARG001  # Lambda's own
        body = _body(event)
        status = 400 if body is None else router.handle(body, _headers(event)).status
        return {"statusCode": status, "body": "", "isBase64Encoded": False}

    return answer


def _body(event: Mapping[str, Any]) -> bytes | None:
    text: str = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return text.encode()
    try:
        return b64decode(text, validate=True)
    except binascii.Error:
        return None


def _headers(event: Mapping[str, Any]) -> Mapping[str, str]:
    single: Mapping[str, str] = event.get("headers") or {}
    several: Mapping[str, list[str]] = event.get("multiValueHeaders") or {}
    return {**{name: values[-1] for name, values in several.items() if values}, **single}
