"""Readers: one for each type that a parameter can have, form or JSON.

A reader takes what was sent and the parameter's name in form notation, and gives the value in its own type or refuses
it in Stripe's words. Forms know only strings, so there a number is a row of digits and a boolean is the word `true`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final, Protocol, TypeAlias

from .refusals import Refusal, invalid, invalid_empty, invalid_integer, too_many_pairs
from .shapes import MOST_PAIRS

Sent: TypeAlias = "str | int | float | bool | list[Any] | dict[str, Any] | None"
"""What JSON, or a form, can hold."""

_INTEGER: Final = re.compile(r"[+-]?[0-9]+\Z")
_DECIMAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")
_BOOLEANS: Final = {"true": True, "false": False}

_METADATA_KEY_LENGTH: Final = 40
_METADATA_VALUE_LENGTH: Final = 500


class Reader(Protocol):
    """Reads one parameter.

    Attributes:
        takes: Which of scalar, list and hash it can read; a union chooses by it.
    """

    takes: ClassVar[type]

    def read(self, value: Sent, name: str) -> Sent:
        """Give the value in its own type.

        Raises:
            Refusal: It is of another type.
        """
        ...


class Text:
    """Reads a string."""

    takes: ClassVar[type] = str

    def read(self, value: Sent, name: str) -> Sent:
        """Give the string."""
        if not isinstance(value, str):
            raise invalid(f"Invalid string: {_shown(value)}", param=name)
        if not value:
            raise invalid_empty(name)
        return value


class JsonText(Text):
    """Reads a string in JSON, where the empty one is a value and null unsets."""

    def read(self, value: Sent, name: str) -> Sent:
        """Give the string, or null."""
        return value if value is None or value == "" else super().read(value, name)


class Integer:
    """Reads a whole number."""

    takes: ClassVar[type] = str

    def __init__(self, *, form: bool) -> None:
        self._form = form

    def read(self, value: Sent, name: str) -> Sent:
        """Give the number."""
        if self._form and value == "":
            raise invalid_empty(name)
        if isinstance(value, str) and _INTEGER.match(value):  # in JSON as well: not every language has 64 bits
            return int(value)
        if not self._form and isinstance(value, int) and not isinstance(value, bool):
            return value
        raise invalid_integer(name, _shown(value))


class Boolean:
    """Reads true or false."""

    takes: ClassVar[type] = str

    def __init__(self, *, form: bool) -> None:
        self._form = form

    def read(self, value: Sent, name: str) -> Sent:
        """Give the boolean."""
        if self._form and isinstance(value, str) and value in _BOOLEANS:
            return _BOOLEANS[value]
        if not self._form and isinstance(value, bool):
            return value
        raise invalid(f"Invalid boolean: {_shown(value)}", param=name)


class Decimal:
    """Reads a decimal number, which travels as a string in both notations."""

    takes: ClassVar[type] = str

    def read(self, value: Sent, name: str) -> Sent:
        """Give the digits as they are."""
        if isinstance(value, str) and _DECIMAL.match(value):
            return value
        raise invalid(f"Invalid decimal: {_shown(value)}", param=name)


@dataclass(frozen=True)
class OneOf:
    """Reads one of some words."""

    words: tuple[str, ...]
    takes: ClassVar[type] = str

    def read(self, value: Sent, name: str) -> Sent:
        """Give the word."""
        if value in self.words:
            return value
        *others, last = [word or "''" for word in self.words]
        choice = f"one of {', '.join(others)}, or {last}" if others else last
        raise invalid(f"Invalid {name}: must be {choice}", param=name)


@dataclass(frozen=True)
class ListOf:
    """Reads a list."""

    item: Reader
    takes: ClassVar[type] = list

    def read(self, value: Sent, name: str) -> Sent:
        """Give the list, each item read."""
        if not isinstance(value, list):
            raise invalid("Invalid array", param=name)
        return [self.item.read(item, f"{name}[{place}]") for place, item in enumerate(value)]


@dataclass(frozen=True)
class MapOf:
    """Reads a hash whose names are free."""

    item: Reader
    takes: ClassVar[type] = dict

    def read(self, value: Sent, name: str) -> Sent:
        """Give the hash, each value read."""
        if not isinstance(value, dict):
            raise invalid("Invalid object", param=name)
        return {key: self.item.read(item, f"{name}[{key}]") for key, item in value.items()}


class Metadata:
    """Reads metadata within Stripe's limits; an empty or null value unsets a name."""

    takes: ClassVar[type] = dict

    def read(self, value: Sent, name: str) -> Sent:
        """Give the pairs."""
        if value == "":
            return value
        if not isinstance(value, dict):
            raise invalid("Invalid object", param=name)
        if len(value) > MOST_PAIRS:
            raise too_many_pairs(len(value), MOST_PAIRS)
        for key, text in value.items():
            _check_pair(key, text, name)
        return value


@dataclass(frozen=True)
class AnyOf:
    """Reads what one of several readers takes."""

    readers: tuple[Reader, ...]
    takes: ClassVar[type] = object

    def read(self, value: Sent, name: str) -> Sent:
        """Give what was read."""
        words, others = self._of_words
        if value in words:
            return value
        return _first(self._fitting(type(value)) if isinstance(value, list | dict) else others, value, name)

    @cached_property
    def _of_words(self) -> tuple[tuple[str, ...], list[Reader]]:
        """Give the words that are known, and the readers of what else is neither list nor hash."""
        fitting = self._fitting(str)
        words = tuple(word for reader in fitting if isinstance(reader, OneOf) for word in reader.words)
        others = [reader for reader in fitting if not isinstance(reader, OneOf)]
        return words, others or fitting

    def _fitting(self, kind: type) -> list[Reader]:
        return [reader for reader in self.readers if reader.takes in (kind, object)] or [self.readers[-1]]


def _first(readers: list[Reader], value: Sent, name: str) -> Sent:
    """Give what the first reader makes of it; if none can, the complaint of the one that knows its members best."""
    refusals: list[Refusal] = []
    for reader in readers:
        try:
            return reader.read(value, name)
        except Refusal as refusal:
            refusals.append(refusal)
    raise min(refusals, key=lambda refusal: refusal.code == "parameter_unknown")


def _check_pair(key: str, text: object, name: str) -> None:
    if len(key) > _METADATA_KEY_LENGTH:
        message = (
            f"Metadata keys can have up to {_METADATA_KEY_LENGTH} characters, but you passed in a key that is "
            f"{len(key)} characters. Invalid key: {key}"
        )
        raise invalid(message, param=f"{name}[{key}]")
    if "[" in key or "]" in key:
        raise invalid("Metadata keys cannot contain square brackets.", param=f"{name}[{key}]")
    if text is not None and not isinstance(text, str):
        raise invalid(f"Invalid string: {_shown(text)}", param=f"{name}[{key}]")
    if text is not None and len(text) > _METADATA_VALUE_LENGTH:
        message = (
            f"Metadata values can have up to {_METADATA_VALUE_LENGTH} characters, but you passed in a value that is "
            f"{len(text)} characters. Invalid value: {text}"
        )
        raise invalid(message, param=f"{name}[{key}]")


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "{...}"
    if isinstance(value, list):
        return "[...]"
    return str(value)
