"""One of the two that are compared: it goes through journeys, and keeps what later steps name."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

import httpx

from connectkit.simulator.shapes import is_hash, is_list

from .comparing import comparable, placed
from .steps import Step

_PAUSE: Final = 0.5
"""Seconds between two looks at what takes its time."""

_LISTS: Final = {"rows": "/v1/balance_transactions", "events": "/v1/events"}
_COUNTED: Final = ("type", "currency", "amount", "fee", "net", "reporting_category")

T = TypeVar("T")


class Side:
    """One of the two.

    Args:
        base_url: Where it listens.
        api_key: A test key.
        patience: For how many seconds at most it is asked again for what it does later.
    """

    def __init__(self, base_url: str, api_key: str, patience: float) -> None:
        headers = {"Authorization": f"Bearer {api_key}", "Stripe-Version": "2026-10-28.endive"}
        self._client = httpx.Client(base_url=base_url, headers=headers, timeout=80.0)
        self._patience = patience

    def travel(self, steps: tuple[Step, ...]) -> Iterator[tuple[str, dict[str, str]]]:
        """Go through a journey: give each step and what can be compared of its answer, then rows and events."""
        saved: dict[str, str] = {}
        keys = secrets.token_hex(8)
        before = {path: self._newest(path) for path in _LISTS.values()}
        for step in steps:
            answer = self._awaited(step, saved, keys)
            saved |= {name: str(placed(answer.json(), place)) for name, place in step.saves.items()}
            yield f"{step.method} {step.path}", comparable(answer)
        for what, path in _LISTS.items():
            yield f"the platform's {what}", self._settled(Step("GET", path, before[path]), saved)
            if "seller" in saved:
                yield f"the seller's {what}", self._settled(Step("GET", path, account="seller"), saved)

    def refuses(self) -> str:
        """Say why there is no going through journeys here; nothing if there is."""
        try:
            answer = self._client.get("/v1/balance")
        except httpx.HTTPError as error:
            return f"{self._client.base_url} gives no answer ({error}): is the address right?"
        said = placed(answer.json(), "error.message")
        return "" if answer.is_success else f"{self._client.base_url} does not take the key: {said}"

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _newest(self, path: str) -> dict[str, str]:
        """Give what lists, later, only what came after now."""
        newest = placed(self._client.get(path, params={"limit": "1"}).json(), "data.0.id")
        return {} if newest is None else {"ending_before": str(newest)}

    def _awaited(self, step: Step, saved: Mapping[str, str], keys: str) -> httpx.Response:
        if step.until is None:
            return self._send(step, saved, keys)
        place, wanted = step.until[0], _filled(step.until[1], saved)
        return self._repeated(lambda: self._send(step, saved, keys), lambda one, _: placed(one.json(), place) == wanted)

    def _settled(self, step: Step, saved: Mapping[str, str]) -> dict[str, str]:
        """Give what a list holds once nothing is added any more."""
        return self._repeated(lambda: self._counted(step, saved), lambda one, last: one == last)

    def _repeated(self, ask: Callable[[], T], enough: Callable[[T, T | None], bool]) -> T:
        """Ask until it is enough, given an answer and the one before, or patience ends."""
        end = time.monotonic() + self._patience
        last, answer = None, ask()
        while not enough(answer, last) and time.monotonic() < end:
            time.sleep(_PAUSE)
            last, answer = answer, ask()
        return answer

    def _send(self, step: Step, saved: Mapping[str, str], keys: str) -> httpx.Response:
        params: Any = _filled(step.params, saved)
        headers = {"Stripe-Account": saved[step.account]} if step.account else {}
        if step.key:
            headers["Idempotency-Key"] = f"{keys}/{step.key}"
        path = step.path.format_map(saved)
        if step.method == "POST" and path.startswith("/v2/"):
            return self._client.post(path, json=params, headers=headers)
        if step.method == "POST":
            return self._client.post(path, data=params, headers=headers)
        return self._client.request(step.method, path, params=params, headers=headers)

    def _counted(self, step: Step, saved: Mapping[str, str]) -> dict[str, str]:
        """Give the rows or events of a list that can be compared, and how often each is there."""
        found: dict[str, str] = {}
        listed = self._send(Step("GET", step.path, {**step.params, "limit": "100"}, account=step.account), saved, "")
        for item in listed.json().get("data", ()):
            row = " ".join(str(item[name]) for name in _COUNTED if name in item)
            found[row] = str(int(found.get(row, "0")) + 1)
        return found


def _filled(value: object, saved: Mapping[str, str]) -> object:
    """Put what was saved where it is named."""
    if is_hash(value):
        return {name: _filled(item, saved) for name, item in value.items()}
    if is_list(value):
        return [_filled(item, saved) for item in value]
    return value.format_map(saved) if isinstance(value, str) else value
