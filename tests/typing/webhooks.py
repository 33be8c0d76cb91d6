"""Checked by mypy and pyright, never run: what the checkers know of an event by the name of its type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, assert_type

from connectkit import AsyncConnect, Connect, DeadLetter, EventHandlers
from connectkit.contrib import aiohttp, asgi, aws_lambda, django, flask, starlette, wsgi
from connectkit.models.accounts import Account
from connectkit.models.balances import Balance
from connectkit.models.capabilities import Capability
from connectkit.models.disputes import Dispute
from connectkit.models.external_accounts import ExternalAccount
from connectkit.models.files import File
from connectkit.models.intentions import PayoutIntention
from connectkit.models.observations import AccountChange
from connectkit.models.operations import OperationEnd
from connectkit.models.payments import Payment
from connectkit.models.payouts import Payout
from connectkit.models.persons import Person
from connectkit.models.refunds import Refund
from connectkit.models.settings import PayoutSettings
from connectkit.models.topups import TopUp
from connectkit.models.transfers import Transfer
from connectkit.webhooks.events import Event
from connectkit.webhooks.replies import Reply
from connectkit.webhooks.router import AsyncWebhookRouter, WebhookRouter


def of_refund(event: Event[Refund]) -> None: ...


def of_text(event: str) -> None: ...


def of_more(event: Event[object], more: int) -> None: ...


def blocking(router: WebhookRouter, event: Event[Account]) -> None:
    @router.on("account.updated")
    def account(event: Event[Account]) -> None:
        assert_type(event.data, Account)
        assert_type(event.account, str | None)

    assert_type(account(event), None)  # a registered function keeps its type

    @router.on("account.updated")
    @router.on("mandate.updated")
    @router.on("*")
    def anything(event: Event[object]) -> None:
        assert_type(event.data, object)

    @router.on("mandate.updated")
    def plain(event: Event[Mapping[str, Any]]) -> None:
        assert_type(event.data, Mapping[str, Any])

    router.on("refund.failed")(of_refund)
    router.on("charge.refund.updated")(of_refund)
    router.on("charge.*")(of_refund)  # several kinds: left to the function's own annotation

    # Functions of another model, of no event, and of more than an event are refused.
    router.on("account.updated")(of_refund)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    router.on("balance.available")(of_refund)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    router.on("payment_intent.succeeded")(of_refund)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    router.on("payout.failed")(of_refund)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    router.on("payout.*")(of_refund)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    router.on("topup.failed")(of_refund)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    router.on("transfer.reversed")(of_refund)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    router.on("*")(of_text)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    router.on("*")(of_more)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]

    assert_type(router.handle(b"", {}), Reply)
    assert_type(router.work(), int)
    assert_type(router.counts, Mapping[str, int])


async def asynchronous(router: AsyncWebhookRouter, event: Event[Account]) -> None:
    @router.on("account.updated")
    async def later(event: Event[Account]) -> None:
        assert_type(event.data, Account)

    @router.on("account.updated")
    def now(event: Event[Account]) -> None:
        assert_type(event.data, Account)

    await later(event)
    assert_type(now(event), None)
    assert_type(await router.handle(b"", {}), Reply)
    assert_type(await router.work(limit=10), int)


def every_type_about_accounts(router: WebhookRouter) -> None:
    @router.on("account.updated")
    def account(event: Event[Account]) -> None:
        assert_type(event.data, Account)

    @router.on("account.external_account.created")
    def bank(event: Event[ExternalAccount]) -> None:
        assert_type(event.data, ExternalAccount)

    @router.on("balance_settings.updated")
    def settings(event: Event[PayoutSettings]) -> None:
        assert_type(event.data, PayoutSettings)

    @router.on("capability.updated", current=True)
    def capability(event: Event[Capability]) -> None:
        assert_type(event.data, Capability)

    @router.on("connectkit.account.changed")
    def change(event: Event[AccountChange]) -> None:
        assert_type(event.data, AccountChange)

    @router.on("connectkit.payout.paid")
    def intention(event: Event[PayoutIntention]) -> None:
        assert_type(event.data, PayoutIntention)

    @router.on("file.created")
    def file(event: Event[File]) -> None:
        assert_type(event.data, File)

    @router.on("person.updated")
    def person(event: Event[Person]) -> None:
        assert_type(event.data, Person)


def every_type_about_money(router: WebhookRouter) -> None:
    @router.on("balance.available")
    def balance(event: Event[Balance]) -> None:
        assert_type(event.data, Balance)

    @router.on("charge.dispute.created", skip_stale=True)
    def dispute(event: Event[Dispute]) -> None:
        assert_type(event.data, Dispute)

    @router.on("connectkit.operation.succeeded")
    def operation(event: Event[OperationEnd]) -> None:
        assert_type(event.data, OperationEnd)

    @router.on("payment_intent.succeeded", current=True)
    def payment(event: Event[Payment]) -> None:
        assert_type(event.data, Payment)

    @router.on("payout.failed")
    def payout(event: Event[Payout]) -> None:
        assert_type(event.data, Payout)
        assert_type(event.connect, Connect)
        assert_type(event.aconnect, AsyncConnect)
        assert_type(event.once(object()), bool)

    @router.on("refund.failed")
    def refund(event: Event[Refund]) -> None:
        assert_type(event.data, Refund)

    @router.on("topup.succeeded")
    def topup(event: Event[TopUp]) -> None:
        assert_type(event.data, TopUp)

    @router.on("transfer.reversed")
    def transfer(event: Event[Transfer]) -> None:
        assert_type(event.data, Transfer)

    router.on("account.external_account.*")(of_refund)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    router.on("capability.updated")(of_refund)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    router.on("person.*")(of_refund)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    router.on("charge.dispute.closed")(of_refund)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    router.on("connectkit.operation.*")(of_refund)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    router.on("payout.paid", fresh=True)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]


def parts(router: WebhookRouter, part: EventHandlers) -> None:
    router.include(part, accounts={"acct_1"})
    router.include(part, accounts=lambda account: account is None)
    assert_type(router.types, Sequence[str])
    assert_type(router.dead_letters(), Sequence[DeadLetter])
    for mount in (flask.view, django.view, wsgi.application, aws_lambda.handler):
        mount(router)


def parts_in_a_loop(router: AsyncWebhookRouter) -> None:
    for mount in (starlette.endpoint, aiohttp.handler, asgi.application, django.async_view):
        mount(router)
