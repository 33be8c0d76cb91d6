"""OAuth: accounts that sellers have already, connected to the platform, and let go."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal
from urllib.parse import urlencode

from attrs import asdict, evolve

from connectkit.calls.caller import Caller
from connectkit.drive import Blocking, blocking
from connectkit.errors import InvalidRequest, OperationInProgress, OutcomeUnknown, Refused, Unreachable
from connectkit.models.entrances import Authorization, Connection
from connectkit.requests import Request, checked_id
from connectkit.storage.records import Note

from .arguments import check_word
from .people import given

_TOPIC: Final = "oauth"
_BEGUN: Final = "begun"
_CODE: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
_VERB: Final = "oauth.exchange"
_AGAIN: Final = "See whether the account is in onboarding.list; otherwise have the seller begin again."


class AsyncOAuth:
    """OAuth: accounts that sellers have already, connected to the platform, and let go.

    It is for accounts with the full dashboard, and works through Accounts v1 alone.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def authorize(
        self,
        *,
        client_id: str,
        redirect_uri: str | None = None,
        scope: Literal["read_write", "read_only"] = "read_write",
        landing: Literal["login", "register"] | None = None,
        prefill: Mapping[str, str] | None = None,
        suggested_capabilities: Sequence[str] = (),
        express: bool = False,
    ) -> Authorization:
        """Make a link to the page where a seller allows the platform to act for an account.

        Keep its `state` in the seller's own session, and give it to `exchange` when the browser comes back: it is what
        tells the seller's answer from somebody else's. Nothing is sent.

        Args:
            client_id: The platform's client id (`ca_…`) of the mode of the API key.
            redirect_uri: One of those that are registered in the Dashboard; the first one if it is not given.
            scope: `read_write` is what platforms use.
            landing: Whether the page begins with signing in or signing up.
            prefill: What is known of the seller, as `{"email": …, "country": "US"}`.
            suggested_capabilities: For Express: what the account is to ask for.
            express: Whether an Express account is to be made.

        Raises:
            InvalidRequest: An argument is wrong.
        """
        check_word(scope, "scope", ("read_write", "read_only"))
        state = secrets.token_urlsafe(32)
        params = given(
            client_id=checked_id(client_id, "client_id", "ca_"),
            response_type="code",
            scope=scope,
            redirect_uri=redirect_uri,
            stripe_landing=landing,
            state=state,
            **{f"stripe_user[{name}]": value for name, value in (prefill or {}).items()},
            **{f"suggested_capabilities[{place}]": name for place, name in enumerate(suggested_capabilities)},
        )
        path = "/express/oauth/authorize" if express else "/oauth/authorize"
        return Authorization(url=f"{self._caller.owner.site}{path}?{urlencode(params)}", state=state)

    async def exchange(self, *, code: str, state: str, expected_state: str) -> Connection:
        """Take the account over that a seller has allowed, with the code that the browser brought back.

        A code that is exchanged twice revokes the connection. So it is sent once and never repeated, and the store
        remembers that it was: a browser that comes back twice is given the same answer, from the store. Call it from a
        handler that has `code` and `state` of the request; where there is `error` instead, the seller has said no.

        Args:
            code: As the browser brought it back; it lives for five minutes.
            state: As the browser brought it back.
            expected_state: As it was kept in the seller's session.

        Raises:
            InvalidRequest: The state is another one, which is how a forged answer looks, or the code is none.
            OperationInProgress: Somebody is exchanging it now, or it was and the answer was lost.
            OutcomeUnknown: The answer was lost: see whether the account is there, or have the seller begin again.
            Refused: Stripe said no, as that the code has expired.
            StoreUnavailable: The store could not be reached; nothing was sent.
        """
        if not expected_state or not hmac.compare_digest(state.encode(), expected_state.encode()):
            message = "The state that came back is not the one that was sent out."
            raise InvalidRequest(message, param="state", next_step="Have the seller begin again from your own page.")
        if not _CODE.fullmatch(code):
            message = "code is none of Stripe's."
            raise InvalidRequest(message, param="code", next_step="Pass the `code` of the request as it came.")
        note = await self._caller.note(_TOPIC, hashlib.sha256(code.encode()).hexdigest())
        if note.version:
            return _remembered(note)
        if not await self._caller.set_note(evolve(note, text=_BEGUN)):
            raise _under_way()
        connection = await self._exchanged(code)
        await self._caller.set_note(evolve(note, text=json.dumps(asdict(connection)), version=1))
        return connection

    async def deauthorize(self, account_id: str, *, client_id: str) -> None:
        """Let an account go: the platform can no longer act for it.

        Args:
            account_id: An account that was connected through OAuth; one that the platform has made is rejected instead.
            client_id: The platform's client id.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no, as that the platform controls the account, or that it is not connected.
            Unreachable: There was no usable answer; it can be called again.
        """
        params = {
            "client_id": checked_id(client_id, "client_id", "ca_"),
            "stripe_user_id": checked_id(account_id, "account_id", "acct_"),
        }
        await self._caller.update(Request("post", "/oauth/deauthorize", params), "oauth.deauthorize")

    async def _exchanged(self, code: str) -> Connection:
        request = Request("post", "/oauth/token", {"grant_type": "authorization_code", "code": code})
        try:
            data: Mapping[str, Any] = (await self._caller.once(request, _VERB)).data
        except Unreachable as error:
            message = "The code was sent, and no usable answer came; sending it again would revoke the connection."
            raise OutcomeUnknown(message, key=_TOPIC, tried=_VERB, next_step=_AGAIN) from error
        except Refused as error:
            error.next_step = "Have the seller begin again: a code lives for five minutes, and works once."
            raise
        return Connection(
            account=data["stripe_user_id"], scope=data.get("scope") or "", livemode=bool(data.get("livemode"))
        )


def _remembered(note: Note) -> Connection:
    if note.text == _BEGUN:
        raise _under_way()
    return Connection(**json.loads(note.text))


def _under_way() -> OperationInProgress:
    message = "This code is being exchanged, or was and the answer was lost."
    return OperationInProgress(message, key=_TOPIC, tried=_VERB, next_step=_AGAIN)


class OAuth(Blocking[AsyncOAuth]):
    """OAuth: accounts that sellers have already, connected to the platform, and let go.

    It is for accounts with the full dashboard, and works through Accounts v1 alone.
    """

    authorize: Final = blocking(AsyncOAuth.authorize)
    exchange: Final = blocking(AsyncOAuth.exchange)
    deauthorize: Final = blocking(AsyncOAuth.deauthorize)
