"""A store whose bodies are encrypted keeps every law, and no body can be read in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.adapters.awaiting import Awaited, AwaitedHere

from connectkit import Connect, Money, SQLiteStore
from connectkit.drive import run
from connectkit.storage.base import Store
from connectkit.storage.bridges import Inline
from connectkit.storage.ciphers import Enciphered
from connectkit.storage.memory import MemoryStore
from connectkit.testing import StoreMachine, StoreSuite
from connectkit.testing.samples import HELD, draft


class Mirror:
    """Reverses and inverts: no secret, but nothing that is plain comes through."""

    def encrypt(self, data: bytes) -> bytes:
        return bytes(255 - byte for byte in reversed(data))

    def decrypt(self, token: bytes) -> bytes:
        return self.encrypt(token)


def enciphered(store: Store) -> Awaited:
    return AwaitedHere(Enciphered(Inline(store), Mirror()))


class TestEnciphered(StoreSuite):
    @pytest.fixture
    def store(self) -> Store:
        return enciphered(MemoryStore())


class EncipheredMachine(StoreMachine):
    def make(self) -> Store:
        return enciphered(MemoryStore())


TestEncipheredMachine = EncipheredMachine.TestCase


def test_nothing_of_a_body_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "orders.db"
    with Connect.sandbox() as sandbox, SQLiteStore(path) as store:
        http = sandbox.simulator.http_client()
        with Connect("sk_test_1", store=store, http_client=http, cipher=Mirror()) as connect:
            connect.topups.create(key="topup-1", amount=Money.of("5.00", "usd"), description="for Ana")
            with closing(sqlite3.connect(path)) as connection:
                pending = connect.later(connection).topups.create(
                    key="topup-2", amount=Money.of("5.00", "usd"), description="for Ana"
                )
                connection.commit()
            assert connect.operations.work() == 1
            assert pending.result().amount == Money.of("5.00", "usd")
            assert len(connect.operations.result("topup-1")) == 1
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"topup-1" in stored
    assert b"for Ana" not in stored
    assert b"/v1/topups" not in stored


def test_what_was_stored_before_there_was_a_cipher_can_be_read() -> None:
    plain = MemoryStore()
    row = plain.insert(draft(), HELD).operation
    found = run(Enciphered(Inline(plain), Mirror()).get(row.identity))
    assert found is not None
    assert found.operation == row
