"""What Stripe takes as a file, by what the file is for.

Kinds and sizes are those of Stripe's page on uploads; for documents that prove who somebody is, the sizes of the API
reference, which are stricter. The code and the words of a refusal for its size are inferred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from .clock import DAY
from .refusals import invalid

KB: Final = 1024
MB: Final = 1024 * KB

LARGEST: Final = 8000
"""Pixels a side that a document has at most."""

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8"
_MAGIC: Final = {_JPEG + b"\xff": "jpg", b"\x89PNG": "png", b"%PDF-": "pdf", b"GIF8": "gif"}
_ZIPPED: Final = b"PK\x03\x04"
_WRITTEN: Final = frozenset({"csv", "json", "md", "svg", "txt"})
_PACKED: Final = frozenset({"apk", "docx", "xlsx"})
_NO_FRAMES: Final = frozenset({0xC4, 0xC8, 0xCC})  # markers among those of frames that mean something else

_MIMES: Final[Mapping[str, str]] = {
    "apk": "application/vnd.android.package-archive",
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "gif": "image/gif",
    "jpg": "image/jpeg",
    "json": "application/json",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What is taken for a purpose.

    Attributes:
        kinds: Which kinds of files, by their usual endings; any, where there is none.
        most: How many bytes; any number, where that is 0.
        lives: How many seconds the file is kept; for good, where that is 0.
        linked: Whether it can be downloaded, and links to it be made.
        document: Whether it proves who somebody is, and is bound in pixels.
    """

    kinds: tuple[str, ...] = ()
    most: int = 0
    lives: int = 0
    linked: bool = True
    document: bool = False


_PAPERS: Final = ("pdf", "jpg", "png")
_PROOF: Final = Rule(_PAPERS, 10 * MB, linked=False, document=True)
_BRANDING: Final = Rule(("jpg", "png", "gif"), 512 * KB)

_RULES: Final[Mapping[str, Rule]] = {
    "account_requirement": _PROOF,
    "additional_verification": _PROOF,
    "business_icon": _BRANDING,
    "business_logo": _BRANDING,
    "customer_signature": Rule(("jpg", "png", "svg"), 4 * MB, lives=7 * DAY),
    "dispute_evidence": Rule(_PAPERS, 5 * MB, lives=270 * DAY),
    "identity_document": _PROOF,
    "issuing_regulatory_reporting": Rule(("json",), 256 * KB, lives=2 * 365 * DAY),
    "pci_document": Rule(("pdf",), 16 * MB),
    "platform_terms_of_service": Rule(("pdf", "txt", "md"), 64 * MB, linked=False),
    "tax_document_user_upload": Rule((*_PAPERS, "csv", "xlsx", "docx"), 16 * MB),
}
"""What is known; of purposes that are missing here nothing is checked."""


class Size(NamedTuple):
    """The size of a picture.

    Attributes:
        width: In pixels.
        height: In pixels.
    """

    width: int
    height: int


def rule_of(purpose: str) -> Rule:
    """Give what is taken for a purpose."""
    return _RULES.get(purpose) or Rule(linked=purpose not in {"terminal_wifi_certificate", "terminal_wifi_private_key"})


def check_upload(purpose: str, told: Mapping[str, Any], param: str = "file") -> None:
    """Refuse a file that is not taken for a purpose.

    Args:
        purpose: What it is for.
        told: What is known of it: its `type`, its `size`, and in `pixels` its width and height.
        param: Which parameter it came in.

    Raises:
        Refusal: It is empty, of another kind, or too large.
    """
    rule = rule_of(purpose)
    if not told["size"]:
        raise invalid("The file you uploaded is empty.", param=param)
    if rule.kinds and told["type"] not in rule.kinds:
        mimes = ", ".join(_MIMES[kind] for kind in rule.kinds)
        message = (
            f"We don't currently support that file type. Try uploading a file with one of these mimetypes: {mimes}"
        )
        raise invalid(message, param=param)
    if rule.most and told["size"] > rule.most:
        raise invalid(f"The file you uploaded is larger than {written(rule.most)}.", param=param)
    pixels = told.get("pixels")
    if rule.document and pixels and max(pixels) > LARGEST:
        width, height = pixels
        message = f"The image is {width} by {height} pixels; at most {LARGEST} by {LARGEST} are supported."
        raise invalid(message, param=param)


def written(size: int) -> str:
    """Give a number of bytes in words."""
    return f"{size // MB} MB" if size >= MB else f"{size // KB} KB"


def kind_of(filename: str, content: bytes) -> str | None:
    """Give the kind of a file, by its first bytes; what is written or packed is told by the ending of its name."""
    found = next((kind for start, kind in _MAGIC.items() if content.startswith(start)), None)
    if found is not None:
        return found
    ending = filename.rpartition(".")[2].lower()
    fitting = _PACKED if content.startswith(_ZIPPED) else frozenset[str]() if b"\0" in content else _WRITTEN
    return ending if ending in fitting else None


def mime_of(kind: str | None) -> str:
    """Give what a kind of files is called on the web."""
    return _MIMES.get(kind or "", "application/octet-stream")


def size_of(content: bytes) -> Size | None:
    """Give the size of a PNG or JPEG; nothing where its first bytes do not tell."""
    if content.startswith(_PNG) and content[12:16] == b"IHDR":
        return Size(_number(content[16:20]), _number(content[20:24]))
    at = len(_JPEG) if content.startswith(_JPEG) else len(content)
    while at + 9 <= len(content) and content[at] == 0xFF:  # noqa: PLR2004  # how a marker begins
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAMES:  # noqa: PLR2004  # the markers of frames
            return Size(_number(content[at + 7 : at + 9]), _number(content[at + 5 : at + 7]))
        at += 2 + _number(content[at + 2 : at + 4])
    return None


def _number(digits: bytes) -> int:
    return int.from_bytes(digits, "big")
