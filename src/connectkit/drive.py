"""Write `async def` once; run it in an event loop, or here and now.

Every flow of connectkit is one coroutine. In the blocking world each port that it awaits is an `async def` that never
suspends, so that one `send(None)` carries the coroutine from its first line to its result: no thread, no event loop and
no second copy of the code.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, get_args, get_origin

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S")
S_co = TypeVar("S_co", covariant=True)


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Finish a coroutine whose every port blocks, so that it never suspends.

    Raises:
        RuntimeError: A port suspended after all; a blocking face was built over asynchronous ports.
    """
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        coroutine.close()
    message = f"{coroutine!r} suspended: one of its ports does not block"
    raise RuntimeError(message)


class Blocking(Generic[S_co]):
    """The blocking face of an asynchronous source."""

    def __init__(self, source: S_co) -> None:
        self._source = source


def blocking(method: Callable[Concatenate[S, P], Coroutine[Any, Any, T]]) -> Callable[Concatenate[Blocking[S], P], T]:
    """Adopt an `async def` method of the source as a plain method."""

    def call(self: Blocking[S], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return run(method(self._source, *args, **kwargs))  # the face's own source

    return presented(call, method)


def iterating(
    method: Callable[Concatenate[S, P], AsyncGenerator[T, None]],
) -> Callable[Concatenate[Blocking[S], P], Iterator[T]]:
    """Adopt an asynchronous generator of the source as a plain one."""

    def call(self: Blocking[S], /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        items = method(self._source, *args, **kwargs)  # the face's own source
        try:
            while True:
                yield run(items.__anext__())
        except StopAsyncIteration:
            return
        finally:
            run(items.aclose())

    return presented(call, method, Iterator)


C = TypeVar("C", bound=Callable[..., Any])


class _LateSignature(inspect.Signature):
    """The signature of an adopted method, evaluated when somebody looks, so that importing stays cheap."""

    __slots__ = ("_method", "_wrapper")

    def __init__(self, method: Callable[..., Any], wrapper: Any) -> None:  # noqa: ANN401  # any generic type, or None
        self._method = method
        self._wrapper = wrapper

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the two slots of Signature hold
        if name not in {"_parameters", "_return_annotation"}:
            raise AttributeError(name)
        found = _signature(self._method, self._wrapper)
        inspect.Signature.__init__(self, list(found.parameters.values()), return_annotation=found.return_annotation)
        return object.__getattribute__(self, name)

    def replace(self, **changes: Any) -> inspect.Signature:  # type: ignore[override]  # noqa: ANN401  # a plain one is enough
        return _signature(self._method, self._wrapper).replace(**changes)


def _signature(method: Callable[..., Any], wrapper: Any) -> inspect.Signature:  # noqa: ANN401  # any generic type, or None
    signature = inspect.signature(method, eval_str=True)
    if wrapper is None:
        return signature
    returns: Any = signature.return_annotation
    inner = get_args(returns)[0] if get_origin(returns) is AsyncGenerator else returns
    return signature.replace(return_annotation=wrapper[inner])


def presented(call: C, method: Callable[..., Any], wrapper: Any = None) -> C:  # noqa: ANN401  # any generic type
    """Give *call* the name, the documentation and the signature of *method*.

    Args:
        call: What calls the method in another way.
        method: The method, an `async def` of the source.
        wrapper: A generic type, as `Iterator`, in which *call* gives what the method gives.
    """
    functools.update_wrapper(call, method)
    del call.__wrapped__  # type: ignore[attr-defined]  # pyright: ignore[reportFunctionMemberAccess]
    call.__signature__ = _LateSignature(method, wrapper)  # type: ignore[attr-defined]
    return call
