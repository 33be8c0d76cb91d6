"""Statement descriptors, by Stripe's rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectkit.errors import InvalidRequest
from connectkit.sellers.descriptors import (
    checked_descriptor,
    checked_japanese,
    checked_prefix,
    checked_suffix,
    combined,
)

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


katakana = st.text(st.characters(min_codepoint=0x30A1, max_codepoint=0x30FA), max_size=30)


@given(katakana)
def test_katakana_is_allowed_in_both_scripts_up_to_their_lengths(text: str) -> None:
    for param, most in (("kana", 22), ("prefix_kana", 22), ("kanji", 17), ("prefix_kanji", 17)):
        if 1 <= len(text) <= most:
            assert checked_japanese(text, param) == text
        else:
            with pytest.raises(InvalidRequest, match=f"1 to {most} characters"):
                checked_japanese(text, param)


@pytest.mark.parametrize(
    ("text", "param", "why"),
    [
        ("ランプ*", "kana", "none of"),
        ("渋谷<灯>", "kanji", "none of"),
        ("渋谷\n灯", "kanji", "no line breaks"),
        ("渋谷", "kana", "katakana"),
        ("12345", "prefix_kana", "at least one letter"),
    ],
)
def test_what_is_not_allowed_in_japan_is_refused(text: str, param: str, why: str) -> None:
    with pytest.raises(InvalidRequest, match=why) as caught:
        checked_japanese(text, param)
    assert caught.value.param == param
