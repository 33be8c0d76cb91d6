"""Ways for a seller into Stripe's pages and components: whoever has one acts for the seller, so no repr shows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import field, frozen

from .base import Answer, moment

_HEADERS: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@frozen(kw_only=True)
class Redirect:
    """An answer that sends a browser on, for whatever framework there is.

    Attributes:
        status: The HTTP status.
        headers: The headers: where to, and that nobody is to keep it.
    """

    status: int = 303
    headers: Mapping[str, str] = field(repr=lambda _: "{…}")

    @classmethod
    def to(cls, url: str) -> Redirect:
        """Send the browser to *url*."""
        return cls(headers={"Location": url, **_HEADERS})


@frozen(kw_only=True)
class AccountLink:
    """A link to Stripe's onboarding form, for one visit of the seller at once; never mail or store it.

    Attributes:
        url: Where to send the seller's browser. Whoever has it can act for the seller, so that no repr shows it.
        expires_at: Until when it works, at most once.
    """

    url: str = field(repr=lambda _: "'…'")
    expires_at: datetime | None

    @property
    def redirect(self) -> Redirect:
        """The answer to the seller's click, and to a request for your *refresh_url*."""
        return Redirect.to(self.url)

    @classmethod
    def parse(cls, answer: Answer) -> AccountLink:
        """Read a link of either API."""
        return cls(url=answer.data["url"], expires_at=moment(answer.data.get("expires_at")))


@frozen(kw_only=True)
class LoginLink:
    """A link into the Express dashboard, for one visit of the seller at once; never mail or store it.

    Attributes:
        url: Where to send the seller's browser.
        created: When it was made; it works once, and for a short time only.
    """

    url: str = field(repr=lambda _: "'…'")
    created: datetime | None

    @property
    def redirect(self) -> Redirect:
        """The answer to the seller's click."""
        return Redirect.to(self.url)

    @classmethod
    def parse(cls, answer: Answer) -> LoginLink:
        """Read a login link."""
        return cls(url=answer.data["url"], created=moment(answer.data.get("created")))


@frozen(kw_only=True)
class AccountSession:
    """What Stripe's embedded components need to act for a seller, for one page at once; never log or store it.

    Attributes:
        account: The connected account.
        client_secret: What the page passes to Connect.js.
        expires_at: Until when it works.
        components: The names of the components that it is good for.
    """

    account: str
    client_secret: str = field(repr=lambda _: "'…'")
    expires_at: datetime | None
    components: tuple[str, ...]

    @classmethod
    def parse(cls, answer: Answer) -> AccountSession:
        """Read an account session."""
        given: Mapping[str, Mapping[str, object]] = answer.data.get("components") or {}
        return cls(
            account=answer.data["account"],
            client_secret=answer.data["client_secret"],
            expires_at=moment(answer.data.get("expires_at")),
            components=tuple(sorted(name for name, component in given.items() if component.get("enabled"))),
        )


@frozen(kw_only=True)
class Authorization:
    """A link to the page where a seller connects an account that exists already.

    Attributes:
        url: Where to send the seller's browser.
        state: What to keep in the seller's own session, and to compare when the browser comes back.
    """

    url: str = field(repr=lambda _: "'…'")
    state: str = field(repr=lambda _: "'…'")

    @property
    def redirect(self) -> Redirect:
        """The answer to the seller's click."""
        return Redirect.to(self.url)


@frozen(kw_only=True)
class Connection:
    """That a seller has connected an account.

    Attributes:
        account: The connected account, to pass on in every call that follows.
        scope: `read_write` or `read_only`.
        livemode: Whether it is about real money.
    """

    account: str
    scope: str
    livemode: bool
