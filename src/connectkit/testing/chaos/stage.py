"""The world that the workers act on: two simulators, one of each mode, with accounts, money and payments."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Final, Self

import httpx

from connectkit.connect import Connect
from connectkit.money import Money

from .intents import PAID, Material, counted

_SIMULATOR: Final = (sys.executable, "-c", "import sys; from connectkit.cli import main; sys.exit(main())", "simulator")
_ACCOUNTS: Final = 6
_FUNDS: Final = Money(99_000_000, "usd")
_RICHES: Final = Money(5_000_000, "usd")
_SHARE: Final = 1000  # cents
_AT_ONCE: Final = "pm_card_bypassPending"

KEYS: Final = {False: "sk_test_chaos", True: "sk_live_chaos"}
"""The API key of each mode."""


class Simulation:
    """A simulator in a process of its own.

    Args:
        live: Of which mode.
        seed: Not used by the simulator, whose ids follow the order of requests.
    """

    def __init__(self, *, live: bool) -> None:
        command = [*_SIMULATOR, "--port", "0", *(["--live"] if live else [])]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  # ours
        assert self._process.stdout is not None
        self.url: str = self._process.stdout.readline().removeprefix("listening on ").strip()
        self._http = httpx.Client(base_url=self.url, timeout=60.0, headers={"Authorization": f"Bearer {KEYS[live]}"})

    def steer(self, action: str, **sent: object) -> dict[str, Any]:
        """Have the simulator do something that no client of Stripe's can."""
        answer = self._http.post(f"/_simulator/{action}", json=sent)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def asked(self, what: str) -> dict[str, Any]:
        """Ask the simulator for something that it does not tell a client of Stripe's."""
        told: dict[str, Any] = self._http.get(f"/_simulator/{what}").json()
        return told

    def listed(self, path: str, account: str | None = None) -> Sequence[Mapping[str, Any]]:
        """Give everything that a list of Stripe's holds."""
        headers = {} if account is None else {"Stripe-Account": account}
        items: list[Mapping[str, Any]] = []
        params: dict[str, str] = {"limit": "100"}
        while True:
            page = self._http.get(path, params=params, headers=headers).raise_for_status().json()
            items += page["data"]
            if not page["has_more"]:
                return items
            params["starting_after"] = items[-1]["id"]

    def close(self) -> None:
        """End it."""
        self._http.close()
        with self._process:
            self._process.terminate()


class Stage:
    """Both simulators, furnished.

    Attributes:
        test: The one of the test mode, in which most happens.
        live: The one of the live mode.
        platform: The platform's account, which is the same in both.
        material: What there is to work with.
    """

    def __init__(self, operations: int) -> None:
        self.test: Simulation = Simulation(live=False)
        self.live: Simulation = Simulation(live=True)
        with Connect(KEYS[False], base_url=self.test.url) as connect:
            self.platform: str = connect.stripe.v1.accounts.retrieve_current().id
            self.material: Material = _furnished(connect, self.test, operations)

    def at(self, *, live: bool) -> Simulation:
        """Give the simulator of a mode."""
        return self.live if live else self.test

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with ExitStack() as stack:
            stack.callback(self.test.close)
            stack.callback(self.live.close)


def _furnished(connect: Connect, simulation: Simulation, operations: int) -> Material:
    connect.charges.separate.create(key="funds", amount=_FUNDS, payment_method=_AT_ONCE)
    accounts: list[str] = []
    for number in range(_ACCOUNTS + 1):
        account = connect.onboarding.create(key=f"seller-{number}", country="US", type="express", email="a@b.org").id
        simulation.steer("onboard", account=account)
        connect.settings.set_payouts(account=account, interval="manual")
        accounts.append(account)
    poor = accounts.pop()
    for account in accounts:
        connect.transfers.create(key=f"riches-{account}", amount=_RICHES, destination=account)
    splits, refunds = counted(operations)
    settled: dict[str, Mapping[str, int]] = {}
    for number in range(refunds):
        payment, shares = _paid(connect, f"refunded-{number}"), {accounts[number % 6]: Money(_SHARE, "usd")}
        done = connect.charges.separate.settle(payment, key=f"settled-{number}", shares=shares)
        settled[payment] = {transfer.id: transfer.amount.amount for transfer in done.transfers}
    unsettled = [_paid(connect, f"shared-{number}") for number in range(splits)]
    return Material(accounts, poor, unsettled, settled)


def _paid(connect: Connect, key: str) -> str:
    return connect.charges.separate.create(key=key, amount=Money(PAID, "usd"), payment_method=_AT_ONCE).id
