"""The caller, over a scripted Stripe: what is sent, what is remembered, and what is said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve

from connectkit.calls.caller import Intent
from connectkit.calls.limits import RateGate, Rates
from connectkit.calls.retries import Retries
from connectkit.drive import run
from connectkit.errors import (
    ClockSkewed,
    ConnectKitError,
    Happened,
    InsufficientBalance,
    InvalidRequest,
    OperationConflict,
    OperationInProgress,
    OutcomeUnknown,
    PaymentDeclined,
    PermissionDenied,
    ReviewNeeded,
    StoreUnavailable,
    Throttled,
    Unreachable,
)
from connectkit.requests import Request, Response
from connectkit.storage.records import Delivery, Operation, State, Stored

from .scripted import LOST, START, UNSENT, Bench, failed, marked, ok, page, payout


def test_the_same_key_gives_the_stored_answer_without_a_request() -> None:
    bench = Bench(ok())
    first = run(bench.caller.perform(payout()))
    second = run(bench.another().perform(payout()))
    assert len(bench.stripe.sent) == 1
    assert first.data["method"] == "standard"
    assert second.data == {"id": "po_1", "amount": 1000}
    assert (first.receipt.replayed, second.receipt.replayed) == (False, True)
    assert first.receipt.request_id == "req_1"
    assert second.receipt.as_of == START


def test_what_is_sent_is_named_marked_and_versioned() -> None:
    bench = Bench(ok())
    run(bench.caller.perform(payout()))
    (sent,) = bench.stripe.sent
    assert sent.idempotency_key is not None
    assert sent.idempotency_key.startswith("ck1_")
    assert sent.params["metadata"]["connectkit"] == sent.idempotency_key[4:28]
    assert sent.version == "2026-10-28.endive"


def test_another_request_under_the_key_is_a_conflict_that_tells_names_and_no_values() -> None:
    bench = Bench(ok())
    run(bench.caller.perform(payout()))
    with pytest.raises(OperationConflict) as caught:
        run(bench.caller.perform(payout(2000)))
    assert caught.value.differs == ("amount",)
    assert caught.value.happened is Happened.NO
    assert "2000" not in str(caught.value)
    assert len(bench.stripe.sent) == 1


def test_another_verb_under_the_key_is_a_conflict() -> None:
    bench = Bench(ok())
    run(bench.caller.perform(payout()))
    with pytest.raises(OperationConflict) as caught:
        run(bench.caller.perform(evolve(payout(), verb="topups.create")))
    assert caught.value.differs == ("verb",)


def test_a_lost_answer_is_asked_for_again_under_the_same_wire_key() -> None:
    bench = Bench(LOST, failed(409, code="idempotency_key_in_use"), failed(429, code="lock_timeout"), failed(500), ok())
    assert run(bench.caller.perform(payout())).data["id"] == "po_1"
    assert len({request.idempotency_key for request in bench.stripe.sent}) == 1
    assert len(bench.stripe.sent) == 5
    assert bench.world.slept == sorted(bench.world.slept, key=lambda _: 0)
    assert all(pause > 0 for pause in bench.world.slept)


def test_a_refusal_says_what_stripe_said_and_can_be_called_again() -> None:
    refused = failed(400, remembered=True, code="balance_insufficient", message="Too little.", param="amount")
    bench = Bench(refused, page(), ok())
    with pytest.raises(InsufficientBalance) as caught:
        run(bench.caller.perform(payout()))
    error = caught.value
    assert (error.status, error.code, error.param, error.request_id) == (400, "balance_insufficient", "amount", "req_2")
    assert error.happened is Happened.NO
    assert "payouts.create (payout-1)" in str(error)
    assert bench.row().state is State.REFUSED
    assert run(bench.caller.perform(payout())).data["id"] == "po_1"
    first, second = bench.stripe.posted()
    assert first.idempotency_key != second.idempotency_key
    assert first.params["metadata"] != second.params["metadata"]


def test_a_refusal_that_stripe_forgets_keeps_its_wire_key() -> None:
    bench = Bench(failed(403), ok())
    with pytest.raises(PermissionDenied):
        run(bench.caller.perform(payout()))
    run(bench.caller.perform(payout()))
    first, second = bench.stripe.sent
    assert first == second


def test_a_new_generation_finds_what_an_earlier_one_did() -> None:
    refused = failed(400, remembered=True, code="balance_insufficient")
    bench = Bench(refused)
    with pytest.raises(InsufficientBalance):
        run(bench.caller.perform(payout()))
    bench.stripe.reactions = [marked(bench.stripe)]
    assert run(bench.caller.perform(payout())).data["id"] == "po_1"
    assert len(bench.stripe.posted()) == 1


def test_a_refusal_of_a_repetition_says_nothing_about_the_first_send() -> None:
    bench = Bench(LOST, failed(401, message="Expired."))
    with pytest.raises(OutcomeUnknown, match="which says nothing of the first") as caught:
        run(bench.caller.perform(payout()))
    assert caught.value.happened is Happened.UNKNOWN
    assert caught.value.request_id == "req_2"
    assert bench.row().state is State.UNKNOWN
    bench.stripe.reactions = [ok()]
    assert run(bench.caller.perform(payout())).data["id"] == "po_1"
    assert len({request.idempotency_key for request in bench.stripe.sent}) == 1


def test_without_a_byte_sent_nothing_can_have_happened() -> None:
    bench = Bench(UNSENT, UNSENT, retries=Retries(attempts=2))
    with pytest.raises(Unreachable, match="no connection") as caught:
        run(bench.caller.perform(payout()))
    assert caught.value.happened is Happened.NO
    assert not bench.row().doubt


def test_throttled_to_the_end_nothing_can_have_happened() -> None:
    bench = Bench(failed(429), retries=Retries(attempts=1))
    with pytest.raises(Throttled) as caught:
        run(bench.caller.perform(payout()))
    assert caught.value.happened is Happened.NO
    assert bench.world.slept == []


def test_a_remembered_failure_is_looked_up_and_found() -> None:
    bench = Bench(failed(500, remembered=True))
    bench.stripe.reactions.append(marked(bench.stripe))
    assert run(bench.caller.perform(payout())).data["id"] == "po_1"
    assert bench.row().state is State.SUCCEEDED


def test_a_remembered_failure_that_did_nothing_goes_on_under_the_next_key() -> None:
    bench = Bench(failed(500, remembered=True), page(), page(), page(), ok("po_2"))
    assert run(bench.caller.perform(payout())).data["id"] == "po_2"
    first, second = bench.stripe.posted()
    assert first.idempotency_key != second.idempotency_key
    assert 5.0 in bench.world.slept  # two looks, and a pause between them


def test_a_look_up_goes_through_every_page() -> None:
    bench = Bench(failed(500, remembered=True), page({"id": "po_9", "metadata": None}, more=True))
    bench.stripe.reactions.append(marked(bench.stripe))
    assert run(bench.caller.perform(payout())).data["id"] == "po_1"
    assert bench.stripe.sent[-1].params["starting_after"] == "po_9"


def test_duplicates_found_are_told_and_nothing_more_is_sent() -> None:
    bench = Bench(failed(500, remembered=True))
    bench.stripe.reactions.append(marked(bench.stripe, sends=(0, 0)))
    with pytest.raises(ReviewNeeded, match=r"po_1.*po_11"):
        run(bench.caller.perform(payout()))
    with pytest.raises(ReviewNeeded, match=r"po_1.*po_11"):
        run(bench.caller.perform(payout()))
    assert len(bench.stripe.posted()) == 1


def test_failures_under_key_after_key_need_a_person() -> None:
    stuck = [failed(500, remembered=True), page(), page()]
    bench = Bench(*stuck, page(), *stuck, page(), *stuck)
    with pytest.raises(Unreachable, match="several wire keys") as caught:
        run(bench.caller.perform(payout()))
    assert caught.value.happened is Happened.NO  # each of them was looked for, twice
    assert len({request.idempotency_key for request in bench.stripe.posted()}) == 3


def test_after_the_window_the_mark_is_looked_for_before_anything_is_sent() -> None:
    bench = Bench(LOST, retries=Retries(attempts=1))
    with pytest.raises(OutcomeUnknown):
        run(bench.caller.perform(payout()))
    bench.world.passed += timedelta(hours=23).total_seconds()
    bench.stripe.reactions = [marked(bench.stripe)]
    assert run(bench.caller.perform(payout())).data["id"] == "po_1"
    assert len(bench.stripe.posted()) == 1


def test_inside_the_window_the_same_key_goes_again() -> None:
    bench = Bench(LOST, retries=Retries(attempts=1))
    with pytest.raises(OutcomeUnknown):
        run(bench.caller.perform(payout()))
    bench.world.passed += timedelta(hours=22, minutes=59).total_seconds()
    bench.stripe.reactions = [ok()]
    assert run(bench.caller.perform(payout())).data["id"] == "po_1"
    assert bench.stripe.sent[0] == bench.stripe.sent[1]


def test_a_contradiction_is_reviewed_and_never_sent_again() -> None:
    bench = Bench(failed(400, remembered=True, type="idempotency_error"))
    for _ in range(2):
        with pytest.raises(ReviewNeeded, match="req_2"):
            run(bench.caller.perform(payout()))
    assert len(bench.stripe.sent) == 1


def claim_elsewhere(bench: Bench) -> Operation:
    """Let another process begin the payout, and say nothing more."""
    bench.stripe.reactions = [_Killed()]
    with pytest.raises(KeyboardInterrupt):
        run(bench.another().perform(payout()))
    return bench.row()


class _Killed:
    def __call__(self, _: Request) -> Response:
        raise KeyboardInterrupt


def test_somebody_elses_send_is_respected_until_its_lease_ends() -> None:
    bench = Bench()
    claim_elsewhere(bench)
    with pytest.raises(OperationInProgress) as caught:
        run(bench.caller.perform(payout()))
    assert caught.value.happened is Happened.UNKNOWN
    bench.world.passed += 75.0
    bench.stripe.reactions = [ok()]
    assert run(bench.caller.perform(payout())).data["id"] == "po_1"
    assert bench.row().token == 2


def test_waiting_joins_a_send_that_is_abandoned() -> None:
    bench = Bench()
    claim_elsewhere(bench)
    bench.stripe.reactions = [ok()]
    assert run(bench.caller.perform(payout(), wait=80.0)).data["id"] == "po_1"


def test_a_vanished_senders_request_may_still_arrive_so_a_refusal_is_not_believed() -> None:
    bench = Bench()
    claim_elsewhere(bench)
    bench.world.passed += 75.0
    bench.stripe.reactions = [failed(404)]
    with pytest.raises(OutcomeUnknown):
        run(bench.caller.perform(payout()))


def test_a_lease_that_runs_out_is_renewed_before_the_next_send() -> None:
    bench = Bench()

    def slow(_: Request) -> Response:
        bench.world.passed += 50.0
        return failed(500)

    bench.stripe.reactions = [slow, slow, ok()]
    assert run(bench.caller.perform(payout())).data["id"] == "po_1"
    assert bench.row().version > 2


def test_a_claim_lost_on_the_way_sends_nothing_more() -> None:
    bench = Bench()

    def overtaken(_: Request) -> Response:
        bench.world.passed += 80.0
        bench.stripe.reactions = [ok()]
        run(bench.another().perform(payout()))
        return failed(500)

    bench.stripe.reactions = [overtaken]
    with pytest.raises(OperationInProgress):
        run(bench.caller.perform(payout()))
    assert len(bench.stripe.sent) == 2


def test_a_late_success_is_recorded_over_the_next_holders_claim() -> None:
    bench = Bench()

    def late(_: Request) -> Response:
        bench.world.passed += 80.0
        bench.stripe.reactions = [_Killed()]
        with pytest.raises(KeyboardInterrupt):
            run(bench.another().perform(payout()))
        return ok()

    bench.stripe.reactions = [late]
    assert run(bench.caller.perform(payout())).data["id"] == "po_1"
    assert bench.row().state is State.SUCCEEDED


def test_two_different_successes_are_an_alarm_that_names_both() -> None:
    bench = Bench()

    def late(_: Request) -> Response:
        bench.world.passed += 80.0
        bench.stripe.reactions = [ok("po_2")]
        run(bench.another().perform(payout()))
        return ok("po_1")

    bench.stripe.reactions = [late]
    with pytest.raises(ReviewNeeded, match=r"po_2.*po_1"):
        run(bench.caller.perform(payout()))


def test_a_refusal_after_somebody_elses_success_gives_the_success() -> None:
    bench = Bench()

    def overtaken(_: Request) -> Response:
        bench.world.passed += 80.0
        bench.stripe.reactions = [ok()]
        run(bench.another().perform(payout()))
        return failed(402)

    bench.stripe.reactions = [overtaken]
    answer = run(bench.caller.perform(payout()))
    assert (answer.data["id"], answer.receipt.replayed) == ("po_1", True)


@pytest.mark.parametrize("answer", [failed(403), failed(429)], ids=["refused", "throttled"])
def test_nobody_is_told_that_nothing_was_done_while_another_holder_sends(answer: Response) -> None:
    bench = Bench(retries=Retries(attempts=1))

    def overtaken(_: Request) -> Response:
        bench.world.passed += 80.0
        claim_elsewhere(bench)
        return answer

    bench.stripe.reactions = [overtaken]
    with pytest.raises(OperationInProgress) as caught:
        run(bench.caller.perform(payout()))
    assert caught.value.happened is Happened.UNKNOWN
    assert (bench.row().state, bench.row().token) == (State.STARTED, 2)


@pytest.mark.parametrize("answer", [failed(403), failed(429)], ids=["refused", "throttled"])
def test_nobody_is_told_that_nothing_was_done_while_another_holder_doubts(answer: Response) -> None:
    bench = Bench(retries=Retries(attempts=1))

    def overtaken(_: Request) -> Response:
        bench.world.passed += 80.0
        bench.stripe.reactions = [LOST]
        with pytest.raises(OutcomeUnknown):
            run(bench.another().perform(payout()))
        return answer

    bench.stripe.reactions = [overtaken]
    with pytest.raises(OutcomeUnknown):
        run(bench.caller.perform(payout()))


class _Failing:
    """A store that is lost after the intent was written."""

    def __init__(self, bench: Bench) -> None:
        self._store = bench.store
        self.powers = bench.store.powers

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        raise StoreUnavailable(changed.verb)


def test_an_answer_that_could_not_be_recorded_is_given_and_reported() -> None:
    bench = Bench(ok())
    answer = run(bench.another(_Failing(bench)).perform(payout()))
    assert (answer.data["id"], answer.receipt.recorded) == ("po_1", False)
    assert [operation.verb for operation in bench.unrecorded] == ["payouts.create"]


def test_a_refusal_that_could_not_be_recorded_is_raised_all_the_same() -> None:
    bench = Bench(failed(402, message="Declined."))
    with pytest.raises(PaymentDeclined):
        run(bench.another(_Failing(bench)).perform(payout()))
    assert len(bench.unrecorded) == 1


def test_a_wrong_clock_stops_the_next_send_until_it_is_set() -> None:
    dated = {"date": "Mon, 23 Nov 2026 12:02:00 GMT"}
    bench = Bench(Response(200, dated, {"id": "po_1", "amount": 1000}), ok("po_2"))
    run(bench.caller.perform(payout()))
    with pytest.raises(ClockSkewed, match="120 s away") as caught:
        run(bench.caller.perform(payout(key="payout-2")))
    assert caught.value.happened is Happened.NO
    assert len(bench.stripe.sent) == 1


def test_a_right_clock_and_a_garbled_date_stop_nothing() -> None:
    right = Response(200, {"date": "Mon, 23 Nov 2026 12:00:20 GMT"}, {"id": "po_1"})
    garbled = Response(200, {"date": "yesterday"}, {"id": "po_2"})
    bench = Bench(right, garbled, ok("po_3"))
    for number in range(3):
        run(bench.caller.perform(payout(key=f"payout-{number}")))
    assert len(bench.stripe.sent) == 3


def test_the_platform_is_read_once_where_it_is_not_given() -> None:
    bench = Bench(Response(200, {}, {"id": "acct_platform"}), ok(), ok("po_2"), owned=False)
    run(bench.caller.perform(payout()))
    run(bench.caller.perform(payout(key="payout-2")))
    assert [request.path for request in bench.stripe.sent] == ["/v1/account", "/v1/payouts", "/v1/payouts"]
    assert bench.row().identity.platform == "acct_platform"


@pytest.mark.parametrize("key", ["", " a", "a\r\nb", "é", "x" * 256, 7])
def test_a_malformed_key_is_refused_before_anything_is_sent(key: str) -> None:
    bench = Bench()
    with pytest.raises(InvalidRequest) as caught:
        run(bench.caller.perform(payout(key=key)))
    assert caught.value.param == "key"
    assert bench.stripe.sent == []


def test_reading_is_repeated_and_changes_nothing() -> None:
    bench = Bench(LOST, failed(500), ok())
    answer = run(bench.caller.read(Request("get", "/v1/payouts/po_1"), "payouts.retrieve"))
    assert answer.data["id"] == "po_1"
    assert bench.stripe.sent[0].version == "2026-10-28.endive"


@pytest.mark.parametrize(
    ("reaction", "kind"),
    [(LOST, Unreachable), (failed(500), Unreachable), (failed(429), Throttled), (failed(403), PermissionDenied)],
)
def test_a_read_that_stays_unanswered_says_so(reaction: Response, kind: type[ConnectKitError]) -> None:
    bench = Bench(reaction, retries=Retries(attempts=1))
    with pytest.raises(kind) as caught:
        run(bench.caller.read(Request("get", "/v1/payouts/po_1"), "payouts.retrieve"))
    assert caught.value.happened is Happened.NO


def personal_intent() -> Intent:
    """Intend an account with an address in it."""
    request = Request("post", "/v1/accounts", {"email": "ana@example.com"})
    return Intent("onboarding.create", "seller-1", request, {"email": "ana@example.com"}, ("id",), ("email",))


def test_personal_data_is_sent_and_sent_again_and_never_kept() -> None:
    bench = Bench(*[LOST] * 5)
    with pytest.raises(OutcomeUnknown):
        run(bench.caller.perform(personal_intent()))
    assert "ana@example.com" not in str(bench.row("seller-1"))
    bench.stripe.reactions = [ok("acct_7")]
    assert run(bench.another().perform(personal_intent())).data["id"] == "acct_7"
    assert {request.params["email"] for request in bench.stripe.sent} == {"ana@example.com"}


def test_whoever_lacks_the_personal_data_looks_for_the_mark() -> None:
    bench = Bench(*[LOST] * 5)
    with pytest.raises(OutcomeUnknown):
        run(bench.caller.perform(personal_intent()))
    bench.stripe.reactions = [page(), page()]
    with pytest.raises(OutcomeUnknown, match="only its caller can send it again"):
        run(bench.another().resume(bench.row("seller-1")))
    bench.stripe.reactions = [marked(bench.stripe, "acct_7")]
    assert [answer.data["id"] for answer in run(bench.another().resume(bench.row("seller-1")))] == ["acct_7"]


def test_links_are_minted_and_settings_set_without_a_name() -> None:
    bench = Bench(Response(200, {}, {"url": "https://…"}), Response(200, {}, {"object": "balance_settings"}))
    run(bench.caller.mint(Request("post", "/v1/account_links"), "onboarding.link"))
    run(bench.caller.update(Request("post", "/v1/balance_settings"), "payouts.schedule"))
    assert [request.idempotency_key for request in bench.stripe.sent] == [None, None]
    with pytest.raises(InvalidRequest, match="has to be named by a key"):
        run(bench.caller.update(Request("post", "/v1/payouts"), "payouts.create"))


def test_a_declined_payment_is_confirmed_again_and_never_made_twice() -> None:
    declined = failed(402, remembered=True, code="card_declined", payment_intent={"id": "pi_1"})
    succeeded = {"id": "pi_1", "status": "succeeded"}
    bench = Bench(declined, ok("pi_1", status="requires_payment_method"), Response(200, {}, succeeded))
    params = {"amount": 100, "confirm": True, "payment_method": "pm_1"}
    intent = evolve(payout(), verb="charges.create", request=Request("post", "/v1/payment_intents", params))
    with pytest.raises(PaymentDeclined) as caught:
        run(bench.caller.perform(intent))
    assert caught.value.object_id == "pi_1"
    assert run(bench.caller.perform(intent)).data["id"] == "pi_1"
    assert [request.path for request in bench.stripe.posted()] == [
        "/v1/payment_intents",
        "/v1/payment_intents/pi_1/confirm",
    ]


def test_a_payment_that_the_browser_completed_meanwhile_is_taken_as_done() -> None:
    declined = failed(402, remembered=True, code="card_declined", payment_intent={"id": "pi_1"})
    bench = Bench(declined, Response(200, {}, {"id": "pi_1", "status": "succeeded"}))
    params = {"amount": 100, "confirm": True, "payment_method": "pm_1"}
    intent = evolve(payout(), verb="charges.create", request=Request("post", "/v1/payment_intents", params))
    with pytest.raises(PaymentDeclined):
        run(bench.caller.perform(intent))
    assert run(bench.caller.perform(intent)).data["status"] == "succeeded"
    assert len(bench.stripe.posted()) == 1


def test_a_payment_found_declined_is_a_refusal_with_an_object() -> None:
    bench = Bench(failed(500, remembered=True))

    def declined(_: Request) -> Response:
        metadata = bench.stripe.posted()[0].params["metadata"]
        return page({"id": "pi_1", "status": "requires_payment_method", "metadata": metadata})

    bench.stripe.reactions.append(declined)
    params = {"amount": 100, "confirm": True, "payment_method": "pm_1"}
    intent = evolve(payout(), verb="charges.create", request=Request("post", "/v1/payment_intents", params))
    with pytest.raises(PaymentDeclined, match="declined"):
        run(bench.caller.perform(intent))
    assert bench.row().object_id == "pi_1"


def test_the_gate_makes_a_crowd_wait_and_slows_down_when_told() -> None:
    bench = Bench(*[ok()] * 6, gate=RateGate(Rates(total=100.0, endpoint=2.0)))
    for _ in range(3):
        run(bench.caller.read(Request("get", "/v1/payouts/po_1"), "payouts.retrieve"))
    assert bench.world.slept == [0.5, 0.5]
    limited = Response(429, {"stripe-rate-limited-reason": "global-rate"}, {"error": {"code": "rate_limit"}})
    bench.stripe.reactions = [limited, ok()]
    run(bench.caller.read(Request("get", "/v1/balance"), "balances.retrieve"))
    assert len(bench.world.slept) == 3


def test_a_state_check_that_finds_nothing_done_goes_on() -> None:
    waiting = {"id": "pi_1", "status": "requires_payment_method"}
    bench = Bench(failed(500, remembered=True), *[Response(200, {}, waiting)] * 3, ok("pi_1", status="succeeded"))
    intent = evolve(payout(), request=Request("post", "/v1/payment_intents/pi_1/confirm", {"payment_method": "pm_1"}))
    assert run(bench.caller.perform(intent)).data["status"] == "succeeded"
    assert len({request.idempotency_key for request in bench.stripe.posted()}) == 2


def test_a_list_is_followed_to_its_end_in_both_apis() -> None:
    first = Response(200, {}, {"data": [{"id": "a"}], "next_page_url": "/v2/core/accounts?page=2&limit=1"})
    last = Response(200, {}, {"data": [{"id": "b"}], "next_page_url": None})
    bench = Bench(first, last, page({"id": "c"}, more=True), page({"id": "d"}))

    async def ids(path: str) -> list[str]:
        return [item["id"] async for item in bench.caller.pages(Request("get", path, {"limit": 1}), "a list")]

    assert run(ids("/v2/core/accounts")) == ["a", "b"]
    assert run(ids("/v1/payouts")) == ["c", "d"]
    assert [request.params for request in bench.stripe.sent] == [
        {"limit": 1},
        {"page": "2", "limit": "1"},
        {"limit": 1},
        {"limit": 1, "starting_after": "c"},
    ]


def test_a_setting_that_got_stuck_is_set_again() -> None:
    bench = Bench(failed(500, remembered=True), ok("acct_1"))
    intent = evolve(payout(), request=Request("post", "/v1/accounts/acct_1", {"metadata": {"a": "b"}}))
    assert run(bench.caller.perform(intent)).data["id"] == "acct_1"
    assert 5.0 in bench.world.slept


def test_a_claim_lost_during_a_look_up_goes_no_further() -> None:
    bench = Bench(failed(500, remembered=True), page())

    def overtaken(_: Request) -> Response:
        bench.world.passed += 80.0
        bench.stripe.reactions = [ok()]
        run(bench.another().perform(payout()))
        return page()

    bench.stripe.reactions.append(overtaken)
    with pytest.raises(OperationInProgress):
        run(bench.caller.perform(payout()))
    assert len(bench.stripe.posted()) == 2


def test_a_refusal_while_a_former_holder_may_still_send_stays_unknown() -> None:
    """Its lease was ended by a clock that ran ahead: the store knows from when on it is silent, and that is not yet."""
    bench = Bench(failed(403))
    held = bench.row_of_a_holder_who_is_not_silent_yet(payout())
    with pytest.raises(OutcomeUnknown, match="may still arrive") as caught:
        run(bench.caller.perform(payout()))
    assert caught.value.request_id == "req_2"
    assert held.quiet_from > bench.world.now()
