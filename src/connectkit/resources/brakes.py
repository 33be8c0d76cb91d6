"""Brakes: what a platform forbids itself, for the whole fleet at once."""

from __future__ import annotations

from typing import Final

from attrs import evolve

from connectkit.calls.caller import Caller
from connectkit.drive import Blocking, blocking
from connectkit.errors import InvalidRequest
from connectkit.policies import Brakes, Policy


class AsyncBrakeRoom:
    """What the platform forbids itself. It is kept in the store, and checked there before anything is sent."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get(self) -> Brakes:
        """Give what is forbidden now.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        return (await self._caller.policy()).brakes

    async def set(self, brakes: Brakes) -> Brakes:
        """Replace what is forbidden; operations that are claimed from now on obey it.

        Args:
            brakes: All of it: what is not in it is allowed.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        return (await self._caller.change_policy(lambda policy: evolve(policy, brakes=brakes))).brakes

    async def stop(self, why: str) -> Brakes:
        """Stop everything: nothing is sent any more, not even again, by anybody.

        What is under way at this moment is not called back.

        Args:
            why: What those who are stopped are told.

        Raises:
            InvalidRequest: There is no reason.
            StoreUnavailable: The store could not be reached.
        """
        if not why:
            message = "Those who are stopped have to be told why."
            raise InvalidRequest(message, param="why")
        return await self._changed(why)

    async def release(self) -> Brakes:
        """Let everything go on that was stopped; the other brakes stay.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        return await self._changed("")

    async def _changed(self, stopped: str) -> Brakes:
        def change(policy: Policy) -> Policy:
            return evolve(policy, brakes=evolve(policy.brakes, stopped=stopped))

        return (await self._caller.change_policy(change)).brakes


class BrakeRoom(Blocking[AsyncBrakeRoom]):
    """What the platform forbids itself. It is kept in the store, and checked there before anything is sent."""

    get: Final = blocking(AsyncBrakeRoom.get)
    set: Final = blocking(AsyncBrakeRoom.set)
    stop: Final = blocking(AsyncBrakeRoom.stop)
    release: Final = blocking(AsyncBrakeRoom.release)
