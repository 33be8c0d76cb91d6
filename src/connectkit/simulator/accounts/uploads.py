"""Files that are uploaded with the hosted form: by a person with a paper at hand, and not with a test file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectkit.simulator.files import keep, told_of
from connectkit.simulator.refusals import invalid
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World
from connectkit.simulator.uploading import check_upload, rule_of, written

FRONT, BACK, PAPER = ".front", ".back", ".file"
"""How the names of fields for files end: the two sides of a document, and a paper of several pages."""


def sides(item: str) -> tuple[str, ...]:
    """Name the fields that take files for what is due; none if it is no document."""
    last = item.rpartition(".")[2]
    if last == "files":
        return (item + PAPER,)
    return (item + FRONT, item + BACK) if last.endswith("document") else ()


def purpose_of(item: str) -> str:
    """Give what a file for an item is for, in Stripe's words."""
    if item.endswith("files"):
        return "account_requirement"
    return "additional_verification" if item.startswith("company.") else "identity_document"


def accepted(world: World, account: Object, filled: Mapping[str, str]) -> dict[str, str]:
    """Keep the files that were uploaded, and give what was written with their ids; a file outranks a test file.

    Raises:
        Refusal: One is too big, or no picture and no PDF, or there is a back without a front.
    """
    said = {name: text for name, text in filled.items() if not name.endswith((FRONT, BACK, PAPER))}
    sent = {name: told_of(text) for name, text in filled.items() if name not in said and text}
    files = {name: told for name, told in sent.items() if told["size"]}
    for name, told in files.items():
        _check(name, told, files)
    for name, told in files.items():
        item = name.rpartition(".")[0]
        id: str = keep(world, account["id"], purpose_of(item), told)["id"]
        said[item if name.endswith(PAPER) else name] = id
        if name.endswith(FRONT):
            said.pop(item, None)
    return said


def _check(name: str, told: Mapping[str, Any], files: Mapping[str, object]) -> None:
    purpose = purpose_of(name.rpartition(".")[0])
    rule = rule_of(purpose)
    if told["type"] not in rule.kinds:
        raise invalid(f"{told['filename']} is no JPG, PNG or PDF: choose a picture or a scan.", param=name)
    if told["size"] > rule.most:
        raise invalid(f"{told['filename']} is larger than {written(rule.most)}: choose a smaller one.", param=name)
    check_upload(purpose, told, name)
    if name.endswith(BACK) and name.removesuffix(BACK) + FRONT not in files:
        raise invalid("A back needs its front: choose both sides.", param=name.removesuffix(BACK) + FRONT)
