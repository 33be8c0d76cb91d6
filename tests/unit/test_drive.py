"""One async source, and its blocking face."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Iterator

import pytest

from connectkit.drive import Blocking, blocking, iterating, run


class AsyncShop:
    """A source."""

    def __init__(self) -> None:
        self.closed = False

    async def price(self, article: str, *, pieces: int = 1) -> str:
        """Give a price."""
        return f"{pieces} {article}"

    async def articles(self, number: int) -> AsyncGenerator[int, None]:
        """Go through the articles."""
        try:
            for article in range(number):
                yield article
        finally:
            self.closed = True

    async def wait(self) -> None:
        """Suspend."""
        await asyncio.sleep(0)

    async def fail(self) -> None:
        """Raise."""
        raise LookupError


class Shop(Blocking[AsyncShop]):
    """Its face."""

    price = blocking(AsyncShop.price)
    articles = iterating(AsyncShop.articles)
    wait = blocking(AsyncShop.wait)
    fail = blocking(AsyncShop.fail)


def test_the_face_gives_what_the_source_gives() -> None:
    shop = Shop(AsyncShop())
    assert shop.price("pen", pieces=3) == "3 pen"
    assert list(shop.articles(3)) == [0, 1, 2]
    with pytest.raises(LookupError):
        shop.fail()


def test_a_broken_off_iteration_closes_the_source() -> None:
    source = AsyncShop()
    articles = Shop(source).articles(3)
    assert isinstance(articles, Iterator)
    assert next(articles) == 0
    articles.close()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # a generator
    assert source.closed


def test_a_port_that_suspends_is_named() -> None:
    with pytest.raises(RuntimeError, match=r"AsyncShop\.wait.* suspended"):
        Shop(AsyncShop()).wait()


def test_it_blocks_inside_a_running_loop_too() -> None:
    async def inside() -> str:
        return Shop(AsyncShop()).price("pen")

    assert asyncio.run(inside()) == "1 pen"


def test_signature_name_and_docstring_are_the_sources() -> None:
    assert str(inspect.signature(Shop.price)) == "(self, article: str, *, pieces: int = 1) -> str"
    assert str(inspect.signature(Shop(AsyncShop()).price)) == "(article: str, *, pieces: int = 1) -> str"
    assert "Iterator[int]" in str(inspect.signature(Shop.articles))
    assert Shop.price.__name__ == "price"
    assert Shop.price.__doc__ == "Give a price."
    late = inspect.signature(Shop.price)
    assert not hasattr(late, "anything_else")


def test_run_gives_the_result_of_a_coroutine() -> None:
    assert run(AsyncShop().price("pen")) == "1 pen"
