"""`connectkit operations`: the journal, looked at and decided upon from a shell."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connectkit.connect import Connect
from connectkit.errors import ConnectKitError, InvalidRequest
from connectkit.storage.base import Store
from connectkit.storage.records import Operation, State

KEY: Final = "STRIPE_API_KEY"


def add_to(commands: Any) -> None:  # noqa: ANN401  # argparse does not name the type
    """Add the command to a parser."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "operations", help=f"look at the journal and finish what was left; the API key is in {KEY}"
    )
    add_store_to(parser)
    verbs = parser.add_subparsers(dest="verb", required=True)
    listing = verbs.add_parser("list", help="list what has not ended, the oldest first")
    listing.add_argument("--all", action="store_true", help="list what has ended as well")
    listing.add_argument("--account", default="", help="only what concerns this connected account")
    listing.add_argument("--limit", type=int, default=100)
    for verb, says in (
        ("show", "tell how an operation stands, why, and what comes next"),
        ("resume", "bring what was left to its end: one operation, or all of them"),
        ("settle", "decide by which object an operation was done"),
        ("abandon", "decide that an operation is given up"),
    ):
        one = verbs.add_parser(verb, help=says)
        one.add_argument("key", nargs="?" if verb == "resume" else None, help="your own name of it")
        if verb != "resume":
            one.add_argument("--step", default="", help="the place in a flow of several calls")
        if verb == "settle":
            one.add_argument("object_id", help="what came of it")
        if verb == "abandon":
            one.add_argument("--why", required=True, help="the reason, which is recorded")
    working = verbs.add_parser("work", help="send what is due of all that was deferred")
    working.add_argument("--limit", type=int, help="how many at most")
    purging = verbs.add_parser("purge", help="forget what was sent and answered long ago")
    purging.add_argument("--days", type=int, required=True, help="how many days are kept")
    purging.add_argument("--account", default="", help="only what concerns this connected account")
    rebuilding = verbs.add_parser("rebuild", help="put a store to work again that was restored from a backup")
    rebuilding.add_argument("--since", type=datetime.fromisoformat, required=True, help="when the backup was made")
    rebuilding.add_argument("--epoch", type=int, required=True, help="the epoch that the fleet has agreed on")
    verbs.add_parser("epoch", help="tell of which epoch the store is")
    stopping = verbs.add_parser("stop", help="let nobody send anything any more")
    stopping.add_argument("--why", required=True, help="what those who are stopped are told")
    verbs.add_parser("release", help="let everything go on that was stopped")


def add_store_to(parser: argparse.ArgumentParser) -> None:
    """Add what says whose journal is meant, and where it is."""
    parser.add_argument("--store", required=True, help="an SQLite file, or the URI of a PostgreSQL or Redis server")
    parser.add_argument("--live", action="store_true", help="the key is a live key, and real money moves")
    parser.add_argument("--platform", help="the platform's own account id; asked of Stripe if it is not given")
    parser.add_argument("--tenant", default="", help="one of several tenants")
    parser.add_argument("--base-url", metavar="URL", help="another server than Stripe's")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def api_key() -> str | None:
    """Give the API key, or say where it is missing."""
    key = os.environ.get(KEY)
    if not key:
        sys.stderr.write(f"Set {KEY} to a secret or restricted key: it is not taken from the command line.\n")
    return key or None


@contextmanager
def connected(key: str, options: argparse.Namespace) -> Generator[Connect, None, None]:
    """Give a client over the store that is meant, and close both.

    Raises:
        ConnectKitError: They do not fit, or the store cannot be opened.
    """
    store = opened(options.store)
    chosen = {"livemode": options.live, "platform": options.platform, "tenant": options.tenant}
    with Connect(key, store=store, base_url=options.base_url, **chosen) as connect:
        yield connect
    store.close()


def operations(options: argparse.Namespace) -> int:
    """Do what was asked for, and give the exit status."""
    return answered(options, lambda connect: written(_VERBS[options.verb](connect, options), options))


def answered(options: argparse.Namespace, ask: Callable[[Connect], str]) -> int:
    """Print what a client is asked for, or why it cannot be had, and give the exit status."""
    key = api_key()
    if key is None:
        return 2
    try:
        with connected(key, options) as connect:
            text = ask(connect)
    except ConnectKitError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(text)
    return 0


def written(rows: Sequence[Mapping[str, Any]], options: argparse.Namespace) -> str:
    """Write rows as they are wanted, each on a line."""
    return "".join(f"{json.dumps(row) if options.json else line(row)}\n" for row in rows)


def opened(address: str) -> Store:
    """Open the store of an address.

    Raises:
        InvalidRequest: Its driver is not installed.
    """
    scheme = address.partition("://")[0]
    try:
        if scheme in {"postgresql", "postgres"}:
            from connectkit.storage.postgres import PostgresStore  # noqa: PLC0415  # an extra

            return PostgresStore(address)
        if scheme in {"redis", "rediss", "unix"}:
            from connectkit.storage.redis import RedisStore  # noqa: PLC0415  # an extra

            return RedisStore(address)
    except ModuleNotFoundError as missing:
        message = f"The driver of this store is not installed ({missing.name})."
        raise InvalidRequest(message, param="store", next_step="pip install 'connectkit[postgres,redis]'") from None
    from connectkit.storage.sqlite import SQLiteStore  # noqa: PLC0415  # see above

    return SQLiteStore(address)


def _list(connect: Connect, options: argparse.Namespace) -> Sequence[Mapping[str, Any]]:
    if options.all:
        found = connect.operations.list(account=options.account, limit=options.limit)
    else:
        found = connect.operations.unfinished(account=options.account, limit=options.limit)
    return [_row(operation) for operation in found]


def _show(connect: Connect, options: argparse.Namespace) -> Sequence[Mapping[str, Any]]:
    standing = connect.operations.show(options.key, step=options.step)
    return [
        {
            "key": standing.key,
            "verb": standing.verb,
            "state": standing.state.value,
            "since": standing.since.isoformat(),
            "amount": None if standing.amount is None else str(standing.amount),
            "object": standing.object_id,
            "why": standing.why,
            "next": standing.next_step,
        }
    ]


def _resume(connect: Connect, options: argparse.Namespace) -> Sequence[Mapping[str, Any]]:
    if options.key:
        return [_resumed(connect, options.key)]
    left = connect.operations.unfinished(limit=1_000)
    return [_resumed(connect, operation) for operation in left if operation.state is not State.PLANNED]


def _resumed(connect: Connect, operation: Operation | str) -> Mapping[str, Any]:
    key = operation if isinstance(operation, str) else operation.identity.key
    try:
        return {"key": key, "made": connect.operations.resume(operation)}
    except ConnectKitError as error:
        return {"key": key, "error": type(error).__name__, "why": error.message, "next": error.next_step}


def _settle(connect: Connect, options: argparse.Namespace) -> Sequence[Mapping[str, Any]]:
    return [_row(connect.operations.settle(options.key, options.object_id, step=options.step))]


def _abandon(connect: Connect, options: argparse.Namespace) -> Sequence[Mapping[str, Any]]:
    return [_row(connect.operations.abandon(options.key, why=options.why, step=options.step))]


def _work(connect: Connect, options: argparse.Namespace) -> Sequence[Mapping[str, Any]]:
    return [{"sent": connect.operations.work(limit=options.limit)}]


def _purge(connect: Connect, options: argparse.Namespace) -> Sequence[Mapping[str, Any]]:
    before = datetime.now(tz=UTC) - timedelta(days=options.days)
    return [{"purged": connect.operations.purge(before=before, account=options.account)}]


def _rebuild(connect: Connect, options: argparse.Namespace) -> Sequence[Mapping[str, Any]]:
    return [{"epoch": connect.operations.rebuild(since=options.since, epoch=options.epoch).epoch}]


def _epoch(connect: Connect, _: argparse.Namespace) -> Sequence[Mapping[str, Any]]:
    return [{"epoch": connect.operations.epoch()}]


def _stop(connect: Connect, options: argparse.Namespace) -> Sequence[Mapping[str, Any]]:
    return [{"stopped": connect.brakes.stop(options.why).stopped}]


def _release(connect: Connect, _: argparse.Namespace) -> Sequence[Mapping[str, Any]]:
    return [{"stopped": connect.brakes.release().stopped}]


_VERBS: Final[Mapping[str, Callable[[Connect, argparse.Namespace], Sequence[Mapping[str, Any]]]]] = {
    "list": _list,
    "show": _show,
    "resume": _resume,
    "settle": _settle,
    "abandon": _abandon,
    "work": _work,
    "purge": _purge,
    "rebuild": _rebuild,
    "epoch": _epoch,
    "stop": _stop,
    "release": _release,
}


def _row(operation: Operation) -> Mapping[str, Any]:
    return {
        "key": operation.identity.key,
        "step": operation.identity.step,
        "verb": operation.verb,
        "state": operation.state.value,
        "since": operation.created.isoformat(),
        "object": operation.object_id,
    }


def line(row: Mapping[str, Any]) -> str:
    """Write a row for a person."""
    return "  ".join(f"{name}: {value}" for name, value in row.items() if value not in ("", None))
