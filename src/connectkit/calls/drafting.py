"""A caller that only says what would be written down: arguments are checked, and nothing is sent or stored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NoReturn

from connectkit.models.base import Answer
from connectkit.requests import Params
from connectkit.storage.records import Operation

from .caller import Intent, OtherCaller
from .plans import Step


class Drafted(Exception):  # it ends a verb without sending, and is no error
    """A verb has said what it would send."""


class Drafting(OtherCaller):
    """Ends each verb with `Drafted`.

    Args:
        caller: Whose operations these are.

    Attributes:
        draft: What the last verb would write down and send.
    """

    draft: Operation

    async def perform(self, intent: Intent, *, wait: float = 0.0) -> Answer:  # noqa: ARG002  # nobody is sending
        """Say what an intent would be.

        Raises:
            Drafted: It is right.
            InvalidRequest: It holds personal data, which the store never does.
        """
        self.draft = await self.kept_whole(intent, "a run could not be resumed", "Call the verb itself.")
        raise Drafted

    async def flow(
        self,
        *,
        verb: str,
        key: str,
        arguments: Params,
        plan: Callable[[], Awaitable[Sequence[Step]]],
        wait: float = 0.0,  # noqa: ARG002  # nobody is sending
    ) -> NoReturn:
        """Say what a flow would be, with its frozen plan; working the plan out may read from Stripe.

        Raises:
            Drafted: It is right.
        """
        self.draft = await self.drafted_flow(verb=verb, key=key, arguments=arguments, plan=plan)
        raise Drafted
