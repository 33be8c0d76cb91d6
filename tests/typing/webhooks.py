"""Checked by mypy and pyright, never run: what the checkers know of an event by the name of its type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_type

from connectkit.models.accounts import Account
from connectkit.models.base import Metadata
from connectkit.webhooks.events import Event
from connectkit.webhooks.replies import Reply
from connectkit.webhooks.router import AsyncWebhookRouter, WebhookRouter


def of_metadata(event: Event[Metadata]) -> None: ...


def of_text(event: str) -> None: ...


def of_more(event: Event[object], more: int) -> None: ...


def blocking(router: WebhookRouter, event: Event[Account]) -> None:
    @router.on("account.updated")
    def account(event: Event[Account]) -> None:
        assert_type(event.data, Account)
        assert_type(event.account, str | None)

    assert_type(account(event), None)  # a registered function keeps its type

    @router.on("account.updated")
    @router.on("capability.updated")
    @router.on("*")
    def anything(event: Event[object]) -> None:
        assert_type(event.data, object)

    @router.on("capability.updated")
    def plain(event: Event[Mapping[str, Any]]) -> None:
        assert_type(event.data, Mapping[str, Any])

    # Functions of another model, of no event, and of more than an event are refused.
    router.on("account.updated")(of_metadata)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
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
