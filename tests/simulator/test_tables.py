from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectkit.simulator.refusals import Refusal
from connectkit.simulator.tables import Table

rows = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from("xyz"), st.sampled_from(["new", "paid"]), st.booleans()), max_size=30
)
spans = st.one_of(
    st.integers(0, 40),
    st.dictionaries(st.sampled_from(["gt", "gte", "lt", "lte"]), st.integers(0, 40), max_size=2),
)
TESTS: dict[str, Callable[[int, int], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def filled(plan: list[tuple[int, str, str, bool]]) -> tuple[Table, list[dict[str, Any]]]:
    table, kept, now = Table("transfer", ("owner",)), list[dict[str, Any]](), 0
    for place, (pause, owner, status, removed) in enumerate(plan):
        now += pause
        row: dict[str, Any] = {
            "id": f"tr_{place}",
            "object": "transfer",
            "created": now,
            "owner": owner,
            "status": status,
        }
        table.add(row)
        if removed:
            table.remove(row["id"])
        else:
            kept.append(row)
    return table, kept


@given(rows, spans, st.sampled_from([None, "x", "y"]), st.sampled_from([None, "new"]), st.integers(1, 5))
def test_pages_give_what_a_search_of_everything_gives(
    plan: list[tuple[int, str, str, bool]],
    created: int | dict[str, int],
    owner: str | None,
    status: str | None,
    limit: int,
) -> None:
    table, kept = filled(plan)
    span = created if isinstance(created, dict) else {"gte": created, "lte": created}
    equal = {name: value for name, value in (("owner", owner), ("status", status)) if value is not None}
    expected = [
        row
        for row in reversed(kept)
        if all(TESTS[name](row["created"], bound) for name, bound in span.items())
        and all(row[name] == value for name, value in equal.items())
    ]
    assert table.page({"created": created, "limit": 100}, equal).data == expected
    found: list[dict[str, Any]] = []
    cursor: dict[str, Any] = {}
    more = True
    while more:
        page = table.page({"created": created, "limit": limit, **cursor}, equal)
        found += page.data
        more = page.has_more
        cursor = {"starting_after": found[-1]["id"]} if found else {}
    assert found == expected
    if expected:
        back = table.page({"created": created, "limit": limit, "ending_before": expected[-1]["id"]}, equal)
        assert back.data == expected[:-1][-limit:]
        assert back.has_more == (len(expected) - 1 > limit)


@pytest.mark.parametrize("bound", TESTS)
def test_a_bound_of_time_leaves_out_what_is_beyond_it(bound: str) -> None:
    table, kept = filled([(1, "x", "new", False)] * 5)
    expected = [row for row in reversed(kept) if TESTS[bound](row["created"], 3)]
    assert table.page({"created": {bound: 3}}, {}).data == expected
    assert 0 < len(expected) < len(kept)


@given(rows)
def test_search_gives_the_newest_first(plan: list[tuple[int, str, str, bool]]) -> None:
    table, kept = filled(plan)
    assert list(table) == kept
    assert len(table) == len(kept)
    assert list(table.where(owner="x", status="new")) == [
        row for row in reversed(kept) if row["owner"] == "x" and row["status"] == "new"
    ]


def test_limits_are_within_1_and_100() -> None:
    for limit, bound in ((0, "greater than or equal to 1"), (101, "less than or equal to 100")):
        with pytest.raises(Refusal, match=bound) as refused:
            Table("transfer").page({"limit": limit}, {})
        assert (refused.value.status, refused.value.param) == (400, "limit")


def test_a_cursor_has_to_name_something() -> None:
    with pytest.raises(Refusal, match="No such application fee: 'fee_1'") as refused:
        Table("application_fee").page({"starting_after": "fee_1"}, {})
    assert (refused.value.status, refused.value.code, refused.value.param) == (
        400,
        "resource_missing",
        "starting_after",
    )


def test_ten_are_given_where_no_limit_is() -> None:
    table, _ = filled([(1, "x", "new", False)] * 11)
    page = table.page({}, {})
    assert (len(page.data), page.has_more) == (10, True)


def test_gives_one_by_its_id() -> None:
    table, kept = filled([(1, "x", "new", False)])
    assert table.get("tr_0") is kept[0]
    assert table.get("tr_1") is None


def test_what_says_no_second_counts_as_old() -> None:
    table = Table("v2.core.event")
    table.add({"id": "evt_1", "created": "2027-01-15T08:00:00.000Z"})
    assert table.page({"created": {"gte": 1}}, {}).data == []
