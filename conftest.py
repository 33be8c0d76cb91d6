"""Run the examples of the documentation and of the docstrings, each document in a namespace of its own."""

from __future__ import annotations

import os
import sys

from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser
from sybil.parsers.rest import DocTestParser

pytest_plugins = ["pytester"]

# Tests start a hundred processes: without bytecode each of them, and each worker, would compile everything anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

documents = Sybil(parsers=[PythonCodeBlockParser(), SkipParser()], patterns=["*.md"])
docstrings = Sybil(parsers=[DocTestParser()], patterns=["src/**/*.py"])

pytest_collect_file = (documents + docstrings).pytest()
