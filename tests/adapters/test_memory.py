from __future__ import annotations

import pytest

from connectkit.storage.base import Store
from connectkit.storage.memory import MemoryStore
from connectkit.testing import StoreMachine, StoreSuite


class TestMemoryStore(StoreSuite):
    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()


class MemoryStoreMachine(StoreMachine):
    def make(self) -> Store:
        return MemoryStore()


TestMemoryStoreMachine = MemoryStoreMachine.TestCase
