"""What a browser needs to let a buyer pay, and what it is asked to do next."""

from __future__ import annotations

from typing import Final, Self

from attrs import field, frozen

from connectkit.errors import InvalidRequest

from .base import Data, part

_PUBLISHABLE: Final = "pk_"


class Secret(str):
    """A text that is never shown, and never pickled: what was a secret comes back empty."""

    __slots__ = ()

    def __reduce__(self) -> tuple[type[Secret], tuple[()]]:
        return (Secret, ())

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __repr__(self) -> str:
        return "Secret('…')" if self else "Secret('')"


@frozen(kw_only=True)
class BuyerAction:
    """What the buyer has to do before a payment can go on.

    Attributes:
        type: Stripe's word: `redirect_to_url` to send the buyer to `url`, `use_stripe_sdk` to let Stripe.js do it. An
            open set.
        url: Where to send the buyer, which logs her in there: never shown, and `""` after a replay.
        return_url: Where she comes back to, or `""`.
    """

    type: str
    url: Secret = field(default=Secret(), eq=False)
    return_url: str = ""

    @classmethod
    def parse(cls, data: Data) -> Self | None:
        """Read the next action of an intent, if it has one."""
        action = part(data, "next_action")
        if not action:
            return None
        redirect = part(action, "redirect_to_url")
        return cls(
            type=str(action["type"]),
            url=Secret(redirect.get("url") or ""),
            return_url=redirect.get("return_url") or "",
        )


@frozen(kw_only=True)
class BrowserClient:
    """What Stripe.js and Elements need to let a buyer pay one payment; hand it to nobody else.

    Attributes:
        client_secret: Lets its holder pay this payment, and see what it is about; no repr shows it.
        publishable_key: The platform's key for browsers.
        account: The connected account that a direct charge lives on, or `""`.
    """

    client_secret: Secret
    publishable_key: str
    account: str = ""

    @classmethod
    def of(cls, client_secret: Secret, publishable_key: str, account: str) -> Self:
        """Check what a browser is given.

        Raises:
            InvalidRequest: The key is not a publishable one, or the secret is not there.
        """
        if not isinstance(publishable_key, str) or not publishable_key.startswith(_PUBLISHABLE):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without a checker
            message = "This is no publishable key: one begins with pk_."
            step = "Never hand a secret key to a browser; the Dashboard shows the publishable one beside it."
            raise InvalidRequest(message, param="publishable_key", next_step=step)
        if not client_secret:
            message = "The client secret is not at hand: it is never stored, so that a replayed answer has none."
            raise InvalidRequest(message, next_step="Retrieve the object, and ask that for its client.")
        return cls(client_secret=client_secret, publishable_key=publishable_key, account=account)

    def document(self) -> dict[str, str]:
        """Give it as JSON for the page, by the names that Stripe.js uses: `clientSecret`, `stripeAccount`."""
        document = {"clientSecret": str(self.client_secret), "publishableKey": self.publishable_key}
        return {**document, "stripeAccount": self.account} if self.account else document
