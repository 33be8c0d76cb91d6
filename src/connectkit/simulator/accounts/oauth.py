"""OAuth: the page where an owner connects an account, the code that it gives, and letting go."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from connectkit.simulator.answers import Answer
from connectkit.simulator.calls import Call
from connectkit.simulator.hosting import page
from connectkit.simulator.refusals import Refusal
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .hosted import complete
from .kinds import topic
from .making import STANDARD, new_account
from .queries import LEFT
from .v1 import enter

_CODES: Final = "oauth_codes"
_LIFETIME: Final = 300
"""Seconds that a code lives."""

_ANYWHERE: Final = "https://example.com/oauth"
"""Where the browser goes if no address was given: what a platform would have registered."""


class OAuthRefusal(Refusal):
    """A refusal in the words of OAuth."""

    def body(self, request_id: str | None) -> dict[str, Any]:  # noqa: ARG002  # OAuth has no request ids
        """Give the body of the answer."""
        return {"error": self.code, "error_description": self.message}


@topic.page("/oauth/authorize")
@topic.page("/express/oauth/authorize")
def visit(world: World, method: str, path: str, _: Mapping[str, str]) -> Answer:
    """Show the page, or send its answer off: the owner allows it, or does not."""
    asked = dict(parse_qsl(path.partition("?")[2]))
    wrong = _wrong(asked)
    if wrong:
        return Answer(400, {"Content-Type": "application/json"}, f'{{"error": "{wrong}"}}'.encode())
    if method != "POST":
        return _page(path, asked)
    told = {"state": asked["state"]} if "state" in asked else {}
    if asked.get("answer") == "allow":
        told |= {"code": _new_code(world, asked), "scope": asked.get("scope", "read_only")}
    else:
        told |= {"error": "access_denied", "error_description": "The user denied your request"}
    return Answer(303, {"Location": f"{asked.get('redirect_uri', _ANYWHERE)}?{urlencode(told)}"})


def _wrong(asked: Mapping[str, str]) -> str:
    if asked.get("response_type") != "code":
        return "unsupported_response_type"
    if not asked.get("client_id", "").startswith("ca_"):
        return "invalid_request"
    return "" if asked.get("scope", "read_only") in {"read_only", "read_write"} else "invalid_scope"


def _page(path: str, asked: Mapping[str, str]) -> Answer:
    action, quiet = html.escape(path), 'class="quiet"'
    seller = html.escape(asked.get("stripe_user[email]", "a new seller"))
    return page(
        "Connect",
        f"<p>A platform asks to act for the account of {seller}.</p>"
        f'<form method="post" action="{action}&amp;answer=allow"><button>Connect my account</button></form>'
        f'<form method="post" action="{action}&amp;answer=deny"><button {quiet}>Skip this account form</button></form>',
    )


def _new_code(world: World, asked: Mapping[str, str]) -> str:
    code = f"ac_{world.ids.token(24)}"
    world.kept.setdefault(_CODES, {})[code] = {
        "client": asked["client_id"],
        "country": asked.get("stripe_user[country]", "US"),
        "email": asked.get("stripe_user[email]"),
        "scope": asked.get("scope", "read_only"),
        "until": world.clock.now + _LIFETIME,
        "account": None,
    }
    return code


@topic.route("POST", "/oauth/token", "OAuthTokenParams", apart="assert_capabilities refresh_token")
def exchange(world: World, call: Call) -> Object:
    """Connect the account of a code; a code that comes twice revokes what it connected."""
    code = str(call.params.get("code", ""))
    held: Object | None = world.kept.get(_CODES, {}).get(code)
    if held is None:
        raise _invalid(f"Authorization code does not exist: {code}")
    if held["account"] is not None:
        _leave(world, held["account"], held["client"])
        message = "This authorization code has already been used. All tokens issued with this code have been revoked."
        raise _invalid(message)
    if world.clock.now >= held["until"]:
        raise _invalid(f"This authorization code has expired: {code}")
    account = _connect(world, held)
    return {
        "stripe_user_id": account["id"],
        "scope": held["scope"],
        "livemode": world.livemode,
        "token_type": "bearer",
    }


@topic.route("POST", "/oauth/deauthorize", "OAuthDeauthorizeParams")
def deauthorize(world: World, call: Call) -> Object:
    """Let an account go."""
    id_ = call.params["stripe_user_id"]
    account = world.table(world.platform, "account").get(id_)
    if account is None:
        message = f"This application is not connected to stripe account {id_}, or that account does not exist."
        raise OAuthRefusal(message, status=401, code="invalid_client")
    if not account["_theirs"]:
        message = "Cannot deauthorize an account that your application controls (no_deauth_on_controlled_account)."
        raise OAuthRefusal(message, status=401, code="invalid_client")
    _leave(world, id_, call.params["client_id"])
    return {"stripe_user_id": id_}


def _connect(world: World, held: Object) -> Object:
    account = new_account(world, STANDARD, "standard", held["country"])
    account["_theirs"] = True
    account["email"] = held["email"]
    enter(world, account, STANDARD, {})
    account["_linked"] = True
    complete(world, account["id"])
    held["account"] = account["id"]
    world.emit("account.application.authorized", _application(held["client"], account["id"]))
    return account


def _leave(world: World, id_: str, client: str) -> None:
    account = world.table(world.platform, "account").get(id_)
    if account is None:
        return
    world.emit("account.application.deauthorized", _application(client, id_))
    account["_account"] = world.platform
    world.remove(account)
    world.kept.setdefault(LEFT, set()).add(id_)


def _application(client: str, account: str) -> Object:
    return {"id": client, "object": "application", "name": "Platform", "_account": account}


def _invalid(message: str) -> Refusal:
    return OAuthRefusal(message, code="invalid_grant", executed=True)
