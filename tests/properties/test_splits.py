"""The laws of splits, over every currency of Stripe's and amounts up to its largest."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from connectkit import Division, InvalidRequest, Money, Split, Tier
from connectkit.money import CURRENCIES, Rounding

LARGEST = 99_999_999
currencies = st.sampled_from(sorted(CURRENCIES))
amounts = st.integers(1, LARGEST)
accounts = st.sampled_from([f"acct_{number}" for number in range(6)])
percents = st.decimals(0, 40, places=4).map(str)
ROUNDINGS: tuple[Rounding, ...] = ("first", "largest")
roundings = st.sampled_from(ROUNDINGS)


@st.composite
def bounds(draw: st.DrawFn, currency: str) -> dict[str, Money]:
    """Draw a minimum and a maximum that go together, or one of them, or none."""
    low = draw(st.none() | st.integers(0, 1000))
    high = draw(st.none() | st.integers(low or 0, LARGEST))
    named = {"minimum": low, "maximum": high}
    return {name: Money(amount, currency) for name, amount in named.items() if amount is not None}


@st.composite
def rules(draw: st.DrawFn, currency: str) -> Split:
    """Draw rules of any kinds of lines."""
    rule = Split(rounding=draw(roundings))
    for _ in range(draw(st.integers(0, 3))):
        rule = rule.fixed(draw(accounts), Money(draw(st.integers(0, LARGEST // 8)), currency))
    for _ in range(draw(st.integers(0, 2))):
        low = draw(st.none() | st.integers(0, 1000).map(lambda amount: Money(amount, currency)))
        high = draw(st.none() | st.integers(0, LARGEST).map(lambda amount: Money(amount, currency)))
        rule = rule.percent(draw(accounts), draw(percents), minimum=low, maximum=high)
    match draw(st.sampled_from(["kept", "rest", "ratio"])):
        case "rest":
            rule = rule.rest(draw(accounts), **draw(bounds(currency)))
        case "ratio":
            for _ in range(draw(st.integers(1, 3))):
                rule = rule.ratio(draw(accounts), draw(st.integers(1, 1000)), **draw(bounds(currency)))
        case _:
            pass
    if draw(st.booleans()):
        rule = rule.fee(Tier(percent=draw(percents), minimum=Money(draw(st.integers(0, 50)), currency)))
    return rule


@st.composite
def divisions(draw: st.DrawFn) -> Division:
    """Draw what comes of rules."""
    currency = draw(currencies)
    try:
        return draw(rules(currency)).of(Money(draw(amounts), currency))
    except InvalidRequest:
        assume(condition=False)
        raise


@given(divisions())
def test_a_division_sums_to_its_total_and_nothing_is_negative(division: Division) -> None:
    nothing = Money(0, division.total.currency)
    assert sum(division.shares.values(), division.kept) == division.total
    assert all(share > nothing for share in division.shares.values())
    assert division.kept >= nothing
    assert not {one.account for one in division.left_out} & set(division.shares)


@given(divisions())
def test_a_division_is_remembered_in_metadata(division: Division) -> None:
    notes = division.notes()
    assert all(len(note) <= 500 for note in notes.values())
    read = Division.read({**notes, "other": "note"})
    assert read is not None
    assert (read.total, dict(read.shares), read.kept) == (division.total, dict(division.shares), division.kept)


@given(divisions(), st.lists(st.integers(0, 100), min_size=1, max_size=5))
def test_refunds_of_the_whole_take_every_share_back(division: Division, parts: list[int]) -> None:
    assume(sum(parts))
    nothing = Money(0, division.total.currency)
    before, back = nothing, dict.fromkeys(division.shares, nothing)
    for refund in division.total.allocate(parts):
        taken = division.give_back(refund, before=before)
        assert sum(back.values(), nothing) + sum(taken.values(), nothing) <= before + refund
        assert all(part > nothing for part in taken.values())
        for account, part in taken.items():
            back[account] += part
            assert back[account] <= division.shares[account]
        before += refund
    assert back == dict(division.shares)


@given(currencies, st.integers(0, LARGEST), st.lists(st.fractions(0, 100), min_size=1, max_size=8), roundings)
@example("usd", 1000, [Fraction(1), Fraction(1), Fraction(1)], "first")
def test_allotment_is_exact_and_within_a_unit(
    currency: str, amount: int, weights: list[Fraction], rounding: Rounding
) -> None:
    assume(sum(weights))
    total = Money(amount, currency)
    shares = total.allocate(weights, rounding=rounding)
    assert sum(shares, Money(0, currency)) == total
    for share, weight in zip(shares, weights, strict=True):
        exact = amount * weight / sum(weights)
        assert int(exact) <= share.amount <= int(exact) + 1
        assert weight or share.is_zero


@given(currencies, amounts, st.decimals(0, 100, places=3))
def test_a_percentage_is_of_the_total(currency: str, amount: int, percent: Decimal) -> None:
    division = Split().percent("acct_1", percent).of(Money(amount, currency))
    share = division.shares.get("acct_1", Money(0, currency)).amount
    exact = amount * Fraction(percent) / 100
    assert int(exact) <= share <= int(exact) + 1


@st.composite
def bounded(draw: st.DrawFn) -> tuple[Money, list[tuple[int, int, int | None]], Rounding]:
    """Draw a total, and weights with their bounds."""
    lines: list[tuple[int, int, int | None]] = []
    for _ in range(draw(st.integers(1, 6))):
        low = draw(st.just(0) | st.integers(0, 500))
        lines.append((draw(st.integers(1, 100)), low, draw(st.none() | st.integers(low, 2000))))
    return Money(draw(st.integers(1, 5000)), draw(currencies)), lines, draw(roundings)


def by_ratio(total: Money, lines: list[tuple[int, int, int | None]], rounding: Rounding) -> tuple[list[int], int]:
    rule = Split(rounding=rounding)
    for number, (weight, low, high) in enumerate(lines):
        most = None if high is None else Money(high, total.currency)
        rule = rule.ratio(f"acct_{number}", weight, minimum=Money(low, total.currency), maximum=most)
    division = rule.of(total)
    nothing = Money(0, total.currency)
    return [division.shares.get(f"acct_{number}", nothing).amount for number in range(len(lines))], division.kept.amount


@given(bounded())
@example((Money(1200, "usd"), [(3, 0, 500), (1, 0, None)], "first"))
@example((Money(10, "usd"), [(1, 8, None), (1, 0, 1), (1, 0, None)], "largest"))
def test_shares_by_ratio_stay_within_their_bounds(
    drawn: tuple[Money, list[tuple[int, int, int | None]], Rounding],
) -> None:
    total, lines, rounding = drawn
    if sum(low for _, low, _ in lines) > total.amount:
        with pytest.raises(InvalidRequest, match="the minimums are"):
            by_ratio(total, lines, rounding)
        return
    shares, kept = by_ratio(total, lines, rounding)
    assert sum(shares) + kept == total.amount
    for share, (_, low, high) in zip(shares, lines, strict=True):
        assert low <= share <= (total.amount if high is None else high)
    assert kept == 0 or all(share == high for share, (_, _, high) in zip(shares, lines, strict=True))


@given(bounded())
def test_whoever_is_within_bounds_has_what_the_weights_say(
    drawn: tuple[Money, list[tuple[int, int, int | None]], Rounding],
) -> None:
    """Of two who are at no bound, neither has more than a unit over what the other's share makes by weight."""
    total, lines, rounding = drawn
    assume(sum(low for _, low, _ in lines) <= total.amount)
    shares, _ = by_ratio(total, lines, rounding)
    free = [(share, weight) for share, (weight, low, high) in zip(shares, lines, strict=True) if low < share != high]
    for (one, weight), (other, theirs) in pairwise(free):
        assert abs(Fraction(one, weight) - Fraction(other, theirs)) < Fraction(1, weight) + Fraction(1, theirs)


@given(currencies, st.integers(1, 5000), st.integers(0, 5000), st.integers(0, 5000))
def test_the_rest_stays_within_its_bounds(currency: str, amount: int, low: int, more: int) -> None:
    rule = Split().rest("acct_1", minimum=Money(low, currency), maximum=Money(low + more, currency))
    if amount < low:
        with pytest.raises(InvalidRequest, match="the minimums are"):
            rule.of(Money(amount, currency))
        return
    division = rule.of(Money(amount, currency))
    share = division.shares.get("acct_1", Money(0, currency)).amount
    assert (share, division.kept.amount) == (min(amount, low + more), max(0, amount - low - more))
