"""Documents: which files may be named where, and whether they pass verification."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from connectkit.simulator.refusals import invalid, no_such
from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import World

PASSING: Final = "file_identity_document_success"
FAILING: Final = "file_identity_document_failure"

_TOKENS: Final = {
    PASSING: "",
    FAILING: "verification_document_failed_other",
    "file_relationship_document_success": "",
    "file_relationship_document_invalid": "verification_document_invalid",
    "file_relationship_document_invalid_signer": "verification_failed_representative_authority",
    "file_relationship_document_mismatch": "verification_document_name_mismatch",
}
"""Stripe's files for tests, with the code of the error that they lead to."""

_SMALLEST: Final = 128  # pixels a side of an icon or logo
_FAILED: Final = "failed"
"""How the name of a picture begins that fails: Stripe has one of this name for tests."""


def flaw(world: World, account: str, file: str) -> str:
    """Give the code of what is wrong with a file, or nothing if it passes."""
    if file in _TOKENS:
        return _TOKENS[file]
    held = _held(world, account, file)
    failed = held is not None and str(held["filename"]).startswith(_FAILED)
    return "verification_document_failed_other" if failed else ""


def _held(world: World, account: str, file: str) -> Object | None:
    return world.table(account, "file").get(file) or world.table(world.platform, "file").get(file)


def check_account_files(world: World, account: str, params: Mapping[str, Any]) -> None:
    """Refuse files in the parameters of an account that do not exist, or were uploaded for something else."""
    for name in ("front", "back"):
        for side in ("individual", "company"):
            purpose = "identity_document" if side == "individual" else "additional_verification"
            for kind in ("document", "additional_document"):
                file = part(params, side, "verification", kind).get(name)
                _check(world, account, file, purpose, f"{side}[verification][{kind}][{name}]")
    for kind, paper in part(params, "documents").items():
        for file in paper.get("files", ()):
            _check(world, account, file, "account_requirement", f"documents[{kind}][files]")
    for name in ("icon", "logo"):
        file = part(params, "settings", "branding").get(name)
        param = f"settings[branding][{name}]"
        _check(world, account, file, f"business_{name}", param)
        _check_picture(world, account, file, name, param)


def _check_picture(world: World, account: str, file: str | None, name: str, param: str) -> None:
    """Refuse a picture of a seller's brand that is too small, or an icon that is no square."""
    size = (_held(world, account, file or "") or {}).get("_pixels")
    if size is None:
        return
    if min(size) < _SMALLEST:
        raise invalid(f"The {name} has to be at least {_SMALLEST} by {_SMALLEST} pixels.", param=param)
    if name == "icon" and size[0] != size[1]:
        raise invalid("The icon has to be square.", param=param)


def check_person_files(world: World, account: str, params: Mapping[str, Any]) -> None:
    """Refuse files in the parameters of a person that do not exist, or were uploaded for something else."""
    check_account_files(world, account, {"individual": params, "documents": part(params, "documents")})


def check_papers(world: World, account: str, files: Iterable[str], param: str) -> None:
    """Refuse papers that do not exist, or were uploaded for something else."""
    for file in files:
        _check(world, account, file, "account_requirement", param)


def _check(world: World, account: str, file: str | None, purpose: str, param: str) -> None:
    if not file or file in _TOKENS:
        return
    held = _held(world, account, file)
    if held is None:
        raise no_such("file upload", file, param=param)
    if held["purpose"] != purpose:
        message = f"The file {file} has the purpose `{held['purpose']}`, and `{purpose}` is needed here."
        raise invalid(message, param=param)
