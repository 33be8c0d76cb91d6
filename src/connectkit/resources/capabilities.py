"""What accounts can do: asked for, looked at before, given up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

from connectkit.calls.caller import Caller
from connectkit.drive import Blocking, blocking
from connectkit.errors import InvalidRequest
from connectkit.models.base import Answer
from connectkit.models.capabilities import Capability
from connectkit.requests import Request, checked_id

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,99}")


class AsyncCapabilityRoom:
    """What accounts can do, by the names of Accounts v1, which knows the accounts of both APIs."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list(self, account_id: str) -> Sequence[Capability]:
        """List what an account has asked for, the newest first.

        Args:
            account_id: The connected account.

        Raises:
            InvalidRequest: It is not the id of an account.
            NotFound: There is no such account, or it is not this platform's.
            Unreachable: There was no usable answer.
        """
        found = (await self._caller.read(Request("get", _path(account_id)), "capabilities.list")).data["data"]
        return [Capability.parse(Answer(data=item)) for item in found]

    async def retrieve(self, account_id: str, name: str) -> Capability:
        """Read one capability, asked for or not.

        Of one that was not asked for, `requirements` is a preview of what asking for it would demand; it costs nothing
        to look. Of one that is blocked, it tells what is missing for this capability alone.

        Args:
            account_id: The connected account.
            name: Stripe's name of it, as `card_payments`.

        Raises:
            InvalidRequest: An argument is wrong.
            NotFound: There is no such account or capability.
            Unreachable: There was no usable answer.
        """
        return Capability.parse(await self._caller.read(_one("get", account_id, name), "capabilities.retrieve"))

    async def request(self, account_id: str, *names: str) -> Sequence[Capability]:
        """Ask for capabilities; what is asked for already stays so.

        Ask for what the seller needs and no more: each demands more of the seller, some can't be given up again, and
        of `card_payments` and `transfers` one that is inactive disables both.

        Args:
            account_id: The connected account.
            *names: Stripe's names of them.

        Raises:
            InvalidRequest: An argument is wrong, or none was named.
            Refused: Stripe said no, as that the account's agreement forbids it.
            Unreachable: There was no usable answer; it can be asked again.
        """
        return await self._set(account_id, names, requested=True)

    async def unrequest(self, account_id: str, *names: str) -> Sequence[Capability]:
        """Give capabilities up; Stripe refuses it for some.

        Args:
            account_id: The connected account.
            *names: Stripe's names of them.

        Raises:
            InvalidRequest: An argument is wrong, or none was named.
            Refused: Stripe said no, as that this one is for ever.
            Unreachable: There was no usable answer; it can be given up again.
        """
        return await self._set(account_id, names, requested=False)

    async def _set(self, account_id: str, names: Sequence[str], *, requested: bool) -> Sequence[Capability]:
        if not names:
            message = "No capability was named."
            raise InvalidRequest(message, param="names", next_step="Name it as Stripe does, as in 'transfers'.")
        requests = [_one("post", account_id, name).with_params(requested=requested) for name in names]
        return [Capability.parse(await self._caller.update(request, "capabilities.request")) for request in requests]


def _path(account_id: str) -> str:
    return f"/v1/accounts/{checked_id(account_id, 'account_id', 'acct_')}/capabilities"


def _one(method: Literal["get", "post"], account_id: str, name: str) -> Request:
    if not _NAME.fullmatch(name):
        message = f"{name[:40]!r} is not the name of a capability."
        raise InvalidRequest(message, param="name", next_step="Use Stripe's name of it, as 'card_payments'.")
    return Request(method, f"{_path(account_id)}/{name}")


class CapabilityRoom(Blocking[AsyncCapabilityRoom]):
    """What accounts can do, by the names of Accounts v1, which knows the accounts of both APIs."""

    list: Final = blocking(AsyncCapabilityRoom.list)
    retrieve: Final = blocking(AsyncCapabilityRoom.retrieve)
    request: Final = blocking(AsyncCapabilityRoom.request)
    unrequest: Final = blocking(AsyncCapabilityRoom.unrequest)
