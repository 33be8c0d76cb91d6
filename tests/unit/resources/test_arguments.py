"""Arguments that several rooms take."""

from __future__ import annotations

import pytest

from connectkit.errors import InvalidRequest
from connectkit.resources.arguments import check_word, checked_metadata


@pytest.mark.parametrize(
    "metadata",
    [
        {"connectkit": "mine"},
        {"n" * 41: "note"},
        {"name": "n" * 501},
        {f"name{number}": "note" for number in range(50)},
    ],
)
def test_metadata_leaves_room_for_the_mark(metadata: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest, match="at most 49 notes"):
        checked_metadata(metadata)


def test_metadata_that_fits_passes() -> None:
    notes = {f"{number:040}": "n" * 500 for number in range(49)}
    assert checked_metadata(notes) == notes
    assert checked_metadata(None) == {}


def test_a_word_is_one_of_a_few() -> None:
    check_word("v1", "api", ("v1", "v2"))
    with pytest.raises(InvalidRequest, match=r"api is one of v1, v2\."):
        check_word("v3", "api", ("v1", "v2"))
