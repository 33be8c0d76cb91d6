"""Accounts in API v2: the same accounts, by the same ids."""

from __future__ import annotations

from connectkit.simulator.calls import Call
from connectkit.simulator.lists import v2_listing
from connectkit.simulator.refusals import invalid, no_such, refused
from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import World

from .kinds import topic
from .making import legal, new_account
from .queries import account_of
from .standing import changing, tell_thin
from .telling import check_telling, configure, tell_account
from .v1 import enter
from .v2_showing import show_v2
from .v2_telling import as_v1, axes_of

topic.kind("v2.core.account", render=show_v2)


@topic.route("POST", "/v2/core/accounts", "v2.core.AccountCreateParams")
def create_account(world: World, call: Call) -> Object:
    """Make an account."""
    axes = axes_of(call.params)
    country = str(part(call.params, "identity").get("country", "us")).upper()
    account = new_account(
        world, axes, legal(axes, listed=world.kept["switches"].controller_combinations == "listed"), country
    )
    told = as_v1(call.params)
    check_telling(world, account, told, merchant_only=True)
    configure(account, part(call.params, "configuration"))
    return _view(enter(world, account, axes, told), call)


@topic.route("GET", "/v2/core/accounts", "v2.core.AccountListParams")
def list_accounts(world: World, call: Call) -> Object:
    """List the accounts that are open, newest first."""
    wanted = set(call.params.get("applied_configurations", ()))
    accounts = world.table(world.platform, "account").where(_closed=call.params.get("closed", False))
    every = [_view(account, call) for account in accounts if wanted <= set(account["_configurations"])]
    return v2_listing(every, call)


@topic.route("GET", "/v2/core/accounts/:id", "v2.core.AccountRetrieveParams")
def retrieve_account(world: World, call: Call) -> Object:
    """Give an account; one that was made through v1 may take a while to be known."""
    account = account_of(world, call.id)
    if account["_by_v1"] and world.clock.now < account["created"] + world.kept["switches"].v2_after:
        raise no_such("account", call.id)
    return _view(account, call)


@topic.route("POST", "/v2/core/accounts/:id", "v2.core.AccountUpdateParams", apart="dashboard")
def update_account(world: World, call: Call) -> Object:
    """Change an account."""
    account = account_of(world, call.id)
    if account["_closed"]:
        raise refused("This account is closed.", "account_closed")
    told = as_v1(call.params)
    check_telling(world, account, told, merchant_only=True)
    with changing(world, account):
        configure(account, part(call.params, "configuration"))
        tell_account(world, account, told)
    return _view(account, call)


@topic.route("POST", "/v2/core/accounts/:id/close", "v2.core.AccountCloseParams")
def close_account(world: World, call: Call) -> Object:
    """Close an account for good; every configuration that it has, has to be named."""
    account = account_of(world, call.id)
    if set(call.params.get("applied_configurations", ())) != set(account["_configurations"]):
        raise invalid("All configurations of the account must be given.", param="applied_configurations")
    with changing(world, account):
        account["_closed"] = True
    tell_thin(world, account, "v2.core.account.closed")
    return _view(account, call)


def _view(account: Object, call: Call) -> Object:
    return {"object": "v2.core.account", "_of": account, "_include": call.params.get("include", [])}
