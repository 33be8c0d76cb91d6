from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectkit.simulator.clock import DAY, HOUR, Clock, rfc3339


def test_stands_still_until_it_is_advanced() -> None:
    clock = Clock(1000)
    assert clock.now == 1000
    assert clock.advance(days=1, hours=2) == 1000 + DAY + 2 * HOUR
    assert clock.now == 1000 + DAY + 2 * HOUR


def test_can_be_sent_to_a_second() -> None:
    clock = Clock(1000)
    assert clock.advance(to=1005) == clock.now == 1005


def test_does_not_run_backwards() -> None:
    clock = Clock(1000)
    with pytest.raises(ValueError, match="Time runs forward: the clock stands at 1000 and cannot go to 999"):
        clock.advance(to=999)


@given(st.lists(st.integers(min_value=-5, max_value=50), max_size=30))
def test_lets_everything_happen_in_order_at_its_own_time(delays: list[int]) -> None:
    clock = Clock(100)
    happened: list[tuple[int, int, int]] = []
    for place, delay in enumerate(delays):

        def happening(delay: int = delay, place: int = place) -> None:
            happened.append((clock.now, delay, place))

        clock.after(delay, happening)
    clock.advance(to=200)
    in_order = sorted(range(len(delays)), key=lambda place: (delays[place], place))
    assert happened == [(100 + max(delays[place], 0), delays[place], place) for place in in_order]


def test_runs_what_a_happening_plans_on_the_way() -> None:
    clock, seen = Clock(0), list[int]()

    def first() -> None:
        seen.append(clock.now)
        clock.after(3, lambda: seen.append(clock.now))
        clock.at(clock.now, lambda: seen.append(-clock.now))

    clock.at(5, first)
    clock.advance(to=10)
    assert seen == [5, -5, 8]


def test_runs_only_what_is_due() -> None:
    clock, seen = Clock(0), list[str]()
    clock.at(0, partial(seen.append, "now"))
    clock.at(1, partial(seen.append, "later"))
    clock.run_due()
    assert seen == ["now"]


def test_writes_times_as_v2_does() -> None:
    assert rfc3339(1_800_000_000) == "2027-01-15T08:00:00.000Z"
