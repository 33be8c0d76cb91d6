"""How large a picture is, read from its first bytes."""

from __future__ import annotations

from typing import Final, NamedTuple

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8"
_NO_FRAMES: Final = frozenset({0xC4, 0xC8, 0xCC})  # markers among those of frames that mean something else


class Size(NamedTuple):
    """The size of a picture.

    Attributes:
        width: In pixels.
        height: In pixels.
    """

    width: int
    height: int


def size_of(content: bytes) -> Size | None:
    """Give the size of a PNG or JPEG; `None` where its first bytes do not tell."""
    if content.startswith(_PNG) and content[12:16] == b"IHDR":
        return Size(int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big"))
    return _size_of_jpeg(content) if content.startswith(_JPEG) else None


def _size_of_jpeg(content: bytes) -> Size | None:
    """Go from marker to marker until one tells of a frame."""
    at = len(_JPEG)
    while at + 9 <= len(content) and content[at] == 0xFF:  # noqa: PLR2004  # how a marker begins
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAMES:  # noqa: PLR2004  # the markers of frames
            height, width = content[at + 5 : at + 7], content[at + 7 : at + 9]
            return Size(int.from_bytes(width, "big"), int.from_bytes(height, "big"))
        at += 2 + length
    return None
