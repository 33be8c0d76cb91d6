"""Topics, and which function of theirs answers a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from .answers import Answer
from .calls import Call
from .refusals import Refusal, not_simulated, unrecognised
from .shapes import Object
from .state import Check, Expand, Kind, Render, World

Handler: TypeAlias = Callable[[World, Call], Object]
"""Answers a request: with a kept object, or with a dictionary made for the answer; it is rendered in either case."""

Visit: TypeAlias = Callable[[World, str, str, Mapping[str, str]], Answer]
"""Answers a browser on a hosted page: given the method, the path with its query, and what a form says."""

Start: TypeAlias = Callable[[World], None]
"""Prepares a new world."""

_KNOWN: Final = (
    " account account_links account_sessions accounts apple_pay application_fees apps balance balance_settings "
    "balance_transactions billing billing_portal charges checkout climate confirmation_tokens country_specs coupons "
    "credit_notes customer_sessions customers disputes entitlements ephemeral_keys events exchange_rates "
    "external_accounts file_links files financial_connections forwarding identity invoice_payments "
    "invoice_rendering_templates invoiceitems invoices issuing link_account_sessions linked_accounts mandates "
    "payment_attempt_records payment_intents payment_links payment_method_configurations payment_method_domains "
    "payment_methods payment_records payouts plans prices product_catalog products promotion_codes quotes radar "
    "refunds reporting reviews setup_attempts setup_intents shipping_rates sigma sources subscription_items "
    "subscription_schedules subscriptions tax tax_codes tax_ids tax_rates terminal test_helpers three_d_secure "
    "tokens topups transfers treasury webhook_endpoints core money_management commerce reserve iam extend "
)
"""The first step of every path that Stripe has, below the version, between spaces."""

_VARIABLE: Final = "/:"  # no step of a path holds a slash
_END: Final = "/"
_SEARCH: Final = "search"  # an endpoint of its own, never an id


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint.

    Attributes:
        method: The HTTP method.
        path: The path; what is variable in it begins with a colon.
        params: The SDK's description of its parameters, below `stripe.params`; empty if it has none;
            or an own one.
        answer: The function that answers.
        apart: Parameters of it that are not simulated.
    """

    method: str
    path: str
    params: str | type
    answer: Handler
    apart: frozenset[str] = frozenset()

    @property
    def names(self) -> list[str]:
        """What the variables in the path are called."""
        return [step[1:] for step in _steps(self.path) if step.startswith(":")]


class Topic:
    """Endpoints and objects that belong together.

    Args:
        name: What it is called.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.routes: list[Route] = []
        self.kinds: dict[str, Kind] = {}
        self.starts: list[Start] = []
        self.pages: dict[str, Visit] = {}

    def route(
        self, method: str, path: str, params: str | type = "", *, apart: str = ""
    ) -> Callable[[Handler], Handler]:
        """Let the decorated function answer *method* on *path*.

        Args:
            method: The HTTP method.
            path: Such as `/v1/transfers/:id`.
            params: Such as `TransferRetrieveParams`, or `v2.core.AccountCreateParams`.
            apart: Parameters that would change what happens and are not simulated, between spaces: answered 501.
        """

        def register(answer: Handler) -> Handler:
            self.routes.append(Route(method, path, params, answer, frozenset(apart.split())))
            return answer

        return register

    def kind(
        self, name: str, *, indexes: Iterable[str] = (), render: Render | None = None, always: Object | None = None
    ) -> Kind:
        """Say how objects of a kind are kept and shown.

        Args:
            name: Stripe's name of it, as in the member `object`.
            indexes: The members by which lists are filtered often; they have to keep their value.
            render: How it is shown, if not as it is kept.
            always: What is shown of every one and never changes.
        """
        self.kinds[name] = kind = Kind(name, tuple(indexes), render, always or {})
        return kind

    def expandable(self, kind: str, member: str) -> Callable[[Expand], Expand]:
        """Let the decorated function give *member* of a kind when it is expanded; ids need no function."""

        def register(expand: Expand) -> Expand:
            self.kinds[kind].expand[member] = expand
            return expand

        return register

    def invariant(self, kind: str) -> Callable[[Check], Check]:
        """Have the decorated function hold every object of a kind that a request touched."""

        def register(check: Check) -> Check:
            self.kinds[kind].checks.append(check)
            return check

        return register

    def page(self, prefix: str) -> Callable[[Visit], Visit]:
        """Let the decorated function answer browsers on every path that begins so."""

        def register(visit: Visit) -> Visit:
            self.pages[prefix] = visit
            return visit

        return register

    def start(self, prepare: Start) -> Start:
        """Have the decorated function prepare every new world."""
        self.starts.append(prepare)
        return prepare


class Router:
    """Finds the endpoint of a request, step by step.

    Args:
        topics: Whose endpoints there are.

    Attributes:
        paths: The path of each endpoint.
    """

    def __init__(self, topics: Iterable[Topic]) -> None:
        self.paths: list[str] = []
        self._tree: dict[str, Any] = {}
        self._fixed: dict[tuple[str, str], Route] = {}  # most requests need no search
        for topic in topics:
            for route in topic.routes:
                self.paths.append(route.path)
                self._plant(route)
                if not route.names:
                    self._fixed[route.method, route.path] = route

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """Give the endpoint, and what stands in the path for its variables.

        Raises:
            Refusal: There is none: 404 if Stripe has none either, 501 if only the simulator has none.
        """
        fixed = self._fixed.get((method, path))
        if fixed is not None:
            return fixed, {}
        place: dict[str, Any] = self._tree
        found: list[str] = []
        for step in _steps(path):
            if step in place:
                place = place[step]
            elif _VARIABLE in place and step:
                found.append(step)
                place = place[_VARIABLE]
            else:
                raise _nothing(method, path)
        ends: tuple[Route, list[str]] | None = place.get(_END, {}).get(method)
        if ends is None or (found and found[-1] == _SEARCH):
            raise _nothing(method, path)
        route, names = ends
        return route, dict(zip(names, found, strict=True))

    def _plant(self, route: Route) -> None:
        place = self._tree
        for step in _steps(route.path):
            place = place.setdefault(_VARIABLE if step.startswith(":") else step, {})
        place.setdefault(_END, {})[route.method] = (route, route.names)


def _steps(path: str) -> list[str]:
    return path.strip("/").split("/")


def _nothing(method: str, path: str) -> Refusal:
    steps = _steps(path)
    known = len(steps) > 1 and steps[0] in {"v1", "v2"} and f" {steps[1]} " in _KNOWN
    return not_simulated(method, path) if known else unrecognised(method, path)
