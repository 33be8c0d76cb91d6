"""What a run leaves behind: nothing of ours, and the SDK's own settings as they were."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = "import sys; from connectkit.cli import main; sys.exit(main(['demo', '--json']))"
SANDBOX = """
import stripe
from connectkit import Connect, Money
Connect.sandbox().topups.create(key="topup-1", amount=Money.of("5.00", "usd"))
assert stripe.enable_telemetry is True
"""


def run(program: str, home: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "XDG_CONFIG_HOME"}
    subprocess.run(
        [sys.executable, "-c", program], check=True, env={**environment, "HOME": str(home)}, stdout=subprocess.DEVNULL
    )


def test_the_demonstration_leaves_nothing_in_the_home_directory(tmp_path: Path) -> None:
    run(DEMO, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_sdks_telemetry_is_left_as_it_is(tmp_path: Path) -> None:
    run(SANDBOX, tmp_path)


@pytest.mark.parametrize("before", [None, "/nowhere"])
def test_the_demonstration_gives_the_environment_back(monkeypatch: pytest.MonkeyPatch, before: str | None) -> None:
    from connectkit.cli import main  # noqa: PLC0415  # the other tests run in processes of their own

    monkeypatch.delenv("XDG_CONFIG_HOME")
    if before is not None:
        monkeypatch.setenv("XDG_CONFIG_HOME", before)
    assert main(["demo", "--json"]) == 0
    assert os.environ.get("XDG_CONFIG_HOME") == before
