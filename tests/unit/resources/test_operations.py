"""Operations that somebody left unfinished."""

from __future__ import annotations

import pytest
from tests.unit.calls.scripted import LOST, Bench, ok, payout

from connectkit.calls.retries import Retries
from connectkit.drive import run
from connectkit.errors import OutcomeUnknown
from connectkit.resources.operations import AsyncOperations, Operations


def test_what_was_abandoned_is_listed_and_brought_to_its_end() -> None:
    bench = Bench(LOST, retries=Retries(attempts=1))
    with pytest.raises(OutcomeUnknown):
        run(bench.caller.perform(payout()))
    operations = Operations(AsyncOperations(bench.another()))
    (abandoned,) = operations.unfinished()
    assert abandoned.verb == "payouts.create"
    bench.stripe.reactions = [ok("po_1")]
    assert operations.resume(abandoned) == ["po_1"]
    assert operations.unfinished() == []
    assert len({request.idempotency_key for request in bench.stripe.sent}) == 1
