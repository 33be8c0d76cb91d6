"""Checked by mypy and pyright, never run: the public names, as the checkers see them."""

from __future__ import annotations

from typing import assert_type

import connectkit
from connectkit import Happened, InvalidRequest, Refused

refused = Refused("no", status=402)
assert_type(refused.happened, Happened)
assert_type(refused.status, int)
assert_type(InvalidRequest("no").param, str)

# A name that does not exist is an error, although the names that do are loaded lazily.
connectkit.Conect  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
refused.statsu  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
