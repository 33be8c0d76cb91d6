"""Which of the usual causes a refused delivery has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectkit.webhooks.diagnosis import hint
from connectkit.webhooks.replies import Reason
from connectkit.webhooks.signatures import Secret, sign

from .samples import OTHER, SECRET, START, Bench, encoded, signed, snapshot, thin

CLI = "whsec_" + "0a" * 32
WRONG = Reason.NO_SECRET_MATCHED


def why(envelope: Any, *secrets: Secret | str, reason: Reason = WRONG) -> str:
    body = envelope if isinstance(envelope, bytes) else encoded(envelope)
    known = [one if isinstance(one, Secret) else Secret(one) for one in secrets]
    return hint(reason, body, sign(body, OTHER, START), known)


@pytest.mark.parametrize("indent", [None, 2])
def test_a_body_that_was_written_again_is_told(indent: int | None) -> None:
    sent = json.dumps(snapshot(note="ü"), indent=indent, ensure_ascii=False).encode()
    came = json.dumps(json.loads(sent), separators=(", ", ":")).encode()
    assert "decoded and encoded again" in hint(WRONG, came, sign(sent, SECRET, START), [Secret(SECRET)])


@pytest.mark.parametrize(
    ("envelope", "secrets", "words"),
    [
        (snapshot(), [CLI], "`stripe listen`"),
        (b"{", [SECRET], "no event"),
        (b"[]", [SECRET], "no event"),
        (thin(), [Secret(SECRET, payload="snapshot")], "thin one"),
        (snapshot(), [Secret(SECRET, events_from="platform")], "from the accounts"),
        (snapshot(account=None), [Secret(SECRET, events_from="accounts")], "from the platform"),
        (snapshot(livemode=True), [Secret(SECRET, livemode=False)], "a live one"),
        (snapshot(), [Secret(SECRET, livemode=True)], "a test one"),
        (snapshot(), [SECRET], "another endpoint's secret"),
    ],
)
def test_another_endpoints_secret_is_told(envelope: Any, secrets: list[Secret | str], words: str) -> None:
    assert words in why(envelope, *secrets)


def test_clocks_and_headers_are_told() -> None:
    assert "clock" in why(snapshot(), SECRET, reason=Reason.TOO_OLD)
    assert "clock" in why(snapshot(), SECRET, reason=Reason.FROM_THE_FUTURE)
    assert "header" in hint(Reason.MISSING_HEADER, b"", None, [Secret(SECRET)])
    assert why(snapshot(), SECRET, reason=Reason.NOT_JSON) == ""


def test_a_long_body_is_not_looked_into() -> None:
    assert why(snapshot(padding="x" * 70_000), SECRET) == ""


def test_the_reply_has_the_hint_and_the_log_does(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    body = encoded(snapshot())
    reply = bench.router.handle(body, signed(body, secret=OTHER))
    assert (reply.status, "another endpoint's secret" in reply.hint) == (400, True)
    assert reply.hint in caplog.text


@pytest.mark.parametrize(
    ("envelope", "secret", "accepted"),
    [
        (thin(), Secret(SECRET, payload="thin"), True),
        (thin(), Secret(SECRET, payload="snapshot"), False),
        (snapshot(), Secret(SECRET, payload="thin"), False),
        (snapshot(), Secret(SECRET, payload="snapshot"), True),
        (snapshot(livemode=True), Secret(SECRET, livemode=False), False),
        (snapshot(), Secret(SECRET, livemode=False), True),
        (snapshot(), Secret(SECRET, livemode=True), True),
    ],
)
def test_an_event_of_another_endpoint_is_refused(envelope: Any, secret: Secret, *, accepted: bool) -> None:
    status, reason = Bench(secrets=[secret]).deliver(envelope)
    assert (status, reason) == ((200, "remembered") if accepted else (400, "wrong_endpoint"))
