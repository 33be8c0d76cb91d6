from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectkit.simulator import InvariantBroken
from connectkit.simulator.clock import Clock
from connectkit.simulator.ledger import STRIPE, WORLD, Entry, Ledger

accounts = st.sampled_from(["acct_a", "acct_b", STRIPE, WORLD])
moves = st.tuples(accounts, accounts, st.sampled_from(["usd", "jpy"]), st.integers(-500, 500), st.integers(0, 20))


def test_refuses_a_posting_that_does_not_sum_to_zero() -> None:
    ledger = Ledger(Clock(0))
    with pytest.raises(InvariantBroken, match="does not sum to zero"):
        ledger.post(Entry(WORLD, "usd", -100), Entry("acct_a", "usd", 99))
    assert ledger.totals() == {}


def test_refuses_to_mix_currencies() -> None:
    with pytest.raises(InvariantBroken):
        Ledger(Clock(0)).post(Entry(WORLD, "usd", -100), Entry("acct_a", "eur", 100))


def test_holds_money_back_until_its_time() -> None:
    clock = Clock(0)
    ledger = Ledger(clock)
    ledger.post(Entry(WORLD, "usd", -100), Entry("acct_a", "usd", 100, available_on=10))
    assert (ledger.available("acct_a", "usd"), ledger.pending("acct_a", "usd")) == (0, 100)
    clock.advance(to=9)
    assert ledger.available("acct_a", "usd") == 0
    clock.advance(to=10)
    assert (ledger.available("acct_a", "usd"), ledger.pending("acct_a", "usd")) == (100, 0)


def test_knows_nothing_of_who_never_had_money() -> None:
    ledger = Ledger(Clock(0))
    assert ledger.available("acct_a", "usd") == ledger.pending("acct_a", "usd") == 0
    assert ledger.currencies("acct_a") == []


def test_names_currencies() -> None:
    ledger = Ledger(Clock(0))
    ledger.post(Entry(WORLD, "usd", -1), Entry("acct_a", "usd", 1))
    ledger.post(Entry(WORLD, "eur", -1), Entry("acct_a", "eur", 1))
    assert ledger.currencies("acct_a") == ["eur", "usd"]


def test_notices_when_a_balance_was_changed_behind_its_back() -> None:
    ledger = Ledger(Clock(0))
    ledger.post(Entry(WORLD, "usd", -1), Entry("acct_a", "usd", 1))
    assert ledger.balanced()
    ledger._pockets["acct_a"]["usd"].total += 1
    assert not ledger.balanced()


@given(st.lists(moves, max_size=40), st.integers(0, 25))
def test_balances_are_the_sums_of_their_entries(movements: list[tuple[str, str, str, int, int]], until: int) -> None:
    clock = Clock(0)
    ledger = Ledger(clock)
    for giver, taker, currency, amount, when in movements:
        ledger.post(Entry(giver, currency, -amount, when), Entry(taker, currency, amount, when))
        assert ledger.balanced()
    clock.advance(to=until)
    for account in ("acct_a", "acct_b", STRIPE, WORLD):
        for currency in ("usd", "jpy"):
            own = [
                (sign * amount, when)
                for giver, taker, named, amount, when in movements
                for who, sign in ((giver, -1), (taker, 1))
                if who == account and named == currency
            ]
            assert ledger.available(account, currency) == sum(amount for amount, when in own if when <= until)
            assert ledger.pending(account, currency) == sum(amount for amount, when in own if when > until)
    assert all(sum(held.get(currency, 0) for held in ledger.totals().values()) == 0 for currency in ("usd", "jpy"))


def test_it_is_known_when_so_much_of_what_is_pending_has_arrived() -> None:
    clock = Clock(100)
    ledger = Ledger(clock)
    for amount, when in ((5, 300), (7, 200)):
        ledger.post(Entry("acct_1", "usd", amount, when), Entry(WORLD, "usd", -amount))
    assert [ledger.covered_on("acct_1", "usd", amount) for amount in (7, 8, 13)] == [200, 300, 300]
    assert ledger.covered_on("acct_2", "usd", 1) == 100
