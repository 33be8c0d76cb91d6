"""Whatever new words Stripe uses, the status of an account passes them on."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.models.account_samples import account, capability, entry, v1, v2

from connectkit.sellers.status import status_of

words = st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=1, max_size=30)
stages = ("past_due", "currently_due", "pending_verification", "eventually_due")
lists = st.lists(words, max_size=4)
V1_REQUIREMENTS = st.fixed_dictionaries(
    {stage: lists | st.none() for stage in stages} | {"disabled_reason": words | st.none()}
)


@given(
    requirements=V1_REQUIREMENTS, codes=words, capabilities=st.dictionaries(words, words, max_size=3), data=st.data()
)
def test_v1(requirements: dict[str, Any], codes: str, capabilities: dict[str, str], data: st.DataObject) -> None:
    names = {name for stage in stages for name in requirements[stage] or ()}
    wrong = data.draw(st.sampled_from(sorted(names))) if names else ""
    errors = [{"code": codes, "reason": codes, "requirement": wrong}] if wrong else []
    flags = {"charges_enabled": data.draw(st.booleans()), "payouts_enabled": data.draw(st.booleans())}
    told = status_of(account(v1(requirements={**requirements, "errors": errors}, capabilities=capabilities, **flags)))
    entries = told.due + told.pending + told.later
    assert sorted(entry.name for entry in entries) == sorted(names)
    assert told.disabled_reason == (requirements["disabled_reason"] or "")
    assert told.capabilities == capabilities
    assert {error.code for entry in entries for error in entry.errors} == ({codes} if wrong else set())
    assert told.can_be_paid_out is flags["payouts_enabled"]


@given(
    names=lists,
    stage=st.sampled_from(stages) | words,
    awaited=st.sampled_from(["user", "stripe"]) | words,
    code=words,
    asked=st.tuples(words, words),
)
def test_v2(names: list[str], stage: str, awaited: str, code: str, asked: tuple[str, str]) -> None:
    errors = [{"code": code, "description": code}]
    entries = tuple(entry(name, stage, awaiting_action_from=awaited, errors=errors) for name in names)
    name, status = asked
    configuration = {"merchant": {"capabilities": {name: capability(status, code)}}}
    told = status_of(account(v2(entries=entries, configuration=configuration)))
    found = told.due + told.pending + told.later
    assert sorted(entry.name for entry in found) == sorted(names)
    assert all(error.code == code for entry in found for error in entry.errors)
    assert list(told.capabilities.values()) == [status]
    assert told.restrictions[0].code == code
