"""Statement descriptors: what customers read on their statements, checked by Stripe's rules.

Source: Stripe's page on statement descriptors. Whether one resembles the business's name is for Stripe to judge.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from connectkit.errors import InvalidRequest

_FORBIDDEN: Final = re.compile(r"""[<>\\'"*]""")
_LETTER: Final = re.compile(r"[A-Za-z]")
_KANJI: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_WHOLE: Final = (5, 22)
_PREFIX: Final = (2, 10)
_BETWEEN: Final = "* "

SCRIPTS: Final[Mapping[str, int]] = {"kana": 22, "kanji": 17}
"""How customers in Japan read, and how many characters of it at most."""


def checked_descriptor(text: str, param: str = "statement_descriptor") -> str:
    """Check a whole descriptor: 5 to 22 characters.

    Raises:
        InvalidRequest: It breaks a rule, which the error names.
    """
    return _checked(text, param, *_WHOLE)


def checked_prefix(text: str, param: str = "statement_descriptor_prefix") -> str:
    """Check what stands before the part of a single charge: 2 to 10 characters.

    Raises:
        InvalidRequest: It breaks a rule, which the error names.
    """
    return _checked(text, param, *_PREFIX)


def checked_suffix(text: str, prefix: str = "", param: str = "statement_descriptor_suffix") -> str:
    """Check the part of a single charge, which has to fit behind the prefix.

    Args:
        text: The part.
        prefix: What stands before it, if that is known.
        param: The name of the argument, for the error.

    Raises:
        InvalidRequest: It breaks a rule, which the error names.
    """
    return _checked(text, param, 1, _WHOLE[1] - len(_BETWEEN) - len(prefix))


def checked_japanese(text: str, param: str) -> str:
    """Check a descriptor in kana or kanji: at most 22 and 17 characters, without the signs that no descriptor has.

    Args:
        text: The descriptor, or its prefix.
        param: The name of the argument, which ends in the script.

    Raises:
        InvalidRequest: It breaks a rule, which the error names.
    """
    wrong = _wrong_in_japan(text, param.rpartition("_")[2])
    if wrong:
        message = f"{param} {wrong}."
        raise InvalidRequest(message, param=param, next_step="Choose a text that resembles your name.")
    return text


def combined(prefix: str, suffix: str) -> str:
    """Give what customers read on a card statement: both parts, cut to 22 characters."""
    return f"{prefix}{_BETWEEN}{suffix}"[: _WHOLE[1]]


def _checked(text: str, param: str, least: int, most: int) -> str:
    wrong = _wrong(text, least, most)
    if wrong:
        message = f"{param} {wrong}."
        raise InvalidRequest(message, param=param, next_step="Choose a text that resembles your name.")
    return text


def _wrong(text: str, least: int, most: int) -> str:
    if not least <= len(text) <= most:
        return f"is {least} to {most} characters long; this has {len(text)}"
    if not text.isascii() or not text.isprintable():
        return "is in Latin characters without accents"
    if _FORBIDDEN.search(text):
        return "has none of < > \\ ' \" *"
    return "" if _LETTER.search(text) else "has at least one letter"


def _wrong_in_japan(text: str, script: str) -> str:
    if not 1 <= len(text) <= SCRIPTS[script]:
        return f"is 1 to {SCRIPTS[script]} characters long; this has {len(text)}"
    if not text.isprintable() or _FORBIDDEN.search(text):
        return "has none of < > \\ ' \" *, and no line breaks"
    if script == "kana" and _KANJI.search(text):
        return "has no kanji: write it in katakana"
    return "" if any(letter.isalpha() for letter in text) else "has at least one letter"
