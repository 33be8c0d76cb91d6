"""The example of an adapter, under the laws that its author would try it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from examples.sqlalchemy_store import VERSION, SQLAlchemyStore, schema
from hypothesis import settings

from connectkit.storage.base import Store
from connectkit.testing import SharedStoreSuite, StoreMachine
from connectkit.testing.samples import REALM


def of_a_newer_schema(folder: Path) -> str:
    url = f"sqlite:///{folder}/shop.db"
    store = SQLAlchemyStore(url)
    store.policy(REALM)
    store.close()
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(schema.update().values(version=VERSION + 1))
    engine.dispose()
    return url


def in_no_folder(folder: Path) -> str:
    return f"sqlite:///{folder}/nowhere/shop.db"


class TestSQLAlchemyStore(SharedStoreSuite):
    @pytest.fixture
    def reopen(self, tmp_path: Path) -> Callable[[], Store]:
        return partial(SQLAlchemyStore, f"sqlite:///{tmp_path}/shop.db")

    @pytest.fixture(params=[of_a_newer_schema, in_no_folder])
    def unusable(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
        store = SQLAlchemyStore(request.param(tmp_path))
        yield store
        store.close()


class SQLAlchemyMachine(StoreMachine):
    def make(self) -> Store:
        self.folder = TemporaryDirectory()
        return SQLAlchemyStore(f"sqlite:///{self.folder.name}/shop.db")

    def teardown(self) -> None:
        super().teardown()
        self.folder.cleanup()


TestSQLAlchemyMachine = SQLAlchemyMachine.TestCase
TestSQLAlchemyMachine.settings = settings(max_examples=settings().max_examples // 4)  # each makes an engine and tables
