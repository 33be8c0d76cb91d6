"""The SDK logs whole bodies where its logger is set to debug; what connectkit sends is left out."""

from __future__ import annotations

import logging

import pytest

from connectkit import Connect, Money


def test_no_body_of_ours_is_logged_and_the_clients_own_calls_are(caplog: pytest.LogCaptureFixture) -> None:
    with Connect.sandbox() as connect, caplog.at_level(logging.DEBUG, "stripe"):
        connect.topups.create(key="topup-1", amount=Money.of("5.00", "usd"), description="for Ana")
        assert not [record for record in caplog.records if "for Ana" in record.getMessage()]
        connect.stripe.v1.topups.create({"amount": 500, "currency": "usd", "description": "by hand"})
        assert [record for record in caplog.records if "by+hand" in record.getMessage()]
