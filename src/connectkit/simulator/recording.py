"""What a simulator was asked, kept in a file, so that its world can be had again.

The file has a line of JSON that says how the world began, and one for each request that may have changed it. Ids are
drawn from a seed and time is simulated, so the same requests give the same world. A line that was torn by a crash is
cut off; API keys are not written.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from .answers import Answer, ConnectionLost
from .clock import Clock

_NO_KEY: Final = 401
_KEPT: Final = frozenset({"content-type", "idempotency-key", "stripe-account", "stripe-context", "stripe-version"})


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a world began.

    Attributes:
        seed: Where its ids begin.
        start: When, in unix seconds.
        livemode: Its mode.
    """

    seed: int
    start: int
    livemode: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A request that may have changed something.

    Attributes:
        at: When it was, in simulated unix seconds.
        method: The HTTP method.
        path: The path, with the query.
        headers: Those that matter; the API key is not among them.
        body: The body.
        status: What it was answered; none for a request that steered the simulator.
    """

    at: int
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    status: int | None

    def line(self) -> str:
        """Write it on a line of JSON."""
        shown = asdict(self)
        try:
            shown["body"] = self.body.decode()
        except UnicodeDecodeError:
            shown["body"] = {"base64": base64.b64encode(self.body).decode()}
        return json.dumps(shown)

    @classmethod
    def read(cls, shown: dict[str, Any]) -> Step:
        """Read one again."""
        body = shown.pop("body")
        return cls(**shown, body=body.encode() if isinstance(body, str) else base64.b64decode(body["base64"]))


def kept(headers: Mapping[str, str]) -> dict[str, str]:
    """Give the headers that matter."""
    return {name.lower(): value for name, value in headers.items() if name.lower() in _KEPT}


class Recording:
    """A file that a world is kept in; only its owner can read it.

    Args:
        path: Where it is.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> tuple[Beginning, list[Step]] | None:
        """Give what it holds; nothing if there is no file. What was torn is cut off.

        Raises:
            ValueError: It is the file of something else.
        """
        if not self._path.exists():
            return None
        whole = self._path.read_bytes()
        sound = whole[: whole.rfind(b"\n") + 1]
        if len(sound) < len(whole):
            os.truncate(self._path, len(sound))
        try:
            first, *others = [json.loads(line) for line in sound.splitlines()]
            return Beginning(**first), [Step.read(shown) for shown in others]
        except (AttributeError, KeyError, TypeError, ValueError):
            message = f"{self._path} is no state of a simulator: name a file that is not there yet."
            raise ValueError(message) from None

    def begin(self, beginning: Beginning) -> None:
        """Begin the file anew, whole or not at all."""
        fresh = self._path.with_name(f"{self._path.name}.new")
        fresh.write_text(json.dumps(asdict(beginning)) + "\n")
        fresh.chmod(0o600)
        fresh.replace(self._path)

    def note(self, step: Step) -> None:
        """Add a request; the operating system has it when this returns."""
        with self._path.open("a") as file:
            file.write(step.line() + "\n")


class Replayed(Protocol):
    """What requests are replayed on."""

    @property
    def clock(self) -> Clock:
        """Its time."""
        ...

    def advance(self, *, to: int) -> int:
        """Let time pass until a second."""
        ...

    def leave(self, method: str, path: str) -> tuple[int, float]:
        """Give a request its number, and the seconds that it is under way."""
        ...

    def begin(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"", left: int = 0) -> Answer:
        """Do what a request asks for."""
        ...

    def end(self, answer: Answer) -> object:
        """Give the answer."""
        ...


def replay(simulator: Replayed, steps: Iterable[Step], *, livemode: bool) -> None:
    """Ask a world that is as it began for everything again.

    Raises:
        ValueError: It answers otherwise than it did.
    """
    key = {"authorization": f"Bearer sk_{'live' if livemode else 'test'}_replayed"}
    for number, step in enumerate(steps, 2):
        if step.at > simulator.clock.now:
            simulator.advance(to=step.at)
        headers = step.headers if step.status == _NO_KEY else step.headers | key
        left, _ = simulator.leave(step.method, step.path)
        answer = simulator.begin(step.method, step.path, headers, step.body, left)
        with suppress(ConnectionLost):  # it was lost then as well
            simulator.end(answer)
        if step.status not in (None, answer.status):
            message = (
                f"Line {number} ({step.method} {step.path}) was answered {step.status}, and is answered "
                f"{answer.status} now: the state was kept by another version of connectkit."
            )
            raise ValueError(message)
