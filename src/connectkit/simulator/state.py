"""The simulated world: whose objects there are, what moved, what time it is. It knows nothing of HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from .calls import Call
from .clock import Clock, rfc3339
from .ids import Ids
from .ledger import InvariantBroken, Ledger
from .refusals import invalid, label_of, no_such
from .shapes import Object, Snapshot, is_hash, is_list, write, write_plain
from .subscribers import TWIN, Subscriber
from .tables import Table

API_VERSION: Final = "2026-10-28.endive"
"""The version of Stripe's API that is simulated."""

_DEEPEST: Final = 4
_NESTED: Final[frozenset[object]] = frozenset({dict, list, Snapshot})  # all else is shown as it is

Render: TypeAlias = "Callable[[World, Object], Object]"
"""Gives an object as it is shown, from what is kept of it; a fresh dictionary each time."""

Expand: TypeAlias = "Callable[[World, Object], object]"
"""Gives what a member that can be expanded stands for, from the object as it is shown."""

Check: TypeAlias = "Callable[[World, Object], None]"
"""Raises `InvariantBroken` if an object contradicts the rest of the world."""


@dataclass(slots=True)
class Kind:
    """How objects of one kind are kept and shown.

    Attributes:
        name: Stripe's name of it, as in the member `object`.
        indexes: The members by which lists are filtered often; they have to keep their value.
        render: How it is shown; as it is kept, where none is given.
        always: What is shown of every one and never changes, and so is kept once for all.
        expand: The members that are there only if they are asked for, or do not stand for an id.
        checks: What always holds for such an object.
        written: What is shown of every one, in JSON without its braces.
    """

    name: str
    indexes: tuple[str, ...] = ()
    render: Render | None = None
    always: Object = field(default_factory=Object)
    expand: dict[str, Expand] = field(default_factory=dict[str, Expand])
    checks: list[Check] = field(default_factory=list[Check])
    written: str = field(init=False)

    def __post_init__(self) -> None:
        self.written = write(self.always)[1:-1]


_PLAIN: Final = Kind("")


class World:
    """Everything that is simulated.

    Args:
        kinds: How objects are kept and shown, by their kind.
        start: When it begins, in unix seconds.
        seed: Where its ids begin.
        livemode: What every object says of its mode.

    Attributes:
        clock: The time.
        ids: The source of ids.
        read_ids: The source of the ids of requests that read, which change nothing, not even the next id.
        ledger: The money.
        platform: The id of the platform's own account.
        call: The request that is being worked on; none while time moves.
        site: Where hosted pages are, without a slash at the end.
        subscribers: Who wants events, by id.
        outbox: The events that are not yet delivered.
        told: The object that the last event shows, in JSON.
        kept: Whatever a topic wants to remember besides objects, by a name of its own.
    """

    def __init__(self, kinds: Mapping[str, Kind], *, start: int, seed: int, livemode: bool) -> None:
        self.clock: Final = Clock(start)
        self.ids: Final = Ids(seed)
        self.read_ids: Final = Ids(f"reads of {seed}")
        self.ledger: Final = Ledger(self.clock)
        self.livemode = livemode
        self.platform: Final[str] = self.ids.new("acct")
        self.call: Call | None = None
        self.site = "https://connect.stripe.com"
        self.subscribers: dict[str, Subscriber] = {}
        self.outbox: list[Object] = []
        self.told: bytes = b""
        self.kept: dict[str, Any] = {}
        self._kinds = kinds
        self._tables: dict[str, dict[str, Table]] = {}
        self._everything: dict[str, Object] = {}
        self._touched: dict[int, Object] = {}  # by identity

    def __len__(self) -> int:
        """Give how many objects there are."""
        return sum(len(table) for tables in self._tables.values() for table in tables.values())

    def table(self, account: str, kind: str) -> Table:
        """Give the objects of one kind in one account."""
        tables = self._tables.get(account)
        if tables is None:
            tables = self._tables[account] = {}
        found = tables.get(kind)
        if found is None:
            found = tables[kind] = Table(kind, self._kinds.get(kind, _PLAIN).indexes)
        return found

    def add(self, account: str, thing: Object) -> Object:
        """Keep a new object of *account*'s, and give it back."""
        thing["_account"] = account
        told = thing.get("metadata")
        if told:  # what is empty sets nothing
            thing["metadata"] = {name: text for name, text in told.items() if text not in ("", None)}
        self.table(account, thing["object"]).add(thing)
        self._everything[thing["id"]] = thing
        self._touched[id(thing)] = thing
        return thing

    def remove(self, thing: Object) -> None:
        """Forget an object."""
        self.table(thing["_account"], thing["object"]).remove(thing["id"])
        self._everything.pop(thing["id"], None)

    def delete(self, thing: Object) -> Object:
        """Forget an object but for its id, and give what is shown of it from then on."""
        self.remove(thing)
        left: Object = {"id": thing["id"], "object": thing["object"], "deleted": True, "_account": thing["_account"]}
        self._everything[thing["id"]] = left
        return left

    def deleted(self, account: str, kind: str, id: str) -> Object | None:
        """Give what is left of an object of *account*'s that was deleted."""
        left = self._everything.get(id, {})
        return left if "deleted" in left and (left["_account"], left["object"]) == (account, kind) else None

    def get(self, account: str, kind: str, id: str, *, param: str | None = None, label: str | None = None) -> Object:
        """Give an object of *account*'s.

        Args:
            account: Whose it has to be.
            kind: Its kind.
            id: Its id.
            param: Which parameter named it; none if the path did.
            label: What Stripe calls the kind in its message.

        Raises:
            Refusal: There is no such object: 404 if the path named it, 400 if a parameter did.
        """
        found = self.table(account, kind).get(id)
        if found is None:
            raise no_such(label or label_of(kind), id, param=param)
        return found

    def find(self, id: str) -> Object | None:
        """Give the object of this id, whosever it is; but for events, which nothing refers to."""
        return self._everything.get(id)

    def emit(self, type: str, thing: Object, *, previous: Object | None = None) -> None:
        """Make an event about an object, in the account that it belongs to; it shows the object as it is now.

        Args:
            type: Such as `payout.paid`.
            thing: A kept object.
            previous: For `*.updated`, what changed members were before.
        """
        self._touched[id(thing)] = thing
        self.told = self.written(thing).encode()
        account: str = thing["_account"]
        call = self.call
        event: Object = {
            "id": self.ids.new("evt"),
            "object": "event",
            "created": self.clock.now,
            "pending_webhooks": 0,
            "type": type,
            "_told": self.told,
            "_request": None if call is None else call.request_id,
            "_key": None if call is None else call.key,
            "_account": account,
        }
        if account != self.platform:
            event["account"] = account
        if previous is not None:
            event["_before"] = self.written(previous).encode()
        self.table(account, "event").add(event)
        self.outbox.append(event)
        if self.subscribers:
            event["pending_webhooks"] = sum(subscriber.wants(event) for subscriber in self.subscribers.values())
            self._emit_twin(event, thing)

    def _emit_twin(self, whole: Object, thing: Object) -> None:
        """Make the thin twin of an event, if somebody wants it; it is kept where the whole one is."""
        twin = {"object": "v2.core.event", "type": f"{TWIN}{whole['type']}", "context": whole.get("account")}
        if any(subscriber.wants(twin) for subscriber in self.subscribers.values()):
            kind: str = thing["object"]
            related = {"id": thing["id"], "type": kind, "url": f"/v1/{kind}s/{thing['id']}"}
            event = self._thin(f"{TWIN}{whole['type']}", related, None, thing["_account"])
            event["_snapshot"] = whole["id"]

    def emit_thin(self, type: str, related: Object | None, *, data: Object | None = None) -> Object:
        """Make a thin event of API v2, in the platform's own scope, and give it back.

        Args:
            type: Such as `v2.core.account.updated`.
            related: Id, type and url of the object that it is about.
            data: What the event says besides, when it is fetched.
        """
        return self._thin(type, related, data, self.platform)

    def _thin(self, type: str, related: Object | None, data: Object | None, account: str) -> Object:
        event: Object = {
            "id": self.ids.new("evt"),
            "object": "v2.core.event",
            "type": type,
            "created": rfc3339(self.clock.now),
            "livemode": self.livemode,
            "context": None if account == self.platform else account,
            "reason": None if self.call is None else {"type": "request", "request": _reason(self.call)},
            "_data": data,
        }
        if related is not None:
            event["related_object"] = related
        self.outbox.append(self.add(account, event))
        return event

    def touch(self, thing: Object) -> None:
        """Have an object's invariants checked after the present request, although no event tells of it."""
        self._touched[id(thing)] = thing

    def check_touched(self) -> None:
        """Check the invariants of what was touched since the last time.

        Raises:
            InvariantBroken: One does not hold.
        """
        touched, self._touched = self._touched, {}
        for thing in touched.values():
            for check in self._kinds.get(thing["object"], _PLAIN).checks:
                check(self, thing)

    def check(self) -> None:
        """Check every invariant of every object, and the whole ledger.

        Raises:
            InvariantBroken: One does not hold.
        """
        if not self.ledger.balanced():
            raise InvariantBroken("The ledger does not sum to zero.")
        every = [thing for tables in self._tables.values() for table in tables.values() for thing in table]
        self._touched = {id(thing): thing for thing in every}
        self.check_touched()

    def render(self, thing: Object) -> Object:
        """Give a copy of an object as it is shown; what stands inside it is shown in its own way."""
        shown, kind = self._shown(thing)
        return {
            key: value
            if value.__class__ not in _NESTED
            else dict(value)
            if key == "metadata"  # its names are others', and may begin as they like
            else self._rendered(value)
            for key, value in (shown | kind.always).items()
            if key[:1] != "_"
        }

    def written(self, thing: Object) -> str:
        """Give an object as it is shown, in JSON; most hold nothing of the simulator's own, and need no copy."""
        if thing.get("object") == "list":
            text = write({name: value for name, value in thing.items() if name != "data"})
            return f'{{"data": [{", ".join([self.written(item) for item in thing["data"]])}], {text[1:]}'
        shown, kind = self._shown(thing)
        plain = write_plain(shown, kind.written)
        return write(self.render(thing)) if plain is None else plain

    def _shown(self, thing: Object) -> tuple[Object, Kind]:
        kind = self._kinds.get(thing.get("object", ""))
        if kind is None or "deleted" in thing:
            return thing, _PLAIN
        return thing if kind.render is None else kind.render(self, thing), kind

    def expand(self, shown: Object, paths: list[str]) -> None:
        """Put whole objects where ids stand, as `expand` asks.

        Raises:
            Refusal: A path leads nowhere, or too deep.
        """
        for path in paths:
            steps = path.split(".")
            depth = len(steps) - (1 if steps[0] == "data" else 0)
            if depth > _DEEPEST:
                message = f"You cannot expand more than {_DEEPEST} levels of a property. Property: {path}"
                raise invalid(message, param="expand")
            self._expand(shown, steps, path)

    def _expand(self, shown: Object, steps: list[str], path: str, place: str = "") -> None:
        """Expand a member; a hash that is no object has the kind of its place, as `balance.instant_available`."""
        first, *rest = steps
        name: str = shown.get("object", place)
        kind = self._kinds.get(name)
        if is_hash(shown.get(first)) or is_list(shown.get(first)):
            value: object = shown[first]
        elif kind is not None and first in kind.expand:
            shown[first] = value = self._rendered(kind.expand[first](self, shown))
        elif shown.get(first) in self._everything:
            shown[first] = value = self.render(self._everything[shown[first]])
        elif first in shown:
            return
        else:
            raise invalid(f"This property cannot be expanded ({path}).", param="expand")
        if rest:
            for part in value if is_list(value) else [value]:
                if is_hash(part):
                    self._expand(part, rest, path, f"{name}.{first}")

    def _rendered(self, value: object) -> object:
        if isinstance(value, Snapshot):
            return value.shown()
        if is_hash(value):
            return self.render(value)
        return [self._rendered(item) for item in value] if is_list(value) else value


def _reason(call: Call) -> Object:
    return {"id": call.request_id, "idempotency_key": call.key or ""}  # API v2 has no null there, by the SDK's types
