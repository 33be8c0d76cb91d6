"""Sessions of embedded components."""

from __future__ import annotations

from typing import Final

from connectkit.simulator.calls import Call
from connectkit.simulator.refusals import invalid
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .kinds import topic
from .queries import account_of

_LIFETIME: Final = 1800
"""Seconds; Stripe publishes none, so that nobody may count on it."""

_SIGN_IN: Final = "disable_stripe_user_authentication"
_COLLECTION: Final = "external_account_collection"


@topic.route("POST", "/v1/account_sessions", "AccountSessionCreateParams")
def create_session(world: World, call: Call) -> Object:
    """Make a session; like a link, it ends the platform's access to what Stripe collects."""
    account = account_of(world, call.params["account"], param="account")
    components: Object = call.params["components"]
    if not any(component.get("enabled") for component in components.values()):
        raise invalid("You must enable at least one component.", param="components")
    _check(account, components)
    account["_linked"] = True
    return {
        "object": "account_session",
        "account": account["id"],
        "client_secret": f"accs_secret__{world.ids.token(24)}",
        "components": {name: {"features": {}, **component} for name, component in components.items()},
        "expires_at": world.clock.now + _LIFETIME,
        "livemode": world.livemode,
    }


def _check(account: Object, components: Object) -> None:
    """Who collects the requirements decides who signs the seller in; one session does it one way."""
    chosen: dict[str, Object] = {name: component.get("features") or {} for name, component in components.items()}
    said = {features[_SIGN_IN] for features in chosen.values() if _SIGN_IN in features}
    if len(said) > 1:
        raise invalid(f"`{_SIGN_IN}` must have the same value for all components.", param="components")
    if account["controller"].get("requirement_collection") == "application":
        return
    for name, features in chosen.items():
        if features.get(_SIGN_IN) or features.get(_COLLECTION) is False:
            message = "This is only allowed for accounts whose requirements your application collects."
            raise invalid(message, param=f"components[{name}][features]")
