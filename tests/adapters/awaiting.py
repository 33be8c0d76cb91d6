"""An asynchronous store as a blocking one, so that the laws can be tried on it."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Collection, Coroutine, Sequence
from datetime import datetime
from typing import Any, TypeVar

from connectkit import drive
from connectkit.storage.base import AsyncStore, Movements, Powers, Successes
from connectkit.storage.records import Delivery, Identity, Note, Operation, Realm, State, Stored

T = TypeVar("T")


class Awaited(ABC):
    """An asynchronous store, each verb of which is awaited to its end, so that the laws can be tried on it."""

    def __init__(self, store: AsyncStore) -> None:
        self._store = store

    @abstractmethod
    def run(self, coroutine: Coroutine[Any, Any, T]) -> T: ...

    @property
    def powers(self) -> Powers:
        return self._store.powers

    def insert(self, draft: Operation, lease: float) -> Stored:
        return self.run(self._store.insert(draft, lease))

    def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        return self.run(self._store.swap(changed, lease, durable=durable, tell=tell))

    def get(self, identity: Identity) -> Stored | None:
        return self.run(self._store.get(identity))

    def due(self, realm: Realm, lease: float) -> Stored | None:
        return self.run(self._store.due(realm, lease))

    def listed(
        self, realm: Realm, states: Collection[State], limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        return self.run(self._store.listed(realm, states, limit, account, after))

    def related(self, realm: Realm, objects: Collection[str]) -> Sequence[Stored]:
        return self.run(self._store.related(realm, objects))

    def succeeded(self, successes: Successes, limit: int) -> Sequence[Stored]:
        return self.run(self._store.succeeded(successes, limit))

    def moved(self, movements: Movements) -> int:
        return self.run(self._store.moved(movements))

    def purge(self, realm: Realm, before: datetime, account: str = "") -> int:
        return self.run(self._store.purge(realm, before, account))

    def policy(self, realm: Realm) -> str:
        return self.run(self._store.policy(realm))

    def set_policy(self, realm: Realm, before: str, after: str) -> bool:
        return self.run(self._store.set_policy(realm, before, after))

    def note(self, realm: Realm, topic: str, name: str) -> Note | None:
        return self.run(self._store.note(realm, topic, name))

    def set_note(self, note: Note) -> bool:
        return self.run(self._store.set_note(note))

    def notes(self, realm: Realm, topic: str, after: str, limit: int) -> Sequence[Note]:
        return self.run(self._store.notes(realm, topic, after, limit))

    def forget(self, before: datetime, scope: str = "") -> int:
        return self.run(self._store.forget(before, scope))

    def known(self, scope: str, event_id: str) -> Delivery | None:
        return self.run(self._store.known(scope, event_id))

    def following(self, delivery: Delivery) -> Sequence[str]:
        return self.run(self._store.following(delivery))

    def given_up(self, limit: int) -> Sequence[Delivery]:
        return self.run(self._store.given_up(limit))

    def revive(self, delivery: Delivery) -> bool:
        return self.run(self._store.revive(delivery))

    def remember(self, delivery: Delivery) -> bool:
        return self.run(self._store.remember(delivery))

    def take(self, lease: float) -> Delivery | None:
        return self.run(self._store.take(lease))

    def finish(self, delivery: Delivery, error: str = "") -> bool:
        return self.run(self._store.finish(delivery, error))

    def fail(self, delivery: Delivery, error: str, delay: float) -> bool:
        return self.run(self._store.fail(delivery, error, delay))

    def close(self) -> None:
        self.run(self._store.close())


class AwaitedHere(Awaited):
    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return drive.run(coroutine)


class AwaitedInALoop(Awaited):
    def __init__(self, store: AsyncStore) -> None:
        super().__init__(store)
        self.runner = asyncio.Runner()
        self._lock = threading.Lock()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        with self._lock:
            return self.runner.run(coroutine)
