from __future__ import annotations

import asyncio
import copy
import os
import pickle
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from attrs import evolve
from tests.adapters.awaiting import AwaitedInALoop
from tests.adapters.redis_server import Server, connected, fresh, server

from connectkit.errors import InvalidRequest, StoreUnavailable
from connectkit.storage.base import Store, Successes
from connectkit.storage.records import NEVER, State
from connectkit.storage.redis import AsyncRedisStore, RedisStore
from connectkit.testing import SharedStoreSuite, StoreMachine, StoreSuite
from connectkit.testing.samples import HELD, REALM, draft, event, identity, planned


def nowhere() -> RedisStore:
    return RedisStore("redis://:secret@127.0.0.1:1/0", timeout=0.5)


def nonsense() -> RedisStore:
    return RedisStore("gopher://redis")


def configured(name: str, value: str, store: RedisStore) -> None:
    with connected(server().url) as client:
        before = client.config_get(name)[name]
        client.config_set(name, value)
        try:
            with pytest.raises(StoreUnavailable):
                store.policy(REALM)
        finally:
            client.config_set(name, before)


def of_a_newer_layout() -> RedisStore:
    prefix = fresh()
    with connected(server().url) as client:
        client.set(f"{{{prefix}}}:version", 2)
    return RedisStore(server().url, prefix=prefix)


class TestRedisStore(SharedStoreSuite):
    @pytest.fixture
    def reopen(self) -> Callable[[], Store]:
        return partial(RedisStore, server().url, prefix=fresh())

    @pytest.fixture(params=[nowhere, nonsense, of_a_newer_layout])
    def unusable(self, request: pytest.FixtureRequest) -> Iterator[Store]:
        with request.param() as store:
            yield store


class TestAsyncRedisStore(StoreSuite):
    processes = True  # held to them by the blocking store, whose scripts these are

    @pytest.fixture
    def store(self) -> Iterator[Store]:
        store = AwaitedInALoop(AsyncRedisStore(server().url, prefix=fresh()))
        with store.runner:
            yield store
            store.close()


class RedisMachine(StoreMachine):
    def make(self) -> Store:
        return RedisStore(server().url, prefix=fresh())


TestRedisMachine = RedisMachine.TestCase


@pytest.mark.parametrize(
    ("name", "value"), [("maxmemory-policy", "allkeys-lru"), ("appendonly", "no"), ("appendfsync", "everysec")]
)
def test_a_server_that_may_forget_is_refused(name: str, value: str) -> None:
    with RedisStore(server().url, prefix=fresh()) as store:
        configured(name, value, store)


def test_a_lax_store_says_that_it_is_not_durable() -> None:
    forgetful = Server("--appendonly", "no")
    with RedisStore(forgetful.url, durable=False) as lax, RedisStore(forgetful.url) as strict:
        assert lax.insert(draft(), HELD).inserted
        assert (lax.powers.durable, strict.powers.durable) == (False, True)
        with pytest.raises(StoreUnavailable, match="not on its disk"):
            strict.insert(draft(), HELD)


def test_what_was_acknowledged_survives_the_death_of_the_server() -> None:
    mortal = Server()
    with RedisStore(mortal.url) as store:
        inserted = store.insert(draft(), HELD).operation
        store.insert(planned("order-2"), HELD)
        store.remember(event())
        mortal.kill()
        with pytest.raises(StoreUnavailable, match="Redis could not be used"):
            store.get(identity("order-1"))
        mortal.start()
        assert store.insert(draft(), HELD).operation == inserted
        assert not store.remember(event())
        assert store.due(REALM, HELD) is not None


def test_another_event_loop_has_connections_of_its_own() -> None:
    store = AsyncRedisStore(server().url, prefix=fresh())

    async def inserted() -> bool:
        async with store:
            return (await store.insert(draft(), HELD)).inserted

    assert [asyncio.run(inserted()), asyncio.run(inserted()), asyncio.run(inserted_and_close(store))] == [
        True,
        False,
        False,
    ]


async def inserted_and_close(store: AsyncRedisStore) -> bool:
    found = await store.insert(draft(), HELD)
    await store.close()
    await store.close()
    return found.inserted


def test_a_script_that_the_server_has_forgotten_is_sent_again() -> None:
    async def inside() -> None:
        async with AsyncRedisStore(server().url, prefix=fresh()) as store:
            with connected(server().url) as client:
                client.script_flush()
            assert (await store.insert(draft(), HELD)).inserted

    asyncio.run(inside())


def test_many_rows_are_purged_in_batches() -> None:
    with RedisStore(server().url, prefix=fresh()) as store:
        for number in range(501):
            delivery = event(f"evt_{number}")
            store.remember(delivery)
            taken = store.take(HELD)
            assert taken is not None
            store.finish(taken)
        now = store.insert(draft(), HELD).now
        assert (store.forget(now), store.forget(now)) == (501, 0)


def test_many_that_wait_behind_a_lane_are_passed_over() -> None:
    with RedisStore(server().url, prefix=fresh()) as store:
        for number in range(102):
            store.insert(planned(f"order-{number}", account="acct_1"), HELD)
        store.insert(planned("the other", account="acct_2"), HELD)
        claimed = [store.due(REALM, HELD) for _ in range(3)]
        assert [found and found.operation.identity.key for found in claimed] == ["order-0", "the other", None]


def test_a_forked_process_has_connections_of_its_own() -> None:
    with RedisStore(server().url, prefix=fresh()) as store:
        store.insert(draft(), HELD)
        link: Any = store._source._link
        client, link._pid = link._client, os.getpid() + 1
        assert not store.insert(draft(), HELD).inserted
        assert link._client is not client
        client.close()


@pytest.mark.parametrize("kind", [RedisStore, AsyncRedisStore])
def test_nothing_is_shown_of_how_the_server_is_reached(kind: Callable[..., Any]) -> None:
    store = kind("redis://:secret@redis/0")
    assert repr(store) == f"<{kind.__name__}>"
    for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="holds open connections"):
            attempt(store)
    for wrong in ({"timeout": 0}, {"prefix": ""}, {"prefix": "{a}"}):
        with pytest.raises(InvalidRequest, match="patience"):
            kind("", **wrong)


def test_what_older_scripts_ended_is_put_in_order() -> None:
    """They know no index of what has ended."""
    prefix = fresh()
    every = Successes(realm=REALM, since=NEVER, until=datetime(3000, 1, 1, tzinfo=UTC))
    with RedisStore(server().url, prefix=prefix) as store, connected(server().url) as client:
        for key in ("order-1", "order-2"):
            inserted = store.insert(draft(key), HELD).operation
            store.swap(evolve(inserted, state=State.SUCCEEDED), None, durable=True)
        (ended,) = client.keys(f"{{{prefix}}}:ended:*")
        members = client.zrange(ended, 0, -1, withscores=True)
        client.zrem(ended, next(member for member, _ in members if "order-1" in member))
        assert [stored.operation.identity.key for stored in store.succeeded(every, 5)] == ["order-1", "order-2"]
        assert client.zrange(ended, 0, -1, withscores=True) == members
