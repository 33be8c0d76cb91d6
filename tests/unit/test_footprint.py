from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
from connectkit import Connect, Money
Connect.sandbox().topups.create(key="topup-1", amount=Money.of("5.00", "usd"))
"""


def test_a_sandbox_leaves_nothing_in_the_home_directory(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "XDG_CONFIG_HOME"}
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, env={**environment, "HOME": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []
