from __future__ import annotations

import re

from connectkit.simulator.ids import Ids


def test_look_like_stripes() -> None:
    ids = Ids(0)
    assert re.fullmatch(r"tr_[0-9A-Za-z]{24}", ids.new("tr"))
    assert re.fullmatch(r"acct_[0-9A-Za-z]{16}", ids.new("acct"))
    assert re.fullmatch(r"req_[0-9A-Za-z]{14}", ids.new("req"))
    assert len(ids.token(12)) == 12


def test_are_the_same_for_the_same_seed_and_others_for_another() -> None:
    assert [Ids(7).new("po") for _ in range(2)] == [Ids(7).new("po")] * 2
    assert Ids(7).new("po") != Ids(8).new("po")


def test_do_not_repeat() -> None:
    ids = Ids(0)
    assert len({ids.new("evt") for _ in range(1000)}) == 1000
