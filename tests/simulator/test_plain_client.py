"""The served simulator, as a program sees it that knows only the official SDK."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from connectkit.simulator import Simulator


def test_the_three_kinds_of_charge_come_to_stripes_own_examples() -> None:
    script = Path(__file__).with_name("plain_client.py")
    with Simulator().serve() as server:
        done = subprocess.run([sys.executable, str(script), server.url], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
