"""From a request to its answer: admitted, checked, executed once, remembered, and spoilt where a fault is planned."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple

from .answers import Answer, encode
from .calls import Call
from .faults import Fault, Faults
from .files import PATH as FILES
from .gate import admit, check_key, knock, new_id, read_body
from .idempotency import Keys, Record, in_use
from .money.switches import switches_of
from .permissions import Permissions, lacking
from .refusals import Refusal, lock_timeout, not_simulated_param, rate_limited, server_error
from .routing import Route, Router
from .shapes import Object
from .state import World
from .traffic import Limiter
from .validation import read_params
from .versions import renewed

_BEFORE: Final = {
    "lock_timeout": lock_timeout,
    "rate_limit": rate_limited,
}
_OK: Final = 200
_JSON: Final = "application/json"


class Seen(NamedTuple):
    """One request, as the log keeps it.

    Attributes:
        method: The HTTP method.
        path: The path, without the query.
        key: The idempotency key.
        account: Whose objects it acted on.
        status: The HTTP status that arrived; none if the answer was lost.
        effect: Whether it changed anything: a replay and a refusal do not.
        request_id: Its id.
        left: Its number in the order in which requests were sent; one that was held up is logged later.
    """

    method: str
    path: str
    key: str | None
    account: str
    status: int | None
    effect: bool
    request_id: str
    left: int


class Engine:
    """Answers requests in one world.

    Args:
        world: The world.
        router: Finds endpoints.
        faults: What is planned to go wrong.
        limiter: Turns away what is too much.

    Attributes:
        log: Every request.
        permissions: What restricted keys may do.
    """

    def __init__(self, world: World, router: Router, faults: Faults, limiter: Limiter) -> None:
        self._world = world
        self._router = router
        self._faults = faults
        self._limiter = limiter
        self._keys = Keys(world)
        self.permissions: Permissions = Permissions(router.paths)
        self.log: list[Seen] = []

    def run(self, method: str, target: str, headers: Mapping[str, str], body: bytes, left: int) -> Answer:
        """Answer a request, which was the *left*-th to be sent; *headers* have lower-case names."""
        call = knock(self._world, method, target, headers, body)
        try:
            key = check_key(headers, livemode=self._world.livemode)
        except Refusal as refusal:
            call.request_id = new_id(self._world, call, kept=True)
            answer = Answer(refusal.status, {"Content-Type": _JSON} | refusal.headers, encode(refusal.body(None)))
        else:
            answer = self._admitted(call, headers, key)
        status = None if answer.lost else answer.status
        self.log.append(Seen(method, call.path, call.key, call.account, status, answer.effect, call.request_id, left))
        return answer

    def _admitted(self, call: Call, headers: Mapping[str, str], key: str) -> Answer:
        try:
            admit(self._world, call, headers)
            route, call.ids = self._router.find(call.method, call.path)
        except Refusal as refusal:
            call.request_id = new_id(self._world, call, kept=True)
            answer = _refusal(call, refusal)
        else:
            answer = self._let_in(call, route, key)
        if self._limiter.slow:
            answer.delay += self._limiter.delay()
        answer.headers = _headers(call, answer, self._world.platform)
        return answer

    def _let_in(self, call: Call, route: Route, key: str) -> Answer:
        watched = self._limiter.bounded or self.permissions.restricted
        away = self._turned_away(call, route, key) if watched else None
        call.request_id = new_id(self._world, call, kept=away is None)
        if away is not None:
            answer = _refusal(call, away)
            answer.turned_away = True
            return answer
        fault = self._faults.for_request(call.method, call.path) if self._faults.planned else None
        try:
            return self._answer(call, route, "") if fault is None else self._faulty(call, route, fault, key)
        except Refusal as refusal:
            return _refusal(call, refusal)

    def _turned_away(self, call: Call, route: Route, key: str) -> Refusal | None:
        if self._limiter.bounded:
            apart = switches_of(self._world).traffic_counts == "account"
            reason = self._limiter.reason((route.method, route.path), call.account if apart else "")
            if reason:
                return rate_limited(reason)
        try:
            self.permissions.check(key, route.method, route.path, call.account)
        except Refusal as refusal:
            return refusal
        return None

    def _faulty(self, call: Call, route: Route, fault: Fault, key: str) -> Answer:
        name = fault.name
        if name == "conflict":
            raise in_use(self._world)
        if name == "forbidden":
            raise lacking(key, route.method, route.path, call.account)
        if name in _BEFORE:
            raise _BEFORE[name]()  # noqa: RSE102  # it makes the refusal
        if name == "lose_request":
            return Answer(0, {}, lost=True)
        try:
            answer = self._answer(call, route, name)
        except Refusal as refusal:
            answer = _refusal(call, refusal)
        answer.lost = name == "lose_answer"
        if name == "slow":
            answer.delay = fault.seconds
        return answer

    def _answer(self, call: Call, route: Route, fault: str) -> Answer:
        told, form = read_body(call)
        if call.path == FILES:
            call.query, call.body = "", _digest(told)
        record = self._keys.begin(call, told)
        if record is not None and record.status:
            return _replayed(record, fresh=not call.is_v1)
        return self._once(call, route, record, told, fault, form=form)

    def _once(
        self, call: Call, route: Route, record: Record | None, sent: dict[str, Any], fault: str, *, form: bool
    ) -> Answer:
        kept: Answer | None = None
        try:
            page = sent.pop("page", None) if form and not call.is_v1 else None  # v2 gives it in its links only
            call.params = read_params(route.params, renewed(call, sent), form=form)
            if not route.apart.isdisjoint(call.params):
                name = min(route.apart & call.params.keys())
                raise not_simulated_param(name, f"{route.method} {route.path}")
            if page is not None:
                call.params["page"] = page
            done = self._executed(call, route, fault)
            given = _spoilt(call, done) if fault == "error_after" else done
            kept = given if call.is_v1 else done
        finally:
            if record is not None and (kept is None or fault != "slow"):
                self._keys.end(call, record, kept)
        if record is not None and fault == "slow":
            given.release = partial(self._keys.end, call, record, kept)
        return given

    def _executed(self, call: Call, route: Route, fault: str) -> Answer:
        expand: list[str] = call.params.pop("expand", [])
        if fault == "error_before":
            return _refusal(call, server_error())
        self._world.call = call
        try:
            return self._carried_out(call, route, expand)
        finally:
            self._world.call = None

    def _carried_out(self, call: Call, route: Route, expand: list[str]) -> Answer:
        try:
            result = route.answer(self._world, call)
        except Refusal as refusal:
            if not refusal.executed:
                raise
            return _refusal(call, refusal)
        effect = call.method != "GET"
        try:
            body = self._world.told if call.told and not expand else self._shown(result, expand)
            refresh = None if call.is_v1 else partial(self._shown, result, expand)
            return Answer(_OK, {}, body, executed=True, effect=effect, refresh=refresh)
        except Refusal as refusal:  # what cannot be expanded is found after the deed, which stays done
            return replace(_refusal(call, refusal), executed=effect, effect=effect)

    def _shown(self, result: Object, expand: list[str]) -> bytes:
        if not expand:
            return self._world.written(result).encode()
        shown = self._world.render(result)
        self._world.expand(shown, expand)
        return encode(shown)


def _digest(told: dict[str, Any]) -> bytes:
    """Give what an upload is known again by: what it said, without its boundaries, may be too much to keep."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).digest()


def _refusal(call: Call, refusal: Refusal) -> Answer:
    body = encode(refusal.body(call.request_id))
    return Answer(refusal.status, dict(refusal.headers), body, executed=refusal.executed)


def _spoilt(call: Call, done: Answer) -> Answer:
    return replace(_refusal(call, server_error()), effect=done.effect)


def _replayed(record: Record, *, fresh: bool) -> Answer:
    body = record.refresh() if fresh and record.refresh is not None else record.body
    headers = {"Idempotent-Replayed": "true", "Original-Request": record.request_id}
    return Answer(record.status, headers, body, executed=True)


def _headers(call: Call, answer: Answer, platform: str) -> dict[str, str]:
    headers = {"Content-Type": _JSON, "Request-Id": call.request_id, "Stripe-Version": call.version}
    if call.account != platform:
        headers["Stripe-Account"] = call.account
    if call.key is not None:
        if call.path != FILES:
            headers["Idempotency-Key"] = call.key
        if call.method == "POST":
            headers["Original-Request"] = call.request_id
            if answer.executed and (call.is_v1 or answer.status == _OK):
                headers["Stripe-Should-Retry"] = "false"
    headers.update(answer.headers)
    return headers
