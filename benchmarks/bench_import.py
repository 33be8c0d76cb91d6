"""How long a new process takes to import connectkit, beside an empty process and the SDK."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 15
PROGRAMS = {
    "an empty process": "pass",
    "import connectkit": "import connectkit",
    "from connectkit import Connect": "from connectkit import Connect, Money, SQLiteStore",
    "import stripe": "import stripe",
}


def seconds(program: str) -> float:
    """Run *program* in a new interpreter and give the seconds that it took."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    for title, program in PROGRAMS.items():
        milliseconds = 1000 * statistics.median(seconds(program) for _ in range(RUNS))
        print(f"{title:32} {milliseconds:6.1f} ms")
