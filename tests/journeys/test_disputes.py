"""Disputes from the first warning to the last transfer, in the three kinds of charge."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connectkit import (
    AsyncConnect,
    Dispute,
    Evidence,
    InsufficientBalance,
    InvalidRequest,
    Money,
    PermissionDenied,
    Refused,
)
from connectkit.models.plans import RiskKind
from connectkit.resources.evidence import CompellingEvidence
from connectkit.simulator.money.switches import Switches, set_switches

from .stages import COLOURS, seller, travel
from .test_plans import empty, total, usd

pytestmark = pytest.mark.parametrize("colour", COLOURS)

DISPUTED = "pm_card_createDispute"
INQUIRY = "pm_card_createDisputeInquiry"
WARNED = "pm_card_createIssuerFraudRecord"
AT_ONCE = "pm_card_bypassPending"
TOLD: Evidence = {"product_description": "A blue chair.", "uncategorized_text": "winning_evidence"}


async def only(connect: AsyncConnect, account: str | None = None) -> Dispute:
    (dispute,) = [one async for one in connect.disputes.list(account=account)]
    return dispute


def test_a_dispute_is_staged_submitted_and_won(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        payment = await connect.charges.separate.create(key="o", amount=usd("30.00"), payment_method=DISPUTED)
        dispute = await only(connect)
        assert [one async for one in connect.disputes.list(payment=payment.id)] == [dispute]
        assert [one async for one in connect.disputes.list(charge="ch_other")] == []
        assert (dispute.inquiry, dispute.needs_answer, dispute.closed) == (False, True, False)
        assert (dispute.refundable, dispute.staged, dispute.loss) == (False, False, usd("45.00"))
        file = await connect.files.upload(name="receipt.pdf", content=b"%PDF-1.4", purpose="dispute_evidence")
        draft: Evidence = {"product_description": "A chair.", "receipt": file.id}
        staged = await connect.disputes.stage(dispute.id, key="draft", evidence=draft)
        assert (staged.status, staged.staged, staged.submitted) == ("needs_response", True, 0)
        assert await connect.disputes.stage(dispute.id, key="draft", evidence=draft) == staged
        answered = await connect.disputes.submit(dispute.id, key="answer", evidence=TOLD)
        assert (answered.status, answered.submitted) == ("under_review", 1)
        won = await connect.disputes.retrieve(dispute.id)
        assert (won.status, won.closed, won.refundable, won.loss) == ("won", True, True, usd("15.00"))
        with pytest.raises(Refused):
            await connect.disputes.submit(dispute.id, key="late", evidence={"product_description": "More."})

    travel(colour, journey)


def test_what_was_staged_can_be_submitted_as_it_is(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        await connect.charges.separate.create(key="o", amount=usd("30.00"), payment_method=DISPUTED)
        dispute = await only(connect)
        await connect.disputes.stage(dispute.id, key="draft", evidence={"uncategorized_text": "losing_evidence"})
        await connect.disputes.submit(dispute.id, key="answer")
        assert (await connect.disputes.retrieve(dispute.id)).status == "lost"
        for words, evidence in {
            "no evidence": {},
            "20001 characters": {"product_description": "x" * 20_001},
            "150000": {f"text_{number}": "x" * 20_000 for number in range(8)},
            "file_": {"receipt": "a receipt"},
        }.items():
            with pytest.raises(InvalidRequest, match=words):
                await connect.disputes.submit(dispute.id, key="k", evidence=evidence)

    travel(colour, journey)


def test_an_inquiry_takes_nothing_and_a_whole_refund_closes_it(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        payment = await connect.charges.separate.create(key="o", amount=usd("30.00"), payment_method=INQUIRY)
        inquiry = await only(connect)
        assert (inquiry.inquiry, inquiry.refundable, inquiry.loss) == (True, True, usd("0"))
        with pytest.raises(InvalidRequest, match="has taken nothing"):
            await connect.disputes.recover(inquiry.id, key="r")
        await connect.charges.separate.refund(payment.id, key="back-1", amount=usd("10.00"))
        assert (await only(connect)).status == "warning_needs_response"
        await connect.charges.separate.refund(payment.id, key="back-2")
        assert ((await only(connect)).status, (await only(connect)).closed) == ("warning_closed", True)
        assert await total(connect) == usd("-1.17")

    travel(colour, journey)


def test_an_inquiry_that_escalates_is_a_chargeback(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        payment = await connect.charges.separate.create(key="o", amount=usd("30.00"), payment_method=INQUIRY)
        dispute = await only(connect)
        words = {"uncategorized_text": "escalate_inquiry_evidence"}
        answered = await connect.disputes.submit(dispute.id, key="answer", evidence=words)
        assert answered.status == "warning_under_review"
        escalated = await only(connect)
        assert (escalated.status, escalated.loss) == ("needs_response", usd("45.00"))
        with pytest.raises(Refused, match="charged back"):
            await connect.charges.separate.refund(payment.id, key="back")
        await connect.disputes.submit(dispute.id, key="answer-2", evidence=TOLD)
        assert (await only(connect)).status == "won"

    travel(colour, journey)


def test_inquiries_end_by_an_answer_by_acceptance_or_by_time(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        for number in range(3):
            await connect.charges.separate.create(key=f"o-{number}", amount=usd("30.00"), payment_method=INQUIRY)
        third, second, first = [one async for one in connect.disputes.list()]
        await connect.disputes.submit(first.id, key="answer", evidence={"uncategorized_text": "losing_evidence"})
        assert (await connect.disputes.close(second.id, key="accept")).status == "warning_closed"
        connect.simulator.advance(days=121)
        assert {one.status async for one in connect.disputes.list()} == {"warning_closed"}
        assert third.due is not None

    travel(colour, journey)


def test_deadlines_are_told_and_one_that_is_missed_is_lost(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        for number in range(3):
            await connect.charges.separate.create(key=f"o-{number}", amount=usd("30.00"), payment_method=DISPUTED)
        answered = await only_first(connect)
        await connect.disputes.submit(answered.id, key="a", evidence={"product_description": "A chair."})
        now_due = await connect.disputes.due(within=timedelta(days=36_500))
        assert len(now_due) == 2
        assert await connect.disputes.due(within=timedelta(days=-36_500)) == []
        connect.simulator.advance(days=11)
        assert sorted([one.status async for one in connect.disputes.list()]) == ["lost", "lost", "under_review"]
        assert await connect.disputes.due(within=timedelta(days=36_500)) == []

    travel(colour, journey)


async def only_first(connect: AsyncConnect) -> Dispute:
    return [one async for one in connect.disputes.list()][0]  # noqa: RUF015  # an asynchronous one


def test_a_chargeback_is_recovered_and_repaid_when_it_is_won(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        await connect.charges.separate.create(key="f", amount=usd("100.00"), payment_method=AT_ONCE)
        await connect.charges.destination.create(
            key="o", amount=usd("10.00"), destination=ana, fee=usd("1.23"), payment_method=DISPUTED
        )
        dispute = await only(connect)
        with pytest.raises(InvalidRequest, match="not won"):
            await connect.disputes.repay(dispute.id, key="repay")
        plan = await connect.disputes.plan_recover(dispute.id, key="recover")
        assert {one.account: one.amount for one in plan.effects} == {"": usd("10.00"), ana: usd("-10.00")}
        recovery = await plan.execute()
        assert [one.amount for one in recovery.reversals] == [usd("10.00")]
        await connect.disputes.submit(dispute.id, key="answer", evidence=TOLD)
        with pytest.raises(InvalidRequest, match="has taken nothing"):
            await connect.disputes.recover(dispute.id, key="again")
        repaying = await connect.disputes.plan_repay(dispute.id, key="repay")
        repayment = await repaying.execute()
        assert [(one.destination, one.amount) for one in repayment.transfers] == [(ana, usd("10.00"))]
        assert await connect.disputes.repay(dispute.id, key="repay") == repayment
        assert await total(connect, ana) == usd("8.77")

    travel(colour, journey)


def test_what_reversals_do_not_cover_is_debited_or_parked(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await connect.charges.separate.create(key="o", amount=usd("30.00"), payment_method=DISPUTED)
        await connect.charges.separate.create(key="f", amount=usd("200.00"), payment_method=AT_ONCE)
        await connect.transfers.create(key="before", amount=usd("50.00"), destination=ana)
        await connect.charges.separate.settle(payment.id, key="s", shares={ana: usd("20.00")})
        dispute = await only(connect)
        debits = {ana: usd("15.00")}
        await empty(connect, ana, "50.00")
        await connect.transfers.create(key="tip", amount=usd("15.00"), destination=ana)
        connect.simulator.advance(days=9)
        await connect.payouts.create(key="rest", account=ana, amount=usd("20.00"))
        with pytest.raises(InsufficientBalance):
            await connect.disputes.recover(dispute.id, key="r-0")
        recovery = await connect.disputes.recover(dispute.id, key="r", debits=debits, if_short="park")
        assert [(one.account, one.amount) for one in recovery.uncovered] == [(ana, usd("20.00"))]
        assert [(one.account, one.amount) for one in recovery.debits] == [(ana, usd("15.00"))]
        assert [one.amount async for one in connect.transfers.owed()] == [usd("20.00")]
        for words, options in {"debits": {"debits": {ana: usd("0")}}, "if_short": {"if_short": "wait"}}.items():
            bad: Any = options
            with pytest.raises(InvalidRequest, match=words):
                await connect.disputes.recover(dispute.id, key="bad", **bad)
        await connect.disputes.close(dispute.id, key="accept")
        with pytest.raises(InvalidRequest, match="not won: it is lost"):
            await connect.disputes.repay(dispute.id, key="repay")

    travel(colour, journey)


def test_a_won_dispute_of_which_nothing_was_taken_back_repays_nothing(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await connect.charges.separate.create(key="o", amount=usd("30.00"), payment_method=DISPUTED)
        await connect.charges.separate.settle(payment.id, key="s", shares={ana: usd("20.00")})
        dispute = await only(connect)
        await connect.disputes.submit(dispute.id, key="answer", evidence=TOLD)
        with pytest.raises(InvalidRequest, match="Nothing was taken back"):
            await connect.disputes.repay(dispute.id, key="repay")

    travel(colour, journey)


def test_a_payment_that_settled_in_another_currency_is_recovered_in_that(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        await connect.charges.destination.create(
            key="o", amount=Money.of("10.00", "eur"), destination=ana, payment_method=DISPUTED
        )
        dispute = await only(connect)
        (back,) = (await connect.disputes.recover(dispute.id, key="r")).reversals
        assert (back.amount.currency, back.amount) == ("usd", dispute.loss - usd("15.00"))

    travel(colour, journey)


def test_the_dispute_of_a_direct_charge_is_its_sellers(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect, type="standard")
        await connect.charges.direct.create(
            key="o", amount=usd("10.00"), account=ana, fee=usd("1.23"), payment_method=DISPUTED
        )
        dispute = await only(connect, ana)
        assert await total(connect, ana) == usd("-16.82")
        assert [one async for one in connect.disputes.list()] == []
        answered = await connect.disputes.submit(dispute.id, key="a", evidence=TOLD, account=ana)
        assert answered.submitted == 1
        assert await total(connect) == usd("1.23")

    travel(colour, journey)


def test_an_early_warning_of_fraud_calls_for_a_refund(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        payment = await connect.charges.separate.create(key="o", amount=usd("10.00"), payment_method=WARNED)
        (warning,) = [one async for one in connect.disputes.warnings(payment=payment.id, actionable=True)]
        assert (warning.charge, warning.payment, warning.fraud_type) == (payment.charge, payment.id, "misc")
        assert await connect.disputes.warning(warning.id) == warning
        await connect.charges.separate.refund(payment.id, key="back", reason="fraudulent")
        assert [one async for one in connect.disputes.warnings(actionable=True)] == []
        assert [one.actionable async for one in connect.disputes.warnings()] == [False]
        types = [event["type"] for event in connect.stripe.v1.events.list({"limit": 100}).data]
        assert types.count("radar.early_fraud_warning.created") == 1
        assert types.count("radar.early_fraud_warning.updated") == 1
        with pytest.raises(PermissionDenied):
            await connect.disputes.warning(warning.id, account="acct_other")

    travel(colour, journey)


MULTIPLE = "pm_card_createMultipleDisputes"


def test_parts_of_a_payment_are_disputed_and_each_is_recovered_once(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        await connect.charges.separate.create(key="f", amount=usd("100.00"), payment_method=AT_ONCE)
        payment = await connect.charges.destination.create(
            key="o", amount=usd("10.00"), destination=ana, fee=usd("1.00"), payment_method=MULTIPLE
        )
        second, first = [one async for one in connect.disputes.list(charge=payment.charge)]
        assert (first.amount, second.amount, first.case_type) == (usd("5.00"), usd("5.00"), "chargeback")
        plan = await connect.disputes.plan_recover(first.id, key="r-1")
        (risk,) = [one for one in plan.risks if one.kind is RiskKind.DISPUTED]
        assert second.id in risk.message
        assert [one.amount for one in (await plan.execute()).reversals] == [usd("5.00")]
        with pytest.raises(InvalidRequest, match="taken back before"):
            await connect.disputes.recover(first.id, key="r-1-again")
        recovery = await connect.disputes.recover(second.id, key="r-2")
        assert [one.amount for one in recovery.reversals] == [usd("5.00")]
        await connect.disputes.submit(first.id, key="a", evidence=TOLD)
        assert (await connect.disputes.plan_repay(first.id, key="p")).risks
        repaid = await connect.disputes.repay(first.id, key="p")
        assert [one.amount for one in repaid.transfers] == [usd("5.00")]
        with pytest.raises(InvalidRequest, match="they have it again"):
            await connect.disputes.repay(first.id, key="p-again")
        await connect.disputes.close(second.id, key="c")
        with pytest.raises(InvalidRequest, match="taken back before"):
            await connect.disputes.recover(second.id, key="r-3")
        assert await total(connect, ana) == usd("4.00")

    travel(colour, journey)


def test_a_payment_that_is_disputed_again_is_recovered_from_what_was_given_back(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        set_switches(connect.simulator.world, Switches(multiple_disputes="one_by_one"))
        ana = await seller(connect)
        await connect.charges.separate.create(key="f", amount=usd("100.00"), payment_method=AT_ONCE)
        payment = await connect.charges.separate.create(key="o", amount=usd("30.00"), payment_method=MULTIPLE)
        await connect.charges.separate.settle(payment.id, key="s", shares={ana: usd("20.00")})
        first = await only(connect)
        await connect.disputes.recover(first.id, key="r-1")
        await connect.disputes.submit(first.id, key="a-1", evidence=TOLD)
        await connect.disputes.repay(first.id, key="p-1")
        second = await only_first(connect)
        assert second.id != first.id
        recovery = await connect.disputes.recover(second.id, key="r-2")
        assert [one.amount for one in recovery.reversals] == [usd("20.00")]
        await connect.disputes.submit(second.id, key="a-2", evidence=TOLD)
        repaid = await connect.disputes.repay(second.id, key="p-2")
        assert [one.amount for one in repaid.transfers] == [usd("20.00")]
        assert await total(connect, ana) == usd("20.00")

    travel(colour, journey)


async def short(connect: AsyncConnect, ana: str) -> Dispute:
    """Dispute a payment whose seller has nothing any more."""
    payment = await connect.charges.separate.create(key="o", amount=usd("30.00"), payment_method=DISPUTED)
    await connect.charges.separate.create(key="f", amount=usd("200.00"), payment_method=AT_ONCE)
    await connect.charges.separate.settle(payment.id, key="s", shares={ana: usd("20.00")})
    connect.simulator.advance(days=9)  # her schedule pays her out
    assert await total(connect, ana) == usd("0.00")
    return await only(connect)


@pytest.mark.parametrize("debit", [True, False])
def test_what_was_parked_is_not_recovered_again_and_is_repaid(colour: str, debit: bool) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        dispute = await short(connect, ana)
        await connect.disputes.recover(dispute.id, key="r", if_short="park")
        with pytest.raises(InvalidRequest, match="taken back before"):
            await connect.disputes.recover(dispute.id, key="r-again")
        (owed,) = [one async for one in connect.transfers.owed()]
        assert owed.dispute == dispute.id
        await connect.transfers.create(key="tip", amount=usd("20.00"), destination=ana)
        await connect.transfers.collect(owed.name, debit=debit)
        with pytest.raises(InvalidRequest, match="taken back before"):
            await connect.disputes.recover(dispute.id, key="r-again")
        await connect.disputes.submit(dispute.id, key="a", evidence=TOLD)
        repaid = await connect.disputes.repay(dispute.id, key="p")
        assert [(one.destination, one.amount) for one in repaid.transfers] == [(ana, usd("20.00"))]
        with pytest.raises(InvalidRequest, match="they have it again"):
            await connect.disputes.repay(dispute.id, key="p-again")

    travel(colour, journey)


def test_what_is_owed_for_a_dispute_is_not_owed_once_it_is_won(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        dispute = await short(connect, ana)
        await connect.disputes.recover(dispute.id, key="r", if_short="park")
        await connect.disputes.submit(dispute.id, key="a", evidence=TOLD)
        (owed,) = [one async for one in connect.transfers.owed()]
        await connect.transfers.create(key="tip", amount=usd("20.00"), destination=ana)
        assert (await connect.transfers.collect(owed.name)).collected_by == dispute.id
        assert [one async for one in connect.transfers.owed()] == []
        assert await total(connect, ana) == usd("20.00")

    travel(colour, journey)


def test_a_compliance_dispute_wants_its_fee_acknowledged(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        card = "pm_card_createComplianceDispute"
        await connect.charges.separate.create(key="o", amount=usd("30.00"), payment_method=card)
        dispute = await only(connect)
        assert (dispute.case_type, dispute.programs) == ("compliance", ("visa_compliance",))
        with pytest.raises(Refused, match="acknowledge the fee"):
            await connect.disputes.submit(dispute.id, key="a-1", evidence=TOLD)
        enhanced: Evidence = {**TOLD, "enhanced_evidence": {"visa_compliance": {"fee_acknowledged": True}}}
        answered = await connect.disputes.submit(dispute.id, key="a-2", evidence=enhanced)
        assert answered.submitted == 1
        assert (await only(connect)).status == "won"

    travel(colour, journey)


def test_evidence_is_checked_however_deep_it_stands(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        await connect.charges.separate.create(key="o", amount=usd("30.00"), payment_method=DISPUTED)
        dispute = await only(connect)
        compelling: CompellingEvidence = {
            "prior_undisputed_transactions": [{"charge": "ch_1", "product_description": "x" * 20_001}]
        }
        bad: list[tuple[str, Evidence]] = [
            (
                "prior_undisputed_transactions.product_description has 20001",
                {"enhanced_evidence": {"visa_compelling_evidence_3": compelling}},
            ),
            ("supporting_files is the id of a file", {"appeal": {"card": {"supporting_files": ["a letter"]}}}),
        ]
        for words, evidence in bad:
            with pytest.raises(InvalidRequest, match=words):
                await connect.disputes.stage(dispute.id, key="k", evidence=evidence)

    travel(colour, journey)


def test_a_payment_that_settled_abroad_is_better_recovered_once_it_is_lost(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        await connect.charges.destination.create(
            key="o", amount=usd("10.00"), destination=ana, on_behalf_of=ana, payment_method=DISPUTED
        )
        dispute = await only(connect)
        (risk,) = (await connect.disputes.plan_recover(dispute.id, key="early")).risks
        assert f"settled for {ana}" in risk.message
        await connect.disputes.close(dispute.id, key="c")
        assert (await connect.disputes.plan_recover(dispute.id, key="late")).risks == ()

    travel(colour, journey)
