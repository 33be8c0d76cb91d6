"""The scenes of the demonstration, in order: the backbone of a platform on Stripe Connect.

Every creating or moving call has a key, so that a run that was killed goes on where it stopped. What a scene claims is
read from what its calls gave and from rows that never change, not from balances that later scenes move.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from attrs import frozen

from connectkit.models.details import AccountDetails, Address, BusinessProfile, Individual, TermsAcceptance
from connectkit.models.payments import Payment
from connectkit.models.refunds import Refund
from connectkit.resources.evidence import Evidence

from . import further, many, selling, sinking, taking
from .play import Play, usd

_RETURN: Final = "https://marketplace.example/welcome-back"
_REFRESH: Final = "https://marketplace.example/new-link"
_CARD: Final = "pm_card_visa"


@frozen
class Scene:
    """One step of the demonstration.

    Attributes:
        name: What it is called.
        shows: What it shows, in a sentence.
        play: Plays it.
    """

    name: str
    shows: str
    play: Callable[[Play], Awaitable[None]]


async def platform(play: Play) -> None:
    """Look at the platform itself."""
    check = await play.connect.platform.check()
    play.show(
        "before the first account", "; ".join(finding.next_step for finding in check.findings if not finding.good)
    )
    balance = await play.connect.balances.retrieve()
    await play.connect.settings.set_payouts(interval="manual")
    play.show("API version", play.connect.api_version)
    play.check("the key is a test key", true=not any(amount.amount < 0 for amount in balance.available))


async def sellers(play: Play) -> None:
    """Make one account of each type."""
    for kind in ("standard", "express", "custom"):
        account = await play.once(
            lambda kind=kind: play.connect.onboarding.create(  # type: ignore[misc]
                key=f"demo/seller/{kind}", country="US", type=kind, email=f"{kind}@seller.example"
            )
        )
        play.sellers[kind] = account.id
        play.show(kind, account.id)
    play.check("three accounts were made", true=len(set(play.sellers.values())) == len(play.sellers))


async def hosted(play: Play) -> None:
    """Lead two sellers through Stripe's own form."""
    for kind in ("standard", "express"):
        seller = play.sellers[kind]
        before = await play.connect.onboarding.status(seller)
        link = await play.connect.onboarding.link(seller, return_url=_RETURN, refresh_url=_REFRESH)
        play.check(f"the link of the {kind} seller can be followed", true=link.url.startswith("http"))
        play.stage.onboard(seller)
        after = await play.connect.onboarding.status(seller)
        play.show(f"{kind}: before", f"{before.state.value}, {len(before.due)} things due: {before.next_step}")
        play.show(f"{kind}: after", f"{after.state.value}; can charge: {after.can_charge}")
        play.check(f"the {kind} seller is enabled", true=after.can_charge and after.can_receive_transfers)


async def watched(play: Play) -> None:
    """Ask what each seller can do, and remember how it is."""
    for kind, seller in play.sellers.items():
        direct = await play.connect.onboarding.can(seller, "direct_charge")
        seen = (await play.connect.tracker.observe(seller)).after
        play.show(kind, f"{seen.state.value}; {'can be charged on' if direct else direct.why}")
        play.check(f"the {kind} seller is known", true=seen.account == seller)
    blocked = {seen.account for seen in await play.connect.tracker.blocked(within=timedelta(days=14))}
    play.check("none of them is blocked", true=blocked.isdisjoint(play.sellers.values()))


async def embedded(play: Play) -> None:
    """Give a page what Stripe's embedded components need."""
    session = await play.connect.onboarding.session(
        play.sellers["express"], components={"account_onboarding": {}, "payouts": {"instant_payouts": True}}
    )
    play.show("components", ", ".join(session.components))
    login = await play.connect.onboarding.login_link(play.sellers["express"])
    play.check("the seller can open her dashboard", true=login.redirect.headers["Location"].startswith("http"))


async def api_onboarding(play: Play) -> None:
    """Tell Stripe of the third seller through the API."""
    seller = play.sellers["custom"]
    before = await play.connect.onboarding.status(seller)
    await play.connect.onboarding.update(seller, business_type="individual", details=_details())
    bank = await play.once(
        lambda: play.connect.external_accounts.add(seller, key="demo/bank/custom", token="btok_us_verified")  # noqa: S106  # a test token
    )
    after = await play.connect.onboarding.status(seller)
    play.show("due before", ", ".join(requirement.name for requirement in before.due) or "nothing")
    play.show("bank account", f"…{bank.last4}")
    play.show("after", f"{after.state.value}; can be paid out: {after.can_be_paid_out}")
    play.check("the custom seller is enabled", true=after.can_charge and after.can_be_paid_out)


def _details() -> AccountDetails:
    return AccountDetails(
        individual=Individual(
            first_name="Ana",
            last_name="Silva",
            email="ana@seller.example",
            phone="0000000000",
            date_of_birth=date(1901, 1, 1),
            address=Address(line1="address_full_match", city="Columbus", state="OH", postal_code="43214", country="US"),
            id_number="000000000",
            ssn_last_4="0000",
        ),
        business_profile=BusinessProfile(
            name="Ana's pottery",
            url="https://accessible.stripe.com",
            product_description="Hand-made pottery, sold online.",
            mcc="5734",
        ),
        terms=TermsAcceptance(date=datetime(2026, 11, 1, tzinfo=UTC), ip="203.0.113.7"),
    )


async def capabilities(play: Play) -> None:
    """See what each seller can do."""
    for kind, seller in play.sellers.items():
        account = await play.connect.onboarding.retrieve(seller)
        play.show(kind, ", ".join(f"{name}: {status}" for name, status in account.capabilities.items()))
        play.check(f"{kind} can receive transfers", true=account.capabilities.active("transfers"))


async def direct(play: Play) -> None:
    """The buyer pays a seller, and the platform takes a fee."""
    seller = play.sellers["standard"]
    payment = await play.once(
        lambda: play.connect.charges.direct.create(
            key="demo/order/direct", amount=usd("10.00"), account=seller, fee=usd("1.23"), payment_method=_CARD
        )
    )
    await _paid(play, "direct", payment)
    await _net(play, "the seller got 8.18", seller, payment.charge, 818)


async def destination(play: Play) -> None:
    """The buyer pays the platform, and one seller gets the money less the platform's fee."""
    payment = await play.once(
        lambda: play.connect.charges.destination.create(
            key="demo/order/destination",
            amount=usd("10.00"),
            destination=play.sellers["express"],
            fee=usd("1.23"),
            payment_method=_CARD,
        )
    )
    await _paid(play, "destination", payment)
    await _net(play, "the charge brought 9.41", None, payment.charge, 941)


async def separate(play: Play) -> None:
    """The buyer pays the platform, which settles with two sellers."""
    payment = await play.once(
        lambda: play.connect.charges.separate.create(
            key="demo/order/separate", amount=usd("100.00"), payment_method=_CARD
        )
    )
    await _paid(play, "separate", payment)
    shares = {play.sellers["express"]: usd("70.00"), play.sellers["custom"]: usd("20.00")}
    settlement = await play.once(
        lambda: play.connect.charges.separate.settle(payment.id, key="demo/order/separate/settle", shares=shares)
    )
    for transfer in settlement.transfers:
        play.show(transfer.destination, transfer.amount)
    play.check("each seller got a share", true=[one.amount for one in settlement.transfers] == [*shares.values()])


async def _paid(play: Play, kind: str, payment: Payment) -> None:
    play.payments[kind] = payment
    play.show("paid", f"{payment.received} ({payment.status})")
    play.check(f"the {kind} payment succeeded", true=payment.succeeded)


async def _net(play: Play, claim: str, account: str | None, source: str, net: int) -> None:
    rows = play.connect.balances.transactions(account=account, source=source, type="charge")
    nets = [row.net async for row in rows]
    play.show(claim, nets[0])
    play.check(claim, true=[one.amount for one in nets] == [net])


async def webhooks(play: Play) -> None:
    """Receive events, verify them, and handle each once."""
    seller = play.sellers["express"]
    await play.connect.onboarding.update(seller, details=AccountDetails(business_profile=_profile()))
    await play.until(play.received)
    await play.work()
    status = await play.redeliver()
    await play.work()
    for type, count in Counter(type for type, _ in play.handled).items():
        play.show(type, count)
    play.check("events were received", true=bool(play.handled))
    play.check("a repeated delivery is answered with 200", true=status == 200)  # noqa: PLR2004  # HTTP's own
    play.check("every event was handled once", true=set(play.handled.values()) == {1})


def _profile() -> BusinessProfile:
    """Give something new to say in every run, so that every run causes an event."""
    return BusinessProfile(product_description=f"Hand-made pottery, described at {datetime.now(tz=UTC).isoformat()}.")


async def plans(play: Play) -> None:
    """Look at what a refund would move, before it does."""
    plan = await play.connect.charges.separate.plan_refund(
        play.payments["separate"].id, key="demo/refund/separate", amount=usd("25.00")
    )
    for step in plan.steps:
        play.show(step.name, f"{step.path} {step.params['amount']}")
    for effect in plan.effects:
        play.show(effect.account or "platform", effect.amount)
    moved = {effect.account: effect.amount for effect in plan.effects}
    expected = {"": usd("-2.50"), play.sellers["express"]: usd("-17.50"), play.sellers["custom"]: usd("-5.00")}
    play.check("the plan takes a quarter back from each", true=moved == expected)


async def refunds(play: Play) -> None:
    """Pay each buyer back a part."""
    charges, payments, seller = play.connect.charges, play.payments, play.sellers["standard"]
    direct_refund = await play.once(
        lambda: charges.direct.refund(
            payments["direct"].id, key="demo/refund/direct", account=seller, amount=usd("4.00")
        )
    )
    destination_refund = await play.once(
        lambda: charges.destination.refund(
            payments["destination"].id, key="demo/refund/destination", amount=usd("4.00")
        )
    )
    separate_refund = await play.once(
        lambda: charges.separate.refund(payments["separate"].id, key="demo/refund/separate", amount=usd("25.00"))
    )
    for kind, refund in {
        "direct": direct_refund,
        "destination": destination_refund,
        "separate": separate_refund,
    }.items():
        play.show(kind, _told(refund))
        play.check(f"the {kind} refund succeeded", true=refund.status == "succeeded")
    play.check("the destination seller gave a share back", true=bool(destination_refund.transfer_reversal))
    back = [reversal.amount for reversal in separate_refund.reversals]
    play.check("both sellers gave a quarter back", true=back == [usd("17.50"), usd("5.00")])


def _told(refund: Refund) -> str:
    back = ", ".join(str(reversal.amount) for reversal in refund.reversals)
    return f"{refund.amount}{f', of it from sellers: {back}' if back else ''}"


async def disputes(play: Play) -> None:
    """A buyer's bank takes a payment back, and gives it back when the platform has answered."""
    connect, seller = play.connect, play.sellers["express"]
    payment = await play.once(
        lambda: connect.charges.destination.create(
            key="demo/order/disputed",
            amount=usd("20.00"),
            destination=seller,
            fee=usd("2.00"),
            payment_method="pm_card_createDispute",
        )
    )
    (dispute,) = [one async for one in connect.disputes.list(payment=payment.id)]
    recovery = await play.once(lambda: connect.disputes.recover(dispute.id, key="demo/dispute/recover"))
    evidence = Evidence(product_description="A blue vase.", uncategorized_text="winning_evidence")
    await play.once(lambda: connect.disputes.submit(dispute.id, key="demo/dispute/answer", evidence=evidence))
    won = await connect.disputes.retrieve(dispute.id)
    play.show("taken back from the seller", recovery.reversals[0].amount)
    play.show("outcome", f"{won.status}; it cost {won.loss}")
    play.check("the dispute is won, and only its fee is lost", true=won.loss == usd("15.00"))


async def balances(play: Play) -> None:
    """Wait until the funds have settled."""
    for seller in play.sellers.values():
        await play.connect.settings.set_payouts(interval="manual", account=seller)
    play.stage.advance(days=10, key="demo/settled")
    for kind, seller in play.sellers.items():
        balance = await play.connect.balances.retrieve(account=seller)
        play.show(kind, f"available {balance.available_in('usd')}, pending {balance.pending_in('usd')}")
        play.check(f"nothing of {kind} is pending", true=balance.pending_in("usd").is_zero)


async def payouts(play: Play) -> None:
    """Pay one seller out to a bank in days, and another at once."""
    standard = await play.once(
        lambda: play.connect.payouts.create(
            key="demo/payout/standard", account=play.sellers["express"], amount=usd("20.00")
        )
    )
    instant = await play.once(
        lambda: play.connect.payouts.create(
            key="demo/payout/instant", account=play.sellers["custom"], amount=usd("5.00"), method="instant"
        )
    )
    play.stage.advance(days=7, key="demo/paid-out")
    for account, payout in ((play.sellers["express"], standard), (play.sellers["custom"], instant)):
        now = await play.connect.payouts.retrieve(payout.id, account=account)
        play.show(now.method, f"{now.amount}: {now.status}")
        play.check(f"the {now.method} payout arrived", true=now.status == "paid")


async def failed_payout(play: Play) -> None:
    """A bank that is closed gives the money back."""
    seller = play.sellers["custom"]
    closed = await play.once(
        lambda: play.connect.external_accounts.add(
            seller,
            key="demo/bank/closed",
            token="btok_us_verified_accountClosed",  # noqa: S106  # a test token
        )
    )
    payout = await play.once(
        lambda: play.connect.payouts.create(
            key="demo/payout/failing", account=seller, amount=usd("6.00"), destination=closed.id
        )
    )
    play.stage.advance(days=7, key="demo/returned")
    now = await play.connect.payouts.retrieve(payout.id, account=seller)
    rows = play.connect.balances.transactions(account=seller, source=payout.id)
    moved = [row.net.amount async for row in rows]
    play.show("failed", f"{now.failure_code}; movements {moved}")
    play.check("the payout failed", true=now.status == "failed")
    play.check("the money is back", true=sum(moved) == 0 and len(moved) == 2)  # noqa: PLR2004  # out and back


async def topup(play: Play) -> None:
    """Add the platform's own money, and transfer of it."""
    topup = await play.once(
        lambda: play.connect.topups.create(key="demo/topup", amount=usd("2000.00"), statement_descriptor="Top-up")
    )
    play.stage.advance(days=10, key="demo/topped-up")
    arrived = await play.connect.topups.retrieve(topup.id)
    transfer = await play.once(
        lambda: play.connect.transfers.create(
            key="demo/bonus", amount=usd("150.00"), destination=play.sellers["express"]
        )
    )
    play.show("top-up", f"{arrived.amount}: {arrived.status}")
    play.show("transfer", f"{transfer.amount} to {transfer.destination}")
    play.check("the top-up succeeded", true=arrived.status == "succeeded")


async def journal(play: Play) -> None:
    """Look at what is unfinished."""
    unfinished = await play.connect.operations.unfinished()
    play.show("unfinished operations", len(unfinished))
    play.check("nothing is unfinished", true=not unfinished)


async def reconciled(play: Play) -> None:
    """Explain every movement of every account."""
    unexplained = 0
    async for report in play.connect.reconciliation.periods(accounts=[*play.sellers.values()]):
        lines = sum(report.origins.values())
        name = next((kind for kind, seller in play.sellers.items() if seller == report.account), "platform")
        play.show(name, f"{lines} movements, closing {report.closing('usd')}")
        unexplained += sum(amount.amount for amount in report.unexplained)
        for finding in report.findings:
            play.show(finding.kind.value, f"{finding.object_id}: {finding.why}")
        play.check(f"all of {name} is explained", true=report.explained)
    play.show("not explained", f"{unexplained} cents")


async def ledger(play: Play) -> None:
    """Add the whole simulated world up."""
    play.check("the ledger sums to zero", true=bool(play.stage.ledger()["balanced"]))


SCENES: Final[Sequence[Scene]] = (
    Scene("platform", "The platform is there, in test mode, and pays out by hand.", platform),
    Scene("what fits", "A few questions tell which accounts and which charges fit.", selling.fit),
    Scene("sellers", "A standard, an express and a custom account, each made once under its key.", sellers),
    Scene("hosted onboarding", "A link leads a seller through Stripe's own form; status says what is due.", hosted),
    Scene("API onboarding", "A platform that collects requirements itself sends them, and a bank.", api_onboarding),
    Scene("capabilities", "What each seller can do now.", capabilities),
    Scene("embedded components", "A page can show Stripe's components, and a seller her dashboard.", embedded),
    Scene("sellers watched", "How each seller stands is remembered; nobody will be blocked soon.", watched),
    Scene("company", "A company with two owners; a document fails first, and passes then.", selling.company),
    Scene(
        "bank replaced",
        "A new bank account is added, made the default, and the old one removed.",
        selling.replaced_bank,
    ),
    Scene("existing account", "A seller connects an account of her own by OAuth, and lets it go.", selling.existing),
    Scene("deadline", "What is late stops payouts first; given, everything works again.", selling.late),
    Scene("settings", "Descriptors, colours and the payout schedule of a seller.", selling.looks),
    Scene("tax forms", "What the tax forms of a seller need is asked for.", further.taxes),
    Scene("form report", "The platform's own form asks for all that Stripe wants.", selling.form),
    Scene("end of accounts", "A rejection is taken back; an account is closed for good.", selling.ended),
    Scene("direct charge", "The buyer pays the seller; the platform gets its fee.", direct),
    Scene("destination charge", "The buyer pays the platform; the seller gets the money less the fee.", destination),
    Scene("separate charge", "The buyer pays the platform, which settles with two sellers.", separate),
    Scene("reserved money", "More is reserved, a part is taken, and the fee is in proportion.", taking.reserved),
    Scene("returning buyer", "A card is kept, shared with a seller, and charged later.", taking.returning),
    Scene("checkout", "A page of Stripe's is paid; one order is delivered once.", taking.checkout),
    Scene("split", "A rule says who gets what; it is remembered with the payment.", further.split),
    Scene("kept card", "A page of Stripe's keeps a card, which is charged later.", further.kept),
    Scene("currencies", "A buyer pays euros; the balance grows in dollars.", further.currencies),
    Scene("fraud warning", "A buyer is paid back before a warning becomes a dispute.", further.warned),
    Scene("webhooks", "Events are verified, remembered before they are answered, and handled once.", webhooks),
    Scene("plan", "A refund of several calls is shown whole before anything moves.", plans),
    Scene("refunds", "Buyers are paid back, and sellers' shares and fees come back in proportion.", refunds),
    Scene("dispute", "A disputed payment is recovered from its seller, answered with evidence, and won.", disputes),
    Scene("balances", "Pending funds have settled.", balances),
    Scene("account debit", "A seller is debited for the platform's monthly fee.", further.debited),
    Scene("slow bank", "A bank pays days later; the order is delivered once, then.", further.slow_bank),
    Scene("payouts", "One seller is paid out to a bank, another at once.", payouts),
    Scene("failed payout", "A closed bank account gives the money back.", failed_payout),
    Scene("top-up", "The platform adds its own money, and transfers of it.", topup),
    Scene("run", "Many transfers as one: looked over, carried out side by side, reported.", many.run),
    Scene("disputed in parts", "Two disputes of one payment are recovered from its seller, each once.", sinking.parts),
    Scene("below zero", "A balance is seen to sink, and its bank is debited for what it lacks.", sinking.below),
    Scene("journal", "Every operation is settled.", journal),
    Scene("reconciliation", "Every movement leads to the operation that caused it, to the cent.", reconciled),
    Scene("ledger", "The whole simulated world sums to zero.", ledger),
)
"""Every step, in order."""
