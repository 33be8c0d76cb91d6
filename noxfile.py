"""The sessions that keep connectkit true; `.ci/run` runs them all in one environment."""

from __future__ import annotations

import os
from pathlib import Path

import nox

HERE = Path(__file__).parent

nox.options.sessions = ["lint", "types", "coverage", "docs"]
nox.options.default_venv_backend = "venv"
nox.options.error_on_external_run = True

# Everything that a tool fetches or remembers stays inside the clone.
os.environ["PYRIGHT_PYTHON_CACHE_DIR"] = str(HERE / ".cache" / "pyright")
os.environ["PYRIGHT_PYTHON_ENV_DIR"] = str(HERE / ".cache" / "pyright" / "node")


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, layout, the floors of the house and that everything public is documented."""
    session.install("--editable", ".[dev]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")
    session.run("interrogate", "--quiet", "src")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types with mypy and pyright, and that the public interface is typed whole."""
    session.install("--editable", ".[dev]")
    session.run("mypy")
    python = session.run("python", "-c", "import sys; print(sys.executable)", silent=True)
    session.run("pyright", "--pythonpath", str(python).strip())
    session.run("pyright", "--ignoreexternal", "--verifytypes", "connectkit")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests and the examples of the documentation."""
    session.install("--editable", ".[test]")
    session.run("pytest", *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """Run the tests under measure, the long ones and the processes that they start included; ask for every branch."""
    session.install("--editable", ".[dev]")
    session.run("coverage", "erase")
    command = ("coverage", "run", "-m", "pytest", "-m", "", "tests")
    session.run(*command, *session.posargs, env={"HYPOTHESIS_PROFILE": "thorough"})
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation, warnings being errors."""
    session.install("--editable", ".[docs]")
    session.run("sphinx-build", "-n", "-W", "-T", "--keep-going", "-q", "-b", "html", "docs", "docs/_build/html")


@nox.session
def demo(session: nox.Session) -> None:
    """Run the demonstration that the README begins with."""
    session.install("--editable", ".[cli]")
    session.run("connectkit", "demo", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure; nothing fails by it."""
    session.install("--editable", ".[test]")
    for script in sorted(HERE.glob("benchmarks/bench_*.py")):
        session.run("python", str(script), *session.posargs)


@nox.session
def month(session: nox.Session) -> None:
    """Play a marketplace's month of ten thousand orders, and reconcile every balance with the simulator's ledger."""
    session.install("--editable", ".[fast]")
    session.run("python", "examples/month.py", *session.posargs)


@nox.session
def clients(session: nox.Session) -> None:
    """Let Stripe's command-line client and its SDK for Node use the served simulator; Node.js has to be there."""
    session.install("--editable", ".[cli]")
    session.run("python", "tests/clients/clients.py", *session.posargs)


@nox.session
def browser(session: nox.Session) -> None:
    """Walk the simulator's hosted pages and the example shop in a real browser; a Chromium has to be there."""
    session.install("--editable", ".[browser]")
    session.run("pytest", "--numprocesses=0", "tests/browser", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Send a hundred thousand odd bodies and headers to a webhook router."""
    session.install("--editable", ".[test]")
    cases = "whatever_comes or another_body or what_is_signed or signed_event"
    command = ("pytest", "--timeout=3600", "tests/properties/test_webhooks.py", "-k", cases, "--dist=worksteal")
    session.run(*command, *session.posargs, env={"HYPOTHESIS_PROFILE": "fuzz"})


@nox.session
def machine(session: nox.Session) -> None:
    """Do a hundred thousand things to the simulator, in whatever order, with every law checked after each."""
    session.install("--editable", ".[test]")
    command = ("pytest", "--numprocesses=0", "--timeout=7200", "tests/simulator/test_money_machine.py")
    session.run(*command, *session.posargs, env={"HYPOTHESIS_PROFILE": "machine"})


@nox.session
def chaos(session: nox.Session) -> None:
    """Look for rare failures, longer than a commit should wait."""
    session.install("--editable", ".[test]")
    environment = {"HYPOTHESIS_PROFILE": "chaos"}
    command = ("pytest", "--timeout=1800", "-m", "", "tests/properties", "tests/chaos")
    session.run(*command, *session.posargs, env=environment)
    for store in ("sqlite", "postgres", "redis"):
        for seed in ("1", "2", "3"):
            run = ("--store", store, "--operations", "2000", "--kills", "40", "--seed", seed, "--json")
            session.run("python", "-m", "connectkit.testing.chaos", *run)
