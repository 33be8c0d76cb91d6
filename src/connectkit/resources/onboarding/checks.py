"""What is wrong with an argument, said before anything is sent. No message repeats a value that may be personal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from connectkit.errors import InvalidRequest

_COUNTRY: Final = re.compile(r"[A-Za-z]{2}")
_CAPABILITY: Final = re.compile(r"[a-z][a-z0-9_]{0,99}")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def checked_country(country: str) -> str:
    """Give a country in upper case.

    Raises:
        InvalidRequest: It is not two letters.
    """
    if not isinstance(country, str) or not _COUNTRY.fullmatch(country):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without a checker
        message = "country is two letters, as 'US'."
        raise InvalidRequest(message, param="country", next_step="Pass the ISO 3166 code of the seller's country.")
    return country.upper()


def checked_email(email: str) -> str:
    """Give an e-mail address.

    Raises:
        InvalidRequest: It cannot be one.
    """
    if not _EMAIL.fullmatch(email):
        message = "email is not an e-mail address."
        raise InvalidRequest(
            message, param="email", next_step="Pass one address, as 'ana@example.com', or leave it out."
        )
    return email


def checked_url(url: str, param: str) -> str:
    """Give an address that a browser can be sent back to.

    Raises:
        InvalidRequest: It is not `https`, or `http` on this machine.
    """
    if not _usable(url):
        message = f"{param} is not an https address (http does for localhost)."
        raise InvalidRequest(message, param=param, next_step="Pass the whole address of a page of yours.")
    return url


def _usable(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    return secure and bool(parts.hostname) and parts.username is None and not re.search(r"\s", url)


def checked_capabilities(capabilities: Iterable[str]) -> tuple[str, ...]:
    """Give capabilities in order and once each; the set of names is Stripe's and open.

    Raises:
        InvalidRequest: One of them is not the name of a capability.
    """
    names = () if isinstance(capabilities, str) else tuple(capabilities)
    if not names:
        message = "capabilities is one or more names, as ('card_payments', 'transfers')."
        raise InvalidRequest(message, param="capabilities", next_step="Ask for what the seller needs, and no more.")
    for name in names:
        if not _CAPABILITY.fullmatch(name):
            message = f"{name[:40]!r} is not the name of a capability."
            raise InvalidRequest(
                message, param="capabilities", next_step="Use Stripe's name of it, as 'card_payments'."
            )
    return tuple(sorted(set(names)))
