"""Very many values of one kind as a sequence that takes little memory: the rows of a run, and what became of them.

Values are written as JSON and compressed a hundred at a time, which takes a tenth of what they take as objects, or
less, because they have most of their words in common.
"""

from __future__ import annotations

import json
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar, overload

from attrs import field, frozen

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")

_written: Final = json.JSONEncoder(separators=(",", ":")).encode
_PART: Final = 100  # values that are compressed together
_AT_HAND: Final = 32  # parts that are held as values as well, for who does not go from first to last


@frozen(repr=False)
class Packed(Sequence[T_co]):
    """Values, compressed; they compare, hash and pickle by what they are.

    Attributes:
        parts: The values, a part at a time.
        ends: How many there are up to the end of each part.
        opened: Makes a value of its JSON.
    """

    parts: tuple[bytes, ...]
    ends: tuple[int, ...]
    opened: Callable[[Any], T_co] = field(eq=False)

    def __len__(self) -> int:
        return self.ends[-1] if self.ends else 0

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T_co]: ...
    def __getitem__(self, index: int | slice) -> T_co | Sequence[T_co]:
        if isinstance(index, slice):
            return [self._at(place) for place in range(len(self))[index]]
        return self._at(range(len(self))[index])

    def __iter__(self) -> Iterator[T_co]:
        for part in self.parts:
            yield from map(self.opened, json.loads(zlib.decompress(part)))

    def __repr__(self) -> str:
        return f"<{len(self)} values>"

    def _at(self, place: int) -> T_co:
        number = bisect_right(self.ends, place)
        value: T_co = _values(self.parts[number], self.opened)[place - self.ends[number]]  # counted from its end
        return value


class Packer(Generic[T]):
    """Packs values as they come; no more than a part of them is held.

    Args:
        opened: Makes a value of its JSON.
    """

    def __init__(self, opened: Callable[[Any], T]) -> None:
        self._opened = opened
        self._coming: list[Any] = []
        self._parts: list[bytes] = []
        self._ends: list[int] = []

    def add(self, document: Any) -> None:  # noqa: ANN401  # whatever JSON can say
        """Pack a value, given as JSON values."""
        self._coming.append(document)
        if len(self._coming) == _PART:
            self._close()

    def done(self) -> Sequence[T]:
        """Give what was packed; what is no more than a part is given as it is."""
        if not self._parts:
            return tuple(map(self._opened, self._coming))
        if self._coming:
            self._close()
        return Packed(tuple(self._parts), tuple(self._ends), self._opened)

    def _close(self) -> None:
        self._parts.append(zlib.compress(_written(self._coming).encode()))
        self._ends.append(len(self._coming) + (self._ends[-1] if self._ends else 0))
        self._coming = []


def packed(values: Iterable[T], closed: Callable[[T], Any], opened: Callable[[Any], T]) -> Sequence[T]:
    """Pack values.

    Args:
        values: The values.
        closed: Gives one as JSON values.
        opened: Makes it of them again.
    """
    packer = Packer(opened)
    for value in values:
        packer.add(closed(value))
    return packer.done()


@lru_cache(_AT_HAND)
def _values(part: bytes, opened: Callable[[Any], Any]) -> Sequence[Any]:
    return [opened(value) for value in json.loads(zlib.decompress(part))]
