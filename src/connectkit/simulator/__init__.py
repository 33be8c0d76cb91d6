"""A Stripe with Connect, in memory: accounts, money, events, time and faults, for tests and for trying things out.

    simulator = Simulator()
    client = stripe.StripeClient("sk_test_x", http_client=simulator.http_client())

It is an independent judge: it imports nothing of the rest of connectkit, checks parameters against the SDK's own
types, keeps a double-entry ledger, and remembers idempotency keys as Stripe does.

How a topic is added
====================

A topic is a module, or a package, with one `Topic`, and one line in `topics.py`:

    topic = Topic("widgets")
    topic.kind("widget", indexes=("owner",))            # how objects are kept: what lists filter by, how they are shown

    @topic.route("POST", "/v1/widgets", "WidgetCreateParams")           # parameters: the name below `stripe.params`
    def create(world: World, call: Call) -> Object:
        account = call.account                               # the connected account acted for, or the platform
        friend = world.get(account, "widget", call.params["friend"], param="friend")    # or 400 resource_missing
        if world.ledger.available(account, "usd") < 100:
            raise refused("Not enough.", "balance_insufficient")        # executed: stored under the key
        world.ledger.post(Entry(account, "usd", -100), Entry(STRIPE, "usd", 100))
        widget = world.add(account, {"id": world.ids.new("wd"), "object": "widget", "created": world.clock.now, …})
        world.emit("widget.created", widget)                            # snapshot of now, cause filled in
        world.clock.after(2 * DAY, partial(_ripen, world, widget))      # happens on `advance`
        return widget                                                   # the kernel renders and expands

    @topic.route("GET", "/v1/widgets", "WidgetListParams")
    def index(world, call):
        return listing(world.table(call.account, "widget"), call, owner=call.params.get("owner"))   # None: no filter

    @topic.invariant("widget")            # after each request on what it added, emitted or touched; on `check()` on all
    def _law(world, widget): …            # raises InvariantBroken

Rules: refuse before anything is changed; members that begin with `_` are never shown; ids expand by themselves if they
name a kept object, `@topic.expandable(kind, member)` gives the rest (lists that are shown only if asked for);
`kind(render=…)` shows a kind in another way than it is kept; nested lists are made by `sublist`; `@topic.start`
prepares a new world; `world.kept[name]` holds what is no object; `merge_metadata` changes metadata. Parameters arrive
validated, converted and without `expand`. An empty string that Stripe allows arrives as `""` and unsets.
`accounts.queries` answers what the money topics ask of an account: capabilities, currency, country, bank accounts.
"""

from __future__ import annotations

from .answers import ConnectionLost
from .ledger import InvariantBroken
from .money.fees import Pricing
from .money.fx import Rates
from .money.switches import Switches
from .simulator import Simulator
from .traffic import Traffic

__all__ = ["ConnectionLost", "InvariantBroken", "Pricing", "Rates", "Simulator", "Switches", "Traffic"]
