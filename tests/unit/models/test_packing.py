"""Very many values as a sequence that takes little memory, and is otherwise like any other."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectkit.models import packing
from connectkit.models.packing import Packed, packed


def opened(document: Any) -> tuple[int, str]:
    number, text = document
    return number, text


def of(values: Sequence[tuple[int, str]], part: int) -> Sequence[tuple[int, str]]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(packing, "_PART", part)
        return packed(values, list, opened)


@given(values=st.lists(st.tuples(st.integers(), st.text()), max_size=12), part=st.integers(1, 4))
def test_what_is_packed_is_what_was_given(values: list[tuple[int, str]], part: int) -> None:
    pack = of(values, part)
    assert isinstance(pack, Packed if len(values) >= part else tuple)
    assert (len(pack), list(pack), list(reversed(pack))) == (len(values), values, values[::-1])
    assert [pack[place] for place in range(-len(values), len(values))] == values * 2
    assert [list(pack[part:-1:number]) for number in (1, 2)] == [values[part:-1:number] for number in (1, 2)]
    for outside in (len(values), -len(values) - 1):
        with pytest.raises(IndexError):
            pack[outside]
    assert all(value in pack for value in values)


def test_a_pack_compares_hashes_and_travels_as_what_is_in_it() -> None:
    pack, same, other = (of([(number, "é") for number in range(count)], 2) for count in (5, 5, 4))
    assert (pack == same, hash(pack) == hash(same), pack == other) == (True, True, False)
    assert pickle.loads(pickle.dumps(pack)) == pack  # noqa: S301  # our own
    assert repr(pack) == "<5 values>"
