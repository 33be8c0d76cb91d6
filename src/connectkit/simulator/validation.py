"""Parameters, held against the SDK's own description of each endpoint.

The description is a TypedDict of `stripe.params`. It is compiled when an endpoint is first called, an inner hash when
it is first sent, and kept. So what is unknown, missing or of the wrong type is Stripe's word and not our belief. Words
that the SDK leaves open are open here.
"""

from __future__ import annotations

import sys
import types
import typing
from decimal import Decimal as Exact
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, Final, cast

from .readers import (
    AnyOf,
    Boolean,
    Decimal,
    Integer,
    JsonText,
    ListOf,
    MapOf,
    Metadata,
    OneOf,
    Reader,
    Sent,
    Text,
)
from .refusals import invalid, missing, unknown

_OPTIONS: Final = frozenset(
    {
        "api_key",
        "content_type",
        "headers",
        "idempotency_key",
        "max_network_retries",
        "stripe_account",
        "stripe_context",
        "stripe_version",
    }
)


class Hash:
    """Reads the hash that a TypedDict describes."""

    takes: ClassVar[type] = dict

    def __init__(self, described: type, *, form: bool) -> None:
        self._described = described
        self._form = form
        self._fields: dict[str, Reader] | None = None
        self._required: frozenset[str] = frozenset()

    def read(self, value: Sent, name: str) -> Sent:
        """Give the hash, each member read.

        Raises:
            Refusal: Something in it is unknown, missing or wrong.
        """
        if value is None and not self._form:
            return None
        if not isinstance(value, dict):
            raise invalid("Invalid object", param=name)
        return self.read_members(value, name)

    def read_members(self, value: dict[str, Any], name: str) -> dict[str, Any]:
        """Give the members of the hash of this name, each read.

        Raises:
            Refusal: One of them is unknown, missing or wrong.
        """
        fields = self._fields or self._compile()
        if not value.keys() <= fields.keys():
            raise unknown([_inside(name, key) for key in value if key not in fields])
        if not self._required <= value.keys():
            raise missing(_inside(name, min(self._required - value.keys())))
        if not name:  # most parameters stand at the top
            return {key: fields[key].read(item, key) for key, item in value.items()}
        return {key: fields[key].read(item, f"{name}[{key}]") for key, item in value.items()}

    @property
    def names(self) -> frozenset[str]:
        """What its members are called."""
        return frozenset(self._fields or self._compile())

    def _compile(self) -> dict[str, Reader]:
        own = {key: note for key, note in self._described.__annotations__.items() if key not in _OPTIONS}
        space = vars(sys.modules[self._described.__module__])
        shim = types.SimpleNamespace(__annotations__=own)
        hints = typing.get_type_hints(shim, globalns=space)
        self._required = frozenset(cast("frozenset[str]", vars(self._described)["__required_keys__"])) & own.keys()
        self._fields = {
            key: Metadata() if key == "metadata" else _reader(hint, form=self._form) for key, hint in hints.items()
        }
        return self._fields


def read_params(name: str | type, sent: dict[str, Any], *, form: bool) -> dict[str, Any]:
    """Give *sent* with every value in its own type.

    Args:
        name: Where the description stands below `stripe.params`, such as `v2.core.AccountCreateParams`; empty for an
            endpoint that has no parameters; or an own description, where the SDK has none.
        sent: The parameters as they came.
        form: Whether they came as a form, where everything is a string.

    Raises:
        Refusal: One of them is unknown, missing or wrong.
    """
    if not name:
        if sent:
            raise unknown(list(sent))
        return {}
    return _described(name, form=form).read_members(sent, "")


def described(name: str | type) -> frozenset[str]:
    """Give the names of the parameters of an endpoint, as `read_params` takes them."""
    return _described(name, form=True).names


@cache
def _described(name: str | type, *, form: bool) -> Hash:
    if isinstance(name, type):
        return Hash(name, form=form)
    module, _, described = name.rpartition(".")
    if described.startswith("OAuth"):
        return Hash(getattr(import_module("stripe").OAuth, described), form=form)
    return Hash(getattr(import_module(f"stripe.params.{module}".rstrip(".")), described), form=form)


def _inside(name: str, key: str) -> str:
    return f"{name}[{key}]" if name else key


def _reader(hint: Any, *, form: bool) -> Reader:  # noqa: ANN401  # a type of any shape
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return OneOf(inner)
    if origin in (typing.Union, types.UnionType):
        return AnyOf(tuple(_reader(member, form=form) for member in inner if not _is_answer(member)))
    if origin is list:
        return ListOf(_reader(inner[0], form=form))
    if origin is dict:
        return MapOf(_reader(inner[1], form=form))
    if hasattr(hint, "__required_keys__"):
        return Hash(hint, form=form)
    return _leaf(hint, form=form)


def _is_answer(hint: object) -> bool:
    """An object of an answer may be given instead of a hash; on the wire it is one."""
    return getattr(typing.get_origin(hint), "__name__", "") == "UntypedStripeObject"


def _leaf(hint: object, *, form: bool) -> Reader:
    if hint is int:
        return Integer(form=form)
    if hint is bool:
        return Boolean(form=form)
    if hint is Exact or hint is float:
        return Decimal()
    return Text() if form else JsonText()
