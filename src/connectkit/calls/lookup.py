"""Finding out what an operation did, by the mark that it left."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final, Literal, TypeAlias

from attrs import frozen

from connectkit.models.base import Data, part
from connectkit.policies import Gap
from connectkit.ports import World
from connectkit.requests import Request
from connectkit.storage.records import Operation

from .frozen import Frozen
from .keys import METADATA_KEY, mark
from .sender import Sender
from .settling import Finder, StateCheck, endpoint_of

_FORGOTTEN: Final = 5  # refusals in a row that a store can have forgotten of one operation
_PAUSE: Final = {"v1": 5.0, "v2": 20.0}  # seconds: v1 lists are consistent, v2 lists lag


class Absent(Enum):
    """Looked for twice, and not there."""

    ABSENT = "absent"


@frozen
class Found:
    """What one operation created or did.

    Attributes:
        objects: The objects that carry its mark, or the object whose state was read; more than one are duplicates.
        happened: Whether the effect took place; `False` for a payment intent whose card was declined.
    """

    objects: Sequence[Data]
    happened: bool


Finding: TypeAlias = Found | Literal[Absent.ABSENT]


class Lookup:
    """Looks for what an operation of unknown outcome did.

    Args:
        sender: What reads.
        world: What waits between two looks.
        pause: Overrides the seconds between two looks.
    """

    def __init__(self, sender: Sender, world: World, *, pause: float | None = None) -> None:
        self._sender = sender
        self._world = world
        self._pause = pause

    async def find(self, operation: Operation, tried: str) -> Finding:
        """Look for the effect of *operation*, in this generation and in every earlier one.

        Absence is declared only after two looks with a pause between them: the creating request may still be executing.
        """
        finding = await self.look(operation, tried)
        if finding is Absent.ABSENT:
            api = Frozen.loads(operation.request).request.api
            await self._world.sleep(_PAUSE[api] if self._pause is None else self._pause)
            finding = await self.look(operation, tried)
        return finding

    async def look(self, operation: Operation, tried: str, gap: Gap | None = None) -> Finding:
        """Look once; with a *gap*, for what was created in it, under this wire key or a later one."""
        sent = Frozen.loads(operation.request).request
        settling = endpoint_of(sent).settling
        if isinstance(settling, Finder):
            return await self._by_mark(operation, sent, settling, tried, gap)
        if isinstance(settling, StateCheck):
            data = (await self._sender.read(settling.request(sent), tried)).data
            return Found([data], happened=True) if settling.happened(sent, data) else Absent.ABSENT
        return Absent.ABSENT

    async def _by_mark(
        self, operation: Operation, sent: Request, finder: Finder, tried: str, gap: Gap | None
    ) -> Finding:
        later = 0 if gap is None else _FORGOTTEN
        marks = {mark(operation.identity, sent, number) for number in range(operation.generation + 1 + later)}
        since = min(operation.created, operation.first_sent) if gap is None else gap.since
        listing = finder.request(sent, since, None if gap is None else gap.until)
        objects = [
            item
            async for item in self._sender.pages(listing, tried)
            if part(item, "metadata").get(METADATA_KEY) in marks
        ]
        if not objects:
            return Absent.ABSENT
        return Found(objects, happened=any(finder.happened(sent, item) for item in objects))
