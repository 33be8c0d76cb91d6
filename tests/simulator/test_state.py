"""What the kernel gives to topics, seen through a topic of its own."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from connectkit.simulator import InvariantBroken
from connectkit.simulator.answers import encode
from connectkit.simulator.calls import Call
from connectkit.simulator.clock import Clock
from connectkit.simulator.events import as_it_was
from connectkit.simulator.ledger import WORLD, Entry
from connectkit.simulator.lists import listing, sublist
from connectkit.simulator.refusals import (
    Refusal,
    balance_insufficient,
    card_declined,
    refused,
    too_small,
)
from connectkit.simulator.routing import Router, Topic
from connectkit.simulator.shapes import Object, merge_metadata, part
from connectkit.simulator.state import World

topic = Topic("widgets")
topic.kind("widget", indexes=("owner",))
topic.kind("ticket", always={"seal": None, "terms": {"days": [7]}})
topic.kind("crate", render=lambda world, crate: {**crate, "count": len(world.table(crate["_account"], "widget"))})


@topic.expandable("widget", "parts")
def parts(_: World, widget: Object) -> Object:
    return sublist([{"id": "part_1", "object": "part", "of": widget["id"], "_hidden": 1}], f"/{widget['id']}/parts")


@topic.invariant("widget")
def has_an_owner(_: World, widget: Object) -> None:
    if not widget["owner"]:
        raise InvariantBroken


@topic.route("GET", "/v1/widgets/:id")
def retrieve(world: World, call: Call) -> Object:
    return world.get(call.account, "widget", call.id)


@topic.route("GET", "/v1/crates/:crate/widgets/:widget")
def retrieve_inner(world: World, call: Call) -> Object:
    return world.get(call.ids["crate"], "widget", call.ids["widget"])


@topic.start
def open_crate(world: World) -> None:
    world.kept["crates"] = 1


@pytest.fixture
def world() -> World:
    return World(topic.kinds, start=100, seed=0, livemode=False)


def widget(world: World, account: str = "", **members: Any) -> Object:
    given = {"id": world.ids.new("wd"), "object": "widget", "created": world.clock.now, "owner": "ana", **members}
    return world.add(account or world.platform, given)


def test_what_begins_with_an_underscore_is_never_shown(world: World) -> None:
    made = widget(world, _secret=1, inner={"_secret": 1, "list": [{"_secret": 1, "shown": 2}]})
    assert world.render(made) == {
        "id": made["id"],
        "object": "widget",
        "created": 100,
        "owner": "ana",
        "inner": {"list": [{"shown": 2}]},
    }


def test_what_is_shown_is_a_copy(world: World) -> None:
    made = widget(world, inner={"list": [1]})
    world.render(made)["inner"]["list"].append(2)
    assert made["inner"] == {"list": [1]}


def test_a_kind_may_be_shown_in_another_way_wherever_it_stands(world: World) -> None:
    crate = world.add(world.platform, {"id": "cr_1", "object": "crate"})
    widget(world)
    assert world.render({"object": "list", "data": [crate]})["data"] == [{"id": "cr_1", "object": "crate", "count": 1}]


def test_ids_expand_to_objects(world: World) -> None:
    inner = widget(world, "acct_other")
    outer = widget(world, friend=inner["id"], nobody=None, plain="text", several=[inner["id"]])
    shown = world.render(outer)
    world.expand(shown, ["friend", "nobody", "plain", "friend.parts.data"])
    assert shown["friend"]["id"] == inner["id"]
    assert shown["friend"]["parts"]["data"] == [{"id": "part_1", "object": "part", "of": inner["id"]}]
    assert shown["friend"]["parts"]["total_count"] == 1
    assert (shown["nobody"], shown["plain"]) == (None, "text")


def test_lists_expand_each_of_their_objects(world: World) -> None:
    inner = widget(world)
    outer = [widget(world, friend=inner["id"]), widget(world, friend=None)]
    shown = world.render({"object": "list", "data": outer})
    world.expand(shown, ["data.friend.parts"])
    assert shown["data"][0]["friend"]["parts"]["object"] == "list"
    assert shown["data"][1]["friend"] is None


def test_expansion_goes_through_lists_of_plain_values(world: World) -> None:
    shown = world.render(widget(world, several=["a"]))
    world.expand(shown, ["several.parts"])
    assert shown["several"] == ["a"]


def test_expansion_ends_at_four_levels(world: World) -> None:
    shown = world.render({"object": "list", "data": []})
    world.expand(shown, ["data.a.b.c.d"])
    with pytest.raises(Refusal, match="You cannot expand more than 4 levels"):
        world.expand(shown, ["a.b.c.d.e"])


def test_what_is_not_there_cannot_be_expanded(world: World) -> None:
    for shown in (world.render(widget(world)), {"plain": 1}):
        with pytest.raises(Refusal, match=r"This property cannot be expanded \(nothing\)") as caught:
            world.expand(shown, ["nothing"])
        assert caught.value.param == "expand"


def test_objects_belong_to_an_account(world: World) -> None:
    made = widget(world, "acct_a")
    assert world.get("acct_a", "widget", made["id"]) is made
    assert world.find(made["id"]) is made
    with pytest.raises(Refusal, match=f"No such widget: '{made['id']}'"):
        world.get("acct_b", "widget", made["id"])
    with pytest.raises(Refusal, match="No such gadget: 'x'") as caught:
        world.get("acct_a", "widget", "x", param="friend", label="gadget")
    assert (caught.value.status, caught.value.param) == (400, "friend")
    world.remove(made)
    assert world.find(made["id"]) is None


def test_what_is_the_simulators_own_is_not_written(world: World) -> None:
    plain = widget(world, metadata={"_order": "7"})
    inner = {"fine": 1, "_own": 2, "_rate": Fraction(1, 3)}
    nested = widget(world, inner=inner, many=[{"_own": 1, "at": 2}])
    for thing in (plain, nested):
        assert json.loads(world.written(thing)) == world.render(thing)
    assert json.loads(world.written(plain))["metadata"] == {"_order": "7"}
    assert json.loads(world.written(nested))["inner"] == {"fine": 1}
    assert json.loads(world.written(nested))["many"] == [{"at": 2}]
    with pytest.raises(TypeError):
        world.written(widget(world, rate=Fraction(1, 3)))


def test_what_is_always_the_same_is_shown_without_being_kept(world: World) -> None:
    made = world.add(world.platform, {"id": "tk_1", "object": "ticket", "at": None})
    assert "terms" not in made
    shown = world.render(made)
    assert shown == {"id": "tk_1", "object": "ticket", "at": None, "seal": None, "terms": {"days": [7]}}
    assert json.loads(world.written(made)) == shown
    shown["terms"]["days"].append(8)
    assert world.render(made)["terms"] == {"days": [7]}
    gone = world.delete(made)
    assert world.render(gone) == json.loads(world.written(gone)) == {"id": "tk_1", "object": "ticket", "deleted": True}


def test_events_belong_where_their_object_does(world: World) -> None:
    world.emit("widget.created", widget(world))
    world.emit("widget.updated", widget(world, "acct_a", _hidden=1), previous={"owner": "ben", "_hidden": 0})
    own, connected = world.outbox
    assert (own["type"], "account" in own) == ("widget.created", False)
    assert connected["account"] == "acct_a"
    data = as_it_was(world, connected)["data"].shown()
    assert data["previous_attributes"] == {"owner": "ben"}
    assert data["object"].keys() == {"id", "object", "created", "owner"}
    assert list(world.table("acct_a", "event")) == [connected]


def test_event_shows_that_everything_that_changed_was_null_before(world: World) -> None:
    world.emit("widget.updated", widget(world, "acct_a"), previous={"owner": None, "_hidden": 0})
    assert as_it_was(world, world.outbox[-1])["data"].shown()["previous_attributes"] == {"owner": None}


def test_an_invariant_is_held_on_what_was_touched(world: World) -> None:
    made = widget(world)
    world.check_touched()
    made["owner"] = ""
    world.check_touched()
    world.touch(made)
    with pytest.raises(InvariantBroken):
        world.check_touched()
    made["owner"] = "ana"
    world.check()
    made["owner"] = ""
    with pytest.raises(InvariantBroken):
        world.check()


def test_the_whole_ledger_is_checked(world: World) -> None:
    world.ledger.post(Entry(WORLD, "usd", -1), Entry("acct_a", "usd", 1))
    world.check()
    world.ledger._pockets["acct_a"]["usd"].total = 2
    with pytest.raises(InvariantBroken, match="The ledger does not sum to zero"):
        world.check()


def test_metadata_is_merged_and_unset() -> None:
    held: Object = {"metadata": {"a": "1", "b": "2"}}
    merge_metadata(held, {})
    assert held["metadata"] == {"a": "1", "b": "2"}
    merge_metadata(held, {"metadata": {"a": "", "b": "3", "c": "4"}})
    assert held["metadata"] == {"b": "3", "c": "4"}
    merge_metadata(held, {"metadata": {"b": None}})
    assert held["metadata"] == {"c": "4"}
    merge_metadata(held, {"metadata": ""})
    assert held["metadata"] == {}


def test_parts_are_found_safely() -> None:
    thing = {"a": {"b": {"c": 1}}, "n": None}
    assert part(thing, "a", "b") == {"c": 1}
    assert part(thing, "n", "b") == part(thing, "x") == {}


def test_a_list_is_filtered_only_by_what_is_given(world: World) -> None:
    widget(world)
    bens = widget(world, owner="ben")
    call = Call("GET", "/v1/widgets", world.platform, "req_1", None, "")
    table = world.table(world.platform, "widget")
    assert listing(table, call, owner="ben")["data"] == [bens]
    assert len(listing(table, call, owner=None)["data"]) == 2


def test_a_list_inside_an_object_says_how_many_there_are() -> None:
    items = [{"id": f"x_{number}"} for number in range(11)]
    assert sublist(items, "/x") == {
        "object": "list",
        "data": items[:10],
        "has_more": True,
        "total_count": 11,
        "url": "/x",
    }


def test_a_router_finds_endpoints_and_what_varies_in_them(world: World) -> None:
    router = Router([topic])
    route, ids = router.find("GET", "/v1/crates/cr_1/widgets/wd_2")
    assert (route.answer, ids) == (retrieve_inner, {"crate": "cr_1", "widget": "wd_2"})
    assert router.find("GET", "/v1/widgets/wd_1/")[1] == {"id": "wd_1"}
    for method, path in (("POST", "/v1/widgets/wd_1"), ("GET", "/v1/widgets"), ("GET", "/v1//wd_1")):
        with pytest.raises(Refusal) as caught:
            router.find(method, path)
        assert caught.value.status == 404
    made = widget(world)
    call = Call("GET", "/", world.platform, "req_1", None, "", ids={"id": made["id"]})
    assert retrieve(world, call) is made


def test_the_usual_refusals_are_stripes() -> None:
    declined = card_declined("Your card was declined.", "card_declined", "generic_decline", charge="ch_1")
    assert declined.body("req_1")["error"] == {
        "message": "Your card was declined.",
        "type": "card_error",
        "code": "card_declined",
        "doc_url": "https://docs.stripe.com/error-codes/card-declined",
        "request_log_url": "https://dashboard.stripe.com/test/logs/req_1",
        "decline_code": "generic_decline",
        "charge": "ch_1",
    }
    assert declined.status == 402
    assert "decline_code" not in card_declined("Expired.", "expired_card").fields
    assert (balance_insufficient().code, balance_insufficient().executed) == ("balance_insufficient", True)
    assert (too_small("amount", 1).param, too_small("amount", 1).executed) == ("amount", False)
    assert refused("No.", payment_intent="pi_1").fields == {"payment_intent": "pi_1"}


def test_clocks_of_worlds_are_their_own(world: World) -> None:
    assert isinstance(world.clock, Clock)
    world.clock.advance(days=1)
    assert World(topic.kinds, start=100, seed=0, livemode=False).clock.now == 100


def test_json_is_written() -> None:
    assert encode({"a": [1, None]}) == b'{"a": [1, null]}'
