"""Prove that a body comes from Stripe: pure functions of bytes, a header, secrets and the time.

The header is `t=<unix seconds>,v1=<hex>[,v1=<hex>…][,v0=<hex>]`, each `v1` an HMAC-SHA256 of `<t>.<body>` under one of
the endpoint's secrets: while a secret is rolled there are two. `v0` is a decoy. Whatever the bytes are, the answer is a
value and never an exception.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, TypeAlias

from attrs import field, frozen

from connectkit.errors import InvalidRequest

from .replies import Reason

HEADER: Final = "stripe-signature"

TOLERANCE: Final = 300.0
"""Seconds between Stripe's clock and ours: Stripe's own recommendation."""

MAX_BYTES: Final = 1 << 20
"""Stripe documents no limit; snapshots with nested lists exceed 20 kB."""

_MAX_HEADER: Final = 4096  # a signature has 68 characters and a secret being rolled gives two
_SECRET: Final = re.compile(r"whsec_[\x21-\x7e]+")
_SECONDS: Final = re.compile(r"[0-9]{1,12}")
_USUAL: Final = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


@frozen
class Secret:
    """A signing secret of one endpoint; its repr does not show it.

    Attributes:
        value: The whole text, `whsec_` included.
        events_from: What the endpoint listens to: the `platform` itself or its connected `accounts`. An event of the
            other kind under this secret is refused; `None` takes both.
        payload: Whether the endpoint is sent whole `snapshot` events or `thin` ones; `None` takes both.
        livemode: The mode of the endpoint. A live event under a test secret is refused; the reverse is not, because a
            live endpoint for connected accounts is sent both. `None` takes both.

    Raises:
        InvalidRequest: *value* is not a signing secret.
    """

    value: str = field(repr=False)
    events_from: Literal["platform", "accounts"] | None = None
    payload: Literal["snapshot", "thin"] | None = None
    livemode: bool | None = None
    _key: bytes = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.value, str) or not _SECRET.fullmatch(self.value):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without a checker
            message = "A signing secret begins with whsec_ and has no spaces; what was given does not."
            next_step = "Copy it from the webhook endpoint's page, or from what `stripe listen` prints."
            raise InvalidRequest(message, param="secrets", next_step=next_step)
        object.__setattr__(self, "_key", self.value.encode())

    def digest(self, timestamp: str, body: bytes) -> str:
        """Give the signature of a body, in hexadecimal."""
        return hmac.digest(self._key, b"%b.%b" % (timestamp.encode(), body), "sha256").hex()


_Signatures: TypeAlias = tuple[str, Sequence[str]]
"""The time of a delivery and what may be its signature, as the header has them."""


def verify(
    body: bytes,
    header: str | None,
    secrets: Sequence[Secret],
    now: datetime,
    *,
    tolerance: float = TOLERANCE,
    max_bytes: int = MAX_BYTES,
) -> Secret | Reason:
    """Give the secret that signed *body*, or the reason why it can't be trusted.

    Args:
        body: The raw bytes, as they came.
        header: The value of `Stripe-Signature`, `None` where there is none.
        secrets: Those that may have signed it.
        now: The present time, aware.
        tolerance: How far the signature's time may be from *now*, in seconds and in both directions.
        max_bytes: A longer body is not even hashed.
    """
    if len(body) > max_bytes:
        return Reason.TOO_LARGE
    signatures = _read(header)
    if isinstance(signatures, Reason):
        return signatures
    age = now.timestamp() - int(signatures[0])
    if abs(age) > tolerance:
        return Reason.TOO_OLD if age > 0 else Reason.FROM_THE_FUTURE
    return _signer(body, signatures, secrets) or Reason.NO_SECRET_MATCHED


def signed(body: bytes, header: str | None, secrets: Sequence[Secret]) -> Secret | None:
    """Give the secret that signed *body* at whatever time, or `None`."""
    signatures = _read(header)
    return None if isinstance(signatures, Reason) else _signer(body, signatures, secrets)


def sign(body: bytes, secret: str | Secret, timestamp: datetime) -> str:
    """Give the `Stripe-Signature` that Stripe would send with *body*, for tests.

    Args:
        body: The raw bytes.
        secret: The endpoint's secret.
        timestamp: The time of the delivery, aware.

    Raises:
        InvalidRequest: *secret* is not a signing secret.
    """
    seconds = str(int(timestamp.timestamp()))
    return f"t={seconds},v1={as_secret(secret).digest(seconds, body)}"


def as_secret(secret: str | Secret) -> Secret:
    """Give a secret, checked.

    Raises:
        InvalidRequest: It is not a signing secret.
    """
    return secret if isinstance(secret, Secret) else Secret(secret)


def _signer(body: bytes, signatures: _Signatures, secrets: Sequence[Secret]) -> Secret | None:
    timestamp, candidates = signatures
    for secret in secrets:
        expected = secret.digest(timestamp, body)
        for candidate in candidates:
            if hmac.compare_digest(expected, candidate):
                return secret
    return None


def _read(header: str | None) -> _Signatures | Reason:
    if not header:
        return Reason.MISSING_HEADER
    if usual := _USUAL.fullmatch(header):  # most are, and are read at once
        return usual[1], (usual[2],)
    if len(header) > _MAX_HEADER or not header.isascii():
        return Reason.MALFORMED_HEADER
    items = [item.partition("=") for item in header.split(",")]
    times = [value for name, _, value in items if name == "t"]
    if len(times) != 1 or not _SECONDS.fullmatch(times[0]):
        return Reason.MALFORMED_HEADER
    candidates = [value for name, _, value in items if name == "v1"]
    return (times[0], candidates) if candidates else Reason.NO_SIGNATURE
