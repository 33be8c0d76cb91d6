"""How large pictures are."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectkit import Connect, InvalidRequest
from connectkit.resources.files import Purpose
from connectkit.resources.pictures import Size, size_of

sides = st.integers(1, 65_535)


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\x02\x00\x00\x00"


def jpeg(width: int, height: int) -> bytes:
    header = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF" + bytes(10)
    table = b"\xff\xc4" + struct.pack(">H", 5) + bytes(3)
    return b"\xff\xd8" + header + table + b"\xff\xc2" + struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9)


@given(sides, sides)
def test_both_kinds_tell_their_size(width: int, height: int) -> None:
    assert size_of(png(width, height)) == size_of(jpeg(width, height)) == Size(width, height)


@given(st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"\xff\xd8\xff\xe0", b"%PDF-"]), st.binary(max_size=60))
def test_whatever_it_is_it_is_read_without_a_failure(beginning: bytes, rest: bytes) -> None:
    size = size_of(beginning + rest)
    assert size is None or min(size) >= 0


@pytest.mark.parametrize(
    ("content", "purpose", "told"),
    [
        (png(8001, 10), "identity_document", "at most 8000 pixels"),
        (jpeg(10, 9000), "account_requirement", "at most 8000 pixels"),
        (png(127, 128), "business_logo", "at least 128 pixels"),
        (png(200, 128), "business_icon", "square"),
    ],
)
def test_a_picture_of_the_wrong_size_is_refused_before_it_is_sent(content: bytes, purpose: Purpose, told: str) -> None:
    with Connect.sandbox() as connect:
        with pytest.raises(InvalidRequest, match=told) as caught:
            connect.files.upload(content, purpose=purpose)
        assert caught.value.param == "content"
        assert connect.simulator.requests == []


@pytest.mark.parametrize(
    ("content", "purpose"), [(png(8000, 8000), "identity_document"), (jpeg(128, 128), "business_icon")]
)
def test_a_picture_of_the_right_size_passes(content: bytes, purpose: Purpose) -> None:
    with Connect.sandbox() as connect:
        assert connect.files.upload(content, purpose=purpose).size == len(content)
