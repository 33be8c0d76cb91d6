"""A run in which every input is marked: none of the marks is found where it could be read later."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.adapters import postgres_server, redis_server

from connectkit import (
    AccountDetails,
    Address,
    AsyncConnect,
    Connect,
    ConnectKitError,
    Individual,
    MemoryStore,
    Money,
    PostgresStore,
    RedisStore,
    Retries,
    SQLiteStore,
)
from connectkit.drive import run
from connectkit.resources.onboarding.dialects import Api
from connectkit.simulator import Simulator
from connectkit.storage.base import Store
from connectkit.storage.records import Realm, State
from connectkit.testing.colours import awaited

MARK = "Xq7Zw"
EMAIL = f"{MARK}@example.com"
PERSON = Individual(
    first_name=f"Ana{MARK}",
    last_name=f"Lima{MARK}",
    email=EMAIL,
    phone="+15005550006",
    date_of_birth=date(1990, 7, 13),
    id_number="000000000",
    address=Address(line1=f"{MARK} street", city="Oakland", postal_code="94607", state="CA", country="US"),
)
KEY = f"sk_test_{MARK}"


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


class Everything:
    """What somebody could read afterwards."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def attempt(self, call: Callable[..., Awaitable[Any]], *given: Any, **named: Any) -> Any:
        try:
            made = await call(*given, **named)
        except ConnectKitError as error:
            self.note(error)
            return None
        self.note(made)
        return made

    def note(self, value: object) -> None:
        self.seen += [repr(value), str(value), repr(pickle.dumps(value))]


async def live(connect: AsyncConnect, simulator: Simulator, everything: Everything) -> None:
    attempt = everything.attempt
    prefill = AccountDetails(individual=PERSON)
    apis: tuple[Api, ...] = ("v1", "v2")
    for number, api in enumerate(apis):
        create = connect.onboarding.create
        common: dict[str, Any] = {"country": "US", "type": "custom", "email": EMAIL, "prefill": prefill, "api": api}
        simulator.faults.next("lose_answer", "/v?/*accounts")
        made = await attempt(create, key=f"seller-{number}", **common)
        await attempt(create, key=f"seller-{number}", **{**common, "country": "DE"})
        if made is not None:
            await attempt(connect.onboarding.update, made.id, details=prefill, api=api)
    pages: dict[str, Any] = {"refresh_url": f"https://example.com/{MARK}", "return_url": f"https://example.com/{MARK}"}
    await attempt(connect.onboarding.link, "acct_none", **pages)
    sale: dict[str, Any] = {"amount": usd("20.00"), "payment_method": "pm_card_visa"}
    payment = await attempt(connect.charges.separate.create, key="order-1", **sale)
    simulator.faults.next("lose_request", count=5)
    await attempt(connect.charges.separate.create, key="order-2", **sale)
    await attempt(connect.charges.separate.refund, payment.id, key="refund-1")
    disputed = {**sale, "payment_method": "pm_card_createDispute"}
    await attempt(connect.charges.separate.create, key="order-3", **disputed)
    (dispute,) = [one async for one in connect.disputes.list()]
    evidence = {"customer_name": MARK, "customer_email_address": EMAIL}
    await attempt(connect.disputes.submit, dispute.id, key="answer-1", evidence=evidence)
    for operation in await connect.operations.list():
        everything.note(operation)
        await attempt(connect.operations.resume, operation)
        await attempt(connect.operations.show, operation.identity.key, step=operation.identity.step)
    everything.note(connect.webhooks(secrets=(f"whsec_{MARK}",)).counts)
    everything.seen += [repr(connect), repr(connect.store), repr(vars(connect.store))]


def sqlite(folder: Path) -> Store:
    return SQLiteStore(folder / "journal.db")


def postgres(_: Path) -> Store:
    return PostgresStore(postgres_server.fresh())


def redis(_: Path) -> Store:
    return RedisStore(redis_server.server().url, prefix=redis_server.fresh())


def memory(_: Path) -> Store:
    return MemoryStore()


@pytest.mark.off_contract
@pytest.mark.parametrize("make", [memory, sqlite, postgres, redis])
def test_no_mark_is_found_anywhere(
    make: Callable[[Path], Store], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    everything, simulator, store = Everything(), Simulator(), make(tmp_path)
    with caplog.at_level(logging.DEBUG):
        options: Any = {"store": store, "retries": Retries(attempts=2, longest=0.0), "look_up_pause": 0.0}
        with Connect(KEY, http_client=simulator.http_client(), **options) as connect:
            platform = connect.stripe.v1.accounts.retrieve_current().id
            run(live(awaited(connect), simulator, everything))
    rows = store.listed(Realm("", platform, livemode=False), tuple(State), 1_000)
    assert len(rows) > 5
    files = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    read = "".join(
        [*everything.seen, *map(repr, rows), *(record.getMessage() for record in caplog.records), repr(files)]
    )
    secrets = (MARK, "_secret_", "15005550006", "000000000")
    assert [secret for secret in secrets if secret in read] == []
    store.close()
