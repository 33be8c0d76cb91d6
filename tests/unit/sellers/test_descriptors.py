"""Statement descriptors, by Stripe's rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectkit.errors import InvalidRequest
from connectkit.sellers.descriptors import checked_descriptor, checked_prefix, checked_suffix, combined

latin = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="<>\\'\"*"), max_size=30)


@given(latin)
def test_what_is_allowed_comes_back_as_it_was(text: str) -> None:
    fine = 5 <= len(text) <= 22 and any(letter.isalpha() for letter in text)
    if fine:
        assert checked_descriptor(text) == text
    else:
        with pytest.raises(InvalidRequest):
            checked_descriptor(text)


@given(latin, latin)
def test_prefix_and_suffix_fit_a_statement(prefix: str, suffix: str) -> None:
    assert len(combined(prefix, suffix)) <= 22
    try:
        checked_prefix(prefix)
        checked_suffix(suffix, prefix)
    except InvalidRequest:
        return
    assert combined(prefix, suffix) == f"{prefix}* {suffix}"


@pytest.mark.parametrize(
    "text", ["LAMPS <ANA>", "LAMPS'", 'LAMPS"', "LAMPS*", "LAMPS\\", "LÂMPADAS", "LAMPS\n", "12345"]
)
def test_what_is_not_allowed_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        checked_descriptor(text)
    assert caught.value.param == "statement_descriptor"
