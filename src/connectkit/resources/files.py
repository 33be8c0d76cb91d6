"""Files uploaded to Stripe: documents that prove who somebody is, pictures, evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, get_args

from connectkit.calls.caller import Caller
from connectkit.drive import Blocking, blocking
from connectkit.errors import InvalidRequest
from connectkit.models.files import File
from connectkit.requests import Request, Upload, checked_id

from .arguments import check_word
from .pictures import size_of

Purpose: TypeAlias = Literal[
    "account_requirement",
    "additional_verification",
    "business_icon",
    "business_logo",
    "customer_signature",
    "dispute_evidence",
    "identity_document",
    "pci_document",
    "tax_document_user_upload",
]
"""What a file is for; Stripe takes it nowhere else."""

_LARGEST: Final = 8000  # pixels a side of a document; the same page
_SMALLEST: Final = 128  # pixels a side of an icon or logo; Stripe's page on branding
_MOST: Final = 10 * 1024 * 1024  # bytes of a document that Stripe takes; its page on the verification of identities
_KINDS: Final = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"%PDF-": "PDF"}
_PICTURES: Final = ("JPEG", "PNG")
_PAPERS: Final = ("JPEG", "PNG", "PDF")
_TAKEN: Final[Mapping[str, tuple[str, ...]]] = {
    "account_requirement": _PAPERS,
    "additional_verification": _PAPERS,
    "business_icon": _PICTURES,
    "business_logo": _PICTURES,
    "dispute_evidence": _PAPERS,
    "identity_document": _PAPERS,
}


class AsyncFiles:
    """Files uploaded to Stripe."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def upload(self, content: bytes, *, purpose: Purpose, name: str = "file") -> File:
        """Upload a file. It does nothing by itself: name its id where it belongs, as in `Document(front=file.id)`.

        It is kept nowhere here. If the answer is lost, upload it again.

        Args:
            content: Its bytes: for most purposes a JPEG, PNG or PDF of at most 10 MB and 8000 pixels a side, in colour
                and with every page. An icon is square, and has 128 pixels a side or more, as a logo does.
            purpose: What it is for.
            name: Its name at Stripe.

        Raises:
            InvalidRequest: It is empty, too big or too small, or of a kind that Stripe does not take for this purpose.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it can be uploaded again.
        """
        check_word(purpose, "purpose", get_args(Purpose))
        if not isinstance(content, bytes) or not 0 < len(content) <= _MOST:  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without a checker
            message = f"A file is between one byte and {_MOST} bytes."
            raise InvalidRequest(message, param="content")
        taken = _TAKEN.get(purpose)
        if taken is not None and _kind(content) not in taken:
            message = f"For {purpose} Stripe takes {', '.join(taken)}; this is something else."
            raise InvalidRequest(message, param="content")
        _check_size(content, purpose)
        params = {"purpose": purpose, "file": Upload(name, content)}
        return File.parse(await self._caller.mint(Request("post", "/v1/files", params), "files.upload"))

    async def retrieve(self, file_id: str) -> File:
        """Read what Stripe knows of a file; the content of a document can't be read.

        Args:
            file_id: The file.

        Raises:
            InvalidRequest: It is not the id of a file.
            NotFound: There is none.
            Unreachable: There was no usable answer.
        """
        request = Request("get", f"/v1/files/{checked_id(file_id, 'file_id', 'file_')}")
        return File.parse(await self._caller.read(request, "files.retrieve"))


def _check_size(content: bytes, purpose: Purpose) -> None:
    size = size_of(content)
    if size is None:
        return
    if max(size) > _LARGEST:
        message = f"A picture has at most {_LARGEST} pixels a side; this one is {size.width} by {size.height}."
        raise InvalidRequest(message, param="content")
    if purpose in {"business_icon", "business_logo"} and min(size) < _SMALLEST:
        message = f"Icons and logos have at least {_SMALLEST} pixels a side; this one is {size.width} by {size.height}."
        raise InvalidRequest(message, param="content")
    if purpose == "business_icon" and size.width != size.height:
        message = f"An icon is square; this one is {size.width} by {size.height}."
        raise InvalidRequest(message, param="content")


def _kind(content: bytes) -> str:
    return next((kind for start, kind in _KINDS.items() if content.startswith(start)), "")


class Files(Blocking[AsyncFiles]):
    """Files uploaded to Stripe."""

    upload: Final = blocking(AsyncFiles.upload)
    retrieve: Final = blocking(AsyncFiles.retrieve)
