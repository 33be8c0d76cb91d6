"""Ways to pay that are kept for later, without a payment now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from connectkit.calls.caller import Caller, Intent
from connectkit.drive import Blocking, blocking
from connectkit.models.setups import SetupIntent
from connectkit.requests import Params, Request, checked_id

from .arguments import checked_metadata, checked_methods, given, optional_id

_PATH: Final = "/v1/setup_intents"
_METHOD: Final = ("pm_", "card_", "src_")


class AsyncSetupIntents:
    """Ways to pay that are kept for later, without a payment now."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(
        self,
        *,
        key: str,
        customer: str | None = None,
        payment_method: str | None = None,
        on_behalf_of: str | None = None,
        allowed_payment_method_types: Sequence[str] | None = None,
        return_url: str | None = None,
        description: str | None = None,
        metadata: Mapping[str, str] | None = None,
        account: str | None = None,
        wait: float = 0.0,
    ) -> SetupIntent:
        """Have a way to pay kept for later, for payments with the buyer present and without her.

        Args:
            key: Your own name of this.
            customer: Whose it is; without one it can be used a single time.
            payment_method: The way to pay, confirmed at once; without it the browser confirms with the client secret.
            on_behalf_of: The connected account that it is kept for, where that will be the merchant of record.
            allowed_payment_method_types: The only ways to pay that are offered, by Stripe's names.
            return_url: Where the buyer comes back to from a bank's page.
            description: Words of your own.
            metadata: Notes of your own.
            account: The connected account that it is to live on.
            wait: For how many seconds to wait for somebody who is making it now.

        Raises:
            InvalidRequest: An argument is wrong.
            PaymentDeclined: The buyer's side said no.
            Refused: Stripe said no for another reason.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        methods: dict[str, Any] = {"enabled": True}
        if payment_method is not None and return_url is None:
            methods["allow_redirects"] = "never"  # nobody could come back
        params = given(
            automatic_payment_methods=methods,
            allowed_payment_method_types=checked_methods(allowed_payment_method_types),
            confirm=True if payment_method is not None else None,
            payment_method=optional_id(payment_method, "payment_method", *_METHOD),
            customer=optional_id(customer, "customer", "cus_"),
            on_behalf_of=optional_id(on_behalf_of, "on_behalf_of", "acct_"),
            return_url=return_url,
            description=description,
            metadata=checked_metadata(metadata),
        )
        request = Request("post", _PATH, params, account=self._caller.account(account))
        intent = Intent("setup_intents.create", key, request, params, SetupIntent.KEEP)
        return SetupIntent.parse(await self._caller.perform(intent, wait=wait), request.account)

    async def retrieve(self, setup_intent_id: str, *, account: str | None = None) -> SetupIntent:
        """Read a setup intent.

        Args:
            setup_intent_id: The setup intent.
            account: The connected account that it lives on.

        Raises:
            InvalidRequest: It is not the id of one.
            NotFound: There is none, or it lives on another account.
            Unreachable: There was no usable answer.
        """
        owner = self._caller.account(account)
        answer = await self._caller.read(
            Request("get", _path(setup_intent_id), account=owner), "setup_intents.retrieve"
        )
        return SetupIntent.parse(answer, owner)

    async def confirm(
        self,
        setup_intent_id: str,
        *,
        key: str,
        payment_method: str,
        return_url: str | None = None,
        account: str | None = None,
        wait: float = 0.0,
    ) -> SetupIntent:
        """Have a way to pay kept by a setup intent that waits for one.

        Args:
            setup_intent_id: The setup intent.
            key: Your own name of this attempt.
            payment_method: The way to pay.
            return_url: Where the buyer comes back to from a bank's page.
            account: The connected account that it lives on.
            wait: For how many seconds to wait for somebody who is confirming it now.

        Raises:
            InvalidRequest: An argument is wrong.
            PaymentDeclined: The buyer's side said no.
            Refused: Stripe said no for another reason.
            OutcomeUnknown: It may have been confirmed; the same key finds out.
        """
        method = checked_id(payment_method, "payment_method", *_METHOD)
        params = given(payment_method=method, return_url=return_url)
        return await self._act(setup_intent_id, "confirm", key, params, account, wait=wait)

    async def cancel(
        self, setup_intent_id: str, *, key: str, account: str | None = None, wait: float = 0.0
    ) -> SetupIntent:
        """Give a setup intent up that has not succeeded.

        Args:
            setup_intent_id: The setup intent.
            key: Your own name of this cancellation.
            account: The connected account that it lives on.
            wait: For how many seconds to wait for somebody who is cancelling it now.

        Raises:
            InvalidRequest: It is not the id of one.
            Refused: Stripe said no, as that it has succeeded.
            OutcomeUnknown: It may have been cancelled; the same key finds out.
        """
        return await self._act(setup_intent_id, "cancel", key, {}, account, wait=wait)

    async def _act(
        self, setup_intent_id: str, action: str, key: str, params: Params, account: str | None, *, wait: float
    ) -> SetupIntent:
        request = Request("post", f"{_path(setup_intent_id)}/{action}", params, account=self._caller.account(account))
        arguments = {"setup_intent": setup_intent_id, **params}
        intent = Intent(f"setup_intents.{action}", key, request, arguments, SetupIntent.KEEP)
        return SetupIntent.parse(await self._caller.perform(intent, wait=wait), request.account)


class SetupIntents(Blocking[AsyncSetupIntents]):
    """Ways to pay that are kept for later, without a payment now."""

    create: Final = blocking(AsyncSetupIntents.create)
    retrieve: Final = blocking(AsyncSetupIntents.retrieve)
    confirm: Final = blocking(AsyncSetupIntents.confirm)
    cancel: Final = blocking(AsyncSetupIntents.cancel)


def _path(setup_intent_id: str) -> str:
    return f"{_PATH}/{checked_id(setup_intent_id, 'setup_intent_id', 'seti_')}"
