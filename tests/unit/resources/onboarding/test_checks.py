"""Arguments refused before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from connectkit.errors import InvalidRequest
from connectkit.resources.onboarding.checks import checked_capabilities, checked_country, checked_email, checked_url


@pytest.mark.parametrize("country", ["", "U", "USA", "U1", "u s", 7, None])
def test_a_country_is_two_letters(country: Any) -> None:
    with pytest.raises(InvalidRequest, match="two letters") as caught:
        checked_country(country)
    assert caught.value.param == "country"


def test_a_country_is_read_in_either_case() -> None:
    assert checked_country("de") == checked_country("DE") == "DE"


@pytest.mark.parametrize("email", ["", "ana", "ana@example", "an a@example.com", "a@b@example.com"])
def test_an_address_that_cannot_be_one_is_not_repeated(email: str) -> None:
    with pytest.raises(InvalidRequest, match="email is not an e-mail address") as caught:
        checked_email(email)
    assert f"{email!r}" not in str(caught.value)


def test_an_email_address_passes() -> None:
    assert checked_email("ana+shop@example.co.uk") == "ana+shop@example.co.uk"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/back",
        "http://example.com/back",
        "ftp://localhost/back",
        "https://",
        "https:///back",
        "https://ana:secret@example.com/back",
        "https://example.com/a b",
        "https://[::1",
    ],
)
def test_sellers_are_sent_back_to_a_safe_page(url: str) -> None:
    with pytest.raises(InvalidRequest, match="return_url is not an https address") as caught:
        checked_url(url, "return_url")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["https://example.com/back?seller=7", "http://localhost:8000/", "http://127.0.0.1/x", "http://[::1]:1/"]
)
def test_a_safe_page_passes(url: str) -> None:
    assert checked_url(url, "refresh_url") == url


@pytest.mark.parametrize("capabilities", ["transfers", (), [], ("",), ("Card Payments",), ("card-payments",), ("1x",)])
def test_capabilities_are_names(capabilities: Any) -> None:
    with pytest.raises(InvalidRequest) as caught:
        checked_capabilities(capabilities)
    assert caught.value.param == "capabilities"


def test_capabilities_come_in_order_and_once_and_may_be_new() -> None:
    names = ["transfers", "teleport_payments", "transfers"]
    assert checked_capabilities(iter(names)) == ("teleport_payments", "transfers")
