"""Workers that run what is due: by Celery over a real Redis, by Django's command, by hand, and until a real signal."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.conf import settings
from django.core.management import CommandError, call_command
from tests.adapters.redis_server import Server
from tests.unit.webhooks.samples import encoded, snapshot

from connectkit import AsyncConnect, Connect, InvalidRequest, MemoryStore, SQLiteStore, StoreUnavailable
from connectkit.contrib import workers
from connectkit.contrib.celery import Queued
from connectkit.webhooks.router import WebhookRouter
from connectkit.webhooks.signatures import sign

from .serving import SECRET

KEY = "sk_test_1"
seen: list[str] = []


def listening(store: Any) -> WebhookRouter:
    made = Connect(KEY, store=store).webhooks(secrets=[SECRET])

    @made.on("*")
    def note(event: Any) -> None:
        seen.append(event.id)

    return made


router = listening(MemoryStore())
no_router = "a text"


def deliver(target: Any, number: int = 1) -> str:
    from datetime import UTC, datetime  # noqa: PLC0415

    body = encoded(snapshot(id=f"evt_{number}"))
    return str(target.handle(body, {"Stripe-Signature": sign(body, SECRET, datetime.now(tz=UTC))}).reason)


@pytest.fixture(autouse=True)
def _nothing_seen() -> Iterator[None]:
    seen.clear()
    yield
    seen.clear()


@pytest.fixture
def broker() -> Iterator[str]:
    server = Server()
    yield server.url.replace("unix:", "redis+socket:")
    server.kill()


def test_celery_handles_what_was_received_here(broker: str, tmp_path: Path) -> None:
    with SQLiteStore(tmp_path / "events.db") as store:
        app = Celery("shop", broker=broker)
        queued = Queued(app, listening(store))
        assert [deliver(queued, number) for number in (1, 2, 2)] == ["remembered", "remembered", "duplicate"]
        assert seen == []
        with _celery_worker(app):
            _wait_for(lambda: len(seen) == 2)
    assert sorted(seen) == ["evt_1", "evt_2"]


def test_an_event_waits_in_the_store_while_the_broker_is_away(caplog: pytest.LogCaptureFixture) -> None:
    app = Celery("shop", broker="redis://127.0.0.1:1/0", broker_connection_retry=False)
    app.conf.broker_transport_options = {"max_retries": 1, "socket_connect_timeout": 0.1}
    app.conf.task_publish_retry = False
    own = listening(MemoryStore())
    assert deliver(Queued(app, own)) == "remembered"
    assert "No worker could be called" in caplog.text
    assert own.work() == 1


def test_a_worker_runs_what_is_due_and_ends(tmp_path: Path) -> None:
    with SQLiteStore(tmp_path / "events.db") as store:
        own = listening(store)
        deliver(own)
        assert workers.work(own, once=True) == 1
        assert seen == ["evt_1"]

        made = AsyncConnect(KEY, store=store).webhooks(secrets=[SECRET])

        @made.on("*")
        async def note(event: Any) -> None:
            seen.append(f"later {event.id}")

        deliver(own, 2)
        assert workers.work(made, once=True) == 1
        assert seen == ["evt_1", "later evt_2"]


def test_a_worker_outlives_a_store_that_is_away() -> None:
    class Away(MemoryStore):
        def take(self, lease: float) -> Any:
            raise StoreUnavailable(str(lease))

    assert workers.work(listening(Away()), once=True) == 0


def test_a_worker_ends_between_two_events_when_it_is_told_to() -> None:
    own = listening(MemoryStore())
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM))
    before = signal.getsignal(signal.SIGTERM)
    timer.start()
    deliver(own)
    assert workers.work(own, idle=30.0) == 1
    timer.join()
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("path", ["router", "tests.contrib.test_workers:no_router", "tests.contrib.test_workers:none"])
def test_what_names_no_router_is_refused(path: str) -> None:
    with pytest.raises(InvalidRequest, match="names no router"):
        workers.found(path)


def test_django_has_a_command() -> None:
    if not settings.configured:
        import django  # noqa: PLC0415

        settings.configure(SECRET_KEY="-", USE_TZ=True)  # guards nothing
        django.setup()
    from connectkit.contrib.django.management.commands.connectkit_events import Command  # noqa: PLC0415

    settings.CONNECTKIT_ROUTER = ""
    with pytest.raises(CommandError, match="CONNECTKIT_ROUTER"):
        call_command(Command(), once=True)
    deliver(workers.found(f"{__name__}:router"), 7)
    settings.CONNECTKIT_ROUTER = f"{__name__}.router"
    said = io.StringIO()
    call_command(Command(), once=True, stdout=said)
    assert said.getvalue() == "1 events\n"


def test_django_finds_the_command_by_its_application() -> None:
    code = (
        "import django\n"
        "from django.conf import settings\n"
        "settings.configure(INSTALLED_APPS=['connectkit.contrib.django'], SECRET_KEY='-', USE_TZ=True)\n"
        "django.setup()\n"
        "from django.core.management import get_commands\n"
        "print(get_commands()['connectkit_events'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "connectkit.contrib.django\n"


class _celery_worker:  # noqa: N801  # a context manager
    """A worker of Celery in a thread."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def __enter__(self) -> None:
        from celery.contrib.testing.worker import start_worker  # noqa: PLC0415
        from celery.signals import setup_logging  # noqa: PLC0415

        setup_logging.connect(_leave_logging_alone)
        self._worker: Any = start_worker(self._app, perform_ping_check=False, shutdown_timeout=20)
        self._worker.__enter__()

    def __exit__(self, *error: object) -> None:
        self._worker.__exit__(*error)


def _leave_logging_alone(**_: object) -> None:
    """Keep Celery from configuring the loggers of the whole process."""


def _wait_for(condition: Any) -> None:
    until = time.monotonic() + 20
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    assert condition()
