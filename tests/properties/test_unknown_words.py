"""Words of Stripe's that nobody knows yet pass through every function of accounts unharmed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.calls.scripted import Bench
from tests.unit.models.account_samples import account, capability, entry, v1, v2

from connectkit import in_v1, in_v2
from connectkit.models.accounts import Account, Capabilities
from connectkit.models.base import Answer, FrozenMapping
from connectkit.models.capabilities import Capability
from connectkit.models.external_accounts import ExternalAccount
from connectkit.models.observations import AccountChange, Observation
from connectkit.models.persons import Person
from connectkit.models.remedies import Remedy
from connectkit.models.standing import AccountState
from connectkit.requests import Response
from connectkit.resources.onboarding import AsyncOnboarding, Onboarding
from connectkit.sellers.forms import uncovered
from connectkit.sellers.gates import Movement, can
from connectkit.sellers.observing import observed
from connectkit.sellers.status import status_of
from connectkit.sellers.wording import line_of, worded

NOW = datetime(2026, 11, 24, tzinfo=UTC)
words = st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=1, max_size=30)
anything = st.text(max_size=40)
stages = ("past_due", "currently_due", "pending_verification", "eventually_due")
lists = st.lists(words, max_size=4)
movements = st.sampled_from(get_args(Movement))


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    """Draw an account of either API, with words of which none may be known."""
    if draw(st.booleans()):
        requirements: dict[str, Any] = {stage: draw(lists) for stage in stages}
        names = [name for stage in stages for name in requirements[stage]]
        error = {"code": draw(words), "reason": draw(words), "requirement": names[0] if names else ""}
        return account(
            v1(
                requirements={**requirements, "disabled_reason": draw(words), "errors": [error] if names else []},
                capabilities=draw(st.dictionaries(words, words, max_size=3)),
                charges_enabled=draw(st.booleans()),
                payouts_enabled=draw(st.booleans()),
            )
        )
    entries = tuple(
        entry(name, draw(st.sampled_from(stages) | words), errors=[{"code": draw(words), "description": "?"}])
        for name in draw(lists)
    )
    configuration = {"merchant": {"capabilities": {draw(words): capability(draw(words), draw(words))}}}
    return account(v2(entries=entries, configuration=configuration))


@given(accounts(), movements, words)
def test_whoever_may_do_what_is_always_told(one: Account, movement: Any, method: str) -> None:
    permission = can(one, movement, payment_method=method)
    assert permission.allowed is not bool(permission.why)
    assert set(permission.missing).isdisjoint(name for name in one.capabilities if one.capabilities.active(name))


@given(accounts())
def test_every_requirement_is_worded(one: Account) -> None:
    for requirement in one.requirements.entries:
        line = line_of(requirement)
        assert line.text
        assert line.requirement == requirement
        assert bool(line.remedies) is bool(requirement.errors)


@given(accounts(), accounts())
def test_what_is_seen_is_remembered_and_compared(before: Account, after: Account) -> None:
    first, second = observed(before, NOW), observed(after, NOW + timedelta(hours=1))
    assert Observation.loads(first.dumps()) == first
    told = AccountChange(before=first, after=second)
    document = {"before": first.document(), "after": second.document()}
    assert AccountChange.parse(Answer(data=document)) == told
    assert set(told.appeared) == second.wanted.keys() - first.wanted.keys()
    assert set(told.met) == first.wanted.keys() - second.wanted.keys()
    same = AccountChange(before=first, after=observed(before, NOW + timedelta(days=9)))
    assert not same.any
    assert same.moved == same.capabilities == {}
    assert {entry.name for entry in status_of(after).due} == set(second.due)


@given(anything)
def test_every_code_has_a_remedy(code: str) -> None:
    assert Remedy.of(code).advice


@given(anything, anything)
def test_every_name_is_worded_without_a_failure(name: str, about: str) -> None:
    assert isinstance(worded(name, {about: "Ana"}, about=about), str)


@given(anything)
def test_every_name_is_translated_without_a_failure(name: str) -> None:
    assert isinstance(in_v1(name), str)
    assert in_v1(f"new.{name}") == in_v2(f"new.{name}") == f"new.{name}"


new_names = st.from_regex(r"new_[a-z]{1,9}\.[a-z_]{1,9}", fullmatch=True)


@given(st.dictionaries(new_names, words, min_size=1, max_size=3))
def test_whatever_is_wanted_can_be_given(answers: dict[str, Any]) -> None:
    bench = Bench(Response(200, {"request-id": "req_1"}, v1()))
    Onboarding(AsyncOnboarding(bench.another())).provide("acct_1", answers)
    (request,) = bench.stripe.sent
    assert {f"{first}.{last}": text for first, tree in request.params.items() for last, text in tree.items()} == answers


@given(st.lists(lists, max_size=4), lists)
def test_a_form_report_forgets_nothing(wanted: list[list[str]], collected: list[str]) -> None:
    report = uncovered(wanted, collected)
    for names in wanted:
        for name in names:
            covered = any(name == field or name.startswith(f"{field}.") for field in collected)
            assert covered or name in report.missing or name in report.unanswerable
    assert report.complete is not bool(report.missing)
    assert set(report.unused) <= set(collected)


@given(words, words, st.dictionaries(st.sampled_from(stages), lists))
def test_new_words_and_members_pass_through(status: str, code: str, wanted: dict[str, list[str]]) -> None:
    named = Capability.parse(Answer(data={"id": code, "status": status, "requirements": wanted, "new": 1}))
    assert (named.name, named.status, named.active) == (code, status, status == "active")
    bank = ExternalAccount.parse(Answer(data={"id": "ba_1", "last4": "6789", "status": status, "object": code}))
    assert (bank.status, bank.kind, bank.errored) == (status, code, status == "errored")
    verification = {"status": status, "details_code": code}
    person = Person.parse(Answer(data={"id": "person_1", "verification": verification, "requirements": wanted}))
    assert (person.verification, person.verification_code) == (status, code)


@given(st.sampled_from(AccountState), st.booleans(), st.integers(-5, 20))
def test_whoever_is_blocked_now_is_blocked_later(state: AccountState, due: bool, days: int) -> None:
    seen = Observation(
        account="acct_1",
        state=state,
        wanted=FrozenMapping({"external_account": "currently_due" if due else "eventually_due"}),
        capabilities=Capabilities(),
        charges_enabled=True,
        payouts_enabled=True,
        deadline=NOW + timedelta(days=days),
        disabled_reason="",
        seen=NOW,
    )
    assert seen.blocked_by(NOW) >= seen.blocked
    assert seen.blocked_by(NOW + timedelta(days=21)) is (seen.blocked or due)
    assert seen.blocked_by(NOW) is (seen.blocked or (due and days <= 0))
